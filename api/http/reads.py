"""Reads that clients and shared caches may store: entity tags from the archive's state, 304, and cached responses."""

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from typing import TypeVar

import orjson
from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.http import parse_set_header

from api.context import app, database, g, request, settings
from api.http.authentication import outlets_with_embargoes
from api.http.cache import Cache, Entry, Key, Reader
from api.http.responses import absolute_url
from api.http.validators import client_has, last_modified, matching_tag, names_tag, opaque
from api.observability import metrics
from api.observability.timing import stage
from api.postgres.connection import Connection
from api.queries import changes
from api.queries.changes import State

T = TypeVar("T")

VERSION = version("dateline")
# Static content changes only with the code, and so with a restart.
STARTED = datetime.now(UTC)
# The request headers that the key of a cached response covers. A response that varies by others is not cached.
CACHE_KEY_HEADERS = frozenset({"accept", "accept-encoding", "authorization"})
# Headers that are set again for each response.
NOT_CACHED = frozenset({"content-length", "last-modified"})


def read(
    query: Callable[[Connection], T],
    render: Callable[[T], Response],
    own_tag: Callable[[T], str | None] = lambda _: None,
    *,
    one_snapshot: bool = False,
    variant: str = "",
) -> Response:
    """Return the rendered result of ``query`` with the archive's state as ETag; 304 if the client has that state.

    The query is run unless If-None-Match names that ETag: only then it is known that there is something to read.
    With ``own_tag``, the ETag is strong and begins with the entity's own tag, which If-Match can name.
    ``one_snapshot`` runs all statements of ``query`` on one snapshot. ``variant`` is another format than JSON.
    """
    state, result = trusted_state(), None
    if state is None:
        with stage("sql"):
            state, result = database().read(
                lambda connection: _read_with_state(connection, query, one_snapshot, variant)
            )
    elif not names_tag(entity_tag(state, variant)):
        # The rows are of the trusted state or a later one.
        with stage("sql"):
            result = (database().read(lambda connection: _read(connection, query, one_snapshot)),)
    etag = entity_tag(state, variant)
    if result is None:
        return with_validators(Response(status=304), matching_tag(etag) or etag, state.changed_at)
    with stage("render"):
        response = render(result[0])
    if prefix := own_tag(result[0]):
        etag = f'"{prefix}-{opaque(etag)}"'
    return with_validators(response, etag, state.changed_at)


def read_uncached(query: Callable[[Connection], T], render: Callable[[T], Response]) -> Response:
    """Return the rendered result of ``query`` with ``no-store``: it may change while the archive's state does not."""
    with stage("sql"):
        result = database().read(query)
    with stage("render"):
        response = render(result)
    response.headers["Cache-Control"] = "no-store"
    return response


def read_by_content(
    query: Callable[[Connection], T], render: Callable[[T], Response], content: Callable[[T], object]
) -> Response:
    """Return the rendered result of ``query``, read in one snapshot, with a digest of its ``content`` as weak ETag.

    The result may change while the archive's state does not, so the server does not cache it.
    """
    with stage("sql"):
        result = database().read(lambda connection: _read(connection, query, one_snapshot=True))
    with stage("render"):
        response = render(result)
    return with_own_validators(response, f'W/"{digest(content(result))}"')


def with_own_validators(response: Response, etag: str) -> Response:
    """The response with an ETag that does not follow from the archive's state; the server does not cache it."""
    g().pop("cache_as", None)
    return with_validators(response, etag, None)


def digest(content: object) -> str:
    """A digest of something that can be written as JSON."""
    return hashlib.blake2b(orjson.dumps(content, default=str), digest_size=12).hexdigest()


