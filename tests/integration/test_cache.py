"""Answers that the server keeps: the same as if it had kept none, for everyone who asks and after every change."""

import gzip
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import stories
from conftest import app_on
from contract import ContractClient, documented, example_address
from partners import new_key, patch, push, withdraw
from plans import transactions
from stories import ARTICLE as STORY
from stories import record, store
from werkzeug.test import TestResponse

from api.commands import article_lifecycle, keys, term_counts
from api.http.cache import Cache
from api.jobs import runner
from api.postgres.connection import Connection
from api.queries import articles

pytestmark = pytest.mark.every_postgres

ARTICLE = "/v1/articles/73489488-7d9b-55fc-b9b4-5e9ee5af3853"
PATHS = [
    "/v1/articles",
    "/v1/articles?tag=seoul-washington&count=capped",
    "/v1/articles?q=alliance&sort=relevance",
    "/v1/articles?facets=tag,outlet",
    ARTICLE,
    f"{ARTICLE}/versions",
    f"{ARTICLE}/related",
    "/v1/timeline",
    "/v1/tags/seoul-washington",
    "/v1/tags/seoul-washington/articles",
    "/v1/outlets/korea-herald",
    "/v1/people?sort=articles",
    "/v1/suggest?q=seo",
]
# What belongs to one sending.
OWN = {"X-Request-Id", "Server-Timing", "Date"}

MINUTE = 60_000


def was_kept(response: TestResponse) -> bool:
    return "cache;" in response.headers.get("Server-Timing", "")


