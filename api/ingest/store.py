"""Storing what an import reads, a transaction a chunk, through the same commands as a push."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from api.commands import article_lifecycle, articles, change_log, entities, restore
from api.commands.articles import DEFAULTS, Options, WriteResult
from api.commands.change_log import Change
from api.commands.entity_kinds import KINDS
from api.errors import Conflict, Problem
from api.jobs import runner
from api.postgres.connection import Connection, in_transaction

CHUNK = 500
RESULTS: tuple[str, ...] = ("created", "updated", "unchanged", "stale", "refused")

Progress = Callable[[int], None]
Record = dict[str, Any]


def store_articles(
    connection: Connection, records: Iterable[Record], options: Options = DEFAULTS, *, progress: Progress
) -> dict[str, int]:
    """Upsert articles, creating the outlets, tags and people they name; counts by result.

    What this archive withdrew or erased stays so, ``refused``; of what it has a later version, that stays, ``stale``.
    A record may carry ``outlet_name``, the name of an outlet
    that does not exist yet.
    """
    counts = dict.fromkeys(RESULTS, 0)
    for chunk in _chunks(records):
        in_transaction(
            connection,
            lambda c, chunk=chunk: entities.create_missing(c, chunk, {"outlets", "tags", "people"}),
        )

        def stored(c: Connection, chunk: list[Record] = chunk) -> list[str]:
            answers, recorded = articles.store(c, chunk, options)
            restore.articles(c, chunk, answers)
            change_log.append(c, recorded)
            return [_result(answer) for answer in answers]

        for result in in_transaction(connection, stored):
            counts[result] += 1
        progress(len(chunk))
    # Entities created above may be named in articles that were there before.
    runner.run(connection)
    return counts


def store_entities(
    connection: Connection, kind: str, records: Iterable[Record], *, keep_existing: bool = False, progress: Progress
) -> dict[str, int]:
    """Upsert outlets, tags or people, and link what the archive already holds; counts by result."""
    counts = dict.fromkeys(RESULTS, 0)
    for chunk in _chunks(records):

        def stored(c: Connection, chunk: list[Record] = chunk) -> list[str]:
            results = [result.outcome for result in entities.upsert(c, KINDS[kind], chunk, keep_existing=keep_existing)]
            restore.entities(c, KINDS[kind].table, chunk, results)
            return results

        for result in in_transaction(connection, stored):
            counts[result] += 1
        progress(len(chunk))
    runner.run(connection)
    return counts


def store_rest(connection: Connection, kind: str, records: Iterable[Record], *, progress: Progress) -> dict[str, int]:
    """Store what only an export has: redirects, earlier versions, tombstones; counts by result."""
    counts = dict.fromkeys(RESULTS, 0)
    for chunk in _chunks(records):
        created = in_transaction(connection, lambda c, chunk=chunk: _REST[kind](c, chunk))
        counts["created"] += created
        counts["unchanged"] += len(chunk) - created
        progress(len(chunk))
    return counts


def _result(answer: WriteResult | Problem) -> str:
    """What is counted; raises what is wrong with the record itself."""
    if isinstance(answer, Conflict):
        return "refused"
    return articles.unwrap(answer).outcome


def _erase(connection: Connection, records: Sequence[Record]) -> int:
    """Make tombstones; how many were not there yet."""
    made = 0
    recorded: list[Change] = []
    for record in records:
        reason = record["reason"] or "Erased"
        stand_in = {
            **record, "headline": "-", "published_at": record["kept"]["created_at"], "status": "canceled",
            "reason": reason,
        }  # fmt: skip
        [result], stored = articles.store(connection, [stand_in])
        recorded += stored
        if isinstance(result, WriteResult):
            article_lifecycle.purge(connection, result.id, reason, recorded)
            restore.articles(connection, [record], [result])
            made += 1
    change_log.append(connection, recorded)
    return made


_REST: dict[str, Callable[[Connection, Sequence[Record]], int]] = {
    "redirect": restore.redirects,
    "version": restore.versions,
    "erased": _erase,
    # Of no use in another archive.
    "position": lambda _connection, _records: 0,
}


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
