"""Scheduled work of the server's main process: it releases embargoes, runs jobs, looks for names of people, counts
terms and deletes old rows.

Several servers may run it on one database.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from api.commands import article_lifecycle, change_log, idempotency, term_counts
from api.jobs import propose, runner
from api.observability import metrics
from api.postgres.connection import Connection, connect, in_transaction

SECONDS = 0.5
# Counting terms may run for minutes before it fails.
PAUSE_AFTER_FAILURE = 60

log = logging.getLogger("dateline")


@contextmanager
def ticking(conninfo: str, changes_kept_days: int) -> Iterator[None]:
    """Run the work in threads until the block ends. It is retried while the database is unavailable.

    Each kind of work has its own thread, so that no embargo waits for a long job.
    """
    ended = threading.Event()
    with ExitStack() as stack:
        for name, pause, work in (
            ("embargoes", SECONDS, _release),
            ("cleanup", SECONDS, lambda connection: _clean_up(connection, changes_kept_days)),
            ("jobs", SECONDS, lambda connection: runner.run(connection, ended=ended.is_set)),
            ("names", SECONDS, lambda connection: propose.run(connection, ended=ended.is_set)),
            ("statistics", PAUSE_AFTER_FAILURE, term_counts.measure_due),
        ):
            thread = threading.Thread(target=_tick, args=(conninfo, ended, work, pause), name=name, daemon=True)
            thread.start()
            stack.callback(thread.join)
        stack.callback(ended.set)
        yield


def _release(connection: Connection) -> None:
    while in_transaction(connection, article_lifecycle.release_due) == article_lifecycle.RELEASE_BATCH:
        pass


def _clean_up(connection: Connection, changes_kept_days: int) -> None:
    while in_transaction(connection, lambda c: change_log.trim(c, changes_kept_days)) == change_log.TRIM_BATCH:
        pass
    while in_transaction(connection, idempotency.delete_expired) == idempotency.EXPIRY_BATCH:
        pass


def _tick(
    conninfo: str, ended: threading.Event, work: Callable[[Connection], object], pause_after_failure: float
) -> None:
    connection: Connection | None = None
    failing: type[Exception] | None = None
    name = threading.current_thread().name
    while True:
        pause = pause_after_failure
        try:
            connection = connection or connect(conninfo)
            work(connection)
            metrics.count_work(name)
            pause, failing = SECONDS, None
        except psycopg.Error as error:
            metrics.count_work(name, failed=True)
            if failing is not type(error):
                log.warning("scheduled work waits for the database: %s: %s", name, type(error).__name__)
            failing = type(error)
            connection = connection.close() if connection else None
        except Exception:
            metrics.count_work(name, failed=True)
            log.exception("scheduled work failed and will be retried")
        if ended.wait(pause):
            break
    if connection:
        connection.close()
