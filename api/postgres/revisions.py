"""The migrations this code knows, and the one a database is at."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import migrations
from api.postgres.connection import Connection

FOLDER = Path(migrations.__file__).parent


class UnfitDatabase(Exception):
    """The database cannot hold an archive; the text says why and what would."""


@cache
def known() -> Sequence[str]:
    """The migrations that this process knows, the first one first, whatever is installed beneath it later."""
    return [path.name.partition("_")[0] for path in _files()]


def head() -> str:
    """The newest of them."""
    return known()[-1]


def indexes() -> dict[str, str]:
    """The indexes that the migrations make, each with the statement that does."""
    made = re.compile(r"create index (\w+) on [^;]+;")
    texts = [path.read_text(encoding="utf-8") for path in _files()]
    return {found[1]: " ".join(found[0].split()) for text in texts for found in made.finditer(text)}


def _files() -> Sequence[Path]:
    return sorted((FOLDER / "versions").glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    """The migration the database is at; None when it was never migrated."""
    known = connection.execute("select to_regclass('alembic_version') is not null as known").fetchone()
    if known is None or not known["known"]:
        return None
    row = connection.execute("select version_num from alembic_version").fetchone()
    return row["version_num"] if row else None
