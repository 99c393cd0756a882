"""Splits a body into items while it is received: the lines of NDJSON or the elements of a JSON array. Pure.

Each item is yielded as bytes, to be parsed on its own. A line that is too long is yielded as None.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from api.errors import ContentTooLarge, MalformedRequest

T = TypeVar("T", bytes, bytearray)

# A complete string, a bracket, a comma, or the quotation mark of an incomplete string.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', re.DOTALL)
_SPACE = b" \t\r\n"


def lines(body: Iterable[bytes], max_length: int) -> Iterator[tuple[int, bytes | None]]:
    """The number, counted from 1, and the text of each line that is not empty."""
    number, pending, too_long = 1, b"", False
    for part in body:
        *whole, rest = part.split(b"\n")
        for line in whole:
            if too_long or len(pending) + len(line) > max_length:
                yield number, None
            elif text := (pending + line).strip(_SPACE):
                yield number, text
            number, pending, too_long = number + 1, b"", False
        too_long = too_long or len(pending) + len(rest) > max_length
        pending = b"" if too_long else pending + rest
    if too_long:
        yield number, None
    elif text := pending.strip(_SPACE):
        yield number, text


def elements(body: Iterable[bytes], max_length: int) -> Iterator[tuple[int, bytes]]:
    """The index, counted from 0, and the text of each element.

    Raises MalformedRequest if the body is not an array, and ContentTooLarge for an element that is too long.
    """
    pending = bytearray()
    index = depth = at = begin = 0
    closed = False
    for part in body:
        pending += part
        while token := _TOKEN.search(pending, at):
            mark = token[0]
            if mark == b'"':
                # The string continues in the next part.
                break
            if closed or (depth == 0 and (mark != b"[" or pending[: token.start()].strip(_SPACE))):
                raise MalformedRequest("The body is not a JSON array.")
            at = token.end()
            if mark in (b"[", b"{"):
                depth += 1
                begin = at if depth == 1 else begin
            elif mark in (b"]", b"}"):
                depth -= 1
                closed = depth == 0
            if closed and mark == b"}":
                raise MalformedRequest("The body is not a JSON array.")
            if closed or (mark == b"," and depth == 1):
                element = bytes(pending[begin : token.start()]).strip(_SPACE)
                if element or index or not closed:
                    yield index, _check_length(element, max_length)
                index, begin = index + 1, at
        _check_length(pending[begin:], max_length)
        del pending[:begin]
        at, begin = max(at - begin, 0), 0
    if not closed or pending[at:].strip(_SPACE):
        raise MalformedRequest("The JSON array in the body is incomplete.")


def _check_length(element: T, max_length: int) -> T:
    if len(element) > max_length:
        raise ContentTooLarge(f"An element of the array is longer than {max_length:,} bytes.")
    return element
