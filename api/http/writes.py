"""How requests write: one transaction, and the stored response for a repeated Idempotency-Key."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from flask import Response, g, request

from api.auth.scopes import Key
from api.commands import change_log, idempotency
from api.commands.change_log import Change
from api.commands.idempotency import IdempotentRequest, StoredResponse
from api.context import database
from api.http import positions
from api.postgres.connection import Connection
from api.queries import keys as key_queries

T = TypeVar("T")

# The headers that are stored with a response. All others are set again.
STORED_HEADERS = ("Content-Type", "Location", "ETag", "Dateline-Result", "Cache-Control")


@dataclass(frozen=True)
class WriteOutcome:
    """The response to a write, the changes to record, and the id of the article that the response contains."""

    response: Response
    changes: Sequence[Change] = ()
    article: UUID | None = None


def with_position(response: Response) -> Response:
    """The response to a write with a Dateline-Position at or after the write."""
    response.headers[positions.HEADER] = positions.latest()
    return response


def idempotent_request(idempotency_key: str | None, body: Iterable[bytes]) -> IdempotentRequest | None:
    """This request with a digest of its method, URL and body; None without an Idempotency-Key."""
    if idempotency_key is None:
        return None
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    for part in body:
        digest.update(part)
    return IdempotentRequest(g.key.id, idempotency_key, digest.digest())


def replay(repeated: IdempotentRequest | None) -> Response | None:
    """The stored response to this request, None if the request is to be processed."""
    if repeated is None:
        return None
    response = _replayed(database().read(lambda connection: idempotency.find_response(connection, repeated)))
    return response and with_position(response)


def write(work: Callable[[Connection], WriteOutcome], repeated: IdempotentRequest | None = None) -> Response:
    """The response of ``work``, run in one transaction that also stores the response to an idempotent request.

    If another transaction has stored it since, the stored response.
    """

    def transaction(connection: Connection) -> Response:
        if repeated and (stored := _replayed(idempotency.claim(connection, repeated))):
            return stored
        outcome = work(connection)
        if repeated:
            idempotency.store_response(connection, repeated, _stored(outcome.response), outcome.article)
        # Last, because it blocks all other writers until the commit.
        change_log.append(connection, outcome.changes)
        return outcome.response

    return with_position(authorized_write(transaction))


def authorized_write(work: Callable[[Connection], T]) -> T:
    """The result of ``work``, run in one transaction. Raises Unauthorized if the request's key has been revoked."""
    return database().write(checking_key(g.key, work))


def checking_key(key: Key, work: Callable[[Connection], T]) -> Callable[[Connection], T]:
    """A transaction of ``work`` that fails with Unauthorized if the key has been revoked before it commits.

    ``work`` appends its changes to the change log, whose lock keeps the key from being revoked until the commit.
    """

    def transaction(connection: Connection) -> T:
        result = work(connection)
        key_queries.require_current(connection, key)
        return result

    return transaction


def _stored(response: Response) -> StoredResponse:
    headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
    return StoredResponse(response.status_code, headers, response.get_data())


def _replayed(stored: StoredResponse | None) -> Response | None:
    if stored is None:
        return None
    return Response(stored.body, stored.status, {**stored.headers, "Idempotency-Replayed": "true"})
