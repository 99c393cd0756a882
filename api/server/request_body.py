"""The body of a request: received by the event loop, read by the thread that processes the request."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from api.errors import MalformedRequest, RequestTimeout
from api.http.concurrency import Gate
from api.server.pace import Pace

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

READ_AHEAD = 64 * 1024
"""How much of a body is received while its request waits for its turn."""
DRAINED_BYTES = 64 * 1024 * 1024
"""How much of a body that nobody reads is received: most clients read no response before they have sent it all."""
DRAINED_SECONDS = 5.0
REVOKED_SECONDS = 0.25
"""How long such a body is received if the key of the request was revoked meanwhile: its request is to end."""
IDLE_SECONDS = 0.5
"""After so long without a part of such a body, the client waits for the response."""


def too_slow(received: int) -> RequestTimeout:
    """The problem of a client that sends its body too slowly."""
    return RequestTimeout(f"The body arrived too slowly: {received:,} bytes were received before the time limit.")


class RequestBody:
    """A body (``wsgi.input``). Threads that wait for it leave the gate."""

    def __init__(self, receive: Receive, gate: Gate, sender: str) -> None:
        self._receive = receive
        self._gate = gate
        self._sender = sender
        self._loop = asyncio.get_running_loop()
        self._pace = Pace()
        self._one_at_a_time = asyncio.Lock()
        self._received = bytearray()
        self._total = 0
        self._is_incomplete = False
        self.has_begun = False
        self.has_ended = False

    def read(self, size: int = -1) -> bytes:
        """Return ``size`` bytes, or fewer at the end. Called in threads.

        Raises MalformedRequest if the body is incomplete, RequestTimeout if the client sends it too slowly, and
        Unavailable if too many bodies of this sender arrive slowly.
        """
        if not self._has(size):
            with self._gate.body(self._sender):
                asyncio.run_coroutine_threadsafe(self._fill(size), self._loop).result()
        # The client may also have gone while the request waited for its turn.
        if self._is_incomplete and not 0 <= size <= len(self._received):
            raise MalformedRequest(f"The body is incomplete: it ended after {self._total:,} bytes.")
        return self._taken(size)

    async def wait_until_gone(self) -> bool:
        """Wait until the client has gone, while the first READ_AHEAD bytes are received. Return whether it has."""
        while not self._has(READ_AHEAD):
            await self._more(READ_AHEAD)
        if self.has_ended and not self._is_incomplete:
            return (await self._receive())["type"] == "http.disconnect"
        return self._is_incomplete

    async def drain(self, seconds: float) -> None:
        """Receive the rest and discard it, for so many seconds and as long as it arrives within the other limits."""
        left, deadline = DRAINED_BYTES, self._loop.time() + seconds
        with suppress(TimeoutError):
            while left > 0 and not self.has_ended:
                async with asyncio.timeout_at(min(self._loop.time() + IDLE_SECONDS, deadline)):
                    left -= await self._more(-1)
                self._received.clear()

    def _has(self, size: int) -> bool:
        """Whether no more has to be received to return ``size`` bytes."""
        return self.has_ended or 0 <= size <= len(self._received)

    def _taken(self, size: int) -> bytes:
        end = len(self._received) if size < 0 else size
        taken = bytes(self._received[:end])
        del self._received[:end]
        return taken

    async def _fill(self, size: int) -> None:
        while not self._has(size):
            try:
                async with self._pace.limit():
                    await self._more(size)
            except TimeoutError:
                raise too_slow(self._total) from None

    async def _more(self, size: int) -> int:
        """Receive the next part unless there are ``size`` bytes. Returns how many bytes it has."""
        async with self._one_at_a_time:
            if self._has(size):
                return 0
            self.has_begun = True
            message = await self._receive()
            self._is_incomplete = message["type"] == "http.disconnect"
            self.has_ended = not message.get("more_body", False)
            part = message.get("body", b"")
            self._received += part
            self._total += len(part)
            self._pace.add(len(part))
            return len(part)