def told(response: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer but what belongs to one sending."""
    headers = {name: value for name, value in response.headers if name not in OWN}
    # The packed bytes hold the time at which they were packed.
    packed = response.data and headers.get("Content-Encoding") == "gzip"
    return response.status_code, gzip.decompress(response.data) if packed else response.data, headers


def settle(connection: Connection) -> None:
    """Let what changed be long ago: Last-Modified goes on with the clock until a second after a change."""
    connection.execute("update changes set at = now() - interval '1 hour'")
    connection.execute("update articles set updated_at = now() - interval '1 hour' where updated_at = now()")
    connection.execute("update text_stats set measured_at = measured_at - interval '1 hour'")


@pytest.fixture
def keeping(demo: Connection) -> ContractClient:
    """A client of a server that trusts what it saw for a minute, on an archive that was made long ago."""
    settle(demo)
    return app_on(demo, cache_position_ms=MINUTE).test_client()  # pyright: ignore[reportReturnType]: a ContractClient


@pytest.fixture
def without(demo: Connection) -> ContractClient:
    """A client of a server on the same archive that keeps nothing."""
    return app_on(demo, cache_bytes=0).test_client()  # pyright: ignore[reportReturnType]: a ContractClient


OPEN = [
    example_address(path, methods)
    for path, methods in documented()["paths"].items()
    if "get" in methods and "security" not in methods["get"]
]


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_asked_again_is_answered_alike_without_the_archive(
    keeping: ContractClient, path: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = keeping.open(path, method=method)
    if first.headers["Cache-Control"] == "no-store":
        assert not was_kept(keeping.open(path, method=method))
        return
    database = keeping.application.extensions["dateline.database"]
    monkeypatch.setattr(database, "read", lambda _: pytest.fail("the archive was asked"))
    again = keeping.open(path, method=method)
    assert was_kept(again)
    assert told(again) == told(first)


def test_a_server_without_room_keeps_nothing(without: ContractClient) -> None:
    assert [was_kept(without.get("/v1/articles")) for _ in range(2)] == [False, False]


def test_what_was_refused_is_not_kept(keeping: ContractClient) -> None:
    for path in ("/v1/articles?limit=0", "/v1/tags/no-such-tag", "/v1/nothing"):
        assert not any(was_kept(keeping.get(path)) for _ in range(3))


REQUESTS: list[dict[str, str]] = [
    {},
    {"Host": "news.example.org"},
    {"Host": "news.example.org:8080"},
    {"Accept": "application/vnd.iptc.ninjs+json"},
    {"Accept": "*/*"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "br, gzip;q=0.5"},
    {"Accept-Encoding": "zstd"},
    {"Origin": "https://frontend.example"},
    {"X-Request-Id": "mine"},
]


@pytest.mark.parametrize("path", PATHS)
def test_everyone_gets_the_answer_to_their_own_request(
    keeping: ContractClient, without: ContractClient, demo: Connection, path: str
) -> None:
    """Rights included: an embargoed article is there, which some of them see."""
    own = new_key(demo, "own", ["write"], ["korea-herald"])
    push(without, own, external_id="secret", embargoed_until="2099-01-01T00:00:00Z", headline="Alliance in secret")
    settle(demo)
    askers = [
        {}, own, new_key(demo, "same", ["write"], ["korea-herald"]), new_key(demo, "other", ["write"], ["le-monde"]),
        new_key(demo, "reader", ["read"], []), new_key(demo, "admin", ["admin"], []),
    ]  # fmt: skip
    requests = [{**asker, **headers} for asker in askers for headers in REQUESTS]
    unchecked, expected = (super(ContractClient, client) for client in (keeping, without))
    for headers in (*requests, *requests):
        assert told(unchecked.open(path, headers=headers)) == told(expected.open(path, headers=headers))
    assert was_kept(unchecked.open(path, headers=requests[-1]))


def _renamed(client: ContractClient, demo: Connection) -> None:
    editor = new_key(demo, "editor", ["edit"], [])
    etag = client.get("/v1/tags/seoul-washington", headers=editor).headers["ETag"]
    headers = {**editor, "If-Match": etag, "Content-Type": "application/merge-patch+json"}
    response = client.patch("/v1/tags/seoul-washington", json={"name": "#Seoul & Washington"}, headers=headers)
    assert response.status_code in (200, 202), response.text


def _merged(client: ContractClient, demo: Connection) -> None:
    editor = new_key(demo, "editor", ["edit"], [])
    other = client.get("/v1/tags?sort=articles").get_json()["data"][3]["slug"]
    merge = client.post(f"/v1/tags/{other}/merge", json={"into": "seoul-washington"}, headers=editor)
    assert merge.status_code in (200, 202), merge.text


def _of_herald(client: ContractClient, demo: Connection, name: str) -> tuple[dict[str, str], dict[str, Any]]:
    key = new_key(demo, "herald", ["write"], ["korea-herald"])
    return key, push(client, key, external_id=name, tags=["#Seoul-Washington"])


def _corrected(client: ContractClient, demo: Connection) -> None:
    key, article = _of_herald(client, demo, "corrected")
    headers = {"If-Match": article["etag"]}
    assert patch(client, key, article["id"], {"headline": "Alliance anew"}, **headers).status_code == 200


def _withdrawn(client: ContractClient, demo: Connection) -> None:
    key, article = _of_herald(client, demo, "withdrawn")
    client.get(f"/v1/articles/{article['id']}")
    assert withdraw(client, key, article["id"]).status_code == 200


def _purged(client: ContractClient, demo: Connection) -> None:
    _, article = _of_herald(client, demo, "purged")
    admin = new_key(demo, "admin", ["admin"], [])
    assert withdraw(client, admin, article["id"], "purge=true&reason=Wrong").status_code == 200


def _embargo_over(client: ContractClient, demo: Connection) -> None:
    key = new_key(demo, "herald", ["write"], ["korea-herald"])
    push(client, key, external_id="due", embargoed_until="2099-01-01T00:00:00Z", tags=["#Seoul-Washington"])
    demo.execute("update articles set embargoed_until = now() - interval '1 minute' where external_id = 'due'")
    assert article_lifecycle.release_due(demo)


def _pushed_elsewhere(_: ContractClient, demo: Connection) -> None:
    store(demo, record("Alliance elsewhere", outlet="korea-herald", tags=["seoul-washington"]))


EVENTS: list[Callable[[ContractClient, Connection], object]] = [
    _renamed, _merged, _corrected, _withdrawn, _purged, _embargo_over, _pushed_elsewhere,
    lambda _, demo: runner.run(demo), lambda _, demo: term_counts.measure(demo),
]  # fmt: skip


def test_after_every_change_all_answers_are_those_of_the_archive(
    client: ContractClient, without: ContractClient, demo: Connection
) -> None:
    for event in EVENTS:
        for path in PATHS:
            client.get(path)
        assert was_kept(client.get(ARTICLE)), "so that a change is needed to be told it"
        event(without, demo)
        settle(demo)
        for path in PATHS:
            assert told(client.get(path)) == told(without.get(path)), (event, path)


@pytest.mark.parametrize(("path", "read"), [("/v1/articles", "page"), (ARTICLE, "one"), (f"{ARTICLE}/related", "one")])
def test_an_answer_that_was_overtaken_by_a_change_is_not_given_again(
    client: ContractClient,
    without: ContractClient,
    demo: Connection,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    read: str,
) -> None:
    reading = getattr(articles, read)

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        found = reading(*args, **kwargs)
        stories.withdraw(demo, UUID(ARTICLE.rpartition("/")[2]), "canceled", "Wrong")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(articles, read, overtaken)
        assert client.get(path).status_code == 200
    again, expected = client.get(path), without.get(path)
    assert again.status_code == expected.status_code
    assert expected.status_code == 410 or again.data == expected.data


def test_what_others_change_shows_once_the_state_is_asked_for_again(
    keeping: ContractClient, without: ContractClient, demo: Connection
) -> None:
    now = 0.0
    keeping.application.extensions["dateline.cache"] = Cache(1_000_000, MINUTE, clock=lambda: now)
    before = told(keeping.get("/v1/articles"))
    store(demo, record("new", outlet="korea-herald"))
    settle(demo)
    now = 44.9
    assert told(keeping.get("/v1/articles")) == before, "trusted for a minute here"
    now = 60.1
    assert told(keeping.get("/v1/articles")) == told(without.get("/v1/articles"))


@pytest.mark.parametrize("counted", ["&count=none", ""])
def test_the_list_of_a_tag_takes_one_statement_while_the_state_is_known(
    keeping: ContractClient, demo: Connection, counted: str
) -> None:
    known = keeping.get("/v1/articles?limit=1")
    with transactions(demo) as found, demo.transaction():
        listed = keeping.get(f"/v1/articles?tag=seoul-washington{counted}")
    assert len(listed.get_json()["data"]) > 1
    assert list(map(len, found)) == [1]
    assert listed.headers["Last-Modified"] == known.headers["Last-Modified"]


@pytest.mark.parametrize("path", [path for path in PATHS if path != ARTICLE])
def test_who_holds_an_answer_that_is_not_kept_gets_a_304_without_the_archive_while_the_state_is_known(
    keeping: ContractClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = keeping.get(path).headers["ETag"]
    monkeypatch.setattr(keeping.application.extensions["dateline.cache"], "get", lambda _: None)
    with monkeypatch.context() as patched:
        database = keeping.application.extensions["dateline.database"]
        patched.setattr(database, "read", lambda _: pytest.fail("the archive was asked"))
        response = keeping.get(path, headers={"If-None-Match": held})
        assert (response.status_code, response.headers["ETag"]) == (304, held)
    assert keeping.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_who_sends_a_position_sees_that_much_whatever_is_kept(
    keeping: ContractClient, without: ContractClient, demo: Connection
) -> None:
    key = new_key(demo, "herald", ["write"], ["korea-herald"])
    keeping.get("/v1/articles")
    written = without.post("/v1/articles", json=STORY, headers=key)
    position = {"Dateline-Position": written.headers["Dateline-Position"]}
    exact = keeping.get("/v1/articles", headers=position)
    assert told(exact) == told(without.get("/v1/articles"))
    assert told(keeping.get("/v1/articles")) == told(exact), "and so does who asks after that"


def test_who_writes_sees_it_at_once(keeping: ContractClient, demo: Connection) -> None:
    key = new_key(demo, "herald", ["write"], ["korea-herald"])
    keeping.get("/v1/articles?external_id=own")
    push(keeping, key, external_id="own")
    assert len(keeping.get("/v1/articles?external_id=own").get_json()["data"]) == 1


def test_a_revoked_key_is_refused_whatever_is_kept_for_it(keeping: ContractClient, demo: Connection) -> None:
    headers = new_key(demo, "reader", ["read"], [])
    assert [keeping.get("/v1/articles", headers=headers).status_code for _ in range(2)] == [200, 200]
    keys.revoke(demo, headers["Authorization"].split("_")[1])
    assert keeping.get("/v1/articles", headers=headers).status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_who_holds_a_kept_answer_gets_a_304_like_any_other(
    keeping: ContractClient, without: ContractClient, path: str
) -> None:
    for encoding in ({}, {"Accept-Encoding": "br"}):
        held = super(ContractClient, keeping).open(path, headers=encoding).headers
        for condition in (
            {"If-None-Match": held["ETag"]}, {"If-None-Match": '"x"'}, {"If-None-Match": "*"},
            {"If-Modified-Since": held["Last-Modified"]}, {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
            {"If-Modified-Since": "Wed, 01 Jan 2098 00:00:00 GMT"}, {"If-Modified-Since": "never"},
        ):  # fmt: skip
            asked = {**encoding, **condition}
            again = super(ContractClient, keeping).open(path, headers=asked)
            fresh = super(ContractClient, without).open(path, headers=asked)
            assert was_kept(again)
            assert told(again)[:2] == told(fresh)[:2], condition
            assert set(told(again)[2]) == set(told(fresh)[2]), condition
            assert opaque(again.headers["ETag"]) == opaque(held["ETag"])


def opaque(etag: str) -> str:
    """An entity tag without the mark of compression."""
    return etag.strip('"').partition(":")[0]


def test_the_time_of_a_change_settles_in_kept_answers_too(
    keeping: ContractClient, without: ContractClient, demo: Connection
) -> None:
    demo.execute("update changes set at = clock_timestamp() where position = (select max(position) from changes)")
    early = keeping.get("/v1/articles").headers["Last-Modified"]
    time.sleep(2)
    late = keeping.get("/v1/articles")
    assert was_kept(late)
    assert late.headers["Last-Modified"] == without.get("/v1/articles").headers["Last-Modified"] != early
