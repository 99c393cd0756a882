"""The answers that the documentation shows are those of the demo archive: ``make openapi`` asks for them anew."""

import io
import os
import re
from typing import Any

import orjson
import pytest
from conftest import app_on
from contract import documented, example_address
from flask.testing import FlaskClient
from partners import MERGE_PATCH, new_key
from stories import ARTICLE
from werkzeug.test import TestResponse

from api.app import create_app
from api.auth.keys import prefix_of
from api.commands import idempotency, keys
from api.commands.idempotency import IdempotentRequest
from api.errors import PROBLEMS, MethodNotAllowed, NotImplementedMethod
from api.http.hooks import REFUSAL
from api.http.openapi import examples
from api.postgres.connection import Connection, connect, present
from api.retrieval import cursors
from api.server.environ import refusal
from api.server.request_body import too_slow
from api.settings import Settings

BASE = "http://127.0.0.1:8000"
# What is another one at every run: times of storing, cursors, ids of requests.
CHANGING = re.compile(
    rb'"(created_at|updated_at|withdrawn_at|revoked_at|rejected_at|last_used_at|finished_at|at|'
    rb'since|until|cursor|restart|next|prev|request_id|key|prefix)":"[^"]*"'
)


# A key does not rotate or revoke itself, which is the example of the path.
ELSEWHERE = {"rotateKey": "/v1/keys/0a1b2c3d/rotate", "revokeKey": "/v1/keys/4e5f6071"}
KEYS = ["0a1b2c3d", "4e5f6071"]
METHODS = ("get", "post", "put", "patch", "delete")


def answers(client: FlaskClient, key: dict[str, str], admin: dict[str, str]) -> dict[str, Any]:
    """What every operation answers to its own example, reads before writes; lists show one entry."""
    found: dict[str, Any] = {}
    create_merged(client, key)
    for method in METHODS:
        for path, methods in documented()["paths"].items():
            if method in methods:
                needed = {} if method == "get" and "candidates" not in path else key
                response = as_documented(client, path, method, admin if path.startswith("/v1/keys") else needed)
                # Of lines of JSON the schema is that of one.
                shown = response.get_json() if response.is_json else orjson.loads(response.data.splitlines()[0])
                found[f"{methods[method]['operationId']} {response.status_code}"] = shown
    return found


def create_merged(client: FlaskClient, key: dict[str, str]) -> None:
    """Create what the examples of merges merge into what the examples before them create."""
    for many, name in (("tags", "#Example Ports"), ("people", "Bo Lind")):
        assert client.post(f"/v1/{many}", json={"name": name}, headers=key).status_code == 201


def as_documented(client: FlaskClient, path: str, method: str, key: dict[str, str]) -> TestResponse:
    """Send the example of an operation as it is; of a list, ask for one entry."""
    operation = documented()["paths"][path][method]
    filled = ELSEWHERE.get(operation["operationId"]) or example_address(path, documented()["paths"][path], method)
    if any(parameter["name"] == "limit" for parameter in operation["parameters"]):
        filled += f"{'&' if '?' in filled else '?'}limit=1"
    headers = {
        parameter["name"]: parameter["example"]
        for parameter in operation["parameters"]
        if parameter["in"] == "header" and "example" in parameter
    }
    content = None
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        headers["Content-Type"], content = media_type, orjson.dumps(body["example"])
        break
    return client.open(filled, method=method.upper(), data=content, headers={**headers, **key})


class Stalled(io.BytesIO):
    """A body of which the client sends nothing more."""

    def read(self, size: int | None = -1) -> bytes:
        raise too_slow(1_024)


def problems(client: FlaskClient, demo: Connection, demo_database: str, key: dict[str, str]) -> dict[str, Any]:
    """One of each kind of problem, provoked."""
    article = client.get("/v1/articles?limit=1").get_json()["data"][0]
    withdrawn = {**ARTICLE, "external_id": "withdrawn"}
    kept, gone = (client.post("/v1/articles", json=a, headers=key).get_json()["id"] for a in (ARTICLE, withdrawn))
    client.delete(f"/v1/articles/{gone}?reason=Published%20by%20mistake", headers=key)
    another = {**ARTICLE, "headline": "Another headline"}
    client.post("/v1/articles", json=ARTICLE, headers={**key, "Idempotency-Key": '"first"'})
    small = app_on(demo, public_url=BASE, max_body_bytes=10).test_client()
    limited = app_on(demo, public_url=BASE, rate_limit_address=1).test_client()
    limited.get("/v1/tags")
    away = create_app(Settings(database_url="host=127.0.0.1 port=1 connect_timeout=1", public_url=BASE)).test_client()
    provoked = [
        client.get("/v1/articles?q=%ff"),
        client.get("/v1/articles?cursor=changed"),
        small.get("/v1/nothing", environ_overrides={REFUSAL: refusal({"REQUEST_METHOD": "get"}, None)}),
        client.post(
            "/v1/articles",
            input_stream=Stalled(),
            content_type="application/json",
            headers={**key, "Transfer-Encoding": "chunked"},
        ),
        client.post("/v1/articles", json=ARTICLE),
        client.post("/v1/articles", json={**ARTICLE, "outlet": "japan-forward"}, headers=key),
        client.get("/v1/tags/no-such-tag"),
        client.post("/v1/articles", json=withdrawn, headers=key),
        client.get(f"/v1/articles/{gone}"),
        client.post(
            "/v1/articles/batch?atomic=true",
            input_stream=io.BytesIO(b"{}"),
            headers={**key, "Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"},
        ),
        client.patch(f"/v1/articles/{kept}", json={}, headers={**key, "Content-Type": MERGE_PATCH}),
        client.patch(
            f"/v1/articles/{kept}", json={}, headers={**key, "Content-Type": MERGE_PATCH, "If-Match": '"1-0"'}
        ),
        client.get(f"/v1/changes?after={_of_another_archive(demo)}"),
        small.post("/v1/articles", json=ARTICLE, headers=key),
        client.get(f"/v1/articles?section={'x' * 9_000}"),
        client.post("/v1/articles", data="headline=Ports", headers=key),
        client.get("/v1/articles?tga=seoul-washington&limit=0"),
        client.post("/v1/articles", json=another, headers={**key, "Idempotency-Key": '"first"'}),
        limited.get("/v1/tags"),
        _busy(client, demo, demo_database, key),
        away.get("/v1/articles"),
        _slow(client, demo),
        _broken(client, demo, article["id"]),
    ]
    return {problem.get_json()["code"]: problem.get_json() for problem in provoked}


