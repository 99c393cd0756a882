"""Restores the times, versions, uuids and retired slugs of an export, after its records have been stored."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

import orjson

from api.commands import catalogue
from api.commands.article_relinking import relink_articles
from api.commands.articles import WriteResult
from api.errors import Conflict, Problem
from api.model.types import Record
from api.postgres.connection import Connection


def restore_entities(connection: Connection, table: str, records: Sequence[Record], outcomes: Sequence[str]) -> None:
    """Restore the times, uuids and linked outlets of entities.

    Raises Conflict for an outlet whose articles use another uuid.
    """
    rows = [
        {"slug": record["slug"], **record["kept"]}
        for record, outcome in zip(records, outcomes, strict=True)
        if "kept" in record and outcome != "unchanged"
    ]
    if not rows:
        return
    connection.execute(_ENTITIES[table], {"rows": _json(rows)})
    if table in _LINKED_OUTLETS:
        connection.execute(_LINKED_OUTLETS[table], {"rows": _json(rows)})
    if table == "outlets":
        conflict = connection.execute(_UUIDS, {"rows": _json(rows)}).fetchone()
        if conflict:
            raise Conflict(
                f"The outlet {conflict['slug']!r} has another uuid in this archive,"
                " and the ids of its articles derive from it."
            )


def restore_articles(
    connection: Connection, records: Sequence[Record], results: Sequence[WriteResult | Problem]
) -> None:
    """Restore the times, versions and refusals of articles that were stored."""
    rows = [
        {"id": result.id, **record["kept"]}
        for record, result in zip(records, results, strict=True)
        if "kept" in record and isinstance(result, WriteResult) and result.outcome in ("created", "updated")
    ]
    if any(row.get("refused") for row in rows):
        refusing = connection.execute(_REFUSALS, {"rows": _json(rows)}).fetchall()
        relink_articles(connection, sorted({row["article_id"] for row in refusing}))
    if rows:
        connection.execute(_ARTICLES, {"rows": _json(rows)})


def insert_versions(connection: Connection, records: Sequence[Record]) -> int:
    """Insert earlier versions of articles in the archive. Returns the number inserted."""
    return len(connection.execute(_VERSIONS, {"rows": _json(records)}).fetchall())


def insert_redirects(connection: Connection, records: Sequence[Record]) -> int:
    """Retire slugs, also those of deleted entities, unless an entity has the slug. Returns the number inserted."""
    inserted = len(connection.execute(_REDIRECTS, {"rows": _json(records)}).fetchall())
    if inserted:
        catalogue.renew_revision(connection)
    return inserted


def _json(rows: Sequence[Record]) -> str:
    return orjson.dumps(rows, default=lambda value: str(value) if isinstance(value, UUID) else value).decode()


def _restore_times(table: LiteralString) -> LiteralString:
    return f"""
        update {table} n set created_at = r.created_at, updated_at = r.updated_at
        from json_to_recordset(%(rows)s::json) as r (slug text, created_at timestamptz, updated_at timestamptz)
        where n.slug = r.slug"""


def _restore_linked_outlets(table: LiteralString) -> LiteralString:
    return f"""
        update {table} n set linked_outlets = array(
            select id from outlets where slug in (select json_array_elements_text(r.linked_outlets)))
        from json_to_recordset(%(rows)s::json) as r (slug text, linked_outlets json)
        where n.slug = r.slug and json_array_length(r.linked_outlets) > 0"""


_ENTITIES: dict[str, LiteralString] = {table: _restore_times(table) for table in ("outlets", "tags", "people")}
_LINKED_OUTLETS: dict[str, LiteralString] = {table: _restore_linked_outlets(table) for table in ("tags", "people")}

# Outlets without articles get their uuid. Returns one of the others whose uuid differs.
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
        withdrawn_at = r.withdrawn_at, purged_at = r.purged_at,
        was_visible = a.was_visible or coalesce(r.was_visible, true)
    from json_to_recordset(%(rows)s::json) as r (
        id uuid, created_at timestamptz, updated_at timestamptz, version int, withdrawn_at timestamptz,
        purged_at timestamptz, was_visible boolean
    )
    where a.id = r.id"""

# Whether the outlet named it is set when the article is linked again.
_REFUSALS: LiteralString = """
    insert into article_refusals (article_id, noun, entity_id, pushed)
    select r.id, f.noun, coalesce(t.id, p.id), false
    from json_to_recordset(%(rows)s::json) as r (id uuid, refused json)
    cross join lateral json_to_recordset(coalesce(r.refused, '[]')) as f (noun text, slug text)
    left join tags t on f.noun = 'tag' and t.slug = f.slug and t.merged_into is null
    left join people p on f.noun = 'person' and p.slug = f.slug and p.merged_into is null
    where coalesce(t.id, p.id) is not null
    on conflict do nothing
    returning article_id"""

_VERSIONS: LiteralString = """
    insert into versions (article_id, version, article)
    select r.article, r.version, r.content
    from json_to_recordset(%(rows)s::json) as r (article uuid, version int, content json)
    where exists (select from articles a where a.id = r.article and a.version > r.version)
    on conflict do nothing
    returning 1 as inserted"""

# The id 0, which no entity has, stands for a deleted one.
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
    returning 1 as inserted"""
