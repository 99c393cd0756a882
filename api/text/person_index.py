"""Finds the people whose names resemble a name. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rapidfuzz.distance import OSA

from api.text.folding import fold
from api.text.name_keys import name_key
from api.text.slugs import transliterate

MAX_ALIKE = 5
"""The number of people that are named for a name."""
MAX_COMPARED = 1_000
"""The number of names with the same first or last word with which a name is compared."""


class Alike(NamedTuple):
    """A person (id) with a name that resembles another, and why: ``spelling``, ``initial`` or ``transliteration``."""

    person: int
    because: str


class PersonIndex:
    """An index of the names and aliases of people (by id), by their first and last words."""

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        self._by_first: dict[str, list[tuple[int, str]]] = {}
        self._by_last: dict[str, list[tuple[int, str]]] = {}
        for person, name in names:
            words = _words(name)
            if len(words) > 1:
                entry = person, " ".join(words)
                self._by_first.setdefault(words[0], []).append(entry)
                self._by_last.setdefault(words[-1], []).append(entry)

    def alike(self, name: str) -> list[Alike]:
        """Up to MAX_ALIKE people with names like this one, the most similar first."""
        found: dict[int, str] = {}
        for because, words in (("spelling", _words(name)), ("transliteration", transliterate(name).split("-"))):
            if len(words) > 1 and (because == "spelling" or words != _words(name)):
                for person, kind in self._alike(words):
                    found.setdefault(person, kind if because == "spelling" else because)
        order = ("spelling", "transliteration", "initial")
        ranked = sorted(found.items(), key=lambda item: order.index(item[1]))
        return [Alike(person, because) for person, because in ranked[:MAX_ALIKE]]

    def _alike(self, words: list[str]) -> Iterator[tuple[int, str]]:
        whole = " ".join(words)
        same_last = self._by_last.get(words[-1], [])[:MAX_COMPARED]
        same_first = self._by_first.get(words[0], [])[:MAX_COMPARED]
        typos = 1 if len(whole) < 10 else 2
        for person, name in (*same_last, *same_first):
            if OSA.distance(whole, name, score_cutoff=typos) <= typos:
                yield person, "spelling"
        for person, name in same_last:
            if name[0] == whole[0]:
                yield person, "initial"


def _words(name: str) -> list[str]:
    return name_key(name).split() if name.isascii() else fold(name).replace("-", " ").split()
