"""Finds people and tags in texts by their names and phrases."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, islice
from typing import Any, Literal, NamedTuple

from ahocorasick import Automaton

from api.text.folding import HAN, HANGUL, KANA, fold, words
from api.text.surnames import surname, surnames
from api.text.titled_names import Role, TitledNames
from api.text.word_offsets import WordOffsets

MAX_MATCHES = 100_000
"""The number of names and phrases found in a text that are looked at, counted once for each time they occur."""

_CJK = re.compile(f"[{HANGUL}{KANA}{HAN}]")
_UNSPACED = re.compile(f"[{KANA}{HAN}]")

_TITLES = (
    "대통령 당선인 당선자 주석 총리 부총리 국무총리 총통 국왕 장관 차관 후보 예비후보 의원 대표 원내대표 "
    "당대표 위원장 국무위원장 비대위원장 총비서 서기 의장 지사 시장 총장 총재 회장 부회장 사장 대사 특사 "
    "수석 실장 비서관 대변인 교수 박사 감독 코치 선수 작가 배우 기자 판사 검사 변호사 여사 선생 씨 님 측 "
    "군 양"
)
_PARTICLES = (
    "은 는 이 가 을 를 의 에 에게 에게서 에서 에선 께 께서 께선 한테 한테서 와 과 랑 이랑 하고 도 로 으로 "
    "로서 으로서 로써 으로써 만 까지 부터 마저 조차 처럼 같이 보다 대로 뿐 나 이나 든 이든 라 이라 라고 "
    "이라고 라는 이라는 란 이란 며 이며 고 이고 인 다 이다 였다 이었다 입니다 야 아 여 이여"
)
# A name in Hangul ends with its run of Hangul, or before titles and particles that end the run.
_END_OF_NAME = re.compile(
    f"(?<![{HANGUL}])|(?:{'|'.join(_TITLES.split())}){{0,2}}(?:{'|'.join(_PARTICLES.split())}){{0,3}}(?= )"
)


@dataclass(frozen=True)
class Person:
    """A person with name and aliases. With ``outlets``, found only in articles of these outlets (ids)."""

    id: int
    name: str
    aliases: tuple[str, ...]
    outlets: frozenset[int] | None = None
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Tag:
    """A tag with the phrases that assign it to an article. With ``outlets``, only to articles of these (ids)."""

    id: int
    match: tuple[str, ...]
    outlets: frozenset[int] | None = None


class Mention(NamedTuple):
    """A name or phrase in the text of an article: ``field[start:stop]``, in characters of its field.

    Fields are numbered from 0. Neither particles nor titles are part of a mention.
    """

    field: int
    start: int
    stop: int


@dataclass(frozen=True)
class Matches:
    """The people that a text mentions, in the order of their first mention, and its tags, each with all mentions.

    ``titled`` are the people who are mentioned by title and surname alone. ``namesakes`` are the mentions of names that
    several people have, by the ids of these.
    """

    people: dict[int, tuple[Mention, ...]]
    tags: dict[int, tuple[Mention, ...]]
    titled: frozenset[int]
    namesakes: dict[tuple[int, ...], tuple[Mention, ...]]


class _Phrase(NamedTuple):
    text: str
    people: tuple[int, ...]
    tags: tuple[int, ...]


class _Found(NamedTuple):
    start: int
    stop: int
    owners: tuple[int, ...]
    by: Literal["name", "title", "surname"] = "name"


class Gazetteer:
    """An index of people and tags. Safe for concurrent use, as it does not change."""

    def __init__(self, people: Iterable[Person], tags: Iterable[Tag]) -> None:
        self._people: dict[int, Person] = {}
        self._outlets_of_people: dict[int, frozenset[int]] = {}
        self._outlets_of_tags: dict[int, frozenset[int]] = {}
        named: dict[str, tuple[int, ...]] = {}
        tagged: dict[str, tuple[int, ...]] = {}
        for person in people:
            self._people[person.id] = person
            if person.outlets is not None:
                self._outlets_of_people[person.id] = person.outlets
            _add(named, person.id, (person.name, *person.aliases))
        for tag in tags:
            if tag.outlets is not None:
                self._outlets_of_tags[tag.id] = tag.outlets
            _add(tagged, tag.id, tag.match)
        self._phrases = _build_automaton(
            {text: _Phrase(text, named.get(text, ()), tagged.get(text, ())) for text in named | tagged}
        )
        self._titled = TitledNames(
            (person.id, surnames(person.name, person.aliases), person.roles)
            for person in self._people.values()
            if person.roles and person.outlets is None
        )

    def find(
        self,
        *fields: str | None,
        outlet: int | None = None,
        named: Collection[int] = (),
        published_on: date | None = None,
    ) -> Matches:
        """Find people and tags in the text fields of an article, in reading order. No name spans two fields.

        ``outlet`` is the id of the article's outlet, ``named`` are the people whom the outlet itself names. Titles mean
        whoever held an office on the day ``published_on``; without it they mean nobody.
        """
        text = _Text(fields)
        tags: list[_Found] = []
        names: list[_Found] = []
        for start, stop, phrase in _find_phrases(self._phrases, text.folded):
            if owners := _owners_in(phrase.tags, self._outlets_of_tags, outlet, ()):
                tags.append(_Found(start, stop, owners))
            if owners := _owners_in(phrase.people, self._outlets_of_people, outlet, named):
                names.append(_Found(start, stop, owners))
        names = _leftmost_longest(names)
        titled = self._titled.find(text.folded, published_on) if published_on else ()
        names += (_Found(name.start, name.stop, (name.person,), "title") for name in titled)
        names += self._find_surnames({name.owners[0] for name in names if len(name.owners) == 1}, text.folded)
        return _matches(_leftmost_longest(names), tags, text)

    def _find_surnames(self, people: Iterable[int], folded: str) -> list[_Found]:
        """Find the mentions of surnames that only one of these people has."""
        owners: dict[str, tuple[int, ...]] = {}
        for person in people:
            _add(owners, person, (surname(self._people[person].name, self._people[person].aliases),))
        phrases = {text: _Phrase(text, ids, ()) for text, ids in owners.items() if len(ids) == 1}
        return [
            _Found(start, stop, phrase.people, "surname")
            for start, stop, phrase in _find_phrases(_build_automaton(phrases), folded)
        ]


class _Text:
    """The words of an article, folded into one string, and where they are in its fields."""

    def __init__(self, fields: Iterable[str | None]) -> None:
        self._fields = list(fields)
        # A word has a space on both sides, so that none spans two fields. Folding may change the length of words but
        # not their number.
        parts = [fold(f" {' '.join(words(text))} ") if text else "" for text in self._fields]
        self._starts = list(accumulate((len(part) + 1 for part in parts), initial=0))
        self.folded = "\n".join(parts)

    def mentions(self, found: Iterable[_Found]) -> Iterator[tuple[_Found, Mention]]:
        """The mentions of what was found in ``folded``, given and yielded in the order of their starts."""
        offsets: WordOffsets | None = None
        field, word, passed, word_start = -1, -1, 0, 0
        for item in found:
            if offsets is None or item.start >= self._starts[field + 1]:
                field = bisect_right(self._starts, item.start) - 1
                offsets = WordOffsets(self._fields[field] or "")
                word, passed = -1, self._starts[field]
            first = item.start + (self.folded[item.start] == " ")
            word += self.folded.count(" ", passed, first)
            word_start = max(word_start, self.folded.rfind(" ", passed, first) + 1)
            passed = first
            start = offsets.start(word, first - word_start)
            yield item, Mention(field, start, self._stop(offsets, word, first, word_start, item.stop))

    def _stop(self, offsets: WordOffsets, word: int, first: int, word_start: int, stop: int) -> int:
        last = word + self.folded.count(" ", first, stop)
        if self.folded[stop] == " ":
            return offsets.stop(last)
        return offsets.stop(last, stop - max(word_start, self.folded.rfind(" ", first, stop) + 1))

    def is_lowercase(self, mention: Mention) -> bool:
        """Whether a mention has lowercase letters only."""
        return (self._fields[mention.field] or "")[mention.start : mention.stop].islower()


def _owners_in(
    ids: tuple[int, ...], outlets_of: Mapping[int, frozenset[int]], outlet: int | None, named: Collection[int]
) -> tuple[int, ...]:
    """The owners of a phrase that count in an article of this outlet: those of all outlets if there are any.

    Of several, it is the one that the outlet names.
    """
    if not outlets_of.keys().isdisjoint(ids):
        everywhere = tuple(id for id in ids if id not in outlets_of)
        ids = everywhere or tuple(id for id in ids if outlet in outlets_of[id] or id in named)
    if len(ids) > 1 and named:
        meant = tuple(id for id in ids if id in named)
        return meant if len(meant) == 1 else ids
    return ids


def _matches(names: Iterable[_Found], tags: list[_Found], text: _Text) -> Matches:
    """Collect the mentions. A surname counts if it is capitalized and the person has been mentioned before."""
    people: dict[tuple[int, ...], list[Mention]] = {}
    named: set[int] = set()
    for item, mention in text.mentions(names):
        if item.by == "name":
            named.update(item.owners)
        elif text.is_lowercase(mention) or (item.by == "surname" and item.owners not in people):
            continue
        people.setdefault(item.owners, []).append(mention)
    known = {owners[0]: tuple(mentions) for owners, mentions in people.items() if len(owners) == 1}
    namesakes = {owners: tuple(mentions) for owners, mentions in people.items() if len(owners) > 1}
    return Matches(known, _tags(tags, text), frozenset(known.keys() - named), namesakes)


def _tags(found: list[_Found], text: _Text) -> dict[int, tuple[Mention, ...]]:
    tags: dict[int, list[Mention]] = {}
    for item, mention in text.mentions(sorted(found)):
        for tag in item.owners:
            tags.setdefault(tag, []).append(mention)
    return {tag: tuple(mentions) for tag, mentions in tags.items()}


def _add(index: dict[str, tuple[int, ...]], owner: int, phrases: Iterable[str]) -> None:
    for text in {_delimit(phrase) for phrase in phrases} - {""}:
        index[text] = (*index.get(text, ()), owner)


def _delimit(phrase: str) -> str:
    """Fold a phrase, and add a space where a word must begin or end."""
    text = fold(" ".join(words(phrase)))
    if not text:
        return ""
    return f"{'' if _UNSPACED.match(text) else ' '}{text}{'' if _CJK.match(text[-1]) else ' '}"


def _build_automaton(phrases: Mapping[str, _Phrase]) -> Any:
    automaton = Automaton()
    for text, phrase in phrases.items():
        automaton.add_word(text, phrase)
    automaton.make_automaton()
    return automaton


def _find_phrases(automaton: Any, folded: str) -> Iterator[tuple[int, int, _Phrase]]:
    """Find all phrases in order of their ends. A match includes the space before the phrase, not the one after."""
    if not automaton:
        return
    for last, phrase in islice(automaton.iter(folded), MAX_MATCHES):
        start = last + 1 - len(phrase.text)
        stop = last if phrase.text[-1] == " " else last + 1
        if _END_OF_NAME.match(folded, stop):
            yield start, stop, phrase


def _leftmost_longest(mentions: list[_Found]) -> list[_Found]:
    chosen: list[_Found] = []
    end = 0
    for mention in sorted(mentions, key=lambda mention: (mention.start, -mention.stop)):
        if mention.start >= end:
            chosen.append(mention)
            end = mention.stop
    return chosen
