"""Highlighting the articles of a page: the words of texts and search are stemmed by Postgres, compared in Python."""

from collections.abc import Iterable

import orjson
from psycopg.rows import DictRow

from api.model.article import HIGHLIGHTED
from api.postgres.connection import Connection
from api.search import fulltext
from api.search.highlighter import LOOKED_THROUGH, Phrase, Text, Wanted
from api.search.parser import terms
from api.search.tsquery import Asked, Place
from api.text.folding import tokens


def highlight(connection: Connection, articles: Iterable[DictRow], question: Asked) -> None:
    """Give each article, read with HIGHLIGHTED, its ``highlights`` of what a search looks for."""
    articles = list(articles)
    sought = list(dict.fromkeys(terms(question.node, wanted=True)))
    stems = _stems(connection, articles, {token[0] for term in sought for token in term.tokens})
    for article in articles:
        language = article["language"]
        known = stems.get(language, {})
        places = question.places.get(language, {})
        phrases = [(term.field, _phrase(places.get(term, ()))) for term in sought]
        headline, standfirst, body = (
            Text(article[name] or "", [phrase for field, phrase in phrases if field in (None, name)], known)
            for name in HIGHLIGHTED[:3]
        )
        article["highlights"] = {
            "headline": headline.marked(),
            "standfirst": standfirst.marked(),
            "body": body.fragments(),
        }


def _phrase(places: Iterable[Place]) -> Phrase:
    return [
        Wanted(
            frozenset(lexeme.text for lexeme in place.lexemes if not lexeme.prefix),
            next((lexeme.text for lexeme in place.lexemes if lexeme.prefix), None),
        )
        for place in places
    ]


def _stems(
    connection: Connection, articles: Iterable[DictRow], initials: set[str]
) -> dict[str, dict[str, frozenset[str]]]:
    """By language, the lexemes of the words that may be a word of the search: those that begin alike."""
    words: dict[str, set[str]] = {}
    for article in articles:
        found = words.setdefault(article["language"], set())
        for field in HIGHLIGHTED[:3]:
            for token in tokens((article[field] or "")[:LOOKED_THROUGH]):
                if token[0] in initials or article["language"] in fulltext.CHANGES_INITIALS:
                    found.add(token)
    rows = connection.execute(
        fulltext.LEXEMES,
        {
            "words": orjson.dumps({language: sorted(found) for language, found in words.items()}).decode(),
            "configurations": fulltext.CONFIGURATIONS_JSON,
        },
    ).fetchall()
    return {row["language"]: {word: frozenset(found) for word, found in row["lexemes"].items()} for row in rows}
