"""Giving what an import stored the times, versions and slugs that it had in the archive it was exported from."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

import orjson

from api.commands import catalogue
from api.commands.articles import WriteResult
from api.errors import Conflict, Problem
from api.postgres.connection import Connection

Record = dict[str, Any]


def entities(connection: Connection, table: str, records: Sequence[Record], results: Sequence[str]) -> None:
    """Stamp the entities that were stored; raises Conflict for an outlet that has articles under another uuid."""
    rows = [
        {"slug": record["slug"], **record["kept"]}
        for record, result in zip(records, results, strict=True)
        if "kept" in record and result != "unchanged"
    ]
    if not rows:
        return
    connection.execute(_ENTITIES[table], {"rows": _json(rows)})
    if table == "outlets":
        other = connection.execute(_UUIDS, {"rows": _json(rows)}).fetchone()
        if other:
            raise Conflict(f"The outlet {other['slug']!r} has articles here, whose ids derive from another uuid.")


def articles(connection: Connection, records: Sequence[Record], results: Sequence[WriteResult | Problem]) -> None:
    """Stamp the articles that were stored."""
    rows = [
        {"id": result.id, **record["kept"]}
        for record, result in zip(records, results, strict=True)
        if "kept" in record and isinstance(result, WriteResult) and result.outcome in ("created", "updated")
    ]
    if rows:
        connection.execute(_ARTICLES, {"rows": _json(rows)})


def versions(connection: Connection, records: Sequence[Record]) -> int:
    """Keep earlier versions of articles that are here; how many there were not yet."""
    return len(connection.execute(_VERSIONS, {"rows": _json(records)}).fetchall())


def redirects(connection: Connection, records: Sequence[Record]) -> int:
    """Retire slugs, whether their entity exists or not, unless an entity has the slug; the number newly retired."""
    stored = len(connection.execute(_REDIRECTS, {"rows": _json(records)}).fetchall())
    if stored:
        catalogue.renew_revision(connection)
    return stored


def _json(rows: Sequence[Record]) -> str:
    return orjson.dumps(rows, default=lambda value: str(value) if isinstance(value, UUID) else value).decode()


def _stamp(table: LiteralString) -> LiteralString:
    return f"""
        update {table} n set created_at = r.created_at, updated_at = r.updated_at
        from json_to_recordset(%(rows)s::json) as r (slug text, created_at timestamptz, updated_at timestamptz)
        where n.slug = r.slug"""


_ENTITIES: dict[str, LiteralString] = {table: _stamp(table) for table in ("outlets", "tags", "people")}

# Those that could be given their uuid are, the others are answered.
_UUIDS: LiteralString = """
    with given as (
        select * from json_to_recordset(%(rows)s::json) as r (slug text, uuid uuid)
    ), changed as (
        update outlets o set uuid = given.uuid from given
        where o.slug = given.slug and o.uuid <> given.uuid and not exists (select from articles where outlet_id = o.id)
        returning o.slug
    )
    select o.slug from outlets o join given using (slug)
    where o.uuid <> given.uuid and o.slug not in (select slug from changed) limit 1"""

_ARTICLES: LiteralString = """
    update articles a
    set created_at = r.created_at, updated_at = r.updated_at, version = greatest(a.version, r.version),
        withdrawn_at = r.withdrawn_at, purged_at = r.purged_at
    from json_to_recordset(%(rows)s::json) as r (
        id uuid, created_at timestamptz, updated_at timestamptz, version int, withdrawn_at timestamptz,
        purged_at timestamptz
    )
    where a.id = r.id"""

_VERSIONS: LiteralString = """
    insert into versions (article_id, version, article)
    select r.article, r.version, r.content
    from json_to_recordset(%(rows)s::json) as r (article uuid, version int, content json)
    where exists (select from articles a where a.id = r.article and a.version > r.version)
    on conflict do nothing
    returning 1 as stored"""

# No entity has the id 0.
_REDIRECTS: LiteralString = """
    insert into slugs_retired (noun, slug, id)
    select r.noun, r.slug, coalesce(t.id, p.id, o.id, 0)
    from json_to_recordset(%(rows)s::json) as r (noun text, slug text, "to" text)
    left join tags t on r.noun = 'tag' and t.slug = r."to"
    left join people p on r.noun = 'person' and p.slug = r."to"
    left join outlets o on r.noun = 'outlet' and o.slug = r."to"
    where (r."to" is null or coalesce(t.id, p.id, o.id) is not null)
        and not exists (select from tags where r.noun = 'tag' and slug = r.slug)
        and not exists (select from people where r.noun = 'person' and slug = r.slug)
        and not exists (select from outlets where r.noun = 'outlet' and slug = r.slug)
    on conflict do nothing
    returning 1 as stored"""
