"""Paging goes on after a tag, person or outlet was renamed or merged: nothing is skipped and nothing comes twice."""

from urllib.parse import urlsplit

import pytest
from contract import ContractClient
from partners import MERGE_PATCH, new_key
from stories import record, store
from werkzeug.test import TestResponse

from api.postgres.connection import Connection

pytestmark = pytest.mark.every_postgres


@pytest.fixture
def client(blank: Connection, blank_client: ContractClient) -> ContractClient:
    """A client of an archive with twelve articles of the tag ``old``, the person ``ann-old`` and the outlet ``old``."""
    key = new_key(blank, "editor", ["admin"], [])
    blank_client.environ_base["HTTP_AUTHORIZATION"] = key["Authorization"]
    for many, names in {"tags": ("Old", "Target", "Other"), "people": ("Ann Old", "Bo Target", "Cy Other")}.items():
        for name in names:
            assert blank_client.post(f"/v1/{many}", json={"name": name}).status_code == 201
    for slug in ("old-times", "other-times"):
        assert blank_client.post("/v1/outlets", json={"slug": slug, "name": slug}).status_code == 201
    records = [
        record(
            "A ferry",
            day=number,
            external_id=f"story-{number}",
            outlet="old-times",
            tags=["old", "other"],
            people=["ann-old"],
        )
        for number in range(12)
    ]
    store(blank, *records)
    return blank_client


def _rename(client: ContractClient, many: str, slug: str, new: str) -> None:
    headers = {"If-Match": "*", "Content-Type": MERGE_PATCH}
    assert client.patch(f"/v1/{many}/{slug}", json={"slug": new}, headers=headers).status_code in (200, 202)


def _merge(client: ContractClient, many: str, slug: str, target: str) -> None:
    response = client.post(f"/v1/{many}/{slug}/merge", json={"into": target})
    assert response.status_code in (200, 202), response.text


def _get(client: ContractClient, url: str) -> TestResponse:
    response = client.get(url)
    if response.status_code == 308:
        parts = urlsplit(response.headers["Location"])
        response = client.get(f"{parts.path}?{parts.query}")
    assert response.status_code == 200, (url, response.text)
    return response


def _ids(response: TestResponse) -> list[str]:
    return [article["external_id"] for article in response.get_json()["data"]]


LISTS = [
    ("tags", "old", "/v1/tags/{slug}/articles?limit=5"),
    ("tags", "old", "/v1/tags/{slug}/articles?limit=5&sort=updated&person=ann-old"),
    ("tags", "old", "/v1/tags/{slug}/articles?limit=5&q=ferry&sort=relevance"),
    ("tags", "old", "/v1/articles?limit=5&tag={slug}"),
    ("tags", "old", "/v1/articles?limit=5&tag=other,{slug}&fields=external_id"),
    ("tags", "old", "/v1/articles?limit=5&tag_all={slug},other&q=ferry&sort=oldest"),
    ("people", "ann-old", "/v1/people/{slug}/articles?limit=5"),
    ("people", "ann-old", "/v1/articles?limit=5&person={slug}&tag=old"),
    ("people", "ann-old", "/v1/articles?limit=5&person_all={slug}&outlet=old-times"),
    ("outlets", "old-times", "/v1/outlets/{slug}/articles?limit=5"),
    ("outlets", "old-times", "/v1/articles?limit=5&outlet={slug}&from=2025-01-01"),
]


@pytest.mark.parametrize("asked_by", ["old slug", "new slug"])
@pytest.mark.parametrize("change", ["renamed", "renamed twice", "merged", "renamed and merged"])
@pytest.mark.parametrize(("many", "slug", "path"), LISTS)
def test_a_cursor_continues_after_a_rename_and_a_merge(
    client: ContractClient, many: str, slug: str, path: str, change: str, asked_by: str
) -> None:
    if many == "outlets" and "merged" in change:
        pytest.skip("outlets are not merged")
    whole = _ids(_get(client, path.replace("limit=5", "limit=100").replace("{slug}", slug)))
    first = _get(client, path.replace("{slug}", slug))
    target = {"tags": "target", "people": "bo-target"}.get(many, "")
    new = slug
    if "renamed" in change:
        _rename(client, many, slug, new := f"{slug}-new")
    if change == "renamed twice":
        _rename(client, many, new, new := f"{slug}-newest")
    if "merged" in change:
        _merge(client, many, new, target)
        new = target
    url = path.replace("{slug}", slug if asked_by == "old slug" else new)
    second = _get(client, f"{url}&cursor={first.get_json()['page']['next']}")
    _rename(client, many, new, f"{slug}-last")
    third = _get(client, f"{url}&cursor={second.get_json()['page']['next']}")
    assert _ids(first) + _ids(second) + _ids(third) == whole
    back = _get(client, f"{url}&cursor={second.get_json()['page']['prev']}")
    assert _ids(back) == _ids(first)


@pytest.mark.parametrize(("many", "slug", "path"), LISTS)
def test_a_cursor_of_another_entity_is_refused(client: ContractClient, many: str, slug: str, path: str) -> None:
    cursor = _get(client, path.replace("{slug}", slug)).get_json()["page"]["next"]
    others = {"tags": ("target", "no-such-tag"), "people": ("bo-target",), "outlets": ("other-times",)}[many]
    for other in others:
        response = client.get(f"{path.replace('{slug}', other)}&cursor={cursor}")
        assert (response.status_code, response.get_json()["code"]) == (400, "invalid_cursor")


def test_cursors_of_many_slugs_stay_short(client: ContractClient) -> None:
    slugs = ",".join(["old", *(f"no-such-tag-{number}" for number in range(45))])
    page = _get(client, f"/v1/articles?limit=5&tag={slugs}").get_json()["page"]
    assert len(page["next"]) < 300
    assert len(_ids(_get(client, f"/v1/articles?limit=5&tag={slugs}&cursor={page['next']}"))) == 5
    assert client.get(f"/v1/articles?limit=5&tag=old&cursor={page['next']}").status_code == 400
