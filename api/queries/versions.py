"""Reading what an article was before its changes."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from api.model.article import ALL, TIMES
from api.postgres.connection import Connection

# Those that readers saw, or could have.
_SEEN: LiteralString = "(%(everything)s or article ->> 'embargoed_until' is null and article ->> 'status' = 'usable')"


def listed(connection: Connection, article: UUID, everything: bool) -> list[dict[str, Any]]:
    """Number, time and note of each version, the current one first; ``everything`` has those only its outlet saw."""
    statement: LiteralString = f"""
        select version, updated_at, note, status, headline
        from articles where id = %(article)s
        union all
        select version, (article ->> 'updated_at')::timestamptz, article ->> 'note', article ->> 'status',
            article ->> 'headline'
        from versions where article_id = %(article)s and {_SEEN}
        order by version desc"""
    return connection.execute(statement, {"article": article, "everything": everything}).fetchall()


def one(connection: Connection, article: UUID, version: int, everything: bool) -> dict[str, Any] | None:
    """The whole article as it was in a version; None when there is none that may be seen (``everything`` as above)."""
    statement: LiteralString = f"""
        select row_to_json(shown) as article
        from articles a cross join lateral (select {ALL}) as shown
        where a.id = %(article)s and a.version = %(version)s
        union all
        select article from versions where article_id = %(article)s and version = %(version)s and {_SEEN}"""
    row = connection.execute(statement, {"article": article, "version": version, "everything": everything}).fetchone()
    if row is None:
        return None
    content: dict[str, Any] = row["article"]
    return content | {name: datetime.fromisoformat(content[name]) for name in TIMES if content[name]}
