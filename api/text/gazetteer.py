"""Finds people and tags in texts by their names and phrases."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from api.text.article_words import STEMS, ArticleWords, Occurrence, Spelling, locate, spell
from api.text.folding import fold, words
from api.text.inflection import new_stems
from api.text.name_context import NameJudge, Verdict, is_title
from api.text.phrase_index import Found, Spelled, add_phrases, build_automaton, find_phrases, ids_of, new_phrase
from api.text.surnames import surname, surnames
from api.text.titled_names import Role, TitledNames

_KEPT_STEMS = 200_000
"""The number of words whose keys are remembered while an index is built."""


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


class _Name(NamedTuple):
    owners: tuple[int, ...]
    at: Occurrence
    mention: Mention
    verdict: Verdict = Verdict.SURE
    by: Literal["name", "title", "surname"] = "name"


class Gazetteer:
    """An index of people and tags. Safe for concurrent use, as it does not change."""

    def __init__(self, people: Iterable[Person], tags: Iterable[Tag]) -> None:
        self._people: dict[int, Person] = {}
        self._outlets_of_people: dict[int, frozenset[int]] = {}
        self._outlets_of_tags: dict[int, frozenset[int]] = {}
        self._first_names: set[str] = set()
        named: dict[str, Spelled] = {}
        tagged: dict[str, Spelled] = {}
        stems = new_stems(_KEPT_STEMS)
        for person in people:
            self._people[person.id] = person
            if person.outlets is not None:
                self._outlets_of_people[person.id] = person.outlets
            add_phrases(named, person.id, (person.name, *person.aliases), stems)
            first, *rest = words(person.name) or [""]
            if rest and not is_title(fold(first)):
                self._first_names.add(fold(first))
        for tag in tags:
            if tag.outlets is not None:
                self._outlets_of_tags[tag.id] = tag.outlets
            add_phrases(tagged, tag.id, tag.match, stems)
        self._phrases = build_automaton(
            {text: new_phrase(text, named.get(text, ()), tagged.get(text, ())) for text in named | tagged}
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
        text = ArticleWords(fields)
        found = list(find_phrases(self._phrases, text))
        judge = NameJudge(text, self._first_names, (item.at for item in found if _is_spelled(text, item)))
        tags: list[tuple[int, Mention, Verdict]] = []
        names: list[_Name] = []
        for item in found:
            if item.phrase.tags:
                tags += (
                    (tag, _mention(text, item.at), verdict)
                    for tag in _owners_in(ids_of(item.phrase.tags), self._outlets_of_tags, outlet, ())
                    if (verdict := _judged(judge.phrase, item.phrase.tags, tag, item.at))
                )
            if people := _owners_in(ids_of(item.phrase.people), self._outlets_of_people, outlet, named):
                verdict, owners = _judged_people(judge, people, item)
                if owners:
                    names.append(_Name(owners, item.at, _mention(text, item.at), verdict))
        names = _leftmost_longest(names)
        if published_on:
            names += self._find_titled(text, judge, published_on)
        names += self._find_surnames(names, text, judge)
        return _matches(_leftmost_longest(names), tags)

    def _find_titled(self, text: ArticleWords, judge: NameJudge, day: date) -> Iterator[_Name]:
        """Find the surnames beside titles."""
        found = ((name.start, name.stop, name.person) for name in self._titled.find(text.spelled, day))
        for person, at in locate(text.spelled, found):
            if judge.titled(at):
                yield _Name((person,), at, _mention(text, at), by="title")

    def _find_surnames(self, names: list[_Name], text: ArticleWords, judge: NameJudge) -> list[_Name]:
        """Find the mentions, outside these names, of surnames that only one of the people named has."""
        ends = {word: name.at.last for name in names for word in range(name.at.first, name.at.last + 1)}
        owners: dict[str, Spelled] = {}
        for person in {name.owners[0] for name in names if len(name.owners) == 1}:
            add_phrases(owners, person, (surname(self._people[person].name, self._people[person].aliases),), STEMS)
        phrases = {key: new_phrase(key, spelled) for key, spelled in owners.items() if len(spelled) == 1}
        return [
            _Name(ids_of(item.phrase.people), item.at, _mention(text, item.at), verdict, "surname")
            for item in find_phrases(build_automaton(phrases), text)
            if item.at.last > ends.get(item.at.first, -1)
            and (verdict := judge.name(spell(item.phrase.people[0][1]), item.at, is_surname=True))
        ]


def _judged(judge: Callable[[Spelling, Occurrence], Verdict], spelled: Spelled, owner: int, at: Occurrence) -> Verdict:
    return max(judge(spell(name), at) for id, name in spelled if id == owner)


def _judged_people(judge: NameJudge, people: tuple[int, ...], item: Found) -> tuple[Verdict, tuple[int, ...]]:
    """The verdict, and the people whom this name means. An inflected form means nobody whose name it also is."""
    if len(item.phrase.people) == 1:
        verdict = judge.name(spell(item.phrase.people[0][1]), item.at)
        return verdict, people if verdict else ()
    verdicts = {person: _judged(judge.name, item.phrase.people, person, item.at) for person in people}
    best = max(verdicts.values())
    exact = best > Verdict.INFLECTED
    return best, tuple(id for id, verdict in verdicts.items() if verdict and (verdict > Verdict.INFLECTED) == exact)


def _is_spelled(text: ArticleWords, item: Found) -> bool:
    """Whether this is the name of a person, uninflected."""
    return any(text.is_spelled(spell(name), item.at) for _, name in item.phrase.people)


def _mention(text: ArticleWords, at: Occurrence) -> Mention:
    return Mention(*text.span(at))


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


def _matches(names: list[_Name], tags: list[tuple[int, Mention, Verdict]]) -> Matches:
    """Collect the mentions. A surname counts if the person has been mentioned before."""
    sure = {name.owners for name in names if name.verdict != Verdict.UNSURE and name.by != "surname"}
    people: dict[tuple[int, ...], list[Mention]] = {}
    named: set[int] = set()
    for name in names:
        if name.by == "surname" and (name.owners not in people or name.verdict == Verdict.UNSURE):
            continue
        if name.owners not in sure:
            continue
        if name.by == "name":
            named.update(name.owners)
        people.setdefault(name.owners, []).append(name.mention)
    known = {owners[0]: tuple(mentions) for owners, mentions in people.items() if len(owners) == 1}
    namesakes = {owners: tuple(mentions) for owners, mentions in people.items() if len(owners) > 1}
    return Matches(known, _tags(tags), frozenset(known.keys() - named), namesakes)


def _tags(found: list[tuple[int, Mention, Verdict]]) -> dict[int, tuple[Mention, ...]]:
    sure = {tag for tag, _, verdict in found if verdict == Verdict.SURE}
    tags: dict[int, list[Mention]] = {}
    for tag, mention, _ in found:
        if tag in sure:
            tags.setdefault(tag, []).append(mention)
    return {tag: tuple(mentions) for tag, mentions in tags.items()}


def _leftmost_longest(names: list[_Name]) -> list[_Name]:
    chosen: list[_Name] = []
    end = (0, 0)
    for name in sorted(names, key=_order):
        if name.at[:2] >= end:
            chosen.append(name)
            end = name.at.end
    return chosen


def _order(name: _Name) -> tuple[int, int, int, int]:
    word, characters = name.at.end
    return name.at.first, name.at.skipped, -word, -characters
