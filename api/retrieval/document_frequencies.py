"""What the archive has counted of words: in how many articles each lexeme is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from api.postgres.connection import Connection
from api.search.selectivity import Estimate, estimate, lexemes
from api.search.tsquery import Lexeme

_TEXTS: LiteralString = "select articles, sampled, headline, standfirst, body, now() as read_at from text_stats"

# A word begins as many ways as there are lexemes of it: their sum is more than they find together.
_FREQUENCIES: LiteralString = """
    select lexeme, false as prefix, articles from term_stats where lexeme = any(%(whole)s)
    union all
    select prefix, true, (
        select sum(articles)::int from term_stats where lexeme >= prefix and lexeme < prefix || chr(1114111)
    ) from unnest(%(prefixes)s::text[]) as prefix"""


@dataclass(frozen=True)
class Texts:
    """How many articles there were when they were counted, how many different words their fields have; when that was
    read.
    """

    articles: int
    sampled: int
    headline: float
    standfirst: float
    body: float
    read_at: datetime

    @property
    def lengths(self) -> tuple[float, float, float]:
        """Those of headline, standfirst and body."""
        return self.headline, self.standfirst, self.body

    @property
    def rare(self) -> int:
        """In how many articles a lexeme may be that was not counted: twice as many as one of the sample stands for."""
        return max(1, 2 * self.articles // max(self.sampled, 1)) if self.articles > self.sampled else 1


def texts(connection: Connection) -> Texts | None:
    """None while nothing was counted."""
    row = connection.execute(_TEXTS).fetchone()
    return Texts(**row) if row and row["articles"] else None


def frequencies(connection: Connection, wanted: Iterable[Lexeme]) -> dict[Lexeme, int]:
    """In how many articles those of the lexemes are that were counted."""
    wanted = set(wanted)
    parameters = {
        "whole": [lexeme.text for lexeme in wanted if not lexeme.prefix],
        "prefixes": [lexeme.text for lexeme in wanted if lexeme.prefix],
    }
    rows = connection.execute(_FREQUENCIES, parameters).fetchall()
    return {Lexeme(row["lexeme"], row["prefix"]): row["articles"] for row in rows if row["articles"]}


def estimated(query: str, counted: Texts, known: Mapping[Lexeme, int]) -> Estimate:
    """What a tsquery finds; a lexeme that was not counted counts as rare."""
    parts = {lexeme: min(1.0, known.get(lexeme, counted.rare) / max(counted.articles, 1)) for lexeme in lexemes(query)}
    return estimate(query, parts)
