"""The change feed over HTTP."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app

from api.context import database
from api.errors import CursorExpired, InvalidCursor
from api.http import positions, reads
from api.http.authentication import outlets_with_embargoes, recheck
from api.http.concurrency import Gate, Waiting
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.observability.timing import stage
from api.postgres.connection import Connection
from api.queries import changes as queries
from api.queries.changes import State
from schemas.changes import ChangePageSchema, ChangesQuery

blueprint = Blueprint("changes", __name__, url_prefix="/v1")

# How often a waiting request looks for changes.
POLL_SECONDS = 0.1
# Retry-After if too many requests are waiting.
PAUSE_SECONDS = 5


@blueprint.operation(
    "/changes",
    {
        200: (
            ChangePageSchema,
            "The changes after the cursor, oldest first. `Retry-After` is set if too many requests are waiting.",
            "Retry-After",
        )
    },
    query=ChangesQuery,
    takes_position=False,
    cacheable=False,
    problems=[InvalidCursor, CursorExpired],
    summary="List changes",
)
def list_changes(query: Mapping[str, Any]) -> Response:
    """Every change to the archive in the order of commits, with the current state of what changed.

    Continue with `page.next`: you miss no change and see none twice. If `article` is null, delete the article from your
    copy. If your key is revoked while a request waits, the response is 401.

    Changes of embargoed articles are only visible with a key of their outlet, and to everyone once published.
    """
    own = outlets_with_embargoes()
    types, limit, fields = query.get("types", ()), query["limit"], query.get("fields", ())
    after: int | None = None

    def read(connection: Connection) -> tuple[State, list[dict[str, Any]], bool]:
        nonlocal after
        state = reads.observe_state(connection)
        if after is None:
            after = positions.start(query.get("after"), state)
        if after >= state.position:
            return state, [], False
        return state, *queries.page(connection, after, limit, types, own, fields)

    with stage("sql"):
        state, rows, more = database().read(read)
    headers = {"Cache-Control": "no-store"}
    if not rows and query["wait"]:
        waiting: Waiting = current_app.extensions["dateline.waiting"]
        with waiting.place() as has_place:
            if not has_place:
                headers["Retry-After"] = str(min(query["wait"], PAUSE_SECONDS))
            deadline = time.monotonic() + query["wait"]
            while has_place and not rows and time.monotonic() < deadline and _paused(waiting):
                recheck()
                state, rows, more = database().read(read)
    return json_response(_page(state, rows, limit, more, after or 0), headers=headers)


def _page(state: State, rows: list[dict[str, Any]], limit: int, more: bool, after: int) -> dict[str, Any]:
    """A page of the feed after a position; ``more`` says that there are more changes."""
    # This reader sees all changes up to the position of the state, so the next page starts there.
    last = rows[-1]["position"] if rows else after
    following = positions.cursor(state, last if more else max(last, state.position))
    for row in rows:
        row["cursor"] = positions.cursor(state, row.pop("position"))
    return {"data": rows, "page": {"limit": limit, "next": following, "more": more}}


def _paused(waiting: Waiting) -> bool:
    gate: Gate = current_app.extensions["dateline.gate"]
    with gate.outside():
        return waiting.sleep(POLL_SECONDS)
