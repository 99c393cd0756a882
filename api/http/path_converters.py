"""Converters for the parts of paths."""

import re
import unicodedata

from werkzeug.routing import BaseConverter


class SlugConverter(BaseConverter):
    """A slug, in any case, or a name; views get it in lower case."""

    regex = r"[^/\x00]{1,201}"

    def to_python(self, value: str) -> str:
        return unicodedata.normalize("NFC", value.casefold())


class TagConverter(SlugConverter):
    """The slug of a tag, or its name, optionally with its # (as %23); views get it without."""

    def to_python(self, value: str) -> str:
        # A full-width sign is a sign as well.
        return super().to_python(re.sub("^[#\uff03]", "", value))


class PersonConverter(SlugConverter):
    """The slug of a person, or its name. ``candidates`` is another path."""

    regex = rf"(?!candidates(?:/|$)){SlugConverter.regex}"


class NumberConverter(BaseConverter):
    """A whole number from 1."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)


class PrefixConverter(BaseConverter):
    """The prefix of an API key, or ``self``."""

    regex = "(?:[0-9a-f]{8}|self)"


class CandidateConverter(BaseConverter):
    """The id of a candidate."""

    regex = "[0-9a-f]{16}"


CONVERTERS: dict[str, type[BaseConverter]] = {
    "slug": SlugConverter,
    "tag": TagConverter,
    "person": PersonConverter,
    "number": NumberConverter,
    "prefix": PrefixConverter,
    "candidate": CandidateConverter,
}
