"""Whether the database has the migrations that this code needs."""

from api.context import database
from api.errors import Unavailable
from api.postgres import revisions
from api.postgres.revisions import head


def check() -> None:
    """Raise Unavailable unless the server is ready."""
    migration = database().read(revisions.current)
    # A newer one is fine: migrations are run before an upgrade, and keep what the previous release needs.
    if migration is None or migration < head():
        raise Unavailable(
            f"The database is at migration {migration}, but this server needs {head()}. Run dateline migrate.",
            retry_after=5,
        )
