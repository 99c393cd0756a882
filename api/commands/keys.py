"""Creating, rotating and revoking API keys. Only their hashes are stored.

These transactions lock the change log, as do those of the keys' own writes before they check their key for the last
time (``queries.keys.require_current``). So no write is committed after the revocation of its key.
"""

from collections.abc import Sequence
from typing import LiteralString

from api.auth import keys
from api.commands import change_log
from api.errors import Conflict, InputError, NotFound, invalid_input
from api.postgres.connection import Connection


def create(connection: Connection, name: str, scopes: Sequence[str], outlets: Sequence[str]) -> str:
    """Create a key for these outlets (slugs). Returns the key. Raises InvalidInput for an unknown outlet."""
    rows = connection.execute(
        "select id, slug from outlets where slug = any(%(slugs)s)", {"slugs": list(outlets)}
    ).fetchall()
    ids = {row["slug"]: row["id"] for row in rows}
    unknown = [(index, slug) for index, slug in enumerate(outlets) if slug not in ids]
    if unknown:
        raise invalid_input(
            *(InputError(f"No outlet has the slug {slug!r}.", path=("outlets", index)) for index, slug in unknown)
        )
    return _insert(connection, name, scopes, [ids[slug] for slug in outlets])


def rotate(connection: Connection, prefix: str) -> str:
    """Revoke a key and create one with the same name, scopes and outlets. Returns the new key.

    Raises NotFound for an unknown prefix, and Conflict for a key that is already revoked.
    """
    change_log.lock(connection)
    old = connection.execute(
        """
        update keys set revoked_at = now()
        where prefix = %(prefix)s and revoked_at is null
        returning name, scopes, outlets
        """,
        {"prefix": prefix},
    ).fetchone()
    if old is None:
        _check_exists(connection, prefix)
        raise Conflict(f"The key {prefix} is already revoked. Create a new one.")
    return _insert(connection, old["name"], old["scopes"], old["outlets"])


def revoke(connection: Connection, prefix: str) -> None:
    """Revoke a key. Revoking it again has no effect. Raises NotFound for an unknown prefix."""
    change_log.lock(connection)
    revoked = connection.execute(
        "update keys set revoked_at = coalesce(revoked_at, now()) where prefix = %(prefix)s returning id",
        {"prefix": prefix},
    ).fetchall()
    if not revoked:
        raise NotFound(f"No key has the prefix {prefix!r}.")


def record_use(connection: Connection, key: int) -> None:
    """Update the time of last use, at most once a minute. Does nothing while another transaction changes the key."""
    connection.execute(
        """
        update keys set last_used_at = now()
        where id = (
            select id from keys
            where id = %(key)s and (last_used_at is null or last_used_at < now() - interval '1 minute')
            for no key update skip locked
        )
        """,
        {"key": key},
    )


def _insert(connection: Connection, name: str, scopes: Sequence[str], outlets: Sequence[int]) -> str:
    change_log.lock(connection)
    key, prefix = keys.generate()
    connection.execute(
        _INSERT,
        {
            "name": name,
            "prefix": prefix,
            "hash": keys.hash_key(key),
            "scopes": list(scopes),
            "outlets": list(outlets),
        },
    )
    return key


def _check_exists(connection: Connection, prefix: str) -> None:
    if not connection.execute("select from keys where prefix = %(prefix)s", {"prefix": prefix}).fetchall():
        raise NotFound(f"No key has the prefix {prefix!r}.")


_INSERT: LiteralString = """
    insert into keys (name, prefix, hash, scopes, outlets)
    values (%(name)s, %(prefix)s, %(hash)s, %(scopes)s, %(outlets)s)"""
