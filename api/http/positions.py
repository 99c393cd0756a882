"""Positions in the change feed as cursors. Writes return one; a read that sends it sees at least that write."""

from api.context import database, request
from api.errors import CursorExpired
from api.http import reads
from api.queries.changes import State
from api.retrieval import cursors

HEADER = "Dateline-Position"
LATEST = "latest"


def start(text: str | None, state: State) -> int:
    """The position in a cursor of the change feed. Raises InvalidCursor, or CursorExpired if changes are missing."""
    if text == LATEST:
        return state.position
    if text is None:
        after, archive = 0, state.archive
    else:
        after, archive = _decoded(text, "after")
    if archive != state.archive or after > state.latest:
        raise CursorExpired("This cursor belongs to another archive.", restart=cursor(state, state.position))
    if after < state.trimmed_to:
        raise CursorExpired("The changes after this cursor were deleted.", restart=cursor(state, state.position))
    return after


def cursor(state: State, position: int) -> str:
    """The cursor of a position in this archive."""
    return cursors.encode_position(database().cursor_key, position, state.archive)


def latest() -> str:
    """The cursor of the latest change, for the response to a write, after which no earlier state is trusted."""
    state = reads.state_after_write()
    return cursor(state, state.position)


def require_reached() -> None:
    """Raise CursorExpired unless this archive has reached the Dateline-Position that the request sends."""
    if text := request().headers.get(HEADER):
        position, archive = _decoded(text, HEADER)
        state = reads.current_state()
        if archive != state.archive or position > state.latest:
            raise CursorExpired("This position belongs to another archive.", restart=cursor(state, state.position))


def _decoded(text: str, parameter: str) -> tuple[int, str]:
    return cursors.decode_position(database().cursor_key, text, parameter)
