"""A whole archive in and out: the demo data, NDJSON files, exports."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.commands.articles import Options
from api.commands.entity_kinds import KINDS
from api.formats import ndjson
from api.ingest import store
from api.ingest.store import Progress
from api.postgres.connection import Connection, present
from api.queries import export
from api.retrieval import cursors
from seeds import FILES


def seed(connection: Connection, progress: Progress = lambda done: None) -> dict[str, dict[str, int]]:
    """Load the demo archive; what is there already stays as it is. Counts by entity and result."""
    return {path.stem: load(connection, path, progress, keep=True) for path in FILES}


def load(connection: Connection, path: Path, progress: Progress, *, keep: bool = False) -> dict[str, int]:
    """Store an NDJSON file that ``ndjson.check`` found right; counts by result."""
    counts = dict.fromkeys(store.RESULTS, 0)
    for kind, records in ndjson.grouped(path):
        if kind == "article":
            part = store.store_articles(connection, records, Options(keep_existing=keep), progress=progress)
        elif kind in KINDS:
            part = store.store_entities(connection, kind, records, keep_existing=keep, progress=progress)
        else:
            part = store.store_rest(connection, kind, records, progress=progress)
        counts = {result: counts[result] + part[result] for result in counts}
    return counts


def exported(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every line of an export, the position in the change feed at its end; all of one moment."""
    with connection.transaction():
        state = export.begin_snapshot(connection)
        yield from export.records(connection)
        key = present(connection.execute("select cursor_key from archive").fetchone())["cursor_key"]
        yield {"type": "position", "after": cursors.feed_cursor(key, state.position, state.archive)}
