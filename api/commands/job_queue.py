"""Queueing work that outlives the request that caused it."""

from collections.abc import Sequence

import orjson

from api.postgres.connection import Connection, present

# Entities a job: each of their names is looked for in each language of the archive.
ENTITIES = 100


def queue_relink(connection: Connection, table: str, ids: Sequence[int], phrases: Sequence[str]) -> int:
    """Have the articles that these entities concern linked anew: those linked now, those that hold a name they have,
    and those that hold one of ``phrases``, names that they had. The number under which clients can follow it.
    """
    subjects = [{table: list(ids[n : n + ENTITIES])} for n in range(0, len(ids), ENTITIES)]
    subjects += [{"phrases": list(phrases[n : n + ENTITIES])} for n in range(0, len(phrases), ENTITIES)]
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