def _of_another_archive(demo: Connection) -> str:
    key = present(demo.execute("select cursor_key from archive").fetchone())["cursor_key"]
    return cursors.encode_position(key, 1, "another")


def _busy(client: FlaskClient, demo: Connection, demo_database: str, key: dict[str, str]) -> TestResponse:
    [row] = demo.execute("select id from keys where prefix = %s", (key["Authorization"].split("_")[1],)).fetchall()
    with connect(demo_database) as other, other.transaction():
        idempotency.claim(other, IdempotentRequest(row["id"], "busy", b""))
        return client.post("/v1/articles", json=ARTICLE, headers={**key, "Idempotency-Key": '"busy"'})


def _slow(client: FlaskClient, demo: Connection) -> TestResponse:
    with demo.transaction(force_rollback=True):
        demo.execute("alter table articles rename to held")
        demo.execute("create view articles as select held.* from (select pg_sleep(60) offset 0) as slow, held")
        demo.execute("set local statement_timeout = 100")
        return client.get("/v1/articles?q=tariffs")


def _broken(client: FlaskClient, demo: Connection, article: str) -> TestResponse:
    demo.execute("alter table articles rename column body to text")
    return client.get(f"/v1/articles/{article}")


@pytest.fixture
def made(demo: Connection, demo_database: str) -> dict[str, Any]:
    """The examples as the demo archive gives them now."""
    app = app_on(demo, public_url=BASE)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    name = "Korea Herald newsroom"
    key = new_key(demo, name, ["write", "edit"], ["korea-herald"])
    for prefix in KEYS:
        another = keys.create(demo, name, ["write"], ["korea-herald"])
        demo.execute("update keys set prefix = %s where prefix = %s", (prefix, prefix_of(another)))
    admin = new_key(demo, "Operations desk", ["admin"], [])
    client = app.test_client()
    return {
        "responses": answers(client, key, admin),
        "problems": problems(client, demo, demo_database, key),
    }


def stable(content: Any) -> bytes:
    """Content without what is another one at every run."""
    return CHANGING.sub(rb'"\1":"..."', orjson.dumps(content, option=orjson.OPT_SORT_KEYS))


def test_the_examples_are_what_the_demo_archive_answers(made: dict[str, Any]) -> None:
    held = orjson.loads(examples.PATH.read_bytes())
    if os.environ.get("DATELINE_EXAMPLES"):
        for kind in made:
            same = {name for name, content in held[kind].items() if stable(content) == stable(made[kind].get(name))}
            made[kind] |= {name: held[kind][name] for name in same}
        examples.PATH.write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n")
        return
    for kind in ("responses", "problems"):
        assert held[kind].keys() == made[kind].keys()
        for name, content in made[kind].items():
            assert stable(held[kind][name]) == stable(content), name


def test_every_operation_and_every_problem_shows_an_example() -> None:
    document = documented()
    for methods in document["paths"].values():
        for method, operation in methods.items():
            if method != "parameters":
                assert any(
                    "example" in content
                    for status, answer in operation["responses"].items()
                    for content in answer.get("content", {}).values()
                    if status < "300"
                ), operation["operationId"]
    # No operation documents the methods that it lacks or does not know.
    undocumented = {MethodNotAllowed.code, NotImplementedMethod.code}
    assert document["components"]["examples"].keys() == PROBLEMS.keys() - undocumented


def test_the_examples_of_writes_run_and_leave_the_demo_hashtag_as_it_is(demo: Connection) -> None:
    client = app_on(demo).test_client()
    key = new_key(demo, "newsroom", ["write", "edit"], ["korea-herald"])

    def hashtag() -> list[Any]:
        pages = [client.get(f"/v1/tags/seoul-washington{rest}").get_json() for rest in ("", "/articles")]
        return [pages[0], pages[1]["data"], pages[1]["meta"]]

    before = hashtag()
    create_merged(client, key)
    for method in ("post", "put", "patch", "delete"):
        for path, methods in documented()["paths"].items():
            if method in methods and not path.startswith("/v1/keys"):
                response = as_documented(client, path, method, key)
                assert response.status_code in (200, 201, 202), (path, method, response.text)
    assert hashtag() == before
