"""An in-memory index of the names of tags, people and outlets for suggestions and spelling corrections. Pure."""

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

# Scripts without spaces, where a word may begin at any character.
_UNSPACED = re.compile(f"[{HANGUL}{KANA}{HAN}]")
_LAST = "\U0010ffff"

# The number of names returned for each kind of match: those with the most articles.
MAX_PER_KIND = 100

# Kinds of match, best first.
WHOLE, PREFIX, ALIAS_PREFIX, INSIDE, ALIAS_INSIDE, TYPO = range(6)
PREFIX_KINDS = (PREFIX, ALIAS_PREFIX, INSIDE, ALIAS_INSIDE)

_ARTICLES = attrgetter("articles")


@dataclass(frozen=True, slots=True)
class Name:
    """A name or alias of a tag, person or outlet, and its number of articles."""

    type: str
    id: int
    text: str
    alias: bool
    articles: int


class Match(NamedTuple):
    """A name that matches what was typed. Matches are ordered by ``kind``, then by ``typos``."""

    kind: int
    typos: int
    name: Name

    @property
    def by(self) -> str:
        """How the entity was matched: by its name, by an alias, or with a typo."""
        return "typo" if self.kind == TYPO else "alias" if self.name.alias else "name"


class NameIndex:
    """An index of names. Names are compared folded, without # and punctuation."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = list(names)
        starts: dict[int, list[tuple[str, int]]] = {kind: [] for kind in PREFIX_KINDS}
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
        # Cached because the first letters typed match thousands of names and are typed by every reader.
        self._find_cached = lru_cache(maxsize=1_000)(self._find)

    def find(self, text: str, types: Collection[str], enough: int) -> Sequence[Match]:
        """Find the names that a reader may be typing: the best match of each entity, best matches first.

        If fewer than ``enough`` names start with the text, words in another order are matched as well. If nothing else
        matches, misspellings are.
        """
        return self._find_cached(text, frozenset(types), enough)

    def _find(self, text: str, types: Collection[str], enough: int) -> Sequence[Match]:
        folded = [fold(word) for word in words(text)]
        best: dict[tuple[str, int], Match] = {}
        for match in self._with_prefix(folded, types):
            _keep_better(best, match)
        if len(best) < enough:
            for match in self._with_words(folded):
                if match.name.type in types:
                    _keep_better(best, match)
        if not best:
            for match in self._with_typos(folded):
                if match.name.type in types:
                    _keep_better(best, match)
        found: list[Match] = []
        ordered = sorted(best.values(), key=lambda match: (match[:2], -match.name.articles, match.name.text))
        for _, alike in groupby(ordered, key=lambda match: match[:2]):
            found.extend(list(alike)[:MAX_PER_KIND])
        return found

    def near(self, word: str) -> list[tuple[int, str]]:
        """Find words of names, and whole names in one word, that differ by a typo or two.

        Returns the number of typos and the word, ordered by the number of typos, then by articles.
        """
        itself = "".join(fold(part) for part in words(word))
        typos = self._similar_forms(_form(itself))
        near = sorted((distance, -self._spelled[form][0], self._spelled[form][1]) for form, distance in typos.items())
        return [(distance, text) for distance, _, text in near if fold(text) != itself]

    def _with_prefix(self, folded: list[str], types: Collection[str]) -> Iterator[Match]:
        for key in {" ".join(folded), "".join(folded)}:
            for kind, (begins, numbers) in self._starts.items():
                first = bisect_left(begins, key)
                behind = bisect_left(begins, key + _LAST, first)
                whole = bisect_right(begins, key, first, behind) if kind in (PREFIX, ALIAS_PREFIX) else first
                for alike, begin, end in ((WHOLE, first, whole), (kind, whole, behind)):
                    of_type = (name for name in map(self._names.__getitem__, numbers[begin:end]) if name.type in types)
                    for name in nlargest(MAX_PER_KIND, of_type, key=_ARTICLES):
                        yield Match(alike, 0, name)

    def _with_words(self, folded: list[str]) -> Iterator[Match]:
        """Find names that have all words in any order. The last word may be incomplete."""
        *finished, last = folded
        common = [set(self._by_form.get(_form(word), ())) for word in finished]
        for number in set.intersection(*common) if common else ():
            name = self._names[number]
            if any(fold(word).startswith(last) for word in words(name.text)):
                yield Match(_kind(name, first=False), 0, name)

    def _with_typos(self, folded: list[str]) -> Iterator[Match]:
        """Find names that have all words in any order, typos allowed. The last word may be incomplete."""
        typos = self._numbers(self._similar_forms(_form("".join(folded))))
        for number, distance in typos.items():
            if distance:
                yield Match(TYPO, distance, self._names[number])
        *finished, last = (_form(word) for word in folded)
        common: dict[int, int] | None = None
        for forms in (self._similar_forms(last) | self._similar_prefixes(last), *map(self._similar_forms, finished)):
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
        """The names that have one of these words, with the lowest number of typos."""
        numbers: dict[int, int] = {}
        for form, typos in forms.items():
            for number in self._by_form[form]:
                numbers[number] = min(typos, numbers.get(number, typos))
        return numbers

    def _similar_forms(self, form: str) -> dict[str, int]:
        """The words within the number of typos allowed for this length."""
        most = max_typos(form)
        if not most:
            return {form: 0} if form in self._by_form else {}
        lengths = [self._alike.get(len(form) + more, {}) for more in range(-most, most + 1)]
        # The first letter is seldom wrong, so the few words that share it are compared first.
        found = within(most, form, (letters.get(form[0], []) for letters in lengths))
        return found or within(most, form, (alike for letters in lengths for alike in letters.values()))

    def _similar_prefixes(self, form: str) -> dict[str, int]:
        """The words that start with this form, or with the same letter and a typo after it."""
        found = dict.fromkeys(self._forms_with_prefix(form), 0)
        if max_typos(form):
            for more in (0, -1, 1):
                candidates = self._prefixes(form[0], len(form) + more)
                for prefix, _, _ in process.extract(form, candidates, scorer=OSA.distance, score_cutoff=1, limit=None):
                    for longer in self._forms_with_prefix(prefix):
                        found.setdefault(longer, 1)
        return found

    def _prefixes_of(self, first: str, length: int) -> list[str]:
        longer = (form[:length] for form in self._forms_with_prefix(first) if len(form) > length)
        return list(dict.fromkeys(longer))

    def _forms_with_prefix(self, prefix: str) -> list[str]:
        begin = bisect_left(self._forms, prefix)
        return self._forms[begin : bisect_left(self._forms, prefix + _LAST, begin)]


def _starts(folded: list[str]) -> Iterator[tuple[str, bool]]:
    """The rest of the name from each place where typing may start, and whether that is the start of the name."""
    for number, word in enumerate(folded):
        rest = " ".join(folded[number:])
        yield rest, number == 0
        if _UNSPACED.match(word):
            yield from ((rest[place:], False) for place in range(1, len(word)))
        if number + 1 < len(folded):
            yield "".join(folded[number:]), number == 0


def _form(word: str) -> str:
    """A word in the letters in which typos are counted: Hangul syllables are decomposed."""
    return unicodedata.normalize("NFD", word)


def max_typos(form: str) -> int:
    """The number of typos allowed in a word: one in four letters, at most two."""
    return min(len(form) // 4, 2)


def within(most: int, form: str, several: Iterable[list[str]]) -> dict[str, int]:
    """The words within this number of typos, each with its number."""
    return {
        found: round(distance)
        for words in several
        for found, distance, _ in process.extract(form, words, scorer=OSA.distance, score_cutoff=most, limit=None)
    }


def _kind(name: Name, *, first: bool) -> int:
    if first:
        return ALIAS_PREFIX if name.alias else PREFIX
    return ALIAS_INSIDE if name.alias else INSIDE


def _sorted(pairs: list[tuple[str, int]]) -> tuple[list[str], Sequence[int]]:
    pairs.sort()
    return [begin for begin, _ in pairs], array("L", (number for _, number in pairs))


def _keep_better(best: dict[tuple[str, int], Match], match: Match) -> None:
    key = match.name.type, match.name.id
    if key not in best or match[:2] < best[key][:2]:
        best[key] = match
