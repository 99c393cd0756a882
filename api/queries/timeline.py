"""Timelines: the number of articles published in each interval."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from psycopg import Cursor
from psycopg.rows import DictRow

from api.model.calendar import INTERVALS, Period, periods
from api.postgres.connection import Connection, in_pipeline
from api.retrieval import published
from api.retrieval.plan import Plan, resolved

INTERVALS_AT_MOST = 1_000
"""The number of entries of a timeline."""

AUTO = "auto"
AUTO_INTERVALS_AT_MOST = 120
"""The number of entries of a timeline whose interval is chosen by AUTO. That many centuries are all of the calendar."""


class TooLong(Exception):
    """The timeline has more than INTERVALS_AT_MOST intervals; ``fitting`` is the shortest one that fits."""

    def __init__(self, fitting: str) -> None:
        super().__init__(fitting)
        self.fitting = fitting


def timeline(connection: Connection, plan: Plan, interval: str, tz: str) -> tuple[str, list[dict[str, Any]]]:
    """The interval, and for each one the ``count`` of a plan's public articles, empty ones in between included.

    AUTO chooses the shortest interval of which AUTO_INTERVALS_AT_MOST are enough. Intervals begin and end with days of
    the time zone ``tz``, by which the filters were read as well. Raises TooLong, and OverflowError where the years 1
    to 9999 in UTC are others in the time zone.
    """
    plan = resolved(connection, plan, "newest").public
    since, until = _span(connection, plan)
    if since is None or until is None or since > until:
        return INTERVALS[0] if interval == AUTO else interval, []
    interval, parts = _parts(interval, ZoneInfo(tz), since, until)
    counts = {} if plan.empty else _counts(connection, plan, parts)
    return interval, [{"from": part.first, "to": part.last, "count": counts.get(n, 0)} for n, part in enumerate(parts)]


def _span(connection: Connection, plan: Plan) -> tuple[datetime | None, datetime | None]:
    """The first and last moment: of the filters on times of publication, else of the articles."""
    spans = published.spans(plan.filters)
    if not spans:
        return None, None
    begin, end = spans[0][0], spans[-1][1]
    limited = not plan.filters.keys().isdisjoint(published.PERIODS)
    since = begin if limited or "from" in plan.filters else None
    until = end - timedelta(microseconds=1) if limited or "to" in plan.filters else None
    if not plan.empty and None in (since, until):
        with in_pipeline(connection):
            ends = [_first(connection, plan, sort) for sort in ("oldest", "newest")]
        first, last = (row["published_at"] if (row := cursor.fetchone()) else None for cursor in ends)
        since, until = since or first, until or last
    return since, until


def _first(connection: Connection, plan: Plan, sort: str) -> Cursor[DictRow]:
    selection, order = plan.select(sort, ["published_at"])
    return connection.execute(selection.first(order, "1"), selection.parameters, prepare=False)


def _parts(interval: str, zone: ZoneInfo, since: datetime, until: datetime) -> tuple[str, list[Period]]:
    """The interval, which AUTO chooses, and the intervals between two moments."""
    if interval == AUTO:
        return _fitting(INTERVALS, AUTO_INTERVALS_AT_MOST, zone, since, until)
    fitting, parts = _fitting(INTERVALS[INTERVALS.index(interval) :], INTERVALS_AT_MOST, zone, since, until)
    if fitting != interval:
        raise TooLong(fitting)
    return interval, parts


def _fitting(
    intervals: Sequence[str], most: int, zone: ZoneInfo, since: datetime, until: datetime
) -> tuple[str, list[Period]]:
    """The first of these intervals of which ``most`` are enough between two moments; the last one if none is."""
    *shorter, last = intervals
    for interval in shorter:
        parts = list(islice(periods(interval, zone, since, until), most + 1))
        if len(parts) <= most:
            return interval, parts
    return last, list(periods(last, zone, since, until))


def _counts(connection: Connection, plan: Plan, parts: list[Period]) -> dict[int, int]:
    # All articles are counted, without a limit that would mislead the planner: the access path is left to it.
    selection, _ = plan.along_any_index.select("newest")
    filtered = " and ".join(selection.conditions)
    # Days begin as Python's time zones say, as from and to do: those of Postgres may be of another version.
    statement: LiteralString = f"""
        select width_bucket(a.published_at, %(begins)s::timestamptz[]) as part, count(*) as articles
        from {selection.source} where {filtered}
        group by part"""
    begins = [part.begin for part in parts[1:]]
    rows = connection.execute(statement, {**selection.parameters, "begins": begins}, prepare=False).fetchall()
    return {row["part"]: row["articles"] for row in rows}
