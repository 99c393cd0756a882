"""Storing what an import reads, a transaction a chunk, through the same commands as a push."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from api.commands import articles, jobs, nouns
from api.database import Connection, in_transaction

CHUNK = 500

Progress = Callable[[int], None]
Record = dict[str, Any]


def store_articles(
    connection: Connection, records: Iterable[Record], *, add_tags: bool = False, keep: bool = False, progress: Progress
) -> dict[str, int]:
    """Upsert articles, creating the outlets, tags and people they name; counts by result.

    ``add_tags`` and ``keep`` are as in ``articles.upsert``. A record may carry ``outlet_name``, the name of an outlet
    that does not exist yet.
    """
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    for chunk in _chunks(records):
        in_transaction(
            connection,
            lambda c, chunk=chunk: nouns.create_missing(c, chunk, {"outlets", "tags", "people"}),
        )
        outcomes = in_transaction(
            connection, lambda c, chunk=chunk: articles.upsert(c, chunk, add_tags=add_tags, keep=keep)
        )
        for outcome in outcomes:
            counts[outcome.result] += 1
        progress(len(chunk))
    # Nouns created above may be named in articles that were there before.
    jobs.run(connection)
    return counts


def store_nouns(
    connection: Connection, noun: str, records: Iterable[Record], *, keep: bool = False, progress: Progress
) -> dict[str, int]:
    """Upsert outlets, tags or people, and link what the archive already holds; counts by result."""
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    for chunk in _chunks(records):
        for result in in_transaction(
            connection, lambda c, chunk=chunk: nouns.upsert(c, nouns.KINDS[noun], chunk, keep=keep)
        ):
            counts[result] += 1
        progress(len(chunk))
    jobs.run(connection)
    return counts


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
