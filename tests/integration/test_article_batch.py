"""Many articles with one request: each on its own, or all or none."""

import http.client
import io
import json
import random
from contextlib import closing
from typing import Any

import pytest
from conftest import new_database, serving
from contract import ContractClient
from partners import new_key
from stories import ARTICLE, record
from werkzeug.test import TestResponse

from api.commands import keys
from api.commands.article_options import Options
from api.errors import ContentTooLarge, InvalidInput
from api.ingest import batch, chunks
from api.postgres.connection import Connection, connect, in_transaction

NDJSON = "application/x-ndjson"


def item(number: int, **fields: Any) -> dict[str, Any]:
    return {**ARTICLE, "external_id": f"batch-{number}", "headline": f"Ferry {number}", **fields}


def ndjson(*items: Any) -> bytes:
    return b"\n".join(i if isinstance(i, bytes) else json.dumps(i).encode() for i in items)


def sent(
    client: ContractClient, key: dict[str, str], body: bytes, query: str = "", content_type: str = NDJSON
) -> TestResponse:
    return client.post(f"/v1/articles/batch{query}", data=body, headers={**key, "Content-Type": content_type})


def results(response: TestResponse) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


@pytest.mark.parametrize("as_array", [False, True])
def test_each_item_is_answered_with_what_became_of_it_in_order(
    client: ContractClient, write_key: dict[str, str], as_array: bool
) -> None:
    items = [item(1), item(2), item(1), item(1, headline="Ferry one")]
    body = json.dumps(items).encode() if as_array else ndjson(*items)
    content_type = "application/json" if as_array else NDJSON
    response = sent(client, write_key, body, content_type=content_type)
    answers = results(response)
    assert [(answer["status"], answer["result"]) for answer in answers] == [
        (201, "created"), (201, "created"), (200, "unchanged"), (200, "updated"),
    ]  # fmt: skip
    assert [answer.get("index", answer.get("line", 0) - 1) for answer in answers] == [0, 1, 2, 3]
    assert client.get(f"/v1/articles/{answers[0]['id']}").get_json()["headline"] == "Ferry one"
    assert response.headers["Dateline-Position"]
    again = results(sent(client, write_key, body, content_type=content_type))
    assert [answer["result"] for answer in again] == ["updated", "unchanged", "unchanged", "updated"]


BROKEN: list[tuple[Any, int, str | None]] = [
    (b"{", 400, None),
    (b"\xff\xfe", 400, None),
    (b'{"headline": NaN}', 400, None),
    (b'{"outlet": "a", "outlet": "b"}', 400, None),
    (b"[" * 20_000, 400, None),
    (b"7", 422, ""),
    (b"{}", 422, "/headline"),
    ({"headline": "\u0000"}, 422, "/headline"),
    ({"unknown": 1}, 422, "/unknown"),
    ({"outlet": "no-such-outlet"}, 403, None),
    ({"outlet": "japan-forward"}, 403, None),
    ({"tags": ["no such tag"]}, 422, "/tags/0"),
    ({"published_at": "2999-01-01T00:00:00Z"}, 422, "/published_at"),
    ({"tags": ["x"] * 10_000}, 422, "/tags"),
    ({"body": "x" * 5_000_000}, 413, None),
]


@pytest.mark.parametrize(("broken", "status", "pointer"), BROKEN, ids=range(len(BROKEN)))
def test_an_item_that_is_refused_says_why_and_the_others_land(
    client: ContractClient, write_key: dict[str, str], broken: Any, status: int, pointer: str | None
) -> None:
    bad = item(500, **broken) if isinstance(broken, dict) else broken
    answers = results(sent(client, write_key, ndjson(item(1), b"", bad, item(2))))
    assert [(answer["line"], answer["status"]) for answer in answers] == [(1, 201), (3, status), (4, 201)]
    if pointer is not None:
        assert pointer in [error["pointer"] for error in answers[1]["errors"]]


@pytest.mark.parametrize(("broken", "status", "pointer"), BROKEN, ids=range(len(BROKEN)))
def test_of_an_atomic_batch_nothing_lands_when_an_item_is_refused(
    client: ContractClient, write_key: dict[str, str], broken: Any, status: int, pointer: str | None
) -> None:
    bad = item(500, **broken) if isinstance(broken, dict) else broken
    response = sent(client, write_key, ndjson(item(1), bad, item(2)), "?atomic=true")
    assert response.status_code == status
    problem = response.get_json()
    assert problem["line"] == 2
    assert "line 2" in problem["detail"]
    assert client.get("/v1/articles?external_id=batch-1&external_id=batch-2").get_json()["data"] == []
    whole = results(sent(client, write_key, ndjson(item(1), item(2)), "?atomic=true"))
    assert [answer["result"] for answer in whole] == ["created", "created"]


