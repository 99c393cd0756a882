"""The archive as commands at the terminal use it: found or started, and connected to."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.postgres import migrate, revisions
from api.postgres.connection import Connection, connect
from api.postgres.embedded import server as embedded
from api.settings import Settings


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
            held = revisions.revision(connection)
            if held != revisions.head():
                raise NoArchive(
                    f"The database is at migration {held}, this dateline needs {revisions.head()}:"
                    " run dateline migrate."
                )
            yield connection
