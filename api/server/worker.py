"""What each of the server's processes runs: the app, ended in order."""

import atexit
import gc
import signal
import socket
import threading
from collections.abc import Callable

from flask import Flask

from api.app import create_app
from api.observability import logs, metrics
from api.postgres import revisions
from api.server import processes
from api.server.scheduling import GivingWay
from api.settings import Settings


def worker() -> Flask:
    """The app in a process of granian's. Ctrl-C reaches it as well as its parent, which then ends it in order."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    settings = Settings.from_env()
    logs.start(settings.log_format)
    revisions.head()  # before a newer Dateline is installed beneath us
    if settings.metrics:
        metrics.join()
    app = create_app(settings)
    app.wsgi_app = GivingWay(app.wsgi_app)
    _at_sigterm(app.extensions["dateline.waiting"].stop)
    if settings.metrics:
        metrics.watch_pool(app.extensions["dateline.database"])
    # As in api/cli/main.py, which this process does not pass through.
    atexit.register(gc.freeze)
    # Left to the interpreter's end, the pool waits ten seconds for threads that no longer run (Python 3.13).
    atexit.register(app.extensions["dateline.database"].close)
    # granian waits for none whose client has gone; the interpreter's end would abort the process in their threads.
    atexit.register(app.extensions["dateline.gate"].empty, processes.DRAIN_SECONDS)
    return app


def _at_sigterm(act: Callable[[], None]) -> None:
    """Act when this process is told to end, beside what granian does then, which sets its own handler later."""
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)

    def listen() -> None:
        # Keeps both ends open as well.
        while told and (numbers := heard.recv(16)):
            if signal.SIGTERM in numbers:
                act()

    threading.Thread(target=listen, name="listen-to-signals", daemon=True).start()
