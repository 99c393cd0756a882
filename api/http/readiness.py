"""Whether the database is such that this code can serve it."""

from api.context import database
from api.errors import Unavailable
from api.postgres import revisions
from api.postgres.revisions import head


def check() -> None:
    """Raises Unavailable where the server is not ready."""
    held = database().read(revisions.current)
    # Newer ones come before the code that needs them, and leave what this code needs.
    if held is None or held < head():
        raise Unavailable(
            f"The database is at migration {held}, this server needs {head()}: run dateline migrate.",
            retry_after=5,
        )
