"""Metrics for Prometheus: no operation of the API, and served only with the setting METRICS."""

from flask import Blueprint, Response

from api.context import database
from api.observability import exposition

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def get_metrics() -> Response:
    """The metrics of all processes of this server."""
    body, content_type = exposition.exposed(database())
    return Response(body, content_type=content_type, headers={"Cache-Control": "no-store"})
