"""Suggestions: each process keeps an index of all names in memory; article counts are read with every response."""

import threading
import time
from collections.abc import Collection
from typing import Any
from uuid import UUID

from api.postgres.connection import Connection, present
from api.text.name_index import Name, NameIndex

# Names are ranked by their number of articles, which is reloaded after so many seconds.
MAX_AGE_SECONDS = 600

_lock = threading.Lock()
_loaded: tuple[UUID, float, NameIndex] | None = None


def suggest(connection: Connection, text: str, types: Collection[str], limit: int) -> list[dict[str, Any]]:
    """Confirmed tags, people and outlets with visible articles whose names match ``text``, best first."""
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


def names(connection: Connection) -> NameIndex:
    """The names of all tags, people and outlets in the current revision of the catalogue."""
    global _loaded
    revision = present(connection.execute("select catalogue from archive").fetchone())["catalogue"]
    if not _is_current(revision):
        # Threads that waited for the lock use what another one has loaded.
        with _lock:
            if not _is_current(revision):
                _loaded = revision, time.monotonic(), _load(connection)
    return present(_loaded)[2]


def _is_current(revision: UUID) -> bool:
    loaded = _loaded
    return loaded is not None and loaded[0] == revision and time.monotonic() - loaded[1] <= MAX_AGE_SECONDS


def _load(connection: Connection) -> NameIndex:
    # Unconfirmed names are left out: anyone who pushes could make readers see them.
    # A merged tag's name stands for the tag that it was merged into, and a tag's match phrases for the tag.
    rows = connection.execute(
        """
        select 'tag' as type, id, name, false as alias, articles from tags where merged_into is null and confirmed
        union all
        select 'tag', t.id, phrase, true, t.articles from tags t, unnest(t.match) as phrase
        where merged_into is null and confirmed
        union all
        select 'tag', t.id, m.name, true, t.articles from tags m join tags t on t.id = m.merged_into where t.confirmed
        union all
        select 'person', id, name, false, articles from people where merged_into is null and confirmed
        union all
        select 'person', id, alias, true, articles from people, unnest(aliases) as alias
        where merged_into is null and confirmed
        union all
        select 'outlet', id, name, false, articles from outlets
        """
    )
    return NameIndex(Name(row["type"], row["id"], row["name"], row["alias"], row["articles"]) for row in rows)
