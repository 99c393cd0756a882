"""Deadlines for several statements together; ``statement_timeout`` of Postgres is for one statement only.

When a deadline has passed, the running statement is cancelled. If the server does not react to that, because its
machine is gone or hangs, the connection is closed.
"""

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.errors import QueryCanceled

CHECK_SECONDS = 0.1
# The cancellation uses a connection of its own.
CANCEL_SECONDS = 1
# How long the server has to react to it.
REACT_SECONDS = 3


_watched: "set[Deadline]" = set()
_started = threading.Lock()


class Deadline:
    """A block whose statements may take so many seconds together. Raises QueryCanceled when they take longer."""

    def __init__(self, connection: psycopg.Connection[Any], seconds: float) -> None:
        if _started.acquire(blocking=False):
            threading.Thread(target=_watch, name="deadlines", daemon=True).start()
        self.connection = connection
        self.until = time.monotonic() + seconds
        self.lock = threading.Lock()
        self.ended = self.closed = False

    def __enter__(self) -> None:
        _watched.add(self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        _watched.discard(self)
        # The next user of the connection must not be cancelled.
        with self.lock:
            self.ended = True
        if self.closed and kind and issubclass(kind, psycopg.OperationalError):
            raise QueryCanceled("the server did not react to the cancellation") from None


def _watch() -> None:
    while True:
        time.sleep(CHECK_SECONDS)
        now = time.monotonic()
        # Other threads change the set meanwhile.
        for watched in _watched.copy():
            if watched.until <= now:
                _cancel(watched)


def _cancel(watched: Deadline) -> None:
    # A cancellation that fails is repeated at the next check.
    with watched.lock, suppress(psycopg.Error, OSError):
        if watched.ended:
            return
        if time.monotonic() < watched.until + REACT_SECONDS:
            watched.connection.cancel_safe(timeout=CANCEL_SECONDS)
        else:
            watched.closed = True
            with socket.socket(fileno=os.dup(watched.connection.fileno())) as connected:
                connected.shutdown(socket.SHUT_RDWR)
