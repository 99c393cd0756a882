"""The revisions of the schema: those that this code has migrations for, and the current one of a database."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import migrations
from api.postgres.connection import Connection

FOLDER = Path(migrations.__file__).parent


class UnfitDatabase(Exception):
    """The database cannot be used for an archive; the text says why, and what to do."""


@cache
def known() -> Sequence[str]:
    """The revisions in order. Read once: a newer Dateline may replace the files while this process runs."""
    return [path.name.partition("_")[0] for path in _files()]


def head() -> str:
    """The newest revision."""
    return known()[-1]


def indexes() -> dict[str, str]:
    """The indexes that the migrations create, with their statements."""
    made = re.compile(r"create index (?:concurrently )?((\w+) on [^;]+;)")
    texts = [path.read_text(encoding="utf-8") for path in _files()]
    return {found[2]: f"create index {' '.join(found[1].split())}" for text in texts for found in made.finditer(text)}


def _files() -> Sequence[Path]:
    return sorted((FOLDER / "versions").glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    """The revision of a database; None if it was never migrated."""
    table = connection.execute("select to_regclass('alembic_version') is not null as exists").fetchone()
    if table is None or not table["exists"]:
        return None
    row = connection.execute("select version_num from alembic_version").fetchone()
    return row["version_num"] if row else None
