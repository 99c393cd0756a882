"""Folds texts for comparison."""

import re
import unicodedata
from functools import cache

# The stored length of folded names. Folding can make a text longer, as compatibility forms become several characters.
MAX_FOLDED_LENGTH = 200

# Letters that Unicode does not decompose, with their usual ASCII spelling.
_LETTERS = str.maketrans({
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "n",
})  # fmt: skip

MAX_EXPANDED = 100_000
"""The number of characters in a text that stand for several, such as ligatures and squared words, up to which they are
replaced by these. If a text has more, they separate words."""
# None of them is beyond.
_LAST_EXPANDED = 0x1FFFF

# Accents of alphabets, Hebrew points, Arabic vowel signs and hamzas, nuktas of Indic scripts, Thai and Lao tone marks.
# Other marks, such as the vowel signs of Indic scripts, make other letters.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc\u0e47-\u0e4c\u0e4e\u0ec8-\u0ecc]+"
)
# Characters that Unicode's collation algorithm (UTS #10) ignores: soft hyphens, zero-width spaces and joiners, marks of
# direction, variation selectors. And the Arabic tatweel, which only makes a word longer.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0100-\U000e01ef]+"
)

# Ranges for use inside a character class of a regular expression.
HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff"
KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\U0001aff0-\U0001b16f"
HAN = "\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"

_JOINTS = re.compile("[\\s_\u2010-\u2015\u2018\u2019'-]+")

# Of Unicode's letters: the apostrophes and primes of transcriptions, and the fillers of Hangul, which are invisible.
_NO_LETTERS = re.compile("[\u02b9-\u02ff\u115f\u1160]")

# Names in which a sign makes the difference: C++ and C#, beside C.
_SPOKEN_SIGN = re.compile(r"(?<![^\W_])([A-Za-z])(\+\+|#)(?![^\W_])")
_SPOKEN = {"++": "plus plus", "#": "sharp"}

# A word of a text without accents.
ASCII_WORD = re.compile("[A-Za-z0-9]+")
WORD = re.compile(rf"[{HANGUL}]+|[{KANA}{HAN}]+|[^\W_{HANGUL}{KANA}{HAN}]+")


def fold(text: str) -> str:
    """Remove differences of case, width, compatibility form and accent, and ignorable characters."""
    return text.lower() if text.isascii() else fold_case(without_accents(text))


def fold_case(text: str) -> str:
    """Remove differences of case from a text without accents."""
    return text.casefold().translate(_LETTERS)


def without_accents(text: str) -> str:
    """Remove differences of width, compatibility form and accent, and ignorable characters."""
    return text if text.isascii() else _remove_accents(without_expanding(text))


def without_ignorable(text: str) -> str:
    """Remove characters that are invisible or only make a word longer."""
    return _IGNORABLE.sub("", text)


def words(text: str) -> list[str]:
    """The words of a text without accents, their case unchanged. A word ends where the script changes."""
    if text.isascii():
        return ASCII_WORD.findall(text)
    return WORD.findall(without_accents(text))


def name_key(name: str) -> str:
    """A key that is equal for different spellings of a name: folded, with hyphens and apostrophes as spaces."""
    return _JOINTS.sub(" ", fold(name)).strip()


def letters(name: str) -> str:
    """The letters and digits of a name, folded, without marks, punctuation, symbols and invisible characters."""
    return _NO_LETTERS.sub("", "".join(words(fold(name))))


def spell_out(name: str) -> str:
    """A name with the signs of ``C++`` and ``C#`` as words."""
    return _SPOKEN_SIGN.sub(lambda found: f"{found[1]} {_SPOKEN[found[2]]}", name)


def without_expanding(text: str) -> str:
    """A text without its characters that stand for up to 18 others, if it has more than MAX_EXPANDED of them."""
    if len(text) <= MAX_EXPANDED:
        return text
    found = _expanding().intersection(set(text))
    if not found:
        return text
    replaced, number = re.subn(f"[{''.join(found)}]", " ", text)
    return replaced if number > MAX_EXPANDED else text


@cache
def _expanding() -> frozenset[str]:
    """The characters that normalization or case folding replaces by several."""
    characters = map(chr, range(0x80, _LAST_EXPANDED + 1))
    return frozenset(c for c in characters if len(unicodedata.normalize("NFKC", c).casefold()) > 1)


def _remove_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = without_ignorable(unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))
