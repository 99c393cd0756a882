"""Keeping a process to one CPU: Python's lock lets it use one at a time, and is handed on within one for less.

A thread that gets the lock on another CPU has to wait until that one wakes up, and finds nothing in its caches.
"""

import os
import sys
from contextlib import suppress


def keep_to_one_cpu(number: int) -> None:
    """Keep this thread, and those it starts, to the CPU of this number among those that it may use, counted on from the
    first after the last; only Linux lets itself be told.
    """
    if sys.platform == "linux":
        cpus = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cpus[number % len(cpus)]})
        # Whoever wakes up waits for Python's lock first, and is not to take the CPU from who has it.
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
