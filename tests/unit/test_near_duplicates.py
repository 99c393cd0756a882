"""A copy is known through the edits that newsrooms make, and another report of the same event is no copy."""

import random

import pytest

from api.text import near_duplicates
from api.text.near_duplicates import (
    SHORT_SKETCH_LENGTH,
    SKETCH_LENGTH,
    Report,
    are_near_duplicates,
    sketch,
)

WIRE = """
The port of Busan reopened on Tuesday after a storm had kept ships away for three days, the harbour authority said.
Forty container ships waited outside the breakwater overnight, and the first of them reached its berth shortly after
dawn. Officials expect that it will take until Saturday before every terminal works at its usual pace again. The storm
brought winds of more than thirty metres a second and damaged two cranes at the eastern terminal. Nobody was hurt, but
several warehouses lost their roofs. Exporters asked the government to lift the limit on night work for a week, so that
goods for the American market can leave before the end of the month. The ministry of oceans said that it was studying
the request and would decide within two days. Shipping lines have begun to send some vessels to Gwangyang instead.
"""
ANOTHER_REPORT = """
Dock workers in Busan cheered when the first container ship tied up on Tuesday morning, three days after the storm.
"It will take until Saturday before every terminal works at its usual pace again," said an official of the harbour
authority, pointing at two damaged cranes. Families of the crews had waited on the pier since before sunrise. In the
fish market behind the eastern terminal, traders counted their losses: the roofs of several warehouses are gone, and
with them the ice. A spokeswoman for the ministry of oceans would not say whether night work will be allowed.
"""


def replaced(text: str, every: int) -> str:
    """The text with each so manieth word replaced."""
    return " ".join(f"other{n}" if n % every == 0 else word for n, word in enumerate(text.split(), start=1))


def cut(text: str, share: float) -> str:
    words = text.split()
    return " ".join(words[: round(len(words) * share)])


def scattered(text: str, share: float, seed: int) -> str:
    """The text with a share of its words replaced, at places drawn by chance."""
    words = text.split()
    for place in random.Random(seed).sample(range(len(words)), round(len(words) * share)):  # noqa: S311 - no secret
        words[place] = f"other{place}"
    return " ".join(words)


def are_copies(one: str, other: str, headline: str = "Port reopens", other_headline: str = "Port reopens") -> bool:
    return are_near_duplicates(Report(headline, one), Report(other_headline, other))


@pytest.mark.parametrize(
    "copy",
    [
        WIRE,
        WIRE.upper().replace(",", " –"),
        f"BUSAN (Agency) — {WIRE} Reporting by the agency; editing by the newsroom.",
        replaced(WIRE, 12),
        replaced(WIRE, 5),
        *(scattered(WIRE, 0.2, seed) for seed in range(3)),
        cut(WIRE, 0.5),
        cut(WIRE, 0.6),
        cut(replaced(WIRE, 20), 0.75),
        WIRE.replace("harbour", "harbor").replace("metres", "meters").replace("said", "says"),
    ],
    ids=[
        "same", "typography", "framed", "words", "every fifth word", "fifth 1", "fifth 2", "fifth 3", "half",
        "shortened", "both", "spelling",
    ],
)  # fmt: skip
def test_an_edited_copy_is_nearly_the_same(copy: str) -> None:
    assert are_copies(WIRE, copy)
    assert are_copies(copy, WIRE, other_headline="Busan welcomes container ships after storm")


@pytest.mark.parametrize(
    "other",
    [ANOTHER_REPORT, cut(WIRE, 0.3), replaced(WIRE, 3), "The port of Busan reopened on Tuesday.", ""],
    ids=["report", "brief", "rewritten", "sentence", "nothing"],
)
def test_another_text_is_not(other: str) -> None:
    assert not are_copies(WIRE, other)


