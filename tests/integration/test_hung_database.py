"""A Postgres of which every process hangs: requests fail in time, and work again once it goes on."""

import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest
from processes import Server, article, postgres_of, postmaster, temporary_place, until

from api.errors import Unavailable
from api.postgres.connection import present
from api.postgres.database import Database
from api.postgres.liveness import Liveness, ServerHung

SECONDS = 2.0
"""How soon a request fails while the database hangs, and works again afterwards."""


@pytest.fixture(scope="module")
def stoppable() -> Iterator[Server]:
    """A server with an embedded Postgres of its own."""
    with temporary_place() as place, Server(place) as server:
        yield server.ready()


@contextmanager
def hung(server: Server) -> Iterator[None]:
    """A block during which every process of the server's Postgres is stopped."""
    first = postmaster(server.data)
    os.kill(first, signal.SIGSTOP)
    stopped = [first, *(postgres_of(server.data.parent) - {first})]
    for pid in stopped[1:]:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(stopped):
            os.kill(pid, signal.SIGCONT)


def asked(server: Server, method: str, path: str, key: str = "", **headers: str) -> tuple[int, Any, float]:
    """Status and content of a response, and the seconds that it took."""
    began = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        if key:
            headers |= {"Authorization": f"Bearer {key}"}
        body = json.dumps(article("pushed")) if method == "POST" else None
        connection.request(method, path, body, {"Content-Type": "application/json", **headers} if body else headers)
        response = connection.getresponse()
        content = json.loads(response.read())
    return response.status, content, time.monotonic() - began


def test_requests_fail_in_time_and_work_again_at_once(stoppable: Server) -> None:
    key = stoppable.write_key()
    repeatable = {"Idempotency-Key": '"a push"'}
    with hung(stoppable):
        for number, path in enumerate(("/v1/articles", "/readyz", "/v1/tags", "/v1/articles?q=ferry")):
            status, problem, seconds = asked(stoppable, "GET", path)
            assert (status, problem["code"]) == (503, "unavailable"), path
            assert seconds < (SECONDS if number == 0 else 1), path
        status, problem, seconds = asked(stoppable, "POST", "/v1/articles", key, **repeatable)
        assert (status, problem["code"]) == (503, "unavailable")
        assert seconds < SECONDS
        assert asked(stoppable, "GET", "/livez")[0] == 200
    began = time.monotonic()
    until(lambda: asked(stoppable, "GET", "/v1/articles?limit=3")[0] == 200, SECONDS)
    until(lambda: stoppable.is_ready(), SECONDS)
    assert time.monotonic() - began < SECONDS
    status, stored, _ = asked(stoppable, "POST", "/v1/articles", key, **repeatable)
    assert status == 201
    assert asked(stoppable, "POST", "/v1/articles", key, **repeatable)[:2] == (status, stored)


def test_however_many_ask_each_fails_in_time(stoppable: Server) -> None:
    key = stoppable.write_key()
    paths = [f"/v1/articles?limit={number + 1}" for number in range(60)]
    assert asked(stoppable, "GET", paths[0])[0] == 200
    with hung(stoppable), ThreadPoolExecutor(60) as clients:
        read = [clients.submit(asked, stoppable, "GET", path, key) for path in paths]
        time.sleep(0.2)
        lives = [asked(stoppable, "GET", "/livez") for _ in range(5)]
        responses = [response.result() for response in read]
        assert {(status, problem["code"]) for status, problem, _ in responses} == {(503, "unavailable")}
        assert max(seconds for _, _, seconds in responses) < SECONDS + 0.5
        assert all(status == 200 and seconds < 1 for status, _, seconds in lives)
    until(lambda: asked(stoppable, "GET", "/v1/articles?limit=5")[0] == 200, SECONDS)


def test_writes_in_progress_fail_in_time_and_lose_nothing_that_was_acknowledged(stoppable: Server) -> None:
    key = stoppable.write_key()
    acknowledged: list[str] = []
    refused: list[float] = []
    ended = threading.Event()

    def push(worker: int) -> None:
        number = 0
        while not ended.is_set():
            began = time.monotonic()
            status, _ = stoppable.ask("POST", "/v1/articles", article(f"hung-{worker}-{number}"), key)
            if status in (200, 201):
                acknowledged.append(f"hung-{worker}-{number}")
                number += 1
            else:
                assert status == 503
                refused.append(time.monotonic() - began)

    with ThreadPoolExecutor(4) as clients:
        pushing = [clients.submit(push, worker) for worker in range(4)]
        until(lambda: len(acknowledged) > 20)
        with hung(stoppable):
            until(lambda: len(refused) > 8)
        before = len(acknowledged)
        until(lambda: len(acknowledged) > before + 20)
        ended.set()
        for worker in pushing:
            worker.result()
    assert max(refused) < SECONDS + 0.5
    for external_id in acknowledged:
        assert len(stoppable.get(f"/v1/articles?external_id={external_id}&fields=id")[1]["data"]) == 1


@pytest.mark.long
def test_a_body_that_arrives_while_the_database_hangs_is_stored_afterwards_unless_its_key_was_revoked(
    stoppable: Server,
) -> None:
    first, second = stoppable.write_key(), stoppable.write_key()
    body = b"\n".join(json.dumps(article(f"slow-{n}")).encode() for n in range(250))
    parts = [body[begin : begin + 500] for begin in range(0, len(body), 500)]
    with ExitStack() as open_requests:
        requests = [open_requests.enter_context(closing(begun(stoppable, key, len(body)))) for key in (first, second)]
        with hung(stoppable):
            for part in parts[:40]:  # for longer than a check of the keys waits
                for request in requests:
                    request.send(part)
                time.sleep(0.08)
        until(lambda: stoppable.is_ready(), SECONDS)
        stoppable.command("keys", "revoke", second.split("_")[1])
        for request, status in zip(requests, (200, 401), strict=True):
            for part in parts[40:]:
                request.send(part)
            assert request.getresponse().status == status


def begun(server: Server, key: str, length: int) -> http.client.HTTPConnection:
    """A connection with an atomic batch whose body is still to be sent."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/v1/articles/batch?atomic=true")
    for name, value in (
        ("Authorization", f"Bearer {key}"),
        ("Content-Type", "application/x-ndjson"),
        ("Content-Length", str(length)),
    ):
        connection.putheader(name, value)
    connection.endheaders()
    time.sleep(0.2)  # until the key has been read
    return connection


def test_a_slow_statement_of_a_server_that_answers_is_not_cut_short(demo_database: str) -> None:
    database = Database(demo_database, size=1, statement_timeout_ms=10_000, read_timeout_ms=10_000)
    try:
        row = database.read(lambda c: present(c.execute("select 1 as one, pg_sleep(3)").fetchone()))
    finally:
        database.close()
    assert row["one"] == 1


def test_a_server_that_accepts_connections_and_says_nothing_is_hung() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        conninfo = f"host=127.0.0.1 port={silent.getsockname()[1]} user=x dbname=x"
        liveness = Liveness(conninfo)
        began = time.monotonic()
        time.sleep(0.5)
        while not liveness.is_hung:
            liveness.suspect()
            assert time.monotonic() - began < SECONDS
            time.sleep(0.05)
        with pytest.raises(ServerHung):
            liveness.require()
        database = Database(conninfo, size=1, statement_timeout_ms=60_000, read_timeout_ms=60_000)
        try:
            for _ in range(2):
                began = time.monotonic()
                with pytest.raises(Unavailable):
                    database.read(lambda connection: connection.execute("select 1"))
                assert time.monotonic() - began < SECONDS
        finally:
            database.close()
