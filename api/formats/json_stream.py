"""Splits a body into items while it is received: the lines of NDJSON or the elements of a JSON array. Pure.

Each item is yielded as bytes, to be parsed on its own, or as None if it is too long.
"""

import re
from collections.abc import Iterable, Iterator

from api.errors import MalformedRequest

_TOKEN = re.compile(rb'[\[\]{},"]')
_CHARACTERS = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
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


def elements(body: Iterable[bytes], max_length: int) -> Iterator[tuple[int, bytes | None]]:
    """The index, counted from 0, and the text of each element. Raises MalformedRequest if the body is not an array."""
    pending = bytearray()
    index = depth = at = begin = 0
    closed = in_string = too_long = False
    for part in body:
        pending += part
        while True:
            mark, at, in_string = _next_mark(pending, at, in_string=in_string)
            if not mark:
                break
            if closed or (depth == 0 and (mark != b"[" or pending[: at - 1].strip(_SPACE))):
                raise MalformedRequest("The body is not a JSON array.")
            if mark in (b"[", b"{"):
                depth += 1
                begin = at if depth == 1 else begin
            elif mark in (b"]", b"}"):
                depth -= 1
                closed = depth == 0
            if closed and mark == b"}":
                raise MalformedRequest("The body is not a JSON array.")
            if closed or (mark == b"," and depth == 1):
                element = bytes(pending[begin : at - 1]).strip(_SPACE)
                if too_long or len(element) > max_length:
                    yield index, None
                elif element or index or not closed:
                    yield index, element
                index, begin, too_long = index + 1, at, False
        if len(pending) - begin > max_length:
            if depth == 0:
                raise MalformedRequest("The body is not a JSON array.")
            too_long = True
        # The beginning of an element that is too long is not needed any more.
        begin = at if too_long else begin
        del pending[:begin]
        at, begin = at - begin, 0
    if not closed or pending.strip(_SPACE):
        raise MalformedRequest("The JSON array in the body is incomplete.")


def _next_mark(text: bytearray, at: int, *, in_string: bool) -> tuple[bytes, int, bool]:
    """The next bracket, comma or beginning of a string from ``at`` on, empty if there is none yet.

    Also returns where to continue, and whether that is inside a string.
    """
    if in_string:
        found = _CHARACTERS.match(text, at)
        at = found.end() if found else at
        if text[at : at + 1] != b'"':
            return b"", at, True
        at += 1
    token = _TOKEN.search(text, at)
    return (token[0], token.end(), token[0] == b'"') if token else (b"", len(text), False)
