"""granian's processes behind one socket, renewed one after the other, none before its successor is ready."""

import errno
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing import Pipe
from typing import Any

from flask import Flask, Response
from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from api.errors import Problem
from api.http import concurrency, readiness
from api.observability import logs
from api.server import scheduling
from api.settings import Settings

DRAIN_SECONDS = 30
START_SECONDS = 60
# Until clients that keep their connections have asked once more, and so were told to come again on another.
LEAVE_SECONDS = 2.0
# Where there is no other process to come to: until requests that had been sent before the signal have been read.
READ_SECONDS = 0.25
LEAVE = signal.SIGUSR1
FIRST_HANDED = 3  # as systemd numbers them

log = logging.getLogger("dateline")


class CannotListenError(Exception):
    """There is no socket to listen on; the text says why."""


def handed() -> bool:
    """Whether a supervisor such as systemd gave us its socket, which it keeps open while we are away."""
    return os.environ.get("LISTEN_PID") == str(os.getpid())


def listening(settings: Settings) -> socket.socket:
    """The socket that was handed to us, or one of our own, on which nobody listens yet. Raises CannotListenError."""
    if handed():
        listener = socket.socket(fileno=FIRST_HANDED)
        if os.environ.get("LISTEN_FDS") != "1" or listener.family not in (socket.AF_INET, socket.AF_INET6):
            raise CannotListenError("What LISTEN_FDS hands over must be one TCP socket.")
        return listener
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise CannotListenError(f"Cannot listen on {settings.host}: {error.strerror}. Set another HOST=.") from None
        raise _taken(settings.host, settings.port, error) from None
    return listener


def _taken(host: str, port: int, error: OSError) -> CannotListenError:
    return CannotListenError(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with PORT=.")


def address(listener: socket.socket) -> str:
    """The address at which clients find a socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Workers(MPServer):
    """granian with one socket for all its processes, which clients find open as long as one of them lives.

    By itself granian gives each process a socket of its own; who waits at one is lost when its process ends.
    """

    def __init__(self, target: str, listener: socket.socket, settings: Settings) -> None:
        super().__init__(
            target,
            factory=True,
            interface=Interfaces.WSGI,
            address=settings.host,
            port=settings.port,
            workers=settings.workers,
            blocking_threads=concurrency.threads(settings.threads),
            respawn_failed_workers=True,
            workers_kill_timeout=DRAIN_SECONDS,
            websockets=False,
            log_level=LogLevels.error,
            log_dictconfig=logs.GRANIAN,
        )
        self._listener = listener
        self._cpu_affinity = settings.cpu_affinity

    def _init_shared_socket(self) -> None:
        self._listener.setblocking(False)
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # for those who come by it
        try:
            self._listener.listen(self.backlog)
        except OSError as error:
            # Another server that had it at the same time listens by now.
            host, port = self._listener.getsockname()[:2]
            raise _taken(host, port, error) from None
        # multiprocessing gives the socket to each process, under the number that the holder knows.
        self._sso = self._listener
        held = (self._listener.fileno(), False, *([self.backlog] if sys.platform == "linux" else []))
        self._shd = SocketHolder(*held)  # pyright: ignore[reportCallIssue]: its stub says nothing of them

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Callable[[], Flask]) -> WorkerProcess:
        leaving = partial(_leaving, callback_loader, self._listener)
        return super()._spawn_worker(idx, target, partial(_on_cpu, idx, leaving) if self._cpu_affinity else leaving)

    def _reload(self, spawn_target: Any, target_loader: Callable[[], Flask]) -> None:
        """On SIGHUP: each process ends once another is ready in its place; where none is, all stay as they are."""
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        for idx in range(self.workers):
            new, lacking = self._renewed(idx, spawn_target, target_loader)
            if lacking:
                self._end(new)
                if not self.interrupt_signal:
                    log.error("no process was renewed from here on, as a new one is not ready: %s", lacking)
                break
            new.interrupt_by_parent = False
            old, self.wrks[idx] = self.wrks[idx], new
            self._leave([old], LEAVE_SECONDS)
            self._end(old)
        else:
            logs.event("renewed", processes=self.workers)
        # A process that failed meanwhile may have its successor already.
        self.interrupt_children[:] = [idx for idx in self.interrupt_children if not self.wrks[idx].is_alive()]
        if self.interrupt_signal or self.reload_signal or self.interrupt_children:
            self.main_loop_interrupt.set()

    def _renewed(self, idx: int, target: Any, load: Callable[[], Flask]) -> tuple[WorkerProcess, str]:
        """A new process, and what it lacks to be ready."""
        said, say = Pipe(duplex=False)
        new = self._spawn_worker(idx, target, partial(_ready, load, say.send))
        new.interrupt_by_parent = True  # its end is no reason to start another
        new.start()
        say.close()  # so that there is an end where the process ends
        deadline = time.monotonic() + START_SECONDS
        while not said.poll(0.1):
            if self.interrupt_signal:
                return new, "the server is told to end"
            if time.monotonic() > deadline:
                return new, f"it took more than {START_SECONDS} seconds"
        try:
            return new, said.recv()
        except EOFError:
            return new, "it failed"

    def _stop_workers(self) -> None:
        self._leave(self.wrks, LEAVE_SECONDS if handed() else READ_SECONDS)
        super()._stop_workers()

    def _end(self, worker: WorkerProcess) -> None:
        others, self.wrks = self.wrks, [worker]
        super()._stop_workers()
        self.wrks = others

    def _leave(self, workers: list[WorkerProcess], seconds: float) -> None:
        """Take no more clients in these processes; those they have are answered for these seconds, and sent away."""
        for worker in workers:
            worker.interrupt_by_parent = True
            with suppress(ProcessLookupError):
                os.kill(worker._id(), LEAVE)  # ends one that has not loaded the app yet, and so has none
        time.sleep(seconds)


def _ready(load: Callable[[], Flask], say: Callable[[str], None]) -> Flask:
    """The app in a process of its own, which says that it is ready, or what it lacks, and then ends."""
    app = load()
    try:
        with app.app_context():
            readiness.check()
    except Problem as problem:
        say(problem.detail)
        sys.exit(1)
    say("")
    return app


def _on_cpu(number: int, load: Callable[[], Flask]) -> Flask:
    """The app in a process that keeps to one CPU, as all threads will that it has by then."""
    scheduling.keep_to_one_cpu(number)
    return load()


def _leaving(load: Callable[[], Flask], listener: socket.socket) -> Flask:
    """The app in a process that at LEAVE takes no more clients, and sends away those it has with their next answer.

    granian itself can only be told to end, and then closes connections whose next request is on its way.
    """
    is_leaving = threading.Event()

    def leave(*_: object) -> None:
        is_leaving.set()
        _ignore(listener)

    app = load()

    @app.after_request
    def send_away(response: Response) -> Response:
        if is_leaving.is_set():
            response.headers["Connection"] = "close"
        return response

    signal.signal(LEAVE, leave)
    return app


def _ignore(listener: socket.socket) -> None:
    """Let nothing in this process wake up for new clients, whom other processes see nevertheless."""
    if sys.platform == "linux":
        for name in os.listdir("/proc/self/fd"):
            # Most are not what granian waits with, or are gone.
            with suppress(OSError), select.epoll.fromfd(os.dup(int(name))) as waiting:
                waiting.unregister(listener)
