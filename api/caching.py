"""Reads that browsers and CDNs may keep: an entity tag from the archive's state, 304 before the question is asked."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TypeVar

from flask import Response, g, request
from werkzeug.http import http_date

from api.current import database, settings
from api.database import Connection
from api.queries import changes
from api.queries.changes import State
from api.timing import stage
from api.web import absolute, seen_alone

T = TypeVar("T")

VERSION = version("dateline")
# Other code may answer otherwise, and other code means another start.
STARTED = datetime.now(UTC)


def read(
    work: Callable[[Connection], T], show: Callable[[T], Response], own: Callable[[T], str | None] = lambda _: None
) -> Response:
    """Show what ``work`` reads, tagged with the archive's state; 304 without ``work`` when the client has that.

    ``own`` is what tells one state of the entity itself from another. It goes before that of the archive in a strong
    tag, which If-Match can name.
    """
    with stage("sql"):
        state, held = database().read(lambda connection: _read(connection, work))
    if held is None:
        response = Response(status=304)
        etag = _presented(tag(state)) or tag(state)
    else:
        with stage("render"):
            response = show(held[0])
        prefix = own(held[0])
        etag = f'"{prefix}-{_opaque(tag(state))}"' if prefix else tag(state)
    response.headers["ETag"] = etag
    if state.changed_at:
        response.headers["Last-Modified"] = last_modified(state.changed_at)
    return cacheable(response)


def unkept(work: Callable[[Connection], T], show: Callable[[T], Response]) -> Response:
    """Show what ``work`` reads and nobody may keep, such as what changes without a change of the archive."""
    with stage("sql"):
        found = database().read(work)
    with stage("render"):
        response = show(found)
    response.headers["Cache-Control"] = "no-store"
    return response


def unchanging(body: bytes, mimetype: str) -> Response:
    """An answer that stays the same as long as this server runs; 304 when the client has it."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    response = Response(status=304) if client_has(etag, STARTED) else Response(body, mimetype=mimetype)
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(STARTED)
    return cacheable(response)


def cacheable(response: Response) -> Response:
    """Let shared caches keep an answer that everyone would get, for a moment, and the client's own ask again."""
    everyone = settings().public_reads and g.get("key") is None
    response.headers["Cache-Control"] = "public, max-age=0, s-maxage=5" if everyone else "private, max-age=0"
    response.vary.add("Authorization")
    return response


def last_modified(changed_at: datetime) -> str:
    """The header's value; within the second of a change another may come, so that one counts as unsettled."""
    settled = min(changed_at, datetime.now(UTC) - timedelta(seconds=1))
    return http_date(settled)


def tag(state: State) -> str:
    """A weak entity tag: the same address at the same state of the archive has the same answer for the same key."""
    stamp = f"{VERSION} {state.archive} {state.position} {state.beside} {absolute(request.full_path)} {seen_alone()}"
    return f'W/"{hashlib.sha256(stamp.encode()).hexdigest()[:24]}"'


def _read(connection: Connection, work: Callable[[Connection], T]) -> tuple[State, tuple[T] | None]:
    with connection.pipeline():
        asked = changes.asked(connection)
        if _conditional():
            state = changes.answered(asked)
            if client_has(tag(state), state.changed_at):
                return state, None
            return state, (work(connection),)
        held = work(connection)
        return changes.answered(asked), (held,)


def _conditional() -> bool:
    return bool(request.if_none_match or request.if_modified_since)


def client_has(etag: str, changed_at: datetime | None) -> bool:
    """Whether the request shows that the client holds this entity; If-None-Match decides when it is sent."""
    if request.if_none_match:
        if _presented(etag):
            return True
        opaque = _opaque(etag)
        # Compression marks a strong tag with its algorithm; it is the same article.
        return any(request.if_none_match.contains_weak(f"{opaque}{mark}") for mark in ("", ":zstd", ":br", ":gzip"))
    since = request.if_modified_since
    return bool(since and changed_at and changed_at < since + timedelta(seconds=1))


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')


def _presented(etag: str) -> str | None:
    """The tag in If-None-Match that is this one with the entity's own before it."""
    presented = (known.partition(":")[0] for known in request.if_none_match.as_set(include_weak=True))
    return next((f'"{known}"' for known in presented if known.endswith(f"-{_opaque(etag)}")), None)
