"""The directory in which all processes of a server share their metrics.

prometheus-client writes the metrics of each process into files below PROMETHEUS_MULTIPROC_DIR. Each process locks the
directory, so that the directories of killed servers can be told apart, and marks that it runs.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.observability import metrics

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "dateline-metrics-"
MARK = "process-"
MEMORY = Path("/dev/shm")  # noqa: S108 (mkdtemp makes unpredictable names there)


@contextmanager
def shared() -> Iterator[None]:
    """Count in this process and those that it starts, until the block ends. Removes what killed servers left."""
    _remove_unused()
    directory, lock = _made()
    os.environ[VARIABLE] = directory
    try:
        _mark(Path(directory))
        metrics.start()
        yield
    finally:
        del os.environ[VARIABLE]
        os.close(lock)
        shutil.rmtree(directory, ignore_errors=True)


def join() -> None:
    """Count in a process that was started within shared()."""
    directory = Path(os.environ[VARIABLE])
    directory.mkdir(0o700, exist_ok=True)
    _lock(directory)
    _mark(directory)
    metrics.start()


def files(directory: Path) -> list[str]:
    """The files with the metrics of all processes, without the gauges of processes that have ended."""
    _forget_ended(directory)
    # A file is empty when it was just made, and stays so if its process is killed at that moment. prometheus-client
    # fails on an empty file (its issue 1199).
    return [str(path) for path in directory.glob("*.db") if _size(path)]


def _size(path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):  # another process has removed it
        return path.stat().st_size
    return 0


def _mark(directory: Path) -> None:
    (directory / f"{MARK}{os.getpid()}").touch()


def _forget_ended(directory: Path) -> None:
    from prometheus_client.multiprocess import mark_process_dead

    for mark in directory.glob(f"{MARK}*"):
        pid = int(mark.name.removeprefix(MARK))
        if not _runs(pid):
            with contextlib.suppress(FileNotFoundError):  # another process does the same
                mark_process_dead(pid, str(directory))
            mark.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):  # it ended, or its id was reused by another user
        return False
    return True


def _parent() -> Path:
    """Where directories are made: in memory if possible. A process that writes such a file to a full disk is killed."""
    return MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())


def _made() -> tuple[str, int]:
    while True:
        directory = tempfile.mkdtemp(prefix=PREFIX, dir=_parent())
        # Another server that starts may have removed it before it was locked.
        with contextlib.suppress(FileNotFoundError):
            lock = _lock(directory)
            if Path(directory).exists():
                return directory, lock
            os.close(lock)


def _lock(directory: str | Path, kind: int = fcntl.LOCK_SH) -> int:
    """A descriptor that locks the directory as long as it is open."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, kind)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_unused() -> None:
    for directory in _parent().glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # in use, or owned by another user
            lock = _lock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock).st_uid == os.geteuid():
                shutil.rmtree(directory, ignore_errors=True)
            os.close(lock)
