"""The OpenAPI document and Swagger UI."""

from functools import cache
from mimetypes import guess_type
from pathlib import Path

import flask_swagger_ui
import orjson
from flask import Blueprint, Response, current_app

from api.errors import NotFound
from api.http import reads
from api.http.parsing import JSON

blueprint = Blueprint("documentation", __name__)

SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"


@blueprint.get("/openapi.json")
def get_openapi() -> Response:
    """The OpenAPI document, made once a process."""
    return reads.static_response(_openapi(), JSON)


@cache
def _openapi() -> bytes:
    return orjson.dumps(current_app.extensions["dateline.api"].document.to_dict(), option=orjson.OPT_INDENT_2)


@blueprint.get("/docs")
def get_docs() -> Response:
    """Swagger UI over this server's own document."""
    return reads.static_response(_PAGE.encode(), "text/html")


@blueprint.get("/docs/start.js")
def get_docs_start() -> Response:
    """What starts Swagger UI."""
    return reads.static_response(_START.encode(), "text/javascript")


@blueprint.get("/docs/<string:name>")
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
