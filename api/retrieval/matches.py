"""The matches of a search: all of them, or those that a scan in order of time finds."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from api.retrieval.access_path import LINKED_FACTOR, is_linked
from api.retrieval.cardinality import SORTED_AT_MOST
from api.retrieval.plan import Plan
from api.retrieval.select import Order, Selection


def all_matches(plan: Plan, sort: str) -> tuple[Selection, Order]:
    """All matches of a search, read along the full-text index, or along a filter that leaves fewer articles."""
    cardinality = plan.cardinality
    filtered = cardinality.without_search
    fewest = filtered.frequencies[filtered.rarest] if filtered.rarest else cardinality.articles
    search = cardinality.search
    indexed = search.indexed * cardinality.articles if search else cardinality.frequencies.get("q", 0)
    has_order = sort != "updated" or fewest <= SORTED_AT_MOST
    factor = LINKED_FACTOR if is_linked(filtered) else 1
    if filtered.rarest and fewest * factor < indexed and has_order:
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
    if filtered.cardinality.has_at_most(limit):
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
