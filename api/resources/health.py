"""Whether the server lives, and whether it can serve."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.errors import Unavailable
from api.http import readiness
from api.http.operation import Blueprint
from api.http.responses import json_response
from schemas.errors import HealthSchema

blueprint = Blueprint("health", __name__)


@blueprint.operation("/livez", {200: (HealthSchema, "The process answers.")}, scope=None, summary="Is it alive?")
def livez(_query: Mapping[str, Any]) -> Response:
    """The process answers; the database is not asked."""
    return json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})


@blueprint.operation(
    "/readyz",
    {200: (HealthSchema, "The database answers, and has the migrations of this server.")},
    scope=None,
    problems=[Unavailable],
    summary="Is it ready?",
)
def readyz(_query: Mapping[str, Any]) -> Response:
    """The database answers and has this server's migrations, or newer ones; else 503, for load balancers."""
    readiness.check()
    return json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})
