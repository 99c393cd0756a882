"""The database of the settings, embedded or external, and connections to the archive in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from api.postgres import migrate, revisions
from api.postgres.connection import Connection, connect
from api.postgres.embedded import server as embedded
from api.settings import Settings


class NoArchive(Exception):
    """The database does not contain a usable archive; the text says what to do."""


def describe(settings: Settings) -> str:
    """Where the archive of the settings is, for people: a directory, or host, port and database. Never a password."""
    if not settings.database_url:
        return f"the embedded Postgres in {embedded.data_directory(settings.dateline_data)}"
    # What the URL leaves open libpq takes from the environment, such as PGHOST, or from its own defaults.
    defaults = {option.keyword.decode(): option.val.decode() for option in pq.Conninfo.get_defaults() if option.val}
    known = {**defaults, **conninfo_to_dict(settings.database_url)}
    host = known.get("host") or known.get("hostaddr") or "a local socket"
    return f"the database {known.get('dbname') or known.get('user')} on {host}, port {known['port']}"


@contextmanager
def database_for(settings: Settings, *, create: bool = False) -> Iterator[tuple[str, embedded.Server | None]]:
    """The conninfo of DATABASE_URL, or of the embedded server, which is started if necessary and returned as well.

    Without ``create``, raises NoArchive where the embedded server has no data yet.
    """
    if settings.database_url:
        yield settings.database_url, None
        return
    if not create and not embedded.exists(settings.dateline_data):
        raise _no_archive(settings)
    with embedded.running(settings.dateline_data) as server:
        yield server.conninfo, server


@contextmanager
def open_archive(settings: Settings) -> Iterator[Connection]:
    """A connection to an archive at the newest migration; an embedded one is migrated first. Raises NoArchive."""
    with database_for(settings) as (conninfo, server), connect(conninfo) as connection:
        if revisions.current(connection) is None:
            raise _no_archive(settings)
        if server:
            migrate.upgrade(conninfo)
        current, newest = revisions.current(connection), revisions.head()
        if current != newest:
            advice = "Run `dateline migrate`." if current in revisions.known() else "Install the newer Dateline."
            raise NoArchive(f"The archive is at migration {current}; this Dateline needs {newest}. {advice}")
        yield connection


def _no_archive(settings: Settings) -> NoArchive:
    return NoArchive(
        f"There is no archive in {describe(settings)}. Create one with `dateline migrate` or `dateline serve`, or"
        " choose another with DATABASE_URL or DATELINE_DATA."
    )
