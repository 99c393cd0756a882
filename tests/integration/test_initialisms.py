"""Initialisms in their usual spellings: each finds the others, and excludes what it finds."""

from collections.abc import Iterator

import pytest
from stories import outlet, record, store

from api.postgres.connection import Connection, connect
from api.retrieval.plan import resolve
from api.search.parser import parse

# Spellings of the same, with a language in which they are usual.
SPELLINGS: list[tuple[str, tuple[str, ...]]] = [
    ("es", ("EE.UU.", "EE. UU.", "EE UU", "EEUU", "EE.UU")),
    ("es", ("RR.HH.", "RRHH", "RR. HH.")),
    ("es", ("JJ.OO.", "JJOO")),
    ("es", ("FF.AA.", "FFAA")),
    ("es", ("CC.OO.", "CCOO")),
    ("en", ("U.S.", "US", "U.S")),
    ("en", ("U.S.A.", "USA", "U.S.A")),
    ("en", ("U.K.", "UK")),
    ("en", ("Ph.D.", "PhD", "Ph.D")),
    ("en", ("M.Sc.", "MSc")),
    ("en", ("LL.M.", "LLM")),
    ("en", ("a.m.", "AM")),
    ("en", ("e.g.", "eg")),
    ("en", ("N.A.T.O.", "NATO", "Nato")),
    ("de", ("z.B.", "zB")),
    ("it", ("S.p.A.", "SpA", "SPA")),
    ("ru", ("С.Ш.А.", "США")),
    ("el", ("Ε.Ε.", "ΕΕ")),
    ("el", ("Μ.Μ.Ε.", "ΜΜΕ")),
    ("he", ('צה"ל', "צה״ל", "צהל", "צה'ל")),
    ("ka", ("ა.შ.შ.", "აშშ")),
    ("de", ("E.ON",)),
    # None of them.
    ("en", ("us",)),
    ("en", ("Juan XXII",)),
    ("en", ("Juan XX",)),
    ("en", ("Rated AAAA",)),
    ("en", ("A guide to who is who",)),
]
TEXTS = [(number, language, text) for number, (language, texts) in enumerate(SPELLINGS) for text in texts]


@pytest.fixture(scope="module")
def archive(blank_database: str) -> Iterator[Connection]:
    """An archive with an article of each text, whose external id begins with its number."""
    with connect(blank_database) as connection, connection.transaction(force_rollback=True):
        outlet(connection, "daily", language="en")
        store(
            connection,
            *(
                record(f"Quay {text} harbour", external_id=f"{number} {text}", language=language)
                for number, language, text in TEXTS
            ),
        )
        yield connection


def found(archive: Connection, q: str) -> set[str]:
    """The external ids of the articles that a search finds."""
    plan = resolve(archive, {"q": parse(q)}, "newest")
    rows = archive.execute(
        "select external_id from articles where search @@ %(q)s::tsquery", {"q": plan.tsquery or "''"}
    ).fetchall()
    return {row["external_id"] for row in rows}


ALIKE = [(number, q) for number, (_, texts) in enumerate(SPELLINGS[:22]) for q in texts]


@pytest.mark.parametrize(("number", "q"), ALIKE, ids=[q for _, q in ALIKE])
def test_each_spelling_finds_all_others(archive: Connection, number: int, q: str) -> None:
    alike = {f"{other} {text}" for other, _, text in TEXTS if other == number}
    assert found(archive, q) == alike
    assert found(archive, f'"{q} harbour"') == alike


LOWER_CASE = [q for _, q in ALIKE if q.lower() not in ("am", "us")]


@pytest.mark.parametrize("q", LOWER_CASE)
def test_an_initialism_is_found_in_lower_case(archive: Connection, q: str) -> None:
    assert found(archive, q.lower()) == found(archive, q)


def test_a_word_in_lower_case_is_a_pronoun_or_an_initialism(archive: Connection) -> None:
    initialism = {f"5 {text}" for text in SPELLINGS[5][1]}
    assert found(archive, "us") == initialism | {"22 us"}
    assert found(archive, "US") == found(archive, "u.s.") == initialism


@pytest.mark.parametrize("q", ["us", "US", "U.S.", "u.s.", "eeuu", "EE.UU.", "USA", "nato", "PhD", "aaaa", "xx"])
def test_an_exclusion_excludes_what_the_word_finds_and_nothing_else(archive: Connection, q: str) -> None:
    everything = {f"{number} {text}" for number, _, text in TEXTS}
    assert found(archive, f"-{q}") == everything - found(archive, q)
    assert found(archive, f"harbour -{q}") == everything - found(archive, q)


def test_roman_numerals_are_words(archive: Connection) -> None:
    assert found(archive, "xx") == {"24 Juan XX"}
    assert found(archive, "XXII") == {"23 Juan XXII"}


def test_an_excluded_stop_word_is_ignored_unless_it_is_in_quotes(archive: Connection) -> None:
    everything = {f"{number} {text}" for number, _, text in TEXTS}
    assert found(archive, "harbour -who") == everything
    assert everything - found(archive, 'harbour -"who"') == {"26 A guide to who is who"}
