"""Clients that send too much, too slowly, or no HTTP: they are refused or waited for, and others notice nothing."""

import http.client
import json
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
from processes import Server, article, temporary_place, until

from api.http.concurrency import BODIES
from api.server.pace import PART_SECONDS

pytestmark = pytest.mark.every_postgres

BODY, BATCH = 100_000, 200_000
"""What the second server takes at most, in bytes."""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Where both servers have their data: only the first loads the demo archive."""
    with temporary_place() as place:
        yield place


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    """A server with the limits that it has by itself."""
    with Server(place) as server:
        yield server.ready()


@pytest.fixture(scope="module")
def strict(place: Path) -> Iterator[Server]:
    """A server that takes little."""
    with Server(place, max_body_bytes=BODY, max_batch_bytes=BATCH) as server:
        yield server.ready()


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key that may write, on both servers."""
    return server.write_key()


@pytest.mark.long
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("path", "media_type", "limit"),
    [("/v1/articles", "application/json", BODY), ("/v1/articles/batch", "application/x-ndjson", BATCH)],
)
def test_who_sends_too_much_reads_that_it_is_too_much(
    strict: Server, key: str, path: str, media_type: str, limit: int, chunked: bool
) -> None:
    headers = {"Content-Type": media_type, "Authorization": f"Bearer {key}"}
    body = b"\n" * 30_000_000
    with closing(http.client.HTTPConnection("127.0.0.1", strict.port, timeout=30)) as connection:
        sent = iter([body]) if chunked else body
        connection.request("POST", path, sent, headers, encode_chunked=chunked)
        answer = connection.getresponse()
        problem = json.loads(answer.read())
    assert (answer.status, problem["code"]) == (413, "content_too_large")
    assert f"{limit:,} bytes" in problem["detail"]
    assert strict.is_ready()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/v1/articles", {}, 401),
        ("POST", "/v1/articles", {"Authorization": "Bearer nope"}, 401),
        ("POST", "/v1/tags", {"Content-Type": "application/json"}, 403),
        ("POST", "/v1/nothing", {}, 404),
        ("POST", "/v1/suggest", {}, 405),
        ("POST", "/v1/articles", {"Content-Type": "text/plain"}, 415),
        ("POST", "/v1/articles?unknown=1", {"Content-Type": "application/json"}, 422),
        ("POST", "/v1/articles", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        ("GET", "/v1/articles?limit=1", {}, 200),
    ],
)
def test_a_client_that_sends_a_large_body_first_reads_why_it_is_refused(
    server: Server, key: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request(
            method, path, b"x" * 30_000_000, {"Authorization": f"Bearer {key}", **headers} if status != 401 else headers
        )
        response = connection.getresponse()
        response.read()
    assert response.status == status


def test_a_client_that_waits_for_a_refusal_in_the_middle_of_its_body_gets_it_soon(server: Server) -> None:
    head = b"POST /v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        began = time.monotonic()
        client.sendall(head + b"x" * 100_000)
        assert client.recv(12) == b"HTTP/1.1 401"
        assert time.monotonic() - began < 3


@pytest.mark.long
@pytest.mark.parametrize("length", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_a_client_that_stops_in_the_middle_of_a_body_is_told_so_and_leaves_its_place(
    server: Server, length: str
) -> None:
    key = server.write_key()
    part = b"1\r\n \r\n" if "chunked" in length else b" "
    head = f"POST /v1/articles HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
    with ExitStack() as stack:
        stalled = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(BODIES // 2)
        ]
        for client in stalled:
            client.settimeout(PART_SECONDS * 3)
            client.sendall(f"{head}Content-Type: application/json\r\n{length}\r\n\r\n".encode() + part)
        time.sleep(1)
        assert server.ask("POST", "/v1/articles", article("beside"), key)[0] == 503
        for client in stalled:
            response = http.client.HTTPResponse(client, method="POST")
            response.begin()
            problem = json.loads(response.read())
            assert (response.status, problem["code"]) == (408, "request_timeout")
        server.push(key, "afterwards")


@pytest.mark.long
def test_a_slow_client_is_given_the_time_that_its_body_takes(server: Server, key: str) -> None:
    body = json.dumps(article("slow")).encode()

    def parts() -> Iterator[bytes]:
        for start in range(0, len(body), 10):
            yield body[start : start + 10]
            time.sleep(0.7)

    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {key}",
            "Content-Length": str(len(body)),
        }
        connection.request("POST", "/v1/articles", parts(), headers)
        assert connection.getresponse().status == 201


def test_requests_that_no_server_should_take_are_refused_and_the_next_is_answered(server: Server) -> None:
    line, host = b"GET /livez HTTP/1.1\r\n", b"Host: 127.0.0.1\r\n"
    length = b"POST /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "
    odd = [
        (line + host + b"".join(b"X-%d: y\r\n" % number for number in range(200)), b"431"),
        (line + host + b"X-Long: " + b"y" * 1_000_000 + b"\r\n", b"431"),
        (b"GET /livez?" + b"y" * 100_000 + b" HTTP/1.1\r\n" + host, b"414"),
        (line + host + b"X-Folded: a\r\n b\r\n", b"400"),
        (line + b"Host: a\r\nHost: b\r\n", b"400"),
        (line + b"Host: a/b\r\n", b"400"),
        (line, b"400"),
        (b"GET /live z HTTP/1.1\r\n" + host, b"400"),
        (b"GET /livez HTTP/7.7\r\n" + host, b"400"),
        (length + b"1\r\nContent-Length: 2\r\n", b"400"),
        (length + b"-1\r\n", b"400"),
        (length + b"9" * 40 + b"\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
    ]
    for sent, status in odd:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            with suppress(ConnectionError):
                client.sendall(sent + b"\r\n")
            assert client.recv(12)[9:] == status, sent[:100]
        assert server.get("/livez")[0] == 200
    assert server.errors == ""


def test_a_client_that_speaks_http_2_without_agreement_is_disconnected(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"))
        received = client.recv(100)
    assert received == b"" or received.startswith(b"HTTP/1.1 400")


@pytest.mark.long
def test_clients_with_slow_headers_do_not_delay_others(server: Server) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(30)]
        for client in slow:
            client.sendall(b"GET /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        for _ in range(20):
            for client in slow:
                client.sendall(b"a")
            began = time.monotonic()
            assert server.get("/v1/articles")[0] == 200
            assert time.monotonic() - began < 1
            time.sleep(0.1)
        for client in slow:
            client.sendall(b"\r\nConnection: close\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"


@pytest.mark.long
@pytest.mark.parametrize("length", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_clients_that_send_their_bodies_slowly_do_not_delay_others(server: Server, length: str) -> None:
    part = b"1\r\n \r\n" if "chunked" in length else b" "
    with ExitStack() as stack:
        # A new key: disconnected clients keep their places for a moment.
        key = server.write_key()
        head = f"POST /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(30)]
        for client in slow:
            client.sendall(f"{head}Content-Type: application/json\r\n{length}\r\n\r\n".encode())
        for number in range(10):
            for client in slow:
                client.sendall(part)
            began = time.monotonic()
            assert server.get("/v1/articles")[0] == 200
            server.push(key, f"beside-{number}")
            assert time.monotonic() - began < 1
            time.sleep(0.1)
        # More of them are not waited for, but others are.
        more = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(10)]
        for client in more:
            client.sendall(f"{head}Content-Type: application/json\r\n{length}\r\n\r\n".encode() + part)
        until(lambda: select.select(more, [], [], 0.1)[0])
        [answered, *_], _, _ = select.select(more, [], [])
        assert answered.recv(12) == b"HTTP/1.1 503"
        server.push(server.write_key(), "another's")


@pytest.mark.parametrize("length", ["Content-Length: 30000000", "Transfer-Encoding: chunked"])
def test_clients_that_slowly_send_too_much_do_not_delay_others(strict: Server, key: str, length: str) -> None:
    with ExitStack() as stack:
        head = f"POST /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        too_much = b" " * 2 * BODY
        if "chunked" in length:
            too_much = b"%x\r\n%b\r\n" % (len(too_much), too_much)
        for _ in range(30):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", strict.port)))
            client.sendall(f"{head}Content-Type: application/json\r\n{length}\r\n\r\n".encode() + too_much)
        for _ in range(10):
            began = time.monotonic()
            assert strict.get("/v1/articles")[0] == 200
            assert time.monotonic() - began < 1
            time.sleep(0.1)
