"""Work that writes left to do, over HTTP."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.context import database
from api.errors import NotFound
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.queries import jobs as queries
from schemas.jobs import JobSchema

blueprint = Blueprint("jobs", __name__, url_prefix="/v1")


@blueprint.operation(
    "/jobs/<number:job_id>",
    {200: (JobSchema, "The job and its progress.")},
    path={"job_id": ("The id of the job, from the `Location` or `Link` header of a write.", 1)},
    cacheable=False,
    summary="Get a job",
)
def get_job(_query: Mapping[str, Any], job_id: int) -> Response:
    """The progress of a job that updates the names in articles after a write. Poll it until its state is `done`.

    Until then, some articles still show the former names. Lists already contain the right articles.
    """
    job = database().read(lambda connection: queries.one(connection, job_id))
    if job is None:
        raise NotFound(f"No job has the id {job_id}.")
    return json_response(job, headers={"Cache-Control": "no-store"})
