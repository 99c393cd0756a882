"""The shape of every list: data, page and meta, and the Link header."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.datastructures import Headers

from api import paging
from api.database import Connection
from api.queries.pages import Page
from api.web import absolute, answer, database

Fetch = Callable[[Connection, list[object] | None], Page]


def listed(query: Mapping[str, Any], scope: Mapping[str, Any], fetch: Fetch) -> Response:
    """Answer one page. ``scope`` is what a cursor is bound to; ``fetch`` reads the rows behind a place."""
    key = database().cursor_key
    bound = {name: value for name, value in {**scope, **query}.items() if name not in ("cursor", "limit")}
    after = paging.decode(key, bound, query["cursor"]) if "cursor" in query else None
    page = database().read(lambda connection: fetch(connection, after))
    cursor = paging.encode(key, bound, page.next) if page.next else None
    headers = Headers()
    if cursor:
        headers["Link"] = f'<{absolute(request.path)}?{_query_string(cursor)}>; rel="next"'
    content = {
        "data": page.rows,
        "page": {"limit": query["limit"], "next": cursor, "prev": None},
        "meta": {},
    }
    return answer(content, headers=headers)


def _query_string(cursor: str) -> str:
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return urlencode([*pairs, ("cursor", cursor)])
