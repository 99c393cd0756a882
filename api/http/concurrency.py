"""How many requests are worked on at once, and how many more are only waited for: for their bodies, or for a change."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from api.errors import Unavailable

# So many bodies are waited for at once.
BODIES = 64
LOOK_SECONDS = 0.05

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def threads(worked_on: int) -> int:
    """The threads that a server process needs to work on so many requests at once while it waits for others."""
    return worked_on + BODIES + polls(worked_on)


def writers(worked_on: int) -> int:
    """How many chunks of batches are stored at once, while their next ones are waited for."""
    return max(2, worked_on // 2)


def connections(worked_on: int) -> int:
    """The connections that a server process needs for all of them."""
    return worked_on + writers(worked_on)


def polls(worked_on: int) -> int:
    """How many requests may wait for a change at once."""
    return worked_on // 2


class Gate:
    """WSGI middleware that lets in so many requests at once, and another one while one of them waits for its client.

    First come, first served, which threading.Semaphore is not: a thread that has just left may be back before another
    one wakes up (measured with 64 clients: the slowest hundredth took three times as long).
    """

    def __init__(self, app: WsgiApp, worked_on: int) -> None:
        self._app = app
        self._senders: Counter[str] = Counter()
        self._changes = threading.Lock()
        self._free = self._all = worked_on
        self._queue: deque[threading.Lock] = deque()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = Body(environ["wsgi.input"], self, environ.get("HTTP_AUTHORIZATION", ""))
        self._enter()
        try:
            return self._app(environ, start_response)
        finally:
            self._leave()

    def empty(self, seconds: float) -> None:
        """Wait until nobody is worked on, for so long at most."""
        deadline = time.monotonic() + seconds
        while self._free < self._all and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def _enter(self) -> None:
        with self._changes:
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def _leave(self) -> None:
        with self._changes:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._free += 1

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Let another request in until the block ends, and be let in again."""
        self._leave()
        try:
            yield
        finally:
            self._enter()

    @contextmanager
    def body(self, sender: str) -> Iterator[None]:
        """Wait for a part of a body; Unavailable when this sender has as many that are waited for as are left to all.

        So one alone may have half of them, and there are always some for another.
        """
        with self._changes:
            if self._senders[sender] >= BODIES - self._senders.total():
                raise Unavailable("Too many bodies are sent slowly with this key at the moment.", retry_after=5)
            self._senders[sender] += 1
        try:
            with self.outside():
                yield
        finally:
            with self._changes:
                self._senders[sender] -= 1
                if not self._senders[sender]:
                    del self._senders[sender]


class Body:
    """A request's body as it arrives (``wsgi.input``)."""

    def __init__(self, stream: IO[bytes], gate: Gate, sender: str) -> None:
        self._stream = stream
        self._gate = gate
        self._sender = sender

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or fewer at the end."""
        with self._gate.body(self._sender):
            return self._stream.read(size)


class Waiting:
    """Places for those who wait; once the server stops, nobody does any longer."""

    def __init__(self, places: int) -> None:
        self._places = threading.Semaphore(places)
        self._stopped = threading.Event()

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Whether there is a place, which is kept until the block ends."""
        has_place = self._places.acquire(blocking=False)
        try:
            yield has_place
        finally:
            if has_place:
                self._places.release()

    def sleep(self, seconds: float) -> bool:
        """Wait so long; whether to go on waiting afterwards."""
        return not self._stopped.wait(seconds)

    def stop(self) -> None:
        """Let everybody go."""
        self._stopped.set()
