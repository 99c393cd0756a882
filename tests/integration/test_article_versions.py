"""What an article was before its changes, and what each of them changed."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import stories
from conftest import UNLIMITED, new_database
from contract import ContractClient
from partners import patch, push, withdraw
from processes import until
from psycopg.rows import DictRow
from stories import ARTICLE, record

from api.app import create_app
from api.postgres import migrate
from api.postgres.connection import Connection, connect
from api.queries import articles as queries
from api.resources import article_versions
from api.settings import Settings
from api.text import diff


@pytest.fixture
def history(client: ContractClient, write_key: dict[str, str]) -> dict[str, Any]:
    """An article that was corrected twice, as it was each time."""
    first = push(client, write_key)
    second = push(client, write_key, headline="Lee Jae-myung visits the harbour", note="It was the harbour.")
    third = patch(
        client, write_key, first["id"], {"byline": "Ana", "body": "President Lee Jae-myung left."}, **{"If-Match": "*"}
    ).get_json()
    return {"id": first["id"], "versions": [first, second, third]}


def test_every_version_is_kept_as_it_was(client: ContractClient, history: dict[str, Any]) -> None:
    path = f"/v1/articles/{history['id']}/versions"
    listed = client.get(path).get_json()["data"]
    assert [(entry["version"], entry["note"]) for entry in listed] == [(3, None), (2, "It was the harbour."), (1, None)]
    for number, was in enumerate(history["versions"], 1):
        shown = client.get(f"{path}/{number}").get_json()
        assert shown == {name: was[name] for name in shown}


def test_what_only_the_outlet_saw_is_in_the_history_of_its_keys_alone(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    id = push(client, write_key, headline="Draft", embargoed_until=ends)["id"]
    push(client, write_key, headline="Public", embargoed_until=None)
    push(client, write_key, headline="Withheld", status="withheld", reason="Check")
    push(client, write_key, headline="Restored", status="usable")
    path = f"/v1/articles/{id}/versions"

    def history(key: dict[str, str]) -> list[str]:
        return [entry["headline"] for entry in client.get(path, headers=key).get_json()["data"]]

    assert history({}) == ["Restored", "Public"]
    assert history(write_key) == ["Restored", "Withheld", "Public", "Draft"]
    for number, status in ((1, 404), (2, 200), (3, 404), (4, 200)):
        for part in ("", "/diff"):
            assert client.get(f"{path}/{number}{part}").status_code == status
            assert client.get(f"{path}/{number}{part}", headers=write_key).status_code == 200
    assert client.get(f"{path}/4/diff").get_json()["compared_with"] == 2
    assert client.get(f"{path}/4/diff", headers=write_key).get_json()["compared_with"] == 3
    assert client.get(f"{path}/2/diff").get_json()["changes"] == []


def test_a_difference_names_the_fields_and_shows_what_became_of_texts(
    client: ContractClient, history: dict[str, Any]
) -> None:
    path = f"/v1/articles/{history['id']}/versions"
    second = client.get(f"{path}/2/diff").get_json()
    assert (second["compared_with"], second["note"]) == (1, "It was the harbour.")
    changes = {change["field"]: change for change in second["changes"]}
    assert changes.keys() == {"headline", "note"}
    assert [(part["kind"], part["text"]) for part in changes["headline"]["parts"]] == [
        ("same", "Lee Jae-myung visits the "),
        ("removed", "port"),
        ("added", "harbour"),
    ]
    third = client.get(f"{path}/3/diff").get_json()
    assert {change["field"] for change in third["changes"]} == {"body", "byline", "note"}
    byline = next(change for change in third["changes"] if change["field"] == "byline")
    assert (byline["before"], byline["after"], "parts" in byline) == (None, "Ana", False)
    assert client.get(f"{path}/1/diff").get_json() == {
        "version": 1, "compared_with": None, "note": None, "changes": [],
    }  # fmt: skip


@pytest.mark.parametrize("rest", ["/4", "/4/diff", "/0", "/-1", "/01", "/x", "/99999999999"])
def test_a_version_that_is_not_there_is_a_404(client: ContractClient, history: dict[str, Any], rest: str) -> None:
    assert client.get(f"/v1/articles/{history['id']}/versions{rest}").status_code == 404


def test_versions_of_a_withdrawn_article_are_gone_with_it(
    client: ContractClient, history: dict[str, Any], write_key: dict[str, str]
) -> None:
    withdraw(client, write_key, history["id"])
    for rest in ("", "/1", "/2/diff"):
        assert client.get(f"/v1/articles/{history['id']}/versions{rest}").status_code == 410
    push(client, write_key, status="usable")
    assert client.get(f"/v1/articles/{history['id']}/versions/1").status_code == 200


def test_what_changes_nothing_makes_no_version(client: ContractClient, write_key: dict[str, str]) -> None:
    id = push(client, write_key)["id"]
    push(client, write_key)
    assert len(client.get(f"/v1/articles/{id}/versions").get_json()["data"]) == 1
    assert ARTICLE["headline"] == client.get(f"/v1/articles/{id}/versions/1").get_json()["headline"]


def test_a_difference_of_repeated_words_is_coarser_and_soon_there(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    id = push(client, write_key, body="ship storm " * 20_000)["id"]
    push(client, write_key, body="storm ship ship " * 15_000)
    began = time.thread_time()
    [change] = client.get(f"/v1/articles/{id}/versions/2/diff").get_json()["changes"]
    assert time.thread_time() - began < 1
    assert change["granularity"] == "paragraphs"
    assert [part["kind"] for part in change["parts"]] == ["removed", "added"]
    assert "before" not in change


def test_versions_are_compared_without_a_connection(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def none_is_used() -> bool:
        connections = app.extensions["dateline.database"].connections()
        return connections["size"] == connections["available"]

    def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
        # A connection that the pool is opening counts as used until it is open.
        waited.append(until(none_is_used))
        return diff.compare(before, after)

    monkeypatch.setattr(article_versions, "compare", compared)
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            stories.outlet(connection, "daily")
            [story] = stories.store(connection, record("Story"))
            stories.store(connection, record("Story", byline="Ana"))
        app = create_app(Settings(database_url=conninfo, **UNLIMITED))
        assert app.test_client().get(f"/v1/articles/{story.id}/versions/2/diff").status_code == 200
        app.extensions["dateline.database"].close()
    assert len(waited) == 1


def test_what_is_withdrawn_while_it_is_read_is_shown_as_it_was_and_by_no_tag_of_now(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = queries.one

    def withdrawn_once_seen(connection: Connection, article: UUID) -> DictRow | None:
        found = seen(connection, article)
        monkeypatch.setattr(queries, "one", seen)
        with connect(conninfo) as other, other.transaction():
            stories.withdraw(other, article, "canceled", "Wrong")
        return found

    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            stories.outlet(connection, "daily")
            tagged: dict[str, Any] = {"tags": ["#Quays"]}
            [story, _] = stories.store(connection, record("Story", **tagged), record("Other", **tagged))
            stories.store(connection, record("Story", byline="Ana", **tagged))
            app = create_app(Settings(database_url=conninfo, cache_bytes=0, **UNLIMITED))
            client = app.test_client()
            for rest in ("versions", "versions/2", "versions/2/diff", "related"):
                path = f"/v1/articles/{story.id}/{rest}"
                before = client.get(path)
                monkeypatch.setattr(queries, "one", withdrawn_once_seen)
                raced = client.get(path)
                assert (raced.status_code, raced.data) == (200, before.data)
                assert client.get(path, headers={"If-None-Match": raced.headers["ETag"]}).status_code == 410
                stories.store(connection, record("Story", byline="Ana", status="usable", **tagged))
            app.extensions["dateline.database"].close()
