"""The days, weeks, months, years, decades and centuries of a time zone. Pure."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# From the shortest to the longest.
INTERVALS = ("day", "week", "month", "year", "decade", "century")
_YEARS = {"year": 1, "decade": 10, "century": 100}


@dataclass(frozen=True)
class Period:
    """The days from ``first`` to ``last``, both included. ``begin`` is the first moment of the first day."""

    first: date
    last: date
    begin: datetime


def periods(interval: str, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Period]:
    """Yield the periods of a time zone that contain the moments from ``since`` to ``until``, both included.

    Raises OverflowError for moments outside of the years 1 to 9999 of the time zone.
    """
    day = _first(interval, since.astimezone(zone).date())
    end = until.astimezone(zone).date()
    while day <= end:
        last = _last(interval, day)
        # Skip a day that a time zone omits by moving across the date line.
        if last > day or last == date.max or begin(day, zone) < begin(day + timedelta(days=1), zone):
            yield Period(day, last, begin(day, zone))
        if last == date.max:
            return
        day = last + timedelta(days=1)


def begin(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day. If clocks are set back across midnight, it is the first of the two midnights.

    That of the year 1 is the first moment in UTC where the time zone is ahead.
    """
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        return (datetime.min if day == date.min else datetime.max).replace(tzinfo=UTC)


def _first(interval: str, day: date) -> date:
    if interval == "week":
        return day - timedelta(days=day.weekday())
    if interval == "month":
        return day.replace(day=1)
    if interval == "day":
        return day
    # The first decade and the first century begin with the year 1.
    return date(max(day.year - day.year % _YEARS[interval], 1), 1, 1)


def _last(interval: str, first: date) -> date:
    if interval == "week":
        return first + min(timedelta(days=6), date.max - first)
    if interval == "month":
        return first.replace(day=monthrange(first.year, first.month)[1])
    if interval == "day":
        return first
    years = _YEARS[interval]
    return date(first.year - first.year % years + years - 1, 12, 31)
