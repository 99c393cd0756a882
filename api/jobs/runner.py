"""Work that outlives the request that caused it: done in steps, each its own transaction, resumed after a crash."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

from api.jobs import relink
from api.postgres.connection import Connection, in_transaction
from api.search import fulltext

STEP = 1_000

log = logging.getLogger("dateline")


def run(
    connection: Connection,
    progress: Callable[[int], None] = lambda done: None,
    ended: Callable[[], bool] = lambda: False,
) -> int:
    """Do all that is due, step by step, unless ``ended`` says to stop; how many articles changed.

    Several processes may do this at once. A job that fails is put off, longer each time, and lets others pass.
    """
    total = 0
    while not ended() and (job := _due(connection)):
        try:
            total += in_transaction(connection, partial(_step, job=job))
        except Exception:
            # Many errors of one statement are operational to psycopg, such as a query that is too long.
            if connection.closed or connection.broken:
                raise
            log.exception("job %s fails; it is tried again later", job)
            connection.execute(_PUT_OFF, {"id": job})
        progress(total)
    return total


_PUT_OFF: LiteralString = """
    update jobs
    set attempts = attempts + 1, due_at = now() + least(power(2, attempts), 3600) * interval '1 second'
    where id = %(id)s"""


def _due(connection: Connection) -> UUID | None:
    row = connection.execute(
        "select id from jobs where finished_at is null and due_at <= clock_timestamp() order by due_at, id limit 1"
    ).fetchone()
    return row["id"] if row else None


def _step(connection: Connection, job: UUID) -> int:
    """The next articles of a job; 0 when another process has just done or finished it."""
    held = connection.execute(
        "select subject, after from jobs where id = %(id)s and finished_at is null for update", {"id": job}
    ).fetchone()
    if held is None:
        return 0
    batch = _concerned(connection, held["subject"], held["after"])
    connection.execute(
        """
        update jobs
        set after = coalesce(%(after)s::uuid, after), done = done + %(done)s, attempts = 0,
            finished_at = case when %(last)s then now() end
        where id = %(id)s
        """,
        {"id": job, "after": batch[-1] if batch else None, "done": len(batch), "last": len(batch) < STEP},
    )
    return relink.relink(connection, batch) if batch else 0


def _concerned(connection: Connection, subject: dict[str, list[Any]], after: UUID | None) -> list[UUID]:
    """The next articles, in the order of their ids, that are linked to the entities or hold one of their phrases."""
    entities = {table: subject.get(table, []) for table in ("outlets", "tags", "people")}
    rows = connection.execute(
        """
        select unnest(match) as phrase from tags where id = any(%(tags)s)
        union select unnest(name || aliases) from people where id = any(%(people)s)
        union select unnest(%(phrases)s::text[])
        """,
        {**entities, "phrases": subject.get("phrases", [])},
    ).fetchall()
    phrases = [row["phrase"] for row in rows]
    found = connection.execute(
        _CONCERNED,
        {
            **entities,
            "phrases": [words for phrase in phrases if (words := fulltext.words(phrase))],
            # A single character of Hangul or Han is found inside words too, where the index has pairs only.
            "short": [f"%{phrase}%" for phrase in phrases if len(phrase) == 1],
            "configurations": fulltext.CONFIGURATIONS_JSON,
            "after": after,
            "step": STEP,
        },
    ).fetchall()
    return [row["id"] for row in found]


_CONCERNED: LiteralString = f"""
    with queries as materialized ({fulltext.PHRASES})
    select id from (
        select found.id
        from queries cross join lateral (select id from articles where search @@ queries.query) as found
        union select id from articles
            where cardinality(%(short)s::text[]) > 0
                and concat_ws(' ', headline, standfirst, body) like any(%(short)s)
        union select article_id from article_tags where tag_id = any(%(tags)s)
        union select article_id from article_people where person_id = any(%(people)s)
        union select id from articles where outlet_id = any(%(outlets)s)
    ) as concerned
    where %(after)s::uuid is null or id > %(after)s
    order by id
    limit %(step)s"""
