"""How a search was understood, and what each lexeme adds to the scores of articles."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from api.postgres.connection import Connection
from api.retrieval import document_frequencies
from api.retrieval.term_frequencies import rank_parameters, term_frequencies
from api.search import fulltext
from api.search.bm25 import Scorer, TermFrequencies
from api.search.explanation import explain as explain_query
from api.search.literal import COMPARED_CHARACTERS, COMPARED_TEXTS, literal_phrases
from api.search.tsquery import Lexeme, Query

_TERM_FREQUENCIES: LiteralString = f"""
    select id, {fulltext.FIELD_LENGTHS} as lengths, {fulltext.RANKS} as ranks, {fulltext.PREFIXED} as prefixed,
        {COMPARED_TEXTS}
    from articles where id = any(%(articles)s)"""


def query(connection: Connection, query: Query) -> dict[str, Any]:
    """How a search was understood, with the document frequency of each lexeme once terms have been counted."""
    explanation = explain_query(query)
    if statistics := document_frequencies.statistics(connection):
        lexemes = [lexeme for term in explanation["terms"] for lexeme in term["lexemes"]]
        known = document_frequencies.look_up(
            connection, (Lexeme(lexeme["lexeme"], lexeme["prefix"]) for lexeme in lexemes)
        )
        # A lexeme that is not in the sample may be as frequent as the rarest one that is.
        unseen = statistics.unseen if statistics.articles > statistics.sampled else 0
        for lexeme in lexemes:
            frequency = known.get(Lexeme(lexeme["lexeme"], lexeme["prefix"]), unseen)
            lexeme["articles"] = min(frequency, statistics.articles)
    return explanation


def scores(connection: Connection, query: Query, scorer: Scorer, articles: Sequence[UUID]) -> list[dict[str, Any]]:
    """The scores of articles, for each lexeme where it occurs, how rare it is and what it adds, and literal phrases."""
    lexemes = [lexeme for lexeme in query.positive_lexemes if lexeme.name in scorer.frequencies]
    parameters = {"articles": list(articles), "characters": COMPARED_CHARACTERS, **rank_parameters(lexemes)}
    rows = {row["id"]: row for row in connection.execute(_TERM_FREQUENCIES, parameters).fetchall()}
    return [
        {
            "id": article,
            **_score(scorer, term_frequencies(rows[article], lexemes), rows[article]["lengths"]),
            "literal": literal.name if (literal := literal_phrases(query, rows[article])) else None,
        }
        for article in articles
        if article in rows
    ]


def _score(scorer: Scorer, found: dict[str, TermFrequencies], lengths: Sequence[int]) -> dict[str, Any]:
    return {
        "score": scorer.score(found, lengths),
        "words": [
            {
                "lexeme": part.lexeme,
                "headline": part.headline,
                "standfirst": part.standfirst,
                "body": part.body,
                "rarity": round(part.idf, 2),
                "adds": round(part.score, 2),
            }
            for part in sorted(scorer.contributions(found, lengths), key=lambda part: -part.score)
        ],
    }
