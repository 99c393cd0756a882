"""Grants the privileges of a role that serves an archive without owning its tables."""

from psycopg import sql

from api.postgres.connection import Connection

# All can be repeated. The default privileges apply to tables that the same owner creates in later migrations.
_GRANTS = (
    "grant usage on schema public to {role}",
    "grant select, insert, update, delete on all tables in schema public to {role}",
    "revoke insert, update, delete on alembic_version from {role}",
    "grant usage, select, update on all sequences in schema public to {role}",
    "alter default privileges in schema public grant select, insert, update, delete on tables to {role}",
    "alter default privileges in schema public grant usage, select, update on sequences to {role}",
    "grant temporary on database {database} to {role}",
)


def grant(connection: Connection, role: str) -> None:
    """Allow ``role`` to read and write the rows of this archive, but not to create, alter or drop its tables."""
    names = {"role": sql.Identifier(role), "database": sql.Identifier(connection.info.dbname)}
    with connection.transaction():
        for statement in _GRANTS:
            connection.execute(sql.SQL(statement).format(**names))
