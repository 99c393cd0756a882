"""Making, replacing and revoking API keys. Stored hashed, shown once."""

from collections.abc import Sequence
from typing import LiteralString

from api.auth import keys
from api.errors import Conflict, InputError, InvalidInput, NotFound
from api.postgres.connection import Connection


def create(connection: Connection, name: str, scopes: Sequence[str], outlets: Sequence[str]) -> str:
    """A new key for these outlets (slugs); InvalidInput when one of them is unknown."""
    rows = connection.execute(
        "select id, slug from outlets where slug = any(%(slugs)s)", {"slugs": list(outlets)}
    ).fetchall()
    ids = {row["slug"]: row["id"] for row in rows}
    unknown = [(place, slug) for place, slug in enumerate(outlets) if slug not in ids]
    if unknown:
        raise InvalidInput(
            f"no outlet has the slug {unknown[0][1]!r}",
            errors=[InputError(f"no outlet has the slug {slug!r}", path=("outlets", place)) for place, slug in unknown],
        )
    return _insert(connection, name, scopes, [ids[slug] for slug in outlets])


def rotate(connection: Connection, prefix: str) -> str:
    """A new key with the name, scopes and outlets of this one, which ends at once.

    NotFound when there is none with this prefix, Conflict when it was revoked already.
    """
    held = connection.execute(
        """
        update keys set revoked_at = now()
        where prefix = %(prefix)s and revoked_at is null
        returning name, scopes, outlets
        """,
        {"prefix": prefix},
    ).fetchone()
    if held is None:
        _refuse_unknown(connection, prefix)
        raise Conflict(f"The key {prefix} is revoked; create a new one.")
    return _insert(connection, held["name"], held["scopes"], held["outlets"])


def revoke(connection: Connection, prefix: str) -> None:
    """End a key at once; to revoke it again changes nothing. NotFound when there is none with this prefix."""
    revoked = connection.execute(
        "update keys set revoked_at = coalesce(revoked_at, now()) where prefix = %(prefix)s returning id",
        {"prefix": prefix},
    ).fetchall()
    if not revoked:
        raise NotFound(f"no key has the prefix {prefix!r}")


def note_use(connection: Connection, key: int) -> None:
    """Remember that a key is in use, to the minute, whichever process says so; not while another changes it."""
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
    key, prefix = keys.new()
    connection.execute(
        _INSERT,
        {
            "name": name,
            "prefix": prefix,
            "hash": keys.hashed(key),
            "scopes": list(scopes),
            "outlets": list(outlets),
        },
    )
    return key


def _refuse_unknown(connection: Connection, prefix: str) -> None:
    if not connection.execute("select from keys where prefix = %(prefix)s", {"prefix": prefix}).fetchall():
        raise NotFound(f"no key has the prefix {prefix!r}")


_INSERT: LiteralString = """
    insert into keys (name, prefix, hash, scopes, outlets)
    values (%(name)s, %(prefix)s, %(hash)s, %(scopes)s, %(outlets)s)"""
