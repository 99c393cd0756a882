"""The words of an article: as written, their keys, where they are, and the sentences they are in."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple, TypeVar

from api.text.folding import fold, words
from api.text.inflection import new_stems
from api.text.sentences import sentences
from api.text.word_lists import FUNCTION_WORDS, SLAVIC, SLAVIC_LETTERS
from api.text.word_offsets import WordOffsets

HYPHENS = ("-", "\u2010", "\u2011")

_EXAMINED = 1_000
"""The number of a text's first words that tell its language."""
STEMS = new_stems(50_000)
_FIELD_END = "\n"
_NO_ENDS = ("", " ", ", ", *HYPHENS)


@dataclass(frozen=True)
class Spelling:
    """A name as its entity spells it."""

    text: str
    words: tuple[str, ...]
    folded: tuple[str, ...]

    @property
    def hyphenated(self) -> bool:
        """Whether it has a hyphen."""
        return any(hyphen in self.text for hyphen in HYPHENS)

    @property
    def dotted(self) -> bool:
        """Whether it has a full stop between letters."""
        return "." in self.text and bool(re.search(r"\w\.\w", self.text))

    @property
    def listed(self) -> bool:
        """Whether it has punctuation of lists."""
        return bool(re.search("[,;&]", self.text))

    @property
    def cased(self) -> bool:
        """Whether its script has capitals."""
        return self.text.lower() != self.text.upper()


@lru_cache(10_000)
def spell(name: str) -> Spelling:
    """The words of a name, as written and folded."""
    parts = words(name)
    return Spelling(name, tuple(parts), tuple(map(fold, parts)))


@dataclass(frozen=True)
class Sentence:
    first: int
    stop: int
    asks: bool


class Occurrence(NamedTuple):
    """Words of a text that may be a name."""

    first: int
    skipped: int
    last: int
    used: int | None

    @property
    def end(self) -> tuple[int, int]:
        """The position after it: a word, and the number of its characters before."""
        return (self.last + 1, 0) if self.used is None else (self.last, self.used)


Item = TypeVar("Item")


def locate(keys: str, spans: Iterable[tuple[int, int, Item]]) -> Iterator[tuple[Item, Occurrence]]:
    """The words at these spans of words joined by spaces, which are in the order of their starts."""
    word, passed, word_start = -1, 0, 0
    for start, stop, item in spans:
        first = start + (keys[start] == " ")
        word += keys.count(" ", passed, first)
        word_start = max(word_start, keys.rfind(" ", passed, first) + 1)
        passed = first
        used = None if keys[stop] == " " else stop - max(word_start, keys.rfind(" ", first, stop) + 1)
        yield item, Occurrence(word, first - word_start, word + keys.count(" ", first, stop), used)


def _has_slavic_letters(text: str) -> bool:
    # A capitalized word may be a name in a text of another language.
    return any(word[0].islower() and not SLAVIC_LETTERS.isdisjoint(word) for word in text.split()[:_EXAMINED])


