"""The change feed, and the state of the archive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.model.article import COLUMNS, TOMBSTONE
from api.postgres.connection import Connection, planned_once
from api.postgres.prepared import raw_json_cursor
from api.queries.entities import OUTLETS, PEOPLE, TAGS, Entity

KINDS: dict[str, Entity] = {"tag": TAGS, "person": PEOPLE, "outlet": OUTLETS}


@dataclass(frozen=True)
class State:
    """The state of the archive: with the request it determines every response to a read.

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

    @cached_property
    def archive(self) -> str:
        """An identifier that differs for every archive, and for every server and database that it is restored to."""
        return sha256(f"{self.incarnation} {self.server} {self.made}".encode()).hexdigest()[:16]


def state(connection: Connection) -> State:
    """The state of the archive; later statements on this connection see that state or a newer one."""
    (row,) = planned_once(
        connection,
        """
        select incarnation, (select system_identifier from pg_control_system()) as server, archive.tableoid as made,
            coalesce(position, 0) as position, changes_trimmed_to as trimmed_to,
            concat_ws(' ', catalogue, measured_at) as beside, greatest(changed_at, measured_at) as changed_at
        from archive
        left join (select position, at as changed_at from changes order by position desc limit 1) as latest on true
        left join text_stats on true
        """,
        {},
    )
    return State(**row)


def page(
    connection: Connection,
    after: int,
    limit: int,
    types: Sequence[str],
    own: Sequence[str] | None,
    fields: Sequence[str],
) -> list[DictRow]:
    """The changes after a position, in commit order; one more than ``limit`` if there are others.

    Each has its subject as it is now: ``article``, ``tag``, ``person`` or ``outlet``; null when readers do not see it.
    ``own`` are the outlets whose embargoed articles are visible, None for all of them.
    """
    rows = connection.execute(
        _CHANGES,
        {
            "after": after,
            "everything": own is None,
            "own": list(own or ()),
            "types": list(types),
            "limit": limit + 1,
        },
    ).fetchall()
    shown = rows[:limit]
    articles = _articles(connection, [row["id"] for row in shown if row["id"]], own, fields)
    entities = {
        kind: _entities(connection, entity, [row["noun_id"] for row in shown if row["type"].startswith(f"{kind}.")])
        for kind, entity in KINDS.items()
    }
    for row in shown:
        _add_subject(row, articles, entities)
    return rows


_CHANGES: LiteralString = """
    select position, type, at, article_id as id, version, noun_id, slug, merged_into
    from changes
    where position > %(after)s
        and (outlet_id is null or %(everything)s
            or outlet_id = any(array(select id from outlets where slug = any(%(own)s))))
        and (cardinality(%(types)s::text[]) = 0
            or type = any(%(types)s) or split_part(type, '.', 1) = any(%(types)s))
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
    statement: LiteralString = f"""
        select a.id as key, case when known then {TOMBSTONE} end as tombstone,
            known and a.status = 'usable' as seen, {columns}
        from articles a
        join outlets o on o.id = a.outlet_id
        cross join lateral (select a.embargoed_until is null or %(everything)s or o.slug = any(%(own)s) as known) as k
        where a.id = any(%(ids)s)"""
    parameters = {"ids": list(set(ids)), "everything": own is None, "own": list(own or ())}
    rows = raw_json_cursor(connection).execute(statement, parameters).fetchall()
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
