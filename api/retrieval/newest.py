"""The newest matches of a search, found without reading all of them where they are many.

Where much matches, articles are scanned in order of time. Otherwise the full-text index is intersected with the index
of times of publication, since a time after which there should be enough matches; if there are not, since earlier ones.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil, inf
from typing import LiteralString

from api.postgres.connection import Connection, pipelined, present
from api.retrieval import published
from api.retrieval.access_path import (
    ARTICLES,
    FETCH_COST,
    LINKED_FACTOR,
    LINKS,
    ORDERED,
    RECHECK_COST,
    SCAN_COST,
    is_linked,
)
from api.retrieval.cardinality import UNCOUNTED
from api.retrieval.filters import FILTERS
from api.retrieval.matches import all_matches, scan
from api.retrieval.plan import Plan, order_by
from api.retrieval.sampling import WORK_MEM
from api.retrieval.select import Order, Selection

READ_AT_MOST = 15_000
"""About how many articles are read to find the newest matches of a search with further filters."""
SPARE = 1.5
"""How many times more matches than are wanted are read, as they are not spread evenly over time."""
FURTHER = (2, 8)
"""How many times more articles than before are intersected, at least and at most, if too few of those match."""
ENTRY_COST = 0.2
"""The cost of an entry of an index, relative to the costs of access_path."""


@dataclass(frozen=True)
class Newest:
    """The ids of matches, as the text of an array, and their number; ``complete`` if there are no others."""

    ids: str
    count: int
    complete: bool


@dataclass(frozen=True)
class _Search:
    """What is expected of the search of a plan.

    Its matches are looked for back in the order of time of the ``walked`` articles: all, or those of one filter. About
    the part ``indexed`` of all articles is found by an index and read, ``matching`` are those that also match;
    ``passing`` is the part of the walked articles that passes the other filters. All three are above zero. The search
    is ``filtered`` if more may have to be read than matches.
    """

    plan: Plan
    walked: Selection
    indexed: float
    matching: float
    passing: float
    filtered: bool

    @property
    def articles(self) -> int:
        """The number of all articles."""
        return self.plan.cardinality.articles


def newest_matches(connection: Connection, plan: Plan, most: int) -> Newest:
    """The newest matches of a search, up to ``most``.

    Of a search with filters, or a hashtag beside other terms, others may be left out if about READ_AT_MOST articles
    have been read.
    """
    if plan.empty:
        return Newest("{}", 0, complete=True)
    search = _search(plan)
    reach = SPARE * most / (search.matching * search.passing)
    if _is_scanned(search, most):
        limit = min(ceil(SPARE * most / search.matching), READ_AT_MOST)
        whole = plan.cardinality.has_at_most(limit)
        found = _read(connection, *_scanned(connection, plan, limit), most, whole=whole)
        if found.count == most or whole or (search.filtered and limit == READ_AT_MOST):
            return found
        reach = _further(limit / search.passing, found, most)
    return _intersected(connection, search, most, reach)


def _intersected(connection: Connection, search: _Search, most: int, reach: float) -> Newest:
    """The newest matches among the first ``reach`` articles; among more of them while there are too few."""
    furthest = READ_AT_MOST / search.indexed if search.filtered else inf
    reach = min(reach, furthest)
    # If few articles match, reading all of them is cheaper than looking up a start time.
    if search.indexed * search.articles * FETCH_COST <= reach * (ENTRY_COST + search.indexed * FETCH_COST):
        reach = search.articles
    while True:
        since = _moment(connection, search.walked, ceil(reach)) if reach < search.articles else None
        selected = all_matches(replace(search.plan, since=since), "newest")
        found = _read(connection, *selected, most, whole=since is None)
        if found.count == most or since is None or reach == furthest:
            return found
        reach = min(_further(reach, found, most), furthest)


def _scanned(connection: Connection, plan: Plan, limit: int) -> tuple[Selection, Order]:
    """The matches among the first ``limit`` articles that pass all other filters.

    Of a tag or person, a scan of all articles since the last of so many links ends at the last match that is wanted.
    """
    name = plan.cardinality.without_search.rarest or ""
    values = plan.cardinality.filters.get(name)
    if name not in LINKS or not isinstance(values, list) or len(values) != 1:
        return scan(plan, "newest", limit)
    links, column, _ = LINKS[name]
    walked = Selection("l.published_at", links, (f"{column} = %(driving)s",), {"driving": values[0]})
    narrowed = published.narrow(walked, plan.cardinality.filters, "l.published_at")
    since = _moment(connection, narrowed, limit, linked=True)
    return replace(plan.along_filters, since=since).select("newest")


def _further(reach: float, found: Newest, most: int) -> float:
    least, greatest = FURTHER
    return reach * min(max(SPARE * most / max(found.count, 1), least), greatest)


def _is_scanned(search: _Search, most: int) -> bool:
    """Whether a scan is expected to cost less than the full-text index."""
    cardinality, scanned = search.plan.cardinality, most / search.matching
    if not search.filtered and scanned > READ_AT_MOST:
        return False
    if cardinality.fewest != UNCOUNTED:
        scanned = min(scanned, cardinality.fewest)
    factor = LINKED_FACTOR if is_linked(cardinality.without_search) else 1
    entries = search.indexed * search.articles
    fetched = min(entries, SPARE * most / (search.matching * search.passing) * search.indexed)
    each = FETCH_COST if cardinality.search and cardinality.search.exact else RECHECK_COST
    return scanned * SCAN_COST * factor <= fetched * each + entries * ENTRY_COST


def _search(plan: Plan) -> _Search:
    cardinality = plan.cardinality
    filters, rarest = cardinality.filters, cardinality.without_search.rarest or ""
    others = {name for name in (*FILTERS, "updated_since") if filters.get(name)}
    walked, passing = Selection("a.published_at", ARTICLES), cardinality.fewest / max(cardinality.articles, 1)
    if rarest in ORDERED and isinstance(values := filters[rarest], list) and len(values) == 1:
        walked = walked.where(FILTERS[rarest][0], **{rarest: values[0]})
        others.remove(rarest)
        passing = 1.0
    # The index of outlets has hidden articles as well, which matter little.
    if rarest != "outlet" or rarest in others:
        walked = walked.where("a.visible")
    if cardinality.fewest == UNCOUNTED or not others:
        passing = 1.0
    least = 1 / max(cardinality.articles, 1)
    indexed = max(cardinality.search.indexed if cardinality.search else 0.0, least)
    # Terms occur together, and phrases occur, more often than expected. It costs little to try first whether they do.
    matching = max(cardinality.search.matching, least) if cardinality.search and plan.hashtags else indexed
    return _Search(
        plan,
        published.narrow(walked, filters, "a.published_at"),
        indexed,
        matching,
        min(max(passing, least), 1.0),
        filtered=bool(others) or len(plan.hashtags) > 1 or plan.rest is not None,
    )


def _moment(connection: Connection, walked: Selection, articles: int, *, linked: bool = False) -> datetime | None:
    """When the last of the newest ``articles`` was published; None if there are fewer."""
    first = walked.first(order_by("newest", linked=linked), "%(reach)s")
    statement: LiteralString = f"select published_at from ({first}) as a offset %(reach)s - 1"
    row = connection.execute(statement, {**walked.parameters, "reach": articles}, prepare=False).fetchone()
    return row["published_at"] if row else None


def _read(connection: Connection, selection: Selection, order: Order, most: int, *, whole: bool) -> Newest:
    """The newest rows of a selection; ``whole`` if it has all matches."""
    first = replace(selection, columns="a.id, a.published_at").first(order, "%(most)s")
    statement: LiteralString = (
        f"select count(*) as total, coalesce(array_agg(id), '{{}}')::text as ids from ({first}) as a"
    )
    with pipelined(connection):
        connection.execute(WORK_MEM)
        cursor = connection.execute(statement, {**selection.all_parameters, "most": most}, prepare=False)
    row = present(cursor.fetchone())
    return Newest(row["ids"], row["total"], complete=whole and row["total"] < most)
