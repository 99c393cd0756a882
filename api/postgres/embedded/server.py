"""The embedded Postgres of Dateline, for when DATABASE_URL is not set.

`running(data)` keeps a server running as long as any process uses it.

A process id alone proves little: it is reused, it may be a zombie, it may belong to another container. `server.lock` is
free exactly when no process of the server is left, however they ended, and a server is ready when it accepts a
connection. The two locks are never taken in opposite orders: a process that starts the server has `users.lock` shared
and takes `server.lock`; a process that stops it has `users.lock` exclusively, so no other can be starting it.

Connections use a Unix socket in `postgres/`, which is faster, or 127.0.0.1 where a socket is impossible: its path may
have at most 107 bytes. With SCRAM both sides prove that they know the password, so another program on the port can
neither pass for the server nor learn the password.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from api.postgres.embedded import cluster, postmaster
from api.postgres.embedded.account import EmbeddedError, account_for, data_directory, make_data_directory
from api.postgres.embedded.directory import OWNER, SERVING, DataDirectory, release

__all__ = ["SERVING", "EmbeddedError", "Server", "data_directory", "exists", "running"]


@dataclass(frozen=True)
class Server:
    """A running embedded Postgres: how to connect to its database, and its data directory.

    `conninfo` is a libpq URL with a password. The role owns the database `dateline` and may create others; it is no
    superuser. `serving` is the same for a role that owns nothing, which needs `commands.grants`.
    """

    conninfo: str = field(repr=False)
    serving: str = field(repr=False)
    data: Path

    def ensure_running(self) -> bool:
        """Restart the server on its port if it ended. Returns whether it had. Costs one connection if it runs.

        Raises `EmbeddedError` if it cannot be restarted there.
        """
        with _explained(self.data):
            port = int(conninfo_to_dict(self.conninfo)["port"] or 0)
            return postmaster.start(DataDirectory(self.data, account_for(self.data)), port)


def exists(data: Path) -> bool:
    """Whether the directory `data` has a cluster. Changes nothing. Raises `EmbeddedError`."""
    return (data_directory(data) / "postgres").exists()


@contextmanager
def running(data: Path) -> Iterator[Server]:
    """The server of the directory `data`, created and started if necessary. The last process to leave stops it.

    For root, `Server.data` is below /var/lib/dateline if the account that runs Postgres cannot reach `data`. A child
    made by `os.fork` does not count as a user: the server lasts as long as its parent uses it. A process that ends
    without unwinding (`kill -9`, an unhandled SIGTERM) leaves the server to the next one. Raises `EmbeddedError`.
    """
    with _explained(data):
        path = make_data_directory(data)
        directory = DataDirectory(path, account_for(path))
        users = directory.lock("users.lock", fcntl.LOCK_SH)
    user = os.getpid()
    try:
        with _explained(path):
            postmaster.start(directory)
            cluster.create_database(directory)
            server = Server(directory.conninfo(OWNER, "dateline"), directory.conninfo(SERVING, "dateline"), path)
        yield server
    finally:
        if os.getpid() == user:
            with _explained(path):
                _leave(directory, users)


def _leave(directory: DataDirectory, users: int) -> None:
    """Give up the shared lock `users`. The last process that has it stops the server."""
    try:
        # This is not atomic: the shared lock ends first. That suffices: of two processes that leave at the same time
        # the later one gets the lock, and a process that comes in between keeps both from getting it.
        with suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            postmaster.stop(directory)
    finally:
        release(users)


@contextmanager
def _explained(data: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, psycopg.Error) as error:
        raise EmbeddedError(
            f"The embedded Postgres in {data} cannot be used: {error}\n"
            "Choose a directory that is writable and has free space, or set DATABASE_URL."
        ) from error
