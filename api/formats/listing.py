"""Reads the listing format: a page of news under one tag, with six lines for each entry."""

import codecs
import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from api.formats.mistakes import FileMistake, Report, raise_mistake

_MAX_LINE_BYTES = 4 * 1024 * 1024
_MAX_CREDIT_LENGTH = 40
_MAX_BYLINE_LENGTH = 80
_MAX_QUOTE_LENGTH = 60

_TITLE = re.compile(r"Latest news with #(.*[^\W_].*)")
_DATE = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})")
_ITEM = re.compile(r"-\s+(.+)")
_FILLED = re.compile(r".+")

_AGENCY = re.compile(r"(?:[^\W\d_]|[ ,./&-])+")
# Agencies written in lowercase, and words in parentheses that are not agencies.
_LOWERCASE_AGENCIES = re.compile(r"((afp|ansa|ap|apa|dpa|efe|epd|kna|lusa|tass)(\b[/, -]+|$))+")
_NOT_AGENCY = re.compile(r"\w|cont|end|ends|file|more|photos?|pictured|video|끝|사진|종합|写真|終|了", re.IGNORECASE)
_NAME = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f ',’.-])+")
# A full stop, except after an initial (J. R., A.F.P.) or a title, and within a word (Example.com).
_STOP = re.compile(r"(?<!\b[^\W\d_])(?<!\bJr)(?<!\bSr)(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bProf)\.(?![^\W\d_])")
_LOWERCASE_WORD = re.compile(
    "al|and|bin|bint|da|das|de|del|della|den|der|des|di|do|dos|du|e|el|for|ibn|la|le|of|ten|ter|the|van|von|y|zu"
)


class ListingError(FileMistake):
    """A line that does not follow the listing format: what was expected, and what was found."""


@dataclass(frozen=True)
class Entry:
    """An entry of a page: an article, and the line on which it starts."""

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


def read(path: Path, report: Report = raise_mistake) -> Iterator[Entry]:
    """Yield the entries of a page in order. Reports each ListingError and continues with the next entry."""
    with path.open("rb") as file:
        page = _Page(path, file)
        tag = "unknown"  # used if the title is invalid, so that the entries are checked, too
        try:
            tag = page.expect(_TITLE, "a title like 'Latest news with #Tag'")[1].strip()
            if not page.skip_to_filled():
                raise page.refusal("an outlet")
        except ListingError as mistake:
            report(mistake)
            page.skip_to_entry()
        while page.text is not None:
            try:
                yield _entry(page, tag)
                page.skip_to_filled()
            except ListingError as mistake:
                report(mistake)
                page.skip_to_entry()


class _Page:
    """A page that is read line by line. ``text`` is the current line, None after the last one."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.text: str | None = ""
        self.number = 0
        self._path = path
        self._file = file
        self._ahead: deque[bytes] = deque()

    def expect(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        """Read the next line. Raises ListingError unless it matches the pattern, without surrounding whitespace."""
        self._advance()
        match = pattern.fullmatch((self.text or "").strip())
        if match is None:
            raise self.refusal(expected)
        return match

    def skip_to_filled(self) -> bool:
        """Read up to the next line that is not blank. Returns False at the end of the page."""
        self._advance()
        while self.text is not None and not self.text.strip():
            self._advance()
        return self.text is not None

    def skip_to_entry(self) -> None:
        """After a mistake, read up to the first line of an entry, which may be the current line."""
        if self._begins_entry(undated=False):
            return
        while self.text is not None:
            self._advance(strict=False)
            if self._begins_entry(undated=True):
                return

    def _begins_entry(self, *, undated: bool) -> bool:
        """Whether an entry starts at the current line. With ``undated`` its date may be invalid or missing."""
        outlet = (self.text or "").strip()
        if not outlet or _DATE.fullmatch(outlet) or _ITEM.fullmatch(outlet):
            return False
        following = self._following(3)
        if _DATE.fullmatch(following[0]):
            return True
        first, second, third = (_ITEM.fullmatch(line) is not None for line in following)
        return undated and second and (first or (third and following[0] != ""))

    def refusal(self, expected: str, found: str = "") -> ListingError:
        """The error for the current line, which is not as expected."""
        return ListingError(self._path, max(self.number, 1), f"expected {expected}, found {found or _shown(self.text)}")

    def _following(self, count: int) -> list[str]:
        """Peek at the next ``count`` lines, stripped. Lines after the end of the page are empty."""
        while len(self._ahead) < count:
            self._ahead.append(self._read_line())
        return [self._ahead[index].decode(errors="replace").strip() for index in range(count)]

    def _read_line(self) -> bytes:
        line = self._file.readline(_MAX_LINE_BYTES + len(codecs.BOM_UTF8 + b"\r\n"))
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = self._file.readline(_MAX_LINE_BYTES)
        return line

    def _advance(self, *, strict: bool = True) -> None:
        """Read the next line. Unless ``strict`` is false, raises ListingError when it is not text."""
        line = self._ahead.popleft() if self._ahead else self._read_line()
        if not line:
            self.text = None
            return
        self.number += 1
        if self.number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        self.text = ""  # until the line is known to be text
        self.text = self._checked(line) if strict else line.decode(errors="replace")

    def _checked(self, line: bytes) -> str:
        if len(line) > _MAX_LINE_BYTES:
            raise self.refusal("a line of at most 4 MiB", "a longer one")
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise self.refusal("UTF-8", f"byte 0x{line[error.start]:02x}") from None
        if b"\0" in line:
            raise self.refusal("text", "a NUL character")
        return text


def _shown(text: str | None) -> str:
    if text is None:
        return "the end of the page"
    if not text.strip():
        return "a blank line"
    return repr(text if len(text) <= _MAX_QUOTE_LENGTH else text[:_MAX_QUOTE_LENGTH] + "…")


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
    """The byline and the agency credit at the end of a body, in either order."""
    text, credit = _split_credit(body.rstrip())
    before, mark, name = text.rpartition("Author:")
    name = name.strip()
    if not mark or before[-1:].strip() or len(name) > _MAX_BYLINE_LENGTH or not _is_name(name, _NAME):
        return None, credit
    return name, credit or _split_credit(before.rstrip())[1]


def _split_credit(text: str) -> tuple[str, str | None]:
    signed = text.removesuffix(".")
    if signed.endswith(")"):
        before, mark, credit = signed[:-1].rpartition("(")
        if mark and len(credit) <= _MAX_CREDIT_LENGTH and _is_agency(credit.strip()):
            return before.rstrip(), credit.strip()
    return text, None


def _is_agency(text: str) -> bool:
    if _NOT_AGENCY.fullmatch(text):
        return False
    return _LOWERCASE_AGENCIES.fullmatch(text) is not None or _is_name(text, _AGENCY)


def _is_name(text: str, characters: re.Pattern[str]) -> bool:
    """Whether a text looks like a name rather than a sentence."""
    names = text.split()
    return (
        bool(names)
        and names[0][0].isalpha()
        and not names[0][0].islower()
        and characters.fullmatch(text) is not None
        and _STOP.search(text) is None
        and all(not name.islower() or _LOWERCASE_WORD.fullmatch(name) for name in names)
    )
