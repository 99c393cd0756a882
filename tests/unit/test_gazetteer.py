"""People and tags found in articles by name."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text.folding import words
from api.text.gazetteer import Gazetteer, Person, Tag

ADA, BEN, HAN, MINSEO, CHOE = 1, 2, 3, 4, 5
HARBOUR, TRADE, BRIDGE = 1, 2, 3


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    people = [
        Person(ADA, "Ada Marlowe", ("A. Marlowe", "Мария Орлова", "Marlowe Foundation Award")),
        Person(BEN, "Ben O'Hara-Quinn Jr.", ("Ben O'Hara-Quinn", "  ", "!?")),
        Person(HAN, "Han Do-yun", ("한도윤", "韓道潤", "아델 한")),
        Person(MINSEO, "Min Seo-a", ("민서아", "ミンソア", "Quay Bridge Minister")),
        Person(CHOE, "최은", ()),
    ]
    tags = [
        Tag(HARBOUR, ("harbour-master", "항만", "港湾", "")),
        Tag(TRADE, ("trade deal", "Quay")),
        Tag(BRIDGE, ("Quay Bridge", "quay")),
    ]
    return Gazetteer(people, tags)


def found(gazetteer: Gazetteer, *fields: str | None, **outlet: Any) -> tuple[dict[int, int], set[int]]:
    """The number of mentions of each person, and the tags."""
    matches = gazetteer.find(*fields, **outlet)
    return {person: len(mentions) for person, mentions in matches.people.items()}, set(matches.tags)


@pytest.mark.parametrize(
    "text",
    [
        "Ada Marlowe",
        "ADA MARLOWE",
        "Ada   Marlowe.",
        "“Ada—Marlowe”",
        "Ada\nMarlowe’s",
        "Ａｄａ Ｍａｒｌｏｗｅ",
        "Áda Märlowe",
        "A Marlowe",
        "МАРИЯ ОРЛОВА",
        "Ada Marlowe는",
    ],
)
def test_case_accents_and_punctuation_do_not_hide_a_name(gazetteer: Gazetteer, text: str) -> None:
    assert found(gazetteer, text) == ({ADA: 1}, set())


@pytest.mark.parametrize(
    "text", ["Adama Marlowe", "Ada Marlowes", "Ada", "Ada and Marlowe", "Ada Marlowe2", "ada marlowe"]
)
def test_a_name_is_found_in_whole_words_only(gazetteer: Gazetteer, text: str) -> None:
    assert found(gazetteer, text)[0] == {}


@pytest.mark.parametrize("text", ["Han Do-yun", "Han Do Yun", "HAN DO–YUN", "Han Do-yun's"])
def test_a_hyphen_in_a_name_is_a_space(gazetteer: Gazetteer, text: str) -> None:
    assert found(gazetteer, text)[0] == {HAN: 1}


@pytest.mark.parametrize(
    "text",
    [
        "한도윤은",
        "한도윤이 말했다",
        "한도윤에게는",
        "한도윤께서는",
        "한도윤으로부터도",
        "한도윤 의원",
        "한도윤의원은",
        "한도윤대통령후보께서",
        "한도윤씨",
        "한도윤(韩)",
        "신임한 '한도윤'",
        "美한도윤",
        "前 아델 한이",
    ],
)
def test_a_person_is_found_before_a_korean_particle_or_title(gazetteer: Gazetteer, text: str) -> None:
    assert found(gazetteer, text)[0] == {HAN: 1}


@pytest.mark.parametrize("text", ["한도윤희", "김한도윤", "한도윤정부", "최은희가", "아델한", "한도 윤은"])
def test_a_name_in_hangul_is_not_found_within_another_word(gazetteer: Gazetteer, text: str) -> None:
    assert found(gazetteer, text)[0] == {}


@pytest.mark.parametrize(
    ("text", "person"),
    [("前首相韓道潤氏", HAN), ("韓道潤は", HAN), ("新ミンソア氏", MINSEO), ("ﾐﾝｿｱ", MINSEO)],
)
def test_a_name_in_han_or_kana_is_found_anywhere(gazetteer: Gazetteer, text: str, person: int) -> None:
    assert found(gazetteer, text)[0] == {person: 1}


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("The Ada Marlowe Foundation Award", {2: 1}),
        ("The Ada Marlowe Foundation", {}),
        ("Marlowe Foundation Award", {3: 1}),
        ("石田茂雄", {5: 1}),
        ("石田茂と石田茂雄", {4: 1, 5: 1}),
    ],
)
def test_the_leftmost_and_longest_name_wins(text: str, people: dict[int, int]) -> None:
    gazetteer = Gazetteer(
        [
            Person(1, "Ada Marlowe", ()),
            Person(2, "Ada Marlowe Foundation Award", ()),
            Person(3, "Foundation Award", ("Marlowe Foundation Award",)),
            Person(4, "石田茂", ()),
            Person(5, "石田茂雄", ()),
        ],
        [],
    )
    assert found(gazetteer, text)[0] == people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Cleo Vance", {}),
        ("CLEO VANCE spoke", {}),
        ("Cleo Vance, then Cleo", {1: 1}),
        ("Cleo Vance, then Vance", {}),
        ("Cleo Marie Vance", {1: 1}),
    ],
)
def test_a_name_two_people_share_links_neither_and_hides_the_names_in_it(text: str, people: dict[int, int]) -> None:
    gazetteer = Gazetteer([Person(1, "Cleo Marie Vance", ("Cleo", "Cléo Vance")), Person(2, "Cleo-Vance", ())], [])
    assert found(gazetteer, text)[0] == people


def test_a_name_a_person_has_twice_is_still_theirs() -> None:
    assert Gazetteer([Person(1, "Cleo Vance", ("CLEO VANCE", "Cleo-Vance"))], []).find("Cleo Vance").people.keys() == {
        1
    }


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Ada Marlowe spoke. Marlowe left. MARLOWE'S car; Marlowe–Smith talks.", {ADA: 4}),
        ("Marlowe arrived before Ada Marlowe", {ADA: 1}),
        ("Ada Marlowe drank marlowe wine", {ADA: 1}),
        ("Marlowe, Marlowe", {}),
        ("Ada Marlowe at the Marlowe Foundation Award", {ADA: 2}),
        ("Han Do-yun. Han said Do-yun; Yun", {HAN: 2}),
        ("한도윤 met them. Han smiled, 한 too.", {HAN: 2}),
        ("Ben O'Hara-Quinn Jr. came; O'Hara-Quinn, Quinn and Ben Jr. left", {BEN: 2}),
        ("최은 met 최", {CHOE: 1}),
        ("Straße ΐ İ ŉ Ada Marlowe ŉ İ ΐ ß Marlowe", {ADA: 2}),
    ],
)
def test_a_bare_surname_counts_after_the_full_name(gazetteer: Gazetteer, text: str, people: dict[int, int]) -> None:
    assert found(gazetteer, text)[0] == people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Han Do-yun and Han Ji-woo: Han said", {1: 1, 2: 1}),
        ("Han Do-yun: Han said, Quinn agreed", {1: 2}),
        ("Eve Quinn-Han: Quinn-Han said, Han agreed", {3: 2}),
        ("Eve Quinn-Han, Han Do-yun: Quinn-Han said, Han agreed", {3: 2, 1: 2}),
        ("Pell: Pell said", {4: 2}),
    ],
)
def test_a_surname_means_the_only_one_who_bears_it(text: str, people: dict[int, int]) -> None:
    gazetteer = Gazetteer(
        [
            Person(1, "Han Do-yun", ()),
            Person(2, "Han Ji Woo", ("Han Ji-woo",)),
            Person(3, "Eve Quinn-Han", ()),
            Person(4, "Pell", ()),
        ],
        [],
    )
    assert found(gazetteer, text)[0] == people


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("The harbour master", {HARBOUR}),
        ("HARBOUR-MASTERS", set()),
        ("항만의 미래", {HARBOUR}),
        ("항만청", set()),
        ("東京港湾局", {HARBOUR}),
        ("A trade deal", {TRADE}),
        ("the quay", {BRIDGE}),
        ("the Quay Bridge", {TRADE, BRIDGE}),
        ("nothing", set()),
    ],
)
def test_tags_are_given_by_every_phrase_that_matches(gazetteer: Gazetteer, text: str, tags: set[int]) -> None:
    assert found(gazetteer, text)[1] == tags


def test_names_and_phrases_do_not_hide_each_other(gazetteer: Gazetteer) -> None:
    assert found(gazetteer, "the Quay Bridge Minister") == ({MINSEO: 1}, {TRADE, BRIDGE})


def test_a_name_does_not_cross_fields_but_a_surname_counts_in_later_ones(gazetteer: Gazetteer) -> None:
    assert found(gazetteer, "Ada", "Marlowe", "Ada") == ({}, set())
    assert found(gazetteer, "Trade", None, "deal") == ({}, set())
    assert found(gazetteer, "Ada Marlowe wins", "", "Marlowe won.") == ({ADA: 2}, set())


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        (("Ada Marlowe wins", None, "Why Marlowe won: MARLOWE’s plan."), ["Ada Marlowe", "Marlowe", "MARLOWE"]),
        (("½ ﬁnes for Ａｄａ  Märlowe", "", "…"), ["Ａｄａ  Märlowe"]),
        (("", "Cafe\u0301 A\u0301da Marlowe\u0301 …"), ["A\u0301da Marlowe\u0301"]),
        (("한도윤은 왔다. 한도윤 씨", "청와대 한도윤"), ["한도윤", "한도윤", "한도윤"]),
        (("首相の韓道潤は、韓道潤と",), ["韓道潤", "韓道潤"]),
        (("\u200bㅤ \u1112\u1161\u11ab도윤이",), ["\u1112\u1161\u11ab도윤"]),
        (("«Мария Орлова» ё Мария Орлова",), ["Мария Орлова", "Мария Орлова"]),
    ],
)
def test_a_mention_says_where_the_name_is_written(
    gazetteer: Gazetteer, fields: tuple[str | None, ...], written: list[str]
) -> None:
    [mentions] = gazetteer.find(*fields).people.values()
    assert [(fields[mention.field] or "")[mention.start : mention.stop] for mention in mentions] == written


def test_people_are_given_in_the_order_of_their_first_mention(gazetteer: Gazetteer) -> None:
    assert list(gazetteer.find("Han Do-yun, Ada Marlowe, Han").people) == [HAN, ADA]


@pytest.mark.parametrize("fields", [(), (None,), ("",), ("…",), ("Ada Marlowe and the quay",)])
def test_an_empty_gazetteer_finds_nothing(fields: tuple[str | None, ...]) -> None:
    assert found(Gazetteer([], []), *fields) == ({}, set())
    assert found(Gazetteer([Person(1, "—", ("", "…"))], [Tag(1, ("#",))]), *fields) == ({}, set())


def test_threads_share_a_gazetteer(gazetteer: Gazetteer) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(
            pool.map(lambda text: found(gazetteer, text), ["Ada Marlowe of Quay Bridge. Marlowe. " * 50] * 64)
        )
    assert results == [({ADA: 100}, {TRADE, BRIDGE})] * 64


fragments = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "Ada",
                "Marlowe",
                "Han",
                "Do-yun",
                "한도윤",
                "은",
                "韓道潤",
                "O'Hara-Quinn",
                "Jr.",
                " ",
                "Quay",
                "ŉß",
            ]
        ),
        st.text(max_size=3),
    )
)


@given(fragments)
def test_any_text_is_searched_and_repeating_it_finds_the_same(gazetteer: Gazetteer, parts: list[str]) -> None:
    once, tags_once = found(gazetteer, " ".join(parts))
    twice, tags_twice = found(gazetteer, " ".join(parts), "".join(parts), " ".join(parts))
    assert tags_once <= tags_twice
    assert all(twice[person] >= count for person, count in once.items())


@given(st.text(min_size=1))
def test_every_phrase_with_a_letter_or_digit_is_found_on_its_own(name: str) -> None:
    text = f"… {name} …"
    matches = Gazetteer([Person(1, name, ())], [Tag(1, (name,))]).find(text)
    assert bool(matches.tags) == bool(words(name))
    for mention in matches.people.get(1, ()):
        assert words(text[mention.start : mention.stop]) == words(name)


def test_a_name_with_outlets_is_found_only_in_their_articles() -> None:
    gazetteer = Gazetteer(
        [
            Person(1, "Ada Marlowe", ()),
            Person(2, "President Ada Marlowe", (), frozenset({7})),
            Person(3, "ada-marlowe", (), frozenset({7})),
            Person(4, "Washington", (), frozenset({7})),
        ],
        [Tag(1, ("deal",)), Tag(2, ("deal",), frozenset({7})), Tag(3, ("quay",), frozenset({7}))],
    )
    text = "President Ada Marlowe went to Washington for the deal of the quay."
    assert found(gazetteer, text) == ({1: 1}, {1})
    assert found(gazetteer, text, outlet=8) == ({1: 1}, {1})
    assert found(gazetteer, text, outlet=7) == ({2: 1, 4: 1}, {1, 3})
    assert found(gazetteer, "Ada Marlowe of Washington", outlet=8, named={4}) == ({1: 1, 4: 1}, set())


def test_a_text_of_nothing_but_names_is_read_in_bounded_time() -> None:
    people = [Person(n, f"Bo{' Bo' * n}", ()) for n in range(1, 30)]
    gazetteer = Gazetteer(people, [Tag(1, ("bo",)), Tag(2, ("b",))])
    began = time.thread_time()
    matches = gazetteer.find("b", None, "Bo " * 1_000_000)
    assert time.thread_time() - began < 3
    assert matches.tags.keys() == {1, 2}
    assert matches.people


def test_words_that_only_resemble_names_do_not_hide_a_later_name() -> None:
    gazetteer = Gazetteer([Person(1, "Bora Cena", ()), Person(2, "Ada Marlowe", ())], [])
    text = "They bore cens away. " * 25_000
    assert gazetteer.find(None, None, f"{text} Ada Marlowe spoke.").people.keys() == {2}
