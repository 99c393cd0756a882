"""An index of the phrases and names of entities, found in texts by the keys of their words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

from ahocorasick import Automaton

from api.text.article_words import ArticleWords, Occurrence, locate
from api.text.folding import HAN, HANGUL, KANA, words

MAX_MATCHES = 10_000
"""The number of names and phrases found in a text that are judged, counted once for each time they occur."""
MAX_COMPARED = 50_000
"""The number of places in a text that have the key of a name or phrase and are looked at, however they are written."""

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

Spelled = tuple[tuple[int, str], ...]
"""Ids of entities, each with a name or phrase as it spells it."""


class Phrase(NamedTuple):
    """The key of a name or phrase, with its owners. Without ``any_case``, all owners write a capital first."""

    text: str
    people: Spelled
    tags: Spelled
    any_case: bool = True


class Found(NamedTuple):
    """A phrase in a text."""

    phrase: Phrase
    at: Occurrence


def new_phrase(text: str, people: Spelled, tags: Spelled = ()) -> Phrase:
    """A phrase with these owners."""
    return Phrase(text, people, tags, bool(tags) or not all(name.lstrip()[:1].isupper() for _, name in people))


def ids_of(spelled: Spelled) -> tuple[int, ...]:
    """The ids of the owners."""
    return tuple(dict.fromkeys(id for id, _ in spelled)) if len(spelled) > 1 else tuple(id for id, _ in spelled)


def add_phrases(index: dict[str, Spelled], owner: int, phrases: Iterable[str], stems: Mapping[str, str]) -> None:
    for phrase in dict.fromkeys(phrases):
        if text := _key(phrase, stems):
            index[text] = (*index.get(text, ()), (owner, phrase))


def _key(phrase: str, stems: Mapping[str, str]) -> str:
    """The keys of the words of a phrase, and a space where a word must begin or end."""
    text = " ".join(map(stems.__getitem__, words(phrase)))
    if not text:
        return ""
    return f"{'' if _UNSPACED.match(text) else ' '}{text}{'' if _CJK.match(text[-1]) else ' '}"


def build_automaton(phrases: Mapping[str, Phrase]) -> Any:
    automaton = Automaton()
    for text, phrase in phrases.items():
        automaton.add_word(text, phrase)
    automaton.make_automaton()
    return automaton


def find_phrases(automaton: Any, text: ArticleWords) -> Iterator[Found]:
    """Find all phrases in order of their starts. A match includes the space before the phrase, not the one after.

    Names that begin with a capital are not yielded where the text has small letters.
    """
    if not automaton:
        return
    keys, written = text.keys, text.words
    ends = ((last + 1 - len(phrase.text), last, phrase) for last, phrase in islice(automaton.iter(keys), MAX_COMPARED))
    spans = (
        (start, stop, phrase)
        for start, last, phrase in sorted(ends, key=itemgetter(0))
        if (stop := last if phrase.text[-1] == " " else last + 1) == last or _END_OF_NAME.match(keys, stop)
    )
    found = (
        Found(phrase, at) for phrase, at in locate(keys, spans) if phrase.any_case or not written[at.first].islower()
    )
    yield from islice(found, MAX_MATCHES)
