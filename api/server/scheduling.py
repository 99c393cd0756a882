"""How the threads of a process share CPUs, where Python's lock lets them use one at a time."""

import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def keep_to_one_cpu(number: int) -> None:
    """Keep this thread, and those it starts, to the CPU of this number among those that it may use, counted on from the
    first after the last; only Linux lets itself be told.

    A thread that gets the lock on another CPU has to wait until that one wakes up, and finds nothing in its caches.
    """
    if sys.platform == "linux":
        cpus = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cpus[number % len(cpus)]})


class GivingWay:
    """A WSGI app whose threads, when they wake up, do not take the CPU from who has it.

    They wake up to wait for the lock first, or to read the first of an answer that Postgres is still writing.
    """

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self._thread = threading.local()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not hasattr(self._thread, "gives_way"):
            self._thread.gives_way = True
            _give_way()
        return self._app(environ, start_response)


def _give_way() -> None:
    if sys.platform == "linux":
        with suppress(OSError):  # some sandboxes know nothing of it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
