"""ninjs over HTTP: pushed alone and in batches, read by Accept, refused with pointers into the item."""

from typing import Any

import orjson
import pytest
from contract import ContractClient
from ninjs_facts import faults
from partners import MERGE_PATCH, new_key
from werkzeug.test import TestResponse

from api.commands import keys
from api.postgres.connection import Connection
from schemas.ninjs import MEDIA_TYPE

ITEM: dict[str, Any] = {
    "uri": "urn:newsml:korea-herald.example:20250621:17",
    "versionCreated": "2025-06-21T09:00:00+09:00",
    "headlines": [{"value": "Ferry returns"}],
    "bodies": [{"contentType": "text/html", "value": "<p>It <b>sails</b>.</p><script>no()</script>"}],
    "subjects": [{"name": "Transport", "rel": "section"}, {"name": "#Seoul-Washington"}],
}


def push(client: ContractClient, key: dict[str, str], content: Any, address: str = "") -> TestResponse:
    """Push something as ninjs."""
    headers = {**key, "Content-Type": MEDIA_TYPE}
    return client.post(f"/v1/articles{address}", data=orjson.dumps(content), headers=headers)


def as_ninjs(client: ContractClient, address: str, **headers: str) -> TestResponse:
    return client.get(address, headers={"Accept": MEDIA_TYPE, **headers})


def test_an_item_is_stored_for_the_only_outlet_of_its_key(client: ContractClient, write_key: dict[str, str]) -> None:
    response = push(client, write_key, ITEM)
    assert (response.status_code, response.headers["Dateline-Result"]) == (201, "created")
    article = response.get_json()
    assert article["outlet"]["slug"] == "korea-herald"
    assert (article["body"], article["body_html"]) == ("It sails.", "<p>It <b>sails</b>.</p>")
    assert (article["section"], article["tags"][0]["slug"]) == ("Transport", "seoul-washington")
    assert push(client, write_key, ITEM).headers["Dateline-Result"] == "unchanged"


def test_a_key_of_several_outlets_has_to_say_which(client: ContractClient, demo: Connection) -> None:
    made = keys.create(demo, "two", ["write"], ["korea-herald", "japan-forward"])
    key = {"Authorization": f"Bearer {made}"}
    refused = push(client, key, ITEM)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/altIds"]
    named = {**ITEM, "altIds": [{"role": "dateline:outlet", "value": "japan-forward"}]}
    assert push(client, key, named).get_json()["outlet"]["slug"] == "japan-forward"


