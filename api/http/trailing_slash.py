"""Redirects from paths with a trailing slash."""

from urllib.parse import quote

from flask import Response

from api.context import request
from api.http.lists import query_string_without
from api.http.responses import redirect


def redirected() -> Response | None:
    """A permanent redirect to the path without its trailing slash, which preserves method and body."""
    path = request().environ["PATH_INFO"]
    if path == "/" or not path.endswith("/"):
        return None
    # WSGI passes the bytes of a path as Latin-1.
    return redirect(308, quote(path.rstrip("/").encode("latin-1"), safe="/:@!$&'()*+,;=~"), query_string_without())
