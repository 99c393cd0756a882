"""Queues jobs, which ``api.jobs`` runs after the transaction."""

from collections.abc import Collection, Sequence

import orjson

from api.postgres.connection import Connection, present

# Entities or phrases in a job. Each is searched for in each language of the archive.
JOB_SIZE = 100


def queue_relink(
    connection: Connection, table: str, ids: Sequence[int], phrases: Sequence[str], within: Collection[int] = ()
) -> int:
    """Queue a job that links articles again: those linked to these entities, those that contain one of their current
    names, and those that contain one of ``phrases``, their earlier names. Returns the number of the job for clients.

    ``within`` limits the job to the articles of these outlets (ids).
    """
    limit = {"within": sorted(within)} if within else {}
    subjects = [{table: list(ids[n : n + JOB_SIZE]), **limit} for n in range(0, len(ids), JOB_SIZE)]
    subjects += [{"phrases": list(phrases[n : n + JOB_SIZE])} for n in range(0, len(phrases), JOB_SIZE)]
    queued = connection.execute(
        """
        with work as materialized (select nextval('job_numbers') as number)
        insert into jobs (number, kind, subject)
        select number, 'relink', value from work, json_array_elements(%(subjects)s::json)
        returning number
        """,
        {"subjects": orjson.dumps(subjects).decode()},
    )
    return present(queued.fetchone())["number"]
