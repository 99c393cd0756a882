"""Validation errors as a list of paths and messages."""

from typing import Any


def flattened(messages: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    """The path and the message of each error, sorted, because marshmallow's order is not stable."""
    if isinstance(messages, dict):
        return [
            found
            for name, inner in sorted(messages.items(), key=lambda item: (isinstance(item[0], str), item[0]))
            for found in flattened(inner, path if name == "_schema" else (*path, name))
        ]
    if isinstance(messages, list):
        return [(path, _message(str(message))) for message in messages]
    return [(path, _message(str(messages)))]


UNKNOWN = "is not a known field"
MISSING = "is missing"

_MESSAGES = {
    "Unknown field.": UNKNOWN,
    "Missing data for required field.": MISSING,
    "Field may not be null.": "must not be null",
    "Not a valid string.": "must be a string",
    "Not a valid list.": "must be a list",
    "Not a valid integer.": "must be a whole number",
    "Not a valid UUID.": "must be a UUID",
    "Not a valid mapping type.": "must be an object",
    "Invalid input type.": "must be an object",
}


def _message(message: str) -> str:
    return _MESSAGES.get(message, message)
