"""The database of the settings, embedded or external, and connections to the archive in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.postgres import migrate, revisions
from api.postgres.connection import Connection, connect
from api.postgres.embedded import server as embedded
from api.settings import Settings


class NoArchive(Exception):
    """The database does not contain a usable archive; the text says what to do."""


@contextmanager
def database_for(settings: Settings) -> Iterator[tuple[str, embedded.Server | None]]:
    """The conninfo of DATABASE_URL, or of the embedded server, which is started if necessary and returned as well."""
    if settings.database_url:
        yield settings.database_url, None
    else:
        with embedded.running(settings.dateline_data) as server:
            yield server.conninfo, server


@contextmanager
def open_archive(settings: Settings) -> Iterator[Connection]:
    """A connection to an archive at the newest migration; an embedded one is migrated first. Raises NoArchive."""
    with database_for(settings) as (conninfo, server):
        if server:
            migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            current, newest = revisions.current(connection), revisions.head()
            if current != newest:
                raise NoArchive(
                    f"The database is at migration {current}, this dateline needs {newest}: run dateline migrate."
                )
            yield connection