@pytest.mark.parametrize(
    ("headline", "body", "other_headline", "other_body"),
    [
        ("Port of Busan reopens", "Ships entered the port of Busan again on Tuesday.", None, None),
        (
            "Port of Busan reopens",
            "Ships entered the port of Busan again.",
            None,
            "Ships entered Busan again. (Agency)",
        ),
        ("PORT OF BUSAN REOPENS AFTER STORM", "", "Port of Busan reopens after storm", None),
        ("부산항 다시 열려", "부산항이 화요일에 다시 열렸다.", None, None),
    ],
)
def test_short_texts_are_copies_if_headline_and_text_are_nearly_the_same(
    headline: str, body: str, other_headline: str | None, other_body: str | None
) -> None:
    other = (headline if other_headline is None else other_headline, body if other_body is None else other_body)
    assert are_near_duplicates(Report(headline, body), Report(*other))


EARNINGS = "{} said that net profit {} {} percent to {} million dollars in the {} quarter, on revenues of {} million."
PAYOUT = "Quarterly dividend {} cents vs {} cents prior. Pay {}. Record {}."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Acme profit rises", EARNINGS.format("Acme Corp", "rose", 12, 34, "first", 210)),
            ("Globex profit falls", EARNINGS.format("Globex Inc", "fell", 8, 21, "first", 177)),
        ),
        (
            ("Acme profit rises", EARNINGS.format("Acme Corp", "rose", 12, 34, "first", 210)),
            ("Acme profit rises", EARNINGS.format("Acme Corp", "rose", 9, 37, "second", 216)),
        ),
        (
            ("Acme sets quarterly payout", PAYOUT.format(20, 20, "May 1", "April 15")),
            ("Globex Holding Inc sets quarterly dividend", PAYOUT.format(20, 20, "May 1", "April 15")),
        ),
        (
            ("Acme sets quarterly payout", PAYOUT.format(20, 20, "May 1", "April 15")),
            ("Acme sets quarterly payout", PAYOUT.format(22, 20, "August 1", "July 15")),
        ),
        (
            ("Ships waiting", "There were six ships loading and seven ships waiting to load at Portland on Monday."),
            ("Ships waiting", "There were two ships loading and three ships waiting to load at Portland on Monday."),
        ),
        (
            ("FED SETS TWO-DAY SYSTEM REPURCHASES, FED SAYS", ""),
            ("FED SETS THREE-DAY SYSTEM REPURCHASES, FED SAYS", ""),
        ),
        (
            ("Index rises", "The index of leading shares closed at 2,345.67 points, up 1.2 percent. " * 5),
            ("Index rises", "The index of leading shares closed at 2,378.12 points, up 1.4 percent. " * 5),
        ),
    ],
    ids=["companies", "quarters", "payouts of companies", "payouts", "number words", "flashes", "long"],
)
def test_reports_made_from_a_template_are_not_copies(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not are_near_duplicates(Report(*one), Report(*other))


def test_texts_of_a_few_words_are_never_copies() -> None:
    assert not are_copies("Correction to follow.", "Correction to follow.")


def test_words_in_another_order_are_another_text() -> None:
    assert not are_copies(WIRE, " ".join(sorted(WIRE.split())))


def test_korean_copies_are_known() -> None:
    text = (
        "부산항이 태풍으로 사흘 동안 닫혔다가 화요일에 다시 열렸다고 항만공사가 밝혔다. "
        "컨테이너선 마흔 척이 밤새 방파제 밖에서 기다렸다."
    )
    assert are_copies(text, text.replace("마흔", "40"))


def test_of_one_outlet_only_identical_reports_are_copies() -> None:
    wire, update = Report("Port reopens", WIRE), Report("Port reopens", f"{WIRE} More soon.")
    assert not near_duplicates.are_copies(wire, update, same_outlet=True)
    assert near_duplicates.are_copies(wire, update, same_outlet=False)
    assert near_duplicates.are_copies(wire, Report("Port reopens", WIRE), same_outlet=True)


@pytest.mark.parametrize("name", ["US", "U.S.", "AT&T", "S. Korea", "C++"])
def test_initialisms_do_not_make_texts_different(name: str) -> None:
    body = f"Officials of {name} said on Tuesday that ships may enter again."
    assert are_near_duplicates(Report(f"{name} opens ports", body), Report(f"{name} opens ports", f"{body} (Agency)"))
    assert are_copies(WIRE.replace("Exporters", name), WIRE.replace("Exporters", name))


NOTE = "Ships of three countries may enter the port of Busan again, the harbour authority said on Tuesday."
LONGER_NOTE = (
    "Ships of three countries may enter the port of Busan again from noon, the harbour authority said on Tuesday after "
    "it had looked at both cranes of the eastern terminal and found them sound."
)
KOREAN_NOTE = "부산항이 태풍으로 사흘 동안 닫혔다가 화요일에 다시 열렸다고 항만공사가 밝혔다."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NOTE, NOTE),
        (NOTE, f"{NOTE} (Agency)"),
        (LONGER_NOTE, cut(LONGER_NOTE, 0.5)),
        (LONGER_NOTE, cut(LONGER_NOTE, 0.6)),
        (KOREAN_NOTE, KOREAN_NOTE),
    ],
)
def test_a_short_text_that_says_what_it_is_about_needs_no_headline(one: str, other: str) -> None:
    assert are_copies(one, other, "Port reopens", "Relief For Exporters As Storm Passes")
    assert are_copies(other, one, "PORT REOPENS", "항구 다시 열려")


