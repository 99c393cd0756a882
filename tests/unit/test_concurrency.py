"""How many requests are worked on at once."""

import io
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from api.errors import Unavailable
from api.http.concurrency import BODIES, Gate

SOON = 10


class Room:
    """An app that works on a request for as long as it is told to, and reads its body in between."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.done = {name: threading.Event() for name in "abcd"}

    def __call__(self, environ: dict[str, Any], _start: object) -> Iterable[bytes]:
        self.entered.append(environ["name"])
        body = environ["wsgi.input"].read()
        self.done[environ["name"]].wait(SOON)
        return [body]


class Arriving(io.BytesIO):
    """A body that is there once it has arrived."""

    def __init__(self) -> None:
        super().__init__(b"body")
        self.arrived = threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.arrived.wait(SOON)
        return super().read(size)


def ask(pool: ThreadPoolExecutor, gate: Gate, name: str, body: io.BytesIO) -> Future[Iterable[bytes]]:
    return pool.submit(gate, {"name": name, "wsgi.input": body}, lambda *_: None)


def until(room: Room, count: int) -> None:
    for _ in range(SOON * 100):
        if len(room.entered) == count:
            return
        threading.Event().wait(0.01)
    raise AssertionError(room.entered)


def test_while_a_body_is_waited_for_another_request_is_let_in() -> None:
    room, slow = Room(), Arriving()
    gate = Gate(room, 1)
    with ThreadPoolExecutor() as pool:
        first = ask(pool, gate, "a", slow)
        until(room, 1)
        second = ask(pool, gate, "b", io.BytesIO(b"other"))
        until(room, 2)
        slow.arrived.set()
        room.done["a"].set()
        with pytest.raises(TimeoutError):
            first.result(0.2)
        room.done["b"].set()
        assert second.result(SOON) == [b"other"]
        assert first.result(SOON) == [b"body"]


def test_first_come_is_first_served() -> None:
    room = Room()
    gate = Gate(room, 1)
    with ThreadPoolExecutor() as pool:
        asked = []
        for name in "abcd":
            asked.append(ask(pool, gate, name, io.BytesIO()))
            threading.Event().wait(0.05)
        assert room.entered == ["a"]
        for name in "abcd":
            room.done[name].set()
        assert [list(each.result(SOON)) for each in asked] == [[b""]] * 4
    assert room.entered == ["a", "b", "c", "d"]


def test_no_sender_keeps_others_from_being_waited_for() -> None:
    def sent(sender: str, body: io.BytesIO) -> dict[str, Any]:
        return {"name": "a", "HTTP_AUTHORIZATION": sender, "wsgi.input": body}

    room = Room()
    room.done["a"].set()
    gate, ignored = Gate(room, 1), lambda *_: None
    slow = [Arriving() for _ in range(BODIES // 2)]
    with ThreadPoolExecutor(BODIES) as pool:
        waiting = [pool.submit(gate, sent("one", body), ignored) for body in slow]
        until(room, len(slow))
        threading.Event().wait(0.1)
        with pytest.raises(Unavailable):
            gate(sent("one", io.BytesIO()), ignored)
        assert gate(sent("another", io.BytesIO(b"now")), ignored) == [b"now"]
        for body in slow:
            body.arrived.set()
        assert [each.result(SOON) for each in waiting] == [[b"body"]] * len(slow)
    assert gate(sent("one", io.BytesIO(b"again")), ignored) == [b"again"]
