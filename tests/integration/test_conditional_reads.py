"""Conditions apply to what exists: If-None-Match and If-Modified-Since never hide an error or a redirect."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from conftest import app_on
from contract import ContractClient, documented, example_address
from partners import new_key, withdraw
from werkzeug.http import http_date

from api.postgres.connection import Connection

FUTURE = http_date(datetime.now(UTC) + timedelta(days=365))
STORY = "73489488-7d9b-55fc-b9b4-5e9ee5af3853"
READS = [path for path, methods in documented()["paths"].items() if "get" in methods and "{" in path]
UNKNOWN = {
    "article_id": "00000000-0000-4000-8000-000000000000",
    "version": "1",
    "number": "99999",
    "prefix": "zzzzzzzz",
}


def conditions() -> list[dict[str, str]]:
    """Conditions that whatever exists fulfils, now that the archive is made."""
    return [
        {"If-None-Match": "*"},
        {"If-Modified-Since": FUTURE},
        {"If-Modified-Since": http_date(datetime.now(UTC))},
        {"If-None-Match": "*", "If-Modified-Since": FUTURE},
    ]


def _unknown(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda part: UNKNOWN.get(part[1], "there-is-none"), path)


@pytest.fixture(params=[0, 1_000_000], ids=["uncached", "cached"])
def reader(demo: Connection, request: pytest.FixtureRequest) -> ContractClient:
    """A client of a server with and without a cache, on an archive with a withdrawn article and retired tags."""
    client: ContractClient = app_on(demo, cache_bytes=request.param).test_client()  # pyright: ignore[reportAssignmentType]: a ContractClient
    edit = new_key(demo, "desk", ["write", "edit"], ["korea-herald"])
    assert withdraw(client, edit, STORY).status_code == 200
    assert client.post("/v1/tags", json={"name": "Renamed"}, headers=edit).status_code == 201
    assert client.post("/v1/tags", json={"name": "Deleted"}, headers=edit).status_code == 201
    moved = client.patch(
        "/v1/tags/renamed",
        json={"slug": "renamed-tag"},
        headers={**edit, "Content-Type": "application/merge-patch+json", "If-Match": "*"},
    )
    assert moved.status_code == 202, moved.text
    assert client.delete("/v1/tags/deleted", headers={**edit, "If-Match": "*"}).status_code in (200, 202, 204)
    client.get("/v1/articles")
    return client


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *((_unknown(path), 404) for path in READS if "/jobs/" not in path and "/keys/" not in path),
        *((f"/v1/articles/{STORY}{rest}", 410) for rest in ("", "/related", "/versions", "/versions/1")),
        ("/v1/tags/deleted", 410),
        ("/v1/tags/deleted/articles", 410),
        ("/v1/tags/renamed", 308),
        ("/v1/tags/renamed/articles", 308),
        ("/v1/articles?limit=0", 422),
        ("/v1/articles?cursor=x", 400),
        ("/v1/tags/seoul-washington/articles?cursor=x", 400),
        ("/v1/keys", 401),
        ("/v1/nothing", 404),
        ("/guides/nothing", 404),
        ("/docs/nothing", 404),
        ("/problems/nothing", 404),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_condition_makes_a_304_of_an_error_or_a_redirect(
    reader: ContractClient, path: str, status: int, method: str
) -> None:
    plain = reader.open(path, method=method)
    assert plain.status_code == status
    assert "ETag" not in plain.headers
    for condition in (*conditions(), {"If-None-Match": '*, "x"'}, {"If-None-Match": '"x", *'}):
        assert reader.open(path, method=method, headers=condition).status_code == status, condition


OTHERS = ["/openapi.json", "/docs", "/docs/start.js", "/guides", "/guides/reading", "/favicon.ico"]
EXISTING = [example_address(path, methods) for path, methods in documented()["paths"].items() if "get" in methods]


@pytest.mark.parametrize("path", [*EXISTING, *OTHERS])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_any_representation_is_what_a_star_means(client: ContractClient, path: str, method: str) -> None:
    plain = client.open(path, method=method)
    if "ETag" not in plain.headers:
        assert plain.headers["Cache-Control"] == "no-store"
        return
    for condition in conditions():
        found = client.open(path, method=method, headers=condition)
        assert (found.status_code, found.data) == (304, b""), condition
        assert found.headers["ETag"].removeprefix("W/") == plain.headers["ETag"].removeprefix("W/")


def test_if_modified_since_counts_only_without_if_none_match(client: ContractClient) -> None:
    for tags in ('"x"', '""', "nonsense"):
        headers = {"If-None-Match": tags, "If-Modified-Since": FUTURE}
        assert client.get("/v1/articles", headers=headers).status_code == 200, tags
