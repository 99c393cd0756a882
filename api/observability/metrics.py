"""Figures for Prometheus, the same whichever process answers: all of one server write theirs into one directory.

prometheus-client decides when it is imported whether it does so, hence it is imported when the figures are started.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response

from api.context import g, request
from api.errors import Problem
from api.observability import logs, timing
from api.postgres.connection import present
from api.postgres.database import Database
from api.queries import health

if TYPE_CHECKING:
    from prometheus_client import Metric

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "dateline-metrics-"
MEMORY = Path("/dev/shm")  # noqa: S108 (mkdtemp makes names there that nobody foresees)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PATCH", "PUT", "DELETE"})
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
POOL_SECONDS = 1.0

_figures: "Figures | None" = None


class Figures:
    """What this process counts."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

        disable_created_metrics()  # processes together have none
        registry = self.registry = CollectorRegistry()
        self.requests = Histogram(
            "dateline_request_seconds",
            "How long requests took until their answer was ready.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=registry,
        )
        # By themselves they are looked for under a lock, each time.
        self.requests_of = cache(self.requests.labels)
        self.in_flight = Gauge(
            "dateline_requests_in_flight",
            "Requests that are being answered.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.pool = Gauge(
            "dateline_pool_connections",
            "Connections to the database: open ones (size), those nobody uses (available), and requests that wait.",
            ("state",),
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.lookups = Counter(
            "dateline_cache_lookups_total",
            "Reads by whether their answer was kept: hit, miss, or stale, kept from before the archive changed.",
            ("result",),
            registry=registry,
        )
        self.kept = Gauge(
            "dateline_cache_bytes",
            "The bytes that kept answers take.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.last_run = Gauge(
            "dateline_ticker_last_run_timestamp_seconds",
            "When work that is due was last looked for and done, as Unix time.",
            ("work",),
            multiprocess_mode="livemax",
            registry=registry,
        )
        self.failures = Counter(
            "dateline_ticker_failures_total",
            "How often work that is due failed, to be tried again.",
            ("work",),
            registry=registry,
        )
        # A file is made with the first figure of its kind: all now, and none while a request is answered, by when
        # somebody may have cleared the directory away.
        self.requests_of("GET", "/readyz", 200)
        self.lookups_by = {result: self.lookups.labels(result) for result in ("hit", "miss", "stale")}


@contextmanager
def shared() -> Iterator[None]:
    """Count from now on, in this process and those it starts, until the block ends.

    Each holds the directory by a lock, so that those of servers that were killed are known, and removed here.
    """
    _remove_left()
    directory, held = _made()
    os.environ[DIRECTORY] = directory
    try:
        start()
        yield
    finally:
        del os.environ[DIRECTORY]
        os.close(held)
        shutil.rmtree(directory, ignore_errors=True)


def join() -> None:
    """Count from now on in a process that was started within ``shared``."""
    directory = Path(os.environ[DIRECTORY])
    directory.mkdir(0o700, exist_ok=True)
    _held(directory)
    start()


def _place() -> Path:
    """Where directories are made. A disk that becomes full kills whoever counts into a file that lies on it."""
    return MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())


def _made() -> tuple[str, int]:
    while True:
        directory = tempfile.mkdtemp(prefix=PREFIX, dir=_place())
        # Another server that starts now may have removed it before it was held.
        with contextlib.suppress(FileNotFoundError):
            held = _held(directory)
            if Path(directory).exists():
                return directory, held
            os.close(held)


def _held(directory: str | Path, how: int = fcntl.LOCK_SH) -> int:
    """A descriptor that locks the directory for as long as it is open."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, how)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_left() -> None:
    for directory in _place().glob(f"{PREFIX}*"):
        # Somebody else's, or in use.
        with contextlib.suppress(OSError):
            held = _held(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(held).st_uid == os.geteuid():
                shutil.rmtree(directory, ignore_errors=True)
            os.close(held)


def start() -> Figures:
    """Count from now on in this process."""
    global _figures
    _figures = Figures()
    return _figures


def watch_pool(database: Database) -> None:
    """Keep the figures of this process's pool up to date, so that they are right in whatever process is asked."""

    def watch() -> None:
        while True:
            _count_pool(database)
            pause.wait(POOL_SECONDS)

    pause = threading.Event()
    threading.Thread(target=watch, name="watch-pool", daemon=True).start()


