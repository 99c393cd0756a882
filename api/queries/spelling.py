"""Spelling suggestions: a search that finds little, rewritten with words of the archive."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, product
from operator import itemgetter

from api.postgres.connection import Connection, present
from api.queries import suggest
from api.queries.archive_words import archive_words
from api.retrieval.absent_words import absent_words
from api.retrieval.plan import Plan, resolve
from api.search.parser import parse
from api.search.single_words import SingleWord
from api.text.folding import fold, words
from api.text.tokenizer import tokens

# A search with fewer matches may be misspelled.
FEW = 3

# Bounds: the words of a search that are replaced, the alternatives for each, and the searches that are tried.
WORDS_CORRECTED = 8
ALTERNATIVES = 4
SEARCHES_TRIED = 8

# Excluded words, operators and prefixes are not checked.
_PIECE = re.compile(r"""(?<!\S)-(?:"[^"]*"?|\S+)|[^\s"():'\-\u2010-\u2015\u2019]+""")
_OPERATORS = ("OR", "AND", "NOT")


def suggestion(connection: Connection, plan: Plan, q: str, absent: Sequence[SingleWord]) -> str | None:
    """``q`` with words that are in no article replaced by similar ones, if that matches more articles; else None.

    ``plan`` is that of ``q``; its other filters apply to what the suggestion is expected to find.
    """
    doubtful = _doubtful(connection, q, absent)
    if not doubtful:
        return None
    found = _count(connection, plan.public)
    for chosen in islice(product(*(alternatives for _, alternatives in doubtful)), SEARCHES_TRIED):
        text = q
        for (piece, _), word in reversed([*zip(doubtful, chosen, strict=True)]):
            text = f"{text[: piece.start()]}{word}{text[piece.end() :]}"
        if _matches_more(connection, plan, text, found, len(absent) - len(doubtful)):
            return text
    return None


def _doubtful(connection: Connection, q: str, absent: Sequence[SingleWord]) -> list[tuple[re.Match[str], list[str]]]:
    """The pieces of ``q`` that are in no article, and similar words, if there are any."""
    if not absent:
        return []
    nowhere = {word.tokens for word in absent}
    names, archive = suggest.names(connection), archive_words(connection)
    doubtful: list[tuple[re.Match[str], list[str]]] = []
    for piece in islice((piece for piece in _pieces(q) if " ".join(tokens(piece[0])) in nowhere), WORDS_CORRECTED):
        # Of words that are equally similar, names come first.
        near = [(typos, text.replace('"', "")) for typos, text in names.near(piece[0])[:ALTERNATIVES]]
        near += [(typos, _in_case_of(piece[0], word)) for typos, word in archive.near(fold(piece[0]))[:ALTERNATIVES]]
        near.sort(key=itemgetter(0))
        distinct: dict[str, str] = {}
        for _, text in near:
            distinct.setdefault(fold(text), text)
        if distinct:
            doubtful.append((piece, list(distinct.values())[:ALTERNATIVES]))
    return doubtful


def _in_case_of(typed: str, word: str) -> str:
    """The word in capitals, or with a capital, where the typed one is."""
    if len(typed) > 1 and typed.isupper():
        return word.upper()
    return word[0].upper() + word[1:] if typed[0].isupper() else word


def _pieces(q: str) -> Sequence[re.Match[str]]:
    """The words that a search requires."""
    return [
        piece
        for piece in _PIECE.finditer(q)
        if not piece[0].startswith("-")
        and not piece[0].endswith("*")
        and piece[0] not in _OPERATORS
        and words(piece[0])
    ]


def _matches_more(connection: Connection, plan: Plan, q: str, found: int, absent: int) -> bool:
    """Whether ``q`` matches more articles than were found, and at most so many of its words are in none."""
    other = replace(resolve(connection, {**plan.filters, "q": parse(q)}, "newest"), collapse=plan.collapse)
    return _count(connection, other, found + 1) > found and len(absent_words(connection, other)) <= absent


def _count(connection: Connection, plan: Plan, most: int = FEW) -> int:
    """How many articles a plan has, counted up to ``most``."""
    if plan.empty:
        return 0
    selection, order = plan.select("newest")
    statement, parameters = selection.count(most, order)
    return present(connection.execute(statement, parameters, prepare=False).fetchone())["total"]
