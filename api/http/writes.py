"""How requests write: one transaction, its answer, and that answer again for a request that is sent again."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response, g, request

from api.commands import change_log, idempotency
from api.commands.change_log import Change
from api.commands.idempotency import IdempotentRequest, StoredResponse
from api.context import database
from api.http import positions
from api.postgres.connection import Connection

# Headers that belong to an answer; all others are made for each sending.
KEPT = ("Content-Type", "Location", "ETag", "Dateline-Result", "Cache-Control")


@dataclass(frozen=True)
class Written:
    """What a write did: its answer, the changes that are to be recorded, and the article that the answer shows."""

    response: Response
    changes: Sequence[Change] = ()
    article: UUID | None = None


def positioned(response: Response) -> Response:
    """The answer to a write, with the position of the archive that the write is part of."""
    response.headers[positions.HEADER] = positions.now()
    return response


def attempted(idempotency_key: str | None, body: Iterable[bytes]) -> IdempotentRequest | None:
    """This request as one that may be sent again; None without an Idempotency-Key."""
    if idempotency_key is None:
        return None
    asked = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    for part in body:
        asked.update(part)
    return IdempotentRequest(g.key.id, idempotency_key, asked.digest())


def kept(attempt: IdempotentRequest | None) -> Response | None:
    """The answer to an earlier sending of this request, None when it is to be answered now."""
    if attempt is None:
        return None
    replayed = _replayed(database().read(lambda connection: idempotency.find_response(connection, attempt)))
    return replayed and positioned(replayed)


def written(work: Callable[[Connection], Written], attempt: IdempotentRequest | None = None) -> Response:
    """The answer of ``work``, run in one transaction; with an attempt it is kept there, or the one kept is given."""

    def transaction(connection: Connection) -> Response:
        if attempt and (replayed := _replayed(idempotency.claim(connection, attempt))):
            return replayed
        done = work(connection)
        if attempt:
            idempotency.store_response(connection, attempt, _answer(done.response), done.article)
        # Last, for it stops all other writers until the commit.
        change_log.append(connection, done.changes)
        return done.response

    return positioned(database().write(transaction))


def _answer(response: Response) -> StoredResponse:
    headers = {name: response.headers[name] for name in KEPT if name in response.headers}
    return StoredResponse(response.status_code, headers, response.get_data())


def _replayed(answer: StoredResponse | None) -> Response | None:
    if answer is None:
        return None
    return Response(answer.body, answer.status, {**answer.headers, "Idempotency-Replayed": "true"})
