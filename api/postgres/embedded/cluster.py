"""The cluster of the embedded Postgres: made by initdb, checked before a start, with the database `dateline` in it."""

import contextlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from api.postgres.embedded.account import EmbeddedError
from api.postgres.embedded.directory import DataDirectory

CTYPE = "C.UTF-8"
"""The operating system's locale by which text search tells letters from punctuation. All else uses Postgres' own.

Without it C is used, in which every character outside ASCII is a letter. All words are found then, but words in curly
quotes only with their quotes.
"""


def initialise(directory: DataDirectory, lock: int) -> None:
    """Make the cluster if it is missing: elsewhere, then moved here, so that an incomplete one is never used."""
    if directory.home.exists():
        return
    new = directory.path / "postgres.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    directory.account.own(new)
    directory.write(new / "password", secrets.token_urlsafe(32))
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
        f"--pwfile={new / 'password'}",
        "--username=postgres",
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
    """Create the database `dateline` and the role of the same name that owns it, if they are missing."""
    password = sql.Literal((directory.home / "password").read_text())
    with psycopg.connect(directory.conninfo("postgres", "postgres"), autocommit=True) as connection:
        # Two first users may do this at the same time; the lock ends with the connection.
        connection.execute("SELECT pg_advisory_lock(1)")
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = 'dateline'").rowcount:
            role = sql.SQL("CREATE ROLE dateline LOGIN CREATEDB PASSWORD {}")
            connection.execute(role.format(password))
        if not connection.execute("SELECT FROM pg_database WHERE datname = 'dateline'").rowcount:
            connection.execute("CREATE DATABASE dateline OWNER dateline TEMPLATE template0")


def last_lines(text: str) -> str:
    """The last ten lines of a program's output."""
    return "\n".join(text.strip().splitlines()[-10:])
