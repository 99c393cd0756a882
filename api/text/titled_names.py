"""Finds people by a title and a surname, such as ``President Clinton``, by the offices that they held at the time."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import NamedTuple

from ahocorasick import Automaton

from api.text.folding import HAN, HANGUL, KANA
from api.text.offices import COURTESY, titles, words_of

MAX_TITLES = 10_000
"""The number of titles in a text that are looked at."""

_FORMER = {
    "former",
    "ex",
    "ehemaliger",
    "ehemalige",
    "ehemaligen",
    "ancien",
    "ancienne",
    "бывший",
    "бывшего",
    "бывшему",
}
_DEPUTY = {"vice", "deputy", "assistant", "under", "acting", "stellvertretender", "stellvertretende", "заместитель"}
_PARTICLE = "(?:(?:von|van|de|der|den|del|della|di|da|dos|du|la|le|el|al|bin|ibn) ){0,3}"
_NAME_AFTER = re.compile(rf" ({_PARTICLE}([^\W\d_]+)) ")
_WORD_BEFORE = re.compile(r"\w{1,30}\Z")

_UNSPACED = re.compile(f"[{HANGUL}{KANA}{HAN}]")
_HAN = re.compile(f"[{HAN}]")
_HANGUL = re.compile(f"[{HANGUL}]")
_HANGUL_NAME_BEFORE = re.compile(f" (?!전 )([{HANGUL}]{{1,9}}?) ?(전 )?\\Z")
_KANA_NAME_BEFORE = re.compile(f"(?<![{KANA}])([{KANA}]{{2,12}})([前元]?)\\Z")
# A title in Hangul ends its run, but for a particle; 대통령실 is another word.
_END_OF_TITLE = re.compile(
    f"(?<![{HANGUL}])|(?:은|는|이|가|을|를|의|에|에게|에서|께|께서|와|과|도|로|으로|만|까지|부터|처럼|보다|측|님|이나|나|라고|인|이다|다"
    "|이었다|였다|입니다)?(?= )"
)
_CYRILLIC_ENDING = re.compile("(?:ого|ому|ыми|ими|ою|ові|еві|ем|єм|ом|ой|ей|ым|им|их|ых|ем|а|у|е|ы|и|ю|я|і)\\Z")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


class Role(NamedTuple):
    """The offices that a person held from one day to another (ISO 8601, both included)."""

    offices: frozenset[str]
    since: str
    until: str

    def held(self, day: str, *, former: bool) -> bool:
        """Whether the role was held on this day, or had ended by then if it is a ``former`` one."""
        return self.until < day if former else self.since <= day <= self.until


class TitledName(NamedTuple):
    """A surname beside a title in a folded text, from ``start`` to ``stop``, and the person whom it means."""

    start: int
    stop: int
    person: int


class _Titled(NamedTuple):
    start: int
    stop: int
    surname: str
    offices: frozenset[str]
    former: bool


class TitledNames:
    """An index of people with roles by their surnames (folded)."""

    def __init__(self, people: Iterable[tuple[int, Iterable[str], tuple[Role, ...]]]) -> None:
        self._bearers: dict[str, list[tuple[int, tuple[Role, ...]]]] = {}
        for person, surnames, roles in people:
            for surname in {_stem(surname) for surname in surnames}:
                self._bearers.setdefault(surname, []).append((person, roles))
        self._titles = Automaton()
        for title, offices in titles().items() if self._bearers else ():
            spaced = title if _UNSPACED.match(title) else f" {title}"
            self._titles.add_word(spaced, (spaced, offices))
        self._titles.make_automaton()

    def find(self, folded: str, day: date) -> list[TitledName]:
        """The surnames beside titles in reading order, each with the only person who bore the title on this day.

        ``folded`` has a space on both sides of each word, and fields are separated by line feeds.
        """
        found: list[TitledName] = []
        known: set[str] = set()
        for name in self._titled(folded):
            owners = self._owners(name, day.isoformat())
            if len(owners) != 1:
                continue
            if name.offices == {COURTESY} and name.surname not in known and _is_introduced(folded, name):
                continue
            known.add(name.surname)
            found.append(TitledName(name.start, name.stop, owners.pop()))
        return found

    def _owners(self, name: _Titled, day: str) -> set[int]:
        return {
            person
            for person, roles in self._bearers.get(_stem(name.surname), ())
            for role in roles
            if (name.offices == {COURTESY} or not role.offices.isdisjoint(name.offices))
            and role.held(day, former=name.former)
        }

    def _titled(self, folded: str) -> Iterator[_Titled]:
        if not self._bearers:
            return
        passed = 0
        ends = ((last + 1, title, offices) for last, (title, offices) in self._titles.iter_long(folded))
        for stop, title, offices in islice(ends, MAX_TITLES):
            start = stop - len(title)
            find = _after if title[0] == " " else self._beside
            name = find(folded, start, stop, offices) if start >= passed else None
            if name:
                passed = max(stop, name.stop)
                yield name

    def _beside(self, folded: str, start: int, stop: int, offices: frozenset[str]) -> _Titled | None:
        """The surname before a title in Hangul, kana or Han, or after one in Han."""
        if not _END_OF_TITLE.match(folded, stop):
            return None
        for name_before in (_HANGUL_NAME_BEFORE, _KANA_NAME_BEFORE):
            if found := name_before.search(folded, max(0, start - 14), start):
                return _Titled(found.start(1), found.end(1), found[1], offices, bool(found[2]))
        former = folded[start - 1] in "前元"
        end = start - former
        for length in (4, 3, 2, 1):
            surname = folded[max(0, end - length) : end]
            longer = length == 1 and _HAN.match(folded, max(0, end - 2))
            if surname in self._bearers and not longer:
                return _Titled(end - length, end, surname, offices, former)
        for length in (6, 5, 4, 3, 2):
            surname = folded[stop : stop + length]
            if surname in self._bearers:
                return _Titled(stop, stop + length, surname, offices, former)
        return None


def _is_introduced(folded: str, name: _Titled) -> bool:
    """Whether the text itself has said who is meant: "John Smith was there. Mr Smith said so"."""
    field = folded.rfind("\n", 0, name.start) + 1
    return folded.find(f" {name.surname} ", field, name.start) >= 0


def titled_phrases(surnames: Iterable[str], roles: Iterable[Role]) -> Iterator[str]:
    """The phrases of title and surname by which a person may be found."""
    offices = frozenset().union(*(role.offices for role in roles))
    titles = {title for office in (*offices, *([COURTESY] if offices else [])) for title in words_of(office)}
    for surname in surnames:
        for title in titles:
            if _UNSPACED.match(surname) and _UNSPACED.match(title):
                yield f"{surname}{title}"
                yield f"{surname} {title}" if _HANGUL.match(surname) else f"{title}{surname}"
            elif surname.isascii() == title.isascii():
                yield f"{title} {surname}"


def _after(folded: str, start: int, stop: int, offices: frozenset[str]) -> _Titled | None:
    """The surname after a title in an alphabet."""
    if _CYRILLIC.match(folded, stop - 1):
        ending = _CYRILLIC_ENDING.search(folded, stop, folded.find(" ", stop))
        stop = ending.end() if ending and ending.start() == stop else stop
    name = _NAME_AFTER.match(folded, stop)
    before = _WORD_BEFORE.search(folded, max(0, start - 30), start)
    if name is None or (before and before[0] in _DEPUTY):
        return None
    return _Titled(name.start(1) - 1, name.end(1), name[2], offices, bool(before and before[0] in _FORMER))


def _stem(surname: str) -> str:
    """A surname in Cyrillic without the ending of its case; any other as it is."""
    if len(surname) > 4 and _CYRILLIC.match(surname):
        return _CYRILLIC_ENDING.sub("", surname)
    return surname
