"""Paths with a slash too many at their end."""

from urllib.parse import quote

from flask import Response

from api.context import request
from api.http.lists import query_string_without
from api.http.responses import redirect


def redirected() -> Response | None:
    """The redirect from a path that ends in a slash to the path without it; clients send method and body again."""
    path = request().environ["PATH_INFO"]
    if path == "/" or not path.endswith("/"):
        return None
    # WSGI hands over the bytes of a path as the first 256 characters of Unicode.
    return redirect(308, quote(path.rstrip("/").encode("latin-1"), safe="/:@!$&'()*+,;=~"), query_string_without())
