"""Bodies of many items are taken apart wherever the network cut them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import ContentTooLarge, MalformedRequest
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
    assert [json.loads(text) for _, text in found] == values


@pytest.mark.parametrize("size", [1, 3, 1_000])
@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[", b"[1", b"[1]]", b"[1] 2", b'["', b"1", b"x[1]", b"[}", b'"[1]"', b"[1],[2]", b'[1]"a"', b"null"],
)
def test_what_is_no_array_is_refused(body: bytes, size: int) -> None:
    with pytest.raises(MalformedRequest):
        list(elements(cut(body, size), 100))


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_an_element_that_is_too_long_ends_it_after_those_before(size: int) -> None:
    found = elements(cut(b'[1, {"a": "' + b"x" * 100 + b'"}, 3]', size), 50)
    assert next(found) == (0, b"1")
    with pytest.raises(ContentTooLarge):
        next(found)


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
