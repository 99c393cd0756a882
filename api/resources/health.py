"""Whether the server lives, and whether it can serve."""

from typing import Any

from flask import Response

from api.current import database
from api.errors import Unavailable
from api.migrate import head
from api.queries import health
from api.web import Blueprint, answer
from schemas.errors import HealthSchema

blueprint = Blueprint("Health", __name__, description="Whether the server is well.")


@blueprint.operation("/livez", {200: (HealthSchema, "The process answers.")}, scope=None, summary="Is it alive?")
def livez(_query: dict[str, Any]) -> Response:
    """The process answers; the database is not asked."""
    return answer({"status": "ok"}, headers={"Cache-Control": "no-store"})


@blueprint.operation(
    "/readyz",
    {200: (HealthSchema, "The database answers, and its migrations are those of this server.")},
    scope=None,
    problems=[Unavailable],
    summary="Is it ready?",
)
def readyz(_query: dict[str, Any]) -> Response:
    """The database answers and has this server's migrations; else 503, which a load balancer understands."""
    held = database().read(health.revision)
    if held != head():
        raise Unavailable(
            f"The database is at migration {held}, this server needs {head()}: run dateline migrate.",
            headers={"Retry-After": "5"},
        )
    return answer({"status": "ok"}, headers={"Cache-Control": "no-store"})
