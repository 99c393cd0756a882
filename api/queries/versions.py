"""The versions of an article."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from api.model.article import ALL, TIMES
from api.postgres.connection import Connection

# The versions that were public.
_PUBLIC: LiteralString = "(%(everything)s or article ->> 'embargoed_until' is null and article ->> 'status' = 'usable')"


def summaries(connection: Connection, article: UUID, everything: bool) -> list[dict[str, Any]]:
    """Number, time and note of each version, the current one first; ``everything`` includes those not public."""
    statement: LiteralString = f"""
        select version, updated_at, note, status, headline
        from articles where id = %(article)s
        union all
        select version, (article ->> 'updated_at')::timestamptz, article ->> 'note', article ->> 'status',
            article ->> 'headline'
        from versions where article_id = %(article)s and {_PUBLIC}
        order by version desc"""
    return connection.execute(statement, {"article": article, "everything": everything}).fetchall()


def one(connection: Connection, article: UUID, version: int, everything: bool) -> dict[str, Any] | None:
    """The whole article as of a version; None if there is none, or none that is public unless ``everything`` is set."""
    statement: LiteralString = f"""
        select row_to_json(shown) as article
        from articles a cross join lateral (select {ALL}) as shown
        where a.id = %(article)s and a.version = %(version)s
        union all
        select article from versions where article_id = %(article)s and version = %(version)s and {_PUBLIC}"""
    row = connection.execute(statement, {"article": article, "version": version, "everything": everything}).fetchone()
    if row is None:
        return None
    content: dict[str, Any] = row["article"]
    return content | {name: datetime.fromisoformat(content[name]) for name in TIMES if content[name]}
