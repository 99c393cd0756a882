"""Document frequencies: in how many articles each lexeme is, as it was last counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from api.postgres.connection import Connection
from api.search.selectivity import Selectivity, estimate, lexemes
from api.search.tsquery import Lexeme

_STATISTICS: LiteralString = """
    select articles, sampled, headline, standfirst, body, now() as read_at from text_stats"""

# The frequency of a prefix is the sum of those of its lexemes: more than the articles that have any of them.
_FREQUENCIES: LiteralString = """
    select lexeme, false as prefix, articles from term_stats where lexeme = any(%(whole)s)
    union all
    select prefix, true, (
        select sum(articles)::int from term_stats where lexeme >= prefix and lexeme < prefix || chr(1114111)
    ) from unnest(%(prefixes)s::text[]) as prefix"""


@dataclass(frozen=True)
class CollectionStatistics:
    """How many articles there were at the last count, and how many distinct lexemes their fields had on average.

    ``sampled`` articles were read for it; ``read_at`` is the time of this read.
    """

    articles: int
    sampled: int
    headline: float
    standfirst: float
    body: float
    read_at: datetime

    @property
    def lengths(self) -> tuple[float, float, float]:
        """The average lengths of headline, standfirst and body."""
        return self.headline, self.standfirst, self.body

    @property
    def unseen(self) -> int:
        """The frequency assumed for a lexeme that was not counted: twice what one article of the sample stands for."""
        return max(1, 2 * self.articles // max(self.sampled, 1)) if self.articles > self.sampled else 1


def statistics(connection: Connection) -> CollectionStatistics | None:
    """The statistics of the archive; None until terms are counted for the first time."""
    row = connection.execute(_STATISTICS).fetchone()
    return CollectionStatistics(**row) if row and row["articles"] else None


def look_up(connection: Connection, lexemes: Iterable[Lexeme]) -> dict[Lexeme, int]:
    """The document frequencies of those of the lexemes that were counted."""
    distinct = set(lexemes)
    parameters = {
        "whole": [lexeme.text for lexeme in distinct if not lexeme.prefix],
        "prefixes": [lexeme.text for lexeme in distinct if lexeme.prefix],
    }
    rows = connection.execute(_FREQUENCIES, parameters).fetchall()
    return {Lexeme(row["lexeme"], row["prefix"]): row["articles"] for row in rows if row["articles"]}


def selectivity(tsquery: str, statistics: CollectionStatistics, known: Mapping[Lexeme, int]) -> Selectivity:
    """The selectivity of a tsquery, given the known document frequencies of its lexemes."""
    shares = {
        lexeme: min(1.0, known.get(lexeme, statistics.unseen) / max(statistics.articles, 1))
        for lexeme in lexemes(tsquery)
    }
    return estimate(tsquery, shares)
