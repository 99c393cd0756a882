"""The parent of the worker processes: starts them on one socket, restarts those that fail, replaces all on SIGHUP.

This is the only module that uses private names of granian. They are listed in PRIVATE, granian is pinned to one version
and tests/unit/test_supervisor.py checks them.
"""

import logging
import math
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe
from typing import Any

from flask import Flask
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from api.errors import Problem
from api.http import readiness
from api.observability import logs
from api.server import drain, scheduling, sockets
from api.server.asgi import Application
from api.settings import Settings

START_SECONDS = 60
CONNECTIONS = 4_096
"""The most connections that a worker process has at once. Others wait to be accepted."""
BUFFER = 128 * 1024
"""How much of a request, in bytes, is buffered before the app reads it. Longer headers are refused."""
LONGEST_PAUSE = 30.0
"""The longest pause before a worker process is started again, in seconds."""
STABLE_SECONDS = 60.0
"""A worker process that ran for so long is started again at once."""
PRIVATE = {
    "overridden": ("_init_shared_socket", "_reload", "_respawn_workers", "_spawn_worker", "_stop_workers"),
    "read or set": (
        "_shd",
        "_sso",
        "backlog",
        "interrupt_children",
        "interrupt_signal",
        "main_loop_interrupt",
        "respawned_wrks",
        "wrks",
    ),
    "of a worker": ("_id", "interrupt_by_parent", "is_alive", "start"),
}

log = logging.getLogger("dateline")


@dataclass(frozen=True)
class Restart:
    """When a worker process was started again, and after which pause, in seconds."""

    at: float = -math.inf
    pause: float = 0.0

    def next(self, now: float) -> "Restart":
        """The next restart of a process that ended at ``now``."""
        if now - self.at > STABLE_SECONDS:
            return Restart(now)
        pause = min(max(0.5, self.pause * 2), LONGEST_PAUSE)
        return Restart(now + pause, pause)


