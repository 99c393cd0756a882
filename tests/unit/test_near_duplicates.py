"""A copy is known through the edits that newsrooms make, and another report of the same event is no copy."""

import pytest

from api.text.near_duplicates import are_near_duplicates, find_original, shingles

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


@pytest.mark.parametrize(
    "copy",
    [
        WIRE,
        WIRE.upper().replace(",", " –"),
        f"BUSAN (Agency) — {WIRE} Reporting by the agency; editing by the newsroom.",
        replaced(WIRE, 12),
        cut(WIRE, 0.6),
        cut(replaced(WIRE, 20), 0.75),
        WIRE.replace("harbour", "harbor").replace("metres", "meters").replace("said", "says"),
    ],
    ids=["same", "typography", "framed", "words", "shortened", "both", "spelling"],
)
def test_an_edited_copy_is_nearly_the_same(copy: str) -> None:
    assert are_near_duplicates(shingles(WIRE), shingles(copy))


@pytest.mark.parametrize(
    "other",
    [ANOTHER_REPORT, cut(WIRE, 0.3), replaced(WIRE, 3), "The port of Busan reopened on Tuesday.", ""],
    ids=["report", "brief", "rewritten", "sentence", "nothing"],
)
def test_another_text_is_not(other: str) -> None:
    assert not are_near_duplicates(shingles(WIRE), shingles(other))


def test_short_texts_are_never_copies() -> None:
    assert not are_near_duplicates(shingles("Correction to follow."), shingles("Correction to follow."))


def test_words_in_another_order_are_another_text() -> None:
    assert not are_near_duplicates(shingles(WIRE), shingles(" ".join(sorted(WIRE.split()))))


def test_korean_copies_are_known() -> None:
    text = (
        "부산항이 태풍으로 사흘 동안 닫혔다가 화요일에 다시 열렸다고 항만공사가 밝혔다. "
        "컨테이너선 마흔 척이 밤새 방파제 밖에서 기다렸다."
    )
    assert are_near_duplicates(shingles(text), shingles(text.replace("마흔", "40")))


def test_the_original_is_the_first_of_another_outlet() -> None:
    wire, other = shingles(WIRE), shingles(ANOTHER_REPORT)
    texts, outlets = [other, wire, wire, wire, wire], [1, 2, 3, 2, 4]
    assert [find_original(index, texts, outlets) for index in range(5)] == [None, None, 1, 2, 1]
