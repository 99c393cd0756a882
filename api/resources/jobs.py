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
    {200: (JobSchema, "How far it is.")},
    path={"job_id": ("The id of the job, as the answer to the write named it.", 1)},
    cacheable=False,
    summary="Get one job",
)
def get_job(_query: Mapping[str, Any], job_id: int) -> Response:
    """How far the work is that followed a write: renewing the names in the articles concerned. Ask again until `done`.

    A reader sees the names before and after side by side meanwhile; which articles a list holds is right at once.
    """
    job = database().read(lambda connection: queries.one(connection, job_id))
    if job is None:
        raise NotFound(f"No job has the id {job_id}.")
    return json_response(job, headers={"Cache-Control": "no-store"})
