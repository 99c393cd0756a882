"""How many requests are processed at once, and how many more wait for their bodies or for a change."""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from api.errors import Unavailable

# The number of bodies that are received at once.
BODIES = 64
# The number of requests to /livez that are processed at once, however many others wait.
PROBES = 2
LOOK_SECONDS = 0.05

log = logging.getLogger("dateline")


def writers(active: int) -> int:
    """How many chunks of batches are stored at once, while the next ones are received."""
    return max(2, active // 2)


def batches(active: int) -> int:
    """How many batches are processed at once, beside ``active`` other requests."""
    return max(1, active // 4)


def connections(active: int) -> int:
    """The database connections that a worker process needs."""
    return active + writers(active) + batches(active)


def polls(active: int) -> int:
    """How many requests may wait for a change at once."""
    return active // 2


class Gate:
    """Processes at most ``active`` requests at once, not counting those that wait for a client.

    It is first come, first served, unlike threading.Semaphore: there, a thread that has just left may enter again
    before a waiting one wakes up. With 64 clients, the slowest hundredth of requests took three times as long.
    """

    def __init__(self, active: int) -> None:
        self._threads = _Threads()
        self._senders: Counter[str] = Counter()
        self._changes = threading.Lock()
        self._free = self._all = active
        self._queue: deque[Callable[[], object]] = deque()

    def run(self, process: Callable[[], object]) -> bool:
        """Call ``process`` in a thread once it is its turn. Does not wait for it; returns whether it has begun."""

        def in_turn() -> None:
            try:
                process()
            finally:
                self._leave()

        return self._enter(lambda: self._threads.run(in_turn))

    def wait_until_idle(self, seconds: float) -> None:
        """Wait until no request is processed, for at most ``seconds``."""
        deadline = time.monotonic() + seconds
        while self._free < self._all and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Let another request be processed until the block ends, then wait for a turn."""
        self._leave()
        try:
            yield
        finally:
            turn = threading.Lock()
            turn.acquire()
            self._enter(turn.release)
            turn.acquire()

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

    def _enter(self, start: Callable[[], object]) -> bool:
        """Call ``start`` once it is its turn. Returns whether that was at once."""
        with self._changes:
            if not self._free:
                self._queue.append(start)
                return False
            self._free -= 1
        start()
        return True

    def _leave(self) -> None:
        with self._changes:
            if not self._queue:
                self._free += 1
                return
            start = self._queue.popleft()
        start()


class _Threads:
    """As many threads as were ever busy at once. Unlike ThreadPoolExecutor, it makes no futures that nobody reads."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._changes = threading.Lock()
        self._idle = 0

    def run(self, job: Callable[[], object]) -> None:
        """Call ``job`` in a thread that is idle, or in a new one."""
        self._jobs.put(job)
        with self._changes:
            if self._idle:
                self._idle -= 1
                return
        try:
            threading.Thread(target=self._work, name="request", daemon=True).start()
        except RuntimeError:
            log.warning("the system allows no more threads; a request waits for another one to end")

    def _work(self) -> None:
        while True:
            try:
                self._jobs.get()()
            except BaseException:
                log.exception("a request failed")
            with self._changes:
                self._idle += 1


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
