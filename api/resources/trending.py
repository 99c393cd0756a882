"""Trending tags and people over HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response

from api.http import reads
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.postgres.connection import Connection
from api.queries import trending as queries
from api.queries.trending import Trending
from api.retrieval.published import FIRST
from schemas.trending import TrendingQuery, TrendingSchema

blueprint = Blueprint("trending", __name__, url_prefix="/v1")

# The earliest window has earlier weeks in the calendar.
_EARLIEST = FIRST + timedelta(weeks=queries.WEEKS + 1)


@blueprint.operation(
    "/trending",
    {200: (TrendingSchema, "The trending tags or people.")},
    query=TrendingQuery,
    cacheable=False,
    summary="List trending tags or people",
)
def list_trending(query: Mapping[str, Any]) -> Response:
    """Tags or people that more outlets write about than in the same window of the eight weeks before.

    The windows of earlier weeks are of the same weekdays and times, so that a weekly column is not trending. Of copies
    of a story, the first of the window counts, so that a report of an agency counts for one outlet. An entry has at
    least five articles of three outlets. Articles count by when they were published, as the archive is now: embargoed
    and withdrawn ones count for no reader, and `as_of` gives any earlier day again. Unconfirmed tags and people are
    left out. Never cached. See [Trending](/guides/reading#trending).
    """
    until = max(query.get("as_of") or datetime.now(UTC), _EARLIEST)
    window = queries.WINDOWS[query["window"]]

    def read(connection: Connection) -> Trending:
        return queries.trending(connection, query["noun"], window, until, query["limit"])

    def render(found: Trending) -> Response:
        extent = {"since": until - window, "until": until, "weeks": found.weeks, "complete": found.complete}
        return json_response({"data": found.entries, "meta": {"noun": query["noun"], **extent}})

    # Without as_of, the response changes with time, while the archive's state does not.
    return reads.read_uncached(read, render)
