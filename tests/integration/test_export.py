"""An export imported elsewhere is the same archive, and its position goes on exactly there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import app_on, new_database
from eventful import key, live
from partners import patch, push, withdraw
from plans import transactions
from stories import ARTICLE

from api.commands import article_lifecycle, entities, entity_kinds
from api.formats import ndjson
from api.ingest import archive
from api.postgres import migrate
from api.postgres.connection import Connection, connect, in_transaction

RETIRED = [
    "tags/quays", "tags/docks", "tags/seoul-washington", "tags/nothing", "people/ana-roe", "outlets/japan-forward",
    "outlets/harbour-daily",
]  # fmt: skip


@pytest.fixture
def two(server: str) -> Iterator[tuple[Connection, Connection]]:
    """An archive in which much has happened, and an empty one; in both, transactions commit."""
    with new_database(server) as first, new_database(server) as second:
        for conninfo in (first, second):
            migrate.upgrade(conninfo)
        with connect(first) as source, connect(second) as target:
            archive.seed(source)
            live(source)
            yield source, target


def written(connection: Connection, path: Path) -> list[dict[str, Any]]:
    """The lines of an export, which are in the file as well."""
    lines = [json.loads(json.dumps(line, default=lambda v: v.isoformat() if hasattr(v, "isoformat") else str(v)))
             for line in archive.export_lines(connection)]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return lines


def imported(connection: Connection, path: Path) -> dict[str, int]:
    ndjson.check(path)
    return archive.load(connection, path, lambda _done: None)


def answers(connection: Connection) -> dict[str, Any]:
    """What the archive answers to everything that can be asked of it."""
    client = app_on(connection).test_client()
    headers = key(connection)
    found: dict[str, Any] = {}
    for entity in ("tags", "people", "outlets"):
        for sort in ("name", "articles", "recent"):
            page = client.get(f"/v1/{entity}?sort={sort}&limit=100").get_json()
            found[f"{entity} {sort}"] = page["data"] if sort == "name" else [entry["slug"] for entry in page["data"]]
        for slug in (entry["slug"] for entry in found[f"{entity} name"]):
            found[f"{entity}/{slug}"] = client.get(f"/v1/{entity}/{slug}").get_json()
    for path in RETIRED:
        for address in (f"/v1/{path}", f"/v1/{path}/articles"):
            answer = client.get(address)
            found[address] = (answer.status_code, answer.headers.get("Location"))
    for sort in ("newest", "oldest", "updated"):
        found[sort] = client.get(f"/v1/articles?sort={sort}&limit=100&count=exact").get_json()["data"]
    for row in connection.execute("select id from articles order by id").fetchall():
        answer = client.get(f"/v1/articles/{row['id']}", headers=headers)
        found[str(row["id"])] = {n: v for n, v in answer.get_json().items() if n != "request_id"}
        found[f"{row['id']} to others"] = client.get(f"/v1/articles/{row['id']}").status_code
        listed = client.get(f"/v1/articles/{row['id']}/versions", headers=headers).get_json().get("data", [])
        for version in listed:
            path = f"/v1/articles/{row['id']}/versions/{version['version']}"
            found[path] = client.get(path, headers=headers).get_json()
            found[f"{path}/diff"] = client.get(f"{path}/diff", headers=headers).get_json()
    return found


def test_an_export_imported_into_another_archive_gives_the_same_answers(
    two: tuple[Connection, Connection], tmp_path: Path
) -> None:
    source, target = two
    lines = written(source, tmp_path / "export.jsonl")
    assert {line["type"] for line in lines} >= {"outlet", "tag", "person", "article", "erased", "version", "position"}
    imported(target, tmp_path / "export.jsonl")
    expected = answers(source)
    assert answers(target) == expected
    assert {expected[f"/v1/{path}"][0] for path in RETIRED} == {308, 410}
    again = imported(target, tmp_path / "export.jsonl")
    assert (again["created"], again["updated"]) == (0, 0)
    assert answers(target) == expected
    assert written(target, tmp_path / "again.jsonl")[:-1] == lines[:-1]


def test_the_changes_are_the_last_that_any_write_of_articles_writes(
    two: tuple[Connection, Connection], tmp_path: Path
) -> None:
    source, target = two
    client: Any = app_on(source).test_client()
    admin = key(source)
    with transactions(source) as written_by_requests:
        article = push(client, admin, external_id="new")["id"]
        patch(client, admin, article, {"headline": "Corrected"}, **{"If-Match": "*"})
        batch = json.dumps([{**ARTICLE, "external_id": str(number)} for number in range(3)])
        for address in ("/v1/articles/batch", "/v1/articles/batch?atomic=true"):
            assert client.post(address, data=batch, content_type="application/json", headers=admin).status_code == 200
            batch = batch.replace('"headline"', '"byline": "Ana", "headline"')
        withdraw(client, admin, article)
        push(client, admin, external_id="new", status="usable")
        withdraw(client, admin, article, "reason=Court&purge=true")
        soon = datetime.now(UTC) + timedelta(hours=1)
        push(client, admin, external_id="embargoed", embargoed_until=soon.isoformat())
        source.execute("update articles set embargoed_until = now() where embargoed_until is not null")
        in_transaction(source, article_lifecycle.release_due)
    written(source, tmp_path / "export.jsonl")
    with transactions(target) as written_by_import:
        imported(target, tmp_path / "export.jsonl")
    for found, least in ((written_by_requests, 9), (written_by_import, 2)):
        recording = [
            statements
            for statements in found
            if any("insert into articles" in s or "update articles" in s for s in statements)
            and any("insert into changes" in s for s in statements)
        ]
        assert len(recording) >= least
        for statements in recording:
            # Only a request's key is checked later.
            last = [statement for statement in statements if "from keys" not in statement][-1]
            assert "insert into changes" in last, "\n".join(statements)


def test_an_export_imported_again_leaves_what_this_archive_did_meanwhile(
    two: tuple[Connection, Connection], tmp_path: Path
) -> None:
    source, target = two
    client: Any = app_on(source).test_client()
    for external_id in ("later", "withdrawn", "numbered"):
        push(client, key(source), external_id=external_id, source_version=3)
    written(source, tmp_path / "export.jsonl")
    imported(target, tmp_path / "export.jsonl")
    client, admin = app_on(target).test_client(), key(target)
    for headline in ("Second", "Third"):
        later = push(client, admin, external_id="later", source_version=3, headline=headline)["id"]
    withdraw(client, admin, push(client, admin, external_id="withdrawn", source_version=3)["id"], "reason=Wrong")
    push(client, admin, external_id="numbered", source_version=5)
    again = imported(target, tmp_path / "export.jsonl")
    assert (again["created"], again["updated"], again["stale"], again["refused"]) == (0, 1, 1, 1)
    versions = client.get(f"/v1/articles/{later}/versions").get_json()["data"]
    assert [version["version"] for version in versions] == [4, 3, 2, 1]
    assert push(client, admin, external_id="later", source_version=3, headline="Fourth")["version"] == 5


def test_a_slug_of_earlier_times_is_no_other_entity_here(two: tuple[Connection, Connection], tmp_path: Path) -> None:
    source, target = two
    entities.upsert(target, entity_kinds.TAG, [{"name": "#Quays"}])
    written(source, tmp_path / "export.jsonl")
    imported(target, tmp_path / "export.jsonl")
    client: Any = app_on(target).test_client()
    assert client.get("/v1/tags/quays").status_code == 200
    assert client.get("/v1/tags/quays/articles").get_json()["data"] == []
    assert [edit.outcome for edit in entities.upsert(target, entity_kinds.TAG, [{"name": "#Quays"}])] == ["unchanged"]
    assert client.get("/v1/articles?tag=docks").get_json()["data"] != []


def test_the_feed_goes_on_where_the_export_ends(two: tuple[Connection, Connection], tmp_path: Path) -> None:
    source, target = two
    lines = written(source, tmp_path / "export.jsonl")
    client: Any = app_on(source).test_client()
    after = lines[-1]["after"]
    assert client.get(f"/v1/changes?after={after}").get_json()["data"] == []
    push(client, key(source), external_id="later", headline="Later")
    [change] = client.get(f"/v1/changes?after={after}").get_json()["data"]
    assert change["article"]["headline"] == "Later"
    other = app_on(target).test_client().get(f"/v1/changes?after={after}")
    assert (other.status_code, other.get_json()["code"]) == (400, "invalid_cursor"), "of no use in another archive"


def test_an_export_is_of_one_moment_whatever_is_written_meanwhile(
    server: str,
) -> None:
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as source, connect(conninfo) as other:
            archive.seed(source)
            lines = archive.export_lines(source)
            first = next(lines)
            with other.transaction():
                entities.upsert(other, entity_kinds.TAG, [{"name": "#Meanwhile"}])
            assert "meanwhile" not in [line.get("slug") for line in (first, *lines)]
