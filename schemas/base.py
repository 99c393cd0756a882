"""Fields that take exactly what they say, and the schema class that refuses everything else."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

INT4 = 2**31 - 1
INT8 = 2**63 - 1

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# The same for readers of the OpenAPI document; no JSON Schema can speak of half a character.
_TEXT = r"^[^\u0000]+$"
# White space as str.strip has it.
_SPACE = r"\s\u001c-\u001f\u0085"
_STRIPPED = rf"^[^{_SPACE}\u0000]([^\u0000]*[^{_SPACE}\u0000])?$"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)


class Schema(ma.Schema):
    """A schema that refuses unknown fields and keeps its fields' order."""

    class Meta:
        unknown = ma.RAISE

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.partial is None:
            # marshmallow would go through all steps for each field that an input leaves out, which most do with most.
            self.partial = frozenset(
                name for name, field in self.fields.items() if not field.required and field.load_default is ma.missing
            )


class NoQuery(Schema):
    """For addresses that take no parameter."""


def storable(text: str) -> None:
    """Refuse what Postgres cannot store as text."""
    if match := _UNSTORABLE.search(text):
        raise ValidationError(f"holds U+{ord(match[0]):04X} at character {match.start() + 1}, which is no text")


class Text(fields.String):
    """A string that Postgres can store, of a length within bounds; surrounding white space is refused."""

    default_error_messages = {
        "invalid": "must be a string",
        "null": "must not be null",
        "required": "is missing",
    }

    def __init__(self, *, low: int = 0, high: int, stripped: bool = True, **kwargs: Any) -> None:
        self.stripped = stripped
        pattern = _STRIPPED if stripped else _TEXT
        kwargs["metadata"] = {"pattern": pattern if low else f"^({pattern[1:-1]})?$", **kwargs.get("metadata", {})}
        bounds = validate.Length(low or None, high, error=f"must have {low} to {high:,} characters")
        super().__init__(validate=[storable, bounds, *kwargs.pop("validate", [])], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if self.stripped and text != text.strip():
            raise ValidationError("must not begin or end with white space")
        return text


class Whole(fields.Integer):
    """A whole number in plain digits, within bounds, in a query string."""

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        self.sentence = f"must be a whole number from {low} to {high}"
        self.low, self.high = low, high
        super().__init__(validate=validate.Range(low, high, error=self.sentence), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not _WHOLE.fullmatch(value):
            raise ValidationError(self.sentence)
        return int(value)


class Count(fields.Integer):
    """A whole number from 0 to 2⁶³ - 1 in a body, as JSON writes one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(0, INT8, error=self.SENTENCE), **kwargs)

    SENTENCE = "must be a whole number from 0 to 9,223,372,036,854,775,807"

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        # To JSON, 390.0 is a whole number too; of larger ones a parser has lost digits by now.
        if type(value) is float and value.is_integer() and value <= 2**53:
            return int(value)
        if type(value) is not int:
            raise ValidationError(self.SENTENCE)
        return value


class Slug(fields.String):
    """A slug in an input: small ASCII letters and digits in groups joined by hyphens."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"pattern": f"^{_SLUG.pattern}$", **kwargs.get("metadata", {})}
        super().__init__(validate=[_slug, validate.Length(1, 80, error="must have 1 to 80 characters")], **kwargs)


def _slug(text: str) -> None:
    if not _SLUG.fullmatch(text):
        raise ValidationError("must be small letters and digits, joined by hyphens")


class CommaList(fields.String):
    """Several values in one parameter, separated by commas; any of them is meant."""

    MOST = 50
    LONGEST = 200
    VALUE = rf"[^,\u0000]*[^,{_SPACE}\u0000][^,\u0000]*"
    """What one value looks like, as a regular expression for readers of the OpenAPI document."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"pattern": self.pattern(self.VALUE), **kwargs.get("metadata", {})}
        super().__init__(**kwargs)

    @classmethod
    def pattern(cls, value: str) -> str:
        """The regular expression of a whole list of such values."""
        return f"^{value}(,{value}){{0,{cls.MOST - 1}}}$"

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        values = [self.value(part.strip()) for part in text.split(",")]
        if len(values) > self.MOST:
            raise ValidationError(f"must have at most {self.MOST} values")
        return list(dict.fromkeys(values))

    def value(self, text: str) -> str:
        """One of the values."""
        if not text:
            raise ValidationError("must be a value, or several with a comma between them, none of them empty")
        storable(text)
        if len(text) > self.LONGEST:
            raise ValidationError(f"must have values of at most {self.LONGEST} characters")
        return text


class ChoiceList(CommaList):
    """Some of the values that are known."""

    def __init__(self, choices: Sequence[str], **kwargs: Any) -> None:
        self.choices = choices
        kwargs["metadata"] = {"pattern": self.pattern(f"({'|'.join(choices)})"), **kwargs.get("metadata", {})}
        super().__init__(**kwargs)

    def value(self, text: str) -> str:
        if text not in self.choices:
            near = get_close_matches(text, self.choices, n=1)
            hint = f", did you mean {near[0]}?" if near else ""
            raise ValidationError(f"must be some of {', '.join(self.choices)}; {text[:50]!r} is none{hint}")
        return text


class SlugList(CommaList):
    """Slugs, whatever their case."""

    def value(self, text: str) -> str:
        return super().value(text).lower()


class TagList(SlugList):
    """Slugs of tags, which may be written with their #."""

    def value(self, text: str) -> str:
        return super().value(text.removeprefix("#"))


class IdList(CommaList):
    """Ids of articles."""

    VALUE = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

    def value(self, text: str) -> Any:
        if not _UUID.fullmatch(super().value(text)):
            raise ValidationError("must be ids of articles, which are UUIDs")
        return UUID(text)


class LanguageList(CommaList):
    """ISO 639 codes, whatever their case."""

    VALUE = "[A-Za-z]{2,3}"

    def value(self, text: str) -> str:
        # Before the case goes: the sign of kelvin is a small k as well.
        if not re.fullmatch(r"[A-Za-z]{2,3}", super().value(text)):
            raise ValidationError("must be ISO 639 codes such as en or ko")
        return text.lower()


class Flag(fields.String):
    """``true`` or ``false`` in a query string, as text; left out, false."""

    def __init__(self, **kwargs: Any) -> None:
        known = validate.OneOf(("true", "false"), error="must be true or false")
        super().__init__(load_default="false", validate=known, **kwargs)


class Repeated(fields.List):
    """A parameter that may be given several times, for values that may hold commas; any of them is meant."""

    def __init__(self, value: fields.String | None = None, *, most: int = 50, **kwargs: Any) -> None:
        times = validate.Length(1, most, error=f"must be given at most {most} times")
        super().__init__(value or Text(low=1, high=500), validate=times, **kwargs)


# Not "format": "uri", which knows ASCII only and no bracket in a query; outlets' addresses have both.
WEB_ADDRESS = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s\u0000-\u001f\u007f-\u009f\u0022<>\\^`{|}]+$"


def web_address(text: str) -> None:
    """Refuse every URL but an absolute http or https one."""
    storable(text)
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or re.search(r"\s|[\x00-\x1f\x7f-\x9f\"<>\\^`{|}]", text):
        raise ValidationError("must be an absolute http or https URL")


class WebAddress(fields.String):
    """An absolute http or https URL."""

    CHECK = staticmethod(web_address)

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"pattern": WEB_ADDRESS, **kwargs.get("metadata", {})}
        bounds = validate.Length(1, 2_000, error="must have 1 to 2,000 characters")
        super().__init__(validate=[self.CHECK, bounds], **kwargs)


def _like_web_address(text: str) -> None:
    if not re.fullmatch(WEB_ADDRESS, text):
        raise ValidationError("must be an absolute http or https URL")


class SoughtWebAddress(WebAddress):
    """A URL in a query string, checked by its documented pattern alone: one that is wrong otherwise finds nothing."""

    CHECK = staticmethod(_like_web_address)
