"""The change log, written as the last step of every write."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson

from api.postgres.connection import Connection

TRIMMED_AT_ONCE = 10_000

# Held from the insert of the changes to the commit: positions are in commit order, so a follower that has seen
# one will never find a smaller one later.
CHANGES_LOCK = 0x6461_7465_0001
# Shared by writes of articles, exclusive for writes of entities: no article is linked by names that just changed.
CATALOGUE_LOCK = 0x6461_7465_0002


@dataclass(frozen=True)
class Change:
    """One thing that happened: an article's id and version, or an entity's id and slug.

    With an ``outlet_id`` only that outlet's keys may know of it.
    """

    type: str
    article_id: UUID | None = None
    noun_id: int | None = None
    version: int | None = None
    outlet_id: int | None = None
    slug: str | None = None
    merged_into: str | None = None


def record(connection: Connection, changes: Iterable[Change]) -> None:
    """Append to the log. The transaction has nothing to do afterwards but commit, as it stops all other writers.

    Writes of entities have the catalogue lock alone anyway.
    """
    rows = [vars(change) for change in changes]
    if not rows:
        return
    connection.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": CHANGES_LOCK})
    connection.execute(
        """
        insert into changes (type, article_id, noun_id, version, outlet_id, slug, merged_into)
        select r.type, r.article_id, r.noun_id, r.version, r.outlet_id, r.slug, r.merged_into
        from json_to_recordset(%(rows)s::json)
            as r (type text, article_id uuid, noun_id int, version int, outlet_id int, slug text, merged_into text)
        """,
        {"rows": orjson.dumps(rows).decode()},
    )


def trim(connection: Connection, days: int) -> int:
    """Forget changes that are older than so many days, but never the last one; how many, some at once.

    What was forgotten is remembered as a position, so that no follower goes on from before it unawares. Asked all the
    time, it looks at one change where nothing is old: they are in the order of their times.
    """
    rows = connection.execute(
        """
        with oldest as (
            select position, at from changes
            where (select at from changes order by position limit 1) < now() - %(days)s * interval '1 day'
            order by position
            limit %(most)s
        ), old as (
            select position from oldest
            where at < now() - %(days)s * interval '1 day' and position < (select max(position) from changes)
        ), trimmed as (
            delete from changes where position in (select position from old) returning position
        )
        update archive set changes_trimmed_to = greatest(changes_trimmed_to, (select max(position) from trimmed))
        where exists (select from trimmed)
        returning (select count(*) from trimmed) as forgotten
        """,
        {"days": days, "most": TRIMMED_AT_ONCE},
    ).fetchall()
    return rows[0]["forgotten"] if rows else 0
