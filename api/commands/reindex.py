"""Making anew what searches look through, of all articles: after an update that indexes texts otherwise."""

from collections.abc import Callable
from typing import LiteralString
from uuid import UUID

import orjson

from api.commands import term_counts
from api.postgres.connection import Connection
from api.search import fulltext

AT_ONCE = 500

# Versions, times and changes stay as they are: no reader sees another article. Erased texts have nothing to find.
_NEXT: LiteralString = """
    select id, language, headline, standfirst, body from articles
    where id > %(last)s and purged_at is null
    order by id limit %(most)s for update"""
_REWRITE: LiteralString = f"""
    update articles set search = r.made
    from (
        select r.id, {fulltext.VECTOR} as made
        from json_to_recordset(%(rows)s::json) as r (
            id uuid, language text, configuration text, headline_tokens text, standfirst_tokens text, body_tokens text
        )
    ) as r
    where articles.id = r.id"""


def reindex(connection: Connection, progress: Callable[[int], None] = lambda done: None) -> int:
    """Index all articles anew, some a transaction; how many. What is written meanwhile is indexed so already.

    Interrupted, it begins again the next time; searches find the same before, meanwhile and afterwards.
    """
    last, total = UUID(int=0), 0
    # A language that comes meanwhile has pairs from its first article on.
    languages = [row["language"] for row in connection.execute("select language from languages").fetchall()]
    while found := _some(connection, last):
        last, total = found[-1], total + len(found)
        progress(len(found))
    connection.execute(
        "update languages set paired = true where language = any(%(languages)s)", {"languages": languages}
    )
    term_counts.measure(connection)
    return total


def _some(connection: Connection, last: UUID) -> list[UUID]:
    with connection.transaction():
        rows = connection.execute(_NEXT, {"last": last, "most": AT_ONCE}).fetchall()
        indexed = [
            {
                "id": str(row["id"]),
                "language": row["language"],
                **fulltext.document(row["language"], row["headline"], row["standfirst"], row["body"]),
            }
            for row in rows
        ]
        connection.execute(_REWRITE, {"rows": orjson.dumps(indexed).decode()})
    return [row["id"] for row in rows]
