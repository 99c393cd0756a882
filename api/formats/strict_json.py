"""A strict JSON parser: UTF-8, no duplicate keys, no NaN, limited numbers and nesting."""

import json
import math
from collections import Counter
from collections.abc import Callable
from typing import Any, NoReturn

import marshmallow as ma

from api.errors import InputError, MalformedRequest, invalid_input
from schemas.base import storable

LONGEST_NUMBER = 400


def parse(body: bytes) -> Any:
    """The value of a JSON text. Raises MalformedRequest, and InvalidInput if Postgres cannot store a key."""
    try:
        return _JSON.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"Invalid UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise MalformedRequest(f"Invalid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise MalformedRequest("The JSON is nested too deeply.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        duplicate = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise MalformedRequest(f"Duplicate key {duplicate[:100]!r} in a JSON object.")
    for name in content:
        try:
            storable(name)
        except ma.ValidationError as error:
            raise invalid_input(InputError(f"The key {name[:100]!a} {error.messages[0]}.")) from None
    return content


def _number(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if len(text) > LONGEST_NUMBER:
            raise MalformedRequest(f"A number has more than {LONGEST_NUMBER} digits.")
        number = kind(text)
        if isinstance(number, float) and not math.isfinite(number):
            raise MalformedRequest(f"The number {text[:100]} is too large.")
        return number

    return read


def _constant(text: str) -> NoReturn:
    raise MalformedRequest(f"{text} is not valid in JSON.")


_JSON = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_number(int), parse_float=_number(float), parse_constant=_constant
)
