"""Fields for times, dates and time zones."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo
from zoneinfo import available_timezones as listed_timezones

from marshmallow import ValidationError, fields

from schemas.base import CommaList

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# A day, a month or a year.
_PERIOD = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_LAST_BUT_ONE = datetime.max.replace(tzinfo=UTC) - timedelta(microseconds=1)
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)


@cache
def available_timezones() -> set[str]:
    """The names of all time zones, cached because reading them from disk is slow."""
    return listed_timezones()


class TimeZone(fields.String):
    """The name of a time zone in the IANA database."""

    def __init__(self, **kwargs: Any) -> None:
        form = r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"
        kwargs["metadata"] = {"pattern": form, **kwargs.get("metadata", {})}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name not in available_timezones():
            raise ValidationError("must be a time zone of the IANA database such as Asia/Seoul")
        return name


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError("must be a string")
    return value


class Moment(fields.Field[datetime]):
    """A time of RFC 3339 with an offset, converted to UTC."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"type": "string", "format": "date-time", **kwargs.get("metadata", {})}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        return moment(_text(value))


class Bound(fields.Field[datetime]):
    """One end of a time range: a time, or a day, month or year in the time zone ``tz`` of the same query.

    The value is the first moment of the range, or with ``last`` the first moment after it: after a time itself, unless
    the range is not ``inclusive``.
    """

    PATTERN = (
        r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
        r"([Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d))?)?)?$"
    )

    def __init__(self, *, last: bool = False, inclusive: bool = True, **kwargs: Any) -> None:
        self.last = last
        self.inclusive = inclusive
        kwargs["metadata"] = {"type": "string", "pattern": self.PATTERN, **kwargs.get("metadata", {})}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        text = _text(value)
        if not _PERIOD.fullmatch(text):
            at = moment(text, ", or a day (2025-06-21), a month (2025-06) or a year (2025)")
            return min(at, _LAST_BUT_ONE) + timedelta(microseconds=1) if self.last and self.inclusive else at
        since, until = span(text, _zone(data))
        return until if self.last else since


def check_range(query: Mapping[str, Any]) -> None:
    """Raise ValidationError if ``to`` is before ``from``, both read by Bound."""
    if "from" in query and "to" in query and query["from"] >= query["to"]:
        raise ValidationError("must not be before from", "to")


class PeriodList(CommaList):
    """Months (``2025-06``) or years (``2025``) in the time zone ``tz`` of the same query.

    The value of each is a tuple: its text, its first moment, the first moment after it.
    """

    def __init__(self, *, months: bool, **kwargs: Any) -> None:
        self.VALUE = r"\d{4}-(0[1-9]|1[0-2])" if months else r"\d{4}"
        self.hint = "months such as 2025-06" if months else "years such as 2025"
        super().__init__(**kwargs)

    def _json_schema(self) -> dict[str, Any]:
        items = {"type": "string", "pattern": f"^{self.VALUE}$"}
        return {"type": "array", "items": items, "minItems": 1, "maxItems": self.MOST}

    def value(self, text: str) -> str:
        if not re.fullmatch(self.VALUE, super().value(text), re.ASCII):
            raise ValidationError(f"must be {self.hint}, separated by commas")
        return text

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        zone = _zone(data)
        return [(text, *span(text, zone)) for text in super()._deserialize(value, attr, data, **kwargs)]


def span(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a day, a month or a year, and the first moment after it.

    After the last day of the calendar, that is the last moment there is. Raises ValidationError for a day that does
    not exist, and for what leaves the years 1 to 9999 in UTC.
    """
    first, last = _days(text)
    try:
        since = datetime.combine(first, time(), zone).astimezone(UTC)
        if last == date.max:
            return since, datetime.combine(last, time.max, zone).astimezone(UTC)
        return since, datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    except OverflowError:
        raise ValidationError("must be within the years 1 to 9999 in UTC") from None


def _days(text: str) -> tuple[date, date]:
    """The first and the last day of a day, a month or a year."""
    if _DATE.fullmatch(text):
        return day(text), day(text)
    if "-" in text:
        first = day(f"{text}-01", "month such as 2025-06")
        return first, first.replace(day=monthrange(first.year, first.month)[1])
    first = day(f"{text}-01-01", "year such as 2025")
    return first, first.replace(month=12, day=31)


def _zone(data: Mapping[str, Any] | None) -> ZoneInfo:
    name = (data or {}).get("tz", "UTC")
    # The field tz itself reports an invalid name.
    return ZoneInfo(name if name in available_timezones() else "UTC")


def day(text: str, kind: str = "date such as 2025-06-21") -> date:
    """A date such as 2025-06-21. Raises ValidationError, which asks for a ``kind``, if it is not a valid date."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError(f"must be a valid {kind}") from None


def moment(text: str, others: str = "") -> datetime:
    """A time of RFC 3339 in UTC. Raises ValidationError if it is invalid or outside the years 1 to 9999 in UTC.

    ``others`` are the other forms that the error says are accepted.
    """
    hint = others
    if re.search(r"T[\d:.]+ \d", text):
        hint += "; in a URL, write the plus sign as %2B"
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValidationError(f"must be a time with an offset, such as 2025-06-21T09:00:00Z{hint}") from None


class Day(fields.String):
    """A date such as 2025-06-21, as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return day(super()._deserialize(value, attr, data, **kwargs)).isoformat()
