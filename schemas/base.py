"""The base class of schemas and the fields they are made of. All of them refuse input that they do not describe."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

from schemas.languages import LANGUAGE_TAG, canonical_tag

INT4 = 2**31 - 1
INT8 = 2**63 - 1

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# The same for the OpenAPI document. JSON Schema cannot express lone surrogates.
_TEXT = r"^[^\u0000]+$"
# White space as defined by str.strip.
_SPACE = r"\s\u001c-\u001f\u0085"
_STRIPPED = rf"^[^{_SPACE}\u0000]([^\u0000]*[^{_SPACE}\u0000])?$"
# Unicode's Bidi_Control: marks, embeddings, overrides and isolates.
_DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Of ASCII, lower-case letters and digits. Which characters beyond are letters, JSON Schema cannot say.
_SLUG_WORD = r"[^\u0000-\u002f\u003a-\u0060\u007b-\u00a9]+"
_SLUG = re.compile(f"{_SLUG_WORD}(-{_SLUG_WORD})*")
MAX_SLUG = 80
# Apostrophes, fillers and characters that are invisible or only make a word longer.
_NO_LETTERS = re.compile("[\u02b9-\u02ff\u034f\u0640\u115f\u1160\u180b-\u180f\u3164\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)


class Schema(ma.Schema):
    """A schema that refuses unknown fields."""

    class Meta:
        unknown = ma.RAISE


class NoQuery(Schema):
    """The query of endpoints without parameters."""


def storable(text: str) -> None:
    """Raise ValidationError if Postgres cannot store this text: it contains NUL or a lone surrogate."""
    if match := _UNSTORABLE.search(text):
        raise ValidationError(f"must not contain U+{ord(match[0]):04X} (at character {match.start() + 1})")


class Text(fields.String):
    """A string that Postgres can store, of ``low`` to ``high`` characters, without surrounding white space."""

    default_error_messages = {
        "invalid": "must be a string",
        "null": "must not be null",
        "required": "is missing",
    }

    def __init__(self, *, low: int = 0, high: int, stripped: bool = True, **kwargs: Any) -> None:
        self.stripped = stripped
        pattern = _STRIPPED if stripped else _TEXT
        kwargs["metadata"] = {"pattern": pattern if low else f"^({pattern[1:-1]})?$", **kwargs.get("metadata", {})}
        bounds = validate.Length(low or None, high, error=f"must have {_characters(low, high)}")
        super().__init__(validate=[storable, bounds, *kwargs.pop("validate", [])], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if self.stripped and text != text.strip():
            raise ValidationError("must not begin or end with white space")
        return text


class Name(Text):
    """The name of a tag, person or outlet: a text without characters that change the direction of what follows."""

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        pattern = _STRIPPED.replace(r"\u0000", rf"\u0000{_DIRECTIONS}")
        kwargs["metadata"] = {"pattern": pattern, **kwargs.get("metadata", {})}
        super().__init__(low=low, high=high, validate=[_one_direction], **kwargs)


def _one_direction(text: str) -> None:
    if match := re.search(f"[{_DIRECTIONS}]", text):
        character = f"U+{ord(match[0]):04X} ({unicodedata.name(match[0])})"
        raise ValidationError(
            f"must not contain {character}, which changes the direction of text (at character {match.start() + 1})"
        )


def _characters(low: int, high: int) -> str:
    return f"{low} to {high:,} characters" if low else f"at most {high:,} characters"


class Whole(fields.Integer):
    """A whole number from ``low`` to ``high`` in a query string, in decimal digits."""

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        self.message = f"must be a whole number from {low} to {high}"
        self.low, self.high = low, high
        super().__init__(validate=validate.Range(low, high, error=self.message), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not _WHOLE.fullmatch(value):
            raise ValidationError(self.message)
        return int(value)


class Count(fields.Integer):
    """A whole number from 0 to 2⁶³ - 1 in a JSON body."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(0, INT8, error=self.MESSAGE), **kwargs)

    MESSAGE = "must be a whole number from 0 to 9,223,372,036,854,775,807"

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if type(value) is not int:
            raise ValidationError(self.MESSAGE)
        return value


