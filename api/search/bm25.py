"""Relevance: BM25 over fields that count differently (BM25F). Pure: knows no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

# Of headline, standfirst and body: a word in the headline counts as often as this many in the body.
WEIGHTS = (3.0, 2.0, 1.0)
# How soon more of the same word counts little, and how much is held against long texts.
SATURATION = 2.0
LENGTH = 0.75
# Articles whose scores are the same to so many places count as equal, and the newer one comes first.
PLACES = 2

Lengths = tuple[float, float, float]
# How often a word is in each of the fields.
Counts = tuple[int, int, int]


@dataclass(frozen=True)
class Contribution:
    """What one word adds to the score of an article, and why."""

    lexeme: str
    rarity: float
    headline: int
    standfirst: int
    body: int
    score: float


@dataclass(frozen=True)
class Scale:
    """What words are measured by: in how many of the ``articles`` each is, and how long fields are on average.

    A field is as long as it has different words.
    """

    articles: int
    frequencies: Mapping[str, int]
    lengths: Lengths

    @cached_property
    def rarities(self) -> dict[str, float]:
        """What each word counts for being rare (the idf of BM25)."""
        return {
            lexeme: log(1 + (max(self.articles - frequency, 0) + 0.5) / (frequency + 0.5))
            for lexeme, frequency in self.frequencies.items()
        }

    def score(self, words: Mapping[str, Counts], lengths: Sequence[int]) -> float:
        """How relevant an article with these words is; ``lengths`` is of its fields."""
        once = self._once(lengths)
        return round(sum(self._adds(lexeme, counts, once) for lexeme, counts in words.items()), PLACES)

    def contributions(self, words: Mapping[str, Counts], lengths: Sequence[int]) -> list[Contribution]:
        """What each word adds to the score."""
        once = self._once(lengths)
        return [
            Contribution(lexeme, self.rarities[lexeme], *counts, self._adds(lexeme, counts, once))
            for lexeme, counts in words.items()
        ]

    def _once(self, lengths: Sequence[int]) -> list[float]:
        """What once in each field counts, the longer the field the less."""
        return [
            weight / (1 - LENGTH + LENGTH * length / (average or length or 1))
            for weight, length, average in zip(WEIGHTS, lengths, self.lengths, strict=True)
        ]

    def _adds(self, lexeme: str, counts: Counts, once: Sequence[float]) -> float:
        headline, standfirst, body = counts
        often = headline * once[0] + standfirst * once[1] + body * once[2]
        return self.rarities[lexeme] * often * (1 + SATURATION) / (often + SATURATION)
