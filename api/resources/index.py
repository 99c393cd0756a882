"""The index: where everything is."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import orjson
from flask import Response, request

from api.http import reads
from api.http.operation import Blueprint
from api.http.parsing import JSON
from api.http.responses import absolute_url, redirect
from schemas.errors import IndexSchema

blueprint = Blueprint("index", __name__)

LINKS = {
    "articles": "/v1/articles",
    "tags": "/v1/tags",
    "people": "/v1/people",
    "outlets": "/v1/outlets",
    "openapi": "/openapi.json",
    "docs": "/docs",
    "guides": "/guides",
    "problems": "/problems",
    "ready": "/readyz",
}


@blueprint.operation(
    "/",
    {200: (IndexSchema, "The URLs of the main resources.")},
    scope=None,
    cacheable=True,
    summary="Get the index",
)
def get_index(_query: Mapping[str, Any]) -> Response:
    """The version of the server and the URLs of its main resources. Browsers are redirected to `/docs`."""
    if request.accept_mimetypes.best_match([JSON, "text/html"]) == "text/html":
        response = redirect(302, "/docs")
        response.vary.add("Accept")
        return response
    links = {name: absolute_url(path) for name, path in LINKS.items()}
    content = {"name": "Dateline", "version": version("dateline"), "links": links}
    response = reads.static_response(orjson.dumps(content), JSON)
    response.vary.add("Accept")
    return response
