"""The index, the OpenAPI document, Swagger UI, and what each kind of problem means."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import flask_swagger_ui
import orjson
from flask import Blueprint as FlaskBlueprint
from flask import Response, current_app, request

from api.errors import PROBLEMS, NotFound
from api.http import reads
from api.http.operation import Blueprint
from api.http.parsing import JSON
from api.http.responses import absolute_url
from schemas.errors import IndexSchema, ProblemKindSchema, ProblemKindsSchema

blueprint = Blueprint("Service", __name__, description="The server itself.")
documentation = FlaskBlueprint("documentation", __name__)

BESIDE = {"openapi": "/openapi.json", "docs": "/docs", "problems": "/problems", "ready": "/readyz"}
SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"


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
        response = Response(status=302, headers={"Location": "/docs", "Vary": "Accept"})
        del response.headers["Content-Type"]
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


@documentation.get("/openapi.json")
def get_openapi() -> Response:
    """The OpenAPI document, made once a process."""
    return reads.static_response(_openapi(), JSON)


@cache
def _openapi() -> bytes:
    return orjson.dumps(current_app.extensions["dateline.api"].document.to_dict(), option=orjson.OPT_INDENT_2)


@documentation.get("/docs")
def get_docs() -> Response:
    """Swagger UI over this server's own document."""
    return reads.static_response(_PAGE.encode(), "text/html")


@documentation.get("/docs/start.js")
def get_docs_start() -> Response:
    """What starts Swagger UI."""
    return reads.static_response(_START.encode(), "text/javascript")


@documentation.get("/docs/<string:name>")
def get_docs_file(name: str) -> Response:
    """A file of Swagger UI, from its wheel: nothing is loaded from elsewhere."""
    path = _files().get(name)
    if path is None:
        raise NotFound("Swagger UI has no such file.")
    response = reads.static_response(path.read_bytes(), guess_type(name)[0] or "application/octet-stream")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@cache
def _files() -> dict[str, Path]:
    return {path.name: path for path in SWAGGER_UI.iterdir()}


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dateline API</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png" sizes="32x32">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""
