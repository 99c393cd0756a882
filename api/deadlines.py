"""What connections do for too long is cancelled, as Postgres cancels a single statement that takes too long.

A server that does not even react to that, because its machine is gone or hangs, is hung up on.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.errors import QueryCanceled

LOOK_SECONDS = 0.1
# For the cancellation itself, which is a connection of its own.
CANCEL_SECONDS = 1
# For the server to heed it.
HEED_SECONDS = 3


@dataclass(eq=False)
class Watched:
    """A connection in use, to be cancelled from a moment on (of ``time.monotonic``)."""

    connection: psycopg.Connection[Any]
    until: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: bool = False
    hung_up: bool = False


_WATCHED: set[Watched] = set()
_STARTED = threading.Lock()


@contextmanager
def within(connection: psycopg.Connection[Any], seconds: float) -> Iterator[None]:
    """Statements that may take so long together: QueryCanceled from the one that is running when they have."""
    if _STARTED.acquire(blocking=False):
        threading.Thread(target=_watch, name="deadlines", daemon=True).start()
    watched = Watched(connection, time.monotonic() + seconds)
    _WATCHED.add(watched)
    try:
        yield
    except psycopg.OperationalError:
        if watched.hung_up:
            raise QueryCanceled("the server heeded no cancellation") from None
        raise
    finally:
        _WATCHED.discard(watched)
        # Whoever has the connection next is not to be cancelled for it.
        with watched.lock:
            watched.ended = True


def _watch() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        now = time.monotonic()
        # Others come and go meanwhile.
        for watched in _WATCHED.copy():
            if watched.until <= now:
                _cancel(watched)


def _cancel(watched: Watched) -> None:
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
