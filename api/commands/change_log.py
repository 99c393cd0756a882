"""The change log: every write appends its changes as the last step of its transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson

from api.commands import article_copies
from api.postgres.connection import Connection

TRIM_BATCH = 10_000

# Held from the insert of the changes to the commit. Positions are therefore in commit order: a client that has read a
# position never misses a smaller one that is committed later.
CHANGES_LOCK = 0x6461_7465_0001


@dataclass(frozen=True)
class Change:
    """A change of an article (its id and version) or of an entity (its id and slug).

    A change with an ``outlet_id`` is shown only to the keys of that outlet.
    """

    type: str
    article_id: UUID | None = None
    entity_id: int | None = None
    version: int | None = None
    outlet_id: int | None = None
    slug: str | None = None
    merged_into: str | None = None


def append(connection: Connection, changes: Iterable[Change], *, same_texts: bool = False) -> None:
    """Append changes to the log. Call it last: it blocks all other writers until the transaction commits.

    Changed articles are first put into the groups of their copies, unless they have the ``same_texts`` as before.
    """
    rows = [vars(change) for change in changes]
    if not rows:
        return
    articles = [row["article_id"] for row in rows if row["article_id"]]
    if articles and not same_texts:
        article_copies.regroup(connection, articles)
    lock(connection)
    connection.execute(
        """
        insert into changes (type, article_id, noun_id, version, outlet_id, slug, merged_into)
        select r.type, r.article_id, r.entity_id, r.version, r.outlet_id, r.slug, r.merged_into
        from json_to_recordset(%(rows)s::json)
            as r (type text, article_id uuid, entity_id int, version int, outlet_id int, slug text, merged_into text)
        """,
        {"rows": orjson.dumps(rows).decode()},
    )


def lock(connection: Connection) -> None:
    """Block all other writers until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": CHANGES_LOCK})


def trim(connection: Connection, days: int) -> int:
    """Delete up to TRIM_BATCH changes older than ``days``, never the last one. Returns the number deleted.

    The last deleted position is stored, so that a cursor from before it is refused; that of hidden changes with their
    outlet, as only its keys miss them. Changes are in chronological order, so a call that finds nothing to delete reads
    one row.
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
                and position is distinct from (select max(position) from changes where outlet_id is null)
        ), trimmed as (
            delete from changes where position in (select position from old) returning position, outlet_id
        ), hidden as (
            update outlets set changes_trimmed_to = greatest(changes_trimmed_to, last.position)
            from (select outlet_id, max(position) as position from trimmed group by outlet_id) as last
            where id = last.outlet_id
        )
        update archive set changes_trimmed_to = greatest(
            changes_trimmed_to, (select max(position) from trimmed where outlet_id is null)
        )
        where exists (select from trimmed)
        returning (select count(*) from trimmed) as deleted
        """,
        {"days": days, "most": TRIM_BATCH},
    ).fetchall()
    return rows[0]["deleted"] if rows else 0
