"""Whether the database can serve: it answers and its migrations are those of this code."""

from api.database import Connection


def revision(connection: Connection) -> str | None:
    """The migration the database is at; None when it was never migrated."""
    known = connection.execute("select to_regclass('alembic_version') is not null as known").fetchone()
    if known is None or not known["known"]:
        return None
    row = connection.execute("select version_num from alembic_version").fetchone()
    return row["version_num"] if row else None
