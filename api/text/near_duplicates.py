"""Finds texts that are nearly the same by the share of three-word shingles that they have in common. Pure."""

from collections.abc import Sequence

from api.text.folding import tokens

SHINGLE_LENGTH = 3
# The share of common shingles in near duplicates. Measured: a copy with every eighth word replaced, or two fifths cut
# off, has more; another report of the same event with the same quotes has far less.
THRESHOLD = 0.5
# Texts with fewer shingles are too short to compare.
MIN_SHINGLES = 20

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str) -> Shingles:
    """The set of the runs of three search tokens in a text."""
    words = tokens(text)
    return frozenset(zip(*(words[start:] for start in range(SHINGLE_LENGTH)), strict=False))


def are_near_duplicates(one: Shingles, other: Shingles) -> bool:
    """Whether one text is a copy of the other with a few changes."""
    if min(len(one), len(other)) < MIN_SHINGLES:
        return False
    return len(one & other) >= THRESHOLD * len(one | other)


def find_original(index: int, texts: Sequence[Shingles], outlets: Sequence[int]) -> int | None:
    """The index of the first earlier near duplicate by another outlet. The texts are in order of publication."""
    for earlier in range(index):
        if outlets[earlier] != outlets[index] and are_near_duplicates(texts[earlier], texts[index]):
            return earlier
    return None
