"""The change feed, and the state of the archive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.model.article import COLUMNS, TOMBSTONE, text_bytes
from api.postgres.connection import Connection, planned_once
from api.postgres.prepared import raw_json_cursor
from api.queries.entities import OUTLETS, PEOPLE, TAGS, Entity
from api.retrieval.select import Order, within_page_bytes

KINDS: dict[str, Entity] = {"tag": TAGS, "person": PEOPLE, "outlet": OUTLETS}


@dataclass(frozen=True)
class State:
    """The state of the archive as a reader sees it: with the request it determines every response to a read.

    ``position`` and ``changed_at`` are those of the latest change that the reader sees, so that hidden changes, those
    of embargoed articles, affect no response. ``latest`` is the position of the latest change, hidden or not.
    ``incarnation``, ``server`` and ``made`` identify the archive: a copy on another server, or in tables restored from
    a dump, diverges. ``beside`` covers what affects responses without an entry in the log: imported redirects of
    entities, and new document frequencies.
    """

    incarnation: UUID
    server: int
    made: int
    position: int
    changed_at: datetime | None
    trimmed_to: int
    beside: str
    latest: int = field(compare=False)

    @cached_property
    def archive(self) -> str:
        """An identifier that differs for every archive, and for every server and database that it is restored to."""
        return sha256(f"{self.incarnation} {self.server} {self.made}".encode()).hexdigest()[:16]


def state(connection: Connection, own: Sequence[str] | None = ()) -> State:
    """The state of the archive; later statements on this connection see that state or a newer one.

    ``own`` are the outlets (slugs) whose hidden changes the reader sees, None for all of them.
    """
    if own is None:
        statement, parameters = _STATE_OF_ALL, {}
    elif own:
        statement, parameters = _STATE_OF_OUTLETS, {"own": list(own)}
    else:
        statement, parameters = _STATE, {}
    (row,) = planned_once(connection, statement, parameters)
    return State(**row)


def _state(visible: LiteralString, trimmed_to: LiteralString) -> LiteralString:
    return f"""
        select incarnation, (select system_identifier from pg_control_system()) as server, archive.tableoid as made,
            greatest(visible.position, {trimmed_to}) as position, {trimmed_to} as trimmed_to,
            concat_ws(' ', catalogue, measured_at) as beside, greatest(visible.at, measured_at) as changed_at,
            coalesce((select max(position) from changes), 0) as latest
        from archive
        left join ({visible}) as visible on true
        left join text_stats on true"""


_LATEST: LiteralString = "order by position desc limit 1"
_OWN: LiteralString = "select id from outlets where slug = any(%(own)s)"
_STATE = _state(f"select position, at from changes where outlet_id is null {_LATEST}", "changes_trimmed_to")
_STATE_OF_OUTLETS = _state(
    f"""
            select position, at from (
                (select position, at from changes where outlet_id is null {_LATEST})
                union all
                select hidden.* from ({_OWN}) as own cross join lateral (
                    select position, at from changes where outlet_id = own.id {_LATEST}
                ) as hidden
            ) as latest {_LATEST}""",
    f"greatest(changes_trimmed_to, (select max(changes_trimmed_to) from outlets where id in ({_OWN})))",
)
_STATE_OF_ALL = _state(
    f"select position, at from changes {_LATEST}",
    "greatest(changes_trimmed_to, (select max(changes_trimmed_to) from outlets))",
)


def page(
    connection: Connection,
    after: int,
    limit: int,
    types: Sequence[str],
    own: Sequence[str] | None,
    fields: Sequence[str],
) -> tuple[list[DictRow], bool]:
    """The changes after a position, in commit order, and whether there are more of them.

    There are at most ``limit``, and fewer if the texts of their articles exceed PAGE_BYTES. Each has its subject as it
    is now: ``article``, ``tag``, ``person`` or ``outlet``; null when readers do not see it. ``own`` are the outlets
    whose embargoed articles are visible, None for all of them.
    """
    parameters = {"after": after, "own": list(own or ()), "types": list(types), "limit": limit + 1}
    rows = connection.execute(_CHANGES if own else _PUBLIC if own is not None else _ALL, parameters).fetchall()
    shown = rows[:limit]
    if shown and (size := text_bytes(fields)):
        shown = shown[: _fitting(connection, [row["id"] for row in shown], own, size)]
    articles = _articles(connection, [row["id"] for row in shown if row["id"]], own, fields)
    entities = {
        kind: _entities(connection, entity, [row["noun_id"] for row in shown if row["type"].startswith(f"{kind}.")])
        for kind, entity in KINDS.items()
    }
    for row in shown:
        _add_subject(row, articles, entities)
    return shown, len(rows) > len(shown)


def _fitting(
    connection: Connection, articles: Sequence[UUID | None], own: Sequence[str] | None, size: LiteralString
) -> int:
    """How many of these articles, some of which may be repeated, are within PAGE_BYTES; always the first.

    Only texts that the reader sees are counted.
    """
    sizes: LiteralString = f"""
        select number, coalesce(bytes, 0) as bytes
        from unnest(%(articles)s::uuid[]) with ordinality as given (id, number)
        left join lateral (
            select {size} as bytes from articles a join outlets o on o.id = a.outlet_id
            where a.id = given.id and a.status = 'usable' and {_KNOWN}
        ) as seen on true"""
    statement = within_page_bytes(sizes, "a.number", "a.bytes", Order(("a.number",), ("number",)))
    return len(connection.execute(statement, {"articles": list(articles), **_reader(own)}).fetchall())


# Whether the reader knows of the article a of the outlet o: it has no embargo, or belongs to an outlet of the reader.
_KNOWN: LiteralString = "(a.embargoed_until is null or %(everything)s or o.slug = any(%(own)s))"


def _reader(own: Sequence[str] | None) -> dict[str, object]:
    return {"everything": own is None, "own": list(own or ())}


def _changes(of: LiteralString) -> LiteralString:
    """The statement that reads the first changes of some: read along an index that has no others."""
    return f"""
    select position, type, at, article_id as id, version, noun_id, slug, merged_into
    from changes
    where position > %(after)s and {of}
        and (cardinality(%(types)s::text[]) = 0
            or type = any(%(types)s) or split_part(type, '.', 1) = any(%(types)s))
    order by position
    limit %(limit)s"""


_ALL = _changes("true")
_PUBLIC = _changes("outlet_id is null")
_CHANGES: LiteralString = f"""
    select * from (
        ({_PUBLIC})
        union all
        select hidden.* from ({_OWN}) as own cross join lateral ({_changes("outlet_id = own.id")}) as hidden
    ) as merged
    order by position
    limit %(limit)s"""


def _add_subject(row: DictRow, articles: Mapping[UUID, DictRow], entities: Mapping[str, Mapping[int, DictRow]]) -> None:
    """Add the article or entity that a change is about, and remove the columns of the other kind."""
    kind = row["type"].partition(".")[0]
    entity_id = row.pop("noun_id")
    if kind == "article":
        del row["slug"], row["merged_into"]
        row |= articles.get(row["id"], {"article": None, "tombstone": None})
        return
    del row["id"], row["version"]
    row[kind] = entities[kind].get(entity_id)
    if row["merged_into"] is None:
        del row["merged_into"]


def _articles(
    connection: Connection, ids: Sequence[UUID], own: Sequence[str] | None, fields: Sequence[str]
) -> dict[UUID, DictRow]:
    """These articles by id: what readers see of each, the ``article`` or its ``tombstone``."""
    if not ids:
        return {}
    columns = ", ".join(COLUMNS[name] for name in fields or COLUMNS)
    # The texts of articles that the reader does not see are not read: they do not count for PAGE_BYTES.
    statement: LiteralString = f"""
        select subject.id as key, tombstone, seen, {columns}
        from (
            select a.id, case when known then {TOMBSTONE} end as tombstone, known and a.status = 'usable' as seen
            from articles a
            join outlets o on o.id = a.outlet_id
            cross join lateral (select {_KNOWN} as known) as k
            where a.id = any(%(ids)s)
        ) as subject
        left join articles a on a.id = subject.id and seen"""
    rows = raw_json_cursor(connection).execute(statement, {"ids": list(set(ids)), **_reader(own)}).fetchall()
    found: dict[UUID, DictRow] = {}
    for row in rows:
        key, tombstone, seen = row.pop("key"), row.pop("tombstone"), row.pop("seen")
        found[key] = {"article": row if seen else None, "tombstone": tombstone}
    return found


def _entities(connection: Connection, entity: Entity, ids: Sequence[int]) -> dict[int, DictRow]:
    """These entities by id, as they are now."""
    if not ids:
        return {}
    merged: LiteralString = "true" if entity is OUTLETS else "merged_into is null"
    statement: LiteralString = (
        f"select id as key, {entity.columns} from {entity.table} where id = any(%(ids)s) and {merged}"
    )
    rows = raw_json_cursor(connection).execute(statement, {"ids": list(set(ids)), "as_of": None}).fetchall()
    return {row.pop("key"): row for row in rows}
