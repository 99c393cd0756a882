"""Stores the responses to requests with an Idempotency-Key for a day, so that a retry gets the same response."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import orjson

from api.errors import IdempotencyKeyReused, InputError, RequestInFlight
from api.postgres.connection import Connection, present

EXPIRY_BATCH = 1_000


@dataclass(frozen=True)
class IdempotentRequest:
    """A request with an Idempotency-Key: the id of its API key, the Idempotency-Key, and the SHA-256 of its content."""

    key_id: int
    idempotency_key: str
    digest: bytes

    @property
    def lock(self) -> int:
        """The advisory lock of this request."""
        name = f"{self.key_id} {self.idempotency_key}"
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


@dataclass(frozen=True)
class StoredResponse:
    """The response to an idempotent request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def find_response(connection: Connection, request: IdempotentRequest) -> StoredResponse | None:
    """Return the stored response to a request. Raises IdempotencyKeyReused if it belongs to a different request."""
    return _response(request, connection.execute(_SELECT, _identity(request)).fetchone())


def claim(connection: Connection, request: IdempotentRequest) -> StoredResponse | None:
    """Return the stored response, or None after locking the request until the transaction ends.

    Raises IdempotencyKeyReused, and RequestInFlight if another transaction has locked the request.
    """
    # Lock first: a transaction that held the lock before has committed its response, which the second statement reads.
    locked = connection.execute("select pg_try_advisory_xact_lock(%(lock)s) as locked", {"lock": request.lock})
    selected = connection.execute(_SELECT, _identity(request))
    response = _response(request, selected.fetchone())
    if response is None and not present(locked.fetchone())["locked"]:
        raise RequestInFlight("A request with the same Idempotency-Key is still being processed.")
    return response


def store_response(
    connection: Connection, request: IdempotentRequest, response: StoredResponse, article: UUID | None
) -> None:
    """Store the response to a claimed request. It is deleted when the ``article`` that it contains is purged."""
    connection.execute(
        _UPSERT,
        {
            **_identity(request),
            "request": request.digest,
            "status": response.status,
            "headers": orjson.dumps(response.headers).decode(),
            "body": response.body,
            "article": article,
        },
    )


def delete_expired(connection: Connection) -> int:
    """Delete up to EXPIRY_BATCH responses that are older than a day. Returns the number deleted."""
    return len(connection.execute(_DELETE_EXPIRED, {"most": EXPIRY_BATCH}).fetchall())


def _identity(request: IdempotentRequest) -> dict[str, object]:
    return {"key_id": request.key_id, "idempotency_key": request.idempotency_key}


def _response(request: IdempotentRequest, row: dict[str, Any] | None) -> StoredResponse | None:
    if row is None:
        return None
    if bytes(row["request"]) != request.digest:
        raise IdempotencyKeyReused(
            "This Idempotency-Key was already used for a different request. Use a new key for each new request.",
            errors=[InputError("was used for a different request within the last day", parameter="Idempotency-Key")],
        )
    return StoredResponse(row["status"], row["headers"], bytes(row["body"]))


# Expired responses are ignored even before they are deleted.
_SELECT: LiteralString = """
    select request, status, headers, body
    from idempotent_answers
    where key_id = %(key_id)s and idempotency_key = %(idempotency_key)s and created_at >= now() - interval '1 day'"""

_UPSERT: LiteralString = """
    insert into idempotent_answers (key_id, idempotency_key, request, status, headers, body, article_id)
    values (%(key_id)s, %(idempotency_key)s, %(request)s, %(status)s, %(headers)s::json, %(body)s, %(article)s)
    on conflict (key_id, idempotency_key) do update
    set request = excluded.request, status = excluded.status, headers = excluded.headers, body = excluded.body,
        article_id = excluded.article_id, created_at = excluded.created_at"""

# Several servers may do this at once, each for other rows.
_DELETE_EXPIRED: LiteralString = """
    delete from idempotent_answers
    where (key_id, idempotency_key) in (
        select key_id, idempotency_key from idempotent_answers
        where created_at < now() - interval '1 day'
        order by created_at
        limit %(most)s
        for update skip locked
    )
    returning key_id"""
