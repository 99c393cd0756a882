"""Which words of an archive are like a misspelled one."""

import pytest

from api.text.word_index import WordIndex

WORDS = {"reagan": 50, "reign": 3, "region": 80, "production": 9, "productions": 1, "bank": 70, "экономика": 2}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # Fewer typos first, then more articles.
        ("reagn", [(1, "reagan"), (1, "reign")]),
        ("producton", [(1, "production"), (2, "productions")]),
        ("prodution", [(1, "production"), (2, "productions")]),
        # Adjacent letters in the wrong order are one typo, in the first letters too.
        ("erign", [(1, "reign")]),
        ("экономкиа", [(1, "экономика")]),
        # One typo in four letters, two in eight.
        ("bnk", []),
        ("bonk", [(1, "bank")]),
        ("rogian", []),
        # Itself is not like it.
        ("bank", []),
        ("", []),
    ],
)
def test_words_within_a_typo_or_two_are_found(word: str, expected: list[tuple[int, str]]) -> None:
    assert WordIndex(WORDS.items()).near(word) == expected
