"""The app of a worker process as granian runs it: an event loop waits for clients, and threads process requests."""

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from api.errors import InternalError, Problem
from api.http.authentication import REVOKED
from api.http.concurrency import Gate
from api.http.hooks import REFUSAL
from api.http.spool import Spool
from api.server.environ import environ_of
from api.server.pace import Pace
from api.server.request_body import DRAINED_SECONDS, REVOKED_SECONDS, Receive, RequestBody

Send = Callable[[dict[str, Any]], Awaitable[None]]
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

LARGE = 128 * 1024
"""Responses of more bytes are sent in parts, from a spool, so that clients that read slowly keep no memory."""

log = logging.getLogger("dateline")


@dataclass(frozen=True)
class Response:
    """What the app returned for one request."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | Spool
    is_revoked: bool
    """Whether the key of the request was revoked while it was open."""


class Application:
    """An ASGI application that processes each request with a WSGI app in a thread.

    The thread waits neither for the client to read the response nor, unless the app reads it, for the body.
    """

    def __init__(self, app: WsgiApp, gate: Gate, gates: Mapping[str, Gate]) -> None:
        """``gates`` has the paths whose requests pass a gate of their own, beside all others."""
        self._app = app
        self._gate = gate
        self._gates = gates

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        environ = environ_of(scope, io.BytesIO())
        gate = self._gates.get(environ["PATH_INFO"], self._gate)
        body = None
        if environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
            # Of the same key, however its scheme is spelled.
            sender = environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2].strip()
            environ["wsgi.input"] = body = RequestBody(receive, gate, sender)
        expects_continue = "HTTP_EXPECT" in environ
        loop = asyncio.get_running_loop()
        processed: asyncio.Future[Response | None] = loop.create_future()
        has_begun = gate.run(partial(self._process, environ, loop, processed))
        watch = None if has_begun else loop.create_task(_give_up(processed, body, receive))
        try:
            response = await processed
        finally:
            if watch:
                watch.cancel()
        if response is None:
            return
        if body and (body.has_begun or not expects_continue):  # otherwise the client has not sent it
            await body.drain(REVOKED_SECONDS if response.is_revoked else DRAINED_SECONDS)
        await _send(response, send)

    def _process(
        self, environ: dict[str, Any], loop: asyncio.AbstractEventLoop, processed: asyncio.Future[Response | None]
    ) -> None:
        response = None
        try:
            if not processed.done():
                response = _response_or_problem(self._app, environ)
        finally:  # without an end, the client would wait forever
            environ.clear()  # werkzeug's request is in it and refers to it: only the collector would free a large body
            with suppress(RuntimeError):  # the loop has ended, as this process does
                loop.call_soon_threadsafe(_settle, processed, response)


async def _give_up(processed: asyncio.Future[Response | None], body: RequestBody | None, receive: Receive) -> None:
    """Give up a request that waits for its turn once its client has gone."""
    if await (body.wait_until_gone() if body else _gone(receive)):
        _settle(processed, None)


async def _gone(receive: Receive) -> bool:
    while (await receive())["type"] != "http.disconnect":
        pass
    return True


def _settle(processed: asyncio.Future[Response | None], response: Response | None) -> None:
    if not processed.done():
        processed.set_result(response)


def _response_or_problem(app: WsgiApp, environ: dict[str, Any]) -> Response:
    try:
        return _response(app, environ)
    except Problem as problem:
        return _response(app, {**environ, REFUSAL: problem})
    except Exception:
        log.exception("a response failed")
        problem = InternalError("An unexpected error occurred while the response was made.")
        return _response(app, {**environ, REFUSAL: problem})


def _response(app: WsgiApp, environ: dict[str, Any]) -> Response:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        started.append((status, headers))

    parts = app(environ, start_response)
    try:
        body = _body(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()
    status, headers = started[-1]
    if isinstance(body, Spool) and not any(name.lower() == "content-length" for name, _ in headers):
        # Without it, a response that is cut off would look complete.
        headers.append(("Content-Length", str(body.size)))
    return Response(
        int(status[:3]),
        [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        body,
        REVOKED in environ,
    )


def _body(parts: Iterable[bytes]) -> bytes | Spool:
    """All parts together, in a spool if they are large."""
    found: list[bytes] = []
    size = 0
    iterator = iter(parts)
    for part in iterator:
        found.append(part)
        size += len(part)
        if size > LARGE:
            break
    else:
        return b"".join(found)
    spool = Spool()
    spool.write(found)
    del found, part
    spool.write(iterator)
    return spool


async def _send(response: Response, send: Send) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
    if isinstance(response.body, Spool):
        with response.body:
            await _send_parts(response.body, send)
    else:
        await send({"type": "http.response.body", "body": response.body})


async def _send_parts(body: Spool, send: Send) -> None:
    """Send a large body. If the client reads it too slowly, its connection is closed before the end."""
    pace = Pace()
    for part in body.parts():
        try:
            async with pace.limit():
                await send({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            log.warning("a client reads its response too slowly; its connection is closed")
            return
        pace.add(len(part))
    await send({"type": "http.response.body", "body": b""})
