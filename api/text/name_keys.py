"""Keys of names that their spellings and inflections share. Pure."""

import hashlib
import re

from api.text import name_cues as cues
from api.text.folding import fold

MAX_KEY = 100
"""The length of a key, in characters."""

_JOINTS = re.compile(r"[-\u2010-\u2015'\u2019.,]+")
# The inflections of names in Cyrillic letters: vowels, and some consonants after them.
_INFLECTION = re.compile("(?:ові|еві|[аеёиоуыэюяйьіїє]+(?:м|го|му|ми|х)?)$")
_CYRILLIC = re.compile("[\u0400-\u052f]")


def candidate_id(key: str) -> str:
    """The id of the candidate with this key: the same in every archive, and it does not reveal the name."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def name_key(name: str) -> str:
    """A key that the spellings and inflections of a name share, without initials and generations."""
    words = fold(_JOINTS.sub(" ", name)).split()
    kept = [word for word in words if len(word) > 1 and word not in cues.GENERATIONS]
    return " ".join(stem(word) for word in (kept if len(kept) > 1 else words))[:MAX_KEY]


def stem(word: str) -> str:
    """A word without the inflections of a name, if it is in Cyrillic letters."""
    if not _CYRILLIC.search(word):
        return word
    # Twice: the stem of "Максим" ends as an inflection does.
    for _ in range(2):
        bare = _INFLECTION.sub("", word)
        word = bare if len(bare) > 2 else word
    return word
