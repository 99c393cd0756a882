"""Timelines: the number of articles published in each interval."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any, LiteralString, cast
from zoneinfo import ZoneInfo

from psycopg import Cursor
from psycopg.rows import DictRow

from api.model.calendar import INTERVALS, Period, periods
from api.postgres.connection import Connection, in_pipeline
from api.retrieval.plan import Plan, resolved

INTERVALS_AT_MOST = 1_000


class TooLong(Exception):
    """The timeline has more than INTERVALS_AT_MOST intervals; ``fitting`` is the shortest one that fits."""

    def __init__(self, fitting: str | None) -> None:
        super().__init__(fitting)
        self.fitting = fitting


def timeline(connection: Connection, plan: Plan, interval: str, tz: str) -> list[dict[str, Any]]:
    """Intervals with the ``count`` of a plan's public articles, empty intervals in between included.

    Intervals begin and end with days of the time zone ``tz``, by which ``from`` and ``to`` were read as well. Raises
    TooLong, and OverflowError for days beyond the year 9999.
    """
    plan = resolved(connection, plan, "newest").public
    since, until = _span(connection, plan)
    if since is None or until is None or since > until:
        return []
    parts = _parts(interval, ZoneInfo(tz), since, until)
    counts = {} if plan.empty else _counts(connection, plan, parts)
    return [{"from": part.first, "to": part.last, "count": counts.get(n, 0)} for n, part in enumerate(parts)]


def _span(connection: Connection, plan: Plan) -> tuple[datetime | None, datetime | None]:
    """The first and last moment: of the filters ``from`` and ``to``, else of the articles."""
    since = cast("datetime | None", plan.filters.get("from"))
    end = cast("datetime | None", plan.filters.get("to"))
    until = end - timedelta(microseconds=1) if end else None
    if not plan.empty and None in (since, until):
        with in_pipeline(connection):
            ends = [_first(connection, plan, sort) for sort in ("oldest", "newest")]
        first, last = (row["published_at"] if (row := cursor.fetchone()) else None for cursor in ends)
        since, until = since or first, until or last
    return since, until


def _first(connection: Connection, plan: Plan, sort: str) -> Cursor[DictRow]:
    selection, order = plan.select(sort, ["published_at"])
    return connection.execute(selection.first(order, "1"), selection.parameters, prepare=False)


def _parts(interval: str, zone: ZoneInfo, since: datetime, until: datetime) -> list[Period]:
    """The intervals between two moments."""
    for longer in INTERVALS[INTERVALS.index(interval) :]:
        parts = list(islice(periods(longer, zone, since, until), INTERVALS_AT_MOST + 1))
        if len(parts) <= INTERVALS_AT_MOST:
            if longer == interval:
                return parts
            raise TooLong(longer)
    raise TooLong(None)


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
