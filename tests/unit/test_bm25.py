"""The order of relevance: what makes an article score more."""

import pytest

from api.search.bm25 import Scorer, TermFrequencies

SCORER = Scorer(1_000, {"rare": 2, "common": 500}, (8, 10, 100))
USUAL = (8, 10, 100)


def counts(**places: str) -> dict[str, TermFrequencies]:
    """How often each word is in which field: A headline, B standfirst, D body."""
    return {word: (found.count("A"), found.count("B"), found.count("D")) for word, found in places.items()}


def score(lengths: tuple[int, int, int] = USUAL, **places: str) -> float:
    return SCORER.score(counts(**places), lengths)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (score(rare="D"), score(common="D")),
        (score(rare="D"), score(common="DDDDDDDDDD")),
        (score(rare="A"), score(rare="B")),
        (score(rare="B"), score(rare="D")),
        (score(rare="DD"), score(rare="D")),
        (score(rare="D", common="D"), score(rare="D")),
        (score((8, 10, 50), rare="D"), score((8, 10, 200), rare="D")),
    ],
    ids=["rarer", "rarer than often", "headline", "standfirst", "oftener", "more words", "shorter"],
)
def test_an_article_scores_more(more: float, less: float) -> None:
    assert more > less


def test_more_of_the_same_counts_ever_less() -> None:
    once, twice, thrice = (score(rare="D" * times) for times in (1, 2, 3))
    assert twice - once > thrice - twice > 0


def test_a_score_is_what_its_words_add() -> None:
    words = counts(rare="ADD", common="BD")
    parts = SCORER.contributions(words, USUAL)
    assert [(part.lexeme, part.headline, part.standfirst, part.body) for part in parts] == [
        ("rare", 1, 0, 2),
        ("common", 0, 1, 1),
    ]
    assert SCORER.score(words, USUAL) == pytest.approx(sum(part.score for part in parts), abs=0.01)


def test_a_field_that_no_article_had_when_words_were_counted_has_a_score_all_the_same() -> None:
    assert Scorer(1, {"a": 1}, (0, 0, 0)).score(counts(a="AB"), (3, 2, 0)) > 0


def test_a_word_that_is_often_in_the_search_counts_by_the_root_of_how_often() -> None:
    repeated = Scorer(1_000, {"rare": 2, "common": 500}, (8, 10, 100), {"rare": 4})
    once, often = (scorer.score(counts(rare="D"), USUAL) for scorer in (SCORER, repeated))
    assert often == pytest.approx(2 * once, abs=0.02)
    assert repeated.score(counts(common="D"), USUAL) == score(common="D")
