"""The change feed over HTTP: everything, once, in order, and only to those who may know."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from conftest import app_on, new_database
from contract import ContractClient, documented
from partners import new_key
from plans import watched
from stories import ARTICLE, outlet, record, store, tag, withdraw

from api.app import create_app
from api.commands import articles, change_log, entities, entity_kinds
from api.postgres import migrate
from api.postgres.connection import Connection, connect
from api.settings import Settings


def followed(client: ContractClient, query: str = "", headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Every change that the feed shows, page by page."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        response = client.get(f"/v1/changes?limit=3{query}{after}", headers=headers)
        assert response.status_code == 200, response.text
        page = response.get_json()
        found += page["data"]
        after = f"&after={page['page']['next']}"
        if not page["page"]["more"]:
            assert client.get(f"/v1/changes?{after}", headers=headers).get_json()["data"] == []
            return found


def told(changes: list[dict[str, Any]]) -> list[str]:
    """Types of changes with what they are about."""
    return [
        f"{change['type']} {change.get('slug') or (change['article'] and change['article']['headline'])}"
        for change in changes
    ]


def test_everything_that_happened_is_told_in_its_order(blank: Connection, blank_client: ContractClient) -> None:
    outlet(blank, "daily")
    [first] = store(blank, record("one", tags=["Port"]))
    store(blank, record("one", byline="Ana"))
    store(blank, record("two"))
    withdraw(blank, first.id, "canceled", "Wrong")
    changes = followed(blank_client)
    assert told(changes) == [
        "outlet.created daily",
        "tag.created port",
        "article.created None",
        "article.updated None",
        "article.created two",
        "article.withdrawn None",
    ]
    assert [change["version"] for change in changes if "version" in change] == [1, 2, 1, 3]
    assert {change["id"] for change in changes if change["type"] == "article.withdrawn"} == {str(first.id)}
    assert changes[2]["tombstone"]["reason"] == "Wrong"
    assert changes[4]["tombstone"] is None
    assert changes[1]["tag"]["name"] == "#Port"


def test_an_article_is_told_as_it_is_now_whole_or_with_the_fields_asked_for(
    blank: Connection, blank_client: ContractClient
) -> None:
    outlet(blank, "daily")
    [stored] = store(blank, record("one"))
    assert (
        followed(blank_client, "&types=article")[0]["article"]
        == blank_client.get(f"/v1/articles/{stored.id}").get_json()
    )
    [change] = followed(blank_client, "&types=article&fields=headline,version")
    assert change["article"] == {"headline": "one", "version": 1}


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("article", ["article.created one", "article.created two"]),
        ("tag", ["tag.created port"]),
        ("outlet.created,tag.created", ["outlet.created daily", "tag.created port"]),
        ("article.withdrawn", []),
    ],
)
def test_types_narrow_the_feed_and_the_cursor_still_goes_on(
    blank: Connection, blank_client: ContractClient, types: str, expected: list[str]
) -> None:
    outlet(blank, "daily")
    store(blank, record("one", tags=["Port"]), record("two"))
    assert told(followed(blank_client, f"&types={types}")) == expected


def test_every_entry_has_a_cursor_to_go_on_from(blank: Connection, blank_client: ContractClient) -> None:
    outlet(blank, "daily")
    store(blank, record("one"), record("two"))
    changes = followed(blank_client)
    for number, change in enumerate(changes):
        rest = blank_client.get(f"/v1/changes?after={change['cursor']}").get_json()["data"]
        assert rest == changes[number + 1 :]


def test_what_readers_never_saw_is_told_to_its_outlet_alone(client: ContractClient, demo: Connection) -> None:
    own = new_key(demo, "own", ["write"], ["korea-herald"])
    other = new_key(demo, "other", ["write"], ["japan-forward"])
    admin = new_key(demo, "admin", ["admin"], [])
    start = client.get("/v1/changes?after=latest").get_json()["page"]["next"]
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    client.post("/v1/articles", json={**ARTICLE, "embargoed_until": soon}, headers=own)

    def types(headers: dict[str, str]) -> list[tuple[str, bool]]:
        found = client.get(f"/v1/changes?after={start}", headers=headers).get_json()["data"]
        return [(change["type"], change["article"] is not None) for change in found]

    assert types({}) == types(other) == []
    assert types(own) == types(admin) == [("article.created", True)]
    client.post("/v1/articles", json={**ARTICLE, "embargoed_until": None}, headers=own)
    assert types({}) == types(other) == [("article.released", True)]
    client.post("/v1/articles", json={**ARTICLE, "embargoed_until": soon}, headers=own)
    assert types({}) == [("article.released", False), ("article.embargoed", False)]
    assert types(own)[-1] == ("article.embargoed", True)


def test_latest_starts_with_what_happens_from_now_on(client: ContractClient, demo: Connection) -> None:
    page = client.get("/v1/changes?after=latest").get_json()
    assert page["data"] == []
    store(demo, record("new", outlet="korea-herald"))
    assert told(client.get(f"/v1/changes?after={page['page']['next']}").get_json()["data"]) == ["article.created new"]


def test_a_cursor_that_leads_nowhere_says_where_to_start_again(client: ContractClient, demo: Connection) -> None:
    old = client.get("/v1/changes?limit=1").get_json()["page"]["next"]
    demo.execute("delete from changes where position < (select max(position) from changes)")
    demo.execute("update archive set changes_trimmed_to = (select max(position) - 1 from changes)")
    for path in ("/v1/changes", f"/v1/changes?after={old}"):
        response = client.get(path)
        assert (response.status_code, response.get_json()["code"]) == (410, "cursor_expired")
        restart = response.get_json()["restart"]
        assert client.get(f"/v1/changes?after={restart}").status_code == 200
    demo.execute("update archive set incarnation = gen_random_uuid()")
    assert client.get(f"/v1/changes?after={restart}").status_code == 410


def test_a_position_ahead_of_the_archive_is_one_of_another(client: ContractClient, demo: Connection) -> None:
    store(demo, record("new", outlet="korea-herald"))
    ahead = client.get("/v1/changes?after=latest").get_json()["page"]["next"]
    demo.execute("delete from changes where position = (select max(position) from changes)")
    assert client.get(f"/v1/changes?after={ahead}").status_code == 410
    missing = f"/v1/articles/{uuid4()}"
    for path in (
        "/v1/articles", "/v1/tags/seoul-washington", "/v1/tags/not-yet", "/v1/tags/not-yet/articles", missing,
        f"{missing}/related", f"{missing}/versions", f"{missing}/versions/1", f"{missing}/versions/1/diff",
        "/v1/timeline", "/v1/suggest?q=seoul", "/v1/jobs/999",
    ):  # fmt: skip
        assert client.get(path, headers={"Dateline-Position": ahead}).status_code == 410


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("after=changed", 400, "after"),
        ("after=", 422, "after"),
        ("wait=31", 422, "wait"),
        ("wait=-1", 422, "wait"),
        ("limit=101", 422, "limit"),
        ("types=articles", 422, "types"),
        ("types=article.gone", 422, "types"),
        ("fields=nothing", 422, "fields"),
        ("cursor=x", 422, "cursor"),
    ],
)
def test_a_bad_question_is_told_why(client: ContractClient, query: str, status: int, parameter: str) -> None:
    response = client.get(f"/v1/changes?{query}")
    assert response.status_code == status, response.text
    assert parameter in [error["parameter"] for error in response.get_json()["errors"]]


def test_every_write_answers_its_position_and_reads_see_at_least_that(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    positions: list[str] = []
    for fields in ({}, {}, {"byline": "Ana"}):
        response = client.post("/v1/articles", json={**ARTICLE, **fields}, headers=write_key)
        positions.append(response.headers["Dateline-Position"])
    assert positions[0] == positions[1] != positions[2]
    gone = client.delete(f"/v1/articles/{response.get_json()['id']}?reason=x", headers=write_key)
    positions.append(gone.headers["Dateline-Position"])
    edit_key = new_key(demo, "desk", ["edit"], [])
    positions.append(client.post("/v1/tags", json={"name": "Quays"}, headers=edit_key).headers["Dateline-Position"])
    positions.append(client.delete("/v1/tags/quays", headers=edit_key).headers["Dateline-Position"])
    assert len(set(positions)) == 5
    assert client.get(f"/v1/changes?after={positions[-1]}").get_json()["data"] == []
    for position in positions:
        for path in ("/v1/articles", "/v1/tags", "/v1/outlets/korea-herald"):
            assert client.get(path, headers={"Dateline-Position": position}).status_code == 200
    changed = client.get("/v1/articles", headers={"Dateline-Position": "changed"})
    assert changed.status_code == 400
    assert [error["parameter"] for error in changed.get_json()["errors"]] == ["Dateline-Position"]


def test_a_follower_who_waits_is_told_as_soon_as_something_happens(server: str) -> None:
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            entities.upsert(connection, entity_kinds.OUTLET, [{"slug": "daily", "name": "Daily", "language": "en"}])
            app = create_app(Settings(database_url=conninfo, threads=4))
            client = app.test_client()
            after = client.get("/v1/changes?after=latest").get_json()["page"]["next"]

            def write() -> None:
                time.sleep(0.5)
                with connect(conninfo) as other, other.transaction():
                    articles.upsert(other, [record("one")])

            writing = threading.Thread(target=write)
            writing.start()
            began = time.monotonic()
            found = client.get(f"/v1/changes?after={after}&wait=20").get_json()["data"]
            assert 0.3 < time.monotonic() - began < 10
            writing.join()
            assert told(found) == ["article.created one"]
            began = time.monotonic()
            rest = client.get(f"/v1/changes?after={found[-1]['cursor']}&wait=1").get_json()
            assert rest["data"] == []
            assert time.monotonic() - began >= 1
            app.extensions["dateline.database"].close()


def test_a_follower_who_finds_no_place_to_wait_is_told_when_to_ask_again(demo: Connection) -> None:
    client = app_on(demo, threads=1).test_client()
    for query, pause in (("wait=1", "1"), ("wait=30", "5"), ("wait=0", None)):
        response = client.get(f"/v1/changes?after=latest&{query}")
        assert (response.status_code, response.headers.get("Retry-After")) == (200, pause)
    described = documented()["paths"]["/v1/changes"]["get"]["responses"]["200"]
    assert "Retry-After" in described["headers"]
    started = client.get("/v1/changes?wait=30")
    assert started.get_json()["data"] != []
    assert "Retry-After" not in started.headers


def test_a_entity_that_changes_is_told_with_what_it_is_now(blank: Connection, blank_client: ContractClient) -> None:
    tag(blank, "Port", "harbour")
    tag(blank, "Port", "harbour", "quay")
    found = followed(blank_client)
    assert told(found) == ["tag.created port", "tag.updated port"]
    assert all(change["tag"]["match"] == ["harbour", "quay"] for change in found)


def test_where_no_change_is_old_hardly_one_is_read(demo: Connection) -> None:
    demo.execute("insert into changes (type) select 'article.updated' from generate_series(1, 30000)")
    with watched(demo) as costs:
        change_log.trim(demo, 30)
    # A plan may begin with the outlets, of which there are few.
    outlets = demo.execute("select count(*) as outlets from outlets").fetchall()[0]["outlets"]
    assert 0 < sum(cost.rows for cost in costs) < 10 + outlets


def test_old_changes_are_forgotten_and_nobody_goes_on_from_before_them(
    client: ContractClient, demo: Connection
) -> None:
    first = client.get("/v1/changes?limit=1").get_json()["page"]["next"]
    assert change_log.trim(demo, 30) == 0
    demo.execute("update changes set at = now() - interval '31 days' where position <= 20")
    assert change_log.trim(demo, 30) == 20
    assert change_log.trim(demo, 30) == 0
    assert client.get(f"/v1/changes?after={first}").status_code == 410
    demo.execute("update changes set at = now() - interval '31 days'")
    latest = client.get("/v1/changes?after=latest").get_json()["page"]["next"]
    assert change_log.trim(demo, 30) > 0
    assert client.get(f"/v1/changes?after={latest}").get_json()["data"] == []
    store(demo, record("new", outlet="korea-herald"))
    assert told(client.get(f"/v1/changes?after={latest}").get_json()["data"]) == ["article.created new"]
