"""The listing format: what is read from a page, and how a malformed page is refused."""

import re
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.formats.listing import Entry, ListingError, read
from api.formats.mistakes import FileMistake

PAGE = """\
Latest news with #Canal-Barge


Lock Courier
07-03-2024
- Transport
- Lock Courier
Ferry returns to the north quay
The ferry ran again on Monday. (Quaywire)


Weekly Towpath
29-02-2024
- Culture
- Weekly Towpath
Who paints the bridges?
Six people paint all of them. Author: Ines Vale
"""

FIRST = Entry(
    outlet="Lock Courier",
    external_id="2024-03-07-588e3b410cfa",
    published_on=date(2024, 3, 7),
    section="Transport",
    headline="Ferry returns to the north quay",
    body="The ferry ran again on Monday. (Quaywire)",
    byline=None,
    credit="Quaywire",
    tag="Canal-Barge",
    line=4,
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.txt"


def entries(page: Path, text: str | bytes) -> list[Entry]:
    page.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read(page))


def replaced(number: int, *lines: str) -> str:
    """The page with other lines in place of one."""
    rest = PAGE.splitlines()
    return "\n".join([*rest[: number - 1], *lines, *rest[number:]]) + "\n"


def body(text: str) -> str:
    """A page whose only body is the text."""
    return "\n".join([*PAGE.splitlines()[:8], text])


def test_an_entry_is_read_whole(page: Path) -> None:
    first, second = entries(page, PAGE)
    assert first == FIRST
    assert (second.outlet, second.section, second.line) == ("Weekly Towpath", "Culture", 12)
    assert (second.byline, second.credit, second.published_on) == ("Ines Vale", None, date(2024, 2, 29))


@pytest.mark.parametrize(
    "text",
    [
        PAGE.rstrip("\n"),
        PAGE + "\n \n\t\n",
        PAGE.replace("\n\n\n", "\n\n"),
        PAGE.replace("\n\n\n", "\n\n\n\n\n"),
        PAGE.replace("\n\n\n", "\n"),
        PAGE.replace("\n", "\r\n"),
        "\ufeff" + PAGE,
        PAGE.replace("- Transport", "-  Transport ").replace("Ferry", " \tFerry").replace("2024\n", "2024 \n"),
    ],
)
def test_blank_lines_line_endings_and_outer_spaces_make_no_difference(page: Path, text: str) -> None:
    unplaced = [(entry.external_id, entry.outlet, entry.section, entry.body) for entry in entries(page, text)]
    assert unplaced == [(entry.external_id, entry.outlet, entry.section, entry.body) for entry in entries(page, PAGE)]


@pytest.mark.parametrize(
    "text", ["  Two spaces  end it.  ", "A\u2028B\x85C\x0bD\rE", "“Ça — ½”", "x" * (4 << 20), "(Quaywire)"]
)
def test_a_body_is_kept_word_for_word(page: Path, text: str) -> None:
    (entry,) = entries(page, body(text) + "\r\n")
    assert entry.body == text


