"""Converters for the parts of paths."""

from werkzeug.routing import BaseConverter


class SlugConverter(BaseConverter):
    """A slug, in any case; views get it in lower case."""

    regex = "[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"

    def to_python(self, value: str) -> str:
        return value.lower()


class TagConverter(SlugConverter):
    """The slug of a tag, optionally with its # (as %23); views get it without."""

    regex = f"#?{SlugConverter.regex}"

    def to_python(self, value: str) -> str:
        return super().to_python(value.removeprefix("#"))


class NumberConverter(BaseConverter):
    """A whole number from 1."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)


class PrefixConverter(BaseConverter):
    """The prefix of an API key, or ``self``."""

    regex = "(?:[0-9a-f]{8}|self)"


CONVERTERS: dict[str, type[BaseConverter]] = {
    "slug": SlugConverter,
    "tag": TagConverter,
    "number": NumberConverter,
    "prefix": PrefixConverter,
}
