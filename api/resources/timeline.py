"""Timelines over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response

from api.http import reads
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.postgres.connection import Connection
from api.queries import timeline as queries
from api.resources.articles import BEYOND_TIME, filters_of, not_accepted, query_meta, reading_of
from api.retrieval import plan as plans
from api.retrieval.by_relevance import RELAXED_BELOW, relaxed
from api.search.parser import Reading
from api.search.single_words import SingleWord
from schemas.timeline import TimelineQuery, TimelineSchema

blueprint = Blueprint("timeline", __name__, url_prefix="/v1")


@dataclass(frozen=True)
class _Counted:
    """A timeline, whether its search was relaxed, and the absent words of one that was or that finds nothing."""

    timeline: queries.Timeline
    relaxed: bool = False
    absent: Sequence[SingleWord] = ()

    @property
    def total(self) -> int:
        """The number of articles in all intervals."""
        return self.timeline.total


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

    def read(connection: Connection) -> _Counted:
        plan = plans.make(connection, filters, "newest", collapse="collapse" in query)
        try:
            counted = _Counted(queries.timeline(connection, plan, interval, tz))
            if reading is None or counted.total >= RELAXED_BELOW or not counted.timeline.complete:
                return counted
            loose, absent = relaxed(connection, plan)
            if loose and query["relax"] == "true":
                with_some = _Counted(queries.timeline(connection, loose, interval, tz), relaxed=True)
                counted = with_some if with_some.total > counted.total else counted
            return replace(counted, absent=() if counted.total and not counted.relaxed else absent)
        except queries.TooLong as error:
            detail = f"makes more than {queries.INTERVALS_AT_MOST:,} intervals; use {error.fitting}"
            raise not_accepted("interval", detail) from None
        except OverflowError:
            raise not_accepted("tz", BEYOND_TIME) from None

    return reads.read(read, lambda counted: _response(counted, tz, reading))


def _response(counted: _Counted, tz: str, reading: Reading | None) -> Response:
    timeline = counted.timeline
    extent = {"total": timeline.total, "complete": timeline.complete, "margin": timeline.margin}
    meta: dict[str, Any] = {"interval": timeline.interval, "tz": tz, **extent}
    if reading:
        meta |= {"relaxed": counted.relaxed, **query_meta(reading, counted.absent)}
    return json_response({"data": timeline.parts, "meta": meta})
