"""The operating system user that runs Postgres, and the data directory that this user can reach."""

import contextlib
import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT_HOME = Path("/var/lib/dateline")
"""Where root's copies and data go when the account that runs Postgres cannot reach the originals."""


class EmbeddedError(Exception):
    """The embedded Postgres cannot be used; the text says what is wrong and what to do."""


@dataclass(frozen=True)
class Account:
    """The operating system user that runs Postgres: the current user, or an unprivileged one if that is root."""

    uid: int
    gid: int

    @property
    def popen(self) -> dict[str, Any]:
        """Keyword arguments that make `subprocess` run a program as this account, detached from the terminal.

        The environment is short because every process with the same uid can read it. Its C locale keeps messages in
        English and the locale of the current user out of the data.
        """
        inherited = {"PATH", "LD_LIBRARY_PATH", "LOCPATH"} & os.environ.keys()
        other = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.uid != os.geteuid() else {}
        return {
            "env": {name: os.environ[name] for name in inherited} | {"LC_ALL": "C"},
            "cwd": "/",
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            **other,
        }

    def own(self, file: int | Path) -> None:
        """Make the account the owner of `file`."""
        if self.uid != os.geteuid():
            os.chown(file, self.uid, self.gid)

    def reaches(self, directory: Path) -> bool:
        """Whether the account can enter `directory`, found out by doing it: file modes are not all that decides."""
        command = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(directory)]
        return subprocess.run(command, **self.popen, capture_output=True).returncode == 0  # noqa: S603 no shell text


def account_for(data: Path) -> Account:
    """The account that runs the Postgres of `data`. For root that is the owner of `data`, or else a service account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    owner = data.stat().st_uid if data.exists() else 0
    for candidate in [owner] if owner else ["postgres", "nobody"]:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwuid(candidate) if isinstance(candidate, int) else pwd.getpwnam(candidate)
            return Account(entry.pw_uid, entry.pw_gid)
    missing = f"the owner of {data}, user id {owner}, is not" if owner else "neither postgres nor nobody is"
    raise EmbeddedError(
        f"Postgres does not run as root, and {missing} in /etc/passwd. Start Dateline as an ordinary user, or"
        " set DATABASE_URL."
    )


def make_directory(path: Path) -> None:
    """Make `path` and its missing parents, which everyone can enter whatever the umask is."""
    missing = [directory for directory in (path, *path.parents) if not directory.exists()]
    for directory in reversed(missing):
        with contextlib.suppress(FileExistsError):
            directory.mkdir()
            directory.chmod(0o755)


def data_directory(path: Path) -> Path:
    """The data directory for `path`, whether it exists or not.

    For root it is below ROOT_HOME if the account that runs Postgres cannot reach `path`.
    """
    data = Path(os.path.realpath(path))
    if os.geteuid() != 0:
        return data
    substitute = ROOT_HOME / f"data-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    account = account_for(data)
    if (data / "postgres").is_dir():
        if account.reaches(data):
            return data
        raise EmbeddedError(
            f"User id {account.uid} owns the database in {data} but cannot reach it any more. Let that user enter the"
            " directories above it (chmod o+x), or set DATABASE_URL."
        )
    return data if not (substitute / "postgres").is_dir() and _reachable(account, data) else substitute


def make_data_directory(path: Path) -> Path:
    """The data directory for `path`, made if necessary and owned by the account that runs Postgres."""
    data = data_directory(path)
    if os.geteuid() != 0:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif not data.exists() or _is_free(data):
        make_directory(data.parent)
        data.mkdir(mode=0o700, exist_ok=True)
        data.chmod(0o700)
        account_for(data).own(data)
    return data


def _is_free(data: Path) -> bool:
    """Whether root may give the directory `data` to another user: it is empty and owned by root."""
    return data.stat().st_uid == 0 and not any(data.iterdir())


def _reachable(account: Account, data: Path) -> bool:
    """Whether `account` can use `data`, which may not exist yet."""
    if data.exists() and not _is_free(data):
        return account.reaches(data)
    return account.reaches(next(parent for parent in data.parents if parent.exists()))