def test_the_identifier_follows_the_date_and_the_composed_headline(page: Path) -> None:
    (composed,) = entries(page, body("Text.").replace("Ferry", "Café"))
    (decomposed,) = entries(page, body("Other text.").replace("Ferry", "Cafe\u0301"))
    (other,) = entries(page, body("Text.").replace("Ferry", "Cafe"))
    assert composed.external_id == decomposed.external_id != other.external_id
    assert decomposed.headline.startswith("Cafe\u0301")


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("It ended. (Quaywire)", "Quaywire"),
        ("It ended.(Quaywire) ", "Quaywire"),
        ("It ended. (Quaywire/North Bank)", "Quaywire/North Bank"),
        ("It ended. (Press Union of Lakes)", "Press Union of Lakes"),
        ("It ended. (Rowe & Sons)", "Rowe & Sons"),
        ("It ended. (A.Q.W.)", "A.Q.W."),
        ("It ended. (Quay.net)", "Quay.net"),
        ("It ended. (부두통신)", "부두통신"),
        ("It ended. (波止場)", "波止場"),
        ("It ended. (Quaywire) It did.", None),
        ("It ended. (quaywire)", None),
        ("It ended. (He did not reply.)", None),
        ("It ended. (He did not reply)", None),
        ("It ended. (One. Two)", None),
        ("It ended. (©Quaywire)", None),
        ("It ended. (Photo ©Quaywire)", None),
        ("It ended. (2024)", None),
        ("It ended. (Quay (Wire))", None),
        ("It ended. ()", None),
        ("It ended. Quaywire)", None),
        (f"It ended. ({'Q' * 40})", "Q" * 40),
        (f"It ended. ({'Q' * 41})", None),
    ],
)
def test_a_wire_credit_is_an_agency_in_parentheses_at_the_end(page: Path, text: str, credit: str | None) -> None:
    (entry,) = entries(page, body(text))
    assert (entry.credit, entry.byline) == (credit, None)


@pytest.mark.parametrize(
    ("text", "byline", "credit"),
    [
        ("It ended. Author: Ines Vale", "Ines Vale", None),
        ("It ended. Author:Ines Vale  ", "Ines Vale", None),
        ("Author: Ines Vale", "Ines Vale", None),
        ("It ended. Author: J. R. d'Arcy-Vale Jr.", "J. R. d'Arcy-Vale Jr.", None),
        ("It ended. Author: Ines van der Vale and Bo Lind", "Ines van der Vale and Bo Lind", None),
        ("It ended. Author: 한도윤", "한도윤", None),
        ("It ended. Author: Ines Vale (Quaywire)", "Ines Vale", "Quaywire"),
        ("It ended. (Quaywire) Author: Ines Vale", "Ines Vale", "Quaywire"),
        ("Author: Bo Lind. It ended. Author: Ines Vale", "Ines Vale", None),
        ("It ended. Author: Ines Vale is a painter of boats", None, None),
        ("It ended. Author: Ines Vale. She paints.", None, None),
        ("It ended. Author: Ines Vale!", None, None),
        ("It ended. Author:", None, None),
        ("It ended. Co-Author: Ines Vale", None, None),
        ("It ended. author: Ines Vale", None, None),
        ("Ines Vale at work. (©Ines Vale)", None, None),
        ("It ended. Author: Ines Vale (©Bo Lind)", None, None),
        (f"It ended. Author: {'V' * 80}", "V" * 80, None),
        (f"It ended. Author: {'V' * 81}", None, None),
    ],
)
def test_a_byline_is_a_name_after_author_at_the_end(
    page: Path, text: str, byline: str | None, credit: str | None
) -> None:
    (entry,) = entries(page, body(text))
    assert (entry.byline, entry.credit) == (byline, credit)


DATE = "a date DD-MM-YYYY"
TITLE = "a title like 'Latest news with #Tag'"


