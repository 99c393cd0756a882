"""What a role needs that serves an archive and owns nothing of it."""

from psycopg import sql

from api.postgres.connection import Connection

# Each may be run again. The default is for what later migrations make, as the role that runs them and this.
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
    """Let ``role`` serve this archive: read and write rows, but neither make, change nor drop what holds them."""
    names = {"role": sql.Identifier(role), "database": sql.Identifier(connection.info.dbname)}
    with connection.transaction():
        for statement in _GRANTS:
            connection.execute(sql.SQL(statement).format(**names))
