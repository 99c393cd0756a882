"""How the operating system schedules the threads of a worker process, of which Python's lock lets one run at a time."""

import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def keep_to_one_cpu(number: int) -> None:
    """Pin this thread, and those it starts, to one of the allowed CPUs: that of the number, modulo how many there are.

    Does nothing except on Linux. A thread that gets the lock on another CPU has to wait until that CPU wakes up, and
    finds its caches cold.
    """
    if sys.platform == "linux":
        cpus = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cpus[number % len(cpus)]})


class BatchScheduled:
    """A WSGI app whose threads do not preempt others when they wake up (SCHED_BATCH, Linux only).

    They only wake up to wait for Python's lock, or to read the beginning of a result that Postgres is still sending.
    """

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self._thread = threading.local()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not hasattr(self._thread, "is_set"):
            self._thread.is_set = True
            _set_batch()
        return self._app(environ, start_response)


def _set_batch() -> None:
    if sys.platform == "linux":
        with suppress(OSError):  # some sandboxes do not support it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
