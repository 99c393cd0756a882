"""Storing imported records in chunks, through the same commands as a push. Each chunk is a transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from api.commands import article_lifecycle, articles, change_log, entities, person_candidates, restore
from api.commands.articles import DEFAULTS, Options, WriteResult
from api.commands.change_log import Change
from api.commands.entity_kinds import KINDS
from api.errors import Conflict, Problem
from api.ingest.chunks import chunked
from api.jobs import runner
from api.model.types import Record
from api.postgres.connection import Connection, in_transaction

OUTCOMES: tuple[str, ...] = ("created", "updated", "unchanged", "stale", "refused")

Progress = Callable[[int], None]


def store_articles(
    connection: Connection, records: Iterable[Record], options: Options = DEFAULTS, *, progress: Progress
) -> dict[str, int]:
    """Store articles, and create the outlets, tags and people that they name. Returns the number of each outcome.

    Articles that this archive has withdrawn or purged are ``refused``; those of which it has a later version are
    ``stale``. A record may have an ``outlet_name``, the name of an outlet that does not exist yet.
    """

    options = replace(options, create=("tags", "people"))

    def create_outlets(connection: Connection, chunk: Sequence[Record]) -> list[str]:
        known = entities.lock_named(connection, chunk, ("outlets",))
        entities.create_missing(connection, known, chunk, ("outlets",))
        return []

    def store(connection: Connection, chunk: Sequence[Record]) -> list[str]:
        results, changes = articles.store(connection, chunk, options)
        restore.restore_articles(connection, chunk, results)
        change_log.append(connection, changes)
        return [_outcome(result) for result in results]

    counts = _in_chunks(connection, records, [create_outlets, store], progress)
    # Links the articles that were there before to the entities created above.
    runner.run(connection)
    return counts


def store_entities(
    connection: Connection, kind: str, records: Iterable[Record], *, keep_existing: bool = False, progress: Progress
) -> dict[str, int]:
    """Store outlets, tags or people, and link the articles in the archive. Returns the number of each outcome."""

    def store(connection: Connection, chunk: Sequence[Record]) -> list[str]:
        results = entities.upsert(connection, KINDS[kind], chunk, keep_existing=keep_existing)
        outcomes = [result.outcome for result in results]
        restore.restore_entities(connection, KINDS[kind].table, chunk, outcomes)
        return outcomes

    counts = _in_chunks(connection, records, [store], progress)
    runner.run(connection)
    return counts


def store_history(
    connection: Connection, kind: str, records: Iterable[Record], *, progress: Progress
) -> dict[str, int]:
    """Store the records that only an export has: redirects, earlier versions, tombstones. Counts as above."""

    def store(connection: Connection, chunk: Sequence[Record]) -> list[str]:
        created = _HISTORY[kind](connection, chunk)
        return ["created"] * created + ["unchanged"] * (len(chunk) - created)

    return _in_chunks(connection, records, [store], progress)


def _in_chunks(
    connection: Connection,
    records: Iterable[Record],
    steps: Sequence[Callable[[Connection, Sequence[Record]], list[str]]],
    progress: Progress,
) -> dict[str, int]:
    """Run each step on each chunk in a transaction of its own. Returns the number of each outcome."""
    counts = Counter(dict.fromkeys(OUTCOMES, 0))
    for chunk in chunked(records, _size):
        for step in steps:
            counts.update(in_transaction(connection, lambda c, step=step, chunk=chunk: step(c, chunk)))
        progress(len(chunk))
    return dict(counts)


def _size(record: Record) -> int:
    return sum(len(value) for value in record.values() if isinstance(value, str))


def _outcome(result: WriteResult | Problem) -> str:
    """The outcome to count. Raises problems of the record itself."""
    return "refused" if isinstance(result, Conflict) else articles.unwrap(result).outcome


def _purge(connection: Connection, records: Sequence[Record]) -> int:
    """Create tombstones of purged articles. Returns the number created."""
    created = 0
    changes: list[Change] = []
    for record in records:
        reason = record["reason"] or "Erased"
        placeholder = {
            **record, "headline": "-", "published_at": record["kept"]["created_at"], "status": "canceled",
            "reason": reason,
        }  # fmt: skip
        [result], stored = articles.store(connection, [placeholder])
        changes += stored
        if isinstance(result, WriteResult):
            article_lifecycle.purge(connection, result.id, reason, changes)
            restore.restore_articles(connection, [record], [result])
            created += 1
    change_log.append(connection, changes)
    return created


_HISTORY: dict[str, Callable[[Connection, Sequence[Record]], int]] = {
    "redirect": restore.insert_redirects,
    "version": restore.insert_versions,
    "erased": _purge,
    "rejection": person_candidates.insert_rejections,
    # A position in the change feed is valid only in the archive it comes from.
    "position": lambda _connection, _records: 0,
}
