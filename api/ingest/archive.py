"""Loading the demo archive and NDJSON files, and exporting an archive."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.commands.articles import Options
from api.commands.entity_kinds import KINDS
from api.formats import ndjson
from api.ingest import store
from api.ingest.store import Progress
from api.jobs import propose
from api.postgres.connection import Connection, present
from api.queries import export
from api.retrieval import cursors
from seeds import FILES


def seed(connection: Connection, progress: Progress = lambda done: None) -> dict[str, dict[str, int]]:
    """Load the demo archive. Records that exist stay as they are. Returns the number of each outcome per file."""
    counts = {path.stem: load(connection, path, progress, keep_existing=True) for path in FILES}
    propose.run(connection)
    return counts


def load(connection: Connection, path: Path, progress: Progress, *, keep_existing: bool = False) -> dict[str, int]:
    """Store an NDJSON file that ``ndjson.check`` has accepted. Returns the number of each outcome."""
    counts = dict.fromkeys(store.OUTCOMES, 0)
    for kind, records in ndjson.group_records(path):
        if kind == "article":
            part = store.store_articles(connection, records, Options(keep_existing=keep_existing), progress=progress)
        elif kind in KINDS:
            part = store.store_entities(connection, kind, records, keep_existing=keep_existing, progress=progress)
        else:
            part = store.store_history(connection, kind, records, progress=progress)
        counts = {outcome: counts[outcome] + part[outcome] for outcome in counts}
    return counts


def export_lines(connection: Connection) -> Iterator[dict[str, Any]]:
    """Yield every line of an export from one snapshot. The last line is the position in the change feed."""
    with connection.transaction():
        state = export.begin_snapshot(connection)
        yield from export.records(connection)
        key = present(connection.execute("select cursor_key from archive").fetchone())["cursor_key"]
        yield {"type": "position", "after": cursors.encode_position(key, state.position, state.archive)}
