"""Work that outlives the request that caused it: done in steps, each its own transaction, resumed after a crash."""

from collections.abc import Callable, Sequence
from uuid import UUID

import orjson

from api import search
from api.commands import articles
from api.database import Connection, in_transaction, present

STEP = 1_000


def queue_relink(connection: Connection, table: str, ids: Sequence[int]) -> None:
    """Have the articles that these nouns concern linked anew: those linked now, and those that hold their names."""
    connection.execute(
        "insert into jobs (kind, subject) values ('relink', %(subject)s::json)",
        {"subject": orjson.dumps({table: list(ids)}).decode()},
    )


def run(connection: Connection, progress: Callable[[int], None] = lambda done: None) -> int:
    """Do all that is queued, step by step; how many articles changed. Several processes may do this at once."""
    total = 0
    while (changed := in_transaction(connection, _step)) is not None:
        total += changed
        progress(total)
    return total


def _step(connection: Connection) -> int | None:
    job = connection.execute(
        "select id, subject, after from jobs where finished_at is null"
        " order by created_at, id limit 1 for update skip locked"
    ).fetchone()
    if job is None:
        return None
    batch = _concerned(connection, job["subject"], job["after"])
    connection.execute(
        """
        update jobs
        set after = coalesce(%(after)s::uuid, after), done = done + %(done)s,
            finished_at = case when %(last)s then now() end
        where id = %(id)s
        """,
        {
            "id": job["id"],
            "after": batch[-1] if batch else None,
            "done": len(batch),
            "last": len(batch) < STEP,
        },
    )
    return articles.relink(connection, batch) if batch else 0


def _concerned(connection: Connection, subject: dict[str, list[int]], after: UUID | None) -> list[UUID]:
    """The next articles, in the order of their ids, that are linked to the nouns or hold one of their phrases."""
    nouns = {table: subject.get(table, []) for table in ("outlets", "tags", "people")}
    phrases = connection.execute(
        """
        select unnest(match) as phrase from tags where id = any(%(tags)s)
        union select unnest(name || aliases) from people where id = any(%(people)s)
        """,
        nouns,
    ).fetchall()
    # A single character of Hangul or Han is found inside words too, where the index has pairs only.
    short = [f"%{row['phrase']}%" for row in phrases if len(row["phrase"]) == 1]
    query = present(
        connection.execute(
            search.PHRASES,
            {
                "phrases": [text for row in phrases if (text := search.words(row["phrase"]))],
                "configurations": search.CONFIGURATIONS_JSON,
            },
        ).fetchone()
    )["query"]
    rows = connection.execute(
        """
        select id from (
            select id from articles where search @@ %(query)s::tsquery
            union select id from articles
                where cardinality(%(short)s::text[]) > 0
                    and concat_ws(' ', headline, standfirst, body) like any(%(short)s)
            union select article_id from article_tags where tag_id = any(%(tags)s)
            union select article_id from article_people where person_id = any(%(people)s)
            union select id from articles where outlet_id = any(%(outlets)s)
        ) as concerned
        where %(after)s::uuid is null or id > %(after)s
        order by id
        limit %(step)s
        """,
        {**nouns, "query": query, "short": short, "after": after, "step": STEP},
    ).fetchall()
    return [row["id"] for row in rows]
