"""Searches in order of time: scanned in order where they match much, fetched as a whole and sorted where little."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from api.postgres.connection import Connection
from api.retrieval.access_path import scan_limit
from api.retrieval.cardinality import SORTED_AT_MOST
from api.retrieval.keyset import COUNTED_AT_MOST, Page, PageRequest, count, fetch
from api.retrieval.plan import Columns, Plan
from api.retrieval.select import Order, Selection


def page(connection: Connection, plan: Plan, sort: str, request: PageRequest, columns: Columns) -> Page:
    """A page of what a search matches, in order of time."""
    uncounted = replace(request, count="none")
    found = None
    if (limit := scan_limit(plan.cardinality, request.limit + 1, sort)) is not None:
        selection, order = scan(plan, sort, limit, request.key, request.backward)
        found = fetch(connection, columns.of(selection), order, uncounted)
        is_full = found.prev if request.backward else found.next
        found = found if is_full else None
    if found is None:
        selection, order = all_matches(plan, sort)
        found = fetch(connection, columns.of(selection), order, uncounted)
    return with_total(connection, plan, request.count, found)


def with_total(connection: Connection, plan: Plan, how: str, found: Page) -> Page:
    """The page with the number of all matches; ``how`` is none, capped or exact."""
    if how == "none":
        return found
    if how == "capped" and (limit := scan_limit(plan.cardinality, COUNTED_AT_MOST + 1, "newest")) is not None:
        total, capped = count(connection, *scan(plan, "newest", limit), how)
        if capped:
            return replace(found, total=total, capped=True)
    total, capped = count(connection, *all_matches(plan, "newest"), how)
    return replace(found, total=total, capped=capped)


def all_matches(plan: Plan, sort: str) -> tuple[Selection, Order]:
    """All matches of a search, read along the full-text index, or along a filter that leaves fewer articles."""
    cardinality = plan.cardinality
    filtered = cardinality.without_search
    fewest = filtered.frequencies[filtered.rarest] if filtered.rarest else cardinality.articles
    search = cardinality.search
    indexed = search.indexed * cardinality.articles if search else cardinality.frequencies.get("q", 0)
    has_order = sort != "updated" or fewest <= SORTED_AT_MOST
    if filtered.rarest and fewest < indexed and has_order:
        return plan.along_filters.select(sort)
    selection, order = plan.along_any_index.select(sort)
    return replace(selection, materialized=True), order


def scan(
    plan: Plan,
    sort: str,
    limit: int,
    key: Sequence[object] | None = None,
    backward: bool = False,
    narrow: Callable[[Selection], Selection] = lambda selection: selection,
) -> tuple[Selection, Order]:
    """The matches among the first ``limit`` articles after ``key`` that pass all other filters."""
    filtered = plan.along_filters
    if limit >= filtered.cardinality.fewest:
        selection, order = filtered.select(sort)
        return narrow(selection), order
    selection, order = plan.before_search.select(sort)
    selection = narrow(replace(selection, columns="a.*"))
    direction = order.reversed if backward else order
    if key is not None:
        selection = selection.after(direction, key)
    scanned = selection.first(direction, "%(scanned)s")
    matching = Selection("a.*", f"({scanned}) as a", parameters={**selection.all_parameters, "scanned": limit})
    matching = plan.matching(matching, in_order=True)
    return plan.collapsed(matching) if plan.collapse else matching, order.named
