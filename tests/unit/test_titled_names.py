"""A title with a surname means whoever held the office on the day."""

import time
from datetime import date

import pytest

from api.text.gazetteer import Gazetteer, Person
from api.text.offices import offices
from api.text.titled_names import Role, titled_phrases


def held(title: str, since: str | None = None, until: str | None = None) -> Role:
    return Role(offices(title), since or "0001-01-01", until or "9999-12-31")


PEOPLE = {
    "may": Person(1, "Theresa May", (), roles=(held("Prime Minister", "2016-07-13", "2019-07-24"),)),
    "clinton": Person(2, "Bill Clinton", (), roles=(held("President", "1993-01-20", "2001-01-20"),)),
    "lee": Person(3, "Lee Jae-myung", ("이재명", "李在明"), roles=(held("President", "2025-06-04"),)),
    "lee-mb": Person(4, "Lee Myung-bak", ("이명박",), roles=(held("President", "2008-02-25", "2013-02-25"),)),
    "ishiba": Person(5, "Shigeru Ishiba", ("石破茂",), roles=(held("Prime Minister", "2024-10-01", "2025-10-21"),)),
    "putin": Person(6, "Vladimir Putin", ("Владимир Путин",), roles=(held("President", "2012-05-07"),)),
    "leyen": Person(7, "Ursula von der Leyen", (), roles=(held("President of the Commission", "2019-12-01"),)),
    "merkel": Person(8, "Angela Merkel", (), roles=(held("Bundeskanzlerin", "2005-11-22", "2021-12-08"),)),
    "trump": Person(
        9,
        "Donald Trump",
        ("도널드 트럼프", "ドナルド・トランプ", "唐纳德·特朗普"),
        roles=(held("President", "2017-01-20", "2021-01-20"), held("President", "2025-01-20")),
    ),
    "xi": Person(10, "Xi Jinping", ("习近平", "習近平", "시진핑"), roles=(held("President", "2013-03-14"),)),
    "bush": Person(11, "George W. Bush", (), roles=(held("President", "2001-01-20", "2009-01-20"),)),
    "bush-sr": Person(12, "George H. W. Bush", (), roles=(held("President", "1989-01-20", "1993-01-20"),)),
    "abe": Person(13, "Shinzo Abe", ("安倍晋三",), roles=(held("Prime Minister", "2012-12-26", "2020-09-16"),)),
    "harris": Person(14, "Kamala Harris", (), roles=(held("Vice President", "2021-01-20", "2025-01-20"),)),
    "chelsea": Person(15, "Chelsea Clinton", ()),
    "kim-a": Person(16, "Kim Ah-ra", ("김아라",), roles=(held("Minister of Finance", "2024-01-01"),)),
    "kim-b": Person(17, "Kim Bo-ra", ("김보라",), roles=(held("Minister of Defence", "2024-01-01"),)),
}
GAZETTEER = Gazetteer(PEOPLE.values(), [])
SLUGS = {person.id: slug for slug, person in PEOPLE.items()}


