"""Timelines over HTTP."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.http import reads
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.postgres.connection import Connection
from api.queries import timeline as queries
from api.resources.articles import BEYOND_TIME, filters_of, not_accepted, query_meta, reading_of
from api.retrieval import plan as plans
from schemas.timeline import TimelineQuery, TimelineSchema

blueprint = Blueprint("timeline", __name__, url_prefix="/v1")


@blueprint.operation(
    "/timeline",
    {200: (TimelineSchema, "The number of articles in each interval.")},
    query=TimelineQuery,
    summary="Count articles over time",
)
def get_timeline(query: Mapping[str, Any]) -> Response:
    """The number of articles over time, by default in up to 120 intervals. Takes the filters of `GET /v1/articles`."""
    reading = reading_of(query)
    filters = filters_of(query, reading)
    interval, tz = query["interval"], query["tz"]

    def read(connection: Connection) -> tuple[str, list[dict[str, Any]]]:
        try:
            return queries.timeline(connection, plans.make(connection, filters, "newest"), interval, tz)
        except queries.TooLong as error:
            detail = f"makes more than {queries.INTERVALS_AT_MOST:,} intervals; use {error.fitting}"
            raise not_accepted("interval", detail) from None
        except OverflowError:
            raise not_accepted("tz", BEYOND_TIME) from None

    def response(counted: tuple[str, list[dict[str, Any]]]) -> Response:
        chosen, parts = counted
        total = sum(part["count"] for part in parts)
        meta = {"interval": chosen, "tz": tz, "total": total, **query_meta(reading)}
        return json_response({"data": parts, "meta": meta})

    return reads.read(read, response)
