"""Running one page of a selection, and the JSON that passes through unread."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import orjson
from psycopg import Cursor
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.rows import DictRow

from api.database import Connection, at_once, present
from api.selection import Order, Selection

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

    ``explained`` is how a search was understood; ``meta`` has more facts about the whole list, as they are shown.
    """

    rows: list[DictRow]
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


class FragmentLoader(Loader):
    """Hands a json column to orjson as it came; such a value can be sent but not read."""

    def load(self, data: Buffer) -> orjson.Fragment:
        return orjson.Fragment(bytes(data))


def unread(connection: Connection) -> Cursor[DictRow]:
    """A cursor whose json columns pass through to the answer as they came."""
    cursor = connection.cursor()
    cursor.adapters.register_loader("json", FragmentLoader)
    return cursor


def fetch(
    connection: Connection,
    selection: Selection,
    order: Order,
    wanted: Wanted,
    *,
    counted: tuple[Selection, Order] | None = None,
) -> Page:
    """One page of a selection. ``counted`` has the same rows, with an order to count them in, if not the page's."""
    with nullcontext() if wanted.count == "none" else at_once(connection):
        statement, parameters = selection.page(order.reversed if wanted.backward else order, wanted.place, wanted.limit)
        # A generic plan cannot know how frequent a tag or a word is; measured 20 times slower for tag and q.
        prepare = None if selection.settled else False
        cursor = unread(connection).execute(statement, parameters, prepare=prepare)
        counting = _count(connection, *(counted or (selection, order)), wanted.count)
    rows = cursor.fetchall()
    more = len(rows) > wanted.limit
    del rows[wanted.limit :]
    if wanted.backward:
        rows.reverse()
    first, last = ([rows[end][name] for name in order.names] for end in (0, -1)) if rows else (None, None)
    total, capped = _total(counting, wanted.count)
    return Page(
        rows,
        prev=first if (more if wanted.backward else wanted.place is not None) else None,
        next=last if wanted.backward or more else None,
        total=total,
        capped=capped,
    )


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
    return _total(_count(connection, selection, order, count), count)


def _total(counting: Cursor[DictRow] | None, count: str) -> tuple[int | None, bool]:
    total = present(counting.fetchone())["total"] if counting else None
    if count == "capped" and total is not None and total > COUNTED_AT_MOST:
        return COUNTED_AT_MOST, True
    return total, False


def _count(connection: Connection, selection: Selection, order: Order, count: str) -> Cursor[DictRow] | None:
    if count == "none":
        return None
    statement, parameters = selection.count(COUNTED_AT_MOST + 1 if count == "capped" else None, order)
    return connection.execute(statement, parameters, prepare=False)
