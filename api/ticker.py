"""What is due, done once a second by the process that serves: jobs that writes left behind."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from api.commands import jobs
from api.database import Connection, connect

SECONDS = 1.0

log = logging.getLogger("dateline")


@contextmanager
def ticking(conninfo: str) -> Iterator[None]:
    """A thread that does what is due until the block ends; a database that is away is asked again."""
    ended = threading.Event()
    thread = threading.Thread(target=_tick, args=(conninfo, ended), name="ticker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _tick(conninfo: str, ended: threading.Event) -> None:
    connection: Connection | None = None
    while not ended.wait(SECONDS):
        try:
            connection = connection or connect(conninfo)
            jobs.run(connection, ended=ended.is_set)
        except psycopg.Error as error:
            log.warning("what is due waits for the database: %s", type(error).__name__)
            connection = connection.close() if connection else None
        except Exception:
            log.exception("a job fails; it is tried again")
    if connection:
        connection.close()
