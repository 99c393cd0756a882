"""The `dateline` command, on databases of its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import click
import pytest
from click.testing import CliRunner, Result
from conftest import drop_database, new_database
from flask import Flask
from processes import (
    DATELINE,
    SETTINGS,
    Started,
    article,
    dateline,
    environment,
    free_port,
    listing,
    temporary_place,
    until,
)
from psycopg import sql
from psycopg.conninfo import make_conninfo

from api.app import create_app
from api.auth.keys import SCOPES
from api.cli import main
from api.postgres import locate, migrate, revisions
from api.postgres.connection import connect
from api.settings import Settings

pytestmark = pytest.mark.every_postgres

Run = Callable[..., Result]

NOWHERE = "postgresql://127.0.0.1:1/nothing"
PAGE = """\
Latest news with #Canal-Barge


Lock Courier
07-03-2024
- Transport
- Lock Courier
Ferry returns to the north quay
The ferry ran again on Monday. (Quaywire)


Weekly Towpath
29-02-2024
- Culture
- Weekly Towpath
Who paints the bridges?
Six people paint all of them. Author: Ines Vale
"""
LINES = [
    {"type": "outlet", "name": "Lock Courier", "country": "NL", "language": "en"},
    {"type": "tag", "name": "#Canal-Barge", "match": ["canal barge"]},
    {"type": "person", "name": "Ines Vale", "aliases": ["Ines M. Vale"]},
    {
        "type": "article",
        "outlet": "lock-courier",
        "external_id": "ferry",
        "headline": "Ferry returns to the north quay",
        "body": "The canal barge that Ines Vale steers made way for it.",
        "published_at": "2024-03-07T00:00:00Z",
    },
]


@pytest.fixture
def unmigrated(server: str) -> Iterator[str]:
    """A database without anything in it."""
    with new_database(server) as conninfo:
        yield conninfo


@pytest.fixture
def database(unmigrated: str) -> str:
    """A database with an archive that holds nothing."""
    migrate.upgrade(unmigrated)
    return unmigrated


@pytest.fixture(scope="module")
def untouched(server: str) -> Iterator[str]:
    """A database without anything in it, for commands that leave it so."""
    with new_database(server) as conninfo:
        yield conninfo


@pytest.fixture(scope="module")
def unused(server: str) -> Iterator[str]:
    """A database with an archive that holds nothing, for commands that leave it so."""
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        yield conninfo


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command in this process, on the database given first."""
    before = signal.getsignal(signal.SIGTERM)
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)

    def invoke(database: str, *arguments: str | Path) -> Result:
        result = CliRunner().invoke(main.main, [str(word) for word in arguments], env={"DATABASE_URL": database})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    yield invoke
    signal.signal(signal.SIGTERM, before)


def answer(result: Result) -> dict[str, dict[str, int]]:
    """What a command printed with --json."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refusal(result: Result) -> str:
    """The one line that a failed command said why with."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    return single_error(result.stderr)


def mistake(result: Result) -> str:
    """The only mistake that an import found in its files."""
    assert (result.exit_code, result.stdout) == (1, "")
    _, mistake, error = result.stderr.splitlines()
    assert error == "Error: 1 mistake. Nothing was imported."
    return mistake


def single_error(stderr: str) -> str:
    """The only line of a failed command's stderr, apart from the one that names the archive."""
    lines = [line for line in stderr.splitlines() if not line.startswith("Archive: ")]
    assert len(lines) == 1, stderr
    return lines[0]


def held(database: str) -> dict[str, int]:
    """How many rows each table of the archive has."""
    with connect(database) as connection:
        row = connection.execute(
            "select (select count(*) from articles) as articles, (select count(*) from outlets) as outlets,"
            " (select count(*) from tags) as tags, (select count(*) from people) as people"
        ).fetchone()
    return row or {}


def tables(database: str) -> int:
    with connect(database) as connection:
        row = connection.execute(
            "select count(*) as tables from pg_class where relnamespace = 'public'::regnamespace"
        ).fetchone()
    return row["tables"] if row else -1


