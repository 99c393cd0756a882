"""Bodies of many items are taken apart wherever the network cut them."""

import json
import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import MalformedRequest
from api.formats.json_stream import elements, lines

json_values = st.recursive(
    st.none() | st.integers() | st.text('a"\\{}[],\n é', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a"],{', max_size=3), inner, max_size=3),
    max_leaves=8,
)


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


@given(st.lists(json_values, max_size=5), st.integers(1, 40), st.booleans())
def test_the_elements_of_an_array_are_found_wherever_it_is_cut(values: list[object], size: int, spaced: bool) -> None:
    body = json.dumps(values, indent=2 if spaced else None, ensure_ascii=False).encode()
    found = list(elements(cut(body, size), 10_000))
    assert [index for index, _ in found] == list(range(len(values)))
    assert [json.loads(text or b"") for _, text in found] == values


@pytest.mark.parametrize("size", [1, 3, 1_000])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[",
        b"[1",
        b"[1]]",
        b"[1] 2",
        b'["',
        b"1",
        b"x[1]",
        b"[}",
        b'"[1]"',
        b"[1],[2]",
        b'[1]"a"',
        b"null",
        b"[1]" + b" " * 200 + b"2",
    ],
)
def test_what_is_no_array_is_refused(body: bytes, size: int) -> None:
    with pytest.raises(MalformedRequest):
        list(elements(cut(body, size), 100))


@pytest.mark.parametrize("size", [1, 7, 1_000])
@pytest.mark.parametrize("long", [b'{"a": "' + rb"[\"]" * 30 + b'"}', b"[" + b"1," * 60 + b"1]", b"7" * 120])
def test_an_element_that_is_too_long_is_passed_over(size: int, long: bytes) -> None:
    found = elements(cut(b"[1, " + long + b", 3, " + long + b"]", size), 50)
    assert list(found) == [(0, b"1"), (1, None), (2, b"3"), (3, None)]


def test_of_an_item_without_an_end_little_is_kept_and_nothing_is_read_twice() -> None:
    parts = [b"x" * 65_536] * 300
    for body, split in ((parts, lines), ([b'["', *parts], elements), ([b"[", *parts], elements)):
        tracemalloc.start()
        started = time.thread_time()
        with suppress(MalformedRequest):
            assert [text for _, text in split(body, 1_000_000)] == [None]
        assert time.thread_time() - started < 2
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
        tracemalloc.stop()


def test_an_empty_element_is_an_item_that_is_no_json() -> None:
    assert list(elements([b"[1,,2,]"], 100)) == [(0, b"1"), (1, b""), (2, b"2"), (3, b"")]
    assert list(elements([b" [ ] "], 100)) == []


@given(st.lists(st.sampled_from([b"", b" ", b'{"a": 1}', b"x" * 30, b"\r"]), max_size=6), st.integers(1, 40))
def test_lines_are_found_wherever_they_are_cut(parts: list[bytes], size: int) -> None:
    expected = [
        (number, None if len(part) > 20 else part.strip()) for number, part in enumerate(parts, 1) if part.strip()
    ]
    assert list(lines(cut(b"\n".join(parts), size), 20)) == expected
    assert list(lines(cut(b"\n".join(parts) + b"\n", size), 20)) == expected
