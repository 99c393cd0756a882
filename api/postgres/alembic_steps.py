"""Runs migrations with alembic, which is slow to import and so only loaded if there is something to migrate."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from api.postgres.connection import configure
from api.postgres.revisions import FOLDER, UnfitDatabase, known

MIGRATE_LOCK = 0x6461_7465_0003
LOCK_PAUSE_S = 0.1
"""The pause between two attempts to take the lock, in seconds."""


def run(conninfo: str, target: str | None) -> None:
    """Migrate up or down to ``target``, each migration in its own transaction. None is before the first.

    Raises UnfitDatabase, psycopg's errors.
    """
    with _connected(conninfo) as (connection, config):
        current = MigrationContext.configure(connection).get_current_revision()
        connection.commit()
        if current is not None and current not in known():
            raise UnfitDatabase(f"The database is at migration {current} of a newer Dateline. Update this one.")
        upward = target is not None and (current is None or target >= current)
        (command.upgrade if upward else command.downgrade)(config, target or "base")


def config_for_migrations() -> Config:
    """alembic's configuration for our migrations."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


@contextmanager
def _connected(conninfo: str) -> Iterator[tuple[sqlalchemy.Connection, Config]]:
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: _open(conninfo),
        poolclass=sqlalchemy.NullPool,
    )
    try:
        with engine.connect() as connection:
            _lock(connection)
            config = config_for_migrations()
            config.attributes["connection"] = connection
            yield connection, config
            connection.commit()
    except DBAPIError as error:
        raise error.orig or error from None


def _lock(connection: sqlalchemy.Connection) -> None:
    """Wait until no other process migrates the database. The lock ends with the connection."""
    # A statement that waited for the lock would block "create index concurrently", which waits for all statements.
    while not connection.exec_driver_sql(f"select pg_try_advisory_lock({MIGRATE_LOCK})").scalar():
        connection.commit()
        time.sleep(LOCK_PAUSE_S)
    connection.commit()


def _open(conninfo: str) -> psycopg.Connection:
    connection = psycopg.connect(conninfo, connect_timeout=10)
    configure(connection)
    connection.commit()
    return connection
