"""Answers kept for a day, so that a request that is sent again does nothing twice and is answered the same."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import orjson

from api.errors import IdempotencyKeyReused, InputError, RequestInFlight
from api.postgres.connection import Connection, present

FORGOTTEN_AT_ONCE = 1_000


@dataclass(frozen=True)
class Attempt:
    """One sending of a request: the API key that sent it, what the client calls it, and the SHA-256 of what it asks."""

    key_id: int
    idempotency_key: str
    request: bytes

    @property
    def lock(self) -> int:
        """The advisory lock that only one sending of this request holds at a time."""
        name = f"{self.key_id} {self.idempotency_key}"
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def kept(connection: Connection, attempt: Attempt) -> Answer | None:
    """The answer to an earlier sending; IdempotencyKeyReused when that asked something else."""
    return _same(attempt, connection.execute(_KEPT, _names(attempt)).fetchone())


def claim(connection: Connection, attempt: Attempt) -> Answer | None:
    """The answer to an earlier sending; without one, nobody else answers this request before the transaction ends.

    Raises IdempotencyKeyReused, and RequestInFlight while another transaction has claimed it.
    """
    # The lock first: whoever had it before has committed the answer that the second statement then finds.
    claimed = connection.execute("select pg_try_advisory_xact_lock(%(lock)s) as free", {"lock": attempt.lock})
    found = connection.execute(_KEPT, _names(attempt))
    answer = _same(attempt, found.fetchone())
    if answer is None and not present(claimed.fetchone())["free"]:
        raise RequestInFlight("The same request is being answered just now.")
    return answer


def keep(connection: Connection, attempt: Attempt, answer: Answer, article: UUID | None) -> None:
    """Keep the answer to a claimed request; it is forgotten when the ``article`` that it shows is purged."""
    connection.execute(
        _KEEP,
        {
            **_names(attempt),
            "request": attempt.request,
            "status": answer.status,
            "headers": orjson.dumps(answer.headers).decode(),
            "body": answer.body,
            "article": article,
        },
    )


def forget_old(connection: Connection) -> int:
    """Delete answers that are older than a day, some at once; how many."""
    return len(connection.execute(_FORGET, {"most": FORGOTTEN_AT_ONCE}).fetchall())


def _names(attempt: Attempt) -> dict[str, object]:
    return {"key_id": attempt.key_id, "idempotency_key": attempt.idempotency_key}


def _same(attempt: Attempt, row: dict[str, Any] | None) -> Answer | None:
    if row is None:
        return None
    if bytes(row["request"]) != attempt.request:
        raise IdempotencyKeyReused(
            "This Idempotency-Key came with another request before; a new request needs a new one.",
            errors=[InputError("was sent with another request within the last day", parameter="Idempotency-Key")],
        )
    return Answer(row["status"], row["headers"], bytes(row["body"]))


# What is older than a day is as good as forgotten, also while nobody has come to delete it.
_KEPT: LiteralString = """
    select request, status, headers, body
    from idempotent_answers
    where key_id = %(key_id)s and idempotency_key = %(idempotency_key)s and created_at >= now() - interval '1 day'"""

_KEEP: LiteralString = """
    insert into idempotent_answers (key_id, idempotency_key, request, status, headers, body, article_id)
    values (%(key_id)s, %(idempotency_key)s, %(request)s, %(status)s, %(headers)s::json, %(body)s, %(article)s)
    on conflict (key_id, idempotency_key) do update
    set request = excluded.request, status = excluded.status, headers = excluded.headers, body = excluded.body,
        article_id = excluded.article_id, created_at = excluded.created_at"""

# Several servers do this at the same time, each for other rows.
_FORGET: LiteralString = """
    delete from idempotent_answers
    where (key_id, idempotency_key) in (
        select key_id, idempotency_key from idempotent_answers
        where created_at < now() - interval '1 day'
        order by created_at
        limit %(most)s
        for update skip locked
    )
    returning key_id"""
