"""Spelling suggestions: a search that finds little, rewritten with words of the archive."""

import re
from collections.abc import Mapping, Sequence
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
from api.text.tokenizer import locate_tokens, tokens

# A search with fewer matches may be misspelled.
FEW = 3

# Bounds: the words of a search that are replaced, the alternatives for each, and the searches that are tried.
WORDS_CORRECTED = 8
ALTERNATIVES = 4
SEARCHES_TRIED = 8
CHARACTERS = 20_000
"""The number of characters of an article in which the spelling of a suggested word is looked for."""

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
        corrections = [(piece, word) for (piece, _), word in zip(doubtful, chosen, strict=True)]
        parsed = parse(_corrected(q, corrections))
        other = replace(resolve(connection, {**plan.filters, "q": parsed}, "newest"), collapse=plan.collapse)
        if _matches_more(connection, other, found, len(absent) - len(doubtful)):
            written = _words_as_written(connection, other)
            return _corrected(q, [(piece, _as_written(piece[0], word, written)) for piece, word in corrections])
    return None


def _corrected(q: str, corrections: Sequence[tuple[re.Match[str], str]]) -> str:
    """``q`` with other words in place of its pieces."""
    for piece, word in reversed(corrections):
        q = f"{q[: piece.start()]}{word}{q[piece.end() :]}"
    return q


def _words_as_written(connection: Connection, plan: Plan) -> dict[str, str]:
    """The words of the newest article of a plan, by their search tokens."""
    # A collapsed entry has a list of copies besides its texts.
    selection, order = replace(plan, collapse=False).select("newest", ("headline", "standfirst", "body"))
    row = connection.execute(*selection.page(order, None, 1), prepare=False).fetchone()
    if row is None or row["entry"] is None:
        return {}
    text = "\n".join(text or "" for text in row["entry"].values())[:CHARACTERS]
    return {token: text[begin:end] for token, begin, end in locate_tokens(text)}


def _as_written(typed: str, word: str, written: Mapping[str, str]) -> str:
    """A word with its accents; the words of the archive are stored without them."""
    accented = written.get(fold(word), word).lower()
    return word if accented == word.lower() else _in_case_of(typed, accented)


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


def _matches_more(connection: Connection, plan: Plan, found: int, absent: int) -> bool:
    """Whether a plan has more articles than were found, and at most so many words of its search are in none."""
    return _count(connection, plan, found + 1) > found and len(absent_words(connection, plan)) <= absent


def _count(connection: Connection, plan: Plan, most: int = FEW) -> int:
    """How many articles a plan has, counted up to ``most``."""
    if plan.empty:
        return 0
    selection, order = plan.select("newest")
    statement, parameters = selection.count(most, order)
    return present(connection.execute(statement, parameters, prepare=False).fetchone())["total"]
