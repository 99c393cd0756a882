"""Days, weeks, months and years of a time zone, one after the other. Pure."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

INTERVALS = ("day", "week", "month", "year")


@dataclass(frozen=True)
class Stretch:
    """The days from ``first`` to ``last``, both included, which begin at ``begin``."""

    first: date
    last: date
    begin: datetime


def stretches(interval: str, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Stretch]:
    """The intervals of a time zone that hold the moments from ``since`` to ``until``, both included.

    OverflowError when one of them leaves the years 1 to 9999.
    """
    day = _first(interval, since.astimezone(zone).date())
    end = until.astimezone(zone).date()
    while day <= end:
        last = _last(interval, day)
        # Where a clock passes over a whole day, that day has no moment.
        if last > day or begin(day, zone) < begin(day + timedelta(days=1), zone):
            yield Stretch(day, last, begin(day, zone))
        day = last + timedelta(days=1)


def begin(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day; where clocks go back over midnight, the first of the two midnights."""
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
