"""Comparisons of texts: whole, short where there are steps enough, and never long in coming."""

import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text.diff import MAX_SHOWN, MAX_STEPS, MAX_TEXT, compare, split_parts
from api.text.edit_script import changed_blocks


def edits(old: Sequence[int], new: Sequence[int]) -> int:
    """The least number of elements to remove and add, by the longest common subsequence."""
    lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, one in enumerate(old):
        for j, other in enumerate(new):
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if one == other else max(lengths[i][j + 1], lengths[i + 1][j])
    return len(old) + len(new) - 2 * lengths[-1][-1]


sequences = st.lists(st.integers(0, 3), max_size=12)


@given(sequences, sequences)
def test_an_edit_script_is_correct_and_the_shortest(old: list[int], new: list[int]) -> None:
    blocks, left = changed_blocks(old, new, MAX_STEPS)
    assert blocks is not None
    assert 0 <= left <= MAX_STEPS
    made, position = list[int](), 0
    for old_begin, old_end, new_begin, new_end in blocks:
        made += old[position:old_begin] + new[new_begin:new_end]
        position = old_end
    assert made + old[position:] == new
    assert sum(b - a + d - c for a, b, c, d in blocks) == edits(old, new)


texts = st.lists(st.sampled_from(["port", "storm ", " ", "\n", "\n\n", "é", "<p>"]), max_size=30).map("".join)


@given(texts, texts, st.integers(0, 300) | st.just(MAX_STEPS))
def test_the_parts_of_a_difference_are_both_texts(before: str, after: str, steps: int) -> None:
    parts, granularity, _ = split_parts(before, after, steps)
    assert "".join(part["text"] for part in parts if part["kind"] != "added") == before
    assert "".join(part["text"] for part in parts if part["kind"] != "removed") == after
    assert all(one["kind"] != other["kind"] for one, other in pairwise(parts))
    assert granularity == "words" or steps < MAX_STEPS


GENERATOR = random.Random(7)  # noqa: S311 - nothing here is secret


def words(number: int) -> str:
    """Words of an article that no other article has."""
    return " ".join(f"{letter}{GENERATOR.random():.4f}" for letter in GENERATOR.choices("abcdefgh", k=number))


def paragraphs(number: int) -> str:
    """An article of so many paragraphs."""
    return "\n\n".join(words(60) for _ in range(number))


LONG = 4 * 1024 * 1024
PAIRS: dict[str, Callable[[], tuple[str, str]]] = {
    "nothing in common": lambda: ("a b c " * (LONG // 6), "d e f " * (LONG // 6)),
    "one word": lambda: ("word " * (LONG // 5), "word " * (LONG // 5 - 1_000)),
    "no spaces": lambda: ("x" * LONG, "x" * (LONG // 2) + "y" + "x" * (LONG // 2)),
    "alternating words": lambda: ("a b " * 5_000, "b a a " * 3_000),
    "alternating words at the limit": lambda: ("a b " * (LONG // 4), "b a a " * (LONG // 6)),
    "other words": lambda: (words(3_000), words(3_000)),
    "other lines": lambda: ("a\n" * (LONG // 2), "b\n" * (LONG // 2)),
    "alternating lines": lambda: ("a\nb\n" * 5_000, "b\na\na\n" * 3_000),
    "line breaks": lambda: ("\n" * LONG, "\n" * (LONG - 1)),
    "permuted paragraphs": lambda: ((text := paragraphs(4_000)), "\n\n".join(sorted(text.split("\n\n")))),
    "a word in every paragraph": lambda: ((text := paragraphs(4_000)), text.replace("\n\na", "\n\nb")),
    "other words of a letter": lambda: (
        " ".join(map(chr, range(0xAC00, 0xC000))), " ".join(map(chr, range(0xC000, 0xD400)))
    ),
    "a letter in every line": lambda: (
        "".join(f"{n} x\n" for n in range(12_000)), "".join(f"{n} y\n" for n in range(12_000))
    ),
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS)
def test_no_difference_takes_half_a_second(pair: str) -> None:
    before, after = PAIRS[pair]()
    began = time.thread_time()
    changes = compare({"body": before, "body_html": before}, {"body": after, "body_html": after})
    assert time.thread_time() - began < 1
    assert sum(len(part["text"]) for change in changes for part in change.get("parts", ())) <= MAX_TEXT


@pytest.mark.parametrize("pair", PAIRS)
def test_a_difference_takes_little_more_memory_than_the_texts(pair: str) -> None:
    before, after = PAIRS[pair]()
    tracemalloc.start()
    try:
        compare({"body": before}, {"body": after})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 15_000_000 + sys.getsizeof(before) + sys.getsizeof(after)


@pytest.mark.parametrize(
    ("before", "after", "granularity", "kinds"),
    [
        ("a b c", "a x c", "words", ["same", "removed", "added", "same"]),
        ("one\ntwo three\nfour", "one\ntwo 3\nfour", "words", ["same", "removed", "added", "same"]),
        (f"a\n{'x y ' * 9_000}\nb", f"a\n{'z x x ' * 6_000}\nb", "paragraphs", ["same", "removed", "added", "same"]),
        ("a\n" * 20_000 + "b", "c\n" * 20_000 + "b", "text", ["removed", "added", "same"]),
    ],
)
def test_it_says_by_what_it_compared(before: str, after: str, granularity: str, kinds: list[str]) -> None:
    parts, found, _ = split_parts(before, after)
    assert (found, [part["kind"] for part in parts]) == (granularity, kinds)


def test_a_change_of_a_long_text_stays_a_change_of_a_word() -> None:
    text = " ".join(f"word{n}" for n in range(100_000))
    parts, granularity, _ = split_parts(text, text.replace("word50000 ", "word "))
    assert [part["text"] for part in parts if part["kind"] != "same"] == ["word50000", "word"]
    assert granularity == "words"


def test_long_texts_are_in_the_parts_alone_and_those_that_are_too_long_in_none() -> None:
    long, longest = "x " * (MAX_SHOWN // 2), "x " * (MAX_TEXT // 2)
    [body, html] = compare({"body": long, "body_html": longest}, {"body": long + "y", "body_html": longest + "y"})
    assert (body.keys(), body["granularity"]) == ({"field", "granularity", "parts"}, "words")
    assert html == {"field": "body_html", "granularity": "none"}