class Supervisor(MPServer):
    """granian with one socket for all its worker processes, which accepts connections as long as one of them runs.

    By itself granian gives each worker process a socket of its own. Connections that wait there are lost when the
    process ends.
    """

    def __init__(self, target: str, listener: socket.socket, settings: Settings) -> None:
        super().__init__(
            target,
            factory=True,
            interface=Interfaces.ASGINL,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(max_buffer_size=BUFFER),
            backpressure=connections(),
            address=settings.host,
            port=settings.port,
            workers=settings.workers,
            respawn_failed_workers=True,
            workers_kill_timeout=drain.DRAIN_SECONDS,
            websockets=False,
            log_level=LogLevels.error,
            log_dictconfig=logs.GRANIAN,
        )
        self._listener = listener
        self._restarts: dict[int, Restart] = {}
        self._pausing: set[int] = set()
        self._cpu_affinity = settings.cpu_affinity

    def _init_shared_socket(self) -> None:
        sockets.listen(self._listener, self.backlog)
        # multiprocessing passes the socket to each process under the descriptor that the holder has.
        self._sso = self._listener
        arguments = (self._listener.fileno(), False, *([self.backlog] if sys.platform == "linux" else []))
        self._shd = SocketHolder(*arguments)  # pyright: ignore[reportCallIssue]: its stub has no constructor

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Callable[[], Flask]) -> WorkerProcess:
        cpu = idx if self._cpu_affinity else None
        return super()._spawn_worker(idx, target, partial(_load, callback_loader, self._listener, cpu))

    def _respawn_workers(
        self, workers: list[int], spawn_target: Any, target_loader: Callable[[], Flask], delay: float = 0
    ) -> None:
        """Start worker processes that have ended again, with longer and longer pauses while they end soon."""
        due = [idx for idx in workers if not self.wrks[idx].is_alive() and self._is_due(idx)]
        super()._respawn_workers(due, spawn_target, target_loader, delay)
        self.respawned_wrks.clear()  # granian would end the server if one ends twice within seconds

    def _is_due(self, idx: int) -> bool:
        """Whether to start this process again now. If not, it is a child to start again after its pause."""
        if idx in self._pausing:
            self._pausing.remove(idx)
            return True
        self._restarts[idx] = restart = self._restarts.get(idx, Restart()).next(time.monotonic())
        if not restart.pause:
            return True
        log.warning("a worker process ended soon after its start; it is started again in %.1f s", restart.pause)
        self._pausing.add(idx)
        timer = threading.Timer(restart.pause, self._start_again, [idx])
        timer.daemon = True
        timer.start()
        return False

    def _start_again(self, idx: int) -> None:
        self.interrupt_children.append(idx)
        self.main_loop_interrupt.set()

    def _reload(self, spawn_target: Any, target_loader: Callable[[], Flask]) -> None:
        """On SIGHUP, replace the processes one by one. When a new one does not become ready, the rest stay."""
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        for idx in range(self.workers):
            new, failure = self._started(idx, spawn_target, target_loader)
            if failure:
                self._end(new)
                if not self.interrupt_signal:
                    log.error("a new worker process did not become ready, the old ones stay: %s", failure)
                break
            new.interrupt_by_parent = False
            old, self.wrks[idx] = self.wrks[idx], new
            self._stop_accepting([old], drain.LEAVE_SECONDS)
            self._end(old)
        else:
            logs.event("reloaded", workers=self.workers)
        # A process that failed in the meantime may have been replaced already.
        self.interrupt_children[:] = [idx for idx in self.interrupt_children if not self.wrks[idx].is_alive()]
        if self.interrupt_signal or self.reload_signal or self.interrupt_children:
            self.main_loop_interrupt.set()

    def _started(self, idx: int, target: Any, load: Callable[[], Flask]) -> tuple[WorkerProcess, str]:
        """A new process, and why it is not ready; an empty text when it is."""
        receiver, sender = Pipe(duplex=False)
        new = self._spawn_worker(idx, target, partial(_ready, load, sender.send))
        new.interrupt_by_parent = True  # when it ends, granian does not start another
        new.start()
        sender.close()  # so that recv() raises EOFError when the process ends
        deadline = time.monotonic() + START_SECONDS
        while not receiver.poll(0.1):
            if self.interrupt_signal:
                return new, "the server is ending"
            if time.monotonic() > deadline:
                return new, f"it took more than {START_SECONDS} seconds"
        try:
            return new, receiver.recv()
        except EOFError:
            return new, "it failed"

    def _stop_workers(self) -> None:
        self._stop_accepting(self.wrks, drain.LEAVE_SECONDS if sockets.is_inherited() else drain.READ_SECONDS)
        super()._stop_workers()

    def _end(self, worker: WorkerProcess) -> None:
        others, self.wrks = self.wrks, [worker]
        super()._stop_workers()
        self.wrks = others

    def _stop_accepting(self, workers: list[WorkerProcess], seconds: float) -> None:
        """Let these processes accept no more connections; give those that they have this many seconds to leave."""
        for worker in workers:
            worker.interrupt_by_parent = True
            with suppress(ProcessLookupError):
                # Ends a process that has not loaded the app yet, and so has no connections.
                os.kill(worker._id(), drain.STOP_ACCEPTING)
        time.sleep(seconds)


def connections() -> int:
    """How many connections a worker process may have: CONNECTIONS, or half of the files that it may open.

    Raises that limit as far as the system allows it.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return max(min(CONNECTIONS, most // 2), 1)


def _load(load: Callable[[], Flask], listener: socket.socket, cpu: int | None) -> Application:
    """The app of a worker process, which keeps to one CPU if a number is given."""
    if cpu is not None:
        scheduling.keep_to_one_cpu(cpu)
    app = load()
    drain.prepare(app, listener)
    return Application(app, app.extensions["dateline.gate"], app.extensions["dateline.gates"])


def _ready(load: Callable[[], Flask], send: Callable[[str], None]) -> Flask:
    """The app of a worker process, which sends why it is not ready and exits, or sends an empty text."""
    app = load()
    try:
        with app.app_context():
            readiness.check()
    except Problem as problem:
        send(problem.detail)
        sys.exit(1)
    send("")
    return app
