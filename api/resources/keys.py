"""API keys over HTTP: created, listed, rotated and revoked by keys with the scope ``admin``."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, g, request
from psycopg.rows import DictRow

from api.auth import keys, scopes
from api.commands import keys as commands
from api.errors import (
    Conflict,
    ContentTooLarge,
    InvalidCursor,
    MalformedRequest,
    NotFound,
    RequestTimeout,
    UnsupportedMediaType,
)
from api.http import reads
from api.http.lists import list_response
from api.http.operation import Blueprint
from api.http.responses import absolute_url, json_response
from api.http.writes import authorized_write
from api.postgres.connection import Connection, present
from api.queries import keys as queries
from schemas.keys import KeyInput, KeyPageSchema, KeySchema, KeysQuery, NewKeySchema

blueprint = Blueprint("keys", __name__, url_prefix="/v1")

# One that a key of every archive finds.
SELF = "self"
PREFIX = {"prefix": ("The eight characters after `dl_`, or `self` for the key of this request.", SELF)}
EXAMPLE = {"name": "Korea Herald newsroom", "scopes": ["write"], "outlets": ["korea-herald"]}
SECRET = {"Cache-Control": "no-store"}


@blueprint.operation(
    "/keys",
    {201: (NewKeySchema, "The new key. Its secret is only shown here.", "Location")},
    method="POST",
    body=KeyInput,
    example=EXAMPLE,
    scope="admin",
    problems=[ContentTooLarge, RequestTimeout, UnsupportedMediaType],
    summary="Create a key",
)
def create_key(_query: Mapping[str, Any], content: dict[str, Any]) -> Response:
    """Create a key. Only this response shows its secret, because the archive stores a hash.

    `Idempotency-Key` is not allowed, because it would store the secret. If you lose the response, revoke the key of
    that name and create another.
    """
    return _new_key_response(
        lambda connection: commands.create(connection, content["name"], content["scopes"], content["outlets"])
    )


@blueprint.operation(
    "/keys",
    {200: (KeyPageSchema, "A page of keys.")},
    query=KeysQuery,
    scope="admin",
    problems=[InvalidCursor],
    summary="List keys",
)
def list_keys(query: Mapping[str, Any]) -> Response:
    """All keys, newest first, including revoked ones, without their secrets. Never cached."""
    return list_response(query, {}, queries.page, read=reads.read_uncached)


@blueprint.operation(
    "/keys/<prefix:prefix>",
    {200: (KeySchema, "The key, without its secret.")},
    scope=scopes.ANY,
    path=PREFIX,
    summary="Get a key",
)
def get_key(_query: Mapping[str, Any], prefix: str) -> Response:
    """One key by its prefix: its scopes and outlets, when it was last used, and whether it is revoked.

    Every key can get itself as `self`. Getting other keys needs the scope `admin`.
    """
    if _resolved(prefix) != g.key.prefix:
        scopes.require(g.key, "admin")
    return reads.read_uncached(lambda connection: _key_row(connection, _resolved(prefix)), json_response)


@blueprint.operation(
    "/keys/<prefix:prefix>",
    {200: (KeySchema, "The revoked key.")},
    method="DELETE",
    scope="admin",
    problems=[NotFound, Conflict],
    path=PREFIX,
    summary="Revoke a key",
)
def revoke_key(_query: Mapping[str, Any], prefix: str) -> Response:
    """Revoke a key: from now on, requests with it get 401, and nothing more is stored by requests that are open.
    Batches and long polls end within a second. Revoking it again changes nothing.

    A key cannot revoke itself: the response is 409, so that an accident does not lock everybody out. Use another key,
    or `dateline keys revoke` on the server.
    """
    prefix = _other_key(prefix)

    def work(connection: Connection) -> DictRow:
        commands.revoke(connection, prefix)
        return _key_row(connection, prefix)

    return json_response(authorized_write(work), headers=SECRET)


@blueprint.operation(
    "/keys/<prefix:prefix>/rotate",
    {201: (NewKeySchema, "The new key. Its secret is only shown here.", "Location")},
    method="POST",
    scope="admin",
    problems=[NotFound, Conflict],
    path=PREFIX,
    summary="Rotate a key",
)
def rotate_key(_query: Mapping[str, Any], prefix: str) -> Response:
    """Create a key with the name, scopes and outlets of this one, and revoke this one in the same transaction.

    The response is 409 for a revoked key, and so also if you repeat the request. If you lose the response, revoke the
    newest key of that name and create another. A key cannot rotate itself: the response is 409, because losing the
    response would lock you out. Responses stored for an `Idempotency-Key` of the old key are not available to the new
    one.
    """
    prefix = _other_key(prefix)
    return _new_key_response(lambda connection: commands.rotate(connection, prefix))


def _new_key_response(create: Callable[[Connection], str]) -> Response:
    if "Idempotency-Key" in request.headers:
        raise MalformedRequest("Idempotency-Key is not allowed here: the stored response would contain a secret.")

    def work(connection: Connection) -> dict[str, Any]:
        key = create(connection)
        return {**present(queries.one(connection, keys.prefix_of(key))), "key": key}

    key = authorized_write(work)
    return json_response(key, 201, {"Location": absolute_url(f"/v1/keys/{key['prefix']}"), **SECRET})


def _resolved(prefix: str) -> str:
    return g.key.prefix if prefix == SELF else prefix


def _other_key(prefix: str) -> str:
    """The prefix of a key other than that of this request. Raises Conflict, as no key may revoke itself."""
    if _resolved(prefix) == g.key.prefix:
        raise Conflict("A key cannot revoke or rotate itself. Use another key.")
    return prefix


def _key_row(connection: Connection, prefix: str) -> DictRow:
    found = queries.one(connection, prefix)
    if found is None:
        raise NotFound(f"No key has the prefix {prefix!r}.")
    return found
