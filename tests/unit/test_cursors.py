"""Cursors: they bring back the place they were made of, in the list they were made for, and in no other."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from uuid import UUID

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.errors import InputError, InvalidCursor
from api.retrieval import pinning
from api.retrieval.cursors import SIGNATURE_BYTES, decode, decode_position, encode, encode_position

KEY = b"a key of this archive alone, 32 b"
SCOPE = {"tag": ["harbour", "ferry"], "sort": "newest", "from": datetime(2025, 6, 21, tzinfo=UTC)}
PLACE = ["2025-06-21T09:00:00Z", "0b5e7a52-5f0c-5c5e-8a53-0e7f1ad7c1d5"]
CURSOR = encode(KEY, SCOPE, PLACE)

words = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), words)
places = st.lists(values, max_size=4)
scopes = st.dictionaries(words, st.one_of(values, st.lists(words, max_size=3)), max_size=4)


@given(st.binary(min_size=1, max_size=64), scopes, places)
def test_a_cursor_brings_back_its_place(key: bytes, scope: dict[str, object], place: list[object]) -> None:
    cursor = encode(key, scope, place)
    assert decode(key, scope, cursor) == place
    # It goes into addresses as it is.
    assert re.fullmatch(r"[A-Za-z0-9_-]+", cursor)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2025, 6, 21, 9, tzinfo=UTC), "2025-06-21T09:00:00Z"),
        (datetime(2025, 6, 21, 9, 0, 0, 1, tzinfo=UTC), "2025-06-21T09:00:00.000001Z"),
        (datetime(2025, 6, 21, 9, tzinfo=timezone(timedelta(hours=9))), "2025-06-21T09:00:00+09:00"),
        (UUID("0b5e7a52-5f0c-5c5e-8a53-0e7f1ad7c1d5"), "0b5e7a52-5f0c-5c5e-8a53-0e7f1ad7c1d5"),
        (2**63 - 1, 2**63 - 1),
        ('부두 \\ " \n \x01 𝔮', '부두 \\ " \n \x01 𝔮'),
    ],
)
def test_a_value_of_a_place_comes_back_as_json_has_it(value: object, shown: object) -> None:
    assert decode(KEY, SCOPE, encode(KEY, SCOPE, (value, 1))) == [shown, 1]


def test_the_order_of_filters_makes_no_other_list() -> None:
    assert decode(KEY, dict(reversed(SCOPE.items())), CURSOR) == PLACE


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {**SCOPE, "sort": "oldest"},
        {**SCOPE, "tag": ["ferry", "harbour"]},
        {**SCOPE, "tag": ["harbour"]},
        {**SCOPE, "tag": "harbour,ferry"},
        {**SCOPE, "from": datetime(2025, 6, 21, 0, 0, 0, 1, tzinfo=UTC)},
        {**SCOPE, "q": ""},
        {**SCOPE, "q": None},
        {"tag": SCOPE["tag"], "sort": SCOPE["sort"]},
        {("person" if name == "tag" else name): value for name, value in SCOPE.items()},
    ],
)
def test_a_cursor_of_another_list_is_refused(scope: dict[str, object]) -> None:
    with pytest.raises(InvalidCursor):
        decode(KEY, scope, CURSOR)


@pytest.mark.parametrize("key", [b"", b"x", KEY[:-1], KEY + b"x"])
def test_a_cursor_of_another_archive_is_refused(key: bytes) -> None:
    with pytest.raises(InvalidCursor):
        decode(key, SCOPE, CURSOR)


@given(st.integers(0, len(CURSOR) - 1), st.characters())
@example(len(CURSOR) - 1, "=")
def test_a_cursor_with_any_character_changed_is_refused(index: int, character: str) -> None:
    changed = CURSOR[:index] + character + CURSOR[index + 1 :]
    if changed == CURSOR:
        assert decode(KEY, SCOPE, changed) == PLACE
        return
    with pytest.raises(InvalidCursor):
        decode(KEY, SCOPE, changed)


@given(st.integers(0, len(CURSOR)), st.characters())
@example(0, "\n")
@example(len(CURSOR), "=")
@example(len(CURSOR), "\n")
@example(5, "!")
def test_a_cursor_with_any_character_added_is_refused(index: int, character: str) -> None:
    with pytest.raises(InvalidCursor):
        decode(KEY, SCOPE, CURSOR[:index] + character + CURSOR[index:])


def test_a_cursor_cut_short_is_refused() -> None:
    for length in range(len(CURSOR)):
        with pytest.raises(InvalidCursor):
            decode(KEY, SCOPE, CURSOR[:length])


@pytest.mark.parametrize("place", [[], ["x"], ["x", 1], ["xx", 22], ["xxx", 333]])
def test_another_spelling_of_the_same_bytes_is_refused(place: list[object]) -> None:
    cursor = encode(KEY, SCOPE, place)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    padding = "=" * (-len(cursor) % 4)
    same = [
        cursor[:-1] + last
        for last in alphabet
        if last != cursor[-1] and urlsafe_b64decode(cursor[:-1] + last + padding) == urlsafe_b64decode(cursor + padding)
    ]
    assert bool(same) == bool(padding)
    for spelling in [*same, f"{cursor}{padding or '='}", cursor[:4] + " " + cursor[4:]]:
        with pytest.raises(InvalidCursor):
            decode(KEY, SCOPE, spelling)


def test_a_place_under_anothers_signature_is_refused() -> None:
    raw = urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4))
    forged = urlsafe_b64encode(raw[:SIGNATURE_BYTES] + orjson.dumps(["0001-01-01T00:00:00Z", PLACE[1]]))
    with pytest.raises(InvalidCursor):
        decode(KEY, SCOPE, forged.rstrip(b"=").decode())


@given(st.text())
@example("")
@example("=")
@example("A")
@example("AAAA")
@example("٣")
@example("\ud800")
@example("A" * 16)
@example("W10")
def test_anything_else_is_refused_as_no_cursor_of_the_list(text: str) -> None:
    with pytest.raises(InvalidCursor) as refused:
        decode(KEY, SCOPE, text)
    assert refused.value.errors == [InputError("is not a cursor of this list", parameter="cursor")]


def test_a_position_comes_back_from_a_cursor_that_shows_nothing_of_it() -> None:
    archive = "0123456789abcdef"
    cursors = [encode_position(KEY, position, archive) for position in (0, 1, 9, 10, 2**20, 2**63 - 1)]
    assert [decode_position(KEY, cursor, "after")[0] for cursor in cursors] == [0, 1, 9, 10, 2**20, 2**63 - 1]
    assert len({len(cursor) for cursor in cursors}) == 1
    for one, other in pairwise(urlsafe_b64decode(f"{cursor}==") for cursor in cursors):
        assert sum(a == b for a, b in zip(one, other, strict=True)) < len(one) / 4


def test_a_cursor_shows_nothing_of_its_place() -> None:
    raw = urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4))
    assert not any(value.encode()[:4] in raw for value in PLACE)
    assert encode(KEY, SCOPE, PLACE) == CURSOR


def test_a_position_that_release_0_2_signed_is_still_accepted() -> None:
    signed = "Dwo5TXh7doO5P8hMWzQ3MTEsIjAxMjM0NTY3ODlhYmNkZWYiXQ"
    assert decode_position(KEY, signed, "after") == (4711, "0123456789abcdef")
    for changed in (f"{signed[:-2]}AA", f"A{signed[1:]}", f"{signed}A", signed[:-1]):
        with pytest.raises(InvalidCursor):
            decode_position(KEY, changed, "after")
    with pytest.raises(InvalidCursor):
        decode(KEY, SCOPE, signed)


def test_a_cursor_of_a_search_by_another_release_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        pinning.from_key([3, 1.5, *PLACE, "2025-06-21T09:00:00Z", False, False, None, 3, [1, 1, 1], [2]])
