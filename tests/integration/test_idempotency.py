"""Requests that are sent again with an Idempotency-Key: done once, answered the same."""

import gzip
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import orjson
import pytest
from conftest import new_database
from contract import ContractClient
from flask import Flask
from partners import new_key
from stories import ARTICLE, outlet
from werkzeug.test import TestResponse

from api.app import create_app
from api.commands import idempotency
from api.commands.idempotency import IdempotentRequest
from api.postgres import migrate
from api.postgres.connection import Connection, connect
from api.server.ticker import ticking
from api.settings import Settings

NAME = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'


def push(
    client: ContractClient, key: dict[str, str], name: str | None = NAME, query: str = "", **fields: Any
) -> TestResponse:
    """Push ARTICLE with some fields changed and an Idempotency-Key."""
    headers = {**key, "Idempotency-Key": name} if name is not None else key
    return client.post(f"/v1/articles{query}", json={**ARTICLE, **fields}, headers=headers)


def told(response: TestResponse) -> tuple[Any, ...]:
    """All that an answer says, but for what is of this one sending, such as the second that gzip writes into it."""
    named = ("Content-Type", "Location", "ETag", "Dateline-Result", "Cache-Control")
    said = gzip.decompress(response.data) if response.headers.get("Content-Encoding") == "gzip" else response.data
    return response.status_code, said, [response.headers.get(name) for name in named]


def count(connection: Connection) -> int:
    """How many answers are kept."""
    [row] = connection.execute("select count(*) as kept from idempotent_answers").fetchall()
    return row["kept"]


