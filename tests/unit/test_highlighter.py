"""What a search found, marked: whole finds, escaped text, the best fragments."""

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.queries.highlights import highlighted
from api.search.highlighter import (
    FRAGMENT_LENGTH,
    FRAGMENTS,
    SEARCHED_CHARACTERS,
    SEARCHED_ON_PAGE,
    HighlightedText,
    WordPattern,
)
from api.text.tokenizer import tokens

LONG = "Nothing of note happened here, day after day. " * 12


def text(content: str, *phrases: str, stop: tuple[str, ...] = (), searched: int = 20_000) -> HighlightedText:
    """A text in a language whose words are their own stems, but for stop words."""
    known = {token: frozenset({token} - set(stop)) for token in tokens(content)}
    known |= {token: frozenset({token} - set(stop)) for phrase in phrases for token in tokens(phrase)}
    return HighlightedText(
        content, [[WordPattern(known[token]) for token in tokens(phrase)] for phrase in phrases], known, searched
    )


@pytest.mark.parametrize(
    ("content", "phrases", "marked"),
    [
        ("Trade talks", ["trade"], "<mark>Trade</mark> talks"),
        ("Trade talks", ["trade", "talks"], "<mark>Trade</mark> <mark>talks</mark>"),
        ("Trade talks", ["trade talks"], "<mark>Trade talks</mark>"),
        ("talks, trade", ["trade talks"], None),
        ("Trade", ["trades"], None),
        ("a trade-talks plan", ["trade talks"], "a <mark>trade-talks</mark> plan"),
        ("<b>Élysée</b> & co", ["elysee"], "&lt;b&gt;<mark>Élysée</mark>&lt;/b&gt; &amp; co"),
        ("ＳＥＯＵＬ news", ["seoul"], "<mark>ＳＥＯＵＬ</mark> news"),
        ("굳건한 한미동맹의 미래", ["한미동맹"], "굳건한 <mark>한미동맹</mark>의 미래"),
        ("東京都知事", ["京都"], "東<mark>京都</mark>知事"),
        ("a b c", ["a b", "b c"], "<mark>a b c</mark>"),
        ("Bank of Korea", ["bank of korea"], "<mark>Bank of Korea</mark>"),
        ("Bank in Korea", ["bank of korea"], "<mark>Bank in Korea</mark>"),
        ("of Korea of", ["of korea of"], "of <mark>Korea</mark> of"),
        ("the the", ["the"], None),
        ("", ["x"], None),
    ],
)
def test_what_was_found_is_marked_and_everything_escaped(content: str, phrases: list[str], marked: str | None) -> None:
    assert text(content, *phrases, stop=("of", "in", "the")).marked() == marked


@pytest.mark.parametrize(
    ("content", "before", "stems", "beginning", "marked"),
    [
        ("governments of the governed", "", set(), "governm", "<mark>governments</mark> of the governed"),
        ("a nation, national", "", {"nation"}, "nationa", "a <mark>nation</mark>, <mark>national</mark>"),
        ("north gov, north quay", "north", set(), "q", "north gov, <mark>north quay</mark>"),
        ("misgovern", "", set(), "gov", None),
        ("Élysée", "", set(), "ely", "<mark>Élysée</mark>"),
    ],
)
def test_a_prefix_marks_whole_words_that_begin_so_or_have_its_stem(
    content: str, before: str, stems: set[str], beginning: str, marked: str | None
) -> None:
    english = {"governments": "govern", "governed": "govern", "national": "nation"}
    lexemes = {token: frozenset({english.get(token, token)}) for token in tokens(content)}
    phrase = [*(WordPattern(frozenset({token})) for token in tokens(before)), WordPattern(frozenset(stems), beginning)]
    assert HighlightedText(content, [phrase], lexemes).marked() == marked


def test_a_short_text_is_one_fragment_as_it_is() -> None:
    assert text("The port reopens.", "port").fragments() == ["The <mark>port</mark> reopens."]


