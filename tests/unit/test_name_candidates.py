"""Names of people in texts that no list has."""

import time

import pytest

from api.text.name_candidates import CERTAIN, LONGEST_RUN, MAX_CHARACTERS, MAX_MENTIONS, MAX_NAMES, find_names
from api.text.name_keys import name_key
from api.text.person_index import MAX_ALIKE, MAX_COMPARED, PersonIndex


def certain(text: str) -> set[str]:
    """The names in the body of an article that are certainly those of people."""
    return {name.name for name in find_names((None, None, text)) if name.score >= CERTAIN}


PEOPLE = [
    ("Mr Osric Vane opened the port.", {"Osric Vane"}),
    ("Prime Minister Osric Vane opened the port.", {"Osric Vane"}),
    ("South Korean Foreign Minister Cho Tae-yul arrived.", {"Cho Tae-yul"}),
    ("Osric Vane, a harbour master and former judge, resigned.", {"Osric Vane"}),
    ("Osric Vane, 45, was not there.", {"Osric Vane"}),
    ("They met author Osric Vane in June.", {"Osric Vane"}),
    ("Osric Vane told reporters. Vane was tired.", {"Osric Vane"}),
    ("On Monday Osric Vane, who sails, said so. Vane sails well.", {"Osric Vane"}),
    ("Theresa May resigned.", {"Theresa May"}),
    ("Trump's Secretary of State Osric Vane called Mrs Ina Roe.", {"Ina Roe"}),
    ("Supreme Court Justice Ruth Bader Ginsburg spoke.", {"Ruth Bader Ginsburg"}),
    ("Osric J. Vane was there.", {"Osric J. Vane"}),
    ("Osric M. Vane was there.", {"Osric M. Vane"}),
    ("Martin King was there.", {"Martin King"}),
    ("J.K. Vane, an author, was there. Vane left.", {"J.K. Vane"}),
    ("President Alexander van der Meulen spoke.", {"Alexander van der Meulen"}),
    ("La présidente de la Confédération, Viola Amherd, a parlé.", {"Viola Amherd"}),
    ("L'Estonienne Kaja Kallas et le ministre Osric Vane ont parlé.", {"Osric Vane"}),
    ("Bundeskanzler Osric Vane reist ab. Die FPÖ von Herbert Kickl gewann.", {"Osric Vane", "Herbert Kickl"}),
    ("Президент Владимир Путин выступил. О Владимире Путине говорили.", {"Владимир Путин"}),
    ("Президент України Володимир Зеленський заявив про це.", {"Володимир Зеленський"}),
    ("По словам Сергея Лаврова, все хорошо. Сергей Лавров сказал это.", {"Сергей Лавров"}),
    ("조태열 외교부 장관은 말했다.", {"조태열"}),
    ("국회 김영배 의원이 질의했다. 김영배는 다시 말했다.", {"김영배"}),
    ("홍길동 씨는 배를 탔다.", {"홍길동"}),
    ("林芳正官房長官は述べた。菅義偉前首相と会った。", {"林芳正", "菅義偉"}),
]
OTHERS = [
    "The White House said on Friday that it would wait.",
    "The Supreme Court ruled. Supreme Court judges told reporters so.",
    "South Korea said so. South Korea added that it would wait.",
    "New York Times reporters said so.",
    "The World Cup begins in New York on Monday. World Cup tickets are sold.",
    "The Prime Minister Office said so.",
    "Wall Street fell. The Dow Jones fell. Hong Kong rose.",
    "Will Smith & Nephew, a company, said profits fell.",
    "Strong Winds Hit The Coast Of The South As Trains Stop",
    "GENEVA, Jan 4 - Trade talks began. U.S. Officials said so.",
    "Officials of the National Election Commission said so. Commission members agreed.",
    "San Francisco and Los Angeles agreed, said Santa Monica.",
    "In Oxford Street and on Victoria Station people said so.",
    "Anfang Juni sagte die Regierung. Ende März sagte das Gericht.",
    "Der Deutsche Bundestag sagte. Die Freie Universität sagte.",
    "Le Conseil européen a dit. La Commission européenne a ajouté.",
    "Верховный Суд заявил. Северный Кавказ сказал.",
    "이집트 대통령과 서울시 시장이 만났다. 국방부 장관은 말했다. 서울대 교수.",
    "米大統領は述べた。前首相も述べた。外務省は述べた。",
    "A B C D. I.",
    "🙂 🙂 🙂",
]