@pytest.mark.parametrize(
    ("day", "text", "expected"),
    [
        ("2018-01-01", "Mrs May resigned.", {"may": ["May"]}),
        ("2018-01-01", "Prime Minister May’s plan", {"may": ["May"]}),
        ("2020-01-01", "Mrs May resigned.", {}),
        ("2018-01-01", "John May came. Mrs May said so.", {}),
        ("2018-01-01", "the prime minister may resign", {}),
        ("2018-01-01", "Prime Minister Theresa May and Mrs May", {"may": ["Theresa May", "May"]}),
        ("1998-01-01", "President Clinton spoke.", {"clinton": ["Clinton"]}),
        ("2003-01-01", "President Clinton spoke.", {}),
        ("2003-01-01", "Former President Clinton and ex-President Clinton", {"clinton": ["Clinton", "Clinton"]}),
        (
            "1998-01-01",
            "Chelsea Clinton met President Clinton.",
            {"chelsea": ["Chelsea Clinton"], "clinton": ["Clinton"]},
        ),
        ("1998-01-01", "Chelsea Clinton came. Ms Clinton left.", {"chelsea": ["Chelsea Clinton", "Clinton"]}),
        ("1998-01-01", "Vice President Clinton", {}),
        ("1998-01-01", "the President Clinton Foundation gave money", {}),
        ("1998-01-01", "PRESIDENT CLINTON SPEAKS", {"clinton": ["CLINTON"]}),
        ("1998-01-01", "President Clinton Visits Paris", {"clinton": ["Clinton"]}),
        ("2025-07-01", "President Lee Hyun-soo of the chess club won.", {}),
        ("2022-01-01", "Vice President Harris", {"harris": ["Harris"]}),
        ("2022-01-01", "President Harris", {}),
        ("2022-01-01", "Deputy Prime Minister Ishiba", {}),
        ("2005-01-01", "President Bush", {"bush": ["Bush"]}),
        ("1990-01-01", "President Bush", {"bush-sr": ["Bush"]}),
        ("2012-01-01", "former President Bush", {}),
        ("2025-07-01", "Finance Minister Kim", {}),
        ("2022-07-01", "President von der Leyen’s plan", {"leyen": ["von der Leyen"]}),
        ("2015-07-01", "Bundeskanzlerin Merkel und Frau Merkel", {"merkel": ["Merkel", "Merkel"]}),
        ("2015-07-01", "Chancellor Merkel", {"merkel": ["Merkel"]}),
        ("2025-07-01", "President Xi and President Trump", {"xi": ["Xi"], "trump": ["Trump"]}),
        ("2023-07-01", "President Trump", {}),
        ("2025-07-01", "президента Путина и президенту Путину", {"putin": ["Путина", "Путину"]}),
        ("2025-07-01", "이 대통령은 말했다. 이대통령도", {"lee": ["이", "이"]}),
        ("2010-07-01", "이 대통령은 말했다.", {"lee-mb": ["이"]}),
        ("2025-07-01", "이 전 대통령은 말했다.", {"lee-mb": ["이"]}),
        ("2025-07-01", "전 대통령은 이대통령실에 있다.", {}),
        ("2025-07-01", "김 장관이 말했다.", {}),
        ("2025-07-01", "트럼프 대통령이 시 주석과", {"trump": ["트럼프"], "xi": ["시"]}),
        ("2025-07-01", "日本の石破首相は、トランプ大統領と", {"ishiba": ["石破"], "trump": ["トランプ"]}),
        ("2025-07-01", "習主席と李大統領", {"xi": ["習"], "lee": ["李"]}),
        ("2025-07-01", "美国总统特朗普，习主席", {"trump": ["特朗普"], "xi": ["习"]}),
        ("2025-07-01", "安倍元首相と安倍首相", {"abe": ["安倍"]}),
        ("2025-11-01", "石破首相", {}),
    ],
)
def test_a_title_means_who_held_the_office_on_the_day(day: str, text: str, expected: dict[str, list[str]]) -> None:
    matches = GAZETTEER.find(text, published_on=date.fromisoformat(day))
    found = {SLUGS[id]: [text[m.start : m.stop] for m in mentions] for id, mentions in matches.people.items()}
    assert found == expected


def test_titles_mean_nobody_without_a_day() -> None:
    assert GAZETTEER.find("President Clinton").people == {}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("President of the United States", {"president"}),
        ("Vice President", {"vice president"}),
        ("Deputy Prime Minister and Minister of Economy", {"deputy prime minister", "minister"}),
        ("대통령", {"president"}),
        ("内閣総理大臣", {"prime minister", "chancellor"}),
        ("Actor", set()),
    ],
)
def test_the_title_of_a_role_says_its_offices(role: str, expected: set[str]) -> None:
    assert offices(role) == expected


def test_the_phrases_of_a_titled_person_contain_title_and_surname() -> None:
    phrases = set(titled_phrases({"may", "이", "石破"}, [held("Prime Minister")]))
    assert {"prime minister may", "mrs may", "이 총리", "이총리", "石破首相"} <= phrases
    assert not any("president" in phrase for phrase in phrases)


def test_a_text_of_nothing_but_titles_is_read_in_bounded_time() -> None:
    began = time.thread_time()
    for text in ("President " * 100_000, "President Clinton " * 50_000, "大統領" * 200_000, "김 대통령 " * 100_000):
        GAZETTEER.find(text, published_on=date(1998, 1, 1))
    assert time.thread_time() - began < 5
