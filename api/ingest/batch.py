"""Many articles at once: each on its own, a transaction a chunk, or all of them or none in one."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from api.commands import articles, changes, nouns
from api.commands.articles import Outcome
from api.commands.changes import Change
from api.database import Connection
from api.errors import Problem

CHUNK = 500

Record = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Item:
    """One item of a batch: where it stands (``line`` or ``index``), and its record or what is wrong with it."""

    place: Mapping[str, int]
    content: Record | Problem


def store_each(
    write: Callable[[Callable[[Connection], list[Outcome | Problem]]], list[Outcome | Problem]],
    items: Iterable[Item],
    create: Collection[str],
    make: Callable[[Callable[[Connection], None]], None],
) -> Iterator[dict[str, Any]]:
    """Store what can be stored, chunk by chunk, each by ``write`` in a transaction; a result for each item.

    ``make`` runs a transaction that creates the nouns of ``create`` that the articles name.
    """
    for chunk in _chunks(items):
        good = [(number, item.content) for number, item in enumerate(chunk) if not isinstance(item.content, Problem)]
        records = [record for _, record in good]
        if create and records:
            make(lambda connection, records=records: _prepare(connection, records, create))
        stored = write(lambda connection, records=records: articles.upsert_each(connection, records)) if records else []
        answers = dict(zip((number for number, _ in good), stored, strict=True))
        for number, item in enumerate(chunk):
            yield result(item.place, item.content if isinstance(item.content, Problem) else answers[number])


def store_all(connection: Connection, items: Iterable[Item], create: Collection[str]) -> Iterator[dict[str, Any]]:
    """Store all items in the transaction of the connection; raises the problem of the first that is refused."""
    recorded: list[Change] = []
    for chunk in _chunks(items):
        records = [_good(item.place, item.content) for item in chunk]
        if create:
            nouns.create_missing(connection, records, create)
        stored, happened = articles.store(connection, records)
        recorded += happened
        for item, answer in zip(chunk, stored, strict=True):
            yield result(item.place, _good(item.place, answer))
    changes.record(connection, recorded)


def result(place: Mapping[str, int], answer: Outcome | Problem) -> dict[str, Any]:
    """The line that says what became of an item."""
    if isinstance(answer, Problem):
        wrong = {"errors": list(answer.errors)} if answer.errors else {}
        return {**place, "status": answer.status, "code": answer.code, "detail": answer.detail, **wrong}
    return {**place, "status": 201 if answer.result == "created" else 200, "result": answer.result, "id": answer.id}


def _good(place: Mapping[str, int], answer: T | Problem) -> T:
    if isinstance(answer, Problem):
        [(name, number)] = place.items()
        answer.detail = f"Nothing was stored: {name} {number} was refused. {answer.detail}"
        answer.members = {**answer.members, **place}
        raise answer
    return answer


def _prepare(connection: Connection, records: Iterable[Record], create: Collection[str]) -> None:
    """Create the names that these articles may create, but none for an article that is to be refused for others."""
    accepted: list[Record] = []
    for record in records:
        try:
            articles.refuse_unknown(connection, record, create)
            accepted.append(record)
        except Problem:
            continue
    nouns.create_missing(connection, accepted, create)


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
