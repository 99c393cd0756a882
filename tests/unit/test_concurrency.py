"""How many requests are processed at once."""

import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from api.errors import Unavailable
from api.http.concurrency import BODIES, Gate

SOON = 10


class Requests:
    """Named requests in a gate. Each waits for its body, if it has one, and then for its event in ``end``."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.entered: list[str] = []
        self.ended: list[str] = []
        self.end = {name: threading.Event() for name in "abcd"}

    def send(self, name: str, body: threading.Event | None = None) -> None:
        def process() -> None:
            self.entered.append(name)
            if body:
                with self.gate.body("sender"):
                    body.wait(SOON)
            self.end[name].wait(SOON)
            self.ended.append(name)

        self.gate.run(process)


def until(true: Callable[[], bool]) -> None:
    for _ in range(SOON * 100):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError


def test_while_a_request_waits_for_its_body_another_is_processed() -> None:
    requests, arrived = Requests(Gate(1)), threading.Event()
    requests.send("a", arrived)
    requests.send("b")
    until(lambda: requests.entered == ["a", "b"])
    arrived.set()
    requests.end["a"].set()
    threading.Event().wait(0.1)
    assert requests.ended == []
    requests.end["b"].set()
    until(lambda: requests.ended == ["b", "a"])


def test_requests_are_processed_in_the_order_of_their_arrival() -> None:
    requests = Requests(Gate(1))
    for name in "abcd":
        requests.send(name)
    until(lambda: requests.entered == ["a"])
    for name in "abcd":
        requests.end[name].set()
    until(lambda: requests.ended == list("abcd"))
    requests.gate.wait_until_idle(SOON)


def test_a_request_that_fails_leaves_its_place_to_the_next() -> None:
    requests = Requests(Gate(1))
    requests.gate.run(lambda: requests.entered.append("fails") or sys.exit())
    requests.send("a")
    until(lambda: requests.entered == ["fails", "a"])
    requests.end["a"].set()


def test_a_sender_uses_at_most_half_of_the_places_for_slow_bodies() -> None:
    gate = Gate(1)
    with ExitStack() as stack:
        for _ in range(BODIES // 2):
            stack.enter_context(gate.body("one"))
        with pytest.raises(Unavailable), gate.body("one"):
            pass
        with gate.body("another"):
            pass
    with gate.body("one"):
        pass
