"""Requests that wait for something to happen: how many may, and until when."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


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