SALE = (
    "The national bank sold bills for {} billion dollars to banks in the capital, a spokesman said. Dealers said that "
    "the rate for loans overnight was {} percent when the bank began to take money from the market."
)


@pytest.mark.parametrize(("one", "other"), [((3.5, 6.2), (3.5, 6.4)), ((3.5, 6.2), (2.5, 6.2)), ((3, 6.2), (2, 6))])
def test_reports_of_a_series_that_differ_in_numbers_alone_are_not_copies(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    assert not are_copies(SALE.format(*one), SALE.format(*other), "Bank sells bills", "Bank sells bills")
    assert are_copies(SALE.format(*one), SALE.format(*one))


def test_a_number_that_occurs_twice_is_not_two_numbers() -> None:
    ships = "There were {} ships loading and {} ships were waiting to load at Portland, the exchange said on Monday."
    assert not are_copies(ships.format("six", "six"), ships.format("six", "eight"))


def shared_hashes(one: tuple[str, str], other: tuple[str, str]) -> int:
    return len({*sketch(*one)} & {*sketch(*other)})


@pytest.mark.parametrize("headline", ["Port reopens", "Relief for exporters as storm passes"])
@pytest.mark.parametrize(
    ("text", "copy"),
    [
        (WIRE, WIRE),
        (WIRE, cut(WIRE, 0.5)),
        *((WIRE, scattered(WIRE, 0.2, seed)) for seed in range(20)),
        (LONGER_NOTE, cut(LONGER_NOTE, 0.5)),
        (LONGER_NOTE, scattered(LONGER_NOTE, 0.2, 1)),
        (cut(WIRE, 0.4), cut(WIRE, 0.2)),
        (NOTE, NOTE),
        (NOTE, cut(NOTE, 0.5)),
        (NOTE, scattered(NOTE, 0.2, 1)),
        (KOREAN_NOTE, cut(KOREAN_NOTE, 0.6)),
        (cut(NOTE, 0.3), cut(NOTE, 0.3)),
    ],
)
def test_sketches_of_copies_share_hashes(text: str, copy: str, headline: str) -> None:
    assert shared_hashes(("Port reopens", text), (headline, copy)) >= 2


def test_a_sketch_has_a_bounded_number_of_hashes() -> None:
    assert len(sketch("Port reopens", WIRE)) == SKETCH_LENGTH
    assert len(sketch("Port reopens", NOTE)) <= SKETCH_LENGTH + SHORT_SKETCH_LENGTH
