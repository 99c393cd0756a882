"""The state of the archive for operators."""

from psycopg.rows import DictRow

from api.postgres.connection import Connection, present


def figures(connection: Connection) -> DictRow:
    """Figures for monitoring: the last position, unfinished jobs, and for how many seconds due work has waited."""
    figures = connection.execute(
        """
        select greatest(changes_trimmed_to, (select max(position) from changes)) as changes_position,
            (select count(*) from jobs where finished_at is null) as jobs_unfinished,
            (select coalesce(max(attempts), 0) from jobs where finished_at is null) as job_failures,
            coalesce(extract(epoch from clock_timestamp()
                - (select min(created_at) from jobs where finished_at is null)), 0) as oldest_unfinished_job_seconds,
            greatest(coalesce(extract(epoch from clock_timestamp()
                - (select min(embargoed_until) from articles where embargoed_until is not null)), 0), 0)
                as oldest_due_embargo_seconds,
            coalesce(extract(epoch from clock_timestamp() - (select measured_at from text_stats)), 0)
                as statistics_age_seconds
        from archive
        """
    )
    return present(figures.fetchone())


def is_empty(connection: Connection) -> bool:
    """Whether the archive has no article yet."""
    return present(connection.execute("select not exists (select from articles) as empty").fetchone())["empty"]