def commands(group: click.Group = main.main, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group, with the words that lead to it."""
    yield path, group
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(*found, id=" ".join(("dateline", *found[0]))) for found in commands()]
)
def test_every_command_and_each_of_its_options_is_explained(
    path: tuple[str, ...], command: click.Command, run: Run
) -> None:
    shown = run("", *path, "--help")
    assert shown.exit_code == 0
    context = click.Context(command, info_name="dateline", help_option_names=["-h", "--help"])
    said = [
        command.help,
        *(getattr(p, "help", None) for p in command.get_params(context) if isinstance(p, click.Option)),
    ]
    for sentence in said:
        assert sentence
        assert sentence[0].isupper()
        assert sentence.rstrip().endswith((".", ").")), sentence
        assert " ".join(sentence.split()) in " ".join(shown.stdout.split())


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(*found, id=" ".join(("dateline", *found[0]))) for found in commands()]
)
def test_no_help_is_cut_off_at_80_columns(path: tuple[str, ...], command: click.Command, run: Run) -> None:
    shown = run("", *path, "--help").stdout
    assert "..." not in shown.partition("\nCommands:")[2]
    assert max(map(len, shown.splitlines())) <= 80


def test_the_help_of_serve_names_every_setting_with_its_default_and_what_it_does(run: Run) -> None:
    shown = " ".join(run("", "serve", "--help").stdout.split())
    for setting in fields(Settings):
        doc, default = (setting.metadata[name].replace("`", "") for name in ("doc", "shown"))
        assert f"{setting.name.upper()} {doc} [default: {default}]" in shown


def test_the_help_of_keys_create_explains_every_scope(run: Run) -> None:
    table = run("", "keys", "create", "--help").stdout.partition("\nScopes:\n")[2]
    assert tuple(re.findall(r"^  (\w+) +[A-Z]", table, flags=re.MULTILINE)) == SCOPES


def test_options_of_serve_have_precedence_over_the_environment(database: str) -> None:
    port = free_port()
    options = ("--host", "127.0.0.2", "--port", str(port), "--workers", "2")
    with (
        temporary_place() as place,
        Started(place, "serve", *options, database_url=database, host="127.0.0.1", port=free_port()) as server,
    ):
        until(lambda: f"http://127.0.0.2:{port}" in server.output)
        until(lambda: is_ready(f"http://127.0.0.2:{port}/readyz"))
        # The first process, two that answer requests, and multiprocessing's own.
        until(lambda: len(server.members()) == 4)


def is_ready(url: str) -> bool:
    """Whether a server answers with 200."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=10) as response:
            return response.status == 200
    except OSError:
        return False


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_documented_completion_of_each_shell_is_a_script(shell: str, tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    [command] = re.findall(rf"^```sh\n(.*_DATELINE_COMPLETE={shell}_source.*)\n```", guide, flags=re.MULTILINE)
    printed = re.sub(r'^eval "\$\((.*)\)"$|^(.*) > .*$', r"\1\2", command)
    path = f"{DATELINE.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["sh", "-c", printed], env=environment({"path": path}), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "_DATELINE_COMPLETE=" in done.stdout
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=done.stdout, text=True, check=True)


def test_completion_offers_commands_and_scopes() -> None:
    def completed(*words: str) -> set[str]:
        asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": len(words) - 1, "_DATELINE_COMPLETE": "bash_complete"}
        done = subprocess.run(
            [DATELINE], env=environment({}) | {k: str(v) for k, v in asked.items()}, capture_output=True
        )
        return {line.partition(",")[2] for line in done.stdout.decode().splitlines()}

    assert completed("dateline", "mi") == {"migrate"}
    assert completed("dateline", "keys", "create", "--scope", "") == set(SCOPES)


def test_python_m_api_is_the_same_command(database: str) -> None:
    def run(*command: str | Path) -> str:
        settings = environment({"database_url": database})
        return subprocess.run(command, env=settings, capture_output=True, text=True, check=True).stdout

    module = (sys.executable, "-m", "api")
    assert run(*module, "--version") == run(DATELINE, "--version")
    assert run(*module, "keys", "list", "--json") == "[]\n"
    assert run(*module, "--help").startswith("Usage: python -m api ")


def test_python_m_api_serves(database: str) -> None:
    port = free_port()
    command = [sys.executable, "-m", "api", "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, env=environment({"database_url": database}), stdout=subprocess.PIPE) as server:
        until(lambda: is_ready(f"http://127.0.0.1:{port}/readyz"))
        server.terminate()
        assert server.wait(60) == 0


@pytest.mark.parametrize("option", [("--port", "0"), ("--port", "x"), ("--workers", "0")])
def test_an_option_of_serve_out_of_its_bounds_is_wrong_usage(option: tuple[str, str], run: Run) -> None:
    done = run("", "serve", *option)
    assert (done.exit_code, done.stdout) == (2, "")
    assert option[0] in done.stderr


def test_the_version_is_the_newest_release_of_the_changelog(run: Run) -> None:
    changelog = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## (\d+\.\d+\.\d+) — ", changelog, flags=re.MULTILINE)[0]
    assert run("", "--version").stdout == f"dateline, version {newest}\n"


def test_migrate_goes_up_and_down_and_refuses_what_it_does_not_know(unmigrated: str, run: Run) -> None:
    assert tables(unmigrated) == 0
    assert answer(run(unmigrated, "migrate", "--json")) == {"revision": revisions.head()}
    assert held(unmigrated) == dict.fromkeys(("articles", "outlets", "tags", "people"), 0)
    again = run(unmigrated, "migrate")
    assert (again.exit_code, again.stdout) == (0, f"The database is at migration {revisions.head()}.\n")
    assert "'0815'" in refusal(run(unmigrated, "migrate", "--to", "0815"))
    assert answer(run(unmigrated, "migrate", "--json", "--to", "base")) == {"revision": None}
    assert tables(unmigrated) <= 2  # alembic's own
    assert answer(run(unmigrated, "migrate", "--json", "--to", revisions.head())) == {"revision": revisions.head()}


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_database_that_is_not_utf_8_is_refused_and_left_alone(server: str, command: str) -> None:
    name = f"dateline_test_{uuid.uuid4().hex}"
    create = (
        "create database {} encoding 'SQL_ASCII' template template0 locale_provider libc lc_collate 'C' lc_ctype 'C'"
    )
    with connect(server) as connection:
        connection.execute(sql.SQL(create).format(sql.Identifier(name)))
        try:
            done = dateline(command, database_url=make_conninfo(server, dbname=name), port=free_port())
            assert (done.returncode, done.stdout) == (1, "")
            line = single_error(done.stderr)
            assert "SQL_ASCII" in line
            assert "UTF-8" in line
            assert tables(make_conninfo(server, dbname=name)) == 0
        finally:
            drop_database(connection, name)


def test_seeding_again_changes_nothing(database: str, run: Run) -> None:
    first = answer(run(database, "seed", "--json"))
    assert all(counts["created"] > 0 and counts["updated"] == counts["unchanged"] == 0 for counts in first.values())
    before = held(database)
    assert before == {entity: counts["created"] for entity, counts in first.items()}
    again = answer(run(database, "seed", "--json"))
    assert again == {entity: {"created": 0, "updated": 0, "unchanged": count} for entity, count in before.items()}
    assert held(database) == before


def replaced(number: int, line: str) -> bytes:
    """The page with another line in place of one."""
    lines = PAGE.splitlines()
    return "\n".join([*lines[: number - 1], line, *lines[number:]]).encode() + b"\n"


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        (replaced(13, "- Culture"), 13, "expected a date DD-MM-YYYY, found '- Culture'"),
        (replaced(13, "30-02-2024"), 13, "expected a date DD-MM-YYYY, found '30-02-2024'"),
        (replaced(13, "2024-02-29"), 13, "expected a date DD-MM-YYYY, found '2024-02-29'"),
        (b"\n".join(PAGE.encode().splitlines()[:15]), 15, "expected a headline, found the end of the page"),
        (PAGE.replace("paint", "peïnt").encode("latin-1"), 16, "expected UTF-8, found byte 0xef"),
        (b"", 1, "expected a title like 'Latest news with #Tag', found the end of the page"),
        (b"<!doctype html>\n<title>News</title>\n", 1, "expected a title like 'Latest news with #Tag', found '<!doc"),
        (b"Latest news with #Canal-Barge\n\n", 2, "expected an outlet, found the end of the page"),
        ((listing("Canal-Barge", 1200) + "\nLock Courier\n").encode(), 9603, "expected a date DD-MM-YYYY"),
    ],
    ids=["no date", "no such day", "other date", "truncated", "latin-1", "empty", "html", "no entry", "late"],
)
def test_a_malformed_page_is_refused_with_all_files_of_the_call(
    content: bytes, line: int, expected: str, unused: str, run: Run, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(PAGE)
    bad.write_bytes(content)
    assert f"{bad}:{line}: {expected}" in mistake(run(unused, "import", "listing", good, bad, good))
    assert held(unused) == dict.fromkeys(("articles", "outlets", "tags", "people"), 0)


def test_a_page_is_imported_once_and_its_story_on_another_page_gains_a_tag(
    database: str, run: Run, tmp_path: Path
) -> None:
    page, other = tmp_path / "page.txt", tmp_path / "other.txt"
    page.write_text(PAGE)
    other.write_text(PAGE.replace("#Canal-Barge", "#North-Quay").partition("\n\n\nWeekly")[0])
    assert answer(run(database, "import", "listing", "--json", page)) == {
        str(page): {"created": 2, "updated": 0, "unchanged": 0}
    }
    stored = held(database)
    assert stored == {"articles": 2, "outlets": 2, "tags": 1, "people": 0}
    assert answer(run(database, "import", "listing", "--json", page, page)) == {
        str(page): {"created": 0, "updated": 0, "unchanged": 2}
    }
    assert held(database) == stored
    done = run(database, "import", "listing", other, page)
    assert done.stdout.splitlines() == [
        f"{other}: 0 created, 1 updated, 0 unchanged",
        f"{page}: 0 created, 0 updated, 2 unchanged",
    ]
    assert held(database) == stored | {"tags": 2}
    with connect(database) as connection:
        rows = connection.execute(
            "select headline, array(select slug from article_tags join tags on tags.id = tag_id"
            " where article_id = articles.id order by slug) as tags from articles order by headline"
        ).fetchall()
    assert rows == [
        {"headline": "Ferry returns to the north quay", "tags": ["canal-barge", "north-quay"]},
        {"headline": "Who paints the bridges?", "tags": ["canal-barge"]},
    ]


@pytest.fixture
def ndjson(tmp_path: Path) -> Path:
    """A file of one line of each type."""
    file = tmp_path / "archive.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in LINES))
    return file


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"type": "person", "name": ', "JSON"),
        ('["person"]', "an object"),
        ('{"type": "planet", "name": "Ines Vale"}', "'planet'"),
        ('{"type": "person"}', "name"),
        ('{"type": "person", "name": "Ines Vale", "age": 40}', "age"),
        ('{"type": "person", "name": "Ines Vale", "name": "Ines"}', "name"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_stored(
    line: str, expected: str, unused: str, run: Run, ndjson: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jsonl"
    lines = ndjson.read_text().splitlines()
    bad.write_text("\n".join([*lines[:2], line, lines[3]]))
    said = mistake(run(unused, "import", "ndjson", ndjson, bad))
    _, mark, detail = said.partition(f"{bad}:3: ")
    assert mark
    assert expected in detail
    assert held(unused) == dict.fromkeys(("articles", "outlets", "tags", "people"), 0)


def test_every_mistake_of_every_file_is_printed_with_its_line(unused: str, run: Run, tmp_path: Path) -> None:
    lines, page = tmp_path / "lines.jsonl", tmp_path / "page.txt"
    lines.write_text('{"type": "tag"}\n\n[]\n{"type": "tag", "name": "#Fine"}\n{"type": "tag", "name": "", "x": 1}\n')
    page.write_text(PAGE.replace("07-03-2024", "soon").replace("- Culture", "Culture"))
    for kind, file, expected in [
        ("ndjson", lines, ["1: name is missing", "3: expected an object", "5: name must have", "5: x "]),
        ("listing", page, ["5: expected a date DD-MM-YYYY, found 'soon'", "14: expected a section like"]),
    ]:
        done = run(unused, "import", kind, file, file)
        _, *mistakes, error = done.stderr.splitlines()
        assert error == f"Error: {2 * len(expected)} mistakes. Nothing was imported."
        for shown, start in zip(mistakes, 2 * expected, strict=True):
            assert shown.startswith(f"{file}:{start}")
    assert held(unused) == dict.fromkeys(("articles", "outlets", "tags", "people"), 0)


def test_of_many_mistakes_the_first_hundred_are_printed(unused: str, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text('{"type": "tag"}\n' * 1_234)
    _, *mistakes, error = run(unused, "import", "ndjson", file).stderr.splitlines()
    assert mistakes == [f"{file}:{line}: name is missing" for line in range(1, 101)]
    assert error == "Error: 1,234 mistakes, 1,134 of them not shown. Nothing was imported."


def test_a_wrong_title_of_a_page_is_one_mistake(unused: str, run: Run, tmp_path: Path) -> None:
    for title in ("Newest with #Canal", f"Latest news with #{'x' * 300}"):
        page = tmp_path / "page.txt"
        page.write_text(PAGE.replace("Latest news with #Canal-Barge", title))
        assert mistake(run(unused, "import", "listing", page)).startswith(f"{page}:1: expected a")


def test_lines_of_each_type_are_stored_and_linked_once(database: str, run: Run, ndjson: Path) -> None:
    assert answer(run(database, "import", "ndjson", "--json", ndjson)) == {
        str(ndjson): {"created": 4, "updated": 0, "unchanged": 0}
    }
    stored = held(database)
    assert stored == dict.fromkeys(("articles", "outlets", "tags", "people"), 1)
    [found] = listed(database)
    assert [[entity["slug"] for entity in found[entities]] for entities in ("tags", "people")] == [
        ["canal-barge"],
        ["ines-vale"],
    ]
    assert answer(run(database, "import", "ndjson", "--json", ndjson)) == {
        str(ndjson): {"created": 0, "updated": 0, "unchanged": 4}
    }
    assert held(database) == stored


def app_of(database: str) -> Flask:
    return create_app(Settings(database_url=database))


def listed(database: str) -> list[dict[str, Any]]:
    """The articles that the app serves."""
    app = app_of(database)
    with closing(app.extensions["dateline.database"]):
        return app.test_client().get("/v1/articles").get_json()["data"]


def pushed(database: str, key: str) -> int:
    """The status of a push with the key."""
    app = app_of(database)
    with closing(app.extensions["dateline.database"]):
        content = {**article("ferry"), "outlet": "lock-courier"}
        return (
            app.test_client().post("/v1/articles", json=content, headers={"Authorization": f"Bearer {key}"}).status_code
        )


def samples(language: str) -> str:
    """What docs/importing.md shows of a format."""
    page = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)[0]


def test_the_page_that_the_guide_shows_becomes_what_it_says(database: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    for tag in ("Harbour Works", "Locks"):
        path.write_text(samples("text").replace("Harbour Works", tag), encoding="utf-8")
        assert run(database, "import", "listing", path).exit_code == 0
    first, second = listed(database)
    assert {name: first[name] for name in ("external_id", "published_at", "section", "byline", "credit")} == {
        "external_id": "2025-06-21-499d8dfad891",
        "published_at": "2025-06-21T00:00:00Z",
        "section": "Business",
        "byline": "Ana Roe",
        "credit": "dpa",
    }
    assert first["outlet"] == {"slug": "lock-courier", "name": "Lock Courier"}
    assert [tag["name"] for tag in first["tags"]] == ["#Harbour Works", "#Locks"]
    assert (second["headline"], second["byline"], second["credit"]) == ("Second lock is dry", None, None)


@pytest.mark.parametrize("order", [1, -1])
def test_the_records_that_the_guide_shows_are_linked_in_any_order(
    database: str, run: Run, ndjson: Path, order: int
) -> None:
    ndjson.write_text("\n".join(samples("json").splitlines()[::order]), encoding="utf-8")
    assert run(database, "import", "ndjson", ndjson).exit_code == 0
    [article] = listed(database)
    assert article["outlet"] == {"slug": "lock-courier", "name": "Lock Courier"}
    assert [tag["name"] for tag in article["tags"]] == ["#Harbour Works"]
    assert [person["slug"] for person in article["people"]] == ["ana-roe"]


@pytest.fixture
def with_outlet(database: str, run: Run, ndjson: Path) -> str:
    """The database with an outlet to write for."""
    ndjson.write_text(json.dumps(LINES[0]))
    assert run(database, "import", "ndjson", ndjson).exit_code == 0
    return database


def test_a_key_is_shown_once_works_and_ends(with_outlet: str, run: Run) -> None:
    options = ("--name", "the towpath's own", "--scope", "write", "--outlet", "lock-courier")
    made = run(with_outlet, "keys", "create", *options)
    key = made.stdout.strip()
    assert (made.exit_code, made.stdout) == (0, f"{key}\n")
    assert key not in made.stderr
    assert pushed(with_outlet, key) == 201
    _, prefix, secret = key.split("_")
    for option in ([], ["--json"]):
        shown = run(with_outlet, "keys", "list", *option)
        assert shown.exit_code == 0
        assert prefix in shown.stdout
        assert secret not in shown.stdout + shown.stderr
        row = r"towpath's own.*write.*lock-courier.*\d{4}-\d\d-\d\d[ T]\d\d:\d\d"
        assert re.search(row, shown.stdout) or option, "nothing is cut"
    [row] = json.loads(run(with_outlet, "keys", "list", "--json").stdout)
    assert (row["prefix"], row["name"], row["scopes"], row["outlets"]) == (
        prefix, "the towpath's own", ["write"], ["lock-courier"],
    )  # fmt: skip
    assert set(row) == {"prefix", "name", "scopes", "outlets", "created_at", "last_used_at", "revoked_at"}
    ended = run(with_outlet, "keys", "revoke", prefix)
    assert (ended.exit_code, ended.stdout) == (0, f"The key {prefix} is revoked.\n")
    assert pushed(with_outlet, key) == 401
    assert answer(run(with_outlet, "keys", "revoke", "--json", prefix)) == {"revoked": prefix}


def test_a_key_is_replaced_by_one_with_the_same_rights(with_outlet: str, run: Run) -> None:
    options = ("--name", "n", "--scope", "write", "--outlet", "lock-courier")
    old = run(with_outlet, "keys", "create", *options).stdout.strip()
    prefix = old.split("_")[1]
    made = run(with_outlet, "keys", "rotate", prefix)
    new = made.stdout.strip()
    assert (made.exit_code, made.stdout) == (0, f"{new}\n")
    assert (pushed(with_outlet, old), pushed(with_outlet, new)) == (401, 201)
    assert "is already revoked" in refusal(run(with_outlet, "keys", "rotate", prefix))
    assert answer(run(with_outlet, "keys", "rotate", "--json", new.split("_")[1]))["revoked"] == new.split("_")[1]


def test_a_key_is_printed_as_json_with_what_it_may_do(with_outlet: str, run: Run) -> None:
    made = run(with_outlet, "keys", "create", "--json", "--name", "n", "--scope", "edit", "--scope", "admin")
    content = json.loads(made.stdout)
    assert content == {"key": content["key"], "name": "n", "scopes": ["edit", "admin"], "outlets": []}
    assert pushed(with_outlet, content["key"]) == 201


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (["create", "--name", "n", "--scope", "write"], 2, "--outlet"),
        (["create", "--name", "n"], 2, "--scope"),
        (["create", "--scope", "read"], 2, "--name"),
        (["create", "--name", "n", "--scope", "root"], 2, "root"),
        (["create", "--name", "n", "--scope", "write", "--outlet", "nobody"], 1, "'nobody'"),
        (["revoke", "00000000"], 1, "'00000000'"),
        (["rotate", "00000000"], 1, "'00000000'"),
    ],
    ids=["no outlet", "no scope", "no name", "other scope", "other outlet", "other prefix", "none to replace"],
)
def test_a_wrong_use_of_keys_is_told_and_makes_none(
    options: list[str], code: int, expected: str, unused: str, run: Run
) -> None:
    done = run(unused, "keys", *options)
    assert (done.exit_code, done.stdout) == (code, "")
    assert expected in done.stderr
    assert json.loads(run(unused, "keys", "list", "--json").stdout) == []


def test_openapi_is_what_the_app_serves(run: Run, tmp_path: Path) -> None:
    app = app_of(NOWHERE)
    with closing(app.extensions["dateline.database"]):
        text = app.test_client().get("/openapi.json").get_data(as_text=True)
    # Links lead to the server; those of the printed document lead to one with default settings.
    served = json.loads(text.replace("](http://localhost/", "](http://127.0.0.1:8000/"))
    printed = run(NOWHERE, "openapi")
    assert printed.exit_code == 0
    assert json.loads(printed.stdout) == served
    written = run(NOWHERE, "openapi", "--output", tmp_path / "openapi.json")
    assert (written.exit_code, written.stdout) == (0, "")
    assert (tmp_path / "openapi.json").read_text() == printed.stdout


@pytest.mark.parametrize("silent", [False, pytest.param(True, marks=pytest.mark.long)], ids=["refused", "silent"])
def test_a_database_that_does_not_answer_is_told_soon_by_every_command(silent: bool) -> None:
    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return dateline(*command, timeout=30, database_url=url, port=free_port())

    commands = [["migrate"], ["seed"], ["keys", "list"], ["serve"]]
    with socket.socket() as nobody, ThreadPoolExecutor() as pool:
        nobody.bind(("127.0.0.1", 0))
        if silent:
            nobody.listen()
        url = f"postgresql://someone@127.0.0.1:{nobody.getsockname()[1]}/archive"
        for done in pool.map(run, commands):
            assert (done.returncode, done.stdout) == (1, "")
            assert "does not answer" in single_error(done.stderr)


@pytest.mark.parametrize("command", [["serve"], ["migrate"], ["seed"], ["keys", "list"]], ids=" ".join)
@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "x"), ("THREADS", "0"), ("PUBLIC_READS", "maybe"), ("PUBLIC_URL", "news")]
)
def test_a_bad_setting_is_named(
    command: list[str], name: str, value: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert refusal(run("", *command)).startswith(f"Error: {name} is '{value}'; it must be ")


@pytest.mark.parametrize(
    "command",
    [
        ["seed"],
        ["import", "listing", "page.txt"],
        ["import", "ndjson", "archive.jsonl"],
        ["reindex"],
        ["keys", "create", "--name", "n", "--scope", "read"],
        ["keys", "list"],
        ["keys", "revoke", "00000000"],
        ["keys", "rotate", "00000000"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_database_that_was_not_migrated_is_told_and_left_alone(
    command: list[str], untouched: str, run: Run, ndjson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ndjson.parent / "page.txt").write_text(PAGE)
    monkeypatch.chdir(ndjson.parent)
    assert "Create one with `dateline migrate`" in refusal(run(untouched, *command))
    assert tables(untouched) == 0


def test_an_archive_of_another_version_is_refused_with_what_to_do(database: str, run: Run) -> None:
    for number, expected in (("0005", "Run `dateline migrate`."), ("9999", "Install the newer Dateline.")):
        with connect(database) as connection:
            connection.execute("update alembic_version set version_num = %(number)s", {"number": number})
        assert refusal(run(database, "keys", "list")) == (
            f"Error: The archive is at migration {number}; this Dateline needs {revisions.head()}. {expected}"
        )


ON_AN_ARCHIVE = [
    ["seed"],
    ["import", "listing", "page.txt"],
    ["import", "ndjson", "archive.jsonl"],
    ["export"],
    ["stats"],
    ["reindex"],
    ["grant", "somebody"],
    ["doctor"],
    ["keys", "create", "--name", "n", "--scope", "read"],
    ["keys", "list"],
    ["keys", "revoke", "00000000"],
    ["keys", "rotate", "00000000"],
]


@pytest.mark.parametrize("command", ON_AN_ARCHIVE, ids=lambda command: " ".join(command[:2]))
def test_no_command_but_serve_and_migrate_creates_an_embedded_archive(
    command: list[str], run: Run, ndjson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ndjson.parent / "page.txt").write_text(PAGE)
    monkeypatch.chdir(ndjson.parent)
    monkeypatch.setenv("DATELINE_DATA", "nothing")
    done = run("", *command)
    assert done.exit_code == 1
    place = ndjson.parent / "nothing"
    announced, *rest = done.stderr.splitlines()
    named = re.fullmatch(r"Archive: the embedded Postgres in (.+)", announced)
    assert named
    assert "here is no archive in the embedded Postgres" in (done.stdout if command == ["doctor"] else rest[0])
    assert "dateline migrate" in done.output
    # For root the data may be elsewhere, where the account that runs Postgres reaches it.
    assert not place.exists()
    assert not Path(named[1]).exists()


@pytest.mark.parametrize("command", [["migrate"], *ON_AN_ARCHIVE], ids=lambda command: " ".join(command[:2]))
def test_every_command_names_the_database_on_stderr_and_no_password(
    command: list[str], run: Run, ndjson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ndjson.parent / "page.txt").write_text(PAGE)
    monkeypatch.chdir(ndjson.parent)
    done = run("postgresql://someone:hidden@127.0.0.1:1/news", *command)
    assert done.stderr.startswith("Archive: the database news on 127.0.0.1, port 1\n")
    assert "hidden" not in done.output


def test_the_database_is_named_as_libpq_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "/run/postgresql")
    monkeypatch.setenv("PGPORT", "6000")
    named = locate.describe(Settings(database_url="postgresql://reader@/news"))
    assert named == "the database news on /run/postgresql, port 6000"


def test_what_a_command_prints_is_clean_beside_the_name_of_the_archive(database: str, run: Run) -> None:
    listed = run(database, "keys", "list", "--json")
    assert (json.loads(listed.stdout), len(listed.stderr.splitlines())) == ([], 1)
    exported = run(database, "export")
    assert [json.loads(line)["type"] for line in exported.stdout.splitlines()] == ["position"]


def test_stats_counts_words_and_says_so(database: str, run: Run) -> None:
    run(database, "seed")
    counted = answer(run(database, "stats", "--json"))
    assert counted["counted"] is True
    assert counted["articles"] == counted["sampled"] == held(database)["articles"]
    assert run(database, "stats").stdout == "{lexemes} words counted in {sampled} of {articles} articles.\n".format(
        **counted
    )


def test_reindex_says_how_many_articles_it_indexed(database: str, run: Run) -> None:
    run(database, "seed")
    total = held(database)["articles"]
    assert answer(run(database, "reindex", "--json")) == {"articles": total}
    assert run(database, "reindex").stdout == f"{total} articles reindexed.\n"


# One each of what writes to stdout in a way of its own: click, rich, and bytes as they come.
@pytest.mark.parametrize("command", [("doctor",), ("keys", "list"), ("export",)])
def test_a_command_whose_reader_has_gone_ends_without_a_word(demo_database: str, command: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as nobody:
        settings = environment({"database_url": demo_database})
        ended = subprocess.run([DATELINE, *command], env=settings, stdout=nobody, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert re.fullmatch(r"Archive: .+\n", ended.stderr)


def test_no_command_takes_all_objects_apart_as_it_ends() -> None:
    program = (
        "import atexit, gc; from api.cli.main import main;"
        " atexit.register(lambda: print(len(gc.get_objects()) < 1_000 < gc.get_freeze_count())); main(['seed', '-h'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "True"


def test_no_command_loads_the_app_which_only_the_processes_of_a_server_need() -> None:
    program = (
        "import sys, api.cli.main, api.server.startup;"
        " sys.exit(bool({'api.http.operation', 'flask_smorest'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
