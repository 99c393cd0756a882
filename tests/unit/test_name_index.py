"""Names are found by how they begin, by a word inside them, and with typos; what fits better comes first."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text.folding import words
from api.text.name_index import Match, Name, NameIndex

TYPES = ("tag", "person", "outlet")

KNOWN = NameIndex([
    Name("tag", 1, "#Seoul-Washington", False, 50),
    Name("tag", 1, "한미동맹", True, 50),
    Name("tag", 2, "#Seoul", False, 20),
    Name("tag", 3, "#KoreaPassing", False, 5),
    Name("person", 1, "Lee Jae-myung", False, 90),
    Name("person", 1, "이재명", True, 90),
    Name("person", 2, "Lee Chang-yong", False, 30),
    Name("person", 3, "Ana Pérez", False, 10),
    Name("person", 4, "Volodymyr Zelenskyy", False, 40),
    Name("person", 5, "Dan O'Brien", False, 3),
    Name("outlet", 1, "The Seoul Times", False, 200),
    Name("outlet", 2, "東京新聞", False, 7),
])  # fmt: skip


def found(text: str, types: Sequence[str] = TYPES) -> list[Match]:
    return list(KNOWN.find(text, types, 10))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seoul", "#Seoul #Seoul-Washington The Seoul Times"),
        ("SEOUL w", "#Seoul-Washington"),
        ("#seoul-w", "#Seoul-Washington"),
        ("seoulwash", "#Seoul-Washington"),
        ("ｓｅｏｕｌ　ｗ", "#Seoul-Washington"),
        ("wash", "#Seoul-Washington"),
        ("korea passing", "#KoreaPassing"),
        ("lee", "Lee Jae-myung Lee Chang-yong"),
        ("jae-m", "Lee Jae-myung"),
        ("jaemyung", "Lee Jae-myung"),
        ("myung lee", "Lee Jae-myung"),
        ("perez", "Ana Pérez"),
        ("PÉREZ", "Ana Pérez"),
        ("이재", "이재명"),
        ("동맹", "한미동맹"),
        ("新聞", "東京新聞"),
        ("obrien", "Dan O'Brien"),
        ("zelenks", "Volodymyr Zelenskyy"),
        ("zelinsky", "Volodymyr Zelenskyy"),
        ("volodimir zelensky", "Volodymyr Zelenskyy"),
        ("lee jae-mjung", "Lee Jae-myung"),
        ("seuol", "The Seoul Times #Seoul-Washington #Seoul"),
        ("washingtom", "#Seoul-Washington"),
        ("vashington", "#Seoul-Washington"),
        ("이제명", "이재명"),
        ("xyz", ""),
        ("lex", ""),
    ],
)
def test_a_name_is_found_by_what_readers_type(text: str, expected: str) -> None:
    texts = {match.name.text for match in found(text)}
    assert " ".join(match.name.text for match in found(text)) == expected, texts


@pytest.mark.parametrize(
    ("text", "by"),
    [("lee jae", "name"), ("jae", "name"), ("이재명", "alias"), ("재명", "alias"), ("zelenksy", "typo")],
)
def test_a_match_says_what_was_matched(text: str, by: str) -> None:
    assert found(text)[0].by == by


def test_only_the_types_asked_for_are_found() -> None:
    assert [match.name.type for match in found("seoul", ["outlet"])] == ["outlet"]
    assert [match.name.type for match in found("seuol", ["tag"])] == ["tag", "tag"]


def test_misspellings_are_looked_for_only_where_nothing_fits() -> None:
    names = NameIndex([Name("tag", 1, "Harbour", False, 1), Name("tag", 2, "Harbor", False, 9)])
    assert [match.name.text for match in names.find("harbour", TYPES, 10)] == ["Harbour"]
    assert [match.name.text for match in names.find("hrabour", TYPES, 10)] == ["Harbour"]
    assert [match.name.text for match in names.find("harborr", TYPES, 10)] == ["Harbor", "Harbour"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("washingtn", [(1, "Washington")]),
        ("seuol", [(1, "Seoul")]),
        ("leejaemjung", [(1, "Lee Jae-myung")]),
        ("leejaemyung", [(0, "Lee Jae-myung")]),
        ("Washington", []),
        ("xyz", []),
        ("", []),
    ],
)
def test_words_near_another_are_those_of_names(word: str, expected: list[tuple[int, str]]) -> None:
    assert KNOWN.near(word) == expected


@given(st.text(max_size=30).filter(words), st.lists(st.text(max_size=30), max_size=5))
def test_every_name_is_found_by_itself_and_by_its_beginnings(text: str, others: list[str]) -> None:
    names = NameIndex(Name("tag", number, name, False, 0) for number, name in enumerate([text, *others]))
    assert 0 in {match.name.id for match in names.find(text, TYPES, 1)}
    first = words(text)[0]
    assert 0 in {match.name.id for match in names.find(first[:1], TYPES, 1)} or not words(first[:1])
    names.near(text)
