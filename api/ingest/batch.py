"""Many articles at once: each on its own, a transaction a chunk, or all of them or none in one."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from api.commands import articles, catalogue, entities
from api.commands.articles import WriteResult
from api.commands.change_log import Change
from api.errors import InputPath, Problem
from api.postgres.connection import Connection

CHUNK = 500

Record = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Item:
    """One item of a batch: where it stands (``line`` or ``index``), and its record or what is wrong with it.

    ``locate`` returns the path in what was sent of a path in the record.
    """

    place: Mapping[str, int]
    content: Record | Problem
    locate: Callable[[InputPath], InputPath] = tuple


# An item, and what became of it.
Result = tuple[Item, WriteResult | Problem]


def store_each(
    write: Callable[[Callable[[Connection], Any]], Any], items: Iterable[Item], create: Collection[str], writers: int
) -> Iterator[Result]:
    """Store what can be stored, chunk by chunk, each by ``write`` in a transaction; a result for each item, in order.

    So many ``writers`` at once prepare and store chunks, while the next is read; of two items of one article the
    later is stored after the earlier. The entities of ``create`` that articles name are created.
    """
    waiting: deque[tuple[frozenset[Any], Future[list[Result]]]] = deque()
    with ThreadPoolExecutor(writers) as pool:
        for chunk in _chunks(items):
            ids = frozenset(
                (item.content["outlet"], item.content["external_id"])
                for item in chunk
                if not isinstance(item.content, Problem)
            )
            while len(waiting) > writers or any(not ids.isdisjoint(others) for others, _ in waiting):
                yield from waiting.popleft()[1].result()
            waiting.append((ids, pool.submit(_stored, write, chunk, create)))
        for _, stored in waiting:
            yield from stored.result()


def _stored(
    write: Callable[[Callable[[Connection], Any]], Any], chunk: Sequence[Item], create: Collection[str]
) -> list[Result]:
    """Store a chunk; the result of each of its items."""
    records = [item.content for item in chunk if not isinstance(item.content, Problem)]
    if create and records:
        write(lambda connection: _prepare(connection, records, create))
    answers: Iterator[WriteResult | Problem] = iter(
        write(lambda connection: articles.upsert_each(connection, records)) if records else ()
    )
    return [_result(item, item.content if isinstance(item.content, Problem) else next(answers)) for item in chunk]


def store_all(
    connection: Connection, items: Iterable[Item], create: Collection[str], recorded: list[Change]
) -> Iterator[Result]:
    """Store all items in the transaction of the connection; raises the problem of the first that is refused.

    The changes are added to ``recorded``, for the caller to record as the last step.
    """
    if create:
        # At once: whoever has the catalogue shared, as a chunk does, and wants it alone waits for others who do.
        catalogue.lock(connection)
    for chunk in _chunks(items):
        records = [_good(item, item.content) for item in chunk]
        if create:
            entities.create_missing(connection, records, create)
        stored, happened = articles.store(connection, records)
        recorded += happened
        for item, answer in zip(chunk, stored, strict=True):
            yield item, _good(item, answer)


def _result(item: Item, outcome: WriteResult | Problem) -> Result:
    if isinstance(outcome, Problem):
        outcome.relocate(item.locate)
    return item, outcome


def _good(item: Item, answer: T | Problem) -> T:
    if isinstance(answer, Problem):
        [(name, number)] = item.place.items()
        answer.detail = f"Nothing was stored: {name} {number} was refused. {answer.detail}"
        answer.members = {**answer.members, **item.place}
        answer.relocate(item.locate)
        raise answer
    return answer


def _prepare(connection: Connection, records: Iterable[Record], create: Collection[str]) -> None:
    """Create the names that these articles may create, but none for an article that is to be refused for others."""
    accepted: list[Record] = []
    for record in records:
        try:
            articles.check_references(connection, record, create)
            accepted.append(record)
        except Problem:
            continue
    entities.create_missing(connection, accepted, create)


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
