"""Why a search found and ordered articles as it did: how rare its words are, and what each adds to a score."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from api.postgres.connection import Connection
from api.retrieval import document_frequencies
from api.retrieval.by_relevance import counts, named
from api.search import fulltext
from api.search.bm25 import Counts, Scale
from api.search.tsquery import Asked, Lexeme, explained

_COUNTED: LiteralString = f"""
    select id, {fulltext.FIELD_LENGTHS} as lengths, {fulltext.RANKS} as ranks, {fulltext.PREFIXED} as prefixed
    from articles where id = any(%(articles)s)"""


def words(connection: Connection, question: Asked) -> dict[str, Any]:
    """How a search was understood, with the number of articles of each lexeme where words were counted."""
    told = explained(question)
    if counted := document_frequencies.texts(connection):
        lexemes = [lexeme for term in told["terms"] for lexeme in term["lexemes"]]
        known = document_frequencies.frequencies(
            connection, (Lexeme(lexeme["lexeme"], lexeme["prefix"]) for lexeme in lexemes)
        )
        # What a sample has not may be in as many articles as the rarest that are kept of it.
        unknown = counted.rare if counted.articles > counted.sampled else 0
        for lexeme in lexemes:
            found = known.get(Lexeme(lexeme["lexeme"], lexeme["prefix"]), unknown)
            lexeme["articles"] = min(found, counted.articles)
    return told


def scores(
    connection: Connection, lexemes: Sequence[Lexeme], scale: Scale, articles: Sequence[UUID]
) -> list[dict[str, Any]]:
    """The articles' scores, and what each word adds to them: how often it is where, and how rare it is."""
    rows = connection.execute(_COUNTED, {"articles": list(articles), **named(lexemes)}).fetchall()
    by_id = {row["id"]: (counts(row, lexemes), row["lengths"]) for row in rows}
    return [_score(article, scale, *by_id[article]) for article in articles if article in by_id]


def _score(article: UUID, scale: Scale, found: dict[str, Counts], lengths: Sequence[int]) -> dict[str, Any]:
    return {
        "id": article,
        "score": scale.score(found, lengths),
        "words": [
            {
                "lexeme": part.lexeme,
                "headline": part.headline,
                "standfirst": part.standfirst,
                "body": part.body,
                "rarity": round(part.rarity, 2),
                "adds": round(part.score, 2),
            }
            for part in sorted(scale.contributions(found, lengths), key=lambda part: -part.score)
        ],
    }
