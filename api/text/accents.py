"""The accents of search tokens. Stemmers need them: of ``manifestacion`` the Spanish one cuts no ending."""

import re
import unicodedata
from typing import LiteralString

from api.text.folding import fold, without_ignorable

# The letters with accents of the languages that Postgres has stemmers for, and the same without.
ACCENTED: LiteralString = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿāăąćčďđēėęěğģīįıķļłńņňōőřśşšșţťțūůűųźżžάέήίΰςΐϊϋόύώйѐёѓїќѝў"
PLAIN: LiteralString = "aaaaaaceeeeiiiinoooooouuuuyyaaaccddeeeeggiiikllnnnoorsssstttuuuuzzzαεηιυσιιυουωиеегікиу"
PLAIN_LETTERS = str.maketrans(ACCENTED, PLAIN)

_WORD = re.compile(r"[^\W\d_]+")


def accents(text: str) -> dict[str, str]:
    """The words of a text that have accents, by their search tokens. The last form of a word stands for all."""
    if text.isascii():
        return {}
    composed = unicodedata.normalize("NFC", without_ignorable(text)).lower()
    words = ((fold(word), word) for word in set(_WORD.findall(composed)) if not word.isascii())
    return {token: word for token, word in sorted(words) if token != word}
