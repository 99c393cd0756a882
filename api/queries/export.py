"""A whole archive in one snapshot, as records from which an import restores the same archive."""

from collections.abc import Iterator
from typing import Any, LiteralString

from api.model.article import PUSHED
from api.postgres.connection import Connection
from api.queries import changes
from api.queries.changes import State

CREATED: LiteralString = """json_build_object('created_at', created_at, 'updated_at', updated_at, 'linked_outlets',
            array(select slug from outlets where id = any(n.linked_outlets) order by slug))"""

# In the order in which an import needs them.
SECTIONS: dict[str, LiteralString] = {
    "outlet": """
        select slug, name, description, country, language, url, same_as,
            json_build_object('created_at', created_at, 'updated_at', updated_at, 'uuid', uuid) as kept
        from outlets order by id""",
    "tag": f"""
        select slug, name, description, match, confirmed, same_as, kind, lat, lon, {CREATED} as kept
        from tags n where merged_into is null order by id""",
    "person": f"""
        select slug, name, description, aliases, roles, confirmed, same_as, {CREATED} as kept
        from people n where merged_into is null order by id""",
    "redirect": """
        select noun, r.slug, coalesce(t.slug, p.slug, o.slug) as to
        from slugs_retired r
        left join tags t on noun = 'tag' and t.id = r.id and t.merged_into is null
        left join people p on noun = 'person' and p.id = r.id and p.merged_into is null
        left join outlets o on noun = 'outlet' and o.id = r.id
        order by noun, r.slug""",
    "article": f"""
        select o.slug as outlet, a.external_id, a.url, a.headline, a.standfirst,
            case when a.body_html is null then a.body end as body, a.body_html, a.byline, a.credit, a.section,
            a.language, a.image, a.published_at, a.embargoed_until, a.note, a.source_version,
            {PUSHED},
            case when a.status <> 'usable' then a.status end as status, a.reason,
            json_build_object('created_at', a.created_at, 'updated_at', a.updated_at, 'version', a.version,
                'withdrawn_at', a.withdrawn_at, 'was_visible', a.was_visible, 'refused', array(
                    select json_build_object('noun', noun, 'slug', coalesce(t.slug, p.slug)) from article_refusals
                    left join tags t on noun = 'tag' and t.id = entity_id
                    left join people p on noun = 'person' and p.id = entity_id
                    where article_id = a.id order by noun, coalesce(t.slug, p.slug))) as kept
        from articles a join outlets o on o.id = a.outlet_id
        where a.purged_at is null
        order by a.id""",
    "erased": """
        select o.slug as outlet, a.external_id, a.reason, a.embargoed_until,
            json_build_object('created_at', a.created_at, 'updated_at', a.updated_at, 'version', a.version,
                'withdrawn_at', a.withdrawn_at, 'purged_at', a.purged_at, 'was_visible', a.was_visible) as kept
        from articles a join outlets o on o.id = a.outlet_id
        where a.purged_at is not null
        order by a.id""",
    "rejection": "select id, rejected_at from candidate_rejections order by id",
    "version": "select article_id as article, version, article as content from versions order by article_id, version",
}
ROWS_AT_ONCE = 500


def records(connection: Connection) -> Iterator[dict[str, Any]]:
    """All records of one snapshot, in the order in which an import needs them."""
    for kind, statement in SECTIONS.items():
        with connection.cursor(f"export_{kind}") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            for row in cursor.execute(statement):
                yield {"type": kind, **{name: value for name, value in row.items() if value is not None}}


def begin_snapshot(connection: Connection) -> State:
    """Start the snapshot of this transaction; the state of the archive in it."""
    connection.execute("set transaction isolation level repeatable read, read only")
    return changes.state(connection, own=None)
