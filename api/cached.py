"""Reads answered from the memory of this process: what a kept answer was made for, and when it still holds."""

from collections.abc import Iterable
from functools import lru_cache

from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.http import parse_set_header

from api import metrics
from api.cache import Cache, Kept, Key
from api.conditional import client_has, last_modified
from api.context import app, g, request
from api.current import database
from api.database import Connection
from api.queries import changes
from api.queries.changes import State
from api.timing import stage

# What a request is known by beside its address and what its key may see. An answer that varies by more is not kept.
VARIES = frozenset({"accept", "accept-encoding", "authorization"})
# What is made for each sending: hooks and the server add it.
NOT_KEPT = frozenset({"content-length", "last-modified"})


def answer() -> Response | None:
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
    g().keep = (key, (cache.trusted() if kept else cache.seen) or state())
    if kept is None:
        metrics.looked_up("miss")
        return None
    if kept.state != g().keep[1]:
        metrics.looked_up("stale")
        return None
    del g().keep
    metrics.looked_up("hit")
    with stage("cache"):
        return _again(kept)


def keep(response: Response) -> Response:
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
    metrics.kept(cache.size)
    return response


def trusted() -> State | None:
    """The state of the archive, unless this request is to ask for it, or nothing is kept here."""
    cache = _cache()
    return cache.trusted() if cache.capacity else None


def state() -> State:
    """The state of the archive, asked for now."""
    return database().read(learned)


def learned(connection: Connection) -> State:
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
        response = Response(kept.body, headers=_sent_before(kept.headers))
    if kept.changed_at:
        response.headers["Last-Modified"] = last_modified(kept.changed_at)
    return response


def _sent_before(pairs: Iterable[tuple[str, str]]) -> Headers:
    """These as headers; werkzeug would look each through again for what no header may have."""
    headers = Headers()
    headers._list.extend(pairs)
    return headers


@lru_cache(100)
def _varies_by_what_is_known(vary: str) -> bool:
    return VARIES.issuperset(name.lower() for name in parse_set_header(vary))


def _cache() -> Cache:
    return app().extensions["dateline.cache"]
