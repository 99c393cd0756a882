"""Keyset paging: one page of a selection, and its total."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, LiteralString

from psycopg import Cursor
from psycopg.rows import DictRow

from api.postgres.connection import Connection, in_pipeline, planned_once, present
from api.postgres.prepared import raw_json_cursor
from api.retrieval.plan import Plan
from api.retrieval.select import Order, Selection, key_parameters
from api.search.single_words import SingleWord

COUNTED_AT_MOST = 1_000


@dataclass(frozen=True)
class PageRequest:
    """``limit`` rows after the sort key ``key``, or before it if ``backward``; ``count`` is none, capped or exact."""

    limit: int
    key: Sequence[object] | None = None
    backward: bool = False
    count: str = "none"


@dataclass(frozen=True)
class Page:
    """Rows in order, the sort keys from which the previous and next page go on, and the number of all rows.

    Rows of articles are JSON fragments, which can be sent but not read. ``capped`` says that there are more than
    ``total``, ``cut`` that the page has fewer rows than requested because of their size. ``explanation`` says how a
    search was understood; ``meta`` has further facts about the whole list.
    """

    rows: list[Any]
    prev: list[Any] | None = None
    next: list[Any] | None = None
    total: int | None = None
    capped: bool = False
    cut: bool = False
    ranking: "Ranking | None" = None
    explanation: Mapping[str, Any] | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ranking:
    """How many articles were ranked by relevance, and whether those are all that match.

    ``strict`` is how many matched all terms, on a first page. A ``relaxed`` plan is the one of a list for which some of
    the terms were enough. ``absent`` are the words that are in no article, where little matched.
    """

    articles: int
    complete: bool
    strict: int = 0
    relaxed: Plan | None = None
    absent: Sequence[SingleWord] = ()


def fetch(
    connection: Connection,
    selection: Selection,
    order: Order,
    request: PageRequest,
    *,
    counted: tuple[Selection, Order] | None = None,
) -> Page:
    """One page of a selection. ``counted`` has the same rows and is cheaper to count, if there is one."""
    with nullcontext() if request.count == "none" else in_pipeline(connection):
        # A generic plan cannot know how frequent a tag or term is; for a tag with a search it was 20 times as slow.
        statement, parameters = selection.page(_direction(order, request), request.key, request.limit)
        cursor = raw_json_cursor(connection).execute(statement, parameters, prepare=False)
        counting = _count(connection, *(counted or (selection, order)), request.count)
    rows = cursor.fetchall()
    if lacks_long_rows(rows):
        statement, parameters = selection.page(_direction(order, request), request.key, request.limit, sized=True)
        rows = raw_json_cursor(connection).execute(statement, parameters, prepare=False).fetchall()
    return _page(rows, _total(counting), order, request)


def fetch_fixed(
    connection: Connection, selection: Selection, order: Order, parameters: Mapping[str, object], request: PageRequest
) -> Page:
    """One page of a fixed selection and its total, by one statement that is prepared once for all ``parameters``."""
    if request.count == "exact":
        return fetch(connection, replace(selection, parameters=parameters), order, request)
    counted = request.count != "none"
    direction, has_key = _direction(order, request), request.key is not None
    parameters = {
        **parameters,
        **key_parameters(request.key or ()),
        "limit": request.limit + 1,
        "most": COUNTED_AT_MOST + 1,
    }
    for sized in (False, True):
        statement = _fixed_statement(selection, direction, has_key, counted, sized)
        rows, total = planned_once(connection, statement, parameters), None
        if counted:
            total = rows[0]["total"]
            rows = [row for row in rows if row[order.names[-1]] is not None]
        if not lacks_long_rows(rows):
            break
    return _page(rows, total, order, request)


def lacks_long_rows(rows: Iterable[DictRow]) -> bool:
    """Whether rows of articles have been read without their entries because these are long."""
    return any(row.get("entry", "") is None for row in rows)


def empty_page(request: PageRequest) -> Page:
    """The page of a list that matches nothing."""
    return Page([], total=None if request.count == "none" else 0)


def count(connection: Connection, selection: Selection, order: Order, how: str) -> tuple[int | None, bool]:
    """How many rows a selection has, and whether there are more than that; ``how`` is none, capped or exact."""
    return _capped(_total(_count(connection, selection, order, how)), how)


def hide(rows: Iterable[DictRow], columns: Iterable[str]) -> None:
    """Remove columns that are not part of the response."""
    for column in columns:
        for row in rows:
            del row[column]


@lru_cache(1_000)
def _fixed_statement(selection: Selection, order: Order, has_key: bool, counted: bool, sized: bool) -> LiteralString:
    key = order.names if has_key else None
    if counted:
        return selection.counted_page(order, key, 0, 0, sized=sized)[0]
    return selection.page(order, key, 0, sized=sized)[0]


def _direction(order: Order, request: PageRequest) -> Order:
    return order.reversed if request.backward else order


def _page(rows: list[DictRow], total: int | None, order: Order, request: PageRequest) -> Page:
    available = rows[0].get("available", len(rows)) if rows else 0
    cut = len(rows) < min(available, request.limit)
    more = cut or available > request.limit
    del rows[request.limit :]
    if request.backward:
        rows.reverse()
    first, last = ([rows[end][name] for name in order.names] for end in (0, -1)) if rows else (None, None)
    total, capped = _capped(total, request.count)
    return Page(
        rows,
        prev=first if (more if request.backward else request.key is not None) else None,
        next=last if request.backward or more else None,
        total=total,
        capped=capped,
        cut=cut,
    )


def _total(counting: Cursor[DictRow] | None) -> int | None:
    return present(counting.fetchone())["total"] if counting else None


def _capped(total: int | None, how: str) -> tuple[int | None, bool]:
    if how == "capped" and total is not None and total > COUNTED_AT_MOST:
        return COUNTED_AT_MOST, True
    return total, False


def _count(connection: Connection, selection: Selection, order: Order, how: str) -> Cursor[DictRow] | None:
    if how == "none":
        return None
    statement, parameters = selection.count(COUNTED_AT_MOST + 1 if how == "capped" else None, order)
    return connection.execute(statement, parameters, prepare=False)