def test_a_text_without_a_find_has_no_fragment() -> None:
    assert text(LONG, "port").fragments() == []


def test_fragments_are_those_with_most_different_words_in_the_order_of_the_text() -> None:
    content = f"port. {LONG} storm. {LONG} port and storm. {LONG} port, port. {LONG}"
    found = text(content, "port", "storm").fragments()
    assert len(found) == FRAGMENTS
    assert [re.findall("<mark>(.*?)</mark>", fragment) for fragment in found] == [
        ["port"],
        ["port", "storm"],
        ["port", "port"],
    ]
    assert found[0].startswith("<mark>port")
    assert all(fragment.startswith("…") for fragment in found[1:])
    assert all(fragment.endswith("…") for fragment in found)


words = st.lists(st.sampled_from(["port", "storm", "<", "&", "한미동맹의", "é", "x" * 60, ".", "\n"]), max_size=200)


@given(words.map(" ".join))
def test_a_fragment_is_a_part_of_the_text_cut_at_words(content: str) -> None:
    for fragment in text(content, "port", "storm", "동맹").fragments():
        plain = unescape(re.sub("</?mark>", "", fragment))
        part = plain.removeprefix("…").removesuffix("…")
        assert part in content
        assert "<mark>" in fragment
        assert len(part) <= FRAGMENT_LENGTH + 62
        assert set(re.findall("[a-zé]+", part)) <= {"port", "storm", "é", "x" * 60}, "no word is cut"


@pytest.mark.parametrize(
    ("content", "searched", "fragments"),
    [
        ("the port storms", 15, ["the <mark>port</mark> storms"]),
        ("the port storms", 14, ["the <mark>port</mark>…"]),
        ("the port storms", 9, ["the <mark>port</mark>…"]),
        ("the port storms", 8, ["the <mark>port</mark>…"]),
        ("the ports", 8, []),
        ("the port…", 8, ["the <mark>port</mark>…"]),
        ("port é\u0301", 6, ["<mark>port</mark>…"]),
        (f"port {'x' * 300}", 20, ["<mark>port</mark>…"]),
        ("port 한미동맹", 7, ["<mark>port</mark> 한미…"]),
    ],
)
def test_a_word_that_is_not_searched_to_its_end_is_left_out(content: str, searched: int, fragments: list[str]) -> None:
    assert text(content, "port", searched=searched).fragments() == fragments
    # The same where no more was read than shows whether the last word is whole.
    assert text(content[: searched + 1], "port", searched=searched).fragments() == fragments


@pytest.mark.parametrize(
    "content", ["port " * SEARCHED_CHARACTERS, "a " * SEARCHED_CHARACTERS + "port", "동맹" * 9_000]
)
def test_highlighting_takes_less_than_half_a_second(content: str) -> None:
    began = time.thread_time()
    assert len(text(content, "port", "storm", "동맹").fragments()) <= FRAGMENTS
    assert time.thread_time() - began < 0.5


@pytest.mark.parametrize(("limit", "searched"), [(1, SEARCHED_CHARACTERS), (100, SEARCHED_ON_PAGE // 100)])
def test_the_bodies_of_a_page_share_the_characters_that_are_searched(limit: int, searched: int) -> None:
    assert highlighted(limit) == searched


@given(words.map(" ".join), st.integers(0, 300))
def test_what_is_not_searched_is_in_no_fragment(content: str, searched: int) -> None:
    for fragment in text(content, "port", "storm", "동맹", searched=searched).fragments():
        plain = unescape(re.sub("</?mark>", "", fragment))
        part = plain.removeprefix("…").removesuffix("…")
        assert part in content[:searched]
        assert plain.endswith("…") or len(content) <= searched
        assert set(re.findall("[a-zé]+", part)) <= {"port", "storm", "é", "x" * 60}, "no word is cut"
