"""API keys over HTTP: what each may do, and who makes, lists, replaces and ends them."""

from typing import Any

import pytest
from contract import ContractClient
from partners import MERGE_PATCH
from stories import ARTICLE

from api.auth import keys as keys_in_use
from api.commands import keys
from api.postgres.connection import Connection

NEW = {"name": "Newsroom", "scopes": ["write"], "outlets": ["korea-herald"]}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def prefix_of(headers: dict[str, str]) -> str:
    return headers["Authorization"].split("_")[1]


# Each action, and the scope that it needs; articles are the Korea Herald's.
ACTIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "read": ("GET", "/v1/articles?limit=1", {}),
    "push": ("POST", "/v1/articles", {"json": ARTICLE}),
    "change": ("PATCH", "/v1/articles/{id}", {"data": "{}", "headers": {"Content-Type": MERGE_PATCH, "If-Match": "*"}}),
    "withdraw": ("DELETE", "/v1/articles/{id}?reason=Wrong", {}),
    "name": ("POST", "/v1/articles?create=tags", {"json": {**ARTICLE, "tags": ["C"]}}),
    "purge": ("DELETE", "/v1/articles/{id}?reason=Wrong&purge=true", {}),
    "make a key": ("POST", "/v1/keys", {"json": NEW}),
    "list keys": ("GET", "/v1/keys", {}),
    "see itself": ("GET", "/v1/keys/self", {}),
    "see a key": ("GET", "/v1/keys/{prefix}", {}),
    "end a key": ("DELETE", "/v1/keys/{prefix}", {}),
    "replace a key": ("POST", "/v1/keys/{prefix}/rotate", {}),
}
OWN, OTHER = ["korea-herald"], ["japan-forward"]
READS = {"read": 200, "see itself": 200}
WRITES = {**READS, "push": 201, "change": 200, "withdraw": 200}
RIGHTS: list[tuple[list[str], list[str], dict[str, int]]] = [
    (["read"], OWN, READS),
    (["edit"], OWN, READS),
    (["write"], OTHER, READS),
    (["write", "edit"], OTHER, READS),
    (["write"], OWN, {**WRITES, "name": 422}),
    (["write", "edit"], [*OTHER, *OWN], {**WRITES, "name": 201}),
    (
        ["admin"],
        [],
        {
            **WRITES, "name": 201, "purge": 200, "make a key": 201, "list keys": 200, "see a key": 200,
            "end a key": 200, "replace a key": 201,
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("scopes", "outlets", "rights"), RIGHTS, ids=[f"{'+'.join(scopes)} {' '.join(of)}" for scopes, of, _ in RIGHTS]
)
def test_a_key_may_do_what_its_scopes_and_outlets_say_and_nothing_else(
    client: ContractClient,
    demo: Connection,
    admin_key: dict[str, str],
    scopes: list[str],
    outlets: list[str],
    rights: dict[str, int],
    action: str,
) -> None:
    article = client.get("/v1/articles?limit=1&outlet=korea-herald").get_json()["data"][0]["id"]
    method, path, sent = ACTIONS[action]
    key = bearer(keys.create(demo, "tried", scopes, outlets))
    filled = path.format(id=article, prefix=prefix_of(bearer(keys.create(demo, "other", ["read"], []))))
    response = client.open(filled, method=method, **{**sent, "headers": {**sent.get("headers", {}), **key}})
    assert response.status_code == rights.get(action, 403), response.text
    if response.status_code == 403:
        articles = action in ("push", "change", "withdraw", "name", "purge")
        if articles and "write" not in scopes:
            lacking = "scope write."
        elif articles and action != "purge":
            lacking = "does not permit writing for the outlet 'korea-herald'"
        else:
            lacking = "scope admin."
        assert lacking in response.get_json()["detail"]


@pytest.mark.parametrize("action", [action for action in ACTIONS if action != "read"])
def test_what_needs_a_key_says_so_without_one(client: ContractClient, action: str) -> None:
    method, path, sent = ACTIONS[action]
    response = client.open(
        path.format(id="73489488-7d9b-55fc-b9b4-5e9ee5af3853", prefix="0a1b2c3d"), method=method, **sent
    )
    assert (response.status_code, response.get_json()["code"]) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="dateline"'


def test_a_new_key_is_shown_once_and_works(client: ContractClient, admin_key: dict[str, str]) -> None:
    response = client.post("/v1/keys", json=NEW, headers=admin_key)
    made = response.get_json()
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    assert {name: made[name] for name in NEW} == NEW
    assert client.post("/v1/articles", json=ARTICLE, headers=bearer(made["key"])).status_code == 201
    shown = client.get(response.headers["Location"], headers=admin_key)
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.get_json() == {**{name: made[name] for name in made if name != "key"}, "last_used_at": None} | {
        "last_used_at": shown.get_json()["last_used_at"]
    }
    secret = made["key"].split("_")[2]
    assert secret not in shown.text + client.get("/v1/keys", headers=admin_key).text


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "a\0b"}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["write", "write"]}, "/scopes"),
        ({"scopes": ["read", "root"]}, "/scopes/1"),
        ({"scopes": "write"}, "/scopes"),
        ({"outlets": []}, "/outlets"),
        ({"outlets": ["korea-herald", "korea-herald"]}, "/outlets"),
        ({"outlets": ["korea-herald", "no-such-outlet"]}, "/outlets/1"),
        ({"outlets": ["Korea Herald"]}, "/outlets/0"),
        ({"expires": "never"}, "/expires"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(
    client: ContractClient, admin_key: dict[str, str], changed: dict[str, Any], pointer: str
) -> None:
    response = client.post("/v1/keys", json={**NEW, **changed}, headers=admin_key)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.get_json()["errors"]] == [pointer]


