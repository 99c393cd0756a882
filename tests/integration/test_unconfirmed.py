"""Names that a push creates link only articles of the outlets of its key, until an editor confirms them."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import orjson
import pytest
from contract import ContractClient
from partners import MERGE_PATCH, new_key, push
from stories import ARTICLE
from werkzeug.test import TestResponse

from api.commands import entities
from api.ingest import archive
from api.jobs import runner
from api.postgres.connection import Connection
from api.queries import export

TEXT = {"headline": "A visit to Washington", "body": "Washington is a city.", "tags": [], "people": []}


@pytest.fixture
def other_key(demo: Connection) -> dict[str, str]:
    """Headers with a key that may write for Japan Forward."""
    return new_key(demo, "other", ["write"], ["japan-forward"])


def sent(client: ContractClient, key: dict[str, str], query: str = "", **fields: Any) -> TestResponse:
    return client.post(f"/v1/articles{query}", json={**ARTICLE, **TEXT, **fields}, headers=key)


def people(client: ContractClient, article: str) -> list[str]:
    return [person["name"] for person in client.get(f"/v1/articles/{article}").get_json()["people"]]


def test_a_person_created_by_a_push_is_linked_in_other_outlets_only_once_confirmed(
    client: ContractClient,
    demo: Connection,
    write_key: dict[str, str],
    other_key: dict[str, str],
    admin_key: dict[str, str],
) -> None:
    own = push(client, write_key, **TEXT, external_id="own")["id"]
    theirs = push(client, other_key, **TEXT, external_id="theirs", outlet="japan-forward")["id"]
    before = client.get("/v1/changes?after=latest").get_json()["page"]["next"]
    created = sent(client, write_key, "?create=people", people=["Washington"], external_id="new").get_json()
    assert [person["name"] for person in created["people"]] == ["Washington"]
    runner.run(demo)
    later = push(client, other_key, **TEXT, external_id="later", outlet="japan-forward")["id"]
    assert people(client, own) == ["Washington"]
    assert (people(client, theirs), people(client, later)) == ([], [])
    types = [
        (change["type"], (change.get("article") or {}).get("id"))
        for change in client.get(f"/v1/changes?after={before}").get_json()["data"]
    ]
    assert ("article.updated", theirs) not in types

    person = client.get("/v1/people/washington").get_json()
    assert person["confirmed"] is False
    assert [outlet["slug"] for outlet in person["companions"]["outlets"]] == ["korea-herald"]
    changes = client.get(f"/v1/changes?after={before}&types=person").get_json()["data"]
    assert [change["person"]["confirmed"] for change in changes] == [False]
    assert [found["slug"] for found in client.get("/v1/people?confirmed=false").get_json()["data"]] == ["washington"]
    assert "washington" not in client.get("/v1/people?confirmed=true&limit=100").text
    assert client.get("/v1/people?confirmed=maybe").status_code == 422

    headers = {"Content-Type": MERGE_PATCH}
    confirm = {"path": "/v1/people/washington", "json": {"confirmed": True}}
    assert client.patch(**confirm, headers={**write_key, **headers}).status_code == 403
    confirmed = client.patch(**confirm, headers={**admin_key, **headers})
    assert (confirmed.status_code, confirmed.get_json()["confirmed"]) == (202, True)
    runner.run(demo)
    assert [people(client, article) for article in (own, theirs, later)] == [["Washington"]] * 3
    assert client.patch(**confirm, headers={**admin_key, **headers}).headers["Dateline-Result"] == "unchanged"


def test_an_outlet_that_names_an_unconfirmed_person_gets_it_only_where_it_does(
    client: ContractClient, demo: Connection, write_key: dict[str, str], other_key: dict[str, str]
) -> None:
    sent(client, write_key, "?create=people", people=["Washington"])
    named = push(client, other_key, **{**TEXT, "people": ["Washington"]}, outlet="japan-forward")
    unnamed = push(client, other_key, **TEXT, external_id="unnamed", outlet="japan-forward")["id"]
    runner.run(demo)
    assert people(client, named["id"]) == ["Washington"]
    assert people(client, unnamed) == []


def test_an_unconfirmed_name_hides_no_confirmed_one(
    client: ContractClient,
    demo: Connection,
    write_key: dict[str, str],
    other_key: dict[str, str],
    admin_key: dict[str, str],
) -> None:
    text = {**TEXT, "body": "President Lee Jae-myung spoke."}
    sent(client, write_key, "?create=people", people=["President Lee Jae-myung", "Lee Jae.myung", "Jaemyung"])
    theirs = push(client, other_key, **text, outlet="japan-forward")["id"]
    assert people(client, theirs) == ["Lee Jae-myung"]
    patch = {"aliases": ["Jaemyung"]}
    headers = {**admin_key, "Content-Type": MERGE_PATCH}
    assert client.patch("/v1/people/lee-jae-myung", json=patch, headers=headers).status_code == 202
    named = push(client, other_key, **{**TEXT, "people": ["Jaemyung"]}, external_id="b", outlet="japan-forward")
    assert [person["slug"] for person in named["people"]] == ["lee-jae-myung"]


@pytest.mark.parametrize("scopes", [["edit", "write"], ["admin"]])
def test_editors_create_confirmed_names(client: ContractClient, demo: Connection, scopes: list[str]) -> None:
    key = new_key(demo, "editor", scopes, ["korea-herald"])
    assert sent(client, key, "?create=tags,people", people=["Washington"], tags=["C"]).status_code == 201
    assert client.get("/v1/people/washington").get_json()["confirmed"] is True
    assert client.get("/v1/tags/c").get_json()["confirmed"] is True
    assert sent(client, key, "?create=people", people=["a"]).status_code == 422


ONE_LETTER = [
    *("a", "Z", "é", "7", "a.", "-a-", "ａ", "王", "한", "ア", "😀a", "Ю.", "𝐱", "Ⓐ", "C+", "A\u0301", "a\u20dd"),
    *("x\u200b", "x\u00ad", "x\ufe0f", "x\u034f", "x\u2060", "x\ufeff", "x\u3164", "x\uffa0", "x\u115f", "x\u02bc"),
    "\u1112\u1161\u11ab",
]
NO_LETTERS = ["…", "--", "#", "😀", "👩‍👩‍👧", "̈", "…!?", "\u3164", "\u200b", "\u02bc"]


@pytest.mark.parametrize("field", ["people", "tags"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *((name, "only one letter") for name in ("#a", *ONE_LETTER)),
        *((name, "without letters") for name in ("#😀", *NO_LETTERS)),
    ],
)
def test_a_name_of_marks_or_one_letter_is_refused_and_says_why(
    client: ContractClient, write_key: dict[str, str], field: str, name: str, reason: str
) -> None:
    refused = sent(client, write_key, "?create=tags,people", **{field: [name]})
    assert refused.status_code == 422
    [error] = refused.get_json()["errors"]
    assert error["pointer"] == f"/{field}/0"
    assert reason in error["detail"]
    lines = client.post(
        "/v1/articles/batch?create=tags,people", json=[{**ARTICLE, field: [name]}, ARTICLE], headers=write_key
    ).text.splitlines()
    assert [json.loads(line)["status"] for line in lines] == [422, 201]


def test_tags_that_differ_by_a_sign_have_slugs_of_their_own(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    editor = new_key(demo, "editor", ["edit", "write"], ["korea-herald"])
    sent(client, editor, "?create=tags", tags=["C"])
    names = ["C", "C++", "#C#"]
    created = sent(client, write_key, "?create=tags", tags=names, external_id="signs")
    assert created.status_code == 201, created.text
    slugs = ["c", "c-plus-plus", "c-sharp"]
    assert sorted(tag["slug"] for tag in created.get_json()["tags"]) == slugs
    again = sent(client, write_key, "?create=tags", tags=names, external_id="again")
    assert sorted(tag["slug"] for tag in again.get_json()["tags"]) == slugs
    for name, slug in zip(names, slugs, strict=True):
        listed = client.get("/v1/articles", query_string={"q": f"#{name.removeprefix('#')}", "tag": slug})
        assert len(listed.get_json()["data"]) >= 2, name
    assert sent(client, write_key, "?create=people", people=["C++"], external_id="people").status_code == 422


def test_an_outlet_creates_only_so_many_names_before_some_are_confirmed(
    client: ContractClient, write_key: dict[str, str], other_key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entities, "MAX_UNCONFIRMED", 3)
    create = "?create=tags,people"
    assert sent(client, write_key, create, tags=["One tag"], people=["One Person", "Two Person"]).status_code == 201
    refused = sent(client, write_key, create, tags=["Two tag", "seoul-washington"])
    assert refused.status_code == 422
    [error] = refused.get_json()["errors"]
    assert "until an editor has confirmed" in error["detail"]
    assert sent(client, write_key, create, tags=["One tag"]).status_code == 200
    other = {"outlet": "japan-forward", "external_id": "theirs"}
    assert sent(client, other_key, create, tags=["Two tag"], **other).status_code == 201


def test_readers_are_not_led_to_unconfirmed_names(
    client: ContractClient, write_key: dict[str, str], admin_key: dict[str, str]
) -> None:
    sent(client, write_key, "?create=people,tags", people=["Seoulwash Qwertzuiop"], tags=["Qwertzuiops"])
    paths = ("/v1/people/lee-jae-myung", "/v1/tags/exports", "/v1/outlets/korea-herald", "/v1/tags/qwertzuiops")
    push(client, admin_key, tags=["exports", "qwertzuiops"], people=["lee-jae-myung", "seoulwash-qwertzuiop"])
    assert client.get("/v1/suggest?q=qwertz").get_json()["data"] == []
    for path in paths:
        companions = client.get(path).get_json()["companions"]
        assert "qwertzuiop" not in str(companions)
        assert companions["outlets"] or "outlets" in path
    for path in ("/v1/people/seoulwash-qwertzuiop", "/v1/tags/qwertzuiops"):
        response = client.patch(path, json={"confirmed": True}, headers={**admin_key, "Content-Type": MERGE_PATCH})
        assert response.status_code == 202
    assert len(client.get("/v1/suggest?q=qwertz").get_json()["data"]) == 2
    assert "seoulwash-qwertzuiop" in str(client.get("/v1/tags/qwertzuiops").get_json()["companions"])


def test_unconfirmed_names_are_in_lists_articles_and_facets_alike(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    sent(client, write_key, "?create=people,tags", people=["Seoulwash Qwertzuiop"], tags=["Qwertzuiops"])
    listed = client.get("/v1/articles?tag=qwertzuiops&facets=tag,person").get_json()
    [article], counted = listed["data"], listed["meta"]["facets"]
    for kind, field, slug in (("tag", "tags", "qwertzuiops"), ("person", "people", "seoulwash-qwertzuiop")):
        assert slug in [value["value"] for value in counted[kind]["values"]]
        assert slug in [entity["slug"] for entity in article[field]]
        assert slug in [entity["slug"] for entity in client.get(f"/v1/{field}?limit=100").get_json()["data"]]


def test_a_merge_with_a_confirmed_name_is_confirmed(
    client: ContractClient, write_key: dict[str, str], admin_key: dict[str, str]
) -> None:
    sent(client, write_key, "?create=people", people=["Washington", "Jaemyung"])
    for source, target in (("washington", "jaemyung"), ("jaemyung", "lee-jae-myung")):
        merged = client.post(f"/v1/people/{source}/merge", json={"into": target}, headers=admin_key)
        assert merged.status_code == 202, merged.text
        assert merged.get_json()["confirmed"] is (target == "lee-jae-myung")


def test_an_export_restores_what_is_unconfirmed_and_for_whom(
    client: ContractClient, demo: Connection, blank: Connection, write_key: dict[str, str], tmp_path: Path
) -> None:
    sent(client, write_key, "?create=people", people=["Washington"])
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"\n".join(orjson.dumps(line, option=orjson.OPT_UTC_Z) for line in export.records(demo)))
    archive.load(blank, file, lambda done: None)
    row = blank.execute(
        "select confirmed, array(select slug from outlets where id = any(linked_outlets)) as outlets"
        " from people where slug = 'washington'"
    ).fetchone()
    assert row == {"confirmed": False, "outlets": ["korea-herald"]}


@pytest.mark.parametrize("character", [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_a_name_that_changes_the_direction_of_text_is_refused(
    client: ContractClient, admin_key: dict[str, str], character: str
) -> None:
    name = f"Ne{character}me"
    detail = f"must not contain U+{ord(character):04X} ({unicodedata.name(character)})"
    patches = {"Content-Type": MERGE_PATCH, **admin_key}
    for response, pointer in (
        (client.post("/v1/tags", json={"name": name}, headers=admin_key), "/name"),
        (client.post("/v1/tags", json={"name": "Neme", "match": [name]}, headers=admin_key), "/match/0"),
        (client.post("/v1/people", json={"name": "Neme", "aliases": [name]}, headers=admin_key), "/aliases/0"),
        (client.post("/v1/outlets", json={"name": name}, headers=admin_key), "/name"),
        (client.patch("/v1/people/lee-jae-myung", json={"name": name}, headers=patches), "/name"),
        (sent(client, admin_key, tags=[name]), "/tags/0"),
        (sent(client, admin_key, people=[name]), "/people/0"),
    ):
        assert response.status_code == 422
        [error] = response.get_json()["errors"]
        assert error["pointer"] == pointer
        assert error["detail"].startswith(detail)
        assert error["detail"].endswith("(at character 3)")


def test_an_archive_with_a_name_that_changes_the_direction_of_text_is_restored(
    demo: Connection, blank: Connection, tmp_path: Path
) -> None:
    demo.execute("update tags set name = E'#\\u202Eemen', match = array[E'\\u202Eemen'] where slug = 'exports'")
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"\n".join(orjson.dumps(line, option=orjson.OPT_UTC_Z) for line in export.records(demo)))
    archive.load(blank, file, lambda done: None)
    row = blank.execute("select name, match from tags where slug = 'exports'").fetchone()
    assert row == {"name": "#\u202eemen", "match": ["\u202eemen"]}
