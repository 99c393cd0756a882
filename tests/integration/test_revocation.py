"""A key that is revoked while requests with it are open: they end within a second, and nothing is stored afterwards."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

import pytest
from conftest import new_database
from processes import Server, article, temporary_place

from api.auth.scopes import Key
from api.commands import keys
from api.errors import Unauthorized
from api.http.writes import checking_key
from api.postgres.connection import Connection, connect, in_transaction
from api.queries import keys as key_queries

pytestmark = pytest.mark.every_postgres

# Room for a busy machine beside the part of a second after which a key is checked again.
SECONDS = 2.0


@pytest.fixture(scope="module")
def archive(server: str, demo_template: str) -> Iterator[tuple[str, int]]:
    """The conninfo of a demo archive, and the port that serves it."""
    with (
        new_database(server, demo_template) as conninfo,
        temporary_place() as place,
        Server(place, database_url=conninfo) as serving,
    ):
        yield conninfo, serving.ready().port


def make_key(connection: Connection) -> tuple[str, str]:
    """A key that writes for the Korea Herald and reads its embargoes, and its prefix."""
    key = keys.create(connection, "partner", ["write"], ["korea-herald"])
    return key, key.split("_")[1]


def revoke(connection: Connection, prefix: str) -> None:
    in_transaction(connection, lambda c: keys.revoke(c, prefix))


def rotate(connection: Connection, prefix: str) -> None:
    in_transaction(connection, lambda c: keys.rotate(c, prefix))


def restrict(connection: Connection, prefix: str) -> None:
    connection.execute("update keys set outlets = '{}' where prefix = %(prefix)s", {"prefix": prefix})


def demote(connection: Connection, prefix: str) -> None:
    connection.execute("update keys set scopes = '{read}' where prefix = %(prefix)s", {"prefix": prefix})


def delete(connection: Connection, prefix: str) -> None:
    connection.execute("delete from keys where prefix = %(prefix)s", {"prefix": prefix})


WAYS = [revoke, rotate, restrict, demote, delete]
Way = Callable[[Connection, str], None]


def slow_batch(port: int, key: str, query: str, name: str, ended: threading.Event) -> Generator[tuple[int, bytes]]:
    """Send a batch, an item every 20 ms, until ``ended`` is set. Yields once it has begun, then the response."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection, ExitStack() as stack:
        body = b"".join(json.dumps(article(f"{name}-{n}")).encode() + b"\n" for n in range(1_500))
        connection.putrequest("POST", f"/v1/articles/batch{query}")
        for header, value in (
            ("Authorization", f"Bearer {key}"),
            ("Content-Type", "application/x-ndjson"),
            ("Content-Length", str(len(body))),
        ):
            connection.putheader(header, value)
        connection.endheaders()
        first = body[: len(body) // 2]
        connection.send(first)

        def trickle() -> None:
            for begin in range(len(first), len(body), 200):
                if ended.wait(0.02):
                    return
                try:
                    connection.send(body[begin : begin + 200])
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        stack.callback(thread.join)
        stack.callback(ended.set)
        yield 0, b""
        response = connection.getresponse()
        yield response.status, response.read()


def stored(connection: Connection, name: str) -> int:
    row = connection.execute(
        "select count(*) as n from articles where external_id like %(name)s", {"name": f"{name}-%"}
    ).fetchone()
    return row["n"] if row else 0


@pytest.mark.parametrize("way", [revoke, restrict], ids=lambda way: way.__name__)
@pytest.mark.parametrize("query", ["", "?atomic=true"], ids=["each", "atomic"])
def test_a_batch_ends_within_a_second_and_stores_nothing_more(archive: tuple[str, int], query: str, way: Way) -> None:
    conninfo, port = archive
    name = f"{way.__name__}{query.strip('?')}"
    with connect(conninfo) as connection:
        key, prefix = make_key(connection)
        batch = slow_batch(port, key, query, name, threading.Event())
        next(batch)
        time.sleep(0.3)  # until the request has begun
        deadline = time.monotonic() + 10
        while not query and not stored(connection, name):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        way(connection, prefix)
        acknowledged, before = time.monotonic(), stored(connection, name)
        status, body = next(batch)
        assert time.monotonic() - acknowledged < SECONDS
        batch.close()
        assert stored(connection, name) == before == (0 if query else 500)
    if query:
        assert (status, json.loads(body)["code"]) == (401, "unauthorized")
    else:
        lines: list[dict[str, Any]] = [json.loads(line) for line in body.splitlines()]
        assert status == 200
        assert [line["line"] for line in lines] == list(range(1, len(lines) + 1))
        assert {line["status"] for line in lines[:500]} == {201}
        assert {(line["status"], line["code"]) for line in lines[500:]} == {(401, "unauthorized")}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_long_poll_ends_within_a_second_with_a_401(archive: tuple[str, int], way: Way) -> None:
    conninfo, port = archive
    with connect(conninfo) as connection:
        key, prefix = make_key(connection)
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
            client.request("GET", "/v1/changes?after=latest&wait=20", headers={"Authorization": f"Bearer {key}"})
            time.sleep(0.7)
            way(connection, prefix)
            began = time.monotonic()
            response = client.getresponse()
            problem = json.loads(response.read())
        assert time.monotonic() - began < SECONDS
    assert (response.status, problem["code"], response.headers["WWW-Authenticate"][:6]) == (
        401, "unauthorized", "Bearer",
    )  # fmt: skip


def test_a_read_that_waited_is_not_shown_once_its_key_is_revoked(archive: tuple[str, int]) -> None:
    conninfo, port = archive
    with connect(conninfo) as connection, connect(conninfo) as other:
        key, prefix = make_key(connection)
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
            with other.transaction():
                other.execute("lock table articles in access exclusive mode")
                client.request("GET", "/v1/articles?q=port", headers={"Authorization": f"Bearer {key}"})
                time.sleep(0.7)
                revoke(connection, prefix)
            assert client.getresponse().status == 401


@pytest.mark.parametrize(
    ("method", "path", "scopes", "content"),
    [
        ("POST", "/v1/articles", ["write"], article("late")),
        ("POST", "/v1/articles/batch", ["write"], [article("late")]),
        ("POST", "/v1/tags", ["edit"], {"name": "#Late tag"}),
        ("POST", "/v1/keys", ["admin"], {"name": "late", "scopes": ["read"], "outlets": []}),
    ],
)
def test_a_write_that_waits_for_others_is_not_stored_once_its_key_is_revoked(
    archive: tuple[str, int], method: str, path: str, scopes: list[str], content: object
) -> None:
    conninfo, port = archive
    with connect(conninfo) as connection, connect(conninfo) as other:
        key = keys.create(connection, "partner", scopes, ["korea-herald"])
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
            with other.transaction():
                other.execute("lock table archive, articles, outlets in access exclusive mode")
                headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
                client.request(method, path, json.dumps(content), headers)
                time.sleep(0.5)
                revoke(connection, key.split("_")[1])
            response = client.getresponse()
            body = response.read()
        assert response.status == 401 or json.loads(body)["status"] == 401, body
        assert connection.execute("select from articles where external_id = 'late'").fetchone() is None
        assert connection.execute("select from tags where name = '#Late tag'").fetchone() is None
        assert connection.execute("select from keys where name = 'late'").fetchone() is None


def test_a_revocation_is_acknowledged_either_before_the_last_check_of_a_write_or_after_its_commit(
    archive: tuple[str, int],
) -> None:
    conninfo, _ = archive
    with connect(conninfo) as connection, connect(conninfo) as other:
        text, prefix = make_key(connection)
        key = key_queries.valid(connection, text)
        assert key is not None
        with connection.transaction():
            checking_key(key, lambda c: keys.create(c, "holds the lock", ["read"], []))(connection)
            revoking = threading.Thread(target=revoke, args=(other, prefix))
            revoking.start()
            revoking.join(0.3)
            assert revoking.is_alive()
        revoking.join(5)
        assert not revoking.is_alive()
        with pytest.raises(Unauthorized):
            key_queries.require_current(connection, key)


def test_a_key_with_more_rights_than_at_first_stays_current(archive: tuple[str, int]) -> None:
    with connect(archive[0]) as connection:
        text, prefix = make_key(connection)
        key: Key | None = key_queries.valid(connection, text)
        assert key is not None
        connection.execute("update keys set scopes = '{edit,write}' where prefix = %(prefix)s", {"prefix": prefix})
        key_queries.require_current(connection, key)
        with pytest.raises(Unauthorized):
            key_queries.require_current(connection, replace(key, scopes=key.scopes | {"admin"}))
