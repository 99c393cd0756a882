"""Did you mean: a search that finds next to nothing, in words that the archive has."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice, product
from typing import Any, Protocol

from api.postgres.connection import Connection, present
from api.queries import suggest
from api.retrieval.cardinality import known
from api.retrieval.plan import asked, selected
from api.search.parser import Misread, parse
from api.text.folding import words

# A search that finds fewer articles finds very little, and a word that is in fewer may be misspelled.
FEW = 3

LOOKED_AT = 8
ALTERNATIVES = 3
TRIED = 6

# What is excluded is no concern, and neither are operators and beginnings of words.
_PIECE = re.compile(r"""(?<!\S)-(?:"[^"]*"?|\S+)|[^\s"()'\-\u2010-\u2015\u2019]+""")
_OPERATORS = ("OR", "AND", "NOT")


class Vocabulary(Protocol):
    """Words that the archive has."""

    def near(self, word: str) -> Sequence[tuple[int, str]]:
        """Those that differ from this one by a typo or two: how many, and the word; best first."""
        ...


def vocabulary(connection: Connection) -> Vocabulary:
    """The words of the names of tags, people and outlets."""
    return suggest.names(connection)


def suggestion(connection: Connection, filters: Mapping[str, Any], q: str) -> str | None:
    """``q`` with its rare words replaced by near ones, when that finds more articles; else None.

    ``filters`` are those of ``articles.page``; they hold for what is found.
    """
    near = vocabulary(connection)
    doubtful: list[tuple[re.Match[str], list[str]]] = []
    for piece in islice(_pieces(q), LOOKED_AT):
        alternatives = [text.replace('"', "") for _, text in near.near(piece[0])[:ALTERNATIVES]]
        # A word that means nothing in any language, such as "the", counts as in every article.
        if alternatives and _found(connection, {}, piece[0], nothing=FEW) < FEW:
            doubtful.append((piece, alternatives))
    if not doubtful:
        return None
    found = _found(connection, filters, q)
    for chosen in islice(product(*(alternatives for _, alternatives in doubtful)), TRIED):
        text = q
        for (piece, _), word in reversed([*zip(doubtful, chosen, strict=True)]):
            text = f"{text[: piece.start()]}{word}{text[piece.end() :]}"
        if _found(connection, filters, text, found + 1) > found:
            return text
    return None


def _pieces(q: str) -> Sequence[re.Match[str]]:
    """The words of a search that it looks for."""
    return [
        piece
        for piece in _PIECE.finditer(q)
        if not piece[0].startswith("-")
        and not piece[0].endswith("*")
        and ":" not in piece[0]
        and piece[0] not in _OPERATORS
        and words(piece[0])
    ]


def _found(connection: Connection, filters: Mapping[str, Any], q: str, most: int = FEW, nothing: int = 0) -> int:
    """How many articles there are, ``most`` at most; ``nothing`` when the search holds no word that counts."""
    try:
        query = asked(connection, parse(q)).tsquery
    except Misread:
        return 0
    if query is None:
        return nothing
    held = known(connection, filters, query, "newest")
    if held is None:
        return 0
    selection, order = selected(held, query, "newest")
    statement, parameters = selection.count(most, order)
    return present(connection.execute(statement, parameters, prepare=False).fetchone())["total"]
