"""Running one page of a selection."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, LiteralString

from psycopg import Cursor
from psycopg.rows import DictRow

from api.postgres.connection import Connection, at_once, planned_once, present
from api.postgres.prepared import unread
from api.retrieval.select import Order, Selection, bound

COUNTED_AT_MOST = 1_000


@dataclass(frozen=True)
class Wanted:
    """Which page: ``limit`` rows behind ``place`` in the order, or before it; counted or not."""

    limit: int
    place: Sequence[object] | None = None
    backward: bool = False
    count: str = "none"


@dataclass(frozen=True)
class Page:
    """Rows in order, the places from which pages before and behind it go on, and how many rows there are in all.

    Rows of articles are JSON that can be sent but not read. ``explained`` is how a search was understood; ``meta`` has
    more facts about the whole list, as they are shown.
    """

    rows: list[Any]
    prev: list[Any] | None = None
    next: list[Any] | None = None
    total: int | None = None
    capped: bool = False
    ranked: "Ranked | None" = None
    explained: Mapping[str, Any] | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ranked:
    """How many articles were ranked by relevance, whether those are all that match, and whether any word was enough.

    ``strict`` is how many of them the search itself finds, where the page is the first.
    """

    articles: int
    all: bool
    relaxed: bool = False
    strict: int = 0


def fetch(
    connection: Connection,
    selection: Selection,
    order: Order,
    wanted: Wanted,
    *,
    counted: tuple[Selection, Order] | None = None,
) -> Page:
    """One page of a selection. ``counted`` has the same rows, with an order to count them in, if not the page's."""
    found, total = _planned(connection, selection, _along(order, wanted), wanted, counted or (selection, order))
    return _page(found, total, order, wanted)


def fetch_settled(
    connection: Connection, selection: Selection, order: Order, parameters: Mapping[str, object], wanted: Wanted
) -> Page:
    """One page of a settled selection, whose statement is written once for all ``parameters``."""
    if wanted.count == "exact":
        return fetch(connection, replace(selection, parameters=parameters), order, wanted)
    counted = wanted.count != "none"
    statement = _statement(selection, _along(order, wanted), wanted.place is not None, counted)
    parameters = {**parameters, **bound(wanted.place or ()), "limit": wanted.limit + 1, "most": COUNTED_AT_MOST + 1}
    found, total = planned_once(connection, statement, parameters), None
    if counted:
        total = found[0]["total"]
        found = [row for row in found if row[order.names[-1]] is not None]
    return _page(found, total, order, wanted)


@lru_cache(1_000)
def _statement(selection: Selection, order: Order, behind: bool, counted: bool) -> LiteralString:
    place = order.names if behind else None
    statement, _ = selection.counted_page(order, place, 0, 0) if counted else selection.page(order, place, 0)
    return statement


def _along(order: Order, wanted: Wanted) -> Order:
    return order.reversed if wanted.backward else order


def _page(found: list[DictRow], total: int | None, order: Order, wanted: Wanted) -> Page:
    more = len(found) > wanted.limit
    del found[wanted.limit :]
    if wanted.backward:
        found.reverse()
    first, last = ([found[end][name] for name in order.names] for end in (0, -1)) if found else (None, None)
    total, capped = _told(total, wanted.count)
    return Page(
        found,
        prev=first if (more if wanted.backward else wanted.place is not None) else None,
        next=last if wanted.backward or more else None,
        total=total,
        capped=capped,
    )


def _planned(
    connection: Connection, selection: Selection, order: Order, wanted: Wanted, counted: tuple[Selection, Order]
) -> tuple[list[DictRow], int | None]:
    with nullcontext() if wanted.count == "none" else at_once(connection):
        # A generic plan cannot know how frequent a tag or a word is; measured 20 times slower for tag and q.
        statement, parameters = selection.page(order, wanted.place, wanted.limit)
        cursor = unread(connection).execute(statement, parameters, prepare=False)
        counting = _count(connection, *counted, wanted.count)
    return cursor.fetchall(), _total(counting)


def hide(rows: Iterable[DictRow], columns: Iterable[str]) -> None:
    """Take away columns that were read for something else than to be shown."""
    for column in columns:
        for row in rows:
            del row[column]


def empty(wanted: Wanted) -> Page:
    """The page of a list that can hold nothing."""
    return Page([], total=None if wanted.count == "none" else 0)


def total_of(connection: Connection, selection: Selection, order: Order, count: str) -> tuple[int | None, bool]:
    """How many rows a selection has, and whether it has more than that."""
    return _told(_total(_count(connection, selection, order, count)), count)


def _total(counting: Cursor[DictRow] | None) -> int | None:
    return present(counting.fetchone())["total"] if counting else None


def _told(total: int | None, count: str) -> tuple[int | None, bool]:
    if count == "capped" and total is not None and total > COUNTED_AT_MOST:
        return COUNTED_AT_MOST, True
    return total, False


def _count(connection: Connection, selection: Selection, order: Order, count: str) -> Cursor[DictRow] | None:
    if count == "none":
        return None
    statement, parameters = selection.count(COUNTED_AT_MOST + 1 if count == "capped" else None, order)
    return connection.execute(statement, parameters, prepare=False)
