"""What is indexed of an article, and what a reader's words become."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api import search
from api.folding import tokens
from api.search import CONFIGURATIONS, CONFIGURATIONS_JSON, TOKEN_OVERHEAD, TSVECTOR_BYTES, document, websearch, words

# Text in which the signs of the query language meet often enough to matter.
typed = st.text(st.one_of(st.sampled_from('""--  OR\'a가か\\:*&|!()<>\0'), st.characters()), max_size=60)

# A word or phrase in quotes, without white space but one blank between words and without ASCII's own signs.
_WORD = r"[^\s\x00-/:-@\[-`{-\x7f]+"
_TERM = f'-?"{_WORD}(?: {_WORD})*"'


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ("ferry", '"ferry"'),
        ("Ferry QUAY", '"ferry" "quay"'),
        ("  ferry\tquay\u3000lock\n", '"ferry" "quay" "lock"'),
        ("Élysée", '"elysee"'),
        ("Ｆｅｒｒｙ", '"ferry"'),
        ("2025", '"2025"'),
    ],
)
def test_words_are_folded_and_all_of_them_are_meant(q: str, terms: str) -> None:
    assert websearch(q) == terms


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ('"north quay"', '"north quay"'),
        ('"north   Quay!"', '"north quay"'),
        ('"north quay', '"north quay"'),
        ('lock "north quay" ferry', '"lock" "north quay" "ferry"'),
        ('"a""b"', '"a" "b"'),
        ('a"b c"d', '"a b" "c d"'),
        ('"', ""),
        ('""', ""),
        ('"" ferry', '"ferry"'),
        ('"!?" ferry', '"ferry"'),
        ('ferry "', '"ferry"'),
        ('"it\'s"', '"it s"'),
    ],
)
def test_quotes_make_a_phrase_closed_or_not(q: str, terms: str) -> None:
    assert websearch(q) == terms


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ("Jae-myung", '"jae myung"'),
        ("U.S.", '"u s"'),
        ("O'Hara", '"o hara"'),
        ("ferry/quay", '"ferry quay"'),
        ("한미", '"한미"'),
        ("한미동맹", '"한미 미동 동맹"'),
        ("東京都", '"東京 京都"'),
        ("KBS뉴스", '"kbs 뉴스"'),
        ("#Seoul-Washington", '"seoul washington"'),
    ],
)
def test_a_word_of_several_tokens_is_a_phrase(q: str, terms: str) -> None:
    assert websearch(q) == terms


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ("-ferry", '-"ferry"'),
        ("quay -ferry", '"quay" -"ferry"'),
        ('quay -"north lock"', '"quay" -"north lock"'),
        ('quay -"north lock', '"quay" -"north lock"'),
        ("-Jae-myung", '-"jae myung"'),
        ("-한미동맹", '-"한미 미동 동맹"'),
        ("--ferry", '-"ferry"'),
        ("quay - ferry", '"quay" "ferry"'),
        ("quay- ferry", '"quay" "ferry"'),
        ("quay -", '"quay"'),
        ('quay -""', '"quay"'),
        ("-!?", ""),
        ("-OR", '-"or"'),
    ],
)
def test_a_hyphen_before_a_word_or_phrase_excludes_it(q: str, terms: str) -> None:
    assert websearch(q) == terms


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ("ferry OR quay", '"ferry" OR "quay"'),
        ("ferry OR -quay", '"ferry" OR -"quay"'),
        ('"north lock" OR quay', '"north lock" OR "quay"'),
        ("ferry or quay", '"ferry" "or" "quay"'),
        ("ferry Or quay", '"ferry" "or" "quay"'),
        ('ferry "OR" quay', '"ferry" "or" "quay"'),
        ('"ferry OR quay"', '"ferry or quay"'),
        ("ORE FLOOR", '"ore" "floor"'),
        ("OR ferry", '"ferry"'),
        ("ferry OR", '"ferry"'),
        ("OR ferry OR", '"ferry"'),
        ("ferry OR OR OR quay", '"ferry" OR "quay"'),
        ("ferry OR ! OR quay", '"ferry" OR "quay"'),
        ("ferry OR !", '"ferry"'),
        ("a OR b OR c", '"a" OR "b" OR "c"'),
        ("OR", ""),
        ("OR OR OR", ""),
        ("OR ! OR", ""),
    ],
)
def test_or_means_either_in_capitals_and_between_two_terms(q: str, terms: str) -> None:
    assert websearch(q) == terms


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ("", ""),
        ("   ", ""),
        ("-" * 33, ""),
        (" ".join("-" * 33), ""),
        ("!&|()<->:*\\'", ""),
        ("\0", ""),
        ("a\0b", '"a b"'),
        ("a &", '"a"'),
        ("a & b | !c", '"a" "b" "c"'),
        ("fer:*", '"fer"'),
        ("ferry:A", '"ferry a"'),
        ("ferry <-> quay", '"ferry" "quay"'),
        ("\\ferry\\", '"ferry"'),
        ("''ferry''", '"ferry"'),
        ("🚢", ""),
        ("x" * 256, ""),
        ("x" * 256 + " ferry", '"ferry"'),
    ],
)
def test_no_sign_of_tsquery_gets_through(q: str, terms: str) -> None:
    assert websearch(q) == terms


@given(typed)
@example('"' * 33)
@example("-" * 512)
@example('-"-"-"')
@example("ᾳ̈\u0301" * 20)
@example("\ud800")
def test_whatever_is_typed_becomes_quoted_terms_or_nothing(q: str) -> None:
    found = websearch(q)
    assert re.fullmatch(f"(?:{_TERM}(?: (?:OR )?{_TERM})*)?", found)
    assert not found or '"' in found


@given(st.lists(st.sampled_from(["ferry", "quay", "lock", "OR", "-", '""', "!"]), max_size=8))
def test_every_word_typed_is_looked_for(typed_words: list[str]) -> None:
    names = [word for word in typed_words if word.isalpha() and word.islower()]
    assert re.findall(r'"(\w+)"', websearch(" ".join(typed_words))) == names


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("", ""),
        ("!?", ""),
        ("North Quay", "north quay"),
        ("한미동맹", "한미 미동 동맹"),
        ('-"OR"', "or"),
    ],
)
def test_a_phrase_to_look_for_is_its_tokens(phrase: str, expected: str) -> None:
    assert words(phrase) == expected


def test_an_article_is_indexed_by_the_tokens_of_its_fields() -> None:
    assert document("ko", "한미동맹 강화", "Élysée", "It is OK.") == {
        "configuration": "simple",
        "headline_tokens": "한미 미동 동맹 강화",
        "standfirst_tokens": "elysee",
        "body_tokens": "it is ok",
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
    return sum(len(token.encode()) + TOKEN_OVERHEAD for token in found)


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
    count = TSVECTOR_BYTES // (1 + TOKEN_OVERHEAD)
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
        patch.setattr(search, "TSVECTOR_BYTES", room)
        indexed = document("en", headline, standfirst, body)
    kept = [indexed[f"{name}_tokens"].split() for name in ("headline", "standfirst", "body")]
    found = [tokens(text) for text in (headline, standfirst, body)]
    assert cost(indexed) <= room
    assert [token for field in kept for token in field] == [t for field in found for t in field][: sum(map(len, kept))]
    for field, whole in zip(kept, found, strict=True):
        assert field == whole[: len(field)]
