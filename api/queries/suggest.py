"""Suggestions: names held in memory by each process, counts as they are now."""

import threading
import time
from collections.abc import Collection
from typing import Any
from uuid import UUID

from api.postgres.connection import Connection, present
from api.text.name_index import Name, Names

# Whom the names are weighed by, the number of articles, is read anew now and then.
WEIGHED_FOR_SECONDS = 600

_lock = threading.Lock()
_held: tuple[UUID, float, Names] | None = None


def suggest(connection: Connection, text: str, types: Collection[str], limit: int) -> list[dict[str, Any]]:
    """Tags, people and outlets with visible articles that may be meant by ``text``, best first."""
    found = names(connection).find(text, types, limit)
    ids = {type: [match.name.id for match in found if match.name.type == type] for type in ("tag", "person", "outlet")}
    rows = connection.execute(
        """
        select 'tag' as type, id, slug, name, articles from tags where id = any(%(tag)s) and merged_into is null
        union all
        select 'person', id, slug, name, articles from people where id = any(%(person)s) and merged_into is null
        union all
        select 'outlet', id, slug, name, articles from outlets where id = any(%(outlet)s)
        """,
        ids,
    ).fetchall()
    now = {(row["type"], row["id"]): row for row in rows if row["articles"]}
    matches = [match for match in found if (match.name.type, match.name.id) in now]
    matches.sort(key=lambda match: (match[:2], -now[match.name.type, match.name.id]["articles"], match.name.text))
    return [
        {
            **{field: now[match.name.type, match.name.id][field] for field in ("type", "slug", "name", "articles")},
            "matched": {"by": match.by, "text": match.name.text},
        }
        for match in matches[:limit]
    ]


def names(connection: Connection) -> Names:
    """The names of all tags, people and outlets as this statement sees them."""
    global _held
    revision = present(connection.execute("select catalogue from archive").fetchone())["catalogue"]
    held = _held
    if held is None or held[0] != revision or time.monotonic() - held[1] > WEIGHED_FOR_SECONDS:
        # One at a time: whoever waited may find what another one loaded.
        with _lock:
            held = _held
            if held is None or held[0] != revision or time.monotonic() - held[1] > WEIGHED_FOR_SECONDS:
                _held = held = revision, time.monotonic(), _load(connection)
    return held[2]


def _load(connection: Connection) -> Names:
    # A merged tag's name means the tag it went into; so do the phrases that give a tag to articles.
    rows = connection.execute(
        """
        select 'tag' as type, id, name, false as alias, articles from tags where merged_into is null
        union all
        select 'tag', t.id, phrase, true, t.articles from tags t, unnest(t.match) as phrase where merged_into is null
        union all
        select 'tag', t.id, m.name, true, t.articles from tags m join tags t on t.id = m.merged_into
        union all
        select 'person', id, name, false, articles from people where merged_into is null
        union all
        select 'person', id, alias, true, articles from people, unnest(aliases) as alias where merged_into is null
        union all
        select 'outlet', id, name, false, articles from outlets
        """
    )
    return Names(Name(row["type"], row["id"], row["name"], row["alias"], row["articles"]) for row in rows)
