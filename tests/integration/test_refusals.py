"""Not this one: an editor refuses a tag or person of an article, and it stays so."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import app_on, new_database
from contract import ContractClient
from partners import MERGE_PATCH, new_key
from stories import person, tag
from werkzeug.test import TestResponse

from api.formats import ndjson
from api.ingest import archive
from api.jobs import runner
from api.postgres import migrate
from api.postgres.connection import Connection, connect
from api.queries import export

PUSH: dict[str, Any] = {
    "outlet": "daily",
    "external_id": "1",
    "headline": "Ana Roe came",
    "body": "She saw the harbour.",
    "published_at": "2025-06-20T09:00:00Z",
}
BOTH = pytest.mark.parametrize(("many", "slug"), [("people", "ana-roe"), ("tags", "ports")])
NAMED = {"people": "Ana Roe", "tags": "#Ports"}


@pytest.fixture
def admin(blank: Connection) -> dict[str, str]:
    """Headers with a key that may do everything, in an archive with a person and a tag."""
    person(blank, "Ana Roe")
    tag(blank, "Ports", "harbour")
    blank.execute(
        "insert into outlets (uuid, slug, name, folded) values (gen_random_uuid(), 'daily', 'Daily', 'daily')"
    )
    blank.execute("update archive set catalogue = gen_random_uuid()")
    return new_key(blank, "test", ["admin"], [])


def push(client: ContractClient, key: dict[str, str], **fields: Any) -> TestResponse:
    response = client.post("/v1/articles", json={**PUSH, **fields}, headers=key)
    assert response.status_code in (200, 201), response.text
    return response


def slugs(client: ContractClient, article: str, many: str) -> list[str]:
    return [entity["slug"] for entity in client.get(f"/v1/articles/{article}").get_json()[many]]


@BOTH
def test_a_refused_entity_stays_away_until_it_is_taken_back(
    blank: Connection, blank_client: ContractClient, admin: dict[str, str], many: str, slug: str
) -> None:
    client, id = blank_client, push(blank_client, admin).get_json()["id"]
    path = f"/v1/articles/{id}/{many}/{slug}"
    etag = client.get(f"/v1/articles/{id}").headers["ETag"]
    before = blank.execute("select count(*) as n from changes").fetchall()[0]["n"]
    refused = client.delete(path, headers=admin)
    assert (refused.status_code, refused.headers["Dateline-Result"]) == (200, "updated")
    assert refused.get_json()[many] == []
    assert [entity["slug"] for entity in refused.get_json()["refused"][many]] == [slug]
    assert refused.headers["ETag"] == client.get(f"/v1/articles/{id}").headers["ETag"] != etag
    again = client.delete(path, headers=admin)
    assert (again.status_code, again.headers["Dateline-Result"]) == (200, "unchanged")
    rows = blank.execute("select type from changes order by position offset %(n)s", {"n": before}).fetchall()
    assert [row["type"] for row in rows] == ["article.updated"]
    assert client.get(f"/v1/{many}/{slug}").get_json()["articles"] == 0
    # Pushed again, named by the push, changed, linked anew, renamed.
    named = {many: [NAMED[many]]}
    assert push(client, admin).headers["Dateline-Result"] == "unchanged"
    assert push(client, admin, **named, body="The harbour, said Ana Roe.").headers["Dateline-Result"] == "updated"
    assert push(client, admin, **named, body="The harbour, said Ana Roe.").headers["Dateline-Result"] == "unchanged"
    headers = {**admin, "Content-Type": MERGE_PATCH, "If-Match": "*"}
    assert client.patch(f"/v1/articles/{id}", json={"note": "Harbour."}, headers=headers).status_code == 200
    renamed = f"new-{slug}"
    client.patch(f"/v1/{many}/{slug}", json={"slug": renamed}, headers={**admin, "Content-Type": MERGE_PATCH})
    runner.run(blank)
    assert slugs(client, id, many) == []
    shown = client.get(f"/v1/articles/{id}?include=mentions", headers=admin).get_json()
    assert [entity["slug"] for entity in shown["refused"][many]] == [renamed]
    assert (
        client.get("/v1/articles?include=mentions", headers=admin).get_json()["data"][0]["refused"] == shown["refused"]
    )
    assert "refused" not in client.get(f"/v1/articles/{id}?include=mentions").get_json()
    assert client.delete(path, headers=admin).status_code == 409
    back = client.put(f"/v1/articles/{id}/{many}/{renamed}", headers=admin)
    assert (back.status_code, back.headers["Dateline-Result"]) == (200, "updated")
    [entity] = back.get_json()[many]
    assert (entity["slug"], entity["origin"], len(entity["mentions"]) > 0) == (renamed, "push", True)
    assert client.get(f"/v1/{many}/{renamed}").get_json()["articles"] == 1
    assert client.put(f"/v1/articles/{id}/{many}/{renamed}", headers=admin).headers["Dateline-Result"] == "unchanged"
    assert (
        push(client, admin, **named, note="Harbour.", body="The harbour, said Ana Roe.").headers["Dateline-Result"]
        == "unchanged"
    )


@BOTH
def test_what_is_not_linked_cannot_be_refused(
    blank_client: ContractClient, blank: Connection, admin: dict[str, str], many: str, slug: str
) -> None:
    id = push(blank_client, admin, headline="Nobody", body="Nothing").get_json()["id"]
    for path, status in (
        (f"/v1/articles/{id}/{many}/{slug}", 404),
        (f"/v1/articles/{id}/{many}/nobody", 404),
        (f"/v1/articles/00000000-0000-0000-0000-000000000000/{many}/{slug}", 404),
    ):
        assert blank_client.delete(path, headers=admin).status_code == status
        assert blank_client.put(path, headers=admin).status_code == status
    writer = new_key(blank, "writer", ["write"], ["daily"])
    assert blank_client.delete(f"/v1/articles/{id}/{many}/{slug}", headers=writer).status_code == 403
    assert blank_client.delete(f"/v1/articles/{id}/{many}/{slug}").status_code == 401


@BOTH
@pytest.mark.parametrize(("linked", "kept"), [(False, []), (True, ["other"])])
def test_a_merge_keeps_a_refusal_unless_the_article_is_linked_to_the_other(
    blank: Connection,
    blank_client: ContractClient,
    admin: dict[str, str],
    many: str,
    slug: str,
    linked: bool,
    kept: list[str],
) -> None:
    assert blank_client.post(f"/v1/{many}", json={"name": "Other"}, headers=admin).status_code == 201
    id = push(blank_client, admin, **({many: ["other"]} if linked else {})).get_json()["id"]
    blank_client.delete(f"/v1/articles/{id}/{many}/{slug}", headers=admin)
    merged = blank_client.post(f"/v1/{many}/{slug}/merge", json={"into": "other"}, headers=admin)
    assert merged.status_code == 202
    runner.run(blank)
    assert slugs(blank_client, id, many) == kept
    shown = blank_client.get(f"/v1/articles/{id}?include=mentions", headers=admin).get_json()["refused"][many]
    assert [entity["slug"] for entity in shown] == ([] if linked else ["other"])


def test_a_purge_erases_refusals(blank: Connection, blank_client: ContractClient, admin: dict[str, str]) -> None:
    id = push(blank_client, admin).get_json()["id"]
    blank_client.delete(f"/v1/articles/{id}/people/ana-roe", headers=admin)
    assert blank_client.delete(f"/v1/articles/{id}?purge=true&reason=x", headers=admin).status_code == 200
    assert blank.execute("select from article_refusals").fetchall() == []
    assert blank_client.put(f"/v1/articles/{id}/people/ana-roe", headers=admin).status_code == 410
    assert blank_client.delete("/v1/people/ana-roe", headers=admin).status_code in (200, 202)


def test_an_export_restores_refusals(
    blank: Connection, blank_client: ContractClient, admin: dict[str, str], server: str, tmp_path: Path
) -> None:
    id = push(blank_client, admin, people=["Ana Roe"]).get_json()["id"]
    for path in ("people/ana-roe", "tags/ports"):
        assert blank_client.delete(f"/v1/articles/{id}/{path}", headers=admin).status_code == 200
    file = tmp_path / "archive.ndjson"
    lines = [orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z) for line in export.records(blank)]
    file.write_bytes(b"\n".join(lines))
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as copy:
            ndjson.check(file)
            archive.load(copy, file, lambda _done: None)
            copied: Any = app_on(copy).test_client()
            assert (slugs(copied, id, "people"), slugs(copied, id, "tags")) == ([], [])
            key = new_key(copy, "test", ["admin"], [])
            assert (
                copied.put(f"/v1/articles/{id}/people/ana-roe", headers=key).get_json()["people"][0]["origin"] == "push"
            )
