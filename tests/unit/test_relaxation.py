"""Which words of a search are enough when too few articles have all of them."""

from dataclasses import replace

import pytest
from questions import question

from api.search.parser import terms
from api.search.relaxation import relax
from api.search.tsquery import Lexeme

COUNTS = {"rare": 3, "seldom": 10, "often": 60, "usual": 80, "pre": 5}


def loosened(q: str, most: int | None = 100, **stop_words: str) -> str | None:
    frequencies = {Lexeme(word): count for word, count in COUNTS.items()}
    return relax(question(q, stop_words or {"en": "the"}), {**frequencies, Lexeme("pre", prefix=True): 5}, most)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("often rare", "((('rare')) | (('often')))"),
        ("the often rare", "((('rare')) | (('often')))"),
        ("usual often seldom rare", "((('rare')) | (('seldom')) | (('often')))"),
        ("rare unknown", "((('unknown')) | (('rare')))"),
        ("often AND (seldom rare)", "((('rare')) | (('seldom')) | (('often')))"),
        # A phrase is as rare as its rarest word.
        ('often "usual rare"', "((('usual') <1> ('rare')) | (('often')))"),
        # What is excluded stays so, and what has to be in a field stays there.
        ("often rare -seldom", "((('rare')) | (('often'))) & (!(('seldom')))"),
        ("often rare -(seldom OR usual)", "((('rare')) | (('often'))) & (!((('seldom')) | (('usual'))))"),
        ("headline:often rare", "((('rare')) | (('often':A)))"),
        ("headline:(often rare)", "((('rare':A)) | (('often':A)))"),
    ],
)
def test_any_of_the_rarest_terms_is_enough(q: str, expected: str) -> None:
    found = loosened(q)
    assert found
    assert found.replace(" ", "") in (expected.replace(" ", ""), f"({expected})".replace(" ", ""))


@pytest.mark.parametrize(
    "q",
    ["rare", "rare rare", "the rare", "rare -often", "-rare -often", '"rare often"', "rare OR often",
     "seldom (rare OR often)", "(seldom usual) OR rare"],
)  # fmt: skip
def test_one_term_or_alternatives_are_taken_as_they_are(q: str) -> None:
    assert loosened(q) is None


def test_the_rarest_term_is_enough_however_many_articles_have_it() -> None:
    found = loosened("often usual", 10)
    assert found
    assert "usual" not in found
    assert "often" in found


def test_where_filters_leave_little_every_term_is_enough() -> None:
    assert "usual" in (loosened("usual often seldom rare", None) or "")


def test_beginnings_of_words_are_as_frequent_as_all_that_begins_so() -> None:
    found = loosened("pre* often usual", 20)
    assert found
    assert "'pre':*" in found
    assert "often" not in found


def test_a_language_in_which_no_chosen_word_is_left_is_asked_as_it_was() -> None:
    found = loosened("rare usual -seldom", 20, en="", fr="rare")
    assert found
    assert "(('usual')) & (!(('seldom')))" in found.split(" | ")[-1]
    assert "lang:fr" in found.split(" | ")[-1]


def test_a_word_in_a_script_without_spaces_is_relaxed_to_its_pairs_of_characters() -> None:
    assert loosened("東京タワー") == "(((('东京')) | (('京タ')) | (('タワ')) | (('ワー'))))"
    assert loosened('"東京タワー"') is None, "a phrase is verbatim"


def test_characters_that_postgres_takes_for_signs_are_left_out() -> None:
    search = question("アパート abc", {"en": "the"})
    word, _ = terms(search.tree)
    [(languages, positions)] = search.positions.items()
    without = [position for position in positions[word] if position.word != "アパ"]
    assert len(without) == 2
    renumbered = [replace(position, number=number) for number, position in enumerate(without, start=1)]
    search = replace(search, positions={languages: {**positions, word: renumbered}})
    frequencies = {Lexeme(text): count for count, text in enumerate(("アパ", "パー", "ート", "abc"), start=1)}
    assert relax(search, frequencies, None) == "(((('パー')) | (('ート')) | (('abc'))))"
