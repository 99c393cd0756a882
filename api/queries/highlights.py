"""Highlights of the articles of a page: Postgres stems the words of their texts, Python compares them."""

from collections.abc import Iterable

import orjson
from psycopg.rows import DictRow

from api.postgres.connection import Connection
from api.search import fulltext, search_vector
from api.search.highlighter import SEARCHED_CHARACTERS, SEARCHED_ON_PAGE, HighlightedText, Phrase, WordPattern
from api.search.search_vector import accents_for_stems
from api.search.tsquery import Position, Query
from api.text.accents import PLAIN_LETTERS
from api.text.language import primary
from api.text.tokenizer import tokens

_FIELDS = ("headline", "standfirst", "body")


def highlighted(limit: int) -> int:
    """How many characters of each body are searched on a page with this limit."""
    return min(SEARCHED_CHARACTERS, SEARCHED_ON_PAGE // limit)


def add_highlights(connection: Connection, articles: Iterable[DictRow], query: Query, searched: int) -> None:
    """Add ``highlights`` of a search to each article, which is read with HIGHLIGHTED.

    So many characters of each body are ``searched``.
    """
    articles = list(articles)
    sought = {language: query.sought_in(language) for language in {article["language"] for article in articles}}
    initials = {token[0] for found in sought.values() for term in found for token in term.tokens}
    stems = _stems(connection, articles, initials)
    for article in articles:
        language = article["language"]
        lexemes = stems.get(language, {})
        phrases = [(term.field, _phrase(positions)) for term, positions in sought[language].items()]
        headline, standfirst, body = (
            HighlightedText(
                article[name] or "",
                [phrase for field, phrase in phrases if field in (None, name)],
                lexemes,
                searched if name == "body" else SEARCHED_CHARACTERS,
            )
            for name in _FIELDS
        )
        article["highlights"] = {
            "headline": headline.marked(),
            "standfirst": standfirst.marked(),
            "body": body.fragments(),
        }


def _phrase(positions: Iterable[Position]) -> Phrase:
    return [
        WordPattern(
            frozenset(lexeme.text for lexeme in position.lexemes if not lexeme.prefix),
            next((lexeme.text for lexeme in position.lexemes if lexeme.prefix), None),
        )
        for position in positions
    ]


def _stems(
    connection: Connection, articles: Iterable[DictRow], initials: set[str]
) -> dict[str, dict[str, frozenset[str]]]:
    """By language, the lexemes of the words that may match: those with the same initial as a word of the search."""
    words: dict[str, dict[str, str]] = {}
    for article in articles:
        language = article["language"]
        found = words.setdefault(language, {})
        for text in filter(None, (article[field] for field in _FIELDS)):
            alike = primary(language) in search_vector.CHANGES_INITIALS
            found |= {token: token for token in tokens(text) if alike or token[0] in initials}
            found |= {token: word for token, word in accents_for_stems(language, text).items() if token in found}
    rows = connection.execute(
        fulltext.LEXEMES,
        {
            "words": orjson.dumps(
                {language: sorted({*found, *found.values()}) for language, found in words.items()}
            ).decode(),
            "configurations": search_vector.CONFIGURATIONS_JSON,
        },
    ).fetchall()
    stems = {row["language"]: row["lexemes"] for row in rows}
    return {
        language: {
            token: frozenset(
                [*stems[language][token], *(one.translate(PLAIN_LETTERS) for one in stems[language][word])]
            )
            for token, word in found.items()
        }
        for language, found in words.items()
        if language in stems
    }