def test_keys_are_listed_newest_first_page_by_page(
    client: ContractClient, demo: Connection, admin_key: dict[str, str]
) -> None:
    for number in range(5):
        keys.create(demo, f"key {number}", ["read"], [])
    found: list[str] = []
    path = "/v1/keys?limit=2&count=exact"
    while path:
        response = client.get(path, headers=admin_key)
        page = response.get_json()
        found += [key["name"] for key in page["data"]]
        cursor = page["page"]["next"]
        path = cursor and f"/v1/keys?limit=2&count=exact&cursor={cursor}"
        assert (page["meta"]["total"], page["meta"]["total_relation"]) == (6, "eq")
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers
    assert found == ["key 4", "key 3", "key 2", "key 1", "key 0", "test"]


def test_a_revoked_key_ends_at_once_and_stays_in_the_list(client: ContractClient, admin_key: dict[str, str]) -> None:
    made = client.post("/v1/keys", json=NEW, headers=admin_key).get_json()
    first = client.delete(f"/v1/keys/{made['prefix']}", headers=admin_key)
    again = client.delete(f"/v1/keys/{made['prefix']}", headers=admin_key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()
    assert first.get_json()["revoked_at"]
    assert client.post("/v1/articles", json=ARTICLE, headers=bearer(made["key"])).status_code == 401
    assert made["prefix"] in client.get("/v1/keys", headers=admin_key).text


def test_a_key_is_replaced_by_one_with_the_same_rights(client: ContractClient, admin_key: dict[str, str]) -> None:
    old = client.post("/v1/keys", json=NEW, headers=admin_key).get_json()
    response = client.post(f"/v1/keys/{old['prefix']}/rotate", headers=admin_key)
    new = response.get_json()
    assert (response.status_code, response.headers["Cache-Control"]) == (201, "no-store")
    assert response.headers["Location"].endswith(f"/v1/keys/{new['prefix']}")
    assert new["prefix"] != old["prefix"]
    assert {name: new[name] for name in NEW} == NEW
    assert client.post("/v1/articles", json=ARTICLE, headers=bearer(old["key"])).status_code == 401
    assert client.post("/v1/articles", json=ARTICLE, headers=bearer(new["key"])).status_code == 201
    again = client.post(f"/v1/keys/{old['prefix']}/rotate", headers=admin_key)
    assert (again.status_code, again.get_json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("spelled", ["self", "its prefix"])
def test_an_admin_does_not_lock_itself_out(client: ContractClient, admin_key: dict[str, str], spelled: str) -> None:
    own = prefix_of(admin_key) if spelled == "its prefix" else spelled
    for response in (
        client.delete(f"/v1/keys/{own}", headers=admin_key),
        client.post(f"/v1/keys/{own}/rotate", headers=admin_key),
    ):
        assert (response.status_code, response.get_json()["code"]) == (409, "conflict")
    shown = client.get(f"/v1/keys/{own}", headers=admin_key).get_json()
    assert (shown["prefix"], shown["revoked_at"]) == (prefix_of(admin_key), None)


@pytest.mark.parametrize("prefix", ["00000000", "0A1B2C3D", "nobody", "self2", "%00"])
def test_a_key_that_is_not_there_is_a_404(client: ContractClient, admin_key: dict[str, str], prefix: str) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/rotate")):
        assert client.open(f"/v1/keys/{prefix}{path}", method=method, headers=admin_key).status_code == 404


@pytest.mark.parametrize("path", ["/v1/keys", "/v1/keys/{prefix}/rotate"])
def test_no_answer_with_a_secret_is_kept(
    client: ContractClient, demo: Connection, admin_key: dict[str, str], path: str
) -> None:
    prefix = prefix_of(bearer(keys.create(demo, "other", ["read"], [])))
    sent = {"json": NEW} if path == "/v1/keys" else {}
    response = client.post(path.format(prefix=prefix), headers={**admin_key, "Idempotency-Key": '"once"'}, **sent)
    assert (response.status_code, response.get_json()["code"]) == (400, "malformed_request")


def test_when_a_key_was_last_used_is_written_once_a_minute(
    client: ContractClient, demo: Connection, write_key: dict[str, str], admin_key: dict[str, str]
) -> None:
    def last_used() -> str | None:
        return client.get(f"/v1/keys/{prefix_of(write_key)}", headers=admin_key).get_json()["last_used_at"]

    assert last_used() is None
    client.get("/v1/articles", headers=write_key)
    assert last_used() is not None
    demo.execute("update keys set last_used_at = null")
    client.get("/v1/articles", headers=write_key)
    assert last_used() is None, "this process has noted it already"
    client.application.extensions["dateline.uses"] = keys_in_use.RecentUses()
    client.get("/v1/articles", headers=write_key)
    assert last_used() is not None, "another one has not"
