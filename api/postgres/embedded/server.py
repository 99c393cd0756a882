"""Dateline's own Postgres, for when no DATABASE_URL is set.

`running(data)` keeps a server going for as long as any process uses it. Below `data` are

    users.lock      every process that uses the server holds it shared; whoever gets it exclusively stops it
    server.lock     held by the server itself: Postgres and all its children inherit the locked file
    port            the TCP port, kept from start to start
    postgres.log    what Postgres said
    postgres/       the cluster and its password, put there in one rename once initdb is done

A process id says little: it is reused, it may be a zombie, it may belong to another container. `server.lock`
is free exactly when no process of the server is left, however they ended, and readiness is a connection that
was answered. The two locks are never wanted in opposite orders: a starter holds `users.lock` shared and takes
`server.lock` to start; a stopper holds `users.lock` alone, so nobody can be starting.

It is asked by a Unix socket in `postgres/`, which is quicker, and on 127.0.0.1 where there can be none: paths of
sockets end at 107 bytes. SCRAM makes both sides prove that they know the password, so a stranger on our port can
neither be taken for the server nor learn it.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from api.postgres.embedded.binaries import (
    Account,
    Binaries,
    EmbeddedError,
    account_for,
    binaries_for,
    place_for,
    place_of,
)

__all__ = ["EmbeddedError", "Server", "exists", "place_of", "running"]

_PATIENCE = 60.0
"""Seconds that a server may be silent. Crash recovery is not silence: that may take as long as it takes."""
_GRACE = 5.0
"""Seconds that a server has to answer before it is left running."""
_PAUSE = 0.02
_SOCKET = ".s.PGSQL."
"""How Postgres begins the name of its socket and of that one's lock; the port follows."""
_LOG_LIMIT = 10 * 1024 * 1024
_CTYPE = "C.UTF-8"
"""The system's locale by which text search tells letters from punctuation; Postgres' own does all the rest.

Where it is missing C stands in, by which every character outside ASCII is a letter: all words are found, but
those in curly quotes only with their quotes.
"""
_SETTINGS = {
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
class Server:
    """A running Postgres of Dateline's own: how to connect to its database, and where its data really is.

    `conninfo` is a libpq URL with a password in it. The role owns the database `dateline` and may create
    others, and is no superuser.
    """

    conninfo: str = field(repr=False)
    data: Path

    def ensure_running(self) -> bool:
        """Restart the server on its port if it died; whether it had to be. Costs one connection when it runs.

        Raises `EmbeddedError` if it cannot be restarted there.
        """
        with _explained(self.data):
            return _Cluster(self.data, account_for(self.data)).start(port=_port_of(self.conninfo))


def exists(data: Path) -> bool:
    """Whether a database was made in the directory `data`. Changes nothing. Raises `EmbeddedError`."""
    return (place_of(data) / "postgres").exists()


@contextmanager
def running(data: Path) -> Iterator[Server]:
    """The server of the directory `data`, made and started as needed; the last user to leave stops it.

    For root, `Server.data` is below /var/lib/dateline where the account that Postgres then runs as cannot
    reach `data`. A child made by `os.fork` is no user of its own: the server lasts as long as its parent's
    use. A process that ends without unwinding (`kill -9`, an unhandled SIGTERM) leaves the server to the next
    user. Raises `EmbeddedError`.
    """
    with _explained(data):
        place = place_for(data)
        cluster = _Cluster(place, account_for(place))
        users = cluster.lock("users.lock", fcntl.LOCK_SH)
    user = os.getpid()
    try:
        with _explained(place):
            cluster.start()
            cluster.create_database()
            server = Server(cluster.conninfo("dateline", "dateline"), place)
        yield server
    finally:
        if os.getpid() == user:
            with _explained(place):
                cluster.leave(users)


@dataclass(frozen=True)
class _Cluster:
    data: Path
    account: Account

    @property
    def home(self) -> Path:
        return self.data / "postgres"

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"

    @cached_property
    def binaries(self) -> Binaries:
        return binaries_for(self.account)

    def conninfo(self, role: str, database: str) -> str:
        password = (self.home / "password").read_text()
        port = int((self.data / "port").read_text())
        by_socket = (self.home / f"{_SOCKET}{port}").exists()
        host = quote(str(self.home), safe="/") if by_socket else "127.0.0.1&hostaddr=127.0.0.1"
        # Each of these would otherwise come from the PG* variables of whoever runs us.
        fixed = "sslmode=disable&gssencmode=disable&require_auth=scram-sha-256"
        return f"postgresql://{role}:{password}@/{database}?host={host}&port={port}&{fixed}"

    def open(self, path: Path, flags: int) -> int:
        # Root must not be led out of a directory that somebody else owns.
        descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        self.account.own(descriptor)
        return descriptor

    def write(self, path: Path, text: str) -> None:
        with open(self.open(path, os.O_WRONLY | os.O_TRUNC), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def lock(self, name: str, kind: int) -> int:
        """A descriptor of the file `name` locked as `kind`; BlockingIOError if that was not to wait."""
        descriptor = self.open(self.data / name, os.O_RDWR)
        try:
            fcntl.flock(descriptor, kind)
        except BaseException:
            os.close(descriptor)
            raise
        _locks.add(descriptor)
        return descriptor

    def try_server_lock(self) -> int | None:
        """`server.lock`, or None while any process of the server lives."""
        try:
            return self.lock("server.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None

    def start(self, port: int | None = None) -> bool:
        """Have the server answer, with `port` there or not at all; whether we had to start it."""
        deadline = time.monotonic() + _PATIENCE
        attempt: _Attempt | None = None
        while True:
            lock = self.try_server_lock()
            if lock is not None:
                try:
                    if attempt is not None:
                        self.consider(attempt)
                    self.initialise(lock)
                    self.check()
                    attempt = self.spawn(lock, port)
                finally:
                    _release(lock)
            silence = self.silence()
            if silence is None:
                return attempt is not None
            if "starting up" in silence or "not yet accepting" in silence or "recovery" in silence:
                deadline = time.monotonic() + _PATIENCE
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"The Postgres of {self.data} is alive but does not answer: {silence}\n"
                    f"See {self.log}. If another container uses this directory, stop that first."
                )
            time.sleep(_PAUSE)

    def silence(self) -> str | None:
        """Why the server does not answer, or None when it does."""
        try:
            psycopg.connect(self.conninfo("postgres", "postgres"), connect_timeout=2).close()
        except (FileNotFoundError, ValueError):
            return "another process is still making it"
        except psycopg.OperationalError as error:
            return str(error)
        return None

    def consider(self, attempt: "_Attempt") -> None:
        """Raise with what Postgres said in a failed attempt, unless another program took the port."""
        attempt.process.wait()
        with self.log.open("rb") as log:
            log.seek(attempt.log_start)
            said = log.read().decode(errors="replace")
        if "Address already in use" not in said:
            raise EmbeddedError(f"Postgres did not start. The end of {self.log}:\n{_end(said)}")

    def free_port(self, wanted: int | None) -> str:
        """The port to start on: the one of last time, or another if that is taken and `wanted` is not set."""
        file = self.data / "port"
        port = file.read_text() if file.exists() else ""
        if wanted is not None and (port != str(wanted) or _taken(wanted)):
            raise EmbeddedError(
                f"Postgres stopped, and its port {wanted} is not free any more. Restart Dateline: it will"
                " choose another."
            )
        while not port.isdigit() or _taken(int(port)):
            # Below those that systems give to outgoing connections (from 32768 on Linux, 49152 on macOS): a
            # client that calls a dead server there again and again can get connected to itself, in its place.
            port = str(15000 + secrets.randbelow(17000))
        self.write(file, port)
        return port

    def initialise(self, lock: int) -> None:
        """Make the cluster, unless there is one: aside, so that one half made is never taken for whole."""
        if self.home.exists():
            return
        new = self.data / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.account.own(new)
        self.write(new / "password", secrets.token_urlsafe(32))
        made = self.initdb(new, _CTYPE, lock)
        if "invalid locale name" in made.stdout:
            made = self.initdb(new, "C", lock)
        if made.returncode != 0:
            raise EmbeddedError(f"Postgres could not make its data in {self.data}:\n{_end(made.stdout)}")
        new.rename(self.home)
        parent = os.open(self.data, os.O_RDONLY)
        os.fsync(parent)
        os.close(parent)

    def initdb(self, new: Path, ctype: str, lock: int) -> "subprocess.CompletedProcess[str]":
        command = [
            self.binaries.bin / "initdb",
            f"--pgdata={new / 'cluster'}",
            f"--pwfile={new / 'password'}",
            "--username=postgres",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            f"--lc-ctype={ctype}",
        ]
        # With the lock in its hands an initdb that outlives us is awaited rather than joined.
        return subprocess.run(  # noqa: S603 the wheel's own program
            command,
            **self.account.popen,
            pass_fds=[lock],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def check(self) -> None:
        """Raise unless these binaries may start the cluster now."""
        version = (self.home / "cluster" / "PG_VERSION").read_text().strip()
        if version != self.binaries.major:
            raise EmbeddedError(
                f"{self.data} was made by Postgres {version}, and this Dateline has Postgres"
                f" {self.binaries.major}. Export it with the Dateline that made it, move the directory away"
                " and import into a new one; or set DATABASE_URL."
            )
        left = self.home / "cluster" / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = int(left.read_text().split()[0])
            if self.works_here(pid):
                raise EmbeddedError(
                    f"Process {pid} is a Postgres on {self.data} that Dateline did not start. Stop it first:"
                    f" kill -INT {pid}"
                )
        # server.lock says that no server is left. Postgres would still refuse if the pid in the file had been
        # reused; against servers unknown to us it also guards the data by shared memory.
        left.unlink(missing_ok=True)

    def works_here(self, pid: int) -> bool:
        """Whether `pid` has the cluster as its working directory, as every Postgres has (Linux only)."""
        with contextlib.suppress(OSError):
            return os.path.samefile(f"/proc/{pid}/cwd", self.home / "cluster")
        return False

    def sockets(self) -> str:
        """Where Postgres is to make its socket, which has to be free of old ones; empty where it cannot."""
        for left in self.home.glob(f"{_SOCKET}*"):
            # As with postmaster.pid, Postgres would believe a process id that has been reused.
            left.unlink()
        probe = self.home / f"{_SOCKET}00000"
        try:
            with socket.socket(socket.AF_UNIX) as trial:
                trial.bind(str(probe))
        except OSError:  # the path is too long, or its file system has no sockets
            return ""
        probe.unlink()
        # Quotes keep spaces; a comma libpq takes for the end of one host and the beginning of the next.
        return "" if "," in str(self.home) else '"{}"'.format(str(self.home).replace('"', '""'))

    def spawn(self, lock: int, port: int | None) -> "_Attempt":
        """Start Postgres and leave `lock` to it, so that it is held until its last process has ended."""
        settings = _SETTINGS | {"port": self.free_port(port), "unix_socket_directories": self.sockets()}
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > _LOG_LIMIT:
                self.log.replace(self.data / "postgres.log.old")
        command = [self.binaries.bin / "postgres", "-D", self.home / "cluster"]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log = self.open(self.log, os.O_WRONLY | os.O_APPEND)
        try:
            start = os.lseek(log, 0, os.SEEK_END)
            process = subprocess.Popen(  # noqa: S603 the wheel's own program
                command, **self.account.popen, pass_fds=[lock], stdout=log, stderr=log
            )
        finally:
            os.close(log)
        _children[:] = [child for child in _children if child.poll() is None]
        _children.append(process)
        return _Attempt(process, start)

    def create_database(self) -> None:
        """Make the database `dateline` and the role of the same name that owns it, if missing."""
        password = sql.Literal((self.home / "password").read_text())
        with psycopg.connect(self.conninfo("postgres", "postgres"), autocommit=True) as connection:
            # Two first users may come here together; the lock ends with the connection.
            connection.execute("SELECT pg_advisory_lock(1)")
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = 'dateline'").rowcount:
                role = sql.SQL("CREATE ROLE dateline LOGIN CREATEDB PASSWORD {}")
                connection.execute(role.format(password))
            if not connection.execute("SELECT FROM pg_database WHERE datname = 'dateline'").rowcount:
                connection.execute("CREATE DATABASE dateline OWNER dateline TEMPLATE template0")

    def leave(self, users: int) -> None:
        """Give up the shared lock `users`; as the last to hold it, stop the server."""
        try:
            # Not atomic: the shared lock goes first. That is enough, for of two who leave together the later
            # one finds no other, and whoever comes in between keeps both from getting it.
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.stop()
        finally:
            _release(users)

    def stop(self) -> None:
        """Stop the server and wait for its last process; one that answers nobody is left to the next user."""
        deadline = time.monotonic() + _GRACE
        asked = False
        while (lock := self.try_server_lock()) is None:
            if not asked and self.ask_to_stop():
                asked, deadline = True, time.monotonic() + _PATIENCE
            if time.monotonic() > deadline:
                if asked:
                    raise EmbeddedError(f"Postgres takes long to stop. See {self.log}.")
                return
            time.sleep(_PAUSE)
        _release(lock)
        for child in _children:
            child.poll()

    def ask_to_stop(self) -> bool:
        """Whether the server answered, and so was asked for a fast shutdown."""
        # That it answers makes the pid in its file its own.
        query = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"
        try:
            with psycopg.connect(self.conninfo("postgres", "postgres"), connect_timeout=2) as connection:
                row = connection.execute(query).fetchone()
        except (FileNotFoundError, ValueError, psycopg.OperationalError):
            return False
        if row is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(row[0], signal.SIGINT)
        return True


@dataclass(frozen=True)
class _Attempt:
    process: "subprocess.Popen[Any]"
    log_start: int


_children: "list[subprocess.Popen[Any]]" = []
"""Servers that we started: kept so that they are reaped, also when somebody else stops them."""

_locks: set[int] = set()


def _release(lock: int) -> None:
    _locks.discard(lock)
    os.close(lock)


def _forget_locks() -> None:
    # A lock lasts while any copy of its descriptor does, and a forked worker may outlive us.
    while _locks:
        os.close(_locks.pop())


os.register_at_fork(after_in_child=_forget_locks)


@contextmanager
def _explained(data: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, psycopg.Error) as error:
        raise EmbeddedError(
            f"Dateline's own Postgres in {data} cannot be used: {error}\n"
            "Choose a directory that you may write to and that has room, or set DATABASE_URL."
        ) from error


def _port_of(conninfo: str) -> int:
    return int(conninfo_to_dict(conninfo)["port"] or 0)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _end(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-10:])
