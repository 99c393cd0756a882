"""Rebuilds what is derived from all articles, after an update that derives it differently."""

from collections.abc import Callable
from typing import LiteralString
from uuid import UUID

import orjson

from api.commands import article_copies, catalogue, entity_pairs, person_candidates, term_counts
from api.postgres.connection import Connection
from api.search import search_vector
from api.text.near_duplicates import sketch

BATCH = 500

# Versions, times and the change log stay as they are, as the articles do not change. Purged articles have no text.
_NEXT: LiteralString = """
    select id, language, headline, standfirst, body from articles
    where id > %(last)s and purged_at is null
    order by id limit %(most)s for update"""
_REWRITE: LiteralString = f"""
    update articles set search = r.vector, sketch = r.sketch
    from (
        select r.id, r.sketch, {search_vector.VECTOR} as vector
        from json_to_recordset(%(rows)s::json) as r (
            id uuid, sketch int[], language text, {search_vector.VECTOR_COLUMNS}
        )
    ) as r
    where articles.id = r.id"""


def reindex_articles(connection: Connection, progress: Callable[[int], None] = lambda done: None) -> int:
    """Rebuild search vectors, groups of copies and pairs of entities in several transactions.

    Returns the number of articles. If interrupted, start again from the beginning. Searches find the articles meanwhile
    as they are indexed.
    """
    last, total = UUID(int=0), 0
    # A language that is added meanwhile has pairs from its first article on.
    languages = [row["language"] for row in connection.execute("select language from languages").fetchall()]
    while ids := _reindex_batch(connection, last):
        last, total = ids[-1], total + len(ids)
        progress(len(ids))
    connection.execute(
        "update languages set paired = true where language = any(%(languages)s)", {"languages": languages}
    )
    entity_pairs.rebuild(connection, catalogue.lock)
    term_counts.measure(connection)
    person_candidates.walk_again(connection)
    return total


def _reindex_batch(connection: Connection, last: UUID) -> list[UUID]:
    with connection.transaction():
        rows = connection.execute(_NEXT, {"last": last, "most": BATCH}).fetchall()
        indexed = [
            {
                "id": str(row["id"]),
                "sketch": sketch(row["headline"], row["body"]),
                "language": row["language"],
                **search_vector.document(row["language"], row["headline"], row["standfirst"], row["body"]),
            }
            for row in rows
        ]
        ids = [row["id"] for row in rows]
        article_copies.delete_sketches(connection, ids)
        connection.execute(_REWRITE, {"rows": orjson.dumps(indexed).decode()})
        article_copies.insert_sketches(connection, ids)
        article_copies.regroup(connection, ids)
    return ids
