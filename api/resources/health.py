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


@blueprint.operation(
    "/livez", {200: (HealthSchema, "The process runs.")}, scope=None, summary="Check that the process runs"
)
def livez(_query: Mapping[str, Any]) -> Response:
    """A liveness check. It does not use the database."""
    return json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})


@blueprint.operation(
    "/readyz",
    {200: (HealthSchema, "The server is ready.")},
    scope=None,
    problems=[Unavailable],
    summary="Check that the server is ready",
)
def readyz(_query: Mapping[str, Any]) -> Response:
    """A readiness check for load balancers: 503 unless the database responds and has this server's migrations."""
    readiness.check()
    return json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})
