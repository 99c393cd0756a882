"""JSON responses and absolute URLs."""

from collections.abc import Mapping

import orjson
from flask import Response
from werkzeug.datastructures import Headers

from api.context import g, settings
from api.http.parsing import JSON


def json_response(content: object, status: int = 200, headers: Mapping[str, str] | Headers | None = None) -> Response:
    """A JSON response. Rows of the database need no conversion."""
    body = orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    return Response(body, status=status, mimetype=JSON, headers=headers)


def redirect(status: int, path: str, query: str = "") -> Response:
    """A redirect to a quoted path of this server. Leading slashes become one, as two would begin a host."""
    location = f"{settings().public_url}/{path.lstrip('/')}{'?' if query else ''}{query}"
    response = Response(status=status, headers={"Location": location})
    del response.headers["Content-Type"]
    return response


def absolute_url(path: str) -> str:
    """The URL of a path of this server."""
    return f"{base_url()}{path}"


def base_url() -> str:
    """The URL of this server as clients use it, without a slash at the end."""
    return g().get("base_url", "")
