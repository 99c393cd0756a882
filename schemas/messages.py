"""Validation errors as a list of paths and sentences."""

from collections.abc import Sequence
from typing import Any


def flattened(messages: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    """The path and sentence of each error, by name and number: marshmallow has them in another order each time."""
    if isinstance(messages, dict):
        return [
            found
            for name, inner in sorted(messages.items(), key=lambda item: (isinstance(item[0], str), item[0]))
            for found in flattened(inner, path if name == "_schema" else (*path, name))
        ]
    if isinstance(messages, list):
        return [(path, _sentence(str(message))) for message in messages]
    return [(path, _sentence(str(messages)))]


_SENTENCES = {
    "Unknown field.": "is not known here",
    "Missing data for required field.": "is missing",
    "Field may not be null.": "must not be null",
    "Not a valid string.": "must be a string",
    "Not a valid list.": "must be a list",
    "Invalid input type.": "must be an object",
}


def _sentence(message: str) -> str:
    return _SENTENCES.get(message, message)


def pointer(path: Sequence[str | int]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
