"""Searches in order of time: scanned in order where they match much, fetched as a whole and sorted where little."""

from dataclasses import replace

from api.postgres.connection import Connection
from api.retrieval.access_path import scan_limit
from api.retrieval.keyset import COUNTED_AT_MOST, Page, PageRequest, count, fetch
from api.retrieval.matches import all_matches, scan
from api.retrieval.newest import newest_matches
from api.retrieval.plan import Columns, Plan


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
    if how == "capped":
        counted = newest_matches(connection, plan, COUNTED_AT_MOST + 1)
        total = min(max(counted.count, len(found.rows)), COUNTED_AT_MOST)
        return replace(found, total=total, capped=not counted.complete)
    total, capped = count(connection, *all_matches(plan, "newest"), how)
    return replace(found, total=total, capped=capped)
