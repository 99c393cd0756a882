"""Storing batches of articles: each on its own, a chunk in a transaction, or all of them in one."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

from api.commands import articles, catalogue
from api.commands.article_options import Options
from api.commands.articles import WriteResult
from api.commands.change_log import Change
from api.errors import ContentTooLarge, InputPath, Problem, Unauthorized
from api.ingest.chunks import chunked
from api.model.types import Record
from api.postgres.connection import Connection

MAX_ATOMIC_ITEMS = 100_000
"""The number of items of an atomic batch, whose changes are kept in memory and appended at its end."""
MAX_REFUSED_ITEMS = 10_000
"""The number of invalid items after which a batch ends: the line about an item may be much longer than the item."""

T = TypeVar("T")

# Runs a function in a transaction.
Write = Callable[[Callable[[Connection], Any]], Any]


@dataclass(frozen=True)
class Item:
    """An item of a batch: its position (``line`` or ``index``), and its record or what is wrong with it.

    ``locate`` maps a path in the record to the path in the item as it was sent. ``size`` is what was sent, in bytes.
    """

    position: Mapping[str, int]
    content: Record | Problem
    locate: Callable[[InputPath], InputPath] = tuple
    size: int = 0


_SIZE = attrgetter("size")
Result = tuple[Item, WriteResult | Problem]


def store_each(write: Write, items: Iterable[Item], options: Options, writers: int) -> Iterator[Result]:
    """Store the valid items in chunks, each by ``write``. Yields a result for each item in order.

    ``writers`` threads store chunks while the next ones are read. Chunks with items of the same article are stored one
    after the other.

    If ``write`` raises Unauthorized, that is the result of all items of the chunk.
    """
    pending: deque[tuple[frozenset[Any], Future[list[Result]]]] = deque()
    refusals = _Refusals()
    with ThreadPoolExecutor(writers) as pool:
        for chunk in chunked(refusals.limited(items), _SIZE):
            ids = frozenset(
                (item.content["outlet"], item.content["external_id"])
                for item in chunk
                if not isinstance(item.content, Problem)
            )
            while len(pending) > writers or any(not ids.isdisjoint(others) for others, _ in pending):
                yield from refusals.counted(pending.popleft()[1].result())
            pending.append((ids, pool.submit(_store_chunk, write, chunk, options)))
        for _, future in pending:
            yield from future.result()


class _Refusals:
    """Counts the refused items of a batch, which ends soon after MAX_REFUSED_ITEMS."""

    def __init__(self) -> None:
        self._count = 0

    def limited(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items up to the one at which too many have been refused, whose problem says so."""
        for item in items:
            self._count += isinstance(item.content, Problem)
            if self._count > MAX_REFUSED_ITEMS:
                detail = f"More than {MAX_REFUSED_ITEMS:,} items were refused. The items after this one were not read."
                yield Item(item.position, ContentTooLarge(detail))
                return
            yield item

    def counted(self, results: Iterable[Result]) -> Iterator[Result]:
        """The results, of which those count that are refused although their items are valid."""
        for item, outcome in results:
            self._count += isinstance(outcome, Problem) and outcome is not item.content
            yield item, outcome


def _store_chunk(write: Write, chunk: Sequence[Item], options: Options) -> list[Result]:
    try:
        return _stored_chunk(write, chunk, options)
    except Unauthorized as problem:
        return [(item, problem) for item in chunk]


def _stored_chunk(write: Write, chunk: Sequence[Item], options: Options) -> list[Result]:
    records = [item.content for item in chunk if not isinstance(item.content, Problem)]
    stored: Iterator[WriteResult | Problem] = iter(
        write(lambda connection: articles.upsert_each(connection, records, options)) if records else ()
    )
    return [_result(item, item.content if isinstance(item.content, Problem) else next(stored)) for item in chunk]


def valid(items: Iterable[Item]) -> Iterator[Item]:
    """The items of an atomic batch. Raises the problem of the first invalid one, or of the first of too many."""
    for count, item in enumerate(items, 1):
        if count > MAX_ATOMIC_ITEMS:
            _unwrap(item, ContentTooLarge(f"An atomic batch has at most {MAX_ATOMIC_ITEMS:,} items."))
        _unwrap(item, item.content)
        yield item


def store_all(
    connection: Connection, items: Iterable[Item], options: Options, changes: list[Change]
) -> Iterator[Result]:
    """Store valid items in the transaction of the connection. Raises the problem of the first refused item.

    The changes are added to ``changes``, which the caller appends to the change log as its last step.
    """
    if options.create:
        # Locked before the first chunk: two batches that share the lock and both wait to own it would deadlock.
        catalogue.lock(connection)
    for chunk in chunked(items, _SIZE):
        records = [_unwrap(item, item.content) for item in chunk]
        results, chunk_changes = articles.store(connection, records, options)
        changes += chunk_changes
        for item, result in zip(chunk, results, strict=True):
            yield item, _unwrap(item, result)


def _result(item: Item, result: WriteResult | Problem) -> Result:
    if isinstance(result, Problem):
        result.relocate(item.locate)
    return item, result


def _unwrap(item: Item, value: T | Problem) -> T:
    """Return a value, or raise it if it is a Problem, with the position of its item."""
    if isinstance(value, Problem):
        [(name, number)] = item.position.items()
        value.detail = f"Nothing was stored, because {name} {number} was refused: {value.detail}"
        value.members = {**value.members, **item.position}
        value.relocate(item.locate)
        raise value
    return value
