"""Splits streams of records into chunks, each of which is stored in one transaction."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

CHUNK_SIZE = 500
"""The number of records in a chunk."""
CHUNK_BYTES = 512 * 1024
"""The size of a chunk, in bytes as the records were sent. A larger record is a chunk of its own.

Postgres indexes some megabytes of text a second, so a chunk takes a small part of STATEMENT_TIMEOUT_MS.
"""

T = TypeVar("T")


def chunked(items: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Yield the items in lists of at most CHUNK_SIZE items and CHUNK_BYTES bytes, of which ``size`` returns each one's.

    A list is yielded as soon as it is full, without waiting for the next item.
    """
    chunk: list[T] = []
    total = 0
    for item in items:
        added = size(item)
        if chunk and total + added > CHUNK_BYTES:
            yield chunk
            chunk, total = [], 0
        chunk.append(item)
        total += added
        if len(chunk) == CHUNK_SIZE or total >= CHUNK_BYTES:
            yield chunk
            chunk, total = [], 0
    if chunk:
        yield chunk
