"""A strict JSON parser: UTF-8, no duplicate keys, no NaN, exact whole numbers, limited size and nesting."""

import json
import math
from collections import Counter
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import marshmallow as ma

from api.errors import InputError, MalformedRequest, invalid_input
from schemas.base import storable

LONGEST_NUMBER = 400
"""The number of characters that a number may have."""
MAX_DEPTH = 32
"""The number of arrays and objects that may be nested in one another. Articles and news items need less than ten."""
MAX_VALUES = 50_000
"""The number of values, including arrays and objects, in one text. An article has a few hundred at most."""

_NO_STRUCTURE = bytes(set(range(256)) - set(b'",[]{}'))
_BRACKETS = bytes.maketrans(b"{}", b"[]")


def parse(body: bytes) -> Any:
    """The value of a JSON text. Raises MalformedRequest, and InvalidInput if Postgres cannot store a key.

    A number without a fraction is an int, however it is written: 1e3 and 1.0 as well.
    """
    # Before it is parsed, as the parser and much of what follows recurse.
    _check_structure(body)
    try:
        return _JSON.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"Invalid UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise MalformedRequest(f"Invalid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None


def _check_structure(body: bytes) -> None:
    """Raise MalformedRequest for more than MAX_DEPTH levels or MAX_VALUES values. Takes time linear in the length."""
    if body.count(b"[") + body.count(b"{") + body.count(b",") <= MAX_DEPTH:
        return
    marks = body.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NO_STRUCTURE)
    # Every second part is outside of strings.
    marks = b"".join(marks.split(b'"')[::2]).translate(_BRACKETS)
    brackets = marks.replace(b",", b"")[: 2 * MAX_VALUES]
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")
    # The brackets that are left are nested deeper, or have no counterpart.
    if b"[]" in brackets or brackets.count(b"[") > MAX_DEPTH:
        raise MalformedRequest(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
    if marks.count(b",") + marks.count(b"[") >= MAX_VALUES:
        raise MalformedRequest(f"The JSON has more than {MAX_VALUES:,} values.")


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


def _whole(text: str) -> int:
    return int(_bounded(text))


def _fraction(text: str) -> int | float:
    number = float(_bounded(text))
    if not math.isfinite(number):
        raise MalformedRequest(f"The number {text[:100]} is too large.")
    return _exact(text, number) if number.is_integer() else number


def _exact(text: str, number: float) -> int | float:
    """The whole number that the text is, of which a float loses the last digits from 2**53 on; else the float."""
    with suppress(InvalidOperation):  # an exponent of many digits, which makes it 0, or close to 0
        exact = Decimal(text)
        if exact == (whole := int(exact)):
            return whole
    return number


def _bounded(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise MalformedRequest(f"A number has more than {LONGEST_NUMBER} digits.")
    return text


def _constant(text: str) -> NoReturn:
    raise MalformedRequest(f"{text} is not valid in JSON.")


_JSON = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction, parse_constant=_constant)