@pytest.mark.parametrize(("text", "names"), PEOPLE)
def test_names_of_people_are_found_by_what_stands_around_them(text: str, names: set[str]) -> None:
    assert certain(text) == names


@pytest.mark.parametrize("text", OTHERS)
def test_other_capitalised_words_are_not_names_of_people(text: str) -> None:
    assert certain(text) == set()


def test_a_headline_in_which_each_word_is_capitalised_tells_nothing() -> None:
    assert find_names(("Osric Vane Said To Resign As Mr Ina Roe Leaves", None, None)) == []


def test_offsets_count_characters_of_the_field() -> None:
    body = "🙂 President Osric Vane spoke. Osric Vane left."
    [name] = find_names(("Ports", None, body))
    assert [(m.field, body[m.start : m.stop]) for m in name.mentions] == [(2, "Osric Vane")] * 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Osric Vane", "OSRIC VANE"),
        ("Osric J. Vane", "Osric Vane"),
        ("Osric Vane, Jr.", "Osric Vane Jr."),
        ("Cho Tae-yul", "Cho Tae Yul"),
        ("José Vañe", "Jose Vane"),
        ("Владимира Путина", "Владимир Путин"),
        ("Сергеем Лавровым", "Сергей Лавров"),
        ("Максима Иванова", "Максим Иванов"),
        ("Ольгой Ивановой", "Ольга Иванова"),
        ("Володимира Зеленського", "Володимир Зеленський"),
    ],
)
def test_spellings_of_a_name_share_its_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_what_is_found_in_an_article_is_bounded() -> None:
    def distinct(number: int) -> str:
        return f"Osr{''.join(chr(97 + int(digit)) for digit in str(number))} Vane"

    many = ". ".join(f"Mr {distinct(number)}" for number in range(200))
    assert len(find_names((None, None, many))) == MAX_NAMES
    [name] = find_names((None, None, "Mr Osric Vane. " * 100))
    assert (len(name.mentions), name.spellings.total()) == (MAX_MENTIONS, 100)
    assert find_names((None, None, "x " * (MAX_CHARACTERS // 2) + "Mr Osric Vane.")) == []
    assert find_names((None, None, f"Mr {'Osric ' * LONGEST_RUN}Vane.")) == []


@pytest.mark.parametrize(
    "unit", ["Osric ", "Mr ", "O. ", "Court ", "von ", "l'", "U.S. ", "김영배 의원 ", "林林林氏", "И ", '"A ', "- "]
)
def test_hostile_texts_take_no_long(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.thread_time()
    find_names((text, text, text))
    assert time.thread_time() - started < 3


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("Volodymyr Zelensky", [(1, "spelling")]),
        ("V. Zelenskyy", [(1, "initial")]),
        ("Владимир Путин", [(2, "transliteration")]),
        ("Vladimir Putin", [(2, "spelling")]),
        ("Ina Roe", []),
        ("X", []),
    ],
)
def test_known_people_with_similar_names_are_named(name: str, alike: list[tuple[int, str]]) -> None:
    index = PersonIndex([(1, "Volodymyr Zelenskyy"), (2, "Vladimir Putin"), (3, "Pelé")])
    assert index.alike(name) == alike


def test_a_name_is_compared_with_a_bounded_number_of_others() -> None:
    index = PersonIndex([(number, f"Osric Vane{number}") for number in range(MAX_COMPARED)] + [(-1, "Osric Vane")])
    assert len(index.alike("Osric Vane1")) == MAX_ALIKE
    assert -1 not in {alike.person for alike in PersonIndex([(n, "Ina Roe") for n in range(2_000)]).alike("Ina Roe")}
