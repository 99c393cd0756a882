"""What a tsquery finds, reckoned from how frequent its lexemes are."""

from math import sqrt

import pytest

from api.search.selectivity import PHRASE_SHARE, estimate, lexemes
from api.search.tsquery import Lexeme

# Words that are asked for together often belong together: halfway between independent and always together.
BOTH = sqrt(0.5 * 0.2 * 0.2)
SHARES = {
    Lexeme("~1"): 0.05,
    Lexeme("~2"): 0.04,
    Lexeme("a"): 0.5,
    Lexeme("b"): 0.2,
    Lexeme("c"): 0.1,
    Lexeme("it's"): 0.1,
    Lexeme("pre", True): 0.4,
}


@pytest.mark.parametrize(
    ("tsquery", "matching", "indexed", "exact"),
    [
        ("'a'", 0.5, 0.5, True),
        ("'a' & 'b'", 0.1, BOTH, True),
        ("'a' | 'b'", 0.6, 0.6, True),
        ("!'b'", 0.8, 0.8, True),
        ("'a' | 'b' & 'c'", 0.51, 0.5 + 0.5 * sqrt(0.02 * 0.1), True),
        ("( 'a' | 'b' ) & 'c'", 0.06, sqrt(0.06 * 0.1), True),
        ("!( 'a' & 'b' ) & 'c'", 0.09, sqrt(0.09 * 0.1), True),
        ("'it''s'", 0.1, 0.1, True),
        ("'pre':*", 0.4, 0.4, True),
        ("'a':A", 0.5, 0.5, False),
        ("'pre':*AB & 'a'", 0.2, sqrt(0.2 * 0.4), False),
        ("'a' <-> 'b'", 0.1 * PHRASE_SHARE, BOTH, False),
        ("'a' <2> 'b' & 'c'", 0.01 * PHRASE_SHARE, sqrt(BOTH * 0.1 * 0.1), False),
        # Of a phrase with its pairs these are what is found; other words narrow it as ever.
        ("'~1' & ( 'a' <-> 'b' )", 0.05, 0.05, False),
        ("( '~1' | '~2' ) & ( 'a' <-> ( 'b' | 'c' ) )", 0.088, 0.088, False),
        ("'~1' & '~2' & ( 'a' <-> 'b' <-> 'c' )", 0.002, sqrt(0.002 * 0.04), False),
        ("( '~1' & ( 'a' <-> 'b' ) ) & 'c'", 0.005, sqrt(0.005 * 0.05), False),
        ("'c' & ( '~1' & ( 'a' <-> 'b' ) )", 0.005, sqrt(0.005 * 0.05), False),
        # Which articles lack a phrase the index of words cannot say.
        ("!( 'a' <-> 'b' )", 1 - 0.1 * PHRASE_SHARE, 1.0, False),
    ],
)
def test_a_tsquery_finds_as_much_as_its_lexemes_let_expect(
    tsquery: str, matching: float, indexed: float, exact: bool
) -> None:
    found = estimate(tsquery, SHARES)
    assert (found.matching, found.indexed, found.exact) == (pytest.approx(matching), pytest.approx(indexed), exact)


def test_the_lexemes_of_a_tsquery_are_read_as_postgres_writes_them() -> None:
    assert lexemes(r"'it''s' & !'back\\slash':*AB | 'a' <-> 'b'") == {
        Lexeme("it's"),
        Lexeme("back\\slash", True),
        Lexeme("a"),
        Lexeme("b"),
    }


def test_what_is_no_tsquery_is_refused() -> None:
    with pytest.raises(ValueError, match="not a tsquery"):
        estimate("'a' 'b'", SHARES)