@pytest.mark.parametrize(
    ("text", "line", "detail"),
    [
        ("", 1, f"expected {TITLE}, found the end of the page"),
        ("\n" + PAGE, 1, f"expected {TITLE}, found a blank line"),
        (replaced(1), 1, f"expected {TITLE}, found a blank line"),
        ("<html>\n" + PAGE, 1, f"expected {TITLE}, found '<html>'"),
        (replaced(1, "Latest news with #"), 1, f"expected {TITLE}, found 'Latest news with #'"),
        (replaced(1, "Latest news with #…"), 1, f"expected {TITLE}, found 'Latest news with #…'"),
        ("Latest news with #Canal", 1, "expected an outlet, found the end of the page"),
        ("Latest news with #Canal\n\n\n", 3, "expected an outlet, found the end of the page"),
        (replaced(5), 5, f"expected {DATE}, found '- Transport'"),
        (replaced(5, ""), 5, f"expected {DATE}, found a blank line"),
        (replaced(5, "31-02-2025"), 5, f"expected {DATE}, found '31-02-2025'"),
        (replaced(5, "29-02-2025"), 5, f"expected {DATE}, found '29-02-2025'"),
        (replaced(5, "2025-06-21"), 5, f"expected {DATE}, found '2025-06-21'"),
        (replaced(5, "1-6-2025"), 5, f"expected {DATE}, found '1-6-2025'"),
        (replaced(5, "01-06-0000"), 5, f"expected {DATE}, found '01-06-0000'"),
        (replaced(5, "٠١-٠٦-٢٠٢٥"), 5, f"expected {DATE}, found '٠١-٠٦-٢٠٢٥'"),
        (replaced(6), 7, "expected '- Lock Courier', found 'Ferry returns to the north quay'"),
        (replaced(6, "-"), 6, "expected a section like '- Politics', found '-'"),
        (replaced(6, "Transport"), 6, "expected a section like '- Politics', found 'Transport'"),
        (replaced(7, "- Weekly Towpath"), 7, "expected '- Lock Courier', found '- Weekly Towpath'"),
        (replaced(7, "Lock Courier"), 7, "expected '- Lock Courier', found 'Lock Courier'"),
        (replaced(8, ""), 8, "expected a headline, found a blank line"),
        (replaced(8), 9, "expected a paragraph of text, found a blank line"),
        (replaced(9, ""), 9, "expected a paragraph of text, found a blank line"),
        (replaced(9, "One paragraph.", "Another."), 11, f"expected {DATE}, found a blank line"),
        (replaced(9, "One paragraph.", "", "Another."), 12, f"expected {DATE}, found a blank line"),
        (replaced(5, "x" * 100), 5, f"expected {DATE}, found '{'x' * 60}…'"),
        (replaced(9, "A\0B"), 9, "expected text, found a NUL character"),
        (replaced(9, "x" * ((4 << 20) + 1)), 9, "expected a line of at most 4 MiB, found a longer one"),
        (PAGE.replace("quay", "quaï").encode("latin-1"), 8, "expected UTF-8, found byte 0xef"),
        (PAGE.encode("utf-16"), 1, "expected UTF-8, found byte 0xff"),
        (PAGE.encode("utf-16-be"), 1, "expected text, found a NUL character"),
    ],
)
def test_a_malformed_page_is_refused_with_its_line(page: Path, text: str | bytes, line: int, detail: str) -> None:
    with pytest.raises(ListingError) as refused:
        entries(page, text)
    assert (refused.value.path, refused.value.line, refused.value.detail) == (page, line, detail)
    assert str(refused.value) == f"{page}:{line}: {detail}"


@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (12, DATE),
        (13, "a section like '- Politics'"),
        (14, "'- Weekly Towpath'"),
        (15, "a headline"),
        (16, "a paragraph of text"),
    ],
)
def test_a_truncated_entry_is_refused_where_the_page_ends(page: Path, line: int, expected: str, ending: str) -> None:
    end, found = (line + 1, "a blank line") if ending == "\n\n" else (line, "the end of the page")
    with pytest.raises(ListingError) as refused:
        entries(page, "\n".join(PAGE.splitlines()[:line]) + ending)
    assert (refused.value.line, refused.value.detail) == (end, f"expected {expected}, found {found}")


def test_entries_before_the_malformed_one_are_given(page: Path) -> None:
    page.write_text(replaced(13, "soon"))
    reading = read(page)
    assert next(reading) == FIRST
    with pytest.raises(ListingError):
        next(reading)


