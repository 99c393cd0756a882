"""Reads that browsers and CDNs may keep: an entity tag from the archive's state, 304 before the question is asked."""

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from typing import TypeVar

from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.http import parse_set_header

from api.context import app, database, g, request, settings
from api.http.authentication import seen_alone
from api.http.cache import Cache, Kept, Key
from api.http.responses import absolute_url
from api.http.validators import client_has, conditional, last_modified, opaque, presented
from api.observability import metrics
from api.observability.timing import stage
from api.postgres.connection import Connection
from api.queries import changes
from api.queries.changes import State

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
    state, held = trusted_state(), None
    if state is None:
        with stage("sql"):
            state, held = database().read(lambda connection: _read_with_state(connection, work, at_one_moment))
    elif not _held(state):
        # What is read from here on is of this state or of a later one.
        with stage("sql"):
            held = (database().read(lambda connection: _read(connection, work, at_one_moment)),)
    if held is None:
        response = Response(status=304)
        etag = presented(entity_tag(state)) or entity_tag(state)
    else:
        with stage("render"):
            response = show(held[0])
        prefix = own(held[0])
        etag = f'"{prefix}-{opaque(entity_tag(state))}"' if prefix else entity_tag(state)
    return with_validators(response, etag, state.changed_at)


def read_uncached(work: Callable[[Connection], T], show: Callable[[T], Response]) -> Response:
    """Show what ``work`` reads and nobody may keep, such as what changes without a change of the archive."""
    with stage("sql"):
        found = database().read(work)
    with stage("render"):
        response = show(found)
    response.headers["Cache-Control"] = "no-store"
    return response


def static_response(body: bytes, mimetype: str) -> Response:
    """An answer that stays the same as long as this server runs; 304 when the client has it."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    response = Response(status=304) if client_has(etag, STARTED) else Response(body, mimetype=mimetype)
    return with_validators(response, etag, STARTED)


def with_validators(response: Response, etag: str, changed_at: datetime | None) -> Response:
    """The answer with what a client needs to ask later whether it has changed."""
    response.headers["ETag"] = etag
    if changed_at:
        response.headers["Last-Modified"] = last_modified(changed_at)
        g().changed_at = changed_at
    return with_cache_control(response)


def with_cache_control(response: Response) -> Response:
    """Let shared caches keep an answer that everyone would get, for a moment, and the client's own ask again."""
    everyone = settings().public_reads and g().get("key") is None
    headers = response.headers
    headers["Cache-Control"] = "public, max-age=0, s-maxage=5" if everyone else "private, max-age=0"
    others = headers.get("Vary")
    headers["Vary"] = f"{others}, Authorization" if others else "Authorization"
    return response


def entity_tag(state: State) -> str:
    """A weak entity tag: the same address at the same state of the archive has the same answer for the same key."""
    environ = request().environ
    address = absolute_url(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
    stamp = f"{VERSION} {state.archive} {state.position} {state.beside} {address} {seen_alone()}"
    return f'W/"{hashlib.blake2b(stamp.encode(), digest_size=12).hexdigest()}"'


def _held(state: State) -> bool:
    return conditional() and client_has(entity_tag(state), state.changed_at)


def _read(connection: Connection, work: Callable[[Connection], T], at_one_moment: bool) -> T:
    with database().snapshot(connection) if at_one_moment else nullcontext():
        return work(connection)


def _read_with_state(
    connection: Connection, work: Callable[[Connection], T], at_one_moment: bool
) -> tuple[State, tuple[T] | None]:
    with database().snapshot(connection) if at_one_moment else nullcontext():
        state = observe_state(connection)
        return state, None if _held(state) else (work(connection),)


# What a request is known by beside its address and what its key may see. An answer that varies by more is not kept.
VARIES = frozenset({"accept", "accept-encoding", "authorization"})


# What is made for each sending: hooks and the server add it.
NOT_KEPT = frozenset({"content-length", "last-modified"})


def from_cache() -> Response | None:
    """The kept answer to this request, which its key was checked for; None when the archive has to be asked.

    Who sends a Dateline-Position wants to see at least that, so the archive is asked.
    """
    cache = _cache()
    environ = request().environ
    if not cache.capacity or environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_DATELINE_POSITION" in environ:
        return None
    key = _key()
    kept = cache.get(key)
    # What is read from here on is of this state or of a later one.
    g().keep = (key, (cache.trusted() if kept else cache.seen) or current_state())
    if kept is None:
        metrics.count_lookup("miss")
        return None
    if kept.state != g().keep[1]:
        metrics.count_lookup("stale")
        return None
    del g().keep
    metrics.count_lookup("hit")
    with stage("cache"):
        return _again(kept)


def store(response: Response) -> Response:
    """Keep an answer for those who ask the same, if it follows from the request and the archive's state alone."""
    asked = g().pop("keep", None)
    if asked is None or response.status_code != 200 or response.is_streamed:
        return response
    told = {name.lower(): value for name, value in response.headers}
    if (
        "etag" not in told
        or "no-store" in told.get("cache-control", "")
        or not _varies_by_what_is_known(told.get("vary", ""))
    ):
        return response
    key, state = asked
    etag, mark = told["etag"], f':{told.get("content-encoding")}"'
    headers = tuple((name, value) for name, value in response.headers if name.lower() not in NOT_KEPT)
    etag = f'{etag.removesuffix(mark)}"' if etag.endswith(mark) else etag
    cache = _cache()
    cache.keep(key, Kept(state, response.get_data(), headers, etag, g().get("changed_at")))
    metrics.set_cache_bytes(cache.size)
    return response


def trusted_state() -> State | None:
    """The state of the archive, unless this request is to ask for it, or nothing is kept here."""
    cache = _cache()
    return cache.trusted() if cache.capacity else None


def current_state() -> State:
    """The state of the archive, asked for now."""
    return database().read(observe_state)


def observe_state(connection: Connection) -> State:
    """The state of the archive, asked for now; what is read on this connection after it is of that or a later one."""
    cache = _cache()
    asked_at = cache.now()
    return cache.learn(changes.state(connection), asked_at)


def _key() -> Key:
    key = g().key
    environ = request().environ
    return (
        environ["REQUEST_METHOD"],
        g().base_url,
        environ["PATH_INFO"],
        environ["QUERY_STRING"],
        environ.get("HTTP_ACCEPT"),
        environ.get("HTTP_ACCEPT_ENCODING"),
        key and f"{sorted(key.scopes)} {sorted(key.outlets)}",
    )


def _again(kept: Kept) -> Response:
    if client_has(kept.etag, kept.changed_at):
        response = Response(status=304, headers=Headers(kept.bare))
        del response.headers["Content-Type"]
        response.headers["ETag"] = kept.etag
    else:
        response = Response(kept.body, headers=Headers(kept.headers))
    if kept.changed_at:
        response.headers["Last-Modified"] = last_modified(kept.changed_at)
    return response


@lru_cache(100)
def _varies_by_what_is_known(vary: str) -> bool:
    return VARIES.issuperset(name.lower() for name in parse_set_header(vary))


def _cache() -> Cache:
    return app().extensions["dateline.cache"]
