"""Queries as readers type them, made from the articles that they should find. Deterministic."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from string import ascii_lowercase
from typing import NamedTuple

from bench.reuters import Story

SEED = 22
# Words of a query made from an article are in at most this share of all articles, so that they say what it is about.
FREQUENT = 0.05

_ORDINARY = re.compile(r"(?<![\w'-])[a-z]{5,}(?![\w'-])")
_HAN = "[\u3400-\u4dbf\u4e00-\u9fff々]"
_KATAKANA = "[ァ-ヺー]"
# Without the most frequent characters that stand between nouns, and without the endings of other words than nouns.
_CHINESE = f"(?![的是在了和与及或不也都就以其并而被将为由于从对到有这那个之所可能会很最更但因如使让给把比着过又]){_HAN}"
_KOREAN = "[가-힣]{1,3}(?![은는이가을를의에도로와과고며서지게한할된해인적여던만기야면러려나니라자히어아다운])[가-힣]"
_JAPANESE = f"{_HAN}{{4,6}}|{_HAN}{{2,3}}{_KATAKANA}{{2,5}}|{_KATAKANA}{{2,5}}{_HAN}{{2,3}}"
# Adjacent nouns that are written without a space; in Korean, those of which a reader leaves out the space.
_NOUNS = {
    "zh": re.compile(f"(?<!{_CHINESE})(?:{_CHINESE}){{4,6}}(?!{_CHINESE})"),
    "ja": re.compile(f"(?<!{_HAN})(?<!{_KATAKANA})(?:{_JAPANESE})(?!{_HAN}|{_KATAKANA})"),
    "ko": re.compile(f"(?<!\\S){_KOREAN} {_KOREAN}(?=(?:[은는이가을를의]|에서)\\b)"),
}


class Item(NamedTuple):
    """A query, and the external id of the article that it should find."""

    q: str
    article: str


class Passages(NamedTuple):
    """The passages of a language by their external id, and questions that one of them answers."""

    texts: dict[str, str]
    questions: list[Item]


def known_items(stories: Sequence[Story], number: int) -> dict[str, list[Item]]:
    """``number`` queries of each kind, each of another story. The external id of a story is its place."""
    queries = _Queries(stories)
    kinds = {
        "headline": queries.headline, "three words": queries.three_words, "typo": queries.typo,
        "person and word": queries.person_and_word, "phrase": queries.phrase,
    }  # fmt: skip
    found: dict[str, list[Item]] = {}
    for kind, query in kinds.items():
        chance = random.Random(SEED)  # noqa: S311 - for queries, not for secrets
        places = chance.sample(range(len(stories)), len(stories))
        items = (Item(q, str(place)) for place in places if (q := query(place, chance)))
        found[kind] = list(islice(items, number))
    return found


class _Queries:
    """Queries made from the story at a place; None where it has no such words."""

    def __init__(self, stories: Sequence[Story]) -> None:
        self._stories = stories
        self._bodies = [" ".join(story.sentences) for story in stories]
        self._frequencies = Counter(word for body in self._bodies for word in set(_ORDINARY.findall(body)))
        self._frequent = max(2, int(len(stories) * FREQUENT))

    def headline(self, place: int, _: random.Random) -> str:
        """The whole headline."""
        return self._stories[place].title

    def three_words(self, place: int, chance: random.Random) -> str | None:
        """Three ordinary words of the body in any order."""
        words = self._words(place)
        return " ".join(chance.sample(words, 3)) if len(words) >= 3 else None

    def typo(self, place: int, chance: random.Random) -> str | None:
        """Three ordinary words, the second mistyped, so that no article has it."""
        if (query := self.three_words(place, chance)) is None:
            return None
        first, word, last = query.split()
        mistyped = _mistype(word, chance)
        return f"{first} {mistyped} {last}" if mistyped not in self._frequencies else None

    def person_and_word(self, place: int, chance: random.Random) -> str | None:
        """The last name of a person of the story, and an ordinary word."""
        people, words = self._stories[place].people, self._words(place)
        names = [name for person in people if (name := person.rpartition("-")[2].capitalize()) in self._bodies[place]]
        return f"{chance.choice(names)} {chance.choice(words)}" if names and words else None

    def phrase(self, place: int, chance: random.Random) -> str | None:
        """Four adjacent words of a sentence in quotes, if not so many articles have them that ten cannot show all."""
        sentence = chance.choice(self._stories[place].sentences).split()
        start = chance.randrange(max(1, len(sentence) - 3))
        words = sentence[start : start + 4]
        text = " ".join(words)
        if len(words) < 4 or '"' in text or sum(text in body for body in self._bodies) > 10:
            return None
        return f'"{text}"'

    def _words(self, place: int) -> list[str]:
        """The ordinary words of the body that few other articles contain, but at least one does."""
        found = dict.fromkeys(_ORDINARY.findall(self._bodies[place]))
        return [word for word in found if 1 < self._frequencies[word] <= self._frequent]


def _mistype(word: str, chance: random.Random) -> str:
    """The word with one letter after the first left out, doubled, replaced or swapped with the next."""
    at = chance.randrange(1, len(word) - 1)
    letter = word[at]
    changed = chance.choice(["", letter * 2, chance.choice(ascii_lowercase), word[at + 1] + letter])
    return word[:at] + changed + word[at + (2 if len(changed) == 2 and changed != letter * 2 else 1) :]


def read_passages(path: Path) -> Passages:
    """Read the passages and questions of a language from a file of JSON Lines."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return Passages(
        {row["id"]: row["text"] for row in rows if row["type"] == "passage"},
        [Item(row["text"], row["passage"]) for row in rows if row["type"] == "question"],
    )


def unspaced(language: str, texts: Iterable[tuple[str, str]], number: int) -> list[Item]:
    """Two nouns without a space from each of the texts, by external id; none for languages that write spaces."""
    chance = random.Random(SEED)  # noqa: S311 - for queries, not for secrets
    found = [
        Item(chance.choice(runs).replace(" ", ""), article)
        for article, text in texts
        if language in _NOUNS and (runs := _NOUNS[language].findall(text))
    ]
    return chance.sample(found, min(number, len(found)))
