"""Making and revoking API keys. Stored hashed, shown once."""

from collections.abc import Sequence

from api import keys
from api.database import Connection
from api.errors import InvalidInput, NotFound


def create(connection: Connection, name: str, scopes: Sequence[str], outlets: Sequence[str]) -> str:
    """A new key for these outlets (slugs); InvalidInput when one of them is unknown."""
    rows = connection.execute(
        "select id, slug from outlets where slug = any(%(slugs)s)", {"slugs": list(outlets)}
    ).fetchall()
    unknown = sorted(set(outlets) - {row["slug"] for row in rows})
    if unknown:
        raise InvalidInput(f"no outlet has the slug {unknown[0]!r}")
    key, prefix = keys.new()
    connection.execute(
        "insert into keys (name, prefix, hash, scopes, outlets)"
        " values (%(name)s, %(prefix)s, %(hash)s, %(scopes)s, %(outlets)s)",
        {
            "name": name,
            "prefix": prefix,
            "hash": keys.hashed(key),
            "scopes": list(scopes),
            "outlets": [row["id"] for row in rows],
        },
    )
    return key


def revoke(connection: Connection, prefix: str) -> None:
    """End a key at once; to revoke it again changes nothing. NotFound when there is none with this prefix."""
    revoked = connection.execute(
        "update keys set revoked_at = coalesce(revoked_at, now()) where prefix = %(prefix)s returning id",
        {"prefix": prefix},
    ).fetchall()
    if not revoked:
        raise NotFound(f"no key has the prefix {prefix!r}")
