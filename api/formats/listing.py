"""Reads the listing format: a page of news under one tag, each entry six lines long."""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

_LONGEST_LINE = 4 * 1024 * 1024
_LONGEST_CREDIT = 40
_LONGEST_BYLINE = 80
_LONGEST_QUOTE = 60

_TITLE = re.compile(r"Latest news with #(.*[^\W_].*)")
_DATE = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})")
_ITEM = re.compile(r"-\s+(.+)")
_FILLED = re.compile(r".+")

_AGENCY = re.compile(r"(?:[^\W\d_]|[ ,./&-])+")
# Agencies that write themselves small, and what stands in such brackets but is no agency.
_SMALL_AGENCIES = re.compile(r"((afp|ansa|ap|apa|dpa|efe|epd|kna|lusa|tass)(\b[/, -]+|$))+")
_NO_AGENCY = re.compile(r"\w|cont|end|ends|file|more|photos?|pictured|video|끝|사진|종합|写真|終|了", re.IGNORECASE)
_NAME = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f ',’.-])+")
# Any point but one of an initial (J. R., A.F.P.), of a generation or within a word (Example.com).
_STOP = re.compile(r"(?<!\b[^\W\d_])(?<!\bJr)(?<!\bSr)(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bProf)\.(?![^\W\d_])")
_SMALL_WORD = re.compile(
    "al|and|bin|bint|da|das|de|del|della|den|der|des|di|do|dos|du|e|el|for|ibn|la|le|of|ten|ter|the|van|von|y|zu"
)


class ListingError(ValueError):
    """A page that does not follow the listing format: where, what was expected and what was found."""

    def __init__(self, path: Path, line: int, detail: str) -> None:
        super().__init__(f"{path}:{line}: {detail}")
        self.path = path
        self.line = line
        self.detail = detail


@dataclass(frozen=True)
class Entry:
    """One piece of news on a page, the body word for word, and the line of the page it starts on."""

    outlet: str
    external_id: str
    published_on: date
    section: str
    headline: str
    body: str
    byline: str | None
    credit: str | None
    tag: str
    line: int


def read(path: Path) -> Iterator[Entry]:
    """The entries of a page in its order, read as they are asked for; raises ListingError."""
    with path.open("rb") as file:
        page = _Page(path, file)
        tag = page.expect(_TITLE, "a title like 'Latest news with #Tag'")[1].strip()
        if not page.skip_to_filled():
            raise page.refusal("an outlet")
        while page.text is not None:
            yield _entry(page, tag)
            page.skip_to_filled()


class _Page:
    """A page read line by line; text is the line read last, None after the last line."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.text: str | None = ""
        self.number = 0
        self._path = path
        self._file = file

    def expect(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        """The next line, which stripped must match the pattern."""
        self._advance()
        match = pattern.fullmatch((self.text or "").strip())
        if match is None:
            raise self.refusal(expected)
        return match

    def skip_to_filled(self) -> bool:
        """Whether another line that is not blank follows; it is read."""
        self._advance()
        while self.text is not None and not self.text.strip():
            self._advance()
        return self.text is not None

    def refusal(self, expected: str, found: str = "") -> ListingError:
        """The error that the line read last is not what was expected."""
        return ListingError(self._path, max(self.number, 1), f"expected {expected}, found {found or _shown(self.text)}")

    def _advance(self) -> None:
        line = self._file.readline(_LONGEST_LINE + len(codecs.BOM_UTF8 + b"\r\n"))
        if not line:
            self.text = None
            return
        self.number += 1
        if self.number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        if len(line) > _LONGEST_LINE:
            raise self.refusal("a line of at most 4 MiB", "a longer one")
        try:
            self.text = line.decode()
        except UnicodeDecodeError as error:
            raise self.refusal("UTF-8", f"byte 0x{line[error.start]:02x}") from None
        if b"\0" in line:
            raise self.refusal("text", "a NUL character")


def _shown(text: str | None) -> str:
    if text is None:
        return "the end of the page"
    if not text.strip():
        return "a blank line"
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…")


def _entry(page: _Page, tag: str) -> Entry:
    line, outlet = page.number, (page.text or "").strip()
    published_on = _date(page)
    section = page.expect(_ITEM, "a section like '- Politics'")[1]
    expected = _shown(f"- {outlet}")
    if page.expect(_ITEM, expected)[1] != outlet:
        raise page.refusal(expected)
    headline = page.expect(_FILLED, "a headline")[0]
    page.expect(_FILLED, "a paragraph of text")
    body = page.text or ""
    byline, credit = _signatures(body)
    digest = sha256(unicodedata.normalize("NFC", headline).encode()).hexdigest()
    return Entry(
        outlet=outlet,
        external_id=f"{published_on.isoformat()}-{digest[:12]}",
        published_on=published_on,
        section=section,
        headline=headline,
        body=body,
        byline=byline,
        credit=credit,
        tag=tag,
        line=line,
    )


def _date(page: _Page) -> date:
    expected = "a date DD-MM-YYYY"
    day, month, year = map(int, page.expect(_DATE, expected).groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise page.refusal(expected) from None


def _signatures(body: str) -> tuple[str | None, str | None]:
    """The byline and the wire credit a body ends with, in either order."""
    text, credit = _split_credit(body.rstrip())
    before, mark, name = text.rpartition("Author:")
    name = name.strip()
    if not mark or before[-1:].strip() or len(name) > _LONGEST_BYLINE or not _is_name(name, _NAME):
        return None, credit
    return name, credit or _split_credit(before.rstrip())[1]


def _split_credit(text: str) -> tuple[str, str | None]:
    signed = text.removesuffix(".")
    if signed.endswith(")"):
        before, mark, credit = signed[:-1].rpartition("(")
        if mark and len(credit) <= _LONGEST_CREDIT and _is_agency(credit.strip()):
            return before.rstrip(), credit.strip()
    return text, None


def _is_agency(text: str) -> bool:
    if _NO_AGENCY.fullmatch(text):
        return False
    return _SMALL_AGENCIES.fullmatch(text) is not None or _is_name(text, _AGENCY)


def _is_name(text: str, characters: re.Pattern[str]) -> bool:
    """Whether a text reads as a name, and not as a sentence."""
    names = text.split()
    return (
        bool(names)
        and names[0][0].isalpha()
        and not names[0][0].islower()
        and characters.fullmatch(text) is not None
        and _STOP.search(text) is None
        and all(not name.islower() or _SMALL_WORD.fullmatch(name) for name in names)
    )
