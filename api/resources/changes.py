"""The change feed over HTTP."""

import threading
import time
from functools import cache
from typing import Any

from flask import Response

from api import positions
from api.current import database, settings
from api.database import Connection
from api.errors import CursorExpired, InvalidCursor
from api.queries import changes as queries
from api.queries.changes import State
from api.timing import stage
from api.web import Blueprint, answer, seen_alone
from schemas.changes import ChangePageSchema, ChangesQuery

blueprint = Blueprint("Changes", __name__, url_prefix="/v1", description="Everything that happens, in its order.")

LOOK_SECONDS = 0.1


@blueprint.operation(
    "/changes",
    {200: (ChangePageSchema, "The changes behind the cursor, oldest first.")},
    query=ChangesQuery,
    positioned=False,
    problems=[InvalidCursor, CursorExpired],
    summary="Follow the archive",
)
def list_changes(query: dict[str, Any]) -> Response:
    """Every change in the order of commits, with what changed as it is now; a follower misses none and sees none twice.

    Ask again with `page.next`. An entry whose `article` is null is a tombstone: delete it from your copy. Changes of
    embargoed articles are shown to their outlet's keys alone, and to everyone once they are published.
    """
    own = seen_alone()
    types, limit, fields = query.get("types", ()), query["limit"], query.get("fields", ())
    after: int | None = None

    def read(connection: Connection) -> tuple[State, list[dict[str, Any]]]:
        nonlocal after
        state = queries.state(connection)
        if after is None:
            after = positions.start(query.get("after"), state)
        return state, queries.page(connection, after, limit, types, own, fields) if after < state.position else []

    with stage("sql"):
        state, rows = database().read(read)
    if not rows and query["wait"] and (place := _waiting()).acquire(blocking=False):
        try:
            deadline = time.monotonic() + query["wait"]
            while not rows and time.monotonic() < deadline:
                time.sleep(LOOK_SECONDS)
                state, rows = database().read(read)
        finally:
            place.release()
    more = len(rows) > limit
    del rows[limit:]
    # Up to the state's position there is nothing more that this reader may see, and asked for.
    last = rows[-1]["position"] if rows else 0
    following = positions.cursor(state, last if more else max(last, state.position))
    for row in rows:
        row["cursor"] = positions.cursor(state, row.pop("position"))
    page = {"limit": limit, "next": following, "more": more}
    return answer({"data": rows, "page": page}, headers={"Cache-Control": "no-store"})


@cache
def _waiting() -> threading.Semaphore:
    """Places for those who wait: half of the threads of this process, so that others are still answered."""
    return threading.Semaphore(settings().threads // 2)
