"""What an order by relevance follows from besides the articles. The cursors of its pages contain it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.postgres.connection import Connection, present
from api.retrieval import access_path
from api.retrieval.access_path import fetch_cost
from api.retrieval.cardinality import Cardinality
from api.retrieval.cursors import invalid_cursor
from api.search.single_words import SingleWord
from api.search.tsquery import Lexeme

# Where fetching all matches costs more than COST_AT_MOST, candidates are gathered among the newest articles: as many as
# should hold ENOUGH candidates, within the bounds of SCANNED.
COST_AT_MOST = 25_000
ENOUGH = 500
SCANNED = (2_000, 10_000)
# A search without filters need not scan those: the full-text index and the index of times are intersected. That is
# cheaper where the terms are in at most so many articles for each of the newest, and pays from a lower cost on.
INTERSECTED_AT_MOST = 5
INTERSECTED_COST_AT_MOST = 10_000

KEY_LENGTH = 12
"""The number of values in a sort key: the place of an article in the order, and what is pinned."""


@dataclass(frozen=True)
class Pinned:
    """What the order follows from besides the articles.

    ``bounded``: a relaxed search has as many of its terms as are in RANKED_AT_MOST articles together. Candidates are
    all matches, or those among so many ``newest`` articles that pass the filters, or those published ``since`` a time
    in ISO format. The frequency of a lexeme that is in no article is 0.
    """

    ranked_at: str
    relaxed: bool
    bounded: bool
    newest: int | None
    since: str | None
    articles: int
    lengths: tuple[float, float, float]
    frequencies: tuple[int, ...]

    @property
    def all_matches(self) -> bool:
        """Whether all matches are candidates."""
        return self.newest is None and self.since is None

    def without(self, absent: Sequence[SingleWord], lexemes: Sequence[Lexeme]) -> "Pinned":
        """The same with these words in no article; ``lexemes`` are those of the ``frequencies``.

        The pairs of characters of an absent word in a script without spaces may be in articles.
        """
        nowhere = {lexeme for word in absent if " " not in word.tokens for lexeme in word.lexemes}
        pairs = zip(lexemes, self.frequencies, strict=False)
        return replace(self, frequencies=tuple(0 if lexeme in nowhere else number for lexeme, number in pairs))


def pin(connection: Connection, lexemes: Sequence[Lexeme], cardinality: Cardinality, most: int) -> Pinned:
    """What the order of a first page follows from; ``most`` is how many articles are ranked."""
    statistics = cardinality.statistics
    now = statistics.read_at if statistics else _now(connection)
    newest, since = candidates_among(connection, cardinality)
    unseen = statistics.unseen if statistics else 1
    return Pinned(
        now.isoformat(),
        relaxed=False,
        bounded=cardinality.fewest > most,
        newest=newest,
        since=since,
        articles=statistics.articles if statistics else 0,
        lengths=_rounded(statistics.lengths) if statistics else (0, 0, 0),
        # Two digits are enough, and keep cursors short.
        frequencies=tuple(
            int(float(f"{cardinality.document_frequencies.get(lexeme, unseen):.1e}")) for lexeme in lexemes
        ),
    )


def from_key(key: Sequence[Any] | None) -> Pinned | None:
    """What a sort key pins; None for a first page. Raises InvalidCursor for a key of another release."""
    if key is None:
        return None
    if len(key) != KEY_LENGTH:
        raise invalid_cursor()
    ranked_at, relaxed, bounded, newest, since, articles, lengths, frequencies = key[4:]
    return Pinned(ranked_at, relaxed, bounded, newest, since, articles, _rounded(lengths), tuple(frequencies))


def _now(connection: Connection) -> datetime:
    return present(connection.execute("select now() as now").fetchone())["now"]


def candidates_among(connection: Connection, cardinality: Cardinality) -> tuple[int | None, str | None]:
    """The number of newest articles to search for candidates, or the start time; both None for all articles."""
    search = cardinality.search
    if search is None:
        return None, None
    factor = access_path.LINKED_FACTOR if access_path.is_linked(cardinality.without_search) else 1
    cost = min(
        cardinality.fewest * access_path.SCAN_COST * factor,
        fetch_cost(search, cardinality.articles),
    )
    least, most = SCANNED[0], SCANNED[1] // factor
    newest = round(min(max(ENOUGH / search.matching, least), most)) if search.matching else most
    indexed = search.indexed * cardinality.articles
    intersected = cardinality.filters.keys() == {"q"} and indexed <= INTERSECTED_AT_MOST * newest
    if cost <= (INTERSECTED_COST_AT_MOST if intersected else COST_AT_MOST):
        return None, None
    return (None, _since(connection, newest)) if intersected else (newest, None)


def _since(connection: Connection, newest: int) -> str | None:
    """When the last of so many of the newest articles was published; None where there are fewer."""
    row = connection.execute(
        "select published_at from articles where visible"
        " order by published_at desc, id desc offset %(newest)s - 1 limit 1",
        {"newest": newest},
    ).fetchone()
    return row["published_at"].isoformat() if row else None


def _rounded(lengths: Iterable[float]) -> tuple[float, float, float]:
    headline, standfirst, body = (round(length, 1) for length in lengths)
    return headline, standfirst, body