class ArticleWords:
    """The words of an article, their keys in one string, and where they are in its fields."""

    def __init__(self, fields: Iterable[str | None]) -> None:
        self.fields = [text or "" for text in fields]
        # No name has a line break, so that none spans two fields.
        parts = [[*words(text), _FIELD_END] for text in self.fields]
        self.starts = list(accumulate(map(len, parts), initial=0))
        self.words = [word for part in parts for word in part]
        self.keys = f" {' '.join(map(STEMS.__getitem__, self.words))} "
        self._offsets: dict[int, WordOffsets] = {}
        self._sentences: dict[int, list[tuple[int, int]]] = {}
        self._sentence: Sentence | None = None

    def field_of(self, word: int) -> int:
        """The number of the field that has this word."""
        return bisect_right(self.starts, word) - 1

    def span(self, at: Occurrence) -> tuple[int, int, int]:
        """The field of an occurrence, and where it starts and ends in the field."""
        field = self.field_of(at.first)
        offsets, first = self._offsets_of(field), self.starts[field]
        return field, offsets.start(at.first - first, at.skipped), offsets.stop(at.last - first, at.used)

    def start(self, word: int, skipped: int = 0) -> int:
        """Where a word starts in its field."""
        field = self.field_of(word)
        return self._offsets_of(field).start(word - self.starts[field], skipped)

    def stop(self, word: int, used: int | None = None) -> int:
        """Where a word, or the first ``used`` of its characters, ends in its field."""
        field = self.field_of(word)
        return self._offsets_of(field).stop(word - self.starts[field], used)

    def word(self, number: int) -> str:
        """A word as it is written, empty at the ends of a field."""
        found = self.words[number] if 0 <= number < len(self.words) else _FIELD_END
        return "" if found == _FIELD_END else found

    def gap(self, word: int) -> str:
        """What stands between this word and the next one, a line break at the ends of a field."""
        return self._gaps[word] if word >= 0 else _FIELD_END

    def gaps(self, at: Occurrence) -> list[str]:
        """What stands between the words of an occurrence."""
        return self._gaps[at.first : at.last]

    def after(self, word: int, length: int) -> str:
        """As many characters as ``length`` after a word."""
        stop = self.stop(word)
        return self.fields[self.field_of(word)][stop : stop + length]

    def written(self, at: Occurrence) -> list[str]:
        """The words of an occurrence."""
        return self.words[at.first : at.last + 1]

    def folded(self, at: Occurrence) -> tuple[str, ...]:
        """The folded words of an occurrence."""
        return tuple(self._folded[at.first : at.last + 1])

    def is_spelled(self, name: Spelling, at: Occurrence) -> bool:
        """Whether an occurrence with the key of a name is the name, except for case and accents."""
        # A part of a word in Han, kana or Hangul equals its key.
        return at.skipped > 0 or at.used is not None or name.folded == self.folded(at)

    def begins_sentence(self, word: int) -> bool:
        """Whether a word is the first one of its sentence."""
        if not self.word(word - 1):
            return True
        # A sentence ends with punctuation or a line.
        return self.gap(word - 1) not in _NO_ENDS and self.sentence(word).first == word

    def sentence(self, word: int) -> Sentence:
        """The sentence of a word: its first word, the word after its last, and whether it is a question."""
        latest = self._sentence
        if latest and latest.first <= word < latest.stop:
            return latest
        field = self.field_of(word)
        if field not in self._sentences:
            self._sentences[field] = list(sentences(self.fields[field]))
        found = self._sentences[field]
        start, stop = found[max(bisect_right(found, (self.start(word), len(self.fields[field]))) - 1, 0)]
        numbers = range(self.starts[field], self.starts[field + 1] - 1)
        self._sentence = Sentence(
            numbers.start + bisect_left(numbers, start, key=self.start),
            numbers.start + bisect_left(numbers, stop, key=self.start),
            self.fields[field][start:stop].rstrip("\"'”’»)] ").endswith("?"),
        )
        return self._sentence

    @cached_property
    def spelled(self) -> str:
        """The folded words in one string, each between spaces."""
        return fold(f" {' '.join(self.words)} ")

    @cached_property
    def _gaps(self) -> list[str]:
        gaps: list[str] = []
        for field in range(len(self.fields)):
            gaps += self._offsets_of(field).gaps
            gaps += [_FIELD_END] * (self.starts[field + 1] - len(gaps))
        return gaps

    @cached_property
    def _folded(self) -> list[str]:
        return self.spelled[1:-1].split(" ")

    @cached_property
    def language(self) -> str | None:
        """The language or family that most of the frequent words are of, None if there are none."""
        seen = set(self._folded[:_EXAMINED])
        counts = {language: len(seen & known) for language, known in FUNCTION_WORDS.items()}
        best = max(counts, key=lambda language: counts[language])
        if counts[best]:
            return best
        return SLAVIC if any(map(_has_slavic_letters, self.fields)) else None

    def _offsets_of(self, field: int) -> WordOffsets:
        if field not in self._offsets:
            self._offsets[field] = WordOffsets(self.fields[field])
        return self._offsets[field]
