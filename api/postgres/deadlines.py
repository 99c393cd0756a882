"""Deadlines for several statements together; ``statement_timeout`` of Postgres is for one statement only.

When a deadline has passed, the running statement is cancelled. If the server does not react to that, because its
machine is gone or hangs, the connection is closed. If the server answers nobody, that is noticed much earlier.
"""

import logging
import math
import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.errors import QueryCanceled

from api.postgres.liveness import SUSPECT_SECONDS, Liveness, ServerHung

CHECK_SECONDS = 0.1
# The cancellation uses a connection of its own.
CANCEL_SECONDS = 1
# How long the server has to react to it.
REACT_SECONDS = 3

log = logging.getLogger("dateline")

_watched: "set[Deadline]" = set()
_started = threading.Lock()


class Deadline:
    """A block whose statements may take so many seconds together.

    Raises QueryCanceled when they take longer, and ServerHung if the server answers nobody. Without a connection, the
    block only waits for the server.
    """

    def __init__(
        self, connection: psycopg.Connection[Any] | None, liveness: Liveness, seconds: float = math.inf
    ) -> None:
        if _started.acquire(blocking=False):
            threading.Thread(target=_watch, name="deadlines", daemon=True).start()
        self.connection = connection
        self.liveness = liveness
        self.began = time.monotonic()
        self.until = self.began + seconds
        self.lock = threading.Lock()
        self.ended = self.closed = self.hung = False

    def __enter__(self) -> None:
        _watched.add(self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        _watched.discard(self)
        # The next user of the connection must not be cancelled.
        with self.lock:
            self.ended = True
        if self.hung and kind and issubclass(kind, psycopg.OperationalError):
            raise ServerHung("the server does not answer") from None
        if self.closed and kind and issubclass(kind, psycopg.OperationalError):
            raise QueryCanceled("the server did not react to the cancellation") from None


def _watch() -> None:
    while True:
        time.sleep(CHECK_SECONDS)
        try:
            _check()
        except Exception:  # without this thread, no deadline would hold
            log.exception("checking the deadlines of statements failed")


def _check() -> None:
    now = time.monotonic()
    # Other threads change the set meanwhile.
    for watched in _watched.copy():
        if now - watched.began > SUSPECT_SECONDS:
            watched.liveness.suspect()
        if watched.connection and (watched.until <= now or watched.liveness.is_hung):
            _end(watched, watched.connection)


def _end(watched: Deadline, connection: psycopg.Connection[Any]) -> None:
    # What fails is repeated at the next check.
    with watched.lock, suppress(psycopg.Error, OSError):
        if watched.ended:
            return
        watched.hung = watched.liveness.is_hung
        if not watched.hung and time.monotonic() < watched.until + REACT_SECONDS:
            connection.cancel_safe(timeout=CANCEL_SECONDS)
            return
        watched.closed = True
        with socket.socket(fileno=os.dup(connection.fileno())) as connected:
            connected.shutdown(socket.SHUT_RDWR)
