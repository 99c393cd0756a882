"""JSON read strictly: UTF-8, no duplicate keys, no NaN, bounded numbers and nesting."""

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
    """JSON in UTF-8, without twice the same key, NaN, endless numbers or endless nesting; else MalformedRequest.

    A key that no text can be is InvalidInput.
    """
    try:
        return _JSON.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"The body is not UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise MalformedRequest(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise MalformedRequest("The body is nested too deeply.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise MalformedRequest(f"The body says the key {twice[:100]!r} twice in one object.")
    for name in content:
        try:
            storable(name)
        except ma.ValidationError as error:
            raise invalid_input(InputError(f"The key {name[:100]!a} {error.messages[0]}.")) from None
    return content


def _number(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if len(text) > LONGEST_NUMBER:
            raise MalformedRequest(f"The body holds a number of more than {LONGEST_NUMBER} digits.")
        number = kind(text)
        if isinstance(number, float) and not math.isfinite(number):
            raise MalformedRequest(f"The body holds the number {text[:100]}, which is too large.")
        return number

    return read


def _constant(text: str) -> NoReturn:
    raise MalformedRequest(f"The body holds {text}, which is not JSON.")


_JSON = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_number(int), parse_float=_number(float), parse_constant=_constant
)
