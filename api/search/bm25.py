"""Relevance: BM25 over weighted fields (BM25F: Robertson, Zaragoza and Taylor, 2004)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log, sqrt

# Of headline, standfirst and body: a term in the headline counts as much as three in the body.
WEIGHTS = (3.0, 2.0, 1.0)
# k1 and b of BM25: how fast repeated terms saturate, and how much long fields are penalised. Stop words count in
# lengths and make them more alike, so b is more than the usual 0.75.
SATURATION = 2.0
LENGTH = 0.9
# Scores are compared to so many decimal places; of equal ones the newer article comes first.
PLACES = 2

Lengths = tuple[float, float, float]
# How often a term is in headline, standfirst and body.
TermFrequencies = tuple[int, int, int]


@dataclass(frozen=True)
class Contribution:
    """What one lexeme adds to the score of an article."""

    lexeme: str
    idf: float
    headline: int
    standfirst: int
    body: int
    score: float


@dataclass(frozen=True)
class Scorer:
    """Scores articles, given the number of all ``articles``, document ``frequencies`` and average field ``lengths``.

    The length of a field is the number of its distinct lexemes. ``times`` says how often a lexeme is in the search, if
    more than once.
    """

    articles: int
    frequencies: Mapping[str, int]
    lengths: Lengths
    times: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def idf(self) -> dict[str, float]:
        """The inverse document frequency of each lexeme, weighted by the root of how often it is in the search."""
        return {
            lexeme: sqrt(self.times.get(lexeme, 1))
            * log(1 + (max(self.articles - frequency, 0) + 0.5) / (frequency + 0.5))
            for lexeme, frequency in self.frequencies.items()
        }

    def score(self, found: Mapping[str, TermFrequencies], lengths: Sequence[int]) -> float:
        """The score of an article with these lexemes and field lengths."""
        weights = self._weights(lengths)
        return round(sum(self._contribution(lexeme, counts, weights) for lexeme, counts in found.items()), PLACES)

    def contributions(self, found: Mapping[str, TermFrequencies], lengths: Sequence[int]) -> list[Contribution]:
        """What each lexeme adds to the score."""
        weights = self._weights(lengths)
        return [
            Contribution(lexeme, self.idf[lexeme], *counts, self._contribution(lexeme, counts, weights))
            for lexeme, counts in found.items()
        ]

    def _weights(self, lengths: Sequence[int]) -> list[float]:
        """What one occurrence in each field counts; less in a long field."""
        return [
            weight / (1 - LENGTH + LENGTH * length / (average or length or 1))
            for weight, length, average in zip(WEIGHTS, lengths, self.lengths, strict=True)
        ]

    def _contribution(self, lexeme: str, counts: TermFrequencies, weights: Sequence[float]) -> float:
        headline, standfirst, body = counts
        frequency = headline * weights[0] + standfirst * weights[1] + body * weights[2]
        return self.idf[lexeme] * frequency * (1 + SATURATION) / (frequency + SATURATION)
