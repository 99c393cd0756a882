"""The metrics of a server and its database in the text format of Prometheus."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from api.errors import Problem
from api.observability import metrics, metrics_directory
from api.postgres.connection import present
from api.postgres.database import Database
from api.queries import health

if TYPE_CHECKING:
    from prometheus_client import Metric

DATABASE = {
    "changes_position": "The position of the archive's latest change.",
    "jobs_unfinished": "Jobs that are not finished.",
    "oldest_unfinished_job_seconds": "The age of the oldest unfinished job, in seconds; 0 if there is none.",
    "oldest_due_embargo_seconds": (
        "The time since the oldest unreleased embargo expired, in seconds; 0 if there is none."
    ),
    "statistics_age_seconds": "The age of the term statistics, in seconds; 0 if there are none.",
}


def exposed(database: Database) -> tuple[bytes, str]:
    """The metrics of all processes and of the database, and their media type."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

    registry = metrics.current().registry
    metrics.set_pool(database)
    if directory := os.environ.get(metrics_directory.VARIABLE):
        registry = CollectorRegistry()
        registry.register(ProcessesCollector(Path(directory)))
    of_database = CollectorRegistry()
    of_database.register(DatabaseCollector(database))
    return generate_latest(registry) + generate_latest(of_database), CONTENT_TYPE_LATEST


class ProcessesCollector:
    """The metrics that the processes of this server share."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def collect(self) -> "Iterable[Metric]":
        """The metrics of all processes together."""
        from prometheus_client.multiprocess import MultiProcessCollector

        return MultiProcessCollector.merge(metrics_directory.files(self._directory))


class DatabaseCollector:
    """The metrics that the database knows. As gauges of a process they would be added up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> "Iterator[Metric]":
        """The metrics, or whether there are any if the database does not respond."""
        from prometheus_client.core import GaugeMetricFamily

        row = None
        with contextlib.suppress(Problem):
            row = self._database.read(health.figures)
        up = "Whether the database responded to this scrape."
        yield GaugeMetricFamily("dateline_database_up", up, value=int(row is not None))
        for name, text in DATABASE.items() if row else ():
            yield GaugeMetricFamily(f"dateline_{name}", text, value=float(present(row)[name]))
