"""Reading API keys."""

from dataclasses import dataclass
from hmac import compare_digest

from psycopg.rows import DictRow

from api import keys
from api.database import Connection


@dataclass(frozen=True)
class Key:
    """Who asks: what the key may do, and for which outlets (slugs, those of earlier times included)."""

    prefix: str
    scopes: frozenset[str]
    outlets: frozenset[str]


def valid(connection: Connection, text: str) -> Key | None:
    """The key that the well-formed ``text`` is, unless it is unknown or revoked."""
    row = connection.execute(
        """
        select prefix, hash, scopes, array(
            select slug from outlets where id = any(k.outlets)
            union all select slug from slugs_retired where noun = 'outlet' and id = any(k.outlets)
        ) as outlets
        from keys k
        where prefix = %(prefix)s and revoked_at is null
        """,
        {"prefix": keys.prefix_of(text)},
    ).fetchone()
    if row is None or not compare_digest(row["hash"], keys.hashed(text)):
        return None
    return Key(row["prefix"], frozenset(row["scopes"]), frozenset(row["outlets"]))


def listed(connection: Connection) -> list[DictRow]:
    """All keys, newest first, without anything secret."""
    return connection.execute(
        """
        select prefix, name, scopes,
            array(select slug from outlets where id = any(k.outlets) order by slug) as outlets,
            created_at, revoked_at
        from keys k
        order by created_at desc, id desc
        """
    ).fetchall()
