"""How many articles were published when."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from api.model.calendar import INTERVALS, Stretch, stretches
from api.postgres.connection import Connection, at_once
from api.retrieval.cardinality import Known, known
from api.retrieval.plan import asked, selected

MOST = 1_000


class TooLong(Exception):
    """The time asked for has more than MOST intervals; ``fitting`` is the shortest one that has not, if any."""

    def __init__(self, fitting: str | None) -> None:
        super().__init__(fitting)
        self.fitting = fitting


def timeline(connection: Connection, filters: Mapping[str, Any], interval: str, tz: str) -> list[dict[str, Any]]:
    """Intervals with the ``count`` of articles that pass every filter, the empty ones between them included.

    ``filters`` are those of ``articles.page``. The first and last day of each are of the time zone ``tz``, by whose
    days ``from`` and ``to`` count as well. Raises TooLong, and OverflowError for days beyond the year 9999.
    """
    query = asked(connection, filters["q"]).tsquery if "q" in filters else None
    found = None if "q" in filters and query is None else known(connection, filters, query, "newest")
    since, until = _span(connection, filters, found, query)
    if since is None or until is None or since > until:
        return []
    parts = _parts(interval, ZoneInfo(tz), since, until)
    counts = _counts(connection, found, query, parts) if found else {}
    return [{"from": part.first, "to": part.last, "count": counts.get(n, 0)} for n, part in enumerate(parts)]


def _span(
    connection: Connection, filters: Mapping[str, Any], found: Known | None, query: str | None
) -> tuple[datetime | None, datetime | None]:
    """The first moment and the last one: those asked for, else of the articles."""
    since = filters.get("from")
    until = filters["to"] - timedelta(microseconds=1) if "to" in filters else None
    if found and None in (since, until):
        with at_once(connection):
            ends = [_ask(connection, found, query, sort) for sort in ("oldest", "newest")]
        first, last = (row["published_at"] if (row := cursor.fetchone()) else None for cursor in ends)
        since, until = since or first, until or last
    return since, until


def _ask(connection: Connection, found: Known, query: str | None, sort: str) -> Any:
    selection, order = selected(found, query, sort, ["published_at"])
    return connection.execute(selection.first(order, "1"), selection.parameters, prepare=False)


def _parts(interval: str, zone: ZoneInfo, since: datetime, until: datetime) -> list[Stretch]:
    """The intervals between two moments."""
    for longer in INTERVALS[INTERVALS.index(interval) :]:
        parts = list(islice(stretches(longer, zone, since, until), MOST + 1))
        if len(parts) <= MOST:
            if longer == interval:
                return parts
            raise TooLong(longer)
    raise TooLong(None)


def _counts(connection: Connection, found: Known, query: str | None, parts: list[Stretch]) -> dict[int, int]:
    # All are counted, so the planner has no end to hope for: it chooses the way by what the filters leave.
    selection, _ = selected(replace(found, frequencies={}), query, "newest")
    filtered = " and ".join(selection.conditions)
    # The days begin when Python says so, as those of from and to do; Postgres may have other rules of time zones.
    statement: LiteralString = f"""
        select width_bucket(a.published_at, %(begins)s::timestamptz[]) as part, count(*) as articles
        from {selection.source} where {filtered}
        group by part"""
    begins = [part.begin for part in parts[1:]]
    rows = connection.execute(statement, {**selection.parameters, "begins": begins}, prepare=False).fetchall()
    return {row["part"]: row["articles"] for row in rows}
