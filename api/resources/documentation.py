"""The OpenAPI document, Swagger UI, and where a browser is sent that looks for them elsewhere."""

from functools import cache, lru_cache
from mimetypes import guess_type
from pathlib import Path

import flask_swagger_ui
import orjson
from flask import Blueprint, Response, current_app

from api.errors import NotFound
from api.http import reads
from api.http.openapi.document import Api
from api.http.parsing import JSON
from api.http.responses import base_url, redirect

blueprint = Blueprint("documentation", __name__)

STATIC = Path(__file__).parent / "static"
SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
DAY = "public, max-age=86400"


@blueprint.get("/openapi.json")
def get_openapi() -> Response:
    """The OpenAPI document, with links to where it was read."""
    return reads.static_response(_openapi(current_app.extensions["dateline.api"], base_url()), JSON)


@lru_cache(10)
def _openapi(api: Api, url: str) -> bytes:
    return orjson.dumps(api.as_dict(url), option=orjson.OPT_INDENT_2)


@blueprint.get("/docs")
def get_docs() -> Response:
    """Swagger UI over this server's own document."""
    return reads.static_response(_files()["docs.html"].read_bytes(), "text/html")


@blueprint.get("/docs/<string:name>")
def get_docs_file(name: str) -> Response:
    """A file of /docs or of a guide, from this package or Swagger UI's wheel: nothing is loaded from elsewhere."""
    path = _files().get(name)
    if path is None:
        raise NotFound("There is no such file. The API reference is at /docs.")
    response = reads.static_response(path.read_bytes(), guess_type(name)[0] or "application/octet-stream")
    response.headers["Cache-Control"] = DAY
    return response


@blueprint.get("/favicon.ico")
def get_icon() -> Response:
    """The icon of every page, where browsers look for it unasked."""
    return get_docs_file("icon.svg")


@blueprint.get("/v1")
def get_v1() -> Response:
    """The index, which sends browsers on to Swagger UI."""
    return redirect(302, "/")


@blueprint.get("/redoc")
def get_redoc() -> Response:
    """Swagger UI."""
    return redirect(302, "/docs")


@cache
def _files() -> dict[str, Path]:
    return {path.name: path for directory in (SWAGGER_UI, STATIC) for path in directory.iterdir()}
