"""The postmaster of the embedded Postgres: started, awaited until it accepts connections, and stopped."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from api.postgres.embedded import cluster
from api.postgres.embedded.account import EmbeddedError
from api.postgres.embedded.directory import SOCKET, DataDirectory, release

START_SECONDS = 60.0
"""How long a server may refuse connections. Time spent in crash recovery does not count."""
STOP_SECONDS = 60.0
ANSWER_SECONDS = 5.0
"""How long a server that is to be stopped may refuse connections before it is left running."""
POLL_SECONDS = 0.02
LOG_BYTES = 10 * 1024 * 1024
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
}


@dataclass(frozen=True)
class _Start:
    """A postmaster that this process has started, and where its messages begin in the log file."""

    process: "subprocess.Popen[Any]"
    log_offset: int


_children: "list[subprocess.Popen[Any]]" = []
"""The postmasters that this process has started, so that they are reaped even if another process stops them."""


def start(directory: DataDirectory, port: int | None = None) -> bool:
    """Wait until the server accepts connections, on `port` if given. Returns whether this process started it."""
    deadline = time.monotonic() + START_SECONDS
    started: _Start | None = None
    while True:
        lock = directory.try_server_lock()
        if lock is not None:
            try:
                if started is not None:
                    _check_failure(directory, started)
                cluster.initialise(directory, lock)
                cluster.check(directory)
                started = _spawn(directory, lock, port)
            finally:
                release(lock)
        failure = _connection_failure(directory)
        if failure is None:
            return started is not None
        if "starting up" in failure or "not yet accepting" in failure or "recovery" in failure:
            deadline = time.monotonic() + START_SECONDS
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"The Postgres of {directory.path} runs but accepts no connections: {failure}\n"
                f"See {directory.log}. If another container uses this directory, stop it first."
            )
        time.sleep(POLL_SECONDS)


def _connection_failure(directory: DataDirectory) -> str | None:
    """Why the server accepts no connection, or None if it does."""
    try:
        cluster.superuser(directory).close()
    except (FileNotFoundError, ValueError):
        return "another process is still creating it"
    except psycopg.OperationalError as error:
        return str(error)
    return None


def _check_failure(directory: DataDirectory, started: _Start) -> None:
    """Raise with the messages of a postmaster that has ended, unless another program took its port."""
    started.process.wait()
    with directory.log.open("rb") as log:
        log.seek(started.log_offset)
        messages = log.read().decode(errors="replace")
    if "Address already in use" not in messages:
        raise EmbeddedError(f"Postgres did not start. The end of {directory.log}:\n{cluster.last_lines(messages)}")


def _spawn(directory: DataDirectory, lock: int, port: int | None) -> _Start:
    """Start a postmaster that inherits `lock`, which is then in use until the last process of the server ends."""
    settings = SETTINGS | {"port": _free_port(directory, port), "unix_socket_directories": _sockets(directory)}
    with contextlib.suppress(FileNotFoundError):
        if directory.log.stat().st_size > LOG_BYTES:
            directory.log.replace(directory.path / "postgres.log.old")
    command = [directory.binaries.bin / "postgres", "-D", directory.home / "cluster"]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    log = directory.open(directory.log, os.O_WRONLY | os.O_APPEND)
    try:
        offset = os.lseek(log, 0, os.SEEK_END)
        process = subprocess.Popen(  # noqa: S603 the wheel's own program
            command, **directory.account.popen, pass_fds=[lock], stdout=log, stderr=log
        )
    finally:
        os.close(log)
    _children[:] = [child for child in _children if child.poll() is None]
    _children.append(process)
    return _Start(process, offset)


def _free_port(directory: DataDirectory, required: int | None) -> str:
    """The port to start on: that of the last start, or if it is taken another, unless one is required."""
    file = directory.path / "port"
    port = file.read_text() if file.exists() else ""
    if required is not None and (port != str(required) or _is_taken(required)):
        raise EmbeddedError(
            f"Postgres stopped, and its port {required} is not free any more. Restart Dateline: it will choose another."
        )
    while not port.isdigit() or _is_taken(int(port)):
        # Below the ports of outgoing connections (from 32768 on Linux, 49152 on macOS): a client that keeps connecting
        # to a stopped server on such a port can get connected to itself and occupy the port.
        port = str(15000 + secrets.randbelow(17000))
    directory.write(file, port)
    return port


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _sockets(directory: DataDirectory) -> str:
    """The setting for the directory of the Unix socket, without old sockets in it; empty if there can be none."""
    for left in directory.home.glob(f"{SOCKET}*"):
        # As with postmaster.pid, Postgres takes the pid in the lock file for its own even if it was reused.
        left.unlink()
    probe = directory.home / f"{SOCKET}00000"
    try:
        with socket.socket(socket.AF_UNIX) as trial:
            trial.bind(str(probe))
    except OSError:  # the path is too long, or its file system has no sockets
        return ""
    probe.unlink()
    # Quotes protect spaces. A comma would separate two hosts for libpq.
    return "" if "," in str(directory.home) else '"{}"'.format(str(directory.home).replace('"', '""'))


def stop(directory: DataDirectory) -> None:
    """Stop the server and wait for its last process. A server that accepts no connections is left running."""
    deadline = time.monotonic() + ANSWER_SECONDS
    is_stopping = False
    while (lock := directory.try_server_lock()) is None:
        if not is_stopping and _interrupt(directory):
            is_stopping, deadline = True, time.monotonic() + STOP_SECONDS
        if time.monotonic() > deadline:
            if is_stopping:
                raise EmbeddedError(f"Postgres did not stop within {STOP_SECONDS:.0f} seconds. See {directory.log}.")
            return
        time.sleep(POLL_SECONDS)
    release(lock)
    for child in _children:
        child.poll()


def _interrupt(directory: DataDirectory) -> bool:
    """Begin a fast shutdown. Returns False if the server accepts no connection."""
    # The pid in the file is that of the server only if the server reads it.
    query = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"
    try:
        with cluster.superuser(directory) as connection:
            row = connection.execute(query).fetchone()
    except (FileNotFoundError, ValueError, psycopg.OperationalError):
        return False
    if row is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(row[0], signal.SIGINT)
    return True
