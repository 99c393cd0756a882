"""Fields for times, dates and time zones."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo
from zoneinfo import available_timezones as listed_timezones

from marshmallow import ValidationError, fields

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
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
    """One end of a time range: a time, or a date in the time zone ``tz`` of the same query.

    The value is the first moment of the range, or with ``last`` the first moment after it.
    """

    PATTERN = (
        r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
        r"([Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d))?$"
    )

    def __init__(self, *, last: bool = False, **kwargs: Any) -> None:
        self.last = last
        kwargs["metadata"] = {"type": "string", "pattern": self.PATTERN, **kwargs.get("metadata", {})}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        text = _text(value)
        try:
            if not _DATE.fullmatch(text):
                return moment(text) + timedelta(microseconds=1 if self.last else 0)
            first = day(text) + timedelta(days=1 if self.last else 0)
            return datetime.combine(first, time(), _zone(data)).astimezone(UTC)
        except OverflowError:
            raise ValidationError("must be within the years 1 to 9999 in UTC") from None


def _zone(data: Mapping[str, Any] | None) -> ZoneInfo:
    name = (data or {}).get("tz", "UTC")
    # The field tz itself reports an invalid name.
    return ZoneInfo(name if name in available_timezones() else "UTC")


def day(text: str) -> date:
    """A date such as 2025-06-21. Raises ValidationError if it is not a valid date."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError("must be a valid date such as 2025-06-21") from None


def moment(text: str) -> datetime:
    """A time of RFC 3339 in UTC. Raises ValidationError if it is invalid or outside the years 1 to 9999 in UTC."""
    hint = ""
    if re.search(r"T[\d:.]+ \d", text):
        hint = "; in a URL, write the plus sign as %2B"
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
