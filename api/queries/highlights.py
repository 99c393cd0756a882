"""Highlighting the articles of a page: the words of texts and search are stemmed by Postgres, compared in Python."""

from collections.abc import Iterable, Sequence

import orjson
from psycopg.rows import DictRow

from api import search
from api.database import Connection
from api.folding import tokens
from api.highlights import LOOKED_THROUGH, Phrase, Text

# What of an article is read for it.
FIELDS = ("headline", "standfirst", "body", "language")


def highlight(connection: Connection, articles: Iterable[DictRow], q: str) -> None:
    """Give each article, read with FIELDS, its ``highlights`` of the reader's search ``q``."""
    articles = list(articles)
    phrases = search.phrases(q)
    stems = _stems(connection, articles, phrases)
    for article in articles:
        known = stems.get(article["language"], {})
        wanted: list[Phrase] = [[known.get(token, frozenset()) for token in phrase] for phrase in phrases]
        headline, standfirst, body = (Text(article[field] or "", wanted, known) for field in FIELDS[:3])
        article["highlights"] = {
            "headline": headline.marked(),
            "standfirst": standfirst.marked(),
            "body": body.fragments(),
        }


def _stems(
    connection: Connection, articles: Iterable[DictRow], phrases: Sequence[Sequence[str]]
) -> dict[str, dict[str, frozenset[str]]]:
    """By language, the lexemes of the words that may be a word of the search: those that begin alike."""
    sought = {token for phrase in phrases for token in phrase}
    initials = {token[0] for token in sought}
    words: dict[str, set[str]] = {}
    for article in articles:
        found = words.setdefault(article["language"], set(sought))
        for field in FIELDS[:3]:
            for token in tokens((article[field] or "")[:LOOKED_THROUGH]):
                if token[0] in initials or article["language"] in search.CHANGES_INITIALS:
                    found.add(token)
    rows = connection.execute(
        search.LEXEMES,
        {
            "words": orjson.dumps({language: sorted(found) for language, found in words.items()}).decode(),
            "configurations": search.CONFIGURATIONS_JSON,
        },
    ).fetchall()
    return {row["language"]: {word: frozenset(found) for word, found in row["lexemes"].items()} for row in rows}
