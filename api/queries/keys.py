"""API keys."""

from hmac import compare_digest
from typing import LiteralString

from psycopg.rows import DictRow

from api.auth import keys
from api.auth.scopes import Key
from api.errors import Unauthorized
from api.postgres.connection import Connection
from api.retrieval.keyset import Page, PageRequest, fetch, hide
from api.retrieval.select import Order, Selection

# The public columns; none of them is secret.
COLUMNS: LiteralString = """prefix, name, scopes,
    array(select slug from outlets where id = any(a.outlets) order by slug) as outlets,
    created_at, last_used_at, revoked_at"""
NEWEST = Order(("created_at", "id"), ("created_at", "id"), descending=True)


def valid(connection: Connection, text: str) -> Key | None:
    """The key of a well-formed token; None if it is unknown or revoked."""
    row = connection.execute(
        """
        select id, prefix, hash, scopes, k.outlets as outlet_ids, array(
            select slug from outlets where id = any(k.outlets)
            union all select slug from slugs_retired where noun = 'outlet' and id = any(k.outlets)
        ) as outlets, (
            select slug from outlets where id = k.outlets[1] and cardinality(k.outlets) = 1
        ) as only_outlet
        from keys k
        where prefix = %(prefix)s and revoked_at is null
        """,
        {"prefix": keys.prefix_of(text)},
    ).fetchone()
    if row is None or not compare_digest(row["hash"], keys.hash_key(text)):
        return None
    return Key(
        row["id"],
        row["prefix"],
        frozenset(row["scopes"]),
        frozenset(row["outlets"]),
        row["only_outlet"],
        frozenset(row["outlet_ids"]),
    )


def require_current(connection: Connection, key: Key) -> None:
    """Raise Unauthorized if the key has been revoked or deleted, or has lost scopes or outlets, since it was read."""
    row = connection.execute(
        """
        select scopes @> %(scopes)s::text[] and outlets @> %(outlets)s::int[] as is_current
        from keys where id = %(id)s and revoked_at is null
        """,
        {"id": key.id, "scopes": sorted(key.scopes), "outlets": sorted(key.outlet_ids)},
    ).fetchone()
    if row is None or not row["is_current"]:
        raise Unauthorized("The API key was revoked or restricted during this request.")


def page(connection: Connection, request: PageRequest) -> Page:
    """Keys, newest first, revoked ones included."""
    found = fetch(connection, Selection(f"id, {COLUMNS}", "keys a"), NEWEST, request)
    hide(found.rows, ["id"])
    return found


def one(connection: Connection, prefix: str) -> DictRow | None:
    """The key with this prefix."""
    statement: LiteralString = f"select {COLUMNS} from keys a where prefix = %(prefix)s"
    return connection.execute(statement, {"prefix": prefix}).fetchone()


def all_keys(connection: Connection) -> list[DictRow]:
    """All keys, newest first."""
    statement: LiteralString = f"select {COLUMNS} from keys a order by {NEWEST.clause}"
    return connection.execute(statement).fetchall()
