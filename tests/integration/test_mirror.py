"""The example of a mirror copies, follows and recovers, as it says."""

import json
import logging
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import new_database, serving
from processes import until
from stories import outlet, record, store, withdraw

from api.postgres import migrate
from api.postgres.connection import connect

pytestmark = pytest.mark.every_postgres

SERVER_LOG = "werkzeug"
EXAMPLE = Path(__file__).parents[2] / "examples" / "partner_sync.py"


def mirrored(served: dict[str, str], path: Path) -> dict[str, Any]:
    """What the mirror holds after another run."""
    command = [sys.executable, "-W", "error::DeprecationWarning", str(EXAMPLE), served["BASE"], str(path), "--once"]
    subprocess.run(command, env=served, check=True, timeout=60)
    with sqlite3.connect(path) as database:
        found = {row[0]: json.loads(row[1]) for row in database.execute("select id, article from articles")}
    database.close()
    return found


def test_a_mirror_is_the_archive_however_often_it_is_run(served: dict[str, str], tmp_path: Path) -> None:
    with connect(served["DATABASE_URL"]) as connection:

        def visible() -> set[str]:
            return {str(row["id"]) for row in connection.execute("select id from articles where visible").fetchall()}

        copy = mirrored(served, tmp_path / "mirror")
        assert copy.keys() == visible()
        assert len(copy) > 50
        with connection.transaction():
            [gone, changed] = store(
                connection, record("gone", outlet="korea-herald"), record("changed", outlet="korea-herald")
            )
        with connection.transaction():
            store(connection, record("changed", outlet="korea-herald", byline="Ana"))
            withdraw(connection, gone.id, "canceled", "Wrong")
        followed = mirrored(served, tmp_path / "mirror")
        assert followed.keys() == visible() == {*copy, str(changed.id)}
        assert followed[str(changed.id)]["byline"] == "Ana"
        connection.execute("update archive set incarnation = gen_random_uuid()")
        assert mirrored(served, tmp_path / "mirror").keys() == visible()


def test_a_mirror_of_one_archive_becomes_that_of_another(server: str, served: dict[str, str], tmp_path: Path) -> None:
    assert len(mirrored(served, tmp_path / "mirror")) > 50
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            outlet(connection, "daily")
            [stored] = store(connection, record("the only one"))
        with serving(conninfo) as other:
            assert mirrored({**served, "BASE": other}, tmp_path / "mirror").keys() == {str(stored.id)}


def test_a_mirror_pauses_where_too_many_wait(
    served: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def asked() -> list[str]:
        return [message for message in caplog.messages if "wait=30" in message]

    mirrored(served, tmp_path / "mirror")
    caplog.set_level(logging.INFO, SERVER_LOG)
    with serving(served["DATABASE_URL"], threads=1) as busy:
        command = [sys.executable, str(EXAMPLE), busy, str(tmp_path / "mirror")]
        with subprocess.Popen(command, env=served) as following:
            until(asked)
            time.sleep(2)
            following.terminate()
    assert len(asked()) == 1