def test_an_article_read_as_ninjs_and_pushed_again_says_the_same(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    stored = push(client, write_key, ITEM)
    for address in (stored.headers["Location"], *listed(client)):
        response = as_ninjs(client, address)
        assert response.content_type == MEDIA_TYPE
        item = response.get_json(force=True)
        assert not faults(item)
        before = said(client, address)
        again = push(client, write_key, item)
        assert said(client, address) == before
        assert again.headers["Location"].endswith(address)


def said(client: ContractClient, address: str) -> dict[str, Any]:
    """An article without the marks of its versions: pushed again, what was found in it counts as said."""
    article = client.get(address).get_json()
    return {name: value for name, value in article.items() if name not in ("version", "updated_at")}


def listed(client: ContractClient) -> list[str]:
    found = client.get("/v1/articles?outlet=korea-herald&limit=100").get_json()["data"]
    return [f"/v1/articles/{article['id']}" for article in found]


def test_each_form_of_an_article_has_an_entity_tag_of_its_own_and_both_are_good_for_a_change(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    address = push(client, write_key, ITEM).headers["Location"]
    ninjs, json = as_ninjs(client, address), client.get(address)
    assert ninjs.headers["ETag"] != json.headers["ETag"]
    assert "Accept" in json.headers["Vary"]
    assert as_ninjs(client, address, **{"If-None-Match": ninjs.headers["ETag"]}).status_code == 304
    assert as_ninjs(client, address, **{"If-None-Match": json.headers["ETag"]}).status_code == 200
    assert client.get(address, headers={"If-None-Match": ninjs.headers["ETag"]}).status_code == 200
    packed = as_ninjs(client, address, **{"Accept-Encoding": "gzip"})
    assert as_ninjs(client, address, **{"If-None-Match": packed.headers["ETag"]}).status_code == 304
    changed = client.patch(
        address,
        data=orjson.dumps({"note": "x"}),
        headers={**write_key, "If-Match": packed.headers["ETag"], "Content-Type": MERGE_PATCH},
    )
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (MEDIA_TYPE, MEDIA_TYPE),
        (f"{MEDIA_TYPE}, application/json;q=0.5", MEDIA_TYPE),
        (f"application/json, {MEDIA_TYPE};q=0.5", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
    ],
)
def test_what_a_client_likes_best_it_gets(client: ContractClient, accept: str, form: str) -> None:
    [address, *_] = listed(client)
    assert client.get(address, headers={"Accept": accept}).content_type == form


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"subjects": [{"name": "Transport", "rel": "section"}, {"name": "No such tag"}]}, "/subjects/1/name"),
        ({"people": [{"name": "Nobody Known"}]}, "/people/0/name"),
        ({"versionCreated": "2999-01-01T00:00:00Z"}, "/versionCreated"),
        ({"altIds": [{"role": "dateline:outlet", "value": "nowhere"}]}, "/altIds/0/value"),
        ({"headlines": []}, "/headlines"),
        ({"uri": "17"}, "/uri"),
        ({"body_text": "Old"}, "/body_text"),
    ],
)
def test_what_is_refused_is_found_in_the_item(
    client: ContractClient, demo: Connection, change: dict[str, Any], pointer: str
) -> None:
    key = new_key(demo, "desk", ["admin"], ["korea-herald"])
    content = {**ITEM, **change}
    key = key if "altIds" in change else {"Authorization": f"Bearer {write(demo)}"}
    single = push(client, key, content)
    assert single.status_code == 422
    assert [error["pointer"] for error in single.get_json()["errors"]] == [pointer]
    [good, bad] = push(client, key, [ITEM, content], "/batch").data.splitlines()
    assert orjson.loads(good)["result"] == "created"
    assert [error["pointer"] for error in orjson.loads(bad)["errors"]] == [pointer]
    whole = push(client, key, [ITEM, content], "/batch?atomic=true")
    assert [error["pointer"] for error in whole.get_json()["errors"]] == [pointer]


def write(demo: Connection) -> str:
    return keys.create(demo, "newsroom", ["write"], ["korea-herald"])


def test_a_batch_of_items_is_an_array(client: ContractClient, write_key: dict[str, str]) -> None:
    items = [{**ITEM, "uri": f"urn:newsml:korea-herald.example:{number}"} for number in range(3)]
    lines = push(client, write_key, items, "/batch").data.splitlines()
    assert [orjson.loads(line)["result"] for line in lines] == ["created"] * 3
    foreign = {**ITEM, "altIds": [{"role": "dateline:outlet", "value": "japan-forward"}]}
    assert push(client, write_key, foreign).status_code == 403
    assert orjson.loads(push(client, write_key, [foreign], "/batch").data)["status"] == 403


def test_an_embargo_and_a_withdrawal_come_in_ninjs(client: ContractClient, write_key: dict[str, str]) -> None:
    held = {**ITEM, "embargoedUntil": "2999-01-01T00:00:00Z"}
    address = push(client, write_key, held).headers["Location"]
    assert client.get(address).status_code == 404
    told = as_ninjs(client, address, **write_key).get_json(force=True)
    assert told["embargoedUntil"] == "2999-01-01T00:00:00Z"
    assert push(client, write_key, {**ITEM, "pubStatus": "canceled"}).status_code == 200
    assert as_ninjs(client, address, **write_key).status_code == 410
    assert as_ninjs(client, address).status_code == 404
