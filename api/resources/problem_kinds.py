"""The kinds of problems: what each error code means."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from api.errors import PROBLEMS, NotFound
from api.http import reads
from api.http.operation import Blueprint
from api.http.parsing import JSON
from schemas.errors import ProblemKindSchema, ProblemKindsSchema

blueprint = Blueprint("problem_kinds", __name__)


@blueprint.operation(
    "/problems",
    {200: (ProblemKindsSchema, "All error codes.")},
    scope=None,
    cacheable=True,
    summary="List the error codes",
)
def list_problems(_query: Mapping[str, Any]) -> Response:
    """Every `code` of an error, with its status, its meaning and what to do about it."""
    return reads.static_response(orjson.dumps({"data": [_kind(code) for code in sorted(PROBLEMS)]}), JSON)


@blueprint.operation(
    "/problems/<string:code>",
    {200: (ProblemKindSchema, "The error code.")},
    scope=None,
    cacheable=True,
    problems=[NotFound],
    path={"code": ("The `code` of an error.", "invalid_input")},
    summary="Get one error code",
)
def get_problem(_query: Mapping[str, Any], code: str) -> Response:
    """What one `code` means and what to do about it. The `type` of every error links here."""
    if code not in PROBLEMS:
        raise NotFound("There is no such error code. /problems lists them all.")
    return reads.static_response(orjson.dumps(_kind(code)), JSON)


def _kind(code: str) -> dict[str, Any]:
    problem = PROBLEMS[code]
    return {"code": code, "title": problem.title, "status": problem.status, "description": problem.explanation()}
