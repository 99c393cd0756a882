"""From one migration to another, by alembic."""

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


def run(conninfo: str, target: str | None) -> None:
    """Go up or down to ``target``, None for before the first, each step in a transaction.

    Raises UnfitDatabase, psycopg's errors.
    """
    with _connected(conninfo) as (connection, config):
        held = MigrationContext.configure(connection).get_current_revision()
        connection.commit()
        if held is not None and held not in known():
            raise UnfitDatabase(f"The database is at migration {held}, which a newer Dateline made; update this one.")
        upward = target is not None and (held is None or target >= held)
        (command.upgrade if upward else command.downgrade)(config, target or "base")


def config_for_migrations() -> Config:
    """What alembic is to know of our migrations."""
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
            # Several servers that start at once migrate one after the other; the lock ends with the connection.
            connection.exec_driver_sql(f"select pg_advisory_lock({MIGRATE_LOCK})")
            connection.commit()
            config = config_for_migrations()
            config.attributes["connection"] = connection
            yield connection, config
            connection.commit()
    except DBAPIError as error:
        raise error.orig or error from None


def _open(conninfo: str) -> psycopg.Connection:
    connection = psycopg.connect(conninfo, connect_timeout=10)
    configure(connection)
    connection.commit()
    return connection
