"""The cluster of the embedded Postgres: made by initdb, checked before a start, with the database `dateline` in it."""

import contextlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from api.postgres.embedded.account import EmbeddedError
from api.postgres.embedded.directory import OWNER, PASSWORDS, SERVING, SUPERUSER, DataDirectory

CTYPE = "C.UTF-8"
"""The operating system's locale by which text search tells letters from punctuation. All else uses Postgres' own.

Without it C is used, in which every character outside ASCII is a letter. All words are found then, but words in curly
quotes only with their quotes.
"""


_ROLES: dict[str, LiteralString] = {
    OWNER: "CREATE ROLE dateline LOGIN CREATEDB",
    SERVING: "CREATE ROLE dateline_server LOGIN",
}


def initialise(directory: DataDirectory, lock: int) -> None:
    """Make the cluster if it is missing: elsewhere, then moved here, so that an incomplete one is never used."""
    if directory.home.exists():
        return
    new = directory.path / "postgres.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    directory.account.own(new)
    directory.write(new / PASSWORDS[SUPERUSER], secrets.token_urlsafe(32))
    result = _initdb(directory, new, CTYPE, lock)
    if "invalid locale name" in result.stdout:
        result = _initdb(directory, new, "C", lock)
    if result.returncode != 0:
        raise EmbeddedError(f"initdb failed in {directory.path}:\n{last_lines(result.stdout)}")
    new.rename(directory.home)
    parent = os.open(directory.path, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)


def _initdb(directory: DataDirectory, new: Path, ctype: str, lock: int) -> "subprocess.CompletedProcess[str]":
    command = [
        directory.binaries.bin / "initdb",
        f"--pgdata={new / 'cluster'}",
        f"--pwfile={new / PASSWORDS[SUPERUSER]}",
        f"--username={SUPERUSER}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        f"--lc-ctype={ctype}",
    ]
    # initdb inherits the lock: if it outlives this process, the next one waits for it.
    return subprocess.run(  # noqa: S603 the wheel's own program
        command,
        **directory.account.popen,
        pass_fds=[lock],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def check(directory: DataDirectory) -> None:
    """Raise EmbeddedError unless the programs may start the cluster now. Removes a stale postmaster.pid."""
    version = (directory.home / "cluster" / "PG_VERSION").read_text().strip()
    if version != directory.binaries.major:
        raise EmbeddedError(
            f"{directory.path} was made by Postgres {version}, and this Dateline has Postgres"
            f" {directory.binaries.major}. Export it with the Dateline that made it, move the directory away"
            " and import into a new one; or set DATABASE_URL."
        )
    pid_file = directory.home / "cluster" / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError):
        pid = int(pid_file.read_text().split()[0])
        if _runs_in(directory, pid):
            raise EmbeddedError(
                f"Process {pid} is a Postgres on {directory.path} that Dateline did not start. Stop it first:"
                f" kill -INT {pid}"
            )
    # server.lock shows that no server runs. Postgres would still refuse to start if another process had got the pid
    # in the file. Against servers that do not use the lock, Postgres guards the data by shared memory as well.
    pid_file.unlink(missing_ok=True)


def _runs_in(directory: DataDirectory, pid: int) -> bool:
    """Whether the cluster is the working directory of `pid`, as it is of every Postgres process (Linux only)."""
    with contextlib.suppress(OSError):
        return os.path.samefile(f"/proc/{pid}/cwd", directory.home / "cluster")
    return False


def create_database(directory: DataDirectory) -> None:
    """Create the database `dateline`, the role of the same name that owns it, and the one that serves it, if missing.

    Each role has a password of its own. Until 0.2.0 the superuser had that of the owner.
    """
    with superuser(directory) as connection:
        # Two first users may do this at the same time; the lock ends with the connection.
        connection.execute("SELECT pg_advisory_lock(1)")
        if connection.info.password != directory.new_password(SUPERUSER):
            _set_password(connection, directory, SUPERUSER)
        for role, create in _ROLES.items():
            exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount
            if not exists or not directory.password(role).exists():
                with connection.transaction():
                    if not exists:
                        connection.execute(create)
                    _set_password(connection, directory, role)
        if not connection.execute("SELECT FROM pg_database WHERE datname = 'dateline'").rowcount:
            connection.execute("CREATE DATABASE dateline OWNER dateline TEMPLATE template0")


def superuser(directory: DataDirectory) -> psycopg.Connection:
    """A connection as superuser. Raises FileNotFoundError or ValueError while the cluster is being made."""
    files = [file for role in (SUPERUSER, OWNER) if (file := directory.password(role)).exists()]
    if not files:
        raise FileNotFoundError(directory.password(SUPERUSER))
    for file in files[:-1]:
        # The file is written before the password is set, so after a crash in between the old one is still valid.
        with contextlib.suppress(psycopg.OperationalError):
            return _connect(directory, file.read_text())
    return _connect(directory, files[-1].read_text())


def _connect(directory: DataDirectory, password: str) -> psycopg.Connection:
    return psycopg.connect(directory.conninfo(SUPERUSER, "postgres", password), autocommit=True, connect_timeout=2)


def _set_password(connection: psycopg.Connection, directory: DataDirectory, role: str) -> None:
    # Not sent in plain text, which the server might log.
    hashed = connection.pgconn.encrypt_password(directory.new_password(role).encode(), role.encode(), b"scram-sha-256")
    change = sql.SQL("ALTER ROLE {} PASSWORD {}")
    connection.execute(change.format(sql.Identifier(role), sql.Literal(hashed.decode())))


def last_lines(text: str) -> str:
    """The last ten lines of a program's output."""
    return "\n".join(text.strip().splitlines()[-10:])