@pytest.mark.parametrize("blank", ["\n\n", "\n", ""])
@pytest.mark.parametrize(
    ("number", "lines"),
    [
        (2, ["soon"]), (2, []), (2, [""]), (2, ["07-03-2024"] * 2), (3, ["World"]), (3, []), (3, [""]),
        (4, ["- Others"]), (4, []), (5, [""]), (6, [""]), (6, ["One.", "Two."]), (1, []),
        (2, [b"\xff"]), (1, [b"\xff"]), (6, ["A\0B"]), (3, ["- " + "x" * (4 << 20)]),
    ],
)  # fmt: skip
def test_one_wrong_line_in_each_entry_is_one_mistake_each(
    page: Path, number: int, lines: list[str | bytes], blank: str
) -> None:
    entry = ["Lock Courier", "07-03-2024", "- Transport", "- Lock Courier", "Ferry returns", "It ran again."]
    wrong: list[str | bytes] = [*entry[: number - 1], *lines, *entry[number:]]
    written = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in wrong) + blank.encode()
    good = "\n".join(entry).encode() + b"\n" + blank.encode()
    page.write_bytes(b"Latest news with #Canal\n\n" + good + written + good + written + good)
    found: list[FileMistake] = []
    assert len(list(read(page, found.append))) >= 3
    assert len(found) == 2
    first, second = (mistake.line for mistake in found)
    assert second - first == len(wrong) + len(entry) + 2 * len(blank)


def test_a_long_page_is_read_in_little_memory(page: Path) -> None:
    entry = PAGE.partition("\n")[2]
    page.write_text("Latest news with #Canal\n" + entry.replace("Monday", "Monday " * 100) * 5000)
    tracemalloc.start()
    assert sum(1 for _ in read(page)) == 10000
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


lines = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), min_size=1, max_size=20).filter(str.strip)
made = st.tuples(lines.map(str.strip), st.dates(), lines.map(str.strip), lines.map(str.strip), lines)
on_disk = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(st.lists(made, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]), st.integers(0, 3))
@on_disk
def test_what_is_written_as_a_page_is_read_back(
    page: Path, written: list[tuple[str, date, str, str, str]], ending: str, blank: int
) -> None:
    text = ["Latest news with #Canal"]
    for outlet, day, section, headline, paragraph in written:
        text += [""] * blank
        text += [outlet, f"{day:%d-%m-}{day.year:04}", f"- {section}", f"- {outlet}", headline, paragraph]
    found = entries(page, ending.join(text))
    assert [(e.outlet, e.published_on, e.section, e.headline, e.body) for e in found] == written


@given(st.data())
@on_disk
def test_a_page_with_one_line_changed_is_read_or_refused(page: Path, data: st.DataObject) -> None:
    text = PAGE.encode().splitlines()
    number = data.draw(st.integers(0, len(text) - 1))
    altered = st.one_of(st.binary(max_size=30), st.sampled_from([b"", b"-", b"- ", b"\xff", *text]))
    change = data.draw(st.one_of(st.just([]), st.just([text[number]] * 2), altered.map(lambda line: [line])))
    changed = b"\n".join([*text[:number], *change, *text[number + 1 :]])
    refusal = ""
    try:
        assert entries(page, changed)
    except ListingError as error:
        refusal = str(error)
    assert not refusal or re.match(rf"{re.escape(str(page))}:\d+: expected .+, found .+", refusal)


@given(st.binary())
@on_disk
def test_anything_else_is_refused(page: Path, content: bytes) -> None:
    with pytest.raises(ListingError):
        entries(page, content)


@pytest.mark.parametrize(
    ("ending", "credit"),
    [
        ("(Yonhap)", "Yonhap"), ("(Yonhap).", "Yonhap"), ("(dpa)", "dpa"), ("(dpa/afp)", "dpa/afp"),
        ("(AP, Reuters)", "AP, Reuters"), ("(연합뉴스)", "연합뉴스"), ("(Photo)", None), ("(END)", None), ("(D)", None),
        ("(끝)", None), ("(©AP)", None), ("(see below)", None),
    ],
)  # fmt: skip
def test_a_credit_is_an_agency_in_brackets_at_the_end(tmp_path: Path, ending: str, credit: str | None) -> None:
    page = tmp_path / "page.txt"
    page.write_text(f"Latest news with #Ferry\n\nCourier\n01-02-2025\n- World\n- Courier\nHeadline\nText. {ending}\n")
    [entry] = read(page)
    assert entry.credit == credit
