"""A dump that was restored is the same archive to readers and another one to followers, by the documented commands."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import processes
import pytest
from conftest import app_on, new_database
from eventful import key, live
from partners import push, withdraw
from processes import DATELINE, Server, postgres_programs, temporary_place

from api.postgres.connection import Connection, connect

ROOT = Path(__file__).parents[2]
SECTION = (
    (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split("## Backup and restore")[1].split("\n## ")[0]
)
DUMP, RESTORE, REACH, EMPTY = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
[ANOTHER] = re.findall(r"```sql\n(.*?)```", SECTION, re.DOTALL)

LISTS = (
    "/v1/articles?limit=100&count=exact", "/v1/articles?limit=100&sort=updated", "/v1/articles?q=seoul+OR+port",
    "/v1/articles?q=seoul&facets=tag,outlet", "/v1/tags?limit=100", "/v1/people?limit=100", "/v1/outlets?limit=100",
    "/v1/tags/seoul-us/articles", "/v1/tags/seoul-washington", "/v1/timeline?interval=month",
)  # fmt: skip


def ran(commands: str, place: Path, *, programs: str = "", **environment: object) -> None:
    """Run commands of the page, with ``dateline`` and these programs to be found."""
    path = os.pathsep.join(filter(None, [programs, str(DATELINE.parent), os.environ["PATH"]]))
    done = subprocess.run(
        ["bash", "-euc", commands],
        cwd=place,
        env=processes.environment({**environment, "path": path}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def answers(connection: Connection, headers: dict[str, str]) -> dict[str, Any]:
    """What the archive answers to everyone and to this key; cursors apart, which are of one archive."""
    client = app_on(connection).test_client()
    ids = [
        row["id"] for row in connection.execute("select id from articles where version > 1 or not visible").fetchall()
    ]
    paths = (*LISTS, *(f"/v1/articles/{id}{rest}" for id in ids for rest in ("", "/versions", "/related")))
    found: dict[str, Any] = {}
    for path in paths:
        for who in ({}, headers):
            answer = client.get(path, headers=who)
            content = answer.get_json(silent=True) or {}
            found[f"{path} {bool(who)}"] = answer.status_code, {n: v for n, v in content.items() if n != "request_id"}
    assert all(found[f"{path} True"][0] in (200, 308) for path in LISTS)
    for who in ({}, headers):
        found[f"changes {bool(who)}"] = list(followed(client, who))
    return found


def followed(client: Any, headers: dict[str, str]) -> Iterator[dict[str, Any]]:
    """All changes without their cursors."""
    page = client.get("/v1/changes?limit=100", headers=headers).get_json()
    while page["data"]:
        yield from ({name: value for name, value in each.items() if name != "cursor"} for each in page["data"])
        page = client.get(f"/v1/changes?limit=100&after={page['page']['next']}", headers=headers).get_json()


@pytest.fixture
def lived(server: str, demo_template: str) -> Iterator[tuple[str, Connection]]:
    """A served archive in which much has happened."""
    with new_database(server, demo_template) as conninfo, connect(conninfo) as connection:
        live(connection)
        yield conninfo, connection


def test_a_restored_dump_gives_the_same_answers_and_refuses_every_position_of_before(
    lived: tuple[str, Connection], server: str, tmp_path: Path
) -> None:
    conninfo, source = lived
    client: Any = app_on(source).test_client()
    admin = key(source)
    early = client.get("/v1/changes?limit=1").get_json()["page"]["next"]
    listed = client.get("/v1/articles?limit=5").get_json()["page"]["next"]
    with new_database(server) as empty:
        settings = {"programs": postgres_programs(source), "database_url": conninfo, "new_database_url": empty}
        ran(DUMP, tmp_path, **settings)
        dumped = answers(source, admin)
        late = push(client, admin, external_id="after the dump")
        position = client.get("/v1/changes?after=latest").get_json()["page"]["next"]
        ran(RESTORE, tmp_path, **settings)
        with connect(empty) as target:
            assert answers(target, admin) == dumped
            restored: Any = app_on(target).test_client()
            assert restored.get(f"/v1/articles/{late['id']}").status_code == 404
            for _ in range(3):
                # Whether it is behind those positions, or has written past them.
                for cursor in (early, position):
                    for path, headers in (
                        (f"/v1/changes?after={cursor}", {}),
                        ("/v1/tags", {"Dateline-Position": cursor}),
                    ):
                        refused = restored.get(path, headers=headers)
                        assert (refused.status_code, refused.get_json()["code"]) == (410, "cursor_expired")
                withdraw(restored, admin, push(restored, admin, external_id="other")["id"])
                push(restored, admin, external_id="other", status="usable")
            restart = restored.get(f"/v1/changes?after={position}").get_json()["restart"]
            assert restored.get(f"/v1/changes?after={restart}").get_json()["data"] == []
            assert restored.get(f"/v1/articles?limit=5&cursor={listed}").status_code == 200


def test_a_physical_copy_is_another_archive_once_that_is_said(blank: Connection) -> None:
    client = app_on(blank).test_client()
    position = client.get("/v1/changes?after=latest").get_json()["page"]["next"]
    assert client.get(f"/v1/changes?after={position}").status_code == 200
    blank.execute(ANOTHER.encode())
    assert client.get(f"/v1/changes?after={position}").status_code == 410


@pytest.mark.long
def test_an_embedded_postgres_is_dumped_and_another_restored_while_they_serve() -> None:
    with temporary_place() as place, Server(place) as first, Server(place, dateline_data=place / "new") as second:
        first.ready().push(first.write_key(), "dumped")
        cursor = first.get("/v1/changes?after=latest")[1]["page"]["next"]
        second.ready()
        (place / ".venv").symlink_to(ROOT / ".venv")
        ran(REACH + DUMP, place, data=first.data)
        ran(REACH + f'NEW_DATABASE_URL="$DATABASE_URL"\n{EMPTY}{RESTORE}', place, data=place / "new")
        second.process.terminate()
        second.ended()
        with Server(place, dateline_data=place / "new") as again:
            assert again.ready().articles() == first.articles()
            assert again.get("/v1/articles?limit=100")[1]["data"] == first.get("/v1/articles?limit=100")[1]["data"]
            assert again.get(f"/v1/changes?after={cursor}")[0] == 410
