"""What is indexed of an article."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.search import search_vector
from api.search.fulltext import readings
from api.search.search_vector import (
    CONFIGURATIONS,
    CONFIGURATIONS_JSON,
    FAR_PAIR_BYTES,
    TOKEN_OVERHEAD,
    TSVECTOR_BYTES,
    document,
)
from api.text.accents import ACCENTED, PLAIN
from api.text.folding import fold
from api.text.tokenizer import tokens


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("", []),
        ("!?", []),
        ("North Quay", ["north quay"]),
        ("한미동맹", ["한미 미동 동맹"]),
        ("EU tax", ["eu tax", "euǃ taxǃ"]),
        ("the U.N. council", ["the un council", "theǃ unǃ council"]),
    ],
)
def test_a_phrase_to_look_for_is_its_words_or_initialisms(phrase: str, expected: list[str]) -> None:
    assert readings(phrase) == expected


def test_an_article_is_indexed_by_the_tokens_of_its_fields() -> None:
    assert document("ko", "한미동맹 강화", "Élysée", "It is fine.") == {
        "configuration": "simple",
        "far_pairs": "",
        "headline_tokens": "한미 미동 동맹 강화",
        "standfirst_tokens": "elysee",
        "body_tokens": "it is fine",
    }


def test_an_article_without_standfirst_and_body_is_indexed_by_its_headline() -> None:
    indexed = document("en", "Ferry returns", None, "")
    assert (indexed["headline_tokens"], indexed["standfirst_tokens"], indexed["body_tokens"]) == (
        "ferry returns",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("language", "configuration"),
    [("en", "english"), ("no", "norwegian"), ("nn", "norwegian"), ("ko", "simple"), ("xx", "simple"), ("", "simple")],
)
def test_a_language_has_its_stemmer_or_none(language: str, configuration: str) -> None:
    assert document(language, "x", None, "")["configuration"] == configuration


def test_the_database_is_told_the_same_stemmers() -> None:
    assert json.loads(CONFIGURATIONS_JSON) == CONFIGURATIONS


def cost(indexed: dict[str, str]) -> int:
    """What the tokens take in a tsvector at most."""
    found = " ".join(indexed[f"{name}_tokens"] for name in ("headline", "standfirst", "body")).split()
    far_pairs = [pair for pair in indexed["far_pairs"].split(";") if pair]
    return sum(len(token.encode()) + TOKEN_OVERHEAD for token in found) + len(far_pairs) * FAR_PAIR_BYTES


@pytest.mark.parametrize(
    "body",
    [
        " ".join(f"word{number}" for number in range(200_000)),
        "".join(chr(0xAC00 + number * 7919 % 11172) for number in range(200_000)),
        " ".join("𐐨" * 200 + f"{number}" for number in range(2_000)),
    ],
    ids=["words", "hangul", "four-byte letters"],
)
def test_of_a_long_text_as_many_tokens_are_indexed_as_fit(body: str) -> None:
    indexed = document("en", "Ferry", None, body)
    kept, found = indexed["body_tokens"].split(), tokens(body)
    assert kept == found[: len(kept)]
    assert cost(indexed) <= TSVECTOR_BYTES
    # The next one would not have fitted; of the headline more room was left than it needs.
    assert cost(indexed) + len(found[len(kept)].encode()) + TOKEN_OVERHEAD > TSVECTOR_BYTES - 4 * len("ferry")


def test_a_text_that_just_fits_is_indexed_whole() -> None:
    # Its only pair has more positions than are recorded.
    count = (TSVECTOR_BYTES - FAR_PAIR_BYTES) // (1 + TOKEN_OVERHEAD)
    assert document("en", "", None, "a " * count)["body_tokens"].count("a") == count
    assert document("en", "", None, "a " * (count + 1))["body_tokens"].count("a") == count


@given(
    st.lists(
        st.lists(st.sampled_from(["a", "가나다라", "ferry", "é", "𐐨𐐨𐐨", "!"]), max_size=6), min_size=3, max_size=3
    ),
    st.integers(0, 120),
)
@example([["a"], [], []], 5)
@example([["a"], ["a", "a"], ["a"]], 20)
def test_what_does_not_fit_is_left_out_from_the_end(texts: list[list[str]], room: int) -> None:
    headline, standfirst, body = (" ".join(text) for text in texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_vector, "TSVECTOR_BYTES", room)
        indexed = document("en", headline, standfirst, body)
    kept = [indexed[f"{name}_tokens"].split() for name in ("headline", "standfirst", "body")]
    found = [tokens(text) for text in (headline, standfirst, body)]
    assert cost(indexed) <= room
    assert [token for field in kept for token in field] == [t for field in found for t in field][: sum(map(len, kept))]
    for field, whole in zip(kept, found, strict=True):
        assert field == whole[: len(field)]


def test_accents_are_removed_as_texts_are_folded() -> None:
    assert [fold(letter) for letter in ACCENTED] == [*PLAIN]
    assert document("ru", "Новый ёж", None, "дом")["headline_accented"] == "новый ёж"
    assert "headline_accented" not in document("en", "Élysée", None, ""), "its stemmer knows no accents"
