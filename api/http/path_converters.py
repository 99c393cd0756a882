"""What a part of a path may be, and what it becomes."""

from werkzeug.routing import BaseConverter


class SlugConverter(BaseConverter):
    """A slug in a path, whatever its case."""

    regex = "[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"

    def to_python(self, value: str) -> str:
        return value.lower()


class TagConverter(SlugConverter):
    """A tag's slug in a path, which may be written with its # (as %23)."""

    regex = f"#?{SlugConverter.regex}"

    def to_python(self, value: str) -> str:
        return super().to_python(value.removeprefix("#"))


class NumberConverter(BaseConverter):
    """A number in a path, counted from 1."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)


class PrefixConverter(BaseConverter):
    """The prefix of an API key in a path, or ``self``."""

    regex = "(?:[0-9a-f]{8}|self)"


CONVERTERS: dict[str, type[BaseConverter]] = {
    "slug": SlugConverter,
    "tag": TagConverter,
    "number": NumberConverter,
    "prefix": PrefixConverter,
}
