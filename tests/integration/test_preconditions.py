"""Conditions of writes mean the same for articles, tags, people and outlets."""

import pytest
from contract import ContractClient
from partners import MERGE_PATCH, push

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