def test_of_an_atomic_batch_that_is_cut_off_between_two_lines_nothing_lands(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    arrived = ndjson(item(1), item(2)) + b"\n"
    # As granian gives it: the body ends where the client went away.
    response = client.post(
        "/v1/articles/batch?atomic=true",
        input_stream=io.BytesIO(arrived),
        headers={**write_key, "Content-Type": NDJSON},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": str(2 * len(arrived))},
    )
    assert response.status_code == 400, response.text
    assert f"{len(arrived)} of {2 * len(arrived)} bytes" in response.get_json()["detail"]
    assert client.get("/v1/articles?external_id=batch-1&external_id=batch-2").get_json()["data"] == []


@pytest.mark.parametrize(("content_type", "status"), [(NDJSON, 411), ("application/json", 200)])
def test_an_atomic_batch_of_lines_says_how_long_it_is(
    client: ContractClient, write_key: dict[str, str], content_type: str, status: int
) -> None:
    body = json.dumps([item(1)]).encode() if content_type != NDJSON else ndjson(item(1))
    response = client.post(
        "/v1/articles/batch?atomic=true",
        input_stream=io.BytesIO(body),
        headers={**write_key, "Content-Type": content_type, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.status_code == status, response.text


def test_an_array_that_breaks_off_keeps_what_was_read_of_it(client: ContractClient, write_key: dict[str, str]) -> None:
    body = json.dumps([item(1), item(2)]).encode()[:-1] + b", {"
    answers = results(sent(client, write_key, body, content_type="application/json"))
    assert [(answer["index"], answer["status"]) for answer in answers] == [(0, 201), (1, 201), (2, 400)]


def test_withdrawn_stale_and_embargoed_items_are_told_apart(client: ContractClient, write_key: dict[str, str]) -> None:
    [gone, newer, _] = results(
        sent(
            client,
            write_key,
            ndjson(item(1), item(2, source_version=5), item(3, embargoed_until="2999-01-01T00:00:00Z")),
        )
    )
    client.delete(f"/v1/articles/{gone['id']}?reason=x", headers=write_key)
    answers = results(sent(client, write_key, ndjson(item(1), item(2, source_version=4), item(1, status="usable"))))
    assert [(answer["status"], answer.get("result")) for answer in answers] == [
        (409, None),
        (200, "stale"),
        (200, "updated"),
    ]
    assert newer["id"] == answers[1]["id"]


def test_names_are_created_when_the_batch_asks_for_it(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    items = [item(1, tags=["Brand New"], people=["Nia Ferry"]), item(2, tags=["Other New", "no such", "\u00bf"])]
    answers = results(sent(client, write_key, ndjson(*items), "?create=tags,people"))
    assert [answer["status"] for answer in answers] == [201, 422]
    assert client.get("/v1/tags/brand-new").status_code == 200
    assert client.get("/v1/tags/other-new").status_code == 404, "a push that is refused creates nothing"
    withdrawn = answers[0]["id"]
    assert client.delete(f"/v1/articles/{withdrawn}?reason=Wrong", headers=write_key).status_code == 200
    items = [item(1, tags=["Third New"]), item(4, source_version=2), item(4, source_version=1, tags=["Fourth New"])]
    answers = results(sent(client, write_key, ndjson(*items), "?create=tags"))
    assert [(answer["status"], answer.get("result")) for answer in answers] == [
        (409, None), (201, "created"), (200, "stale"),
    ]  # fmt: skip
    refused = sent(client, write_key, ndjson(item(5, tags=["Fifth New"]), item(1)), "?create=tags&atomic=true")
    assert refused.status_code == 409
    for slug in ("third-new", "fourth-new", "fifth-new"):
        assert client.get(f"/v1/tags/{slug}").status_code == 404
    editor = new_key(demo, "e", ["write", "edit"], ["korea-herald"])
    for atomic in ("false", "true"):
        query = f"?create=tags&atomic={atomic}"
        assert results(sent(client, editor, ndjson(item(3, tags=[f"Edited {atomic}"])), query))[0]["status"] < 300


@pytest.mark.parametrize(
    ("query", "content_type", "headers", "status"),
    [
        ("?atomic=yes", NDJSON, {}, 422),
        ("?create=outlets", NDJSON, {}, 422),
        ("", "text/plain", {}, 415),
        ("", "", {}, 415),
        ("", NDJSON, {"Idempotency-Key": '"x"'}, 422),
        ("", NDJSON, {"Authorization": ""}, 401),
    ],
)
def test_a_bad_batch_is_refused_as_a_whole(
    client: ContractClient,
    write_key: dict[str, str],
    query: str,
    content_type: str,
    headers: dict[str, str],
    status: int,
) -> None:
    headers = {**write_key, **({"Content-Type": content_type} if content_type else {}), **headers}
    assert client.post(f"/v1/articles/batch{query}", data=ndjson(item(1)), headers=headers).status_code == status


def test_an_empty_batch_has_an_empty_answer(client: ContractClient, write_key: dict[str, str]) -> None:
    assert results(sent(client, write_key, b"")) == results(sent(client, write_key, b"\n \n")) == []
    assert results(sent(client, write_key, b"[]", content_type="application/json")) == []


@pytest.mark.parametrize("body", [b"", b"[", b"{}", b"\0", b'{"outlet": "korea-herald"}'])
def test_what_is_no_array_from_its_first_item_on_is_refused_as_a_whole(
    client: ContractClient, write_key: dict[str, str], body: bytes
) -> None:
    refused = sent(client, write_key, body, content_type="application/json")
    assert (refused.status_code, refused.get_json()["code"]) == (400, "malformed_request")


@pytest.mark.long
@pytest.mark.parametrize(("count", "length"), [(500, 60_000), (20, 900_000)])
def test_batches_of_long_articles_are_stored(server: str, demo_template: str, count: int, length: int) -> None:
    words = [f"{number:x}" for number in range(1_000, 40_000)]
    chosen = random.Random(count)  # noqa: S311 - the same words in every run
    bodies = (" ".join(chosen.choices(words, k=length // 5))[:length] for _ in range(count))
    with new_database(server, demo_template) as conninfo, serving(conninfo) as base:
        with connect(conninfo) as connection:
            key = keys.create(connection, "partner", ["write"], ["korea-herald"])
        body = ndjson(*(item(number, body=body) for number, body in enumerate(bodies)))
        headers = {"Authorization": f"Bearer {key}", "Content-Type": NDJSON}
        with closing(http.client.HTTPConnection(base.removeprefix("http://"), timeout=300)) as connection:
            connection.request("POST", "/v1/articles/batch", body, headers)
            lines = [json.loads(line) for line in connection.getresponse().read().splitlines()]
    assert [line["status"] for line in lines] == [201] * count


def test_an_element_over_the_limit_is_refused_and_the_others_land(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    body = json.dumps([item(1, body="x" * 5_000_000), item(2), item(3, body="x" * 5_000_000)]).encode()
    answers = results(sent(client, write_key, body, content_type="application/json"))
    assert [(answer["index"], answer["status"]) for answer in answers] == [(0, 413), (1, 201), (2, 413)]
    refused = sent(client, write_key, body, "?atomic=true", content_type="application/json")
    assert (refused.status_code, refused.get_json()["index"]) == (413, 0)


def test_a_batch_ends_when_too_many_items_are_invalid(
    client: ContractClient, write_key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MAX_REFUSED_ITEMS", 2)
    answers = results(sent(client, write_key, ndjson(b"x", item(1), b"y", b"z", item(2), b"x")))
    assert [(answer["line"], answer["status"]) for answer in answers] == [(1, 400), (2, 201), (3, 400), (4, 413)]
    assert "were not read" in answers[-1]["detail"]
    assert client.get("/v1/articles?external_id=batch-2").get_json()["data"] == []


def test_a_batch_ends_when_too_many_items_are_refused_as_they_are_stored(
    demo: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MAX_REFUSED_ITEMS", 2)
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 1)
    items = (
        batch.Item({"line": number}, record(f"unknown-{number}", outlet="korea-herald", tags=["unknown tag"]))
        for number in range(40)
    )
    outcomes = [
        outcome for _, outcome in batch.store_each(lambda work: in_transaction(demo, work), items, Options(), writers=1)
    ]
    assert len(outcomes) < 12
    assert {type(outcome) for outcome in outcomes[:-1]} == {InvalidInput}
    assert isinstance(outcomes[-1], ContentTooLarge)


def test_an_atomic_batch_of_too_many_items_is_refused(
    client: ContractClient, write_key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MAX_ATOMIC_ITEMS", 2)
    items = [item(number) for number in range(3)]
    assert len(results(sent(client, write_key, ndjson(*items[:2]), "?atomic=true"))) == 2
    refused = sent(client, write_key, ndjson(*items), "?atomic=true")
    assert (refused.status_code, refused.get_json()["line"]) == (413, 3)
