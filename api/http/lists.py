"""The response of every list: data, page and meta, and the Link header."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from flask import Response

from api.context import database, request
from api.http import reads
from api.http.responses import absolute_url, json_response
from api.postgres.connection import Connection
from api.retrieval import cursors
from api.retrieval.cardinality import ENTITY_FILTERS, same_entities
from api.retrieval.keyset import Page, PageRequest

Fetch = Callable[[Connection, PageRequest], Page]

# Parameters that a cursor is not bound to: they may differ from page to page.
UNBOUND = ("cursor", "limit", "count", "fields", "include", "explain", "facets")
# Slugs that a cursor contains at most, in bytes.
MOST_NAMED_BYTES = 500
LONGEST_LINKED = 8_192
"""The length of a URL, in bytes without its cursor, up to which a list has a ``Link`` header; clients refuse longer
headers."""
# Characters that need no percent-encoding in a query string.
_SAFE = "%=&+,:;/?@!$'()*~-._"


def list_response(
    query: Mapping[str, Any],
    scope: Mapping[str, Any],
    fetch: Fetch,
    read: Callable[[Callable[[Connection], Page], Callable[[Page], Response]], Response] = reads.read,
) -> Response:
    """The response with one page, which ``fetch`` reads. Its cursors are bound to ``scope``, the query and the path.

    ``read`` is ``reads.read_uncached`` for rows that may change while the archive's state does not.
    """
    key = database().cursor_key
    bound, entities = _binding(scope, query)
    sort_key, backward = None, False
    if "cursor" in query:
        direction, named, *sort_key = cursors.decode(key, bound, query["cursor"])
        if named != entities and not _same_entities(named, entities):
            raise cursors.invalid_cursor()
        backward = direction == "prev"
    page_request = PageRequest(query["limit"], sort_key, backward, query["count"])
    return read(
        lambda connection: fetch(connection, page_request),
        lambda page: _render(page, page_request, key, bound, entities),
    )


def _binding(scope: Mapping[str, Any], query: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What cursors of a list are bound to: its filters and sort, and the entities that it names, by slug.

    A cursor contains these slugs, so that it continues after they were renamed or merged. More than MOST_NAMED_BYTES
    of them are bound as they are spelled, to keep the cursor short.
    """
    # A path with a scope is described by it.
    path = {"": request().endpoint if scope else request().path}
    bound = {name: value for name, value in {**scope, **query, **path}.items() if name not in UNBOUND}
    entities = {name: list(bound[name]) for name in ENTITY_FILTERS if name in bound}
    if sum(len(slug) for slugs in entities.values() for slug in slugs) > MOST_NAMED_BYTES:
        return bound, {}
    return {name: value for name, value in bound.items() if name not in entities}, entities


def _same_entities(named: Any, entities: Mapping[str, Sequence[str]]) -> bool:
    return database().read(lambda connection: same_entities(connection, named, entities))


def _render(
    page: Page, page_request: PageRequest, key: bytes, bound: Mapping[str, Any], entities: Mapping[str, Any]
) -> Response:
    ends = {
        direction: cursors.encode(key, bound, [direction, entities, *sort_key]) if sort_key else None
        for direction, sort_key in (("next", page.next), ("prev", page.prev))
    }
    content = {"data": page.rows, "page": {"limit": page_request.limit, **ends}, "meta": _meta(page)}
    return json_response(content, headers=_links(ends))


def _meta(page: Page) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if page.total is not None:
        meta |= {"total": page.total, "total_relation": "gte" if page.capped else "eq"}
    if page.cut:
        meta["size_limited"] = True
    if page.ranking is not None:
        meta["ranked"] = {"articles": page.ranking.articles, "all": page.ranking.complete}
        meta["relaxed"] = page.ranking.relaxed is not None
    if page.explanation is not None:
        meta["explain"] = page.explanation
    return {**meta, **page.meta}


def _links(ends: Mapping[str, str | None]) -> dict[str, str]:
    query = query_string_without(b"cursor")
    url = f"{absolute_url(quote(request().path))}?{query}{'&' if query else ''}"
    if len(url) > LONGEST_LINKED:
        return {}
    links = [f'<{url}cursor={cursor}>; rel="{direction}"' for direction, cursor in ends.items() if cursor]
    return {"Link": ", ".join(links)} if links else {}


def query_string_without(*names: bytes) -> str:
    """The query string of this request without some parameters, with unsafe characters percent-encoded."""
    parts = request().query_string.split(b"&")
    others = [part for part in parts if part and unquote_to_bytes(part.partition(b"=")[0]) not in names]
    return quote(b"&".join(others), safe=_SAFE)
