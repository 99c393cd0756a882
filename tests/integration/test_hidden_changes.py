"""What readers may not see changes nothing of what they read: no body, no validator, no cursor."""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

import pytest
from conftest import app_on
from contract import ContractClient, documented, example_address
from partners import MERGE_PATCH, new_key, push
from stories import ARTICLE

from api.commands import change_log, term_counts
from api.postgres.connection import Connection

pytestmark = pytest.mark.every_postgres

# What belongs to one response.
OWN = {"Date", "X-Request-Id", "Server-Timing", "RateLimit", "RateLimit-Policy"}
HIDDEN: dict[str, Any] = {
    **ARTICLE,
    "external_id": "hidden",
    "headline": "Zanzibar signs the alliance",
    "body": "The alliance of Seoul and Zanzibar. Zanzibar!",
    "tags": ["seoul-washington"],
    "people": ["lee-jae-myung"],
    "language": "sw",
    "embargoed_until": "2099-01-01T00:00:00Z",
}
DRAFT = {**HIDDEN, "external_id": "draft", "status": "withheld", "embargoed_until": None}

Key = dict[str, str]


def _push(client: ContractClient, key: Key, **fields: Any) -> str:
    return push(client, key, **{**HIDDEN, **fields})["id"]


def _patch(client: ContractClient, key: Key, article: str, **fields: Any) -> None:
    response = client.patch(
        f"/v1/articles/{article}", json=fields, headers={**key, "Content-Type": MERGE_PATCH, "If-Match": "*"}
    )
    assert response.status_code == 200, response.text


def _delete(client: ContractClient, key: Key, article: str, query: str = "") -> None:
    response = client.delete(f"/v1/articles/{article}?reason=Wrong{query}", headers=key)
    assert response.status_code in (200, 204), response.text


ACTIONS: dict[str, Callable[[ContractClient, Key, str, str], object]] = {
    "an embargoed push": lambda client, key, _article, _draft: _push(client, key, external_id="another"),
    "ten embargoed pushes": lambda client, key, _article, _draft: [
        _push(client, key, external_id=f"another-{number}", language="is") for number in range(10)
    ],
    "a change of an embargoed article": lambda client, key, article, _draft: _patch(
        client, key, article, headline="Zanzibar signs nothing", language="mi"
    ),
    "a longer embargo": lambda client, key, article, _draft: _patch(
        client, key, article, embargoed_until="2098-01-01T00:00:00Z"
    ),
    "the withdrawal of an embargoed article": lambda client, key, article, _draft: _delete(client, key, article),
    "the purge of an embargoed article": lambda client, key, article, _draft: _delete(
        client, key, article, "&purge=true"
    ),
    "a draft": lambda client, key, _article, _draft: _push(client, key, **{**DRAFT, "external_id": "second"}),
    "a change of a draft": lambda client, key, _article, _draft: _push(client, key, **{**DRAFT, "headline": "New"}),
    "the purge of a draft": lambda client, key, _article, draft: _delete(client, key, draft, "&purge=true"),
    "a long text under an embargo put on a published article": lambda client, key, _article, _draft: _push(
        client, key, external_id="taken-back", body="x" * 3_000_000
    ),
    "an embargo put on a draft and taken off": lambda client, key, _article, draft: [
        _push(client, key, **{**DRAFT, "embargoed_until": until}) for until in ("2099-01-01T00:00:00Z", None)
    ],
}


def _make_old(demo: Connection) -> None:
    demo.execute("update changes set at = now() - interval '3 days'")
    demo.execute("update articles set updated_at = now() - interval '3 days'")


@pytest.fixture(params=[0, 1_000_000], ids=["uncached", "cached"])
def site(demo: Connection, request: pytest.FixtureRequest) -> ContractClient:
    _make_old(demo)
    return app_on(demo, cache_bytes=request.param).test_client()  # pyright: ignore[reportReturnType]: a ContractClient


@pytest.fixture
def newsroom(demo: Connection) -> Key:
    return new_key(demo, "newsroom", ["write", "admin"], ["korea-herald"])


def _paths(demo: Connection, latest: str) -> list[str]:
    uuid = demo.execute("select uuid from outlets where slug = 'korea-herald'").fetchall()[0]["uuid"]
    hidden = [uuid5(uuid, name) for name in ("hidden", "draft", "another", "second")]
    examples = [
        example_address(path, methods)
        for path, methods in documented()["paths"].items()
        # What trends now depends on the time of the request.
        if "get" in methods and "security" not in methods["get"] and path != "/v1/trending"
    ]
    return [
        *examples,
        *(f"/v1/articles/{article}{rest}" for article in hidden for rest in ("", "/versions", "/related")),
        "/v1/articles?limit=3&count=exact",
        "/v1/articles?sort=updated&facets=tag,person,outlet,language,section,year",
        "/v1/articles?language=sw,is,mi&count=exact",
        "/v1/articles?q=zanzibar&explain=true",
        "/v1/articles?q=alliance&explain=true&sort=newest&include=highlights",
        "/v1/articles?q=alliance+-seoul+OR+zanz*&explain=true&limit=100",
        "/v1/tags/seoul-washington/articles?count=exact",
        "/v1/tags?sort=articles",
        "/v1/outlets?sort=recent",
        "/v1/outlets/korea-herald",
        "/v1/people/lee-jae-myung",
        "/v1/timeline?q=zanzibar",
        "/v1/trending?noun=people&window=7d&as_of=2025-06-21",
        "/v1/changes?limit=5",
        f"/v1/changes?after={latest}",
        f"/v1/changes?after={latest}&fields=body",
        "/v1/changes?limit=500",
        "/v1/changes?after=latest",
        "/v1/changes?types=article.created&limit=100",
    ]


