"""Bringing a database to the newest migration, or to another one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy.exc import DBAPIError

import migrations
from api.database import configure, present

MIGRATE_LOCK = 0x6461_7465_0003


class UnfitDatabase(Exception):
    """The database cannot hold an archive; the text says why and what would."""


@cache
def head() -> str:
    """The newest migration that this process knows, whatever is installed beneath it later."""
    return present(ScriptDirectory.from_config(_config()).get_current_head())


def indexes() -> dict[str, str]:
    """The indexes that the migrations make, each with the statement that does."""
    made = re.compile(r"create index (\w+) on [^;]+;")
    texts = [Path(step.path).read_text(encoding="utf-8") for step in _steps()]
    return {found[1]: " ".join(found[0].split()) for text in texts for found in made.finditer(text)}


def _steps() -> list[Script]:
    return list(ScriptDirectory.from_config(_config()).walk_revisions())


def upgrade(conninfo: str) -> None:
    """Run the migrations that are missing, each in a transaction of its own. Raises UnfitDatabase."""
    go(conninfo, "head")


def go(conninfo: str, revision: str) -> str | None:
    """Go up or down to ``revision`` (``head``, ``base`` or one's number); the revision afterwards."""
    known = [step.revision for step in _steps()]
    if revision not in ("head", "base", *known):
        raise UnfitDatabase(f"There is no migration {revision!r}; there are base, {', '.join(reversed(known))}, head.")
    with _connected(conninfo) as (connection, config):
        context = MigrationContext.configure(connection)
        held = context.get_current_revision()
        connection.commit()
        if held is not None and held not in known:
            raise UnfitDatabase(f"The database is at migration {held}, which a newer Dateline made; update this one.")
        target = {"head": known[0], "base": None}.get(revision, revision)
        upward = target is not None and (held is None or known.index(target) <= known.index(held))
        (command.upgrade if upward else command.downgrade)(config, revision)
        return target


@contextmanager
def _connected(conninfo: str) -> Iterator[tuple[sqlalchemy.Connection, Config]]:
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: _open(conninfo),
        poolclass=sqlalchemy.NullPool,
    )
    try:
        with engine.connect() as connection:
            _refuse_unfit(connection)
            # Several servers that start at once migrate one after the other; the lock ends with the connection.
            connection.exec_driver_sql(f"select pg_advisory_lock({MIGRATE_LOCK})")
            connection.commit()
            config = _config()
            config.attributes["connection"] = connection
            yield connection, config
            connection.commit()
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise UnfitDatabase(f"The role may not make the tables: {error.orig}; let it own the database.") from None
        raise error.orig or error from None


def _open(conninfo: str) -> psycopg.Connection:
    connection = psycopg.connect(conninfo, connect_timeout=10)
    configure(connection)
    connection.commit()
    return connection


def _refuse_unfit(connection: sqlalchemy.Connection) -> None:
    encoding = connection.exec_driver_sql("show server_encoding").scalar_one()
    if encoding != "UTF8":
        raise UnfitDatabase(
            f"The database is encoded in {encoding}; Dateline needs UTF-8. Create one with:"
            " create database dateline encoding 'UTF8' template template0;"
        )
    version = int(connection.exec_driver_sql("show server_version_num").scalar_one())
    if version < 150000:
        raise UnfitDatabase(f"The server is Postgres {version // 10000}; Dateline needs 15 or newer.")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config