def static_response(body: bytes, mimetype: str) -> Response:
    """A response that is the same until the server is restarted; 304 if the client has it."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    return with_validators(Response(body, mimetype=mimetype), etag, STARTED)


def with_validators(response: Response, etag: str, changed_at: datetime | None) -> Response:
    """The response with ETag, Last-Modified and Cache-Control, or a 304 if the client has it.

    Conditions do not apply to redirects and errors (RFC 9110, section 13.2.1), so these get no validators.
    """
    if response.status_code not in (200, 304):
        return with_cache_control(response)
    if response.status_code == 200 and client_has(etag, changed_at):
        vary = response.headers.get("Vary")
        response = Response(status=304, headers={"Vary": vary} if vary else None)
    response.headers["ETag"] = etag
    if changed_at:
        response.headers["Last-Modified"] = last_modified(changed_at)
        g().changed_at = changed_at
    return with_cache_control(response)


def with_cache_control(response: Response) -> Response:
    """The response with Cache-Control: shared caches may reuse a public one for seconds, clients must revalidate."""
    public = settings().public_reads and g().get("key") is None
    headers = response.headers
    headers["Cache-Control"] = "public, max-age=0, s-maxage=5" if public else "private, max-age=0"
    vary = headers.get("Vary")
    headers["Vary"] = f"{vary}, Authorization" if vary else "Authorization"
    return response


def entity_tag(state: State, variant: str = "") -> str:
    """A weak entity tag of the URL, the format, the state of the archive, and what the request's key may see."""
    environ = request().environ
    url = absolute_url(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
    stamp = f"{VERSION} {state.archive} {state.position} {state.beside} {url} {outlets_with_embargoes()}{variant}"
    return f'W/"{hashlib.blake2b(stamp.encode(), digest_size=12).hexdigest()}"'


def _read(connection: Connection, query: Callable[[Connection], T], one_snapshot: bool) -> T:
    with database().snapshot(connection) if one_snapshot else nullcontext():
        return query(connection)


def _read_with_state(
    connection: Connection, query: Callable[[Connection], T], one_snapshot: bool, variant: str
) -> tuple[State, tuple[T] | None]:
    with database().snapshot(connection) if one_snapshot else nullcontext():
        state = observe_state(connection)
        return state, None if names_tag(entity_tag(state, variant)) else (query(connection),)


def cached_response() -> Response | None:
    """The cached response to this request, whose key has been checked, if it is current.

    A request with Dateline-Position needs at least that position, so it is never served from the cache.
    """
    cache = _cache()
    environ = request().environ
    if not cache.capacity or environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_DATELINE_POSITION" in environ:
        return None
    key = _cache_key()
    entry = cache.get(key)
    # What this request reads from the database is of this state or a later one.
    state = (cache.trusted_state(_reader()) if entry else cache.last_state(_reader())) or current_state()
    if entry is None or entry.state != state:
        g().cache_as = (key, state)
        metrics.count_lookup("miss" if entry is None else "stale")
        return None
    metrics.count_lookup("hit")
    with stage("cache"):
        return _from_entry(entry)


def store(response: Response) -> Response:
    """Cache a response that depends on the request and the archive's state alone."""
    cache_as = g().pop("cache_as", None)
    if cache_as is None or response.status_code != 200 or response.is_streamed:
        return response
    headers = {name.lower(): value for name, value in response.headers}
    if (
        "etag" not in headers
        or "no-store" in headers.get("cache-control", "")
        or not _varies_by_cache_key(headers.get("vary", ""))
    ):
        return response
    key, state = cache_as
    etag, suffix = headers["etag"], f':{headers.get("content-encoding")}"'
    cached = tuple((name, value) for name, value in response.headers if name.lower() not in NOT_CACHED)
    etag = f'{etag.removesuffix(suffix)}"' if etag.endswith(suffix) else etag
    cache = _cache()
    cache.put(key, Entry(state, response.get_data(), cached, etag, g().get("changed_at")))
    metrics.set_cache_bytes(cache.size)
    return response


def trusted_state() -> State | None:
    """The last state of the archive, or None if this request is to read it, as it always is without a cache."""
    cache = _cache()
    return cache.trusted_state(_reader()) if cache.capacity else None


def current_state() -> State:
    """The state of the archive as the request's key sees it, read now."""
    return database().read(observe_state)


def observe_state(connection: Connection) -> State:
    """The state of the archive, read now. Later statements of this connection read that state or a later one."""
    cache, reader = _cache(), _reader()
    read_at = cache.now()
    return cache.observe(reader, changes.state(connection, reader), read_at)


def state_after_write() -> State:
    """The state of the archive after a write of this process, which no reader is to miss."""
    _cache().forget_states()
    return current_state()


def _reader() -> Reader:
    outlets = outlets_with_embargoes()
    return None if outlets is None else tuple(outlets)


def _cache_key() -> Key:
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


def _from_entry(entry: Entry) -> Response:
    if client_has(entry.etag, entry.changed_at):
        response = Response(status=304, headers=Headers(entry.not_modified_headers))
        del response.headers["Content-Type"]
        response.headers["ETag"] = entry.etag
    else:
        response = Response(entry.body, headers=Headers(entry.headers))
    if entry.changed_at:
        response.headers["Last-Modified"] = last_modified(entry.changed_at)
    return response


@lru_cache(100)
def _varies_by_cache_key(vary: str) -> bool:
    return CACHE_KEY_HEADERS.issuperset(name.lower() for name in parse_set_header(vary))


def _cache() -> Cache:
    return app().extensions["dateline.cache"]
