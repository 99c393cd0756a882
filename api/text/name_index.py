"""Names of tags, people and outlets in memory, found by how they begin, a word inside them, or nearly so. Pure."""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from api.text.folding import HAN, HANGUL, KANA, fold, words

# Where no spaces tell the words apart, a word may begin at any character.
_UNSPACED = re.compile(f"[{HANGUL}{KANA}{HAN}]")
_LAST = "\U0010ffff"

# Of each kind of match so many names are weighed against each other, those with most articles.
WEIGHED = 100

# Kinds of match, best first.
WHOLE, BEGINS, ALIAS_BEGINS, INSIDE, ALIAS_INSIDE, TYPO = range(6)
STARTS = (BEGINS, ALIAS_BEGINS, INSIDE, ALIAS_INSIDE)

_ARTICLES = attrgetter("articles")


@dataclass(frozen=True, slots=True)
class Name:
    """A name or alias of a tag, person or outlet, and how many articles that has."""

    type: str
    id: int
    text: str
    alias: bool
    articles: int


class Match(NamedTuple):
    """A name that a reader may mean; of two, the smaller ``kind`` and then ``typos`` is the better match."""

    kind: int
    typos: int
    name: Name

    @property
    def by(self) -> str:
        """What of the entity was matched."""
        return "typo" if self.kind == TYPO else "alias" if self.name.alias else "name"


