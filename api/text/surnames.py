"""The surnames in names of several scripts."""

import re
from collections.abc import Iterator, Sequence

from api.text.folding import HAN, HANGUL, KANA, fold, words

_CJK = re.compile(f"[{HANGUL}{KANA}{HAN}]")
_HANGUL = re.compile(f"[{HANGUL}]+")
_HAN = re.compile(f"[{HAN}]+")
_FAMILY_NAME_FIRST = re.compile(r"(\w+)\s+\w+[-‐‑–](\w+)")
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
# Surnames of two syllables; all others of Korea have one.
_TWO_SYLLABLES = frozenset(["남궁", "황보", "제갈", "선우", "독고", "사공", "서문", "동방"])


def surname(name: str, aliases: Sequence[str]) -> str:
    """The surname of a name in an alphabet, or an empty string if it cannot be told. Aliases say which comes first."""
    if _CJK.search(name):
        return ""
    for spelling in (name, *aliases):
        # Lee Jae-myung, unlike Anna Smith-Jones: a hyphen before a lowercase letter is part of a given name.
        match = _FAMILY_NAME_FIRST.fullmatch(spelling.strip())
        if match and match[2].islower():
            return match[1]
    parts = [part for part in name.split() if fold(part).strip(".,") not in _GENERATIONS]
    return parts[-1] if len(parts) > 1 else ""


def surnames(name: str, aliases: Sequence[str]) -> frozenset[str]:
    """All surnames that a person may be called by, folded: one for each spelling of the name, in any script.

    Han does not show where a surname ends, so all of its beginnings that are usual are given.
    """
    found = {fold(" ".join(words(surname(spelling, aliases)))) for spelling in (name, *aliases)}
    for spelling in (name, *aliases):
        parts = words(fold(spelling))
        if parts and _CJK.search(spelling):
            found.update(_cjk_surnames(parts))
            # Romanized names are in either order: Xi Jinping, Shigeru Ishiba.
            found.update(words(fold(name))[:1])
    return frozenset(found - {""})


def _cjk_surnames(parts: list[str]) -> Iterator[str]:
    # Several parts are a foreign name, given name first.
    if len(parts) > 1:
        yield parts[-1]
        return
    [whole] = parts
    if _HANGUL.fullmatch(whole):
        yield whole[:2] if len(whole) > 2 and whole[:2] in _TWO_SYLLABLES else whole[:1]
    elif _HAN.fullmatch(whole) and 2 <= len(whole) <= 5:
        # Chinese and Korean surnames have one character, Japanese ones mostly two.
        yield from (whole[:length] for length in range(1 if len(whole) < 4 else 2, min(len(whole), 4)))
