"""The app of one worker process, and the order in which its parts end."""

import atexit
import gc
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from flask import Flask

from api.app import create_app
from api.observability import logs, metrics, metrics_directory
from api.postgres import locate, revisions
from api.server import drain
from api.server.scheduling import BatchScheduled
from api.settings import Settings


def worker() -> Flask:
    """The app of a worker process of granian's."""
    # Ctrl-C reaches this process as well as its parent, which ends it in order.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    settings = Settings.from_env()
    logs.start(settings.log_format)
    revisions.head()  # reads the names of the migrations before a newer Dateline replaces the files
    if settings.metrics:
        metrics_directory.join()
    stack = ExitStack()
    # An embedded server runs as long as one of its users, which this process is: also when its parent has been killed.
    conninfo, _ = stack.enter_context(locate.database_for(settings))
    app = create_app(replace(settings, database_url=conninfo))
    app.wsgi_app = BatchScheduled(app.wsgi_app)
    _on_sigterm(app.extensions["dateline.waiting"].stop)
    if settings.metrics:
        metrics.watch_pool(app.extensions["dateline.database"])
    # These run in reverse order. As in api/cli/main.py, which this process does not pass through:
    atexit.register(gc.freeze)
    atexit.register(stack.close)
    # Left to the interpreter's end, the pool waits ten seconds for threads that no longer run (Python 3.13).
    atexit.register(app.extensions["dateline.database"].close)
    # granian does not wait for requests whose client has gone; the interpreter's end would abort their threads.
    atexit.register(app.extensions["dateline.gate"].wait_until_idle, drain.DRAIN_SECONDS)
    return app


def _on_sigterm(act: Callable[[], None]) -> None:
    """Call ``act`` when this process receives SIGTERM, in addition to the handler that granian installs later."""
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)

    def listen() -> None:
        # The reference to ``sender`` keeps it open.
        while sender and (numbers := receiver.recv(16)):
            if signal.SIGTERM in numbers:
                act()

    threading.Thread(target=listen, name="listen-to-signals", daemon=True).start()
