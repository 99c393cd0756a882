"""How a worker process ends: it stops accepting connections, finishes its requests and exits.

The main process tells it to. When the main process itself is gone, for example after ``kill -9``, each worker process
ends the same way by itself. The port is then free for the next server, which releases embargoes again.
"""

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time

from flask import Flask, Response

DRAIN_SECONDS = 30
"""How long requests in flight may take after the signal to end; then the process is killed."""
LEAVE_SECONDS = 2.0
"""How long clients with open connections have to send one more request, whose response tells them to reconnect."""
READ_SECONDS = 0.25
"""The same when no other process accepts connections: enough to read requests that are on their way."""
STOP_ACCEPTING = signal.SIGUSR1

log = logging.getLogger("dateline")


def prepare(app: Flask, listener: socket.socket) -> None:
    """Let this worker process stop accepting connections on STOP_ACCEPTING, and end when the main process has ended.

    From then on its responses close their connections, and no request waits for a change any longer. granian itself
    only knows how to end: it closes connections whose next request is on its way.
    """
    is_leaving = threading.Event()
    inode = os.fstat(listener.fileno()).st_ino

    def leave(*_: object) -> None:
        is_leaving.set()
        app.extensions["dateline.waiting"].stop()
        _stop_accepting(listener, inode)

    @app.after_request
    def close_connection(response: Response) -> Response:
        if is_leaving.is_set():
            response.headers["Connection"] = "close"
        return response

    def end_with_parent() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
            log.warning("the main process has ended; this worker process finishes its requests and ends")
            leave()
            _end()

    signal.signal(STOP_ACCEPTING, leave)
    threading.Thread(target=end_with_parent, name="watch-parent", daemon=True).start()


def _stop_accepting(listener: socket.socket, inode: int) -> None:
    """Put a socket that nobody connects to in place of the listener, in this process alone.

    Connections go to the other processes that have the listener, or to the next server. granian accepts from this very
    descriptor: the tests of kills and restarts fail if that changes.
    """
    with socket.socket(listener.family) as unused:
        unused.setblocking(False)
        unused.bind(("::1" if listener.family == socket.AF_INET6 else "127.0.0.1", 0))
        unused.listen()
        # granian may have closed the listener, and another file may have its descriptor.
        if _inode(listener) == inode:
            os.dup2(unused.fileno(), listener.fileno(), inheritable=False)


def _inode(file: socket.socket) -> int | None:
    try:
        return os.fstat(file.fileno()).st_ino
    except OSError:
        return None


def _end() -> None:
    """End this process as its parent would have done."""
    time.sleep(READ_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(DRAIN_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
