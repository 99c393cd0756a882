"""Who asks: the key that a request shows, whether it may, and what it may see."""

import logging

import psycopg

import api.queries.keys as held_keys
from api.auth import keys, scopes
from api.auth.scopes import Key
from api.commands import keys as key_commands
from api.context import app, database, g, request, settings
from api.errors import Unauthorized
from api.http import rate_limit
from api.postgres.connection import Connection

log = logging.getLogger("dateline")


def admit(scope: str) -> None:
    """Refuse a request whose key has no ``scope``; the key is ``g.key`` afterwards, None without one."""
    g().key = presented_key()
    open_to_all = scope == "read" and settings().public_reads
    if g().key is not None or not open_to_all:
        scopes.require(g().key, scope)


def presented_key() -> Key | None:
    """The key that the request shows, None when it shows none; Unauthorized when it is not a valid one."""
    header = request().headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    key = None
    rate_limit.before_lookup(token)
    if scheme.lower() == "bearer" and keys.is_well_formed(token):
        key = database().read(lambda connection: _valid(connection, token))
    if key is None:
        rate_limit.count_refused()
        raise Unauthorized("The key is not valid: mistyped, unknown or revoked.")
    rate_limit.by_key(token)
    return key


def _valid(connection: Connection, token: str) -> Key | None:
    key = held_keys.valid(connection, token)
    uses: keys.RecentUses = app().extensions["dateline.uses"]
    if key and uses.is_due(key.prefix):
        try:
            key_commands.record_use(connection, key.id)
        except psycopg.Error as error:  # a database that takes no writes can still be read
            log.warning("not noted that the key %s is in use: %s", key.prefix, type(error).__name__)
    return key


def may_write(outlet: str) -> bool:
    """Whether the key of this request writes for an outlet, and so sees what is not yet for everyone."""
    return scopes.is_allowed(g().get("key"), "write", outlet)


def seen_alone() -> list[str] | None:
    """The outlets whose embargoed articles this request may see: those of its key, None for all."""
    return scopes.outlets_with_embargoes(g().get("key"))