class Slug(fields.String):
    """A slug: groups of lower-case letters and digits of any script, joined by hyphens."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"pattern": f"^{_SLUG.pattern}$", **kwargs.get("metadata", {})}
        bounds = validate.Length(1, MAX_SLUG, error=f"must have 1 to {MAX_SLUG} characters")
        super().__init__(validate=[_slug, bounds], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        # Not a longer text, as many marks in a row take long.
        return unicodedata.normalize("NFC", text) if len(text) <= 2 * MAX_SLUG else text


def _slug(text: str) -> None:
    if not _SLUG.fullmatch(text) or (len(text) <= MAX_SLUG and not text.isascii() and not _is_native_slug(text)):
        raise ValidationError("must be lower-case letters and digits, joined by hyphens")


def _is_native_slug(text: str) -> bool:
    """Whether a text beyond ASCII has words of lower-case letters, their marks and digits, all in their usual form."""
    if text != lower_case(text) or any(unicodedata.category(word[0]).startswith("M") for word in text.split("-")):
        return False
    return all(_is_slug_character(character) for character in text if character != "-")


def _is_slug_character(character: str) -> bool:
    category = unicodedata.category(character)
    # The Han digit zero is a number, not a digit, in Unicode.
    is_letter = (category[0] in "LM" or category == "Nd" or character == "\u3007") and not _NO_LETTERS.match(character)
    compatible = unicodedata.normalize("NFKC", character)
    # The vowels of Thai and Lao that have a compatibility form are usual.
    return is_letter and (unicodedata.normalize("NFC", character) == compatible or character in "\u0e33\u0eb3")


def lower_case(text: str) -> str:
    """A text without differences of case, in the normalization form of slugs."""
    return unicodedata.normalize("NFC", text.casefold())


class CommaList(fields.String):
    """A parameter with several values, separated by commas."""

    MOST = 50
    LONGEST = 200
    VALUE = rf"[^,\u0000]*[^,{_SPACE}\u0000][^,\u0000]*"
    """The regular expression of one value, for the OpenAPI document."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {**self._json_schema(), **kwargs.get("metadata", {})}
        super().__init__(**kwargs)

    def _json_schema(self) -> dict[str, Any]:
        """What the OpenAPI document says of the parameter, besides its description."""
        return {"pattern": f"^{self.VALUE}(,{self.VALUE}){{0,{self.MOST - 1}}}$"}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        values = [self.value(part.strip()) for part in text.split(",")]
        if len(values) > self.MOST:
            raise ValidationError(f"must have at most {self.MOST} values")
        return list(dict.fromkeys(values))

    def value(self, text: str) -> str:
        """Validate and convert one value."""
        if not text:
            raise ValidationError("must be one or more values separated by commas, none of them empty")
        storable(text)
        if len(text) > self.LONGEST:
            raise ValidationError(f"must have values of at most {self.LONGEST} characters each")
        return text


class ChoiceList(CommaList):
    """Some of the known values, in one parameter with commas between them or in several parameters."""

    def __init__(self, choices: Sequence[str], **kwargs: Any) -> None:
        self.choices = choices
        super().__init__(**kwargs)

    def _json_schema(self) -> dict[str, Any]:
        items = {"type": "string", "enum": list(self.choices)}
        return {"type": "array", "items": items, "minItems": 1, "maxItems": self.MOST}

    def value(self, text: str) -> str:
        if text not in self.choices:
            near = get_close_matches(text, self.choices, n=1)
            hint = f'Did you mean "{near[0]}"?' if near else f"Known values are {', '.join(self.choices)}."
            raise ValidationError(f"has the unknown value {text[:50]!r}. {hint}")
        return text


class SlugList(CommaList):
    """Slugs or names; upper-case letters are converted."""

    def value(self, text: str) -> str:
        return lower_case(super().value(text))


class TagList(SlugList):
    """Slugs or names of tags, with or without their #."""

    def value(self, text: str) -> str:
        # A full-width sign is a sign as well.
        return super().value(re.sub("^[#\uff03]", "", text))


class IdList(CommaList):
    """Ids of articles."""

    VALUE = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

    def value(self, text: str) -> Any:
        if not _UUID.fullmatch(super().value(text)):
            raise ValidationError("must be ids of articles, which are UUIDs, separated by commas")
        return UUID(text)


class LanguageList(CommaList):
    """Language tags, registered or not; they are loaded in canonical form."""

    VALUE = LANGUAGE_TAG

    def value(self, text: str) -> str:
        tag = canonical_tag(super().value(text))
        if tag is None:
            raise ValidationError("must be language tags such as en, pt-BR or zh-Hant, separated by commas")
        return tag


class Flag(fields.String):
    """``true`` or ``false`` in a query string, as text; ``false`` by default."""

    def __init__(self, *, load_default: str = "false", **kwargs: Any) -> None:
        choices = validate.OneOf(("true", "false"), error="must be true or false")
        super().__init__(load_default=load_default, validate=choices, **kwargs)


class Repeated(fields.List):
    """A parameter that can be repeated, for values that may contain commas."""

    def __init__(self, value: fields.String | None = None, *, most: int = 50, **kwargs: Any) -> None:
        times = validate.Length(1, most, error=f"must be given at most {most} times")
        super().__init__(value or Text(low=1, high=500), validate=times, **kwargs)


# Not "format": "uri", which allows neither characters outside ASCII nor brackets in a query; real URLs have both.
URL_PATTERN = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s\u0000-\u001f\u007f-\u009f\u0022<>\\^`{|}]+$"


def http_url(text: str) -> None:
    """Raise ValidationError unless this is an absolute http or https URL."""
    storable(text)
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or re.search(r"\s|[\x00-\x1f\x7f-\x9f\"<>\\^`{|}]", text):
        raise ValidationError("must be an absolute http or https URL")


class Url(fields.String):
    """An absolute http or https URL of up to ``high`` characters."""

    CHECK = staticmethod(http_url)

    def __init__(self, *, high: int = 2_000, **kwargs: Any) -> None:
        kwargs["metadata"] = {"pattern": URL_PATTERN, **kwargs.get("metadata", {})}
        bounds = validate.Length(1, high, error=f"must have 1 to {high:,} characters")
        super().__init__(validate=[self.CHECK, bounds], **kwargs)


def _matches_url_pattern(text: str) -> None:
    if not re.fullmatch(URL_PATTERN, text):
        raise ValidationError("must be an absolute http or https URL")


class QueriedUrl(Url):
    """A URL in a query string, checked only by its documented pattern: any other wrong URL just finds nothing."""

    CHECK = staticmethod(_matches_url_pattern)
