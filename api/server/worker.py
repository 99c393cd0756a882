"""The app of one worker process, and the order in which its parts end."""

import atexit
import gc
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace

from flask import Flask

from api.app import create_app
from api.http.concurrency import Gate
from api.observability import logs, metrics, metrics_directory
from api.postgres import locate, revisions
from api.server import drain, memory
from api.server.scheduling import BatchScheduled
from api.settings import Settings

SWITCH_SECONDS = 0.001
"""After how long a thread that computes lets another one run. By itself Python lets the event loop wait five times as
long for each thread that is busy."""


def worker() -> Flask:
    """The app of a worker process of granian's."""
    # Ctrl-C reaches this process as well as its parent, which ends it in order.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    memory.return_large_blocks()
    sys.setswitchinterval(SWITCH_SECONDS)
    settings = Settings.from_env()
    logs.start(settings.log_format)
    revisions.head()  # reads the names of the migrations before a newer Dateline replaces the files
    if settings.metrics:
        metrics_directory.join()
    stack = ExitStack()
    # An embedded server runs as long as one of its users, which this process is: also when its parent has been killed.
    conninfo, server = stack.enter_context(locate.database_for(settings))
    app = create_app(replace(settings, database_url=server.serving if server else conninfo))
    app.wsgi_app = BatchScheduled(app.wsgi_app)
    if settings.metrics:
        metrics.watch_pool(app.extensions["dateline.database"])
    # These run in reverse order. As in api/cli/main.py, which this process does not pass through:
    atexit.register(gc.freeze)
    atexit.register(stack.close)
    # Left to the interpreter's end, the pool waits ten seconds for threads that no longer run (Python 3.13).
    atexit.register(app.extensions["dateline.database"].close)
    # granian does not wait for requests whose client has gone; the interpreter's end would abort their threads.
    atexit.register(_wait_until_idle, (app.extensions["dateline.gate"], *app.extensions["dateline.gates"].values()))
    return app


def _wait_until_idle(gates: Iterable[Gate]) -> None:
    deadline = time.monotonic() + drain.DRAIN_SECONDS
    for gate in gates:
        gate.wait_until_idle(deadline - time.monotonic())
