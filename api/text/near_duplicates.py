"""Which texts are nearly the same: the share of their runs of three words that both have. Pure."""

from collections.abc import Sequence

from api.text.folding import tokens

RUN = 3
# Measured on edited copies: a copy with every eighth word replaced, or two fifths cut off, is above; another report of
# the same event, quoting the same words, is far below.
NEARLY_THE_SAME = 0.5
# Of fewer runs nothing can be said.
FEWEST = 20

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str) -> Shingles:
    """The runs of three search tokens in a text."""
    found = tokens(text)
    return frozenset(zip(*(found[place:] for place in range(RUN)), strict=False))


def nearly_the_same(one: Shingles, other: Shingles) -> bool:
    """Whether one text is a copy of the other with few changes."""
    if min(len(one), len(other)) < FEWEST:
        return False
    return len(one & other) >= NEARLY_THE_SAME * len(one | other)


def original(index: int, texts: Sequence[Shingles], outlets: Sequence[int]) -> int | None:
    """The first of the texts before this one, all in order of publication, that another outlet has nearly the same."""
    for earlier in range(index):
        if outlets[earlier] != outlets[index] and nearly_the_same(texts[earlier], texts[index]):
            return earlier
    return None
