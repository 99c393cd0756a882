"""The archive as commands at the terminal use it: found or started, and connected to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api import embedded, migrate, paging
from api.commands.nouns import KINDS
from api.database import Connection, connect, present
from api.ingest import ndjson, store
from api.ingest.store import Progress
from api.queries import export, health
from api.settings import Settings
from seeds import FILES


class NoArchive(Exception):
    """There is no archive to work on; the text says what to do."""


@contextmanager
def located(settings: Settings) -> Iterator[tuple[str, embedded.Server | None]]:
    """The conninfo of the database to use, and the embedded server when it is that one."""
    if settings.database_url:
        yield settings.database_url, None
    else:
        with embedded.running(settings.dateline_data) as server:
            yield server.conninfo, server


@contextmanager
def opened(settings: Settings) -> Iterator[Connection]:
    """A connection to an archive whose migrations are those of this code; raises NoArchive."""
    with located(settings) as (conninfo, server):
        if server:
            migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            held = health.revision(connection)
            if held != migrate.head():
                raise NoArchive(
                    f"The database is at migration {held}, this dateline needs {migrate.head()}: run dateline migrate."
                )
            yield connection


def is_empty(connection: Connection) -> bool:
    """Whether the archive holds no article yet; a demo that was interrupted while loading is loaded again."""
    return present(connection.execute("select not exists (select from articles) as empty").fetchone())["empty"]


def seed(connection: Connection, progress: Progress = lambda done: None) -> dict[str, dict[str, int]]:
    """Load the demo archive; what is there already stays as it is. Counts by noun and result."""
    return {path.stem: load(connection, path, progress, keep=True) for path in FILES}


def load(connection: Connection, path: Path, progress: Progress, *, keep: bool = False) -> dict[str, int]:
    """Store an NDJSON file that ``ndjson.check`` found right; counts by result."""
    counts = dict.fromkeys(store.RESULTS, 0)
    for kind, records in ndjson.grouped(path):
        if kind == "article":
            part = store.store_articles(connection, records, keep=keep, progress=progress)
        elif kind in KINDS:
            part = store.store_nouns(connection, kind, records, keep=keep, progress=progress)
        else:
            part = store.store_rest(connection, kind, records, progress=progress)
        counts = {result: counts[result] + part[result] for result in counts}
    return counts


def exported(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every line of an export, the position in the change feed at its end; all of one moment."""
    with connection.transaction():
        state = export.moment(connection)
        yield from export.whole(connection)
        key = present(connection.execute("select cursor_key from archive").fetchone())["cursor_key"]
        yield {"type": "position", "after": paging.feed_cursor(key, state.position, state.archive)}
