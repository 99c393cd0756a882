"""The kinds of entities (outlets, tags and people): their tables, fields and statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from api.model.entity import ETAG


@dataclass(frozen=True)
class EntityKind:
    """The table, fields and statements of a kind of entity."""

    name: str
    table: str
    fields: tuple[str, ...]
    matched_fields: tuple[str, ...]
    """The fields that articles depend on: when one changes, articles are linked again."""
    select: LiteralString
    """Selects entities by their current slugs, without merged ones."""
    update: LiteralString
    upsert: LiteralString
    select_id: LiteralString
    """Selects the id that has a slug, including merged entities, whose rows keep their slugs."""
    count_articles: LiteralString
    delete: tuple[LiteralString, ...]
    """Deletes an entity and the rows of those merged into it. All their slugs stay retired."""


_SET: LiteralString = """name = excluded.name, folded = excluded.folded, description = excluded.description,
            same_as = excluded.same_as, same_as_keys = excluded.same_as_keys, keys = excluded.keys"""

OUTLET = EntityKind(
    name="outlet",
    table="outlets",
    fields=("slug", "name", "description", "country", "language", "url", "same_as"),
    matched_fields=("name",),
    select=f"""
        select id, slug, name, description, country, language, url, same_as, {ETAG["outlets"]} as etag
        from outlets where slug = any(%(slugs)s)""",
    update="""
        update outlets
        set slug = %(slug)s, name = %(name)s, folded = %(folded)s, description = %(description)s,
            country = %(country)s, language = %(language)s, url = %(url)s, same_as = %(same_as)s,
            same_as_keys = %(same_as_keys)s, keys = %(keys)s, updated_at = now()
        where id = %(id)s""",
    upsert=f"""
        insert into outlets as n (
            uuid, slug, name, folded, description, country, language, url, same_as, same_as_keys, keys
        )
        values (
            %(uuid)s, %(slug)s, %(name)s, %(folded)s, %(description)s, %(country)s, %(language)s, %(url)s,
            %(same_as)s, %(same_as_keys)s, %(keys)s
        )
        on conflict (slug) do update
        set {_SET}, country = excluded.country, language = excluded.language, url = excluded.url,
            updated_at = now()
        returning id""",
    select_id="select id from outlets where slug = %(slug)s",
    count_articles="select count(*) as articles from articles where outlet_id = %(id)s",
    delete=("delete from outlets where id = %(id)s",),
)
TAG = EntityKind(
    name="tag",
    table="tags",
    fields=("slug", "name", "description", "match", "confirmed", "same_as", "kind", "lat", "lon"),
    matched_fields=("name", "match", "confirmed"),
    select=f"""
        select id, slug, name, description, match, confirmed, same_as, kind, lat, lon, {ETAG["tags"]} as etag
        from tags where slug = any(%(slugs)s) and merged_into is null""",
    update="""
        update tags
        set slug = %(slug)s, name = %(name)s, folded = %(folded)s, description = %(description)s, match = %(match)s,
            confirmed = %(confirmed)s, same_as = %(same_as)s, same_as_keys = %(same_as_keys)s, kind = %(kind)s,
            lat = %(lat)s, lon = %(lon)s, keys = %(keys)s, updated_at = now()
        where id = %(id)s""",
    upsert=f"""
        insert into tags as n (
            slug, name, folded, description, match, confirmed, linked_outlets, same_as, same_as_keys, kind, lat, lon,
            keys
        )
        values (
            %(slug)s, %(name)s, %(folded)s, %(description)s, %(match)s, %(confirmed)s, %(linked_outlets)s, %(same_as)s,
            %(same_as_keys)s, %(kind)s, %(lat)s, %(lon)s, %(keys)s
        )
        on conflict (slug) do update
        set {_SET}, match = excluded.match, confirmed = excluded.confirmed, kind = excluded.kind, lat = excluded.lat,
            lon = excluded.lon, updated_at = now()
        returning id""",
    select_id="select id from tags where slug = %(slug)s",
    count_articles="select count(*) as articles from article_tags where tag_id = %(id)s",
    delete=(
        "delete from article_refusals where noun = 'tag' and entity_id = %(id)s",
        "delete from tags where merged_into = %(id)s",
        "delete from tags where id = %(id)s",
    ),
)
PERSON = EntityKind(
    name="person",
    table="people",
    fields=("slug", "name", "description", "aliases", "roles", "confirmed", "same_as"),
    matched_fields=("name", "aliases", "roles", "confirmed"),
    select=f"""
        select id, slug, name, description, aliases, roles, confirmed, same_as, {ETAG["people"]} as etag
        from people where slug = any(%(slugs)s) and merged_into is null""",
    update="""
        update people
        set slug = %(slug)s, name = %(name)s, folded = %(folded)s, names = %(names)s, description = %(description)s,
            aliases = %(aliases)s, roles = %(roles_json)s::json, confirmed = %(confirmed)s,
            same_as = %(same_as)s, same_as_keys = %(same_as_keys)s, keys = %(keys)s, updated_at = now()
        where id = %(id)s""",
    upsert=f"""
        insert into people as n (
            slug, name, folded, names, description, aliases, roles, confirmed, linked_outlets, same_as, same_as_keys,
            keys
        )
        values (
            %(slug)s, %(name)s, %(folded)s, %(names)s, %(description)s, %(aliases)s, %(roles_json)s::json,
            %(confirmed)s, %(linked_outlets)s, %(same_as)s, %(same_as_keys)s, %(keys)s
        )
        on conflict (slug) do update
        set {_SET}, names = excluded.names, aliases = excluded.aliases, roles = excluded.roles,
            confirmed = excluded.confirmed, updated_at = now()
        returning id""",
    select_id="select id from people where slug = %(slug)s",
    count_articles="select count(*) as articles from article_people where person_id = %(id)s",
    delete=(
        "delete from article_refusals where noun = 'person' and entity_id = %(id)s",
        "delete from people where merged_into = %(id)s",
        "delete from people where id = %(id)s",
    ),
)
KINDS: Mapping[str, EntityKind] = {kind.name: kind for kind in (OUTLET, TAG, PERSON)}