class Names:
    """An index of names. Whatever is compared is folded; a name's # and punctuation do not count."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = list(names)
        starts: dict[int, list[tuple[str, int]]] = {kind: [] for kind in STARTS}
        by_form: dict[str, list[int]] = {}
        spelled: dict[str, tuple[int, str]] = {}
        for number, name in enumerate(self._names):
            as_written = words(name.text)
            folded = [fold(word) for word in as_written]
            for begin, first in _starts(folded):
                starts[_kind(name, first=first)].append((begin, number))
            joined = [("".join(folded), name.text.removeprefix("#"))] if len(folded) > 1 else []
            for word, text in [*zip(folded, as_written, strict=True), *joined]:
                form = _form(word)
                by_form.setdefault(form, []).append(number)
                if name.articles > spelled.get(form, (-1, ""))[0]:
                    spelled[form] = name.articles, text
        self._starts = {kind: _sorted(pairs) for kind, pairs in starts.items()}
        self._by_form = by_form
        self._spelled = spelled
        self._forms = sorted(by_form)
        self._alike: dict[int, dict[str, list[str]]] = {}
        for form in filter(None, self._forms):
            self._alike.setdefault(len(form), {}).setdefault(form[0], []).append(form)
        self._prefixes = lru_cache(maxsize=256)(self._prefixes_of)
        # Thousands of names begin with one letter; those who type all begin with one.
        self._found = lru_cache(maxsize=1_000)(self._find)

    def find(self, text: str, types: Collection[str], wanted: int) -> Sequence[Match]:
        """Names that may be meant by what a reader has typed so far: the best match of each entity, best kind first.

        Words in another order are looked for when fewer than ``wanted`` begin so, misspellings when nothing fits else.
        """
        return self._found(text, frozenset(types), wanted)

    def _find(self, text: str, types: Collection[str], wanted: int) -> Sequence[Match]:
        folded = [fold(word) for word in words(text)]
        best: dict[tuple[str, int], Match] = {}
        for match in self._beginning(folded, types):
            _keep(best, match)
        if len(best) < wanted:
            nearly = [match for match in self._nearly(folded) if match.name.type in types]
            misspelled = not best and all(match.typos for match in nearly)
            for match in nearly:
                if misspelled or not match.typos:
                    _keep(best, match)
        found: list[Match] = []
        ordered = sorted(best.values(), key=lambda match: (match[:2], -match.name.articles, match.name.text))
        for _, alike in groupby(ordered, key=lambda match: match[:2]):
            found.extend(list(alike)[:WEIGHED])
        return found

    def near(self, word: str) -> list[tuple[int, str]]:
        """Words of names, and names written in one word, that differ from this word by a typo or two: how many, and it.

        Best first: of those with the same number the one with most articles.
        """
        itself = "".join(fold(part) for part in words(word))
        typos = self._near_forms(_form(itself))
        near = sorted((distance, -self._spelled[form][0], self._spelled[form][1]) for form, distance in typos.items())
        return [(distance, text) for distance, _, text in near if fold(text) != itself]

    def _beginning(self, folded: list[str], types: Collection[str]) -> Iterator[Match]:
        for key in {" ".join(folded), "".join(folded)}:
            for kind, (begins, numbers) in self._starts.items():
                first = bisect_left(begins, key)
                behind = bisect_left(begins, key + _LAST, first)
                whole = bisect_right(begins, key, first, behind) if kind in (BEGINS, ALIAS_BEGINS) else first
                for alike, begin, end in ((WHOLE, first, whole), (kind, whole, behind)):
                    of_type = (name for name in map(self._names.__getitem__, numbers[begin:end]) if name.type in types)
                    for name in nlargest(WEIGHED, of_type, key=_ARTICLES):
                        yield Match(alike, 0, name)

    def _nearly(self, folded: list[str]) -> Iterator[Match]:
        """Names that have all words, or such that differ by typos, in any order; the last one may be unfinished."""
        typos = self._numbers(self._near_forms(_form("".join(folded))))
        for number, distance in typos.items():
            if distance:
                yield Match(TYPO, distance, self._names[number])
        *finished, last = (_form(word) for word in folded)
        common: dict[int, int] | None = None
        for forms in (self._near_forms(last) | self._near_beginnings(last), *map(self._near_forms, finished)):
            numbers = self._numbers(forms)
            common = (
                numbers
                if common is None
                else {number: typos + numbers[number] for number, typos in common.items() if number in numbers}
            )
        for number, distance in (common or {}).items():
            name = self._names[number]
            yield Match(TYPO if distance else _kind(name, first=False), distance, name)

    def _numbers(self, forms: Mapping[str, int]) -> dict[int, int]:
        """The names that have one of these words, with the fewest typos."""
        numbers: dict[int, int] = {}
        for form, typos in forms.items():
            for number in self._by_form[form]:
                numbers[number] = min(typos, numbers.get(number, typos))
        return numbers

    def _near_forms(self, form: str) -> dict[str, int]:
        """Words that differ by no more typos than a word of this length may have."""
        most = _typos(form)
        if not most:
            return {form: 0} if form in self._by_form else {}
        lengths = [self._alike.get(len(form) + more, {}) for more in range(-most, most + 1)]
        # The first letter is seldom the wrong one, and few names have it: those are looked at first.
        found = _within(most, form, (letters.get(form[0], []) for letters in lengths))
        return found or _within(most, form, (alike for letters in lengths for alike in letters.values()))

    def _near_beginnings(self, form: str) -> dict[str, int]:
        """Words that begin so, or with the same letter and a typo behind it."""
        found = dict.fromkeys(self._beginning_with(form), 0)
        if _typos(form):
            for more in (0, -1, 1):
                candidates = self._prefixes(form[0], len(form) + more)
                for prefix, _, _ in process.extract(form, candidates, scorer=OSA.distance, score_cutoff=1, limit=None):
                    for longer in self._beginning_with(prefix):
                        found.setdefault(longer, 1)
        return found

    def _prefixes_of(self, first: str, length: int) -> list[str]:
        longer = (form[:length] for form in self._beginning_with(first) if len(form) > length)
        return list(dict.fromkeys(longer))

    def _beginning_with(self, prefix: str) -> list[str]:
        begin = bisect_left(self._forms, prefix)
        return self._forms[begin : bisect_left(self._forms, prefix + _LAST, begin)]


def _starts(folded: list[str]) -> Iterator[tuple[str, bool]]:
    """The name from each place where a reader may begin to type it, and whether that is its own beginning."""
    for number, word in enumerate(folded):
        rest = " ".join(folded[number:])
        yield rest, number == 0
        if _UNSPACED.match(word):
            yield from ((rest[place:], False) for place in range(1, len(word)))
        if number + 1 < len(folded):
            yield "".join(folded[number:]), number == 0


def _form(word: str) -> str:
    """What typos are counted in: letters, those of Hangul syllables one by one."""
    return unicodedata.normalize("NFD", word)


def _typos(form: str) -> int:
    """How many typos a word may have: one in four letters, two at most."""
    return min(len(form) // 4, 2)


def _within(most: int, form: str, several: Iterable[list[str]]) -> dict[str, int]:
    """The words that differ from this one by so many typos at most, and by how many."""
    return {
        found: round(distance)
        for words in several
        for found, distance, _ in process.extract(form, words, scorer=OSA.distance, score_cutoff=most, limit=None)
    }


def _kind(name: Name, *, first: bool) -> int:
    if first:
        return ALIAS_BEGINS if name.alias else BEGINS
    return ALIAS_INSIDE if name.alias else INSIDE


def _sorted(pairs: list[tuple[str, int]]) -> tuple[list[str], Sequence[int]]:
    pairs.sort()
    return [begin for begin, _ in pairs], array("L", (number for _, number in pairs))


def _keep(best: dict[tuple[str, int], Match], match: Match) -> None:
    key = match.name.type, match.name.id
    if key not in best or match[:2] < best[key][:2]:
        best[key] = match
