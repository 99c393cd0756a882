"""Finding tags and people anew in articles that are held, after the entities were written."""

from collections.abc import Sequence
from dataclasses import replace
from typing import LiteralString
from uuid import UUID

import orjson

from api.commands import article_links, article_rows, catalogue, change_log
from api.commands.article_links import LinkChanges
from api.commands.article_rows import Row
from api.postgres.connection import Connection


def relink(connection: Connection, articles: Sequence[UUID]) -> int:
    """Find tags and people in stored texts anew, and renew the copies of entities; how many articles changed."""
    names = catalogue.read_locked(connection)
    current = article_rows.lock(connection, articles)
    rows = connection.execute(
        "select headline, standfirst, body, outlets.slug, articles.id from articles"
        " join outlets on outlets.id = outlet_id where articles.id = any(%(articles)s)",
        {"articles": list(articles)},
    ).fetchall()
    link_changes = LinkChanges()
    updates: list[Row] = []
    for row in rows:
        before = current[row["id"]].state
        matches = names.gazetteer.find(row["headline"], row["standfirst"], row["body"])
        links = article_links.combine(matches, before.links.pushed_tags, before.links.pushed_people)
        after = replace(before, links=links)
        link_changes.add(row["id"], before, after)
        outlet = names.outlets[row["slug"]].copy()
        updates.append({"id": row["id"], "outlet": outlet, **links.copies(names)})
    changed = connection.execute(_RELINK, {"rows": orjson.dumps(updates).decode()}).fetchall()
    link_changes.write(connection)
    states = {row["id"]: current[row["id"]].state for row in changed}
    change_log.append(
        connection,
        [article_rows.make_change(row["id"], row["version"], states[row["id"]], states[row["id"]]) for row in changed],
    )
    return len(changed)


_RELINK: LiteralString = """
    update articles a
    set outlet = r.outlet, tags = r.tags, people = r.people, updated_at = now()
    from json_to_recordset(%(rows)s::json) as r (id uuid, outlet json, tags json, people json)
    where a.id = r.id
        and (a.outlet::jsonb, a.tags::jsonb, a.people::jsonb)
            is distinct from (r.outlet::jsonb, r.tags::jsonb, r.people::jsonb)
    returning a.id, a.version"""