def _shown(client: ContractClient, paths: list[str], key: Key) -> dict[str, tuple[int, bytes, dict[str, str]]]:
    responses = {}
    for path in paths:
        response = client.get(path, headers=key)
        headers = {name: value for name, value in response.headers if name not in OWN}
        request_id = response.headers["X-Request-Id"].encode()
        responses[path] = response.status_code, response.data.replace(request_id, b""), headers
    return responses


@pytest.mark.parametrize("counted", [False, pytest.param(True, marks=pytest.mark.long)], ids=["uncounted", "counted"])
@pytest.mark.parametrize("action", ACTIONS)
def test_hidden_writes_change_no_byte_of_what_others_read(
    site: ContractClient, demo: Connection, newsroom: Key, action: str, counted: bool
) -> None:
    readers = {
        "anyone": {},
        "a reader": new_key(demo, "reader", ["read"], []),
        "another newsroom": new_key(demo, "yonhap", ["write"], ["chosun-ilbo"]),
        "an editor": new_key(demo, "editor", ["edit"], ["korea-herald"]),
    }
    article, draft = _push(site, newsroom), _push(site, newsroom, **DRAFT)
    latest = site.get("/v1/changes?after=latest").get_json()["page"]["next"]
    for until in (None, "2099-01-01T00:00:00Z"):
        _push(site, newsroom, external_id="taken-back", language="en", embargoed_until=until)
    push(site, newsroom, external_id="after")
    _make_old(demo)
    if counted:
        term_counts.measure(demo)
        demo.execute("update text_stats set measured_at = now() - interval '2 days'")
    paths = _paths(demo, latest)
    before = {name: _shown(site, paths, key) for name, key in readers.items()}
    ACTIONS[action](site, newsroom, article, draft)
    assert not counted or term_counts.measure_due(demo) is None, "hidden writes have nothing counted again"
    for name, key in readers.items():
        after = _shown(site, paths, key)
        for path, response in before[name].items():
            assert after[path] == response, (name, path)
            tag = response[2].get("ETag")
            if tag and response[0] == 200:
                again = site.get(path, headers={**key, "If-None-Match": tag})
                assert again.status_code == 304, (name, path)


def test_the_keys_of_the_outlet_see_its_hidden_changes(site: ContractClient, demo: Connection) -> None:
    for scopes in (["write"], ["admin"]):
        key = new_key(demo, "desk", scopes, ["korea-herald"])
        before = site.get("/v1/articles?limit=100", headers=key)
        _push(site, key, external_id=scopes[0])
        after = site.get("/v1/articles?limit=100", headers={**key, "If-None-Match": before.headers["ETag"]})
        assert after.status_code == 200
        assert scopes[0] in {article["external_id"] for article in after.get_json()["data"]}


@pytest.mark.parametrize("scopes", [[], ["write"], ["admin"]])
def test_a_follower_continues_where_only_others_changes_were_deleted(
    site: ContractClient, demo: Connection, newsroom: Key, scopes: list[str]
) -> None:
    key = new_key(demo, "follower", scopes, ["chosun-ilbo"] if scopes == ["write"] else []) if scopes else {}
    seen = site.get("/v1/changes?after=latest", headers=key).get_json()["page"]["next"]
    for number in range(3):
        _push(site, newsroom, external_id=f"old-{number}")
    demo.execute("update changes set at = now() - interval '99 days'")
    push(site, newsroom, external_id="public")
    assert change_log.trim(demo, 30)
    page = site.get(f"/v1/changes?after={seen}", headers=key)
    if scopes == ["admin"]:
        assert page.status_code == 410, "it missed the hidden changes"
        return
    assert [change["article"]["external_id"] for change in page.get_json()["data"]] == ["public"]


@pytest.mark.parametrize(
    "path",
    ["/v1/changes?limit=1&after=", "/v1/articles?limit=1&cursor=", "/v1/articles?q=seoul+OR+korea&limit=1&cursor="],
)
def test_a_cursor_says_nothing(site: ContractClient, newsroom: Key, path: str) -> None:
    """Of the cursors of a list, no byte is the same in all: not even what each has, as the brackets of a JSON array."""
    cursors = [""]
    for number in range(8):
        push(site, newsroom, external_id=f"public-{number}")
    for _ in range(8):
        page = site.get((path + cursors[-1]).removesuffix("&cursor=").removesuffix("&after=")).get_json()["page"]
        cursors.append(page["next"])
        assert page["next"]
    contents = [urlsafe_b64decode(f"{cursor}==") for cursor in cursors[1:]]
    assert len(set(contents)) == 8
    assert all(len(set(column)) > 1 for column in zip(*contents, strict=False))
    assert "changes" not in path or len({len(content) for content in contents}) == 1


def test_an_article_that_nobody_saw_does_not_exist_for_others(
    site: ContractClient, demo: Connection, newsroom: Key
) -> None:
    draft = _push(site, newsroom, **DRAFT)
    other = new_key(demo, "yonhap", ["write"], ["chosun-ilbo"])
    unknown = UUID(int=7)
    for key in ({}, other):
        for rest in ("", "/versions", "/versions/1", "/versions/1/diff", "/related"):
            assert site.get(f"/v1/articles/{draft}{rest}", headers=key).status_code == 404
    for article in (draft, str(unknown)):
        assert site.delete(f"/v1/articles/{article}?reason=x", headers=other).status_code == 404
    assert site.get(f"/v1/articles/{draft}", headers=newsroom).status_code == 410
    published = push(site, newsroom, **{**DRAFT, "status": "usable"})
    assert site.get(f"/v1/articles/{published['id']}").status_code == 200
    _delete(site, newsroom, draft)
    assert site.get(f"/v1/articles/{draft}").status_code == 410
