"""Spelling suggestions: a search that finds little, rewritten with words of the archive."""

import re
from collections.abc import Sequence
from itertools import islice, product
from typing import Protocol

from api.postgres.connection import Connection, present
from api.queries import suggest
from api.retrieval.plan import Plan, resolve
from api.search.parser import parse
from api.search.single_words import SingleWord
from api.text.folding import tokens, words

# A search with fewer matches may be misspelled.
FEW = 3

# Bounds: the words of a search that are replaced, the alternatives for each, and the searches that are tried.
WORDS_CORRECTED = 8
ALTERNATIVES = 3
SEARCHES_TRIED = 6

# Excluded words, operators and prefixes are not checked.
_PIECE = re.compile(r"""(?<!\S)-(?:"[^"]*"?|\S+)|[^\s"()'\-\u2010-\u2015\u2019]+""")
_OPERATORS = ("OR", "AND", "NOT")


class Vocabulary(Protocol):
    """The words of an archive."""

    def near(self, word: str) -> Sequence[tuple[int, str]]:
        """Words within a typo or two of this one, best first: the number of typos, and the word."""
        ...


def vocabulary(connection: Connection) -> Vocabulary:
    """The words of the names of tags, people and outlets."""
    return suggest.names(connection)


def suggestion(connection: Connection, plan: Plan, q: str, absent: Sequence[SingleWord]) -> str | None:
    """``q`` with words that are in no article replaced by similar ones, if that matches more articles; else None.

    ``plan`` is that of ``q``; its other filters apply to what the suggestion is expected to find.
    """
    if not absent:
        return None
    nowhere = {word.tokens for word in absent}
    near = vocabulary(connection)
    doubtful: list[tuple[re.Match[str], list[str]]] = []
    for piece in islice((piece for piece in _pieces(q) if " ".join(tokens(piece[0])) in nowhere), WORDS_CORRECTED):
        alternatives = [text.replace('"', "") for _, text in near.near(piece[0])[:ALTERNATIVES]]
        if alternatives:
            doubtful.append((piece, alternatives))
    if not doubtful:
        return None
    found = _count(connection, plan.public)
    for chosen in islice(product(*(alternatives for _, alternatives in doubtful)), SEARCHES_TRIED):
        text = q
        for (piece, _), word in reversed([*zip(doubtful, chosen, strict=True)]):
            text = f"{text[: piece.start()]}{word}{text[piece.end() :]}"
        if _matches_more(connection, plan, text, found):
            return text
    return None


def _pieces(q: str) -> Sequence[re.Match[str]]:
    """The words that a search requires."""
    return [
        piece
        for piece in _PIECE.finditer(q)
        if not piece[0].startswith("-")
        and not piece[0].endswith("*")
        and ":" not in piece[0]
        and piece[0] not in _OPERATORS
        and words(piece[0])
    ]


def _matches_more(connection: Connection, plan: Plan, q: str, found: int) -> bool:
    other = resolve(connection, {**plan.filters, "q": parse(q)}, "newest")
    return _count(connection, other, found + 1) > found


def _count(connection: Connection, plan: Plan, most: int = FEW) -> int:
    """How many articles a plan has, counted up to ``most``."""
    if plan.empty:
        return 0
    selection, order = plan.select("newest")
    statement, parameters = selection.count(most, order)
    return present(connection.execute(statement, parameters, prepare=False).fetchone())["total"]
