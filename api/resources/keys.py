"""API keys over HTTP: made, listed, replaced and revoked by those with the scope ``admin``."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, g, request
from psycopg.rows import DictRow

from api.auth import keys, scopes
from api.commands import keys as commands
from api.context import database
from api.errors import (
    Conflict,
    ContentTooLarge,
    InvalidCursor,
    MalformedRequest,
    NotFound,
    UnsupportedMediaType,
)
from api.http import reads
from api.http.lists import listed
from api.http.operation import Blueprint
from api.http.responses import absolute_url, json_response
from api.postgres.connection import Connection, present
from api.queries import keys as queries
from schemas.keys import KeyInput, KeyPageSchema, KeySchema, KeysQuery, NewKeySchema

blueprint = Blueprint("keys", __name__, url_prefix="/v1")

# One that a key of every archive finds.
SELF = "self"
PREFIX = {"prefix": ("The eight characters after `dl_`, or `self` for the key that is used.", SELF)}
EXAMPLE = {"name": "Korea Herald newsroom", "scopes": ["write"], "outlets": ["korea-herald"]}
SECRET = {"Cache-Control": "no-store"}


@blueprint.operation(
    "/keys",
    {201: (NewKeySchema, "The key, shown this once.", "Location")},
    method="POST",
    body=KeyInput,
    example=EXAMPLE,
    scope="admin",
    problems=[ContentTooLarge, UnsupportedMediaType],
    summary="Make a key",
)
def create_key(_query: Mapping[str, Any], content: dict[str, Any]) -> Response:
    """Make a key and show it, this once: it is stored hashed.

    `Idempotency-Key` is refused here, for a kept answer would be a kept secret. If the answer is lost, revoke the key
    of that name in the list and make another.
    """
    return _shown_once(
        lambda connection: commands.create(connection, content["name"], content["scopes"], content["outlets"])
    )


@blueprint.operation(
    "/keys",
    {200: (KeyPageSchema, "One page of the keys.")},
    query=KeysQuery,
    scope="admin",
    problems=[InvalidCursor],
    summary="List keys",
)
def list_keys(query: Mapping[str, Any]) -> Response:
    """All keys without their secrets, the newest first, revoked ones included. Never cached, so without an `ETag`."""
    return listed(query, {}, queries.page, read=reads.read_uncached)


@blueprint.operation(
    "/keys/<prefix:prefix>",
    {200: (KeySchema, "The key, without its secret.")},
    scope=scopes.ANY,
    path=PREFIX,
    summary="Get one key",
)
def get_key(_query: Mapping[str, Any], prefix: str) -> Response:
    """One key by its prefix: what it may do, when it was last used, and whether it is revoked.

    A key sees itself; to see others it needs the scope `admin`.
    """
    if _named(prefix) != g.key.prefix:
        scopes.demand(g.key, "admin")
    return reads.read_uncached(lambda connection: _known(connection, _named(prefix)), json_response)


@blueprint.operation(
    "/keys/<prefix:prefix>",
    {200: (KeySchema, "The key, which is revoked now.")},
    method="DELETE",
    scope="admin",
    problems=[NotFound, Conflict],
    path=PREFIX,
    summary="Revoke a key",
)
def revoke_key(_query: Mapping[str, Any], prefix: str) -> Response:
    """End a key: the next request with it is a 401, in every process. To revoke it again changes nothing.

    The key that is used does not end itself, lest nobody be left to make another: that is a 409. End it with another
    one, or with `dateline keys revoke` beside the database.
    """
    prefix = _another(prefix)

    def revoked(connection: Connection) -> DictRow:
        commands.revoke(connection, prefix)
        return _known(connection, prefix)

    return json_response(database().write(revoked), headers=SECRET)


@blueprint.operation(
    "/keys/<prefix:prefix>/rotate",
    {201: (NewKeySchema, "The new key, shown this once.", "Location")},
    method="POST",
    scope="admin",
    problems=[NotFound, Conflict],
    path=PREFIX,
    summary="Replace a key",
)
def rotate_key(_query: Mapping[str, Any], prefix: str) -> Response:
    """Make a new key with the name, scopes and outlets of this one, and revoke this one, both at once.

    A revoked one is a 409, and so it is on sending this again: if the answer was lost, revoke the newest key of that
    name and make another. The key that is used is a 409 too, for with the answer it would be lost itself: make a second
    one, and revoke the first with that. Answers kept by `Idempotency-Key` stay with the old key.
    """
    prefix = _another(prefix)
    return _shown_once(lambda connection: commands.rotate(connection, prefix))


def _shown_once(make: Callable[[Connection], str]) -> Response:
    if "Idempotency-Key" in request.headers:
        raise MalformedRequest("Idempotency-Key is not taken here: the answer is a secret, which is not kept.")

    def made(connection: Connection) -> dict[str, Any]:
        key = make(connection)
        return {**present(queries.one(connection, keys.prefix_of(key))), "key": key}

    shown = database().write(made)
    return json_response(shown, 201, {"Location": absolute_url(f"/v1/keys/{shown['prefix']}"), **SECRET})


def _named(prefix: str) -> str:
    return g.key.prefix if prefix == SELF else prefix


def _another(prefix: str) -> str:
    """The prefix of a key other than the one that is used, which an accident must not end."""
    if _named(prefix) == g.key.prefix:
        raise Conflict("This is the key that you are using; end it with another one.")
    return prefix


def _known(connection: Connection, prefix: str) -> DictRow:
    found = queries.one(connection, prefix)
    if found is None:
        raise NotFound(f"No key has the prefix {prefix!r}.")
    return found
