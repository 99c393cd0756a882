"""What this process counts for Prometheus.

prometheus-client decides when it is imported whether processes share their metrics, so it is imported by start().
"""

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Response

from api.context import g, request
from api.observability import logs, timing
from api.postgres.database import Database

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PATCH", "PUT", "DELETE"})
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LOOKUPS = ("hit", "miss", "stale")
POOL_SECONDS = 1.0

_metrics: "Metrics | None" = None


class Metrics:
    """The metrics of this process."""

    def __init__(self, registry: "CollectorRegistry") -> None:
        self.registry = registry
        self.requests = _requests(registry)
        # labels() takes a lock on every call.
        self.requests_of = cache(self.requests.labels)
        self.in_flight = _gauge(registry, "requests_in_flight", "Requests in progress.")
        self.pool = _gauge(
            registry,
            "pool_connections",
            "Database connections: open (size), idle (available), and requests that wait for one (waiting).",
            "state",
        )
        self.lookups = _counter(
            registry,
            "cache_lookups_total",
            "Cacheable reads by result: hit, miss, or stale (cached before the archive changed).",
            "result",
        )
        self.cache_bytes = _gauge(registry, "cache_bytes", "The size of the cached responses, in bytes.")
        self.last_run = _gauge(
            registry,
            "ticker_last_run_timestamp_seconds",
            "When scheduled work last ran successfully, as Unix time.",
            "work",
            mode="livemax",
        )
        self.failures = _counter(
            registry, "ticker_failures_total", "Failed runs of scheduled work. They are retried.", "work"
        )
        # Each kind of metric opens its file with its first value. All do it now, and none while a request is handled:
        # somebody may have removed the directory by then.
        self.requests_of("GET", "/readyz", 200)
        self.lookups_by = {result: self.lookups.labels(result) for result in LOOKUPS}


def _requests(registry: "CollectorRegistry") -> "Histogram":
    from prometheus_client import Histogram

    return Histogram(
        "dateline_request_seconds",
        "The duration of requests until their response is ready, in seconds.",
        ("method", "route", "status"),
        buckets=BUCKETS,
        registry=registry,
    )


def _gauge(registry: "CollectorRegistry", name: str, text: str, *labels: str, mode: Any = "livesum") -> "Gauge":
    from prometheus_client import Gauge

    return Gauge(f"dateline_{name}", text, labels, multiprocess_mode=mode, registry=registry)


def _counter(registry: "CollectorRegistry", name: str, text: str, *labels: str) -> "Counter":
    from prometheus_client import Counter

    return Counter(f"dateline_{name}", text, labels, registry=registry)


def start() -> Metrics:
    """Count from now on in this process."""
    global _metrics
    from prometheus_client import CollectorRegistry, disable_created_metrics

    disable_created_metrics()  # processes cannot share them
    _metrics = Metrics(CollectorRegistry())
    return _metrics


def current() -> Metrics:
    """The metrics of this process."""
    return _metrics or start()


def watch_pool(database: Database) -> None:
    """Update the pool's metrics every second, so that they are right whichever process is scraped."""
    pause = threading.Event()

    def watch() -> None:
        while True:
            set_pool(database)
            pause.wait(POOL_SECONDS)

    threading.Thread(target=watch, name="watch-pool", daemon=True).start()


def set_pool(database: Database) -> None:
    """Update the pool's metrics."""
    if _metrics:
        for state, count in database.connections().items():
            _metrics.pool.labels(state).set(count)


def start_request() -> None:
    """Count a request as in progress."""
    if _metrics:
        g().counted = True
        _metrics.in_flight.inc()


def end_request(_error: BaseException | None = None) -> None:
    """Count a request as in progress no longer."""
    if _metrics and g().pop("counted", False):
        _metrics.in_flight.dec()


def count_request(response: Response) -> None:
    """Count this request by method, route and status."""
    if _metrics:
        method = request().method if request().method in METHODS else "other"
        _metrics.requests_of(method, logs.route() or "none", response.status_code).observe(timing.elapsed())


def count_lookup(result: str) -> None:
    """Count a cache lookup: hit, miss or stale."""
    if _metrics:
        _metrics.lookups_by[result].inc()


def set_cache_bytes(size: int) -> None:
    """Set the size of the cache."""
    if _metrics:
        _metrics.cache_bytes.set(size)


def count_work(work: str, *, failed: bool = False) -> None:
    """Count a run of scheduled work."""
    if _metrics:
        _metrics.failures.labels(work).inc(int(failed))
        if not failed:
            _metrics.last_run.labels(work).set_to_current_time()
