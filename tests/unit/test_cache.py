"""Kept answers: no more than there is room for, and a state that is trusted for as long as was set."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from api.http.cache import OVERHEAD, Cache, Entry
from api.queries.changes import State


def state(position: int) -> State:
    return State(UUID(int=1), 1, 1, position, datetime(2025, 6, 1, tzinfo=UTC), 0, "", position)


def kept(body: bytes) -> Entry:
    return Entry(state(1), body, (("ETag", '"x"'),), '"x"', None)


ROOM = 2 * (1_000 + OVERHEAD + 100)


def test_what_was_not_used_for_longest_makes_room() -> None:
    cache = Cache(ROOM, 100)
    first, second, third = (kept(letter * 1_000) for letter in (b"a", b"b", b"c"))
    cache.put(("first",), first)
    cache.put(("second",), second)
    assert cache.get(("first",)) is first
    cache.put(("third",), third)
    assert [cache.get((name,)) for name in ("first", "second", "third")] == [first, None, third]


def test_what_is_kept_never_takes_more_than_its_room() -> None:
    cache = Cache(ROOM, 100)
    for number in range(50):
        cache.put((f"path {number % 7}", "x" * number), kept(b"y" * (number * 37 % 1_500)))
        assert 0 < cache.size <= ROOM
    sizes = [
        held.size + len(f"path {number % 7}") + number
        for number in range(50)
        if (held := cache.get((f"path {number % 7}", "x" * number)))
    ]
    assert cache.size == sum(sizes)


def test_an_answer_larger_than_all_room_is_not_kept_and_drives_none_out() -> None:
    cache = Cache(ROOM, 100)
    cache.put(("small",), kept(b"s"))
    cache.put(("large",), kept(b"l" * ROOM))
    assert cache.get(("large",)) is None
    assert cache.get(("small",))


def test_the_same_request_is_kept_once() -> None:
    cache = Cache(ROOM, 100)
    cache.put(("path",), kept(b"old"))
    before = cache.size
    cache.put(("path",), kept(b"new"))
    held = cache.get(("path",))
    assert (cache.size, held and held.body) == (before, b"new")


@pytest.mark.parametrize(("trusted_ms", "age", "trusted"), [(100, 0.09, True), (100, 0.11, False), (0, 0.0, False)])
def test_a_state_is_trusted_for_as_long_as_was_set(trusted_ms: int, age: float, trusted: bool) -> None:
    now = [5.0]
    cache = Cache(ROOM, trusted_ms, clock=lambda: now[0])
    assert cache.trusted_state(()) is None
    cache.observe((), state(1), cache.now())
    now[0] += age
    cache.trusted_state(())  # the first reader after three quarters of the time renews the state
    assert (cache.trusted_state(()) == state(1)) is trusted
    assert cache.last_state(()) == state(1)


def test_one_reader_asks_for_a_state_before_its_time_is_over_and_the_others_go_on_with_it() -> None:
    now = [5.0]
    cache = Cache(ROOM, 100, clock=lambda: now[0])
    for position in (1, 2, 3):
        cache.observe((), state(position), cache.now())
        now[0] += 0.07
        assert [cache.trusted_state(()) for _ in range(2)] == [state(position)] * 2
        now[0] += 0.01
        assert [cache.trusted_state(()) for _ in range(3)] == [None, state(position), state(position)]


def test_what_was_asked_earlier_and_answered_later_does_not_count() -> None:
    now = [5.0]
    cache = Cache(ROOM, 100, clock=lambda: now[0])
    earlier = cache.now()
    now[0] += 0.01
    cache.observe((), state(2), cache.now())
    cache.observe((), state(1), earlier)
    assert cache.last_state(()) == state(2)
