"""Places in the change feed as cursors: writes answer one, reads may ask to see at least that much."""

from api.context import database, request
from api.errors import CursorExpired
from api.http import reads
from api.queries.changes import State
from api.retrieval import cursors

HEADER = "Dateline-Position"
LATEST = "latest"


def start(text: str | None, state: State) -> int:
    """The position that a reader's cursor names; InvalidCursor or CursorExpired when none can be gone on from."""
    if text == LATEST:
        return state.position
    if text is None:
        after, archive = 0, state.archive
    else:
        after, archive = _place(text, "after")
    if archive != state.archive or after > state.position:
        raise CursorExpired("This cursor is one of another archive.", restart=cursor(state, state.position))
    if after < state.trimmed_to:
        raise CursorExpired("The changes behind this cursor are no longer kept.", restart=cursor(state, state.position))
    return after


def cursor(state: State, position: int) -> str:
    """The cursor of a position in this archive."""
    return cursors.feed_cursor(database().cursor_key, position, state.archive)


def _place(text: str, parameter: str) -> tuple[int, str]:
    [position, archive] = cursors.decode(database().cursor_key, cursors.FEED, text, parameter)
    return int(str(position)), str(archive)


def now() -> str:
    """The cursor of the last change so far."""
    state = reads.current_state()
    return cursor(state, state.position)


def hold() -> None:
    """Hold a read to the position it sends: CursorExpired unless this archive is that far."""
    if text := request().headers.get(HEADER):
        position, archive = _place(text, HEADER)
        state = reads.current_state()
        if archive != state.archive or position > state.position:
            raise CursorExpired("This position is one of another archive.", restart=cursor(state, state.position))
