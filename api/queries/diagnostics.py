"""What ``dateline doctor`` checks in the database."""

from psycopg.rows import DictRow

from api.postgres.connection import Connection, present


def server(connection: Connection) -> DictRow:
    """The server: its version, encoding and time, whether it is read-only, and how many connections it accepts.

    ``pid`` is the backend process; behind a pooler it differs from that of the connection.
    """
    result = connection.execute(
        """
        select current_setting('server_version_num')::int / 10000 as major,
            current_setting('server_version') as version,
            current_setting('server_encoding') as encoding,
            pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as read_only,
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                as connections,
            pg_database_size(current_database()) as bytes,
            pg_backend_pid() as pid,
            clock_timestamp() as now
        """
    )
    return present(result.fetchone())


def has_others(connection: Connection) -> bool:
    """Whether other clients are connected to this database, such as a running server."""
    result = connection.execute(
        """
        select exists (
            select from pg_stat_activity
            where datname = current_database() and usesysid is not null and pid <> pg_backend_pid()
        ) as others
        """
    )
    return present(result.fetchone())["others"]


def indexes(connection: Connection) -> dict[str, bool]:
    """All indexes by name, and whether each is valid."""
    rows = connection.execute(
        """
        select c.relname as name, i.indisvalid and i.indisready as whole
        from pg_index i join pg_class c on c.oid = i.indexrelid
        where c.relnamespace = 'public'::regnamespace
        order by c.relname
        """
    ).fetchall()
    return {row["name"]: row["whole"] for row in rows}


def statistics(connection: Connection) -> DictRow:
    """What searches are planned by: counted terms and the planner's statistics, and how old both are."""
    result = connection.execute(
        """
        select (select coalesce(sum(articles), 0) from outlets) as articles,
            (select measured_at from text_stats) as measured_at,
            exists (select from languages where not paired) as indexed_before,
            (select extract(epoch from now() - measured_at) from text_stats) as age,
            coalesce((select at > measured_at from changes, text_stats order by position desc limit 1), false)
                as outdated,
            (select attstattarget from pg_attribute
                where attrelid = 'articles'::regclass and attname = 'search') as target,
            (select coalesce(last_analyze, last_autoanalyze) from pg_stat_user_tables
                where relid = 'articles'::regclass) as analyzed_at
        """
    )
    return present(result.fetchone())
