"""A body of many items, taken apart as it comes in: lines of NDJSON, or the elements of a JSON array. Pure.

Each item is yielded as its bytes, to be parsed on its own. A line that is too long is yielded as None.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from api.errors import ContentTooLarge, MalformedRequest

T = TypeVar("T", bytes, bytearray)

# A whole string, or one character that opens, closes, divides or begins a string that is not whole yet.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', re.DOTALL)
_SPACE = b" \t\r\n"


def lines(body: Iterable[bytes], longest: int) -> Iterator[tuple[int, bytes | None]]:
    """The number, counted from 1, and the text of each line that is not empty."""
    number, held, cut = 1, b"", False
    for part in body:
        *whole, rest = part.split(b"\n")
        for line in whole:
            if cut or len(held) + len(line) > longest:
                yield number, None
            elif text := (held + line).strip(_SPACE):
                yield number, text
            number, held, cut = number + 1, b"", False
        cut = cut or len(held) + len(rest) > longest
        held = b"" if cut else held + rest
    if cut:
        yield number, None
    elif text := held.strip(_SPACE):
        yield number, text


def elements(body: Iterable[bytes], longest: int) -> Iterator[tuple[int, bytes]]:
    """The index, counted from 0, and the text of each element.

    Raises MalformedRequest where the body is no array, ContentTooLarge at an element that is too long.
    """
    held = bytearray()
    index = depth = at = begin = 0
    closed = False
    for part in body:
        held += part
        while token := _TOKEN.search(held, at):
            mark = token[0]
            if mark == b'"':
                # The string goes on in the next part.
                break
            if closed or (depth == 0 and (mark != b"[" or held[: token.start()].strip(_SPACE))):
                raise MalformedRequest("The body is no JSON array.")
            at = token.end()
            if mark in (b"[", b"{"):
                depth += 1
                begin = at if depth == 1 else begin
            elif mark in (b"]", b"}"):
                depth -= 1
                closed = depth == 0
            if closed and mark == b"}":
                raise MalformedRequest("The body is no JSON array.")
            if closed or (mark == b"," and depth == 1):
                element = bytes(held[begin : token.start()]).strip(_SPACE)
                if element or index or not closed:
                    yield index, _within(element, longest)
                index, begin = index + 1, at
        _within(held[begin:], longest)
        del held[:begin]
        at, begin = max(at - begin, 0), 0
    if not closed or held[at:].strip(_SPACE):
        raise MalformedRequest("The body is no whole JSON array.")


def _within(element: T, longest: int) -> T:
    if len(element) > longest:
        raise ContentTooLarge(f"An element of the array is longer than {longest:,} bytes.")
    return element
