"""The progress of jobs that writes have queued."""

from psycopg.rows import DictRow

from api.postgres.connection import Connection


def one(connection: Connection, number: int) -> DictRow | None:
    """All jobs of one write together; None if there are none."""
    return connection.execute(
        """
        select number as id, min(kind) as kind,
            case
                when bool_and(finished_at is not null) then 'done'
                when bool_or(attempts > 0 and finished_at is null) then 'failing'
                when bool_or(after is not null or finished_at is not null) then 'running'
                else 'waiting'
            end as state,
            sum(done)::int as done, min(created_at) as created_at,
            case when bool_and(finished_at is not null) then max(finished_at) end as finished_at
        from jobs
        where number = %(number)s
        group by number
        """,
        {"number": number},
    ).fetchone()
