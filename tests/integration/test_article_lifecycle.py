"""Correcting, withdrawing, embargoing and erasing articles over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract import ContractClient
from partners import new_key, patch, push, withdraw
from stories import ARTICLE

from api.commands import article_lifecycle
from api.postgres.connection import Connection

LISTS = [
    "articles", "articles?q=ships", "articles?sort=updated", "tags/seoul-washington/articles",
    "people/lee-jae-myung/articles", "outlets/korea-herald/articles",
]  # fmt: skip


def listed(client: ContractClient, article_id: str, headers: dict[str, str] | None = None) -> list[str]:
    """The lists that show the article."""
    found = {
        path: [article["id"] for article in client.get(f"/v1/{path}", headers=headers).get_json()["data"]]
        for path in LISTS
    }
    return [path for path in LISTS if article_id in found[path]]


def in_an_hour() -> str:
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


def test_a_patch_changes_what_it_names_and_nothing_else(client: ContractClient, write_key: dict[str, str]) -> None:
    before = push(client, write_key, standfirst="Old", byline="Bo")
    response = patch(
        client, write_key, before["id"], {"standfirst": None, "byline": "Ana", "note": "Byline"},
        **{"If-Match": before["etag"]},
    )  # fmt: skip
    after = response.get_json()
    assert response.status_code == 200, response.text
    assert (after["standfirst"], after["byline"], after["note"], after["version"]) == (None, "Ana", "Byline", 2)
    same = ("headline", "body", "tags", "people", "section", "published_at", "created_at", "external_id")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert client.get(f"/v1/articles/{before['id']}").get_json() == after
    assert response.headers["ETag"] != before["etag"]


def test_the_note_of_a_correction_is_not_that_of_the_next(client: ContractClient, write_key: dict[str, str]) -> None:
    id = push(client, write_key)["id"]
    for content, note in (({"byline": "A", "note": "First"}, "First"), ({"byline": "B"}, None)):
        assert patch(client, write_key, id, content, **{"If-Match": "*"}).get_json()["note"] == note


@pytest.mark.parametrize(
    ("matching", "status", "code"),
    [
        (None, 428, "precondition_required"),
        ('"1-000000000000"', 412, "precondition_failed"),
        ("W/{etag}", 412, "precondition_failed"),
        ('""', 412, "precondition_failed"),
        ('"", {etag}', 200, None),
        ("*", 200, None),
        ("{etag}", 200, None),
        ('"x", {etag}', 200, None),
        ('{etag:.-1}:zstd"', 200, None),
    ],
)
def test_a_patch_needs_to_know_what_it_changes(
    client: ContractClient, write_key: dict[str, str], matching: str | None, status: int, code: str | None
) -> None:
    held = push(client, write_key)
    sent = matching and matching.replace("{etag:.-1}", held["etag"][:-1]).replace("{etag}", held["etag"])
    response = patch(client, write_key, held["id"], {"byline": "Ana"}, **({"If-Match": sent} if sent else {}))
    assert (response.status_code, response.get_json().get("code")) == (status, code)
    assert client.get(f"/v1/articles/{held['id']}").get_json()["byline"] == ("Ana" if status == 200 else None)


def test_of_two_changes_to_the_same_version_the_second_is_refused(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    held = push(client, write_key)
    headers = {"If-Match": held["etag"]}
    assert patch(client, write_key, held["id"], {"byline": "Ana"}, **headers).status_code == 200
    assert patch(client, write_key, held["id"], {"byline": "Bo"}, **headers).status_code == 412


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"headline": None}, "/headline"),
        ({"headline": ""}, "/headline"),
        ({"outlet": "japan-forward"}, "/outlet"),
        ({"external_id": "other"}, "/external_id"),
        ({"tags": ["no such tag"]}, "/tags/0"),
        ({"image": {"url": "javascript:alert(1)"}}, "/image/url"),
        ({"nonsense": 1}, "/nonsense"),
        ({"body": "a", "body_html": "<p>b"}, "/body"),
        ({"reason": "Why"}, "/reason"),
        ([], ""),
        ("text", ""),
    ],
)
def test_a_bad_patch_is_told_why(client: ContractClient, write_key: dict[str, str], content: Any, pointer: str) -> None:
    held = push(client, write_key)
    response = patch(client, write_key, held["id"], content, **{"If-Match": "*"})
    assert response.status_code == 422, response.text
    assert pointer in [error["pointer"] for error in response.get_json()["errors"]]


def test_a_patch_keeps_the_tags_that_were_pushed_apart_from_those_found(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    held = push(client, write_key, tags=["north-korea"], body="The Seoul-Washington axis.")
    assert [tag["slug"] for tag in held["tags"]] == ["north-korea", "seoul-washington"]
    changed = patch(client, write_key, held["id"], {"body": "No axis."}, **{"If-Match": "*"}).get_json()
    assert [tag["slug"] for tag in changed["tags"]] == ["north-korea"]


def test_html_is_cleaned_and_the_text_made_from_it(client: ContractClient, write_key: dict[str, str]) -> None:
    html = '<p onclick="x()">The <b>port</b></p><script>alert(1)</script><p><a href="javascript:x">reopens</a></p>'
    body = {name: value for name, value in ARTICLE.items() if name != "body"} | {"body_html": html}
    stored = client.post("/v1/articles", json=body, headers=write_key).get_json()
    assert stored["body"] == "The port\n\nreopens"
    assert "<b>port</b>" in stored["body_html"]
    assert not any(bad in stored["body_html"] for bad in ("script", "onclick", "alert"))
    plain = patch(client, write_key, stored["id"], {"body": "Only text"}, **{"If-Match": "*"}).get_json()
    assert (plain["body"], plain["body_html"]) == ("Only text", None)
    again = patch(client, write_key, stored["id"], {"body_html": "<p>New"}, **{"If-Match": "*"}).get_json()
    assert again["body"] == "New"


def test_what_is_older_than_what_is_held_is_stale(client: ContractClient, write_key: dict[str, str]) -> None:
    assert push(client, write_key, source_version=5)["result"] == "created"
    late = push(client, write_key, source_version=4, headline="Older")
    assert (late["result"], late["headline"]) == ("stale", ARTICLE["headline"])
    assert push(client, write_key, source_version=5)["result"] == "unchanged"
    assert push(client, write_key, source_version=6)["result"] == "updated"


@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_a_withdrawn_article_is_gone_from_every_list_and_says_why(
    client: ContractClient, write_key: dict[str, str], status: str
) -> None:
    held = push(client, write_key, published_at=datetime.now(UTC).isoformat())
    count = client.get("/v1/tags/seoul-washington").get_json()["articles"]
    assert listed(client, held["id"]) == LISTS
    assert withdraw(client, write_key, held["id"], f"reason=Wrong%20port&status={status}").status_code == 200
    assert listed(client, held["id"]) == []
    response = client.get(f"/v1/articles/{held['id']}")
    tombstone = response.get_json()["tombstone"]
    assert (response.status_code, tombstone["status"], tombstone["reason"]) == (410, status, "Wrong port")
    assert abs(datetime.fromisoformat(tombstone["withdrawn_at"]) - datetime.now(UTC)) < timedelta(minutes=5)
    assert client.get("/v1/tags/seoul-washington").get_json()["articles"] == count - 1


def test_a_withdrawal_can_be_repeated_and_taken_back(client: ContractClient, write_key: dict[str, str]) -> None:
    id = push(client, write_key)["id"]
    first, again = withdraw(client, write_key, id), withdraw(client, write_key, id)
    assert first.get_json() == again.get_json()
    assert [r.headers["Dateline-Result"] for r in (first, again)] == ["updated", "unchanged"]
    refused = client.post("/v1/articles", json=ARTICLE, headers=write_key)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    assert patch(client, write_key, id, {"byline": "A"}, **{"If-Match": "*"}).status_code == 409
    assert push(client, write_key, status="usable")["status"] == "usable"
    assert client.get(f"/v1/articles/{id}").status_code == 200


def test_a_push_may_withdraw_with_a_reason(client: ContractClient, write_key: dict[str, str]) -> None:
    id = push(client, write_key)["id"]
    push(client, write_key, status="withheld", reason="Lawyers")
    assert client.get(f"/v1/articles/{id}").get_json()["tombstone"]["reason"] == "Lawyers"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("", "reason"), ("reason=", "reason"), ("reason=x&status=usable", "status"), ("reason=x&purge=1", "purge")],
)
def test_a_withdrawal_needs_a_reason(
    client: ContractClient, write_key: dict[str, str], query: str, parameter: str
) -> None:
    response = withdraw(client, write_key, push(client, write_key)["id"], query)
    assert response.status_code == 422
    assert [error["parameter"] for error in response.get_json()["errors"]] == [parameter]


def test_an_erased_article_leaves_a_tombstone_and_nothing_else(
    client: ContractClient, demo: Connection, write_key: dict[str, str], admin_key: dict[str, str]
) -> None:
    id = push(client, write_key, headline="Secretword one")["id"]
    push(client, write_key, headline="Secretword two", byline="Secretword")
    assert withdraw(client, write_key, id, "reason=Court&purge=true").status_code == 403
    assert withdraw(client, admin_key, id, "reason=Court&purge=true").get_json()["purged"] is True
    for table in ("articles", "versions", "idempotent_answers", "changes"):
        rows = demo.execute(f"select t::text from {table} t").fetchall()
        assert "secretword" not in str(rows).lower(), table
    gone = client.get(f"/v1/articles/{id}")
    assert (gone.status_code, gone.get_json()["tombstone"]["reason"]) == (410, "Court")
    for again in ({}, {"status": "usable"}):
        assert client.post("/v1/articles", json={**ARTICLE, **again}, headers=write_key).status_code == 409
    assert withdraw(client, write_key, id).status_code == 409
    assert demo.execute("select from article_tags where article_id = %s", (id,)).fetchall() == []


def test_an_embargoed_article_is_invisible_but_to_its_outlet_until_its_time(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    outlet = client.get("/v1/outlets/korea-herald").get_json()["articles"]
    held = push(client, write_key, embargoed_until=in_an_hour())
    other = new_key(demo, "other", ["write"], ["japan-forward"])
    for stranger in ({}, other):
        assert client.get(f"/v1/articles/{held['id']}", headers=stranger).status_code == 404
        assert listed(client, held["id"], stranger) == []
    assert client.get(f"/v1/articles/{held['id']}", headers=write_key).get_json()["embargoed_until"]
    others = new_key(demo, "others", ["write"], ["japan-forward"])
    reader = new_key(demo, "reader", ["read"], [])
    admin = new_key(demo, "desk", ["admin"], [])
    for headers, lists in ((write_key, LISTS), (admin, LISTS), (others, []), (reader, [])):
        assert listed(client, held["id"], headers) == lists
    assert client.get("/v1/outlets/korea-herald").get_json()["articles"] == outlet
    assert article_lifecycle.release_due(demo) == 0
    demo.execute("update articles set embargoed_until = now() where id = %s", (held["id"],))
    assert article_lifecycle.release_due(demo) == 1
    released = client.get(f"/v1/articles/{held['id']}").get_json()
    assert released["embargoed_until"] is None
    assert released["published_at"] > held["published_at"]
    assert client.get("/v1/outlets/korea-herald").get_json()["articles"] == outlet + 1
    newest = client.get("/v1/tags/seoul-washington/articles?limit=1").get_json()["data"][0]
    assert newest["id"] == held["id"]


@pytest.mark.parametrize("purge", [False, True])
def test_who_never_saw_an_embargoed_article_learns_nothing_of_its_withdrawal(
    client: ContractClient, demo: Connection, write_key: dict[str, str], admin_key: dict[str, str], purge: bool
) -> None:
    before = client.get("/v1/changes?after=latest").get_json()["page"]["next"]
    id = push(client, write_key, embargoed_until=in_an_hour())["id"]
    withdraw(client, write_key, id, "reason=Libel")
    if purge:
        withdraw(client, admin_key, id, "reason=Libel&purge=true")
    demo.execute("update articles set embargoed_until = now() - interval '1 minute' where id = %s", (id,))
    assert article_lifecycle.release_due(demo) == 0
    for path in ("", "/versions", "/versions/1", "/related"):
        assert client.get(f"/v1/articles/{id}{path}").status_code == 404, path
        assert client.get(f"/v1/articles/{id}{path}", headers=write_key).status_code == 410, path
    other = new_key(demo, "other", ["write"], ["japan-forward"])
    assert patch(client, other, id, {}, **{"If-Match": "*"}).status_code == 404
    assert withdraw(client, other, id).status_code == 404
    assert client.get(f"/v1/changes?after={before}").get_json()["data"] == []
    seen = client.get(f"/v1/changes?after={before}", headers=write_key).get_json()["data"]
    assert [change["type"] for change in seen] == [
        "article.created", "article.withdrawn", *(["article.purged"] if purge else []),
    ]  # fmt: skip
    assert all(change["article"] is None and change["tombstone"]["reason"] == "Libel" for change in seen)


def test_a_withdrawn_article_that_is_restored_under_its_embargo_is_released(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    id = push(client, write_key, embargoed_until=in_an_hour())["id"]
    withdraw(client, write_key, id, "reason=Check")
    push(client, write_key, status="usable")
    assert client.get(f"/v1/articles/{id}").status_code == 404
    demo.execute("update articles set embargoed_until = now() - interval '1 minute' where id = %s", (id,))
    assert article_lifecycle.release_due(demo) == 1
    assert client.get(f"/v1/articles/{id}").status_code == 200


def test_the_push_of_an_embargo_that_is_over_is_known_again(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    id = push(client, write_key, embargoed_until=soon)["id"]
    assert push(client, write_key, embargoed_until=soon)["result"] == "unchanged"
    # Time stands still in the one transaction of a test: the embargo is set to what it would be later.
    demo.execute("update articles set embargoed_until = null, published_at = %s where id = %s", (soon, id))
    assert push(client, write_key, embargoed_until=soon, status="usable")["id"] == id


def test_an_embargo_stays_unless_it_is_lifted(client: ContractClient, write_key: dict[str, str]) -> None:
    id = push(client, write_key, embargoed_until=in_an_hour())["id"]
    assert push(client, write_key, headline="Still under embargo")["embargoed_until"]
    assert client.get(f"/v1/articles/{id}").status_code == 404
    lifted = patch(client, write_key, id, {"embargoed_until": None}, **{"If-Match": "*"})
    assert lifted.get_json()["embargoed_until"] is None
    assert client.get(f"/v1/articles/{id}").status_code == 200
    push(client, write_key, embargoed_until=in_an_hour())
    assert client.get(f"/v1/articles/{id}").status_code == 404


def test_what_is_published_later_needs_an_embargo(client: ContractClient, write_key: dict[str, str]) -> None:
    later = in_an_hour()
    refused = client.post("/v1/articles", json={**ARTICLE, "published_at": later}, headers=write_key)
    assert refused.get_json()["errors"][0]["pointer"] == "/published_at"
    assert push(client, write_key, published_at=later, embargoed_until=later)["published_at"][:16] == later[:16]


def test_another_outlets_article_is_not_to_be_touched(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    id = push(client, write_key)["id"]
    other = new_key(demo, "other", ["write"], ["japan-forward"])
    assert patch(client, other, id, {"byline": "A"}, **{"If-Match": "*"}).status_code == 403
    assert withdraw(client, other, id).status_code == 403
    hidden = push(client, write_key, external_id="hidden", embargoed_until=in_an_hour())["id"]
    assert patch(client, other, hidden, {"byline": "A"}, **{"If-Match": "*"}).status_code == 404
    assert withdraw(client, other, hidden).status_code == 404


def test_every_change_says_what_it_was_and_who_may_know(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    id = push(client, write_key, embargoed_until=in_an_hour())["id"]
    push(client, write_key, embargoed_until=in_an_hour(), headline="Other")
    push(client, write_key, embargoed_until=None, headline="Other")
    push(client, write_key, headline="Third")
    push(client, write_key, headline="Third", embargoed_until=in_an_hour())
    push(client, write_key, headline="Third", embargoed_until=None)
    withdraw(client, write_key, id)
    push(client, write_key, headline="Third", status="usable")
    rows = demo.execute(
        "select type, version, outlet_id is null as public from changes where article_id = %s order by position", (id,)
    ).fetchall()
    assert [(row["type"].removeprefix("article."), row["version"], row["public"]) for row in rows] == [
        ("created", 1, False),
        ("updated", 2, False),
        ("released", 3, True),
        ("updated", 4, True),
        ("embargoed", 5, True),
        ("released", 6, True),
        ("withdrawn", 7, True),
        ("restored", 8, True),
    ]
