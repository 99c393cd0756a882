"""The index, and the pages of the kinds of problems."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import orjson
from flask import Response, request

from api.errors import PROBLEMS, NotFound
from api.http import reads
from api.http.operation import Blueprint
from api.http.parsing import JSON
from api.http.responses import absolute_url, redirect
from schemas.errors import IndexSchema, ProblemKindSchema, ProblemKindsSchema

blueprint = Blueprint("service", __name__)

BESIDE = {"openapi": "/openapi.json", "docs": "/docs", "guides": "/guides", "problems": "/problems", "ready": "/readyz"}


@blueprint.operation(
    "/",
    {200: (IndexSchema, "Where everything is.")},
    scope=None,
    cacheable=True,
    summary="Find everything",
)
def get_index(_query: Mapping[str, Any]) -> Response:
    """Addresses of everything; a browser is led to the documentation instead."""
    if request.accept_mimetypes.best_match([JSON, "text/html"]) == "text/html":
        response = redirect(302, "/docs")
        response.vary.add("Accept")
        return response
    paths = ("articles", "tags", "people", "outlets")
    links = {name: absolute_url(f"/v1/{name}") for name in paths}
    links |= {name: absolute_url(path) for name, path in BESIDE.items()}
    content = {"name": "Dateline", "version": version("dateline"), "links": links}
    response = reads.static_response(orjson.dumps(content), JSON)
    response.vary.add("Accept")
    return response


@blueprint.operation(
    "/problems",
    {200: (ProblemKindsSchema, "All kinds of failure, by their `code`.")},
    scope=None,
    cacheable=True,
    summary="List the kinds of failure",
)
def list_problems(_query: Mapping[str, Any]) -> Response:
    """What can go wrong: every `code` that a problem has, with its status and what to do."""
    return reads.static_response(orjson.dumps({"data": [_kind(code) for code in sorted(PROBLEMS)]}), JSON)


@blueprint.operation(
    "/problems/<string:code>",
    {200: (ProblemKindSchema, "What this kind of failure means and what to do.")},
    scope=None,
    cacheable=True,
    problems=[NotFound],
    path={"code": ("The `code` of a problem.", "invalid_input")},
    summary="Look up a kind of failure",
)
def get_problem(_query: Mapping[str, Any], code: str) -> Response:
    """The page behind the `type` of an error."""
    if code not in PROBLEMS:
        raise NotFound("No kind of failure has this code; /problems lists them all.")
    return reads.static_response(orjson.dumps(_kind(code)), JSON)


def _kind(code: str) -> dict[str, Any]:
    problem = PROBLEMS[code]
    return {"code": code, "title": problem.title, "status": problem.status, "description": problem.__doc__}
