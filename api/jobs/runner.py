"""Runs due jobs in steps. Each step is a transaction, so a job continues after a crash where it stopped."""

import logging
from collections.abc import Callable
from functools import partial
from typing import LiteralString
from uuid import UUID

from api.commands.article_relinking import relink_articles
from api.jobs import relink
from api.postgres.connection import Connection, in_transaction

STEP = 1_000
"""The number of articles in a step."""

log = logging.getLogger("dateline")


def run(
    connection: Connection,
    progress: Callable[[int], None] = lambda done: None,
    ended: Callable[[], bool] = lambda: False,
) -> int:
    """Run the steps of all due jobs until ``ended`` returns true. Returns the number of articles changed.

    Several processes may run jobs at once. A job that fails is retried after a delay that doubles each time, up to an
    hour; the other jobs run meanwhile.
    """
    total = 0
    while not ended() and (job := _next_job(connection)):
        try:
            total += in_transaction(connection, partial(_step, job=job))
        except Exception:
            # The type of the exception does not tell: a failed statement raises OperationalError, too.
            if connection.closed or connection.broken:
                raise
            log.exception("Job %s failed and will be retried", job)
            connection.execute(_POSTPONE, {"id": job})
        progress(total)
    return total


_POSTPONE: LiteralString = """
    update jobs
    set attempts = attempts + 1, due_at = now() + least(power(2, attempts), 3600) * interval '1 second'
    where id = %(id)s"""


def _next_job(connection: Connection) -> UUID | None:
    row = connection.execute(
        "select id from jobs where finished_at is null and due_at <= clock_timestamp() order by due_at, id limit 1"
    ).fetchone()
    return row["id"] if row else None


def _step(connection: Connection, job: UUID) -> int:
    """Process the next articles of a job. Returns the number changed; 0 if another process has finished the job."""
    row = connection.execute(
        "select subject, after from jobs where id = %(id)s and finished_at is null for update", {"id": job}
    ).fetchone()
    if row is None:
        return 0
    articles = relink.affected_articles(connection, row["subject"], row["after"], STEP)
    connection.execute(
        """
        update jobs
        set after = coalesce(%(after)s::uuid, after), done = done + %(done)s, attempts = 0,
            finished_at = case when %(last)s then now() end
        where id = %(id)s
        """,
        {
            "id": job,
            "after": articles[-1] if articles else None,
            "done": len(articles),
            "last": len(articles) < STEP,
        },
    )
    return relink_articles(connection, articles) if articles else 0
