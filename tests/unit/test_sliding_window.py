"""What a minute allows: counted exactly, by whom it stands for, and never in the way when counting fails."""

import time
from collections.abc import Sequence

import pytest

from api.http.sliding_window import PAUSE, WINDOW, Limiter, Memory, cost, network


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 60_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def allowed(limiter: Limiter, key: str = "192.0.2.1", quota: int = 3, cost: int = 1) -> bool:
    verdict = limiter.take("address", key, quota, cost)
    assert verdict
    return verdict.allowed


def test_a_quota_is_used_up_by_one_and_is_whole_for_another(clock: Clock) -> None:
    limiter = Limiter(Memory(), clock)
    assert [allowed(limiter) for _ in range(5)] == [True, True, True, False, False]
    assert allowed(limiter, "192.0.2.2")


def test_what_costs_more_uses_up_more_and_at_most_the_quota(clock: Clock) -> None:
    limiter = Limiter(Memory(), clock)
    assert [allowed(limiter, cost=2), allowed(limiter, cost=2), allowed(limiter)] == [True, False, True]
    assert allowed(limiter, "192.0.2.2", cost=10)


def test_to_ask_uses_up_nothing(clock: Clock) -> None:
    limiter = Limiter(Memory(), clock)
    assert [allowed(limiter, cost=0) for _ in range(9)] == [True] * 9
    assert [allowed(limiter) for _ in range(4)] == [True, True, True, False]
    assert not allowed(limiter, cost=0)


@pytest.mark.parametrize("second", [0, 1, 29.5, 59])
@pytest.mark.parametrize("used", [[3], [1, 2], [2, 1]])
def test_retry_after_is_when_it_is_allowed_again_and_not_much_earlier(
    clock: Clock, second: float, used: Sequence[int]
) -> None:
    limiter = Limiter(Memory(), clock)
    clock.now += second
    for many in used:
        for _ in range(many):
            limiter.take("address", "192.0.2.1", 3)
        clock.now += WINDOW / 2
    while allowed(limiter):
        pass
    verdict = limiter.take("address", "192.0.2.1", 3)
    assert verdict
    began = clock.now
    clock.now = began + verdict.seconds - 1.01
    assert not allowed(limiter, cost=0) or verdict.seconds == 1
    clock.now = began + verdict.seconds
    assert allowed(limiter)


def test_no_burst_at_the_turn_of_a_minute_is_twice_the_quota(clock: Clock) -> None:
    limiter = Limiter(Memory(), clock)
    clock.now += 59.9
    assert sum(allowed(limiter, quota=100) for _ in range(200)) == 100
    clock.now += 0.2
    assert sum(allowed(limiter, quota=100) for _ in range(200)) <= 1


def test_two_minutes_later_nothing_is_remembered(clock: Clock) -> None:
    store = Memory()
    limiter = Limiter(store, clock)
    for number in range(1_000):
        allowed(limiter, str(number))
    clock.now += 2 * WINDOW
    allowed(limiter)
    assert len(store._before) + len(store._current) == 1


def test_the_headers_are_those_of_the_draft(clock: Clock) -> None:
    limiter = Limiter(Memory(), clock)
    first = limiter.take("address", "192.0.2.1", 1)
    second = limiter.take("address", "192.0.2.1", 1)
    assert first
    assert second
    assert first.headers() == {"RateLimit-Policy": '"address";q=1;w=60', "RateLimit": '"address";r=0;t=60'}
    assert second.headers() == {
        "RateLimit-Policy": '"address";q=1;w=60', "RateLimit": '"address";r=0;t=120', "Retry-After": "120",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64"),
        ("2001:db8:1:2::", "2001:0db8:0001:0002::/64"),
        ("2001:db8:1:3::", "2001:0db8:0001:0003::/64"),
        ("fe80::1%eth0", "fe80:0000:0000:0000::/64"),
        ("", ""),
        ("a:b", "a:b"),
    ],
)
def test_an_ipv6_client_is_its_network_of_64_bits(address: str, counted: str) -> None:
    assert network(address) == counted


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/v1/articles", [], 1),
        ("/v1/articles", [("q", "")], 1),
        ("/v1/articles", [("q", "seoul")], 2),
        ("/v1/articles", [("q", "seoul"), ("facets", "tag"), ("count", "exact")], 8),
        ("/v1/articles", [("count", "capped")], 1),
        ("/v1/timeline", [("q", "seoul")], 7),
        ("/v1/articles/batch", [], 11),
    ],
)
def test_what_asks_for_much_counts_for_more(path: str, query: list[tuple[str, str]], expected: int) -> None:
    assert cost(path, query) == expected


class Away:
    """A store that fails and counts how often it was asked."""

    asked = 0

    def add(self, key: str, minute: int, cost: int) -> tuple[int, int]:
        self.asked += 1
        raise ConnectionError


def test_a_store_that_fails_limits_nobody_and_is_left_alone_for_a_while(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    store = Away()
    limiter = Limiter(store, clock)
    assert [limiter.take("address", "192.0.2.1", 3) for _ in range(9)] == [None] * 9
    assert store.asked == 1
    assert "rate limits are suspended" in caplog.text
    clock.now += PAUSE
    limiter.take("address", "192.0.2.1", 3)
    assert store.asked == 2


def test_counting_does_not_slow_down_with_the_addresses_held(clock: Clock) -> None:
    limiter = Limiter(Memory(), clock)

    def measured() -> float:
        began = time.process_time()
        for _ in range(5_000):
            limiter.take("address", "192.0.2.1", 10**9)
        return time.process_time() - began

    few = min(measured() for _ in range(3))
    for number in range(100_000):
        limiter.take("address", str(number), 3)
    assert min(measured() for _ in range(3)) < 5 * few