def begun() -> None:
    """A request begins."""
    if _figures:
        g().counted = True
        _figures.in_flight.inc()


def ended(_error: BaseException | None = None) -> None:
    """A request has ended, one way or another."""
    if _figures and g().pop("counted", False):
        _figures.in_flight.dec()


def answered(response: Response) -> None:
    """Count this request by what it asked for and how it was answered."""
    if _figures:
        method = request().method if request().method in METHODS else "other"
        _figures.requests_of(method, logs.route() or "none", response.status_code).observe(timing.elapsed())


def looked_up(result: str) -> None:
    """Count a read by whether its answer was kept."""
    if _figures:
        _figures.lookups_by[result].inc()


def kept(size: int) -> None:
    """So many bytes of answers are kept."""
    if _figures:
        _figures.kept.set(size)


def ticked(work: str, *, failed: bool = False) -> None:
    """Work that is due was done, or failed."""
    if _figures:
        _figures.failures.labels(work).inc(int(failed))
        if not failed:
            _figures.last_run.labels(work).set_to_current_time()


def exposed(database: Database) -> tuple[bytes, str]:
    """All figures of this server in Prometheus' text format, with those that the database knows; its media type."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

    registry = (_figures or start()).registry
    _count_pool(database)
    if directory := os.environ.get(DIRECTORY):
        _forget_ended(Path(directory))
        registry = CollectorRegistry()
        registry.register(OfAllProcesses(Path(directory)))
    asked = CollectorRegistry()
    asked.register(OfTheDatabase(database))
    return generate_latest(registry) + generate_latest(asked), CONTENT_TYPE_LATEST


class OfAllProcesses:
    """What the processes of this server wrote into the directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def collect(self) -> "Iterable[Metric]":
        """The figures of all together."""
        from prometheus_client.multiprocess import MultiProcessCollector

        # A file is empty when it was just made, and stays so when its process was killed at that moment:
        # prometheus-client fails on one (its issue 1199).
        files = [str(path) for path in self._directory.glob("*.db") if _size(path)]
        return MultiProcessCollector.merge(files)


def _size(path: Path) -> int:
    """How many bytes a file has; none where another process removed it meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


class OfTheDatabase:
    """What the database knows at the moment. No Gauge, which the processes of a server would keep and add up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> "Iterator[Metric]":
        """The figures, without those that only the database has where it does not answer."""
        from prometheus_client.core import GaugeMetricFamily

        held = None
        with contextlib.suppress(Problem):
            held = self._database.read(health.figures)
        sentence = "Whether the database answered this question."
        yield GaugeMetricFamily("dateline_database_up", sentence, value=int(held is not None))
        for name, sentence in DATABASE.items() if held else ():
            yield GaugeMetricFamily(f"dateline_{name}", sentence, value=float(present(held)[name]))


DATABASE = {
    "changes_position": "The position of the archive's last change.",
    "jobs_unfinished": "Jobs that are not done.",
    "oldest_unfinished_job_seconds": "How long ago the oldest job that is not done was made; 0 without one.",
    "oldest_due_embargo_seconds": "How long the oldest embargo that is still there is over; 0 without one.",
    "statistics_age_seconds": "How long ago the words of the archive were counted; 0 when they never were.",
}


def _count_pool(database: Database) -> None:
    if _figures:
        for state, count in database.connections().items():
            _figures.pool.labels(state).set(count)


def _forget_ended(directory: Path) -> None:
    """Leave out what processes that have ended had at the moment: a worker that was killed answers no request."""
    for path in directory.glob("gauge_live*.db"):
        if not _runs(int(path.stem.rpartition("_")[2])):
            path.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):  # nobody's, or somebody else's by now
        return False
    return True
