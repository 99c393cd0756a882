"""Reads that browsers and CDNs may keep: an entity tag from the archive's state, 304 before the question is asked."""

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TypeVar

from flask import Response

from api import cached
from api.admission import seen_alone
from api.conditional import client_has, conditional, last_modified, opaque, presented
from api.context import g, request
from api.current import database, settings
from api.database import Connection
from api.queries.changes import State
from api.timing import stage
from api.web import absolute

T = TypeVar("T")

VERSION = version("dateline")
# Other code may answer otherwise, and other code means another start.
STARTED = datetime.now(UTC)


def read(
    work: Callable[[Connection], T],
    show: Callable[[T], Response],
    own: Callable[[T], str | None] = lambda _: None,
    *,
    at_one_moment: bool = False,
) -> Response:
    """Show what ``work`` reads, tagged with the archive's state; 304 without ``work`` when the client has that.

    ``own`` is what tells one state of the entity itself from another. It goes before that of the archive in a strong
    tag, which If-Match can name. ``at_one_moment`` is for work whose first statement decides what the next may show.
    """
    state, held = cached.trusted(), None
    if state is None:
        with stage("sql"):
            state, held = database().read(lambda connection: _read_with_state(connection, work, at_one_moment))
    elif not _held(state):
        # What is read from here on is of this state or of a later one.
        with stage("sql"):
            held = (database().read(lambda connection: _read(connection, work, at_one_moment)),)
    if held is None:
        response = Response(status=304)
        etag = presented(tag(state)) or tag(state)
    else:
        with stage("render"):
            response = show(held[0])
        prefix = own(held[0])
        etag = f'"{prefix}-{opaque(tag(state))}"' if prefix else tag(state)
    return tagged(response, etag, state.changed_at)


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
    return tagged(response, etag, STARTED)


def tagged(response: Response, etag: str, changed_at: datetime | None) -> Response:
    """The answer with what a client needs to ask later whether it has changed."""
    response.headers["ETag"] = etag
    if changed_at:
        response.headers["Last-Modified"] = last_modified(changed_at)
        g().changed_at = changed_at
    return cacheable(response)


def cacheable(response: Response) -> Response:
    """Let shared caches keep an answer that everyone would get, for a moment, and the client's own ask again."""
    everyone = settings().public_reads and g().get("key") is None
    headers = response.headers
    headers["Cache-Control"] = "public, max-age=0, s-maxage=5" if everyone else "private, max-age=0"
    others = headers.get("Vary")
    headers["Vary"] = f"{others}, Authorization" if others else "Authorization"
    return response


def tag(state: State) -> str:
    """A weak entity tag: the same address at the same state of the archive has the same answer for the same key."""
    environ = request().environ
    address = absolute(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
    stamp = f"{VERSION} {state.archive} {state.position} {state.beside} {address} {seen_alone()}"
    return f'W/"{hashlib.blake2b(stamp.encode(), digest_size=12).hexdigest()}"'


def _held(state: State) -> bool:
    return conditional() and client_has(tag(state), state.changed_at)


def _read(connection: Connection, work: Callable[[Connection], T], at_one_moment: bool) -> T:
    with database().moment(connection) if at_one_moment else nullcontext():
        return work(connection)


def _read_with_state(
    connection: Connection, work: Callable[[Connection], T], at_one_moment: bool
) -> tuple[State, tuple[T] | None]:
    with database().moment(connection) if at_one_moment else nullcontext():
        state = cached.learned(connection)
        return state, None if _held(state) else (work(connection),)
