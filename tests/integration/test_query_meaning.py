"""Searches that nobody wrote: Postgres takes each of them, and finds what it is by definition."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stories import outlet, record, store

from api.postgres.connection import Connection, connect
from api.retrieval.plan import analyze_query
from api.search.parser import AllOf, AnyOf, Node, Not, Term, parse


@pytest.fixture(scope="module")
def archive(demo_database: str) -> Iterator[Connection]:
    """The demo archive, for many reads."""
    with connect(demo_database) as connection:
        yield connection


SIGNS = ["OR", "AND", "NOT", "-", "(", ")", '"', ":", "*", "headline:", "the", "fe*", "한*", "ünited*", " ", " ", "&"]
typed = st.lists(st.one_of(st.sampled_from(SIGNS), st.characters(exclude_characters="\0", codec="utf-8")), max_size=24)


@given(typed.map("".join))
@settings(max_examples=300, deadline=None)
@example("a " * 256)
@example("ab* " * 10)
@example("-(" * 8 + "a" + ")" * 8)
@example("'a' \\ 12:c'")
@example("աբ* αβ* йц* ßs*")
def test_whatever_is_typed_is_a_search_that_postgres_takes(archive: Connection, q: str) -> None:
    question = analyze_query(archive, parse(q))
    made = [question.tsquery, *question.by_languages.values()]
    archive.execute("select query::tsquery from unnest(%s::text[]) as query", (made,))


# What an archive without a stemmer holds.
TEXTS: list[dict[str, str]] = [
    {"headline": "a b c", "standfirst": "b a", "body": "c c a d"},
    {"headline": "b", "standfirst": "", "body": "ab abc b c"},
    {"headline": "d ab", "standfirst": "a", "body": ""},
    {"headline": "c a", "standfirst": "abd", "body": "a b a c"},
    {"headline": "e", "standfirst": "", "body": ""},
]


@pytest.fixture(scope="module")
def texts(blank_database: str) -> Iterator[Connection]:
    """An archive of TEXTS."""
    with connect(blank_database) as connection, connection.transaction(force_rollback=True):
        outlet(connection, "daily", language="ko")
        store(
            connection,
            *(
                record(text["headline"], standfirst=text["standfirst"], body=text["body"], external_id=str(n))
                for n, text in enumerate(TEXTS)
            ),
        )
        yield connection


def holds(node: Node, text: dict[str, str]) -> bool:
    """Whether a search finds a text, by the definition of its operators."""
    match node:
        case Not(part):
            return not holds(part, text)
        case AllOf(parts):
            return all(holds(part, text) for part in parts)
        case AnyOf(parts):
            return any(holds(part, text) for part in parts)
        case Term(kind, _, found, field):
            return any(stands(found, kind == "prefix", text[name].split()) for name in text if field in (None, name))


def stands(phrase: tuple[str, ...], prefix: bool, words: list[str]) -> bool:
    for at in range(len(words) - len(phrase) + 1):
        *first, last = words[at : at + len(phrase)]
        if first == list(phrase[:-1]) and (last.startswith(phrase[-1]) if prefix else last == phrase[-1]):
            return True
    return False


pieces = ["a", "b", "c", "d", "e", "ab*", "a-b", '"b a"', "c-ab*", "headline:a", 'body:"c a"', "body:ab*"]
searches = st.recursive(
    st.sampled_from(pieces),
    lambda inner: st.one_of(
        inner.map("-({})".format),
        *(st.lists(inner, min_size=2, max_size=3).map(sign.join).map("({})".format) for sign in (" ", " OR ")),
    ),
    max_leaves=6,
)


@given(searches)
@settings(max_examples=200, deadline=None)
def test_a_search_finds_what_it_is_by_definition(texts: Connection, q: str) -> None:
    node = parse(q)
    statement = "select external_id from articles where search @@ %s::tsquery order by external_id"
    found = [row["external_id"] for row in texts.execute(statement, (analyze_query(texts, node).tsquery,)).fetchall()]
    assert found == [str(n) for n, text in enumerate(TEXTS) if holds(node, text)]
