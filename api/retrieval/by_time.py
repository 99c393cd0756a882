"""Lists of what a search finds, by time: walked where it finds much, fetched as a whole where it finds little."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import LiteralString

from api.postgres.connection import Connection
from api.retrieval.access_path import walked
from api.retrieval.cardinality import GATHERED_AT_MOST, Known
from api.retrieval.keyset import COUNTED_AT_MOST, Page, Wanted, fetch, total_of
from api.retrieval.select import Order, Selection
from api.search import fulltext

# Makes the selection and order of a list: of what is known of its filters, a tsquery and a sort.
Select = Callable[[Known, str | None, str], tuple[Selection, Order]]


def page(
    connection: Connection,
    select: Select,
    found: Known,
    query: str,
    sort: str,
    wanted: Wanted,
    columns: LiteralString,
) -> Page:
    """A page of what is found, by time."""
    uncounted = replace(wanted, count="none")
    most = walked(found, wanted.limit + 1, sort)
    shown = None
    if most is not None:
        walk, order = walking(select, found, query, sort, most, wanted.place, wanted.backward)
        shown = fetch(connection, replace(walk, columns=columns), order, uncounted)
        full = shown.prev if wanted.backward else shown.next
        shown = shown if full else None
    if shown is None:
        whole, order = matches(select, found, query, sort)
        shown = fetch(connection, replace(whole, columns=columns), order, uncounted)
    return counted(connection, select, found, query, wanted.count, shown)


def counted(connection: Connection, select: Select, found: Known, query: str, count: str, shown: Page) -> Page:
    """The page with the number of all that is found."""
    if count == "none":
        return shown
    if count == "capped" and (most := walked(found, COUNTED_AT_MOST + 1, "newest")) is not None:
        total, capped = total_of(connection, *walking(select, found, query, "newest", most), count)
        if capped:
            return replace(shown, total=total, capped=True)
    total, capped = total_of(connection, *matches(select, found, query, "newest"), count)
    return replace(shown, total=total, capped=capped)


def matches(select: Select, found: Known, query: str, sort: str) -> tuple[Selection, Order]:
    """All that a search finds, fetched along the index of words or along a filter that leaves less."""
    others = found.without_search
    rarest = others.frequencies[others.rarest] if others.rarest else found.articles
    looked_at = found.found.looked_at * found.articles if found.found else found.frequencies.get("q", 0)
    ordered = sort != "updated" or rarest <= GATHERED_AT_MOST
    if others.rarest and rarest < looked_at and ordered:
        return select(others, query, sort)
    selection, order = select(replace(found, frequencies={}), query, sort)
    return replace(selection, gathered=True), order


def walking(
    select: Select,
    found: Known,
    query: str,
    sort: str,
    most: int,
    place: Sequence[object] | None = None,
    backward: bool = False,
    narrowed: Callable[[Selection], Selection] = lambda selection: selection,
) -> tuple[Selection, Order]:
    """What matches among the first ``most`` articles behind ``place`` that pass the other filters."""
    others = found.without_search
    if most >= min(others.frequencies.values(), default=found.articles):
        whole, order = select(others, query, sort)
        return narrowed(whole), order
    passed, order = select(others, None, sort)
    passed = narrowed(replace(passed, columns="a.*"))
    way = order.reversed if backward else order
    if place is not None:
        passed = passed.after(way, place)
    inner = passed.first(way, "%(walked)s")
    selection = Selection("a.*", f"({inner}) as a", parameters={**passed.bound, "walked": most})
    return selection.where(fulltext.MATCHES, q=query), order.named
