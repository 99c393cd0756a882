"""Tags, people and outlets: the same queries on three tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import Cursor
from psycopg.rows import DictRow

from api.model.entity import ETAG, RETIRED
from api.postgres.connection import Connection
from api.postgres.prepared import raw_json_cursor
from api.retrieval.entity_names import any_key
from api.retrieval.keyset import Page, PageRequest, fetch, hide
from api.retrieval.select import Order, Selection
from api.text.canonical_url import canonical_digest
from api.text.folding import MAX_FOLDED_LENGTH, fold
from api.text.spellings import name_keys


@dataclass(frozen=True)
class Entity:
    """A table of entities: the public columns, and the conditions for a prefix search and for entities that exist."""

    table: LiteralString
    columns: LiteralString
    prefix: LiteralString = "folded like %(prefix)s"
    current: LiteralString = "merged_into is null"


COMMON: LiteralString = "articles, first_published_at, last_published_at, created_at, updated_at"
# %(as_of)s is a date or null. A role without a date is open at that end.
ROLES: LiteralString = """(
        select coalesce(json_agg(role), '[]') from json_array_elements(roles) as role
        where %(as_of)s::text is null
            or %(as_of)s between coalesce(role ->> 'from', '0001-01-01') and coalesce(role ->> 'to', '9999-12-31')
    ) as roles"""

TAGS = Entity("tags", f"slug, name, description, kind, match, same_as, lat, lon, confirmed, {COMMON}")
PEOPLE = Entity(
    "people",
    f"slug, name, description, aliases, {ROLES}, same_as, confirmed, {COMMON}",
    "array_to_tsvector(keys) @@ %(any_key)s::tsquery",
)
OUTLETS = Entity(
    "outlets",
    f"slug, name, uuid, description, country, language, url, same_as, {COMMON}",
    current="true",
)

ORDERS: Mapping[str, Order] = {
    "name": Order(("folded", "id"), ("folded", "id")),
    "articles": Order(("articles", "id"), ("articles", "id"), descending=True),
    "recent": Order(("coalesce(last_published_at, '-infinity')", "id"), ("recent_until", "id"), descending=True),
}


def _with_companions(newest: LiteralString, own: LiteralString) -> LiteralString:
    """A column of the entities that occur most often in ``newest``, the articles of an entity n of table ``own``.

    Unconfirmed ones are left out: anyone who pushes could make readers see them.
    """
    return f"""(
        with newest as materialized ({newest} limit 2000)
        select json_build_object(
            'tags', (select coalesce(json_agg(c), '[]') from (
                select slug, name, count(*) as articles
                from newest join article_tags using (article_id) join tags on tags.id = tag_id
                where confirmed and ('tags', tag_id) is distinct from ('{own}', n.id)
                group by tags.id order by count(*) desc, slug limit 10) c),
            'people', (select coalesce(json_agg(c), '[]') from (
                select slug, name, count(*) as articles
                from newest join article_people using (article_id) join people on people.id = person_id
                where confirmed and ('people', person_id) is distinct from ('{own}', n.id)
                group by people.id order by count(*) desc, slug limit 10) c),
            'outlets', (select coalesce(json_agg(c), '[]') from (
                select slug, name, count(*) as articles
                from newest join outlets on outlets.id = outlet_id
                where ('outlets', outlet_id) is distinct from ('{own}', n.id)
                group by outlets.id order by count(*) desc, slug limit 10) c)
        )
    ) as companions"""


COMPANIONS: Mapping[str, LiteralString] = {
    "tags": _with_companions(
        "select l.article_id, a.outlet_id from article_tags l join articles a on a.id = l.article_id"
        " where l.tag_id = n.id and a.visible order by l.published_at desc, l.article_id desc",
        "tags",
    ),
    "people": _with_companions(
        "select l.article_id, a.outlet_id from article_people l join articles a on a.id = l.article_id"
        " where l.person_id = n.id and a.visible order by l.published_at desc, l.article_id desc",
        "people",
    ),
    "outlets": _with_companions(
        "select id as article_id, outlet_id from articles"
        " where outlet_id = n.id and visible order by published_at desc, id desc",
        "outlets",
    ),
}


def page(
    connection: Connection,
    entity: Entity,
    sort: str,
    request: PageRequest,
    q: str | None = None,
    as_of: str | None = None,
    confirmed: str | None = None,
    same_as: str | None = None,
    kind: Sequence[str] = (),
) -> Page:
    """Entities in one of ORDERS; those whose name begins with ``q``, people who held a role ``as_of`` a date.

    ``confirmed`` is ``true``, ``false``, or None for both. ``same_as`` is a URL, which one entity has at most, and
    ``kind`` selects tags.
    """
    hidden: LiteralString = "id, folded, coalesce(last_published_at, '-infinity')::text as recent_until"
    # The planner does not know how many people are called so; those with roles are indexed in the order of names only.
    named = q is not None and entity is PEOPLE
    sorted_at_once = named or (as_of is not None and sort != "name") or same_as is not None
    selection = Selection(
        f"{hidden}, {entity.columns}", f"{entity.table} a", parameters={"as_of": as_of}, materialized=sorted_at_once
    ).where(entity.current)
    if as_of is not None:
        selection = selection.where(
            "json_array_length(roles) > 0 and exists (select from json_array_elements(roles) as role where %(as_of)s"
            " between coalesce(role ->> 'from', '0001-01-01') and coalesce(role ->> 'to', '9999-12-31'))"
        )
    if confirmed is not None:
        selection = selection.where("confirmed" if confirmed == "true" else "not confirmed")
    if same_as is not None:
        selection = selection.where("same_as_keys @> %(same_as)s", same_as=[canonical_digest(same_as)])
    if kind:
        selection = selection.where("kind = any(%(kind)s)", kind=list(kind))
    if q is not None and (prefix := fold(q.strip()).removeprefix("#")[:MAX_FOLDED_LENGTH]):
        selection = selection.where(entity.prefix, prefix=_like(prefix), any_key=any_key(name_keys(q), prefix=True))
    # A prefix is counted along the index of names, by which it is found.
    found = fetch(connection, selection, ORDERS[sort], request, counted=(selection, ORDERS["name"]))
    hide(found.rows, ("id", "folded", "recent_until"))
    return found


def one(connection: Connection, entity: Entity, slug: str, as_of: str | None = None) -> DictRow | None:
    """The entity with this slug and its most frequent companions, with a person's roles ``as_of`` a date.

    ``etag`` changes with every writable field.
    """
    statement: LiteralString = f"""
        select {entity.columns}, {COMPANIONS[entity.table]}, {ETAG[entity.table]} as etag
        from {entity.table} n where slug = %(slug)s and {entity.current}"""
    return raw_json_cursor(connection).execute(statement, {"slug": slug, "as_of": as_of}).fetchone()


def exists(connection: Connection, entity: Entity, slug: str) -> Cursor[DictRow]:
    """A cursor with one row if an entity has this slug; not fetched, so that it can be pipelined."""
    statement: LiteralString = f"select id from {entity.table} where slug = %(slug)s and {entity.current}"
    return connection.execute(statement, {"slug": slug})


def retired(connection: Connection, entity: Entity, slug: str) -> DictRow | None:
    """The entity that a retired slug stands for: ``current`` is its slug, None once it was deleted."""
    return connection.execute(RETIRED[entity.table], {"slug": slug}).fetchone()


def _like(prefix: str) -> str:
    escaped = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"
