"""The data directory of the embedded Postgres: its files, their locks, and how to connect.

users.lock      locked shared by every process that uses the server; exclusively by the one that stops it
server.lock     locked by the server itself: Postgres and all its children inherit the descriptor
port            the TCP port, the same from start to start
postgres.log    the log of Postgres
postgres/       the cluster and the passwords of its roles, moved here by one rename once initdb is done
"""

import fcntl
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from api.postgres.embedded.account import Account
from api.postgres.embedded.binaries import Binaries, binaries_for

SUPERUSER, OWNER, SERVING = "postgres", "dateline", "dateline_server"
"""The roles: the superuser, the one that owns the database, and the one that serves it and owns nothing."""
PASSWORDS = {SUPERUSER: "superuser-password", OWNER: "password", SERVING: "server-password"}
"""The file of the password of each role, in the directory of the cluster."""
SOCKET = ".s.PGSQL."
"""How the names of Postgres' sockets and of their lock files begin; the port follows."""


@dataclass(frozen=True)
class DataDirectory:
    """A data directory and the account that owns it and runs its Postgres."""

    path: Path
    account: Account

    @property
    def home(self) -> Path:
        """The directory of the cluster, its password and its socket."""
        return self.path / "postgres"

    @property
    def log(self) -> Path:
        """The log file of Postgres."""
        return self.path / "postgres.log"

    @cached_property
    def binaries(self) -> Binaries:
        """The Postgres programs for this directory."""
        return binaries_for(self.account)

    def conninfo(self, role: str, database: str, password: str = "") -> str:
        """A libpq URL with a password, by default that of the role's file.

        Raises FileNotFoundError or ValueError while the cluster is being made.
        """
        password = password or self.password(role).read_text()
        port = int((self.path / "port").read_text())
        has_socket = (self.home / f"{SOCKET}{port}").exists()
        host = quote(str(self.home), safe="/") if has_socket else "127.0.0.1&hostaddr=127.0.0.1"
        # Otherwise libpq takes each of these from the PG* variables of the environment.
        fixed = "sslmode=disable&gssencmode=disable&require_auth=scram-sha-256"
        return f"postgresql://{role}:{password}@/{database}?host={host}&port={port}&{fixed}"

    def password(self, role: str) -> Path:
        """The file of a role's password."""
        return self.home / PASSWORDS[role]

    def new_password(self, role: str) -> str:
        """The password in the file of a role, which is made if it is missing."""
        file = self.password(role)
        if not file.exists():
            new = file.with_suffix(".new")
            self.write(new, secrets.token_urlsafe(32))
            new.rename(file)
        return file.read_text()

    def open(self, path: Path, flags: int) -> int:
        """A descriptor of a file, which is made if it is missing and always owned by the account."""
        # As root, do not follow a symbolic link that another user made in its directory.
        descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        self.account.own(descriptor)
        return descriptor

    def write(self, path: Path, text: str) -> None:
        """Write a file to the disk."""
        with open(self.open(path, os.O_WRONLY | os.O_TRUNC), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def lock(self, name: str, kind: int) -> int:
        """A descriptor of the file `name`, locked as `kind`. BlockingIOError if LOCK_NB is set and it is in use."""
        descriptor = self.open(self.path / name, os.O_RDWR)
        try:
            fcntl.flock(descriptor, kind)
        except BaseException:
            os.close(descriptor)
            raise
        _locks.add(descriptor)
        return descriptor

    def try_server_lock(self) -> int | None:
        """`server.lock`, or None while any process of the server runs."""
        try:
            return self.lock("server.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None


_locks: set[int] = set()


def release(lock: int) -> None:
    """Close a descriptor of DataDirectory.lock, which ends its lock unless another process has inherited it."""
    _locks.discard(lock)
    os.close(lock)


def _close_locks() -> None:
    # A lock lasts as long as any copy of its descriptor, and a forked process may outlive its parent.
    while _locks:
        os.close(_locks.pop())


os.register_at_fork(after_in_child=_close_locks)
