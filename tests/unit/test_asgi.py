"""The application that granian runs, with a WSGI app that is told what to do."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from api.errors import MalformedRequest, Unavailable
from api.http.concurrency import Gate
from api.http.hooks import REFUSAL
from api.server.asgi import LARGE, Application
from api.server.environ import environ_of
from api.server.request_body import RequestBody

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def scope(*headers: tuple[bytes, bytes], method: str = "GET", raw_path: bytes = b"/") -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "raw_path": raw_path,
        "query_string": b"a=%20",
        "headers": [(b"host", b"localhost"), *headers],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", "8000"),
        "client": ("127.0.0.1", "50000"),
    }


def responded(app: Wsgi, *headers: tuple[bytes, bytes], body: Iterable[dict[str, Any]] = ()) -> tuple[int, bytes]:
    """The status and the body that the application sends for this app."""
    sent: list[dict[str, Any]] = []
    messages = iter(body)

    async def receive() -> dict[str, Any]:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(asyncio.wait_for(Application(app, Gate(1), {})(scope(*headers), receive, send), 20))
    return sent[0]["status"], b"".join(message["body"] for message in sent[1:])


async def never(*_: object) -> Any:
    """Receive or send nothing."""
    await asyncio.sleep(20)


def part(content: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_large_response_is_sent_in_parts_and_whole() -> None:
    content = bytes(range(256)) * (LARGE // 100)

    def app(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        start("200 OK", [])
        yield content[:10]
        yield content[10:]

    assert responded(app) == (200, content)


@pytest.mark.parametrize("failure", [Unavailable("The disk is full."), ZeroDivisionError("a mistake")])
def test_a_response_that_fails_while_it_is_made_is_an_error_and_not_an_endless_wait(failure: Exception) -> None:
    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        if refusal := environ.get(REFUSAL):
            start(f"{refusal.status} Failed", [])
            return
        start("200 OK", [])
        yield b"a"
        raise failure

    assert responded(app) == (getattr(failure, "status", 500), b"")


def test_a_response_that_fails_again_ends_the_request() -> None:
    def app(_environ: dict[str, Any], _start: Callable[..., Any]) -> list[bytes]:
        raise ZeroDivisionError

    async def call() -> None:
        await asyncio.wait_for(Application(app, Gate(1), {})(scope(), never, never), 20)

    asyncio.run(call())


def test_a_request_whose_client_goes_while_it_waits_is_not_processed() -> None:
    gate, processed, end = Gate(1), list[str](), threading.Event()

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        processed.append(environ["PATH_INFO"])
        start("200 OK", [])
        return []

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    gate.run(lambda: end.wait(20))
    for headers in ((), ((b"content-length", b"9"),)):
        asyncio.run(asyncio.wait_for(Application(app, gate, {})(scope(*headers), gone, never), 20))
    end.set()
    gate.wait_until_idle(20)
    assert processed == []


@pytest.mark.parametrize(("is_read", "received"), [(False, 0), (True, 3)])
def test_a_client_that_expects_100_continue_is_only_drained_once_it_sends(is_read: bool, received: int) -> None:
    messages = iter([part(b"a", more=True), part(b"b", more=True), part(b"c", more=False)])
    taken: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        taken.append(next(messages))
        return taken[-1]

    async def send(_message: dict[str, Any]) -> None:
        pass

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("401 Unauthorized", [])
        return [environ["wsgi.input"].read(1)] if is_read else []

    head = scope((b"content-length", b"3"), (b"expect", b"100-continue"))
    asyncio.run(asyncio.wait_for(Application(app, Gate(1), {})(head, receive, send), 20))
    assert len(taken) == received


def test_one_key_is_one_sender_however_its_scheme_is_spelled() -> None:
    senders: list[str] = []

    class Counting(Gate):
        @contextmanager
        def body(self, sender: str) -> Iterator[None]:
            senders.append(sender)
            yield

    async def receive() -> dict[str, Any]:
        return part(b"a", more=False)

    async def send(_message: dict[str, Any]) -> None:
        pass

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        return [environ["wsgi.input"].read(1)]

    for value in (b"Bearer dl_1", b"bearer dl_1", b"bEARER  dl_1"):
        head = scope((b"content-length", b"1"), (b"authorization", value))
        asyncio.run(asyncio.wait_for(Application(app, Counting(1), {})(head, receive, send), 20))
    assert senders == ["dl_1"] * 3


def test_a_body_is_read_as_it_was_sent_however_it_is_cut() -> None:
    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        read = environ["wsgi.input"].read
        return [read(3), b"|", read(3), b"|", read(), b"|", read(1)]

    parts = [part(b"ab", more=True), part(b"", more=True), part(b"cdefg", more=True), part(b"hi", more=False)]
    assert responded(app, (b"content-length", b"9"), body=parts) == (200, b"abc|def|ghi|")


def test_a_body_that_ends_early_is_malformed() -> None:
    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        with pytest.raises(MalformedRequest, match="after 2 bytes"):
            environ["wsgi.input"].read(9)
        return [b"read"]

    assert responded(app, (b"transfer-encoding", b"chunked"), body=[part(b"ab", more=True)]) == (200, b"read")


def test_a_body_whose_client_went_while_its_request_waited_is_incomplete() -> None:
    async def read() -> bytes:
        messages = iter([part(b"{}", more=True), {"type": "http.disconnect"}])

        async def receive() -> dict[str, Any]:
            return next(messages)

        body = RequestBody(receive, Gate(1), "")
        assert await body.wait_until_gone()
        return await asyncio.to_thread(body.read, 9)

    with pytest.raises(MalformedRequest, match="after 2 bytes"):
        asyncio.run(read())


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ((b"if_match", b"*"), "HTTP_IF_MATCH"),
        ((b"x_forwarded_for", b"1.1.1.1"), "HTTP_X_FORWARDED_FOR"),
        ((b"content_length", b"5"), "CONTENT_LENGTH"),
    ],
)
def test_a_header_with_an_underscore_is_ignored(header: tuple[bytes, bytes], key: str) -> None:
    assert key not in environ_of(scope(header), None)


def test_lists_are_joined_and_paths_are_decoded_to_bytes() -> None:
    environ = environ_of(scope((b"accept", b"a"), (b"accept", b"b"), raw_path=b"/%EA%B0%80%ff"), None)
    assert environ["HTTP_ACCEPT"] == "a,b"
    assert environ["PATH_INFO"].encode("latin-1") == b"/\xea\xb0\x80\xff"
    assert environ["QUERY_STRING"] == "a=%20"
    assert REFUSAL not in environ


@pytest.mark.parametrize(
    "refused",
    [
        scope((b"host", b"other")),
        scope((b"authorization", b"a"), (b"authorization", b"a")),
        scope((b"content-type", b"a"), (b"content-type", b"b")),
        scope((b"transfer-encoding", b"gzip, chunked")),
        scope((b"transfer-encoding", b"gzip"), (b"transfer-encoding", b"chunked")),
        scope(method="get"),
    ],
)
def test_an_ambiguous_request_is_refused(refused: dict[str, Any]) -> None:
    assert environ_of(refused, None)[REFUSAL].status in (400, 501)
