"""Splits streams of records into chunks, each of which is stored in one transaction."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

CHUNK_SIZE = 500

T = TypeVar("T")


def chunked(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield the items in lists of CHUNK_SIZE; the last one may be shorter."""
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK_SIZE)):
        yield chunk
