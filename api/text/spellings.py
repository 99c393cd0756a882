"""Keys by which different spellings of a name meet."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from api.text.folding import MAX_FOLDED_LENGTH, fold

# Everything but letters, digits and spaces, and of Unicode's letters the apostrophes of transcriptions and the Korean
# letter that is used as a middle dot. A point or comma between digits is part of a number.
_SIGN = re.compile(r"(?!(?<=\d)[.,](?=\d))(?:[^\w\s]|[_\u02b9-\u02bf\u119e])")
# These signs make another name: C# and C++ beside C, AT&T, Disney+.
_SIGNIFICANT = "#&@%*"
_ALSO_PUNCTUATION = "`\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u119e\u2219\u22c5"


def name_keys(name: str) -> tuple[str, ...]:
    """Keys of a name without its ``#``. Two names that differ only in case, accents, width or punctuation share one.

    Punctuation may stand for nothing or for a space: ``O'Shea`` has the keys ``oshea`` and ``o shea``.
    """
    folded = " ".join(fold(name).split()).removeprefix("#").strip()
    if not _SIGN.search(folded):
        return (folded[:MAX_FOLDED_LENGTH],) if folded else ()
    spelled = (_without_signs(folded, *signs) for signs in (("", ""), (" ", ""), (" ", " ")))
    keys = tuple(dict.fromkeys(key[:MAX_FOLDED_LENGTH].strip() for key in spelled if key))
    return keys or (folded[:MAX_FOLDED_LENGTH],)


def without_sign(name: str) -> str:
    """The name of a tag without its ``#``, which may be full-width."""
    return re.sub("^[#\uff03]", "", name)


def all_keys(names: Iterable[str]) -> dict[str, None]:
    """The keys of several names, each once, in order."""
    return dict.fromkeys(key for name in names for key in name_keys(name))


def _without_signs(folded: str, hyphen: str, other: str) -> str:
    replacements = {"hyphen": hyphen, "other": other}
    return " ".join(_SIGN.sub(lambda sign: replacements.get(_kind(sign[0]), sign[0]), folded).split())


@lru_cache(1_000)
def _kind(sign: str) -> str:
    """``hyphen`` or ``other`` for punctuation; ``significant`` for what makes another name."""
    category = unicodedata.category(sign)
    if category in ("Pd", "Pc") or sign == "/":
        return "hyphen"
    if sign in _ALSO_PUNCTUATION or (category.startswith("P") and sign not in _SIGNIFICANT):
        return "other"
    return "significant"
