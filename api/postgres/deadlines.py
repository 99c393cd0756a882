"""What connections do for too long is cancelled, as Postgres cancels a single statement that takes too long.

A server that does not even react to that, because its machine is gone or hangs, is hung up on.
"""

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.errors import QueryCanceled

LOOK_SECONDS = 0.1
# For the cancellation itself, which is a connection of its own.
CANCEL_SECONDS = 1
# For the server to heed it.
HEED_SECONDS = 3


_WATCHED: "set[Deadline]" = set()
_STARTED = threading.Lock()


class Deadline:
    """Statements that may take so long together: QueryCanceled from the one that is running when they have."""

    def __init__(self, connection: psycopg.Connection[Any], seconds: float) -> None:
        if _STARTED.acquire(blocking=False):
            threading.Thread(target=_watch, name="deadlines", daemon=True).start()
        self.connection = connection
        self.until = time.monotonic() + seconds
        self.lock = threading.Lock()
        self.ended = self.hung_up = False

    def __enter__(self) -> None:
        _WATCHED.add(self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        _WATCHED.discard(self)
        # Whoever has the connection next is not to be cancelled for it.
        with self.lock:
            self.ended = True
        if self.hung_up and kind and issubclass(kind, psycopg.OperationalError):
            raise QueryCanceled("the server heeded no cancellation") from None


def _watch() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        now = time.monotonic()
        # Others come and go meanwhile.
        for watched in _WATCHED.copy():
            if watched.until <= now:
                _cancel(watched)


def _cancel(watched: Deadline) -> None:
    # What fails is tried again at the next look.
    with watched.lock, suppress(psycopg.Error, OSError):
        if watched.ended:
            return
        if time.monotonic() < watched.until + HEED_SECONDS:
            watched.connection.cancel_safe(timeout=CANCEL_SECONDS)
        else:
            watched.hung_up = True
            with socket.socket(fileno=os.dup(watched.connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
