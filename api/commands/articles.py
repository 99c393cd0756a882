"""Storing articles. Pushes, batches, imports and the demo data all go through ``store``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.commands import article_rows, catalogue, change_log, entities, link_finder
from api.commands.article_content import new_row
from api.commands.article_links import ArticleState, LinkChanges
from api.commands.article_options import DEFAULTS, Options
from api.commands.article_references import named_ids, resolve
from api.commands.article_rows import CurrentRow, Row
from api.commands.catalogue import Catalogue
from api.commands.change_log import Change
from api.errors import NotFound, PreconditionFailed, Problem
from api.model.types import Record
from api.postgres.connection import Connection, Race, present


@dataclass(frozen=True)
class WriteResult:
    """The id of an article and the outcome of a write.

    The outcome is ``created``, ``updated``, ``unchanged``, or ``stale`` if the archive has a later version.
    """

    id: UUID
    outcome: str


def upsert(connection: Connection, records: Sequence[Record], options: Options = DEFAULTS) -> list[WriteResult]:
    """``upsert_each``, but raises the first Problem. Roll the transaction back then."""
    return [unwrap(result) for result in upsert_each(connection, records, options)]


def unwrap(result: WriteResult | Problem) -> WriteResult:
    """Return a result, or raise it if it is a Problem."""
    if isinstance(result, Problem):
        raise result
    return result


def upsert_each(
    connection: Connection, records: Sequence[Record], options: Options = DEFAULTS
) -> list[WriteResult | Problem]:
    """``store`` the records and append the changes to the change log. Returns a result for each record."""
    results, changes = store(connection, records, options)
    change_log.append(connection, changes)
    return results


def store(
    connection: Connection, records: Sequence[Record], options: Options = DEFAULTS
) -> tuple[list[WriteResult | Problem], list[Change]]:
    """Insert or update the article of each record, identified by its outlet and ``external_id``.

    A record has the keys of CONTENT_FIELDS and OPTIONAL_FIELDS (only external_id, headline and published_at are
    required), an ``outlet`` slug, and ``tags`` and ``people`` as lists of slugs or names. Without ``embargoed_until``
    an embargo stays as it is; None lifts it. ``status`` (with a ``reason``) withdraws or restores the article.
    ``body_html`` is CleanHtml.

    Returns a result for each record, and the changes, which the caller appends to the change log as its last step. The
    result is InvalidInput for an unknown outlet, tag or person, Conflict for a purged article and for a withdrawn
    one without a ``status``, and PreconditionFailed for a condition in ``options`` that does not hold.
    """
    names = entities.lock_named(connection, records, options.create)
    options = entities.within_limit(connection, names, records, options)
    results: dict[int, WriteResult | Problem] = {}
    resolved: list[tuple[int, Record]] = []
    for position, record in enumerate(records):
        try:
            resolved.append((position, resolve(names, record, options)))
        except Problem as problem:
            results[position] = problem
    changes: list[Change] = []
    for chunk in _split_by_id(resolved):
        stored = _store_chunk(connection, names, [record for _, record in chunk], options)
        for (position, _), (result, change) in zip(chunk, stored, strict=True):
            results[position] = result
            changes += [change] if change else []
    return [results[position] for position in range(len(records))], changes


def lock(connection: Connection, article: UUID, *, creating: bool) -> None:
    """Block other writes of the article until the transaction ends, all of them if ``store`` may create entities.

    Raises NotFound.
    """
    if creating:
        catalogue.lock(connection)
    else:
        catalogue.read_locked(connection)
    if not article_rows.lock(connection, [article]):
        raise NotFound(f"No article has the id {article}.")


def _split_by_id(records: Sequence[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    """Split numbered records into chunks without repeated ids, as a statement can write a row only once."""
    remaining = list(records)
    while remaining:
        ids: set[UUID] = set()
        chunk: list[tuple[int, Record]] = []
        repeated: list[tuple[int, Record]] = []
        for item in remaining:
            (repeated if item[1]["id"] in ids else chunk).append(item)
            ids.add(item[1]["id"])
        yield chunk
        remaining = repeated


def check_etag(expected: frozenset[str] | None, current: CurrentRow | None) -> None:
    """Raise PreconditionFailed if entity tags are expected and the article has none of them; ``*`` allows any."""
    if expected is not None and current is None:
        raise PreconditionFailed("The article does not exist yet. Send the request without If-Match to create it.")
    if expected is not None and current is not None and expected.isdisjoint({"*", current.etag}):
        raise PreconditionFailed(
            "The article has changed since you read it. Fetch it again and apply your change to the current version."
        )


def _store_chunk(
    connection: Connection, names: Catalogue, records: Sequence[Record], options: Options
) -> list[tuple[WriteResult | Problem, Change | None]]:
    current = article_rows.lock(connection, [record["id"] for record in records])
    now = _now(connection) if any(record.get("embargoed_until") for record in records) else None
    results: dict[UUID, tuple[WriteResult | Problem, Change | None]] = {}
    accepted: list[tuple[Record, CurrentRow | None, Row]] = []
    for record in records:
        before = current.get(record["id"])
        try:
            if outcome := _skipped(record, before, options):
                results[record["id"]] = WriteResult(record["id"], outcome), None
            else:
                accepted.append((record, before, new_row(record, before, now)))
        except Problem as problem:
            results[record["id"]] = problem, None
    # Only now, so that a record that is refused or stale creates no entity.
    names = entities.create_missing(
        connection, names, [record for record, _, _ in accepted], options.create, options.linked_outlets
    )
    writes = _PendingWrites(connection, names)
    for record, before, row in accepted:
        results[record["id"]] = writes.add(record, before, row, options)
    writes.execute()
    return [results[record["id"]] for record in records]


def _skipped(record: Record, before: CurrentRow | None, options: Options) -> str | None:
    """The outcome of a record that is not compared with its article, None otherwise. Raises PreconditionFailed."""
    check_etag(options.expected_etags, before)
    if before is None:
        return None
    if options.only_new:
        raise PreconditionFailed("The article exists already. To replace it, send its ETag in If-Match.")
    if options.keep_existing:
        return "unchanged"
    sent, stored = record["content"]["source_version"], before.source_version
    return "stale" if sent is not None and stored is not None and sent < stored else None


class _PendingWrites:
    """The rows, links and counts that a chunk of records changes."""

    def __init__(self, connection: Connection, names: Catalogue) -> None:
        self._connection = connection
        self._names = names
        self._rows: list[Row] = []
        self._links = LinkChanges()

    def add(
        self, record: Record, before: CurrentRow | None, row: Row, options: Options
    ) -> tuple[WriteResult, Change | None]:
        """Add the new ``row`` of a record, unless it changes nothing."""
        id = record["id"]
        pushed_tags, pushed_people = named_ids(self._names, record)
        if before and options.add_tags:
            pushed_tags = pushed_tags | before.state.links.pushed_tags
        if before and _is_unchanged(before, row, pushed_tags, pushed_people):
            return WriteResult(id, "unchanged"), None
        links = link_finder.find(self._connection, self._names, row, pushed_tags, pushed_people)
        if before:
            links = links.without_refused(before.state.links)
        visible = row["status"] == "usable" and row["embargoed_until"] is None
        after = ArticleState(record["outlet_id"], row["published_at"], visible, row["status"], links)
        self._rows.append(article_rows.add_derived_columns(row, self._names, links))
        self._links.add(id, before and before.state, after)
        change = article_rows.make_change(id, row["version"], before and before.state, after)
        return WriteResult(id, "updated" if before else "created"), change

    def execute(self) -> None:
        """Write everything. Raises Race if another transaction has created one of the articles."""
        if self._rows:
            written = article_rows.write(self._connection, self._rows)
            self._links.write(self._connection)
            if len(written.fetchall()) != len(self._rows):
                raise Race


def _now(connection: Connection) -> datetime:
    """The time of the database, by whose clock embargoes end."""
    return present(connection.execute("select now() as now").fetchone())["now"]


def _is_unchanged(before: CurrentRow, row: Row, pushed_tags: set[int], pushed_people: set[int]) -> bool:
    links = before.state.links
    return (
        (before.digest, before.embargoed_until, before.status, before.reason)
        == (row["digest"], row["embargoed_until"], row["status"], row["reason"])
        and links.pushed_tags == pushed_tags
        and links.pushed_people == pushed_people
    )
