"""How many requests are processed at once, and how many more wait for their bodies or for a change."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from api.errors import Unavailable

# The number of bodies that are received at once.
BODIES = 64
LOOK_SECONDS = 0.05

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def threads(active: int) -> int:
    """The threads that a worker process needs to process ``active`` requests at once while others wait."""
    return active + BODIES + polls(active)


def writers(active: int) -> int:
    """How many chunks of batches are stored at once, while the next ones are received."""
    return max(2, active // 2)


def connections(active: int) -> int:
    """The database connections that a worker process needs."""
    return active + writers(active)


def polls(active: int) -> int:
    """How many requests may wait for a change at once."""
    return active // 2


class Gate:
    """WSGI middleware that processes at most ``active`` requests at once, not counting those that wait for a client.

    It is first come, first served, unlike threading.Semaphore: there, a thread that has just left may enter again
    before a waiting one wakes up. With 64 clients, the slowest hundredth of requests took three times as long.
    """

    def __init__(self, app: WsgiApp, active: int) -> None:
        self._app = app
        self._senders: Counter[str] = Counter()
        self._changes = threading.Lock()
        self._free = self._all = active
        self._queue: deque[threading.Lock] = deque()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = Body(environ["wsgi.input"], self, environ.get("HTTP_AUTHORIZATION", ""))
        self._enter()
        try:
            return self._app(environ, start_response)
        finally:
            self._leave()

    def wait_until_idle(self, seconds: float) -> None:
        """Wait until no request is processed, for at most ``seconds``."""
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
        """Let another request be processed until the block ends, then wait for a turn."""
        self._leave()
        try:
            yield
        finally:
            self._enter()

    @contextmanager
    def body(self, sender: str) -> Iterator[None]:
        """Receive a part of a body. Raises Unavailable if this sender already uses as many places as are free.

        So one sender can use half of them at most, and some are always free for others.
        """
        with self._changes:
            if self._senders[sender] >= BODIES - self._senders.total():
                raise Unavailable("Too many request bodies with this key arrive slowly. Retry later.", retry_after=5)
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
    """A request's body while it is received (``wsgi.input``)."""

    def __init__(self, stream: IO[bytes], gate: Gate, sender: str) -> None:
        self._stream = stream
        self._gate = gate
        self._sender = sender

    def read(self, size: int = -1) -> bytes:
        """Return ``size`` bytes, or fewer at the end."""
        with self._gate.body(self._sender):
            return self._stream.read(size)


class Waiting:
    """Places for requests that wait. Once the server stops, none waits any longer."""

    def __init__(self, places: int) -> None:
        self._places = threading.Semaphore(places)
        self._stopped = threading.Event()

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Whether there was a free place, which is then reserved until the block ends."""
        has_place = self._places.acquire(blocking=False)
        try:
            yield has_place
        finally:
            if has_place:
                self._places.release()

    def sleep(self, seconds: float) -> bool:
        """Wait. Return whether to go on waiting."""
        return not self._stopped.wait(seconds)

    def stop(self) -> None:
        """End all waiting."""
        self._stopped.set()
