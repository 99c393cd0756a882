"""The API key of a request: whether it is valid, what it permits, and which articles it makes visible."""

import logging
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import psycopg

from api.auth import keys, scopes
from api.auth.scopes import Key
from api.commands import keys as key_commands
from api.context import app, database, g, request, settings
from api.errors import Unauthorized, Unavailable
from api.http import rate_limit
from api.postgres.connection import Connection
from api.queries import keys as key_queries

T = TypeVar("T")

RECHECK_SECONDS = 0.3
"""How long after its last check, or attempt, the key of an open request is checked again, in seconds."""

REVOKED = "dateline.revoked"
"""In the environment of a request whose key was revoked while the request was open."""

log = logging.getLogger("dateline")


def authorize(scope: str) -> None:
    """Set ``g.key`` to the request's key, None without one. Raises Unauthorized, Forbidden and RateLimited."""
    g().key = authenticate()
    g().recheck_at = time.monotonic() + RECHECK_SECONDS
    is_public = scope == "read" and settings().public_reads
    if g().key is not None or not is_public:
        scopes.require(g().key, scope)


def authenticate() -> Key | None:
    """Return the key in the Authorization header, None without the header. Raises Unauthorized if it is not valid."""
    header = request().headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    key = None
    rate_limit.check_key(token)
    if scheme.lower() == "bearer" and keys.is_well_formed(token):
        key = database().read(lambda connection: _find(connection, token))
    if key is None:
        rate_limit.count_invalid_key()
        raise Unauthorized("Invalid API key: it is mistyped, unknown or revoked.")
    rate_limit.count_key(token)
    return key


def recheck() -> None:
    """Raise Unauthorized if the request's key was revoked or restricted since the request began.

    Asks the database at most every RECHECK_SECONDS. Returns without an answer while it is unavailable:
    nothing more can be read then, and a write is not committed without a check of its own.
    """
    key = g().get("key")
    if key is None or time.monotonic() < g().recheck_at:
        return
    try:
        database().read(lambda connection: key_queries.require_current(connection, key))
    except Unauthorized:
        request().environ[REVOKED] = True
        raise
    except Unavailable:
        return
    finally:
        # Also without an answer, so that a body is not delayed by a wait for the database with each of its parts.
        g().recheck_at = time.monotonic() + RECHECK_SECONDS


def while_current(parts: Iterable[T]) -> Iterator[T]:
    """The parts of a request that takes long. Raises Unauthorized once its key is revoked."""
    for part in parts:
        recheck()
        yield part


def _find(connection: Connection, token: str) -> Key | None:
    key = key_queries.valid(connection, token)
    uses: keys.RecentUses = app().extensions["dateline.uses"]
    if key and uses.is_due(key.prefix):
        try:
            key_commands.record_use(connection, key.id)
        except psycopg.Error as error:  # reads work without it on a read-only database
            log.warning("cannot record the use of key %s: %s", key.prefix, type(error).__name__)
    return key


def may_write(outlet: str) -> bool:
    """Whether the request's key may write articles of an outlet, and so sees its embargoed ones."""
    return scopes.is_allowed(g().get("key"), "write", outlet)


def outlets_with_embargoes() -> list[str] | None:
    """The outlets (slugs) whose embargoed articles the request may see; None for all."""
    return scopes.outlets_with_embargoes(g().get("key"))
