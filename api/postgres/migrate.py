"""Migrates a database to the newest revision or to another one."""

from psycopg.errors import InsufficientPrivilege

from api.postgres import revisions
from api.postgres.connection import Connection, connect, present
from api.postgres.revisions import UnfitDatabase, head, known


def upgrade(conninfo: str) -> None:
    """Migrate to the newest revision. Raises UnfitDatabase."""
    migrate_to(conninfo, "head")


def migrate_to(conninfo: str, revision: str) -> str | None:
    """Migrate up or down to ``revision`` (``head``, ``base`` or a number). Returns the revision, None for base.

    Raises UnfitDatabase.
    """
    target = {"head": head(), "base": None}.get(revision, revision)
    if target is not None and target not in known():
        raise UnfitDatabase(f"Unknown migration {revision!r}. Choose base, {', '.join(known())} or head.")
    try:
        with connect(conninfo) as connection:
            _refuse_unfit(connection)
            is_current = target is not None and revisions.current(connection) == target
        if not is_current:
            # alembic and SQLAlchemy are a third of all imports, and most processes have nothing to migrate.
            from api.postgres import alembic_steps

            alembic_steps.run(conninfo, target)
    except InsufficientPrivilege as error:
        raise UnfitDatabase(f"The role may not create tables: {error}. Make it the owner of the database.") from None
    return target


def _refuse_unfit(connection: Connection) -> None:
    server = present(
        connection.execute(
            "select current_setting('server_encoding') as encoding,"
            " current_setting('server_version_num')::int as version"
        ).fetchone()
    )
    if server["encoding"] != "UTF8":
        raise UnfitDatabase(
            f"The encoding of the database is {server['encoding']}; Dateline needs UTF-8. Create one with:"
            " create database dateline encoding 'UTF8' template template0;"
        )
    if server["version"] < 150000:
        raise UnfitDatabase(f"The server is Postgres {server['version'] // 10000}; Dateline needs 15 or newer.")
