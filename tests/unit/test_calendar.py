"""Intervals of a time zone follow each other without gap and overlap, whatever clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.model.calendar import INTERVALS, periods

# Midnights that clocks pass over or show twice, a day that never was, days of 23, 24½ and 25 hours.
ZONES = ["UTC", "Asia/Seoul", "America/Sao_Paulo", "America/Havana", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Gaza"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("interval", "tz", "since", "until", "expected"),
    [
        ("day", "UTC", "2024-02-28", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("week", "UTC", "2025-01-01", "2025-01-06", ["2024-12-30", "2025-01-06"]),
        ("month", "UTC", "2024-12-31T23:59:59", "2025-02-01", ["2024-12-01", "2025-01-01", "2025-02-01"]),
        ("year", "UTC", "2023-07-01", "2025-01-01", ["2023-01-01", "2024-01-01", "2025-01-01"]),
        ("decade", "UTC", "2019-12-31", "2020-01-01", ["2010-01-01", "2020-01-01"]),
        ("century", "UTC", "1850-03-01", "2025-01-01", ["1800-01-01", "1900-01-01", "2000-01-01"]),
        ("century", "UTC", "0001-01-01", "0100-01-01", ["0001-01-01", "0100-01-01"]),
        ("year", "America/New_York", "2024-07-01", "2025-01-01", ["2024-01-01"]),
        ("day", "Asia/Seoul", "2025-06-01T14:59:59", "2025-06-01T15:00:00", ["2025-06-01", "2025-06-02"]),
        # Samoa went from the 29th to the 31st.
        ("day", "Pacific/Apia", "2011-12-30T00:00", "2011-12-31T00:00", ["2011-12-29", "2011-12-31"]),
    ],
)
def test_intervals_begin_where_the_calendar_says(
    interval: str, tz: str, since: str, until: str, expected: list[str]
) -> None:
    parts = periods(interval, ZoneInfo(tz), moment(since), moment(until))
    assert [part.first.isoformat() for part in parts] == expected


@pytest.mark.parametrize(
    ("tz", "day", "hours"),
    [
        ("Europe/Berlin", date(2025, 3, 30), 23),
        ("Europe/Berlin", date(2025, 10, 26), 25),
        ("America/Havana", date(2024, 11, 3), 25),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Australia/Lord_Howe", date(2025, 4, 6), 24.5),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(tz: str, day: date, hours: float) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(tz))
    first, second = periods("day", ZoneInfo(tz), noon, noon + timedelta(days=1))
    assert (first.first, second.begin - first.begin) == (day, timedelta(hours=hours))


@given(
    st.sampled_from(INTERVALS),
    st.sampled_from(ZONES),
    st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_every_moment_lies_in_one_interval(interval: str, tz: str, since: datetime, length: timedelta) -> None:
    zone, begin = ZoneInfo(tz), since.replace(tzinfo=UTC)
    parts = list(periods(interval, zone, begin, begin + length))
    assert parts[0].begin <= begin
    assert parts[-1].first <= (begin + length).astimezone(zone).date() <= parts[-1].last
    for one, other in pairwise(parts):
        assert one.begin < other.begin
        assert one.first <= one.last < other.first


@pytest.mark.parametrize("interval", INTERVALS)
def test_the_last_interval_ends_with_the_year_9999(interval: str) -> None:
    *_, last = periods(interval, ZoneInfo("UTC"), moment("9999-12-30"), moment("9999-12-31"))
    assert last.last == date.max


def test_a_moment_after_the_year_9999_of_a_time_zone_is_in_no_interval() -> None:
    with pytest.raises(OverflowError):
        list(periods("day", ZoneInfo("Asia/Seoul"), moment("9999-12-31T20:00"), moment("9999-12-31T23:00")))
