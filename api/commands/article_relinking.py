"""Linking stored articles again, after names or refusals have changed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import LiteralString
from uuid import UUID

import orjson

from api.commands import article_rows, catalogue, change_log, link_finder
from api.commands.article_links import LinkChanges, Links
from api.commands.article_rows import Row
from api.postgres.connection import Connection


def relink_articles(
    connection: Connection, articles: Sequence[UUID], revise: Callable[[Links], Links] | None = None
) -> int:
    """Find tags and people in articles again, and renew the copies of their entities. Returns the number changed.

    With ``revise``, the stored links are revised first, and each article counts as changed.
    """
    names = catalogue.read_locked(connection)
    current = article_rows.lock(connection, articles)
    rows = connection.execute(
        "select headline, standfirst, body, published_at, outlet_id, outlets.slug, articles.id from articles"
        " join outlets on outlets.id = outlet_id where articles.id = any(%(articles)s)",
        {"articles": list(articles)},
    ).fetchall()
    link_changes = LinkChanges()
    updates: list[Row] = []
    for row in rows:
        before = current[row["id"]].state
        known = revise(before.links) if revise else before.links
        found = link_finder.find(connection, names, row, known.pushed_tags, known.pushed_people)
        links = found.without_refused(known)
        link_changes.add(row["id"], before, replace(before, links=links))
        outlet = names.outlets[row["slug"]].copy()
        updates.append({"id": row["id"], "outlet": outlet, **links.copies(names)})
    parameters = {"rows": orjson.dumps(updates).decode(), "always": revise is not None}
    changed = connection.execute(_RELINK, parameters).fetchall()
    link_changes.write(connection)
    states = {row["id"]: current[row["id"]].state for row in changed}
    change_log.append(
        connection,
        [article_rows.make_change(row["id"], row["version"], states[row["id"]], states[row["id"]]) for row in changed],
        same_texts=True,
    )
    return len(changed)


_RELINK: LiteralString = """
    update articles a
    set outlet = r.outlet, tags = r.tags, people = r.people, updated_at = now()
    from json_to_recordset(%(rows)s::json) as r (id uuid, outlet json, tags json, people json)
    where a.id = r.id
        and (%(always)s or (a.outlet::jsonb, a.tags::jsonb, a.people::jsonb)
            is distinct from (r.outlet::jsonb, r.tags::jsonb, r.people::jsonb))
    returning a.id, a.version"""
