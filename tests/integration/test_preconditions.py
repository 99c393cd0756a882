"""Conditions of writes mean the same for articles, tags, people and outlets."""

import pytest
from contract import ContractClient
from partners import MERGE_PATCH, push, withdraw
from stories import ARTICLE

KINDS = {
    "articles": ("", {"byline": "Ana"}),
    "tags": ("/v1/tags/seoul-washington", {"description": "A"}),
    "people": ("/v1/people/lee-jae-myung", {"description": "A"}),
    "outlets": ("/v1/outlets/korea-herald", {"description": "A"}),
}
INVALID = ['"x", *', '*, "x"', "*, *", "*,", "**", "x", '"x', "", ",", '"a" "b"', '"a b"', "W/*", '"x", {etag}, *']


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("*", 200),
        ("{etag}", 200),
        ('"x", {etag}', 200),
        ('"x",, "*", {etag}', 200),
        ('"*"', 412),
        ('W/"*"', 412),
        ('"*-*"', 412),
        ('"*:gzip"', 412),
        ('"x", "*"', 412),
        ("W/{etag}", 412),
        ('""', 412),
        *((invalid, 400) for invalid in INVALID),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_only_a_lone_star_matches_anything(
    client: ContractClient, admin_key: dict[str, str], kind: str, condition: str, status: int
) -> None:
    path, patch = KINDS[kind]
    path = path or f"/v1/articles/{push(client, admin_key)['id']}"
    sent = condition.replace("{etag}", client.get(path).headers["ETag"].removeprefix("W/"))
    headers = {**admin_key, "If-Match": sent}
    response = client.patch(path, json=patch, headers={**headers, "Content-Type": MERGE_PATCH})
    assert response.status_code == status, response.text
    if status == 400:
        assert response.get_json()["errors"][0]["parameter"] == "If-Match"
    if status != 200:
        assert (
            client.delete(f"{path}?reason=Wrong" if kind == "articles" else path, headers=headers).status_code == status
        )
        if kind in ("tags", "people"):
            assert client.post(f"{path}/merge", json={"into": "x"}, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("exists", "headers", "status"),
    [
        (False, {"If-None-Match": "*"}, 201),
        (True, {"If-None-Match": "*"}, 412),
        (True, {"If-Match": "{etag}"}, 200),
        (True, {"If-Match": "*"}, 200),
        (True, {"If-Match": '"x"'}, 412),
        (True, {"If-Match": '"*"'}, 412),
        (False, {"If-Match": "*"}, 412),
        (False, {"If-Match": '"x"'}, 412),
        (True, {"If-Match": "*", "If-None-Match": "*"}, 412),
        (True, {"If-Match": "x"}, 400),
        (False, {"If-None-Match": '"x"'}, 400),
        (False, {"If-None-Match": '"*"'}, 400),
        (False, {"If-None-Match": "x"}, 400),
    ],
)
def test_a_push_is_stored_only_if_its_condition_holds(
    client: ContractClient, admin_key: dict[str, str], exists: bool, headers: dict[str, str], status: int
) -> None:
    before = push(client, admin_key) if exists else None
    headers = {name: value.replace("{etag}", before["etag"] if before else "") for name, value in headers.items()}
    changed = {**ARTICLE, "headline": "Changed"}
    response = client.post("/v1/articles", json=changed, headers={**admin_key, **headers})
    assert response.status_code == status, response.text
    found = client.get("/v1/articles?external_id=" + ARTICLE["external_id"]).get_json()["data"]
    stored = "Changed" if status < 400 else before and before["headline"]
    assert [article["headline"] for article in found] == ([stored] if stored else [])


def test_a_push_that_only_creates_replaces_no_withdrawn_article(
    client: ContractClient, admin_key: dict[str, str]
) -> None:
    withdraw(client, admin_key, push(client, admin_key)["id"])
    headers = {**admin_key, "If-None-Match": "*"}
    assert client.post("/v1/articles", json={**ARTICLE, "status": "usable"}, headers=headers).status_code == 412


@pytest.mark.parametrize(
    ("method", "path", "supported"),
    [
        ("POST", "/v1/articles/batch", ()),
        ("POST", "/v1/articles", ("If-Match", "If-None-Match")),
        ("PATCH", "/v1/articles/b3a93a55-576f-58e0-827b-98ea47dbba9f", ("If-Match",)),
        ("DELETE", "/v1/articles/b3a93a55-576f-58e0-827b-98ea47dbba9f", ("If-Match",)),
        ("POST", "/v1/tags", ()),
        ("PATCH", "/v1/people/lee-jae-myung", ("If-Match",)),
        ("POST", "/v1/tags/seoul-washington/merge", ("If-Match",)),
        ("DELETE", "/v1/outlets/korea-herald", ("If-Match",)),
        ("POST", "/v1/keys", ()),
    ],
)
@pytest.mark.parametrize("condition", ["If-Match", "If-None-Match", "If-Unmodified-Since"])
def test_a_write_refuses_conditions_that_it_does_not_check(
    client: ContractClient,
    admin_key: dict[str, str],
    method: str,
    path: str,
    supported: tuple[str, ...],
    condition: str,
) -> None:
    value = "Wed, 21 Oct 2015 07:28:00 GMT" if condition == "If-Unmodified-Since" else "*"
    response = client.open(path, method=method, headers={**admin_key, condition: value})
    if condition in supported:
        assert response.status_code != 400
        return
    assert response.status_code == 400
    [error] = response.get_json()["errors"]
    assert error["parameter"] == condition
    assert all(name in error["detail"] for name in supported)
