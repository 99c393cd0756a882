"""Timelines: the number of articles published in each interval."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from psycopg import Cursor
from psycopg.rows import DictRow

from api.model import calendar
from api.model.calendar import INTERVALS, Period
from api.postgres.connection import Connection, in_pipeline, pipelined, present
from api.retrieval import published
from api.retrieval.plan import Plan, resolved
from api.retrieval.sampling import WORK_MEM, Sample, sample

INTERVALS_AT_MOST = 1_000
"""The number of entries of a timeline."""

AUTO = "auto"
AUTO_INTERVALS_AT_MOST = 120
"""The number of entries of a timeline whose interval is chosen by AUTO. That many centuries are all of the calendar."""

_EPOCH = datetime.fromtimestamp(0, UTC)


class TooLong(Exception):
    """The timeline has more than INTERVALS_AT_MOST intervals; ``fitting`` is the shortest one that fits."""

    def __init__(self, fitting: str) -> None:
        super().__init__(fitting)
        self.fitting = fitting


@dataclass(frozen=True)
class Timeline:
    """The ``count`` of each interval, empty ones in between included, and their ``total``.

    If it is not ``complete``, they are estimates from a sample; ``margin`` is by how much the total may be wrong, in 19
    of 20 cases.
    """

    interval: str
    parts: list[dict[str, Any]]
    total: int = 0
    complete: bool = True
    margin: int = 0


def timeline(connection: Connection, plan: Plan, interval: str, tz: str) -> Timeline:
    """The number of a plan's public articles over time.

    AUTO chooses the shortest interval of which AUTO_INTERVALS_AT_MOST are enough. Intervals begin and end with days of
    the time zone ``tz``, by which the filters were read as well. Raises TooLong, and OverflowError where the years 1
    to 9999 in UTC are others in the time zone.
    """
    plan = resolved(connection, plan, "newest").public
    articles = None if plan.empty else sample(connection, plan)
    seconds = _seconds(connection, articles) if articles and not articles.indexed else []
    since, until = _span(connection, plan, seconds)
    if since is None or until is None or since > until:
        return Timeline(INTERVALS[0] if interval == AUTO else interval, [])
    interval, periods = _periods(interval, ZoneInfo(tz), since, until)
    if articles is None:
        return Timeline(interval, [_part(period, 0) for period in periods])
    begins = [period.begin for period in periods[1:]]
    counts = _counts(connection, articles, begins) if articles.indexed else _bucketed(seconds, begins)
    parts = [_part(period, articles.estimate(counts.get(n, 0))) for n, period in enumerate(periods)]
    total, counted = sum(part["count"] for part in parts), sum(counts.values())
    return Timeline(interval, parts, total, articles.complete, articles.margin(counted))


def _part(period: Period, count: int) -> dict[str, Any]:
    return {"from": period.first, "to": period.last, "count": count}


def _span(connection: Connection, plan: Plan, seconds: Sequence[int]) -> tuple[datetime | None, datetime | None]:
    """The first and last moment: of the filters on times of publication, else of the articles."""
    spans = published.spans(plan.filters)
    if not spans:
        return None, None
    begin, end = spans[0][0], spans[-1][1]
    limited = not plan.filters.keys().isdisjoint(published.PERIODS)
    since = begin if limited or "from" in plan.filters else None
    until = end - timedelta(microseconds=1) if limited or "to" in plan.filters else None
    if plan.empty or None not in (since, until):
        return since, until
    first, last = (_moment(min(seconds)), _moment(max(seconds))) if seconds else _ends(connection, plan)
    return since or first, until or last


def _ends(connection: Connection, plan: Plan) -> tuple[datetime | None, datetime | None]:
    """The times of publication of the first and the last article."""
    with in_pipeline(connection):
        oldest, newest = (_first(connection, plan, sort) for sort in ("oldest", "newest"))
    first, last = (row["published_at"] if (row := cursor.fetchone()) else None for cursor in (oldest, newest))
    return first, last


def _first(connection: Connection, plan: Plan, sort: str) -> Cursor[DictRow]:
    selection, order = plan.select(sort, ["published_at"])
    return connection.execute(selection.first(order, "1"), selection.parameters, prepare=False)


def _periods(interval: str, zone: ZoneInfo, since: datetime, until: datetime) -> tuple[str, list[Period]]:
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
        parts = list(islice(calendar.periods(interval, zone, since, until), most + 1))
        if len(parts) <= most:
            return interval, parts
    return last, list(calendar.periods(last, zone, since, until))


def _counts(connection: Connection, articles: Sample, begins: Sequence[datetime]) -> dict[int, int]:
    """The number of articles of each interval that has any; all intervals but the first have a beginning."""
    # Days begin as Python's time zones say, as from and to do: those of Postgres may be of another version.
    statement: LiteralString = f"""
        select width_bucket({articles.published_at}, %(begins)s::timestamptz[]) as part, count(*) as articles
        from {articles.filtered}
        group by part"""
    rows = connection.execute(statement, {**articles.selection.parameters, "begins": begins}, prepare=False).fetchall()
    return {row["part"]: row["articles"] for row in rows}


def _seconds(connection: Connection, articles: Sample) -> list[int]:
    """The times of publication in seconds, at which all intervals begin."""
    statement: LiteralString = f"""
        select array_agg(floor(date_part('epoch', {articles.published_at}))::bigint) as seconds
        from {articles.filtered}"""
    with pipelined(connection):
        connection.execute(WORK_MEM)
        cursor = connection.execute(statement, articles.selection.parameters, prepare=False)
    return present(cursor.fetchone())["seconds"] or []


def _bucketed(seconds: Sequence[int], begins: Sequence[datetime]) -> dict[int, int]:
    """The same as _counts, of times that have been read."""
    bounds = [(begin - _EPOCH) // timedelta(seconds=1) for begin in begins]
    return Counter(bisect_right(bounds, second) for second in seconds)


def _moment(second: int) -> datetime:
    return _EPOCH + timedelta(seconds=second)