def test_a_request_sent_again_gets_its_first_answer_byte_for_byte(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    first = push(client, write_key)
    assert (first.status_code, first.headers["Dateline-Result"]) == (201, "created")
    assert "Idempotency-Replayed" not in first.headers
    push(client, write_key, name=None, headline="Changed by another request")
    changes = demo.execute("select * from changes").fetchall()
    again = push(client, write_key)
    assert told(again) == told(first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert demo.execute("select * from changes").fetchall() == changes
    assert client.get(first.headers["Location"]).get_json()["headline"] == "Changed by another request"


def test_an_update_is_repeated_as_an_update(client: ContractClient, write_key: dict[str, str]) -> None:
    push(client, write_key, name=None)
    first, again = (push(client, write_key, headline="Corrected") for _ in range(2))
    assert (first.status_code, first.headers["Dateline-Result"]) == (200, "updated")
    assert told(again) == told(first)


def test_a_compressed_answer_is_repeated_as_well(client: ContractClient, write_key: dict[str, str]) -> None:
    first = push(client, {**write_key, "Accept-Encoding": "gzip"}, body="word " * 500)
    again = push(client, {**write_key, "Accept-Encoding": "gzip"}, body="word " * 500)
    plain = push(client, write_key, body="word " * 500)
    assert first.headers["Content-Encoding"] == again.headers["Content-Encoding"] == "gzip"
    assert told(again) == told(first)
    assert orjson.loads(plain.data)["headline"] == ARTICLE["headline"]


def test_a_body_of_unsaid_length_is_known_again(client: ContractClient, write_key: dict[str, str]) -> None:
    def chunked(headline: str) -> TestResponse:
        return client.post(
            "/v1/articles",
            input_stream=BytesIO(orjson.dumps({**ARTICLE, "headline": headline})),
            headers={**write_key, "Idempotency-Key": NAME, "Transfer-Encoding": "chunked"},
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True},
        )

    assert chunked("One").status_code == 201
    assert chunked("One").headers["Idempotency-Replayed"] == "true"
    assert chunked("Two").status_code == 422


@pytest.mark.parametrize("changed", [{"headline": "Another"}, {"query": "?create=tags"}], ids=["body", "address"])
def test_another_request_by_the_same_name_is_refused(
    client: ContractClient, write_key: dict[str, str], changed: dict[str, Any]
) -> None:
    push(client, write_key)
    response = push(client, write_key, **changed)
    assert (response.status_code, response.get_json()["code"]) == (422, "idempotency_key_reused")


def test_names_are_a_key_s_own(client: ContractClient, demo: Connection, write_key: dict[str, str]) -> None:
    other = new_key(demo, "other", ["write"], ["korea-herald"])
    assert push(client, write_key).headers["Dateline-Result"] == "created"
    response = push(client, other)
    assert response.headers["Dateline-Result"] == "unchanged"
    assert "Idempotency-Replayed" not in response.headers
    assert push(client, other, headline="Another").status_code == 422


def test_a_refusal_is_not_kept(client: ContractClient, demo: Connection, write_key: dict[str, str]) -> None:
    assert push(client, write_key, tags=["Brand New"]).status_code == 422
    assert push(client, write_key, outlet="japan-forward").status_code == 403
    assert count(demo) == 0
    assert push(client, write_key).status_code == 201


def test_an_answer_older_than_a_day_counts_no_more_though_nobody_deleted_it(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    push(client, write_key)
    demo.execute("update idempotent_answers set created_at = created_at - interval '24 hours 1 minute'")
    later = push(client, write_key, headline="Another request by the same name")
    assert later.headers["Dateline-Result"] == "updated"
    assert "Idempotency-Replayed" not in later.headers
    again = push(client, write_key, headline="Another request by the same name")
    assert told(again) == told(later)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_name_that_was_created_with_the_push_is_not_needed_again(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    first = push(client, write_key, query="?create=tags", tags=["Brand New"])
    tags = demo.execute("select count(*) as n from tags").fetchall()
    again = push(client, write_key, query="?create=tags", tags=["Brand New"])
    assert told(again) == told(first)
    assert demo.execute("select count(*) as n from tags").fetchall() == tags


@pytest.mark.parametrize(
    "name",
    ["token", "", '""', '"', '"a', 'a"', '"a" ; p=1', '"a", "b"', '"a"b"', '"\\n"', '"\t"', '"é"', f'"{"a" * 256}"',
     "42", ":YQ==:"],
)  # fmt: skip
def test_a_name_that_is_no_string_is_refused_with_how_to_write_it(
    client: ContractClient, demo: Connection, write_key: dict[str, str], name: str
) -> None:
    response = push(client, write_key, name=name)
    problem = response.get_json()
    assert (response.status_code, problem["code"]) == (400, "malformed_request")
    assert "in double quotes, such as" in problem["detail"]
    assert count(demo) == 0


@pytest.mark.parametrize(
    "name", ['"a"', f'"{"a" * 255}"', '"{}[]()!#~ ,;="', '"\\"\\\\"', '  "a"  ', '"' + r"\\" * 255 + '"']
)
def test_a_name_may_be_any_string_of_255_characters(
    client: ContractClient, write_key: dict[str, str], name: str
) -> None:
    assert push(client, write_key, name=name).status_code == 201
    assert push(client, write_key, name=name).headers["Idempotency-Replayed"] == "true"


def test_a_purged_article_is_in_no_kept_answer(
    client: ContractClient, demo: Connection, write_key: dict[str, str], admin_key: dict[str, str]
) -> None:
    article = push(client, write_key).get_json()["id"]
    client.delete(f"/v1/articles/{article}?reason=Court&purge=true", headers=admin_key)
    assert count(demo) == 0
    assert push(client, write_key).status_code == 409


@pytest.fixture
def conninfo(server: str) -> Iterator[str]:
    """A database with an outlet, in which transactions commit."""
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            outlet(connection, "korea-herald")
        yield conninfo


@pytest.fixture
def app(conninfo: str) -> Iterator[Flask]:
    """The app on a real pool."""
    app = create_app(Settings(database_url=conninfo, threads=10))
    app.test_client_class = ContractClient
    yield app
    app.extensions["dateline.database"].close()


@pytest.fixture
def key(conninfo: str) -> dict[str, str]:
    """Headers with a key that writes for the outlet."""
    with connect(conninfo) as connection:
        return new_key(connection, "test", ["write"], ["korea-herald"])


def test_twenty_equal_requests_at_once_are_done_once(app: Flask, conninfo: str, key: dict[str, str]) -> None:
    together = threading.Barrier(20)

    def send(_: int) -> TestResponse:
        together.wait()
        return push(app.test_client(), key, tags=[])  # pyright: ignore[reportArgumentType]: the class is set above

    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(send, range(20)))
    [done] = [r for r in responses if r.status_code == 201 and "Idempotency-Replayed" not in r.headers]
    others = [r for r in responses if r is not done]
    replayed = [r for r in others if r.status_code == 201]
    refused = [r for r in others if r.status_code == 409]
    assert len(replayed) + len(refused) == 19, Counter(r.status_code for r in responses)
    assert all(told(r) == told(done) for r in replayed)
    assert all((r.get_json()["code"], r.headers["Retry-After"]) == ("request_in_flight", "1") for r in refused)
    with connect(conninfo) as connection:
        assert count(connection) == 1
        assert connection.execute("select version from articles").fetchall() == [{"version": 1}]
        assert [row["type"] for row in connection.execute("select type from changes where article_id is not null")] == [
            "article.created"
        ]


def test_a_request_waits_for_no_other_while_the_first_is_answered(
    app: Flask, conninfo: str, key: dict[str, str]
) -> None:
    client: Any = app.test_client()
    with connect(conninfo) as other:
        [row] = other.execute("select id from keys").fetchall()
        with other.transaction():
            idempotency.claim(other, IdempotentRequest(row["id"], NAME.strip('"'), b"the same"))
            busy = push(client, key, tags=[])
            assert (busy.status_code, busy.get_json()["code"]) == (409, "request_in_flight")
            assert push(client, key, name='"another"', tags=[]).status_code == 201
    response = push(client, key, tags=[])
    assert response.headers["Dateline-Result"] == "unchanged"


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_an_atomic_batch_sent_again_gets_its_first_answer(
    client: ContractClient, demo: Connection, write_key: dict[str, str], kind: str
) -> None:
    items = [{**ARTICLE, "external_id": str(number), "tags": []} for number in range(3)]

    def batch(*, name: str = NAME, atomic: str = "true") -> TestResponse:
        content = orjson.dumps(items) if kind == "application/json" else b"\n".join(map(orjson.dumps, items))
        headers = {**write_key, "Idempotency-Key": name, "Content-Type": kind}
        return client.post(f"/v1/articles/batch?atomic={atomic}", data=content, headers=headers)

    items.append({**ARTICLE, "external_id": "refused", "headline": ""})
    assert batch().status_code == 422
    items.pop()
    first, again = batch(), batch()
    assert [orjson.loads(line)["result"] for line in first.data.splitlines()] == ["created"] * 3
    assert told(again) == told(first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    items[0]["headline"] = "Another"
    assert batch().get_json()["code"] == "idempotency_key_reused"
    assert count(demo) == 1
    refused = batch(name='"other"', atomic="false")
    assert (refused.status_code, refused.get_json()["errors"][0]["parameter"]) == (422, "Idempotency-Key")


def test_a_write_that_is_undone_leaves_no_answer(app: Flask, conninfo: str, key: dict[str, str]) -> None:
    client: Any = app.test_client()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with connect(conninfo) as other:
        # The last statement of the write fails, after its answer was kept.
        other.execute("alter table changes add constraint none check (article_id is null) not valid")
        assert push(client, key, tags=[]).status_code == 500
        assert count(other) == 0
        assert other.execute("select id from articles").fetchall() == []
        other.execute("alter table changes drop constraint none")
        assert push(client, key, tags=[]).headers["Dateline-Result"] == "created"


def test_answers_are_kept_for_a_day_and_changes_for_as_long_as_is_set(
    app: Flask, conninfo: str, key: dict[str, str]
) -> None:
    client: Any = app.test_client()
    push(client, key, name='"old"', tags=[])
    push(client, key, name='"young"', tags=[])
    with connect(conninfo) as other:
        for name, age in (("old", "24 hours 1 minute"), ("young", "23 hours 59 minutes")):
            statement = (
                "update idempotent_answers set created_at = now() - %(age)s::interval where idempotency_key = %(name)s"
            )
            other.execute(statement, {"age": age, "name": name})
        other.execute("update changes set at = now() - interval '8 days' where position = 1")
        with ticking(conninfo, 7):
            # The ticker is given its first turn, at least.
            pass
        assert [row["idempotency_key"] for row in other.execute("select idempotency_key from idempotent_answers")] == [
            "young"
        ]
        assert [row["position"] for row in other.execute("select position from changes")] == [2]
    assert push(client, key, name='"young"', tags=[]).headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in push(client, key, name='"old"', tags=[]).headers
