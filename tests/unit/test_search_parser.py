"""The language of q: what is typed becomes a tree, or a refusal that says where and why."""

import time
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.search.lexer import NESTED_AT_MOST
from api.search.parser import (
    PREFIXES_AT_MOST,
    TOKENS_AT_MOST,
    AllOf,
    AnyOf,
    Node,
    Not,
    QuerySyntaxError,
    Term,
    parse,
    read,
    terms,
)
from api.search.tsquery import texts_to_analyze
from api.text.tokenizer import tokens

# Text in which the signs of the language meet often enough to matter.
SIGNS = ["OR", "AND", "NOT", "-", "(", ")", '"', ":", "*", "headline:", "fe*", "ferry", "x", "한미동맹", "é", " ", "&"]
typed = st.lists(st.one_of(st.sampled_from(SIGNS), st.characters()), max_size=30).map("".join)


def shown(node: Node) -> Any:
    """A tree in the few signs that a table of cases has room for."""
    match node:
        case Term(kind, _, found, field):
            text = " ".join(found) + ("*" if kind == "prefix" else "")
            return f"{field}:{text}" if field else text
        case Not(part):
            return {"not": shown(part)}
        case AllOf(parts):
            return {"all": [shown(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [shown(part) for part in parts]}


def both(*parts: Any) -> dict[str, Any]:
    return {"all": list(parts)}


def either(*parts: Any) -> dict[str, Any]:
    return {"any": list(parts)}


def no(part: Any) -> dict[str, Any]:
    return {"not": part}


@pytest.mark.parametrize(
    ("q", "tree"),
    [
        ("ferry", "ferry"),
        ("Ferry QUAY", both("ferry", "quay")),
        ("  ferry\tquay\u3000lock\n", both("ferry", "quay", "lock")),
        ("Élysée Ｆｅｒｒｙ", both("elysee", "ferry")),
        ('"north   Quay!" lock', both("north quay", "lock")),
        ('"a""b"', both("a", "b")),
        ('a"b c"d', both("a", "b c", "d")),
        ('צה"ל "רמת "הגולן', both("צהל", "רמת", "הגולן")),
        ('"צה"ל תוקף" 12" vinyl "north quay"', both("צהל תוקף", "12", "vinyl", "north quay")),
        ("re-public and/or Seoul/Washington", both("re public", "and or", "seoul washington")),
        ("“north quay” „lock“ ＂ferry＂", both("north quay", "lock", "ferry")),
        ('"ferry OR (quay -x* a:b"', "ferry or quay x a b"),
        ("Jae-myung", "jae myung"),
        ("O'Hara U.S. #Seoul-Washington", both("o hara", "usǃ", "seoul washington")),
        ("한미동맹 東京都 KBS뉴스", both("한미 미동 동맹", "东京 京都", "kbsǃ 뉴스")),
    ],
)
def test_all_words_and_phrases_are_meant(q: str, tree: Any) -> None:
    assert shown(parse(q)) == tree


@pytest.mark.parametrize(
    ("q", "tree"),
    [
        ("ferry OR quay", either("ferry", "quay")),
        ("a OR b c OR d", either("a", both("b", "c"), "d")),
        ("a (b OR c)", both("a", either("b", "c"))),
        ("(a OR b)(c OR d)", both(either("a", "b"), either("c", "d"))),
        ("(a)OR(b)", either("a", "b")),
        ("（a OR b） c", both(either("a", "b"), "c")),
        ("((a))", "a"),
        ("a AND b", both("a", "b")),
        ("a AND b OR c", either(both("a", "b"), "c")),
        ("ferry or quay and lock not", both("ferry", "or", "quay", "and", "lock", "not")),
        ('ferry "OR" quay', both("ferry", "or", "quay")),
        ("ORE FLOOR", both("ore", "floor")),
        ("a OR & b", either("a", "b")),
    ],
)
def test_or_binds_looser_than_and_and_parentheses_tighter_than_both(q: str, tree: Any) -> None:
    assert shown(parse(q)) == tree


@pytest.mark.parametrize(
    ("q", "tree"),
    [
        ("-ferry", no("ferry")),
        ("quay -ferry", both("quay", no("ferry"))),
        ('quay -"north lock"', both("quay", no("north lock"))),
        ("quay -(a OR b)", both("quay", no(either("a", "b")))),
        ("-(-a)", no(no("a"))),
        ("(-a OR b)", either(no("a"), "b")),
        ("a OR -b", either("a", no("b"))),
        ("a NOT b", both("a", no("b"))),
        ("a AND NOT (b c)", both("a", no(both("b", "c")))),
        ("−ferry －quay", both(no("ferry"), no("quay"))),
        ("-Jae-myung", no("jae myung")),
        ("Seoul - Washington -- quay-", both("seoul", "washington", "quay")),
        ("(2024)-2025 (a -)", both("2024", "2025", "a")),
    ],
)
def test_a_minus_before_a_term_excludes_it_and_other_hyphens_do_nothing(q: str, tree: Any) -> None:
    assert shown(parse(q)) == tree


@pytest.mark.parametrize(
    ("q", "tree"),
    [
        ("harb*", "harb*"),
        ("-harb* quay", both(no("harb*"), "quay")),
        ("ÉLY* e\u0301ly* ély＊", both("ely*", "ely*", "ely*")),
        ("Jae-my*", "jae my*"),
        ("한*", "한*"),
        ("한미*", "한미*"),
        ("한미동*", "한미 미동*"),
        ("東* ひ* KBS뉴*", both("东*", "ひ*", "kbs 뉴*")),
        ("headline:harb*", "headline:harb*"),
    ],
)
def test_an_asterisk_behind_the_beginning_of_a_word_is_a_prefix(q: str, tree: Any) -> None:
    assert shown(parse(q)) == tree


@pytest.mark.parametrize(
    ("q", "tree"),
    [
        ("headline:port", "headline:port"),
        ('standfirst:"north quay" body:x', both("standfirst:north quay", "body:x")),
        ("Headline：Port", "headline:port"),
        ("-headline:port", no("headline:port")),
        ("headline:(a OR -b) c", both(either("headline:a", no("headline:b")), "c")),
        ("headline:12:30", "headline:12 30"),
        ("12:30", "12 30"),
        ("https://example.org/headline:x", "https example org headline x"),
        ("Update: port", both("update", "port")),
        ("속보:항만", "속보 항만"),
        ("10:a", "10 a"),
        ("half-headline:x", "half headline x"),
    ],
)
def test_a_field_is_named_before_a_colon_and_other_colons_do_nothing(q: str, tree: Any) -> None:
    assert shown(parse(q)) == tree


@pytest.mark.parametrize(
    ("q", "position", "hint"),
    [
        ("", 1, "empty search"),
        (" & -", 1, "empty search"),
        ('ferry "north quay', 7, "unclosed"),
        ('a ""', 3, "at least one letter"),
        ('-"!?"', 2, "at least one letter"),
        ("(a OR b", 1, "unclosed"),
        ("a ((b)", 3, "unclosed"),
        ("a)", 2, "unmatched )"),
        ("a ) b", 3, "unmatched )"),
        ("a ()", 3, "empty parentheses"),
        ("a (", 3, "unclosed parenthesis"),
        ("a OR", 3, "expected a term after OR"),
        ("a OR OR b", 3, "expected a term after OR"),
        ("(a OR ) b", 4, "expected a term after OR"),
        ("OR a", 1, "expected a term before OR"),
        ("a (OR b)", 4, "expected a term before OR"),
        ("AND a", 1, "expected a term before AND"),
        ("a AND", 3, "expected a term after AND"),
        ("a NOT", 3, "expected a term after NOT"),
        ("NOT NOT a", 1, "expected a term after NOT"),
        ("quay -&", 6, "expected a word right after -"),
        ("quay -OR", 6, "expected a term after -"),
        ("a --b", 3, "expected one -"),
        ("harb* x*", 8, "at least 2 letters"),
        ("Kim-x*", 6, "at least 2 letters"),
        ("f*rry", 2, "at the end of a prefix"),
        ("fe**", 3, "at the end of a prefix"),
        ("fe.*", 4, "at the end of a prefix"),
        ("* a", 1, "at the end of a prefix"),
        ('"north quay"*', 13, "at the end of a prefix"),
        ("(a OR b)*", 9, "at the end of a prefix"),
        ("a headlin:port", 3, "did you mean headline:?"),
        ("byline:kim", 1, "known fields: headline:, standfirst:, body:"),
        ("a headline: port", 3, "headline:word"),
        ("headline:", 1, "headline:word"),
        ("headline:-port", 1, "-headline:word"),
        ("headline:&", 1, "expected a term right after headline:"),
        ("headline:OR b", 1, "expected a term right after headline:"),
        ('headline:"" b', 10, "at least one letter"),
        ("-(a", 2, "unclosed"),
        ("headline:(a body:b)", 13, "inside headline:"),
        ("a " + "x" * 256, 3, "255 letters"),
        ("(" * (NESTED_AT_MOST + 1) + "a" + ")" * (NESTED_AT_MOST + 1), NESTED_AT_MOST + 1, "the limit is 8 levels"),
        ("ab* " * (PREFIXES_AT_MOST + 1), 4 * PREFIXES_AT_MOST + 1, "may have 10"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place_and_what_would_be_right(
    q: str, position: int, hint: str
) -> None:
    with pytest.raises(QuerySyntaxError) as refused:
        read(q, strict=True)
    assert (refused.value.position, hint in refused.value.detail) == (position, True), refused.value


@pytest.mark.parametrize(
    ("q", "tree", "noted"),
    [
        ('"Seoul', "seoul", ['"']),
        ('Seoul "Washington Post', both("seoul", "washington", "post"), ['"']),
        ("Seoul:Washington", "seoul washington", ["Seoul:Washington"]),
        ("re:publica", "re publica", ["re:publica"]),
        ("headlin:tariffs", "headlin tariffs", ["headlin:tariffs"]),
        ('byline:"kim" x', both("byline", "kim", "x"), ["byline:"]),
        ("Korea (north", both("korea", "north"), ["("]),
        ("Korea) north", both("korea", "north"), [")"]),
        ("1) bile", both("1", "bile"), [")"]),
        (":) OR a", both("or", "a"), [":", ")", "OR"]),
        ("oil OR", both("oil", "or"), ["OR"]),
        ("OR oil", both("or", "oil"), ["OR"]),
        ("oil AND", both("oil", "and"), ["AND"]),
        ("oil NOT", both("oil", "not"), ["NOT"]),
        ("oil OR OR gas", either(both("oil", "or"), "gas"), ["OR"]),
        ("NOT NOT oil", both("not", no("oil")), ["NOT"]),
        ("(OR)", "or", ["OR"]),
        ("a*", "a", ["a*"]),
        ("f*rry fe**", both("f rry", "fe"), ["f*rry", "fe**"]),
        ('"north quay"*', "north quay", ["*"]),
        ("Seoul - Washington", both("seoul", "washington"), ["-"]),
        ("--Seoul " + "-" * 33, "seoul", ["--", "-" * 33]),
        ("quay -&", "quay", ["-&"]),
        ("quay -OR", both("quay", no("or")), ["-OR"]),
        ("headline:", "headline", ["headline:"]),
        ("headline: port", both("headline", "port"), ["headline:"]),
        ("headline:(a body:b)", both("headline:a", "headline:body", "headline:b"), ["body:"]),
        ("ferry 🙂!", "ferry", ["🙂!"]),
        # What an operator would apply to is not there: it does not apply to what follows.
        ('-"" quay', "quay", ['""']),
        ('headline:"" quay', both("headline", "quay"), ["headline:", '""']),
        ("-(north OR quay", either("north", "quay"), ["("]),
        ('-"north quay', both("north", "quay"), ['"']),
        ("a () (b)", both("a", "b"), ["()"]),
        ("((((((((((a))))))))))", "a", ["("]),
        # Among capitals, OR is a word; AND and NOT are operators.
        ("IRAN OR IRAQ", both("iran", "or", "iraq"), ["OR"]),
        ("IRAN OR Iraq", either("iran", "iraq"), []),
        ("headline:IRAN OR IRAQ", either("headline:iran", "iraq"), []),
        ("2024 OR 2025", either("2024", "2025"), []),
        ("한국 OR 미국", either("한국", "미국"), []),
        ("ROMEO AND JULIET NOT MACBETH", both("romeo", "juliet", no("macbeth")), []),
    ],
)
def test_what_is_no_operator_is_text_and_noted(q: str, tree: Any, noted: list[str]) -> None:
    reading = read(q)
    assert shown(reading.tree) == tree
    assert [note.text for note in sorted(reading.notes, key=lambda note: note.position)] == noted
    assert all(note.reason for note in reading.notes)


@pytest.mark.parametrize("q", ["🙂", "!?", "-", '""', "()", "( -)", "x" * 256, "*", '-""', "# @"])
def test_without_a_letter_or_digit_nothing_is_searched_for(q: str) -> None:
    reading = read(q)
    assert (reading.tree, reading.written) == (AnyOf(()), "")
    assert any("at least one letter" in note.reason or note.invalid for note in reading.notes)


def test_a_search_of_capitals_keeps_its_or_if_its_syntax_is_strict() -> None:
    assert shown(read("IRAN OR IRAQ", strict=True).tree) == either("iran", "iraq")


@pytest.mark.parametrize(
    "q", ["ab " * TOKENS_AT_MOST * 2, "한미" * TOKENS_AT_MOST, f'"{"ab " * TOKENS_AT_MOST * 2}"', "-(ab OR ac) " * 200]
)
def test_a_long_search_is_cut_and_says_so(q: str) -> None:
    reading = read(q, strict=True)
    assert sum(len(term.tokens) for term in terms(reading.tree)) == TOKENS_AT_MOST
    assert [(note.ignored, note.invalid) for note in reading.notes] == [(True, False)]


@pytest.mark.parametrize("character", ["㌀", "ﷺ"])
def test_a_character_that_stands_for_more_words_than_are_left_is_left_out(character: str) -> None:
    q = f"{'ab ' * (TOKENS_AT_MOST - 1)}{character} cd*"
    reading = read(q, strict=True)
    assert {term.tokens for term in terms(reading.tree)} == {("ab",)}
    assert len(reading.notes) == 1
    texts_to_analyze(reading.tree)


@pytest.mark.parametrize(
    "piece",
    ["(", ")", '"', '"a', 'א"', "-", "--a ", "a*", "headline:", "x:y ", "OR ", "NOT ", "()", "(a ", "가", "#a "],
)
def test_the_time_to_read_a_search_grows_with_its_length_alone(piece: str) -> None:
    def seconds(length: int) -> float:
        began = time.thread_time()
        read((piece * length)[:length])
        return time.thread_time() - began

    # In quadratic time, it would take 400 times as long.
    assert seconds(20_000) < 100 * max(seconds(1_000), 0.005)


def test_too_many_prefixes_are_words() -> None:
    reading = read("ab* " * (PREFIXES_AT_MOST + 2))
    assert [term.kind for term in terms(reading.tree)] == ["prefix"] * PREFIXES_AT_MOST + ["word"] * 2


@given(typed)
@example('"' * 33)
@example("-" * 512)
@example("(" * 512)
@example('-"-"-"')
@example("ᾳ̈\u0301" * 20)
@example("\ud800")
@example("\0")
def test_whatever_is_typed_is_a_search_and_refused_if_strict_where_it_is_noted(q: str) -> None:
    reading = read(q)
    for term in terms(reading.tree):
        assert term.tokens in (tuple(tokens(term.text)), tuple(tokens(term.text.lower())))
    assert all(1 <= note.position <= max(1, len(q)) for note in reading.notes)
    if any("capitals" in note.reason for note in reading.notes):
        return
    if any(note.invalid for note in reading.notes):
        with pytest.raises(QuerySyntaxError) as refused:
            read(q, strict=True)
        assert (refused.value.position, refused.value.detail) in [
            (note.position, note.reason) for note in reading.notes
        ]
    else:
        assert list(terms(read(q, strict=True).tree))


@given(typed)
@example('"a"-fe*')
@example("ក-")
@example("國")
@example("ab:cd*")
@example("a*b")
@example('0"*')
@example('headline:"a')
def test_how_a_search_is_understood_is_valid_and_means_the_same(q: str) -> None:
    reading = read(q)
    if reading.written:
        written = read(reading.written, strict=True)
        assert not any(note.invalid for note in written.notes)
        assert [term.tokens for term in terms(written.tree)] == [term.tokens for term in terms(reading.tree)]
        assert written.written == reading.written


def term(kind: Literal["word", "phrase", "prefix"], text: str, field: str | None) -> Term:
    return Term(kind, text, tuple(tokens(text)), field)


def written(node: Node) -> str:
    """A search as one may type it."""
    match node:
        case Term(kind, text, _, field):
            return (f"{field}:" if field else "") + {"word": text, "phrase": f'"{text}"', "prefix": f"{text}*"}[kind]
        case Not(part):
            return f"-{written(part)}" if not isinstance(part, Not) else f"-({written(part)})"
        case AllOf(parts):
            return f"({' '.join(written(part) for part in parts)})"
        case AnyOf(parts):
            return f"({' OR '.join(written(part) for part in parts)})"


leaves = st.builds(
    term,
    st.sampled_from(["word", "phrase", "prefix"]),
    st.sampled_from(["ferry", "Jae-myung", "한미동맹", "12:30"]),
    st.sampled_from([None, "headline", "body"]),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Not), *(st.lists(inner, min_size=2, max_size=3).map(tuple).map(kind) for kind in (AllOf, AnyOf))
    ),
    max_leaves=8,
)


@given(trees)
def test_what_a_search_says_is_read_as_it_was_meant(node: Node) -> None:
    reading = read(written(node))
    limits = ("deep", "prefixes", "words")
    assert reading.tree == node or any(limit in note.reason for note in reading.notes for limit in limits)


def test_what_is_excluded_is_not_looked_for() -> None:
    node = parse("a -(b -c) -d OR headline:e")
    assert [term.text for term in terms(node, positive=True)] == ["a", "c", "e"]
    assert [term.text for term in terms(node, positive=False)] == ["b", "d"]
