"""The days, weeks, months and years of a time zone. Pure."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

INTERVALS = ("day", "week", "month", "year")


@dataclass(frozen=True)
class Period:
    """The days from ``first`` to ``last``, both included. ``begin`` is the first moment of the first day."""

    first: date
    last: date
    begin: datetime


def periods(interval: str, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Period]:
    """Yield the periods of a time zone that contain the moments from ``since`` to ``until``, both included.

    Raises OverflowError for a period outside of the years 1 to 9999.
    """
    day = _first(interval, since.astimezone(zone).date())
    end = until.astimezone(zone).date()
    while day <= end:
        last = _last(interval, day)
        # Skip a day that a time zone omits by moving across the date line.
        if last > day or begin(day, zone) < begin(day + timedelta(days=1), zone):
            yield Period(day, last, begin(day, zone))
        day = last + timedelta(days=1)


def begin(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day. If clocks are set back across midnight, it is the first of the two midnights."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _first(interval: str, day: date) -> date:
    if interval == "week":
        return day - timedelta(days=day.weekday())
    if interval == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if interval == "year" else day


def _last(interval: str, first: date) -> date:
    if interval == "week":
        return first + timedelta(days=6)
    if interval == "month":
        return first.replace(day=monthrange(first.year, first.month)[1])
    return first.replace(month=12, day=31) if interval == "year" else first
