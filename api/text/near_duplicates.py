"""Finds reports that are copies of each other, by the sequences of three words that they have in common. Pure.

Half of a report, or one in which a fifth of the words were replaced, is still a copy. Two reports made from the same
template are not: their numbers and names differ more than their other words.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from itertools import pairwise
from zlib import crc32

from api.text.folding import fold
from api.text.tokenizer import tokens

COMPARED_CHARACTERS = 20_000
"""The number of characters of a text that are compared."""
SHINGLE_LENGTH = 3
# The share of the shorter text's shingles that both have, if both are equally long, and how much more is required of
# a text that is shorter: one that was cut has fewer other changes. Measured: if every fifth word is replaced, 0.4 of
# all shingles remain.
SHARED = 0.35
SHARED_IF_CUT = 0.8
# The least length of a text relative to the other.
LENGTH_RATIO = 0.4
# Texts with fewer words are compared with their headlines, and nearly all numbers and names have to be the same.
SHORT = 25
SAME_FACTS_IF_SHORT = 0.9
# Such texts are also compared without their headlines if they say what they are about: with a name and so many other
# words, or with so many. The figures of a company or a market do not, if its name is in the headline.
TELLING_BESIDE_NAMES = 6
TELLING = 12
# Texts that have fewer words with their headlines are too short to compare.
WORDS_AT_LEAST = 6
# The share of numbers that must be the same, and by how much numbers and names may differ more than other words do.
SAME_NUMBERS = 0.6
MORE_CHANGED_FACTS = 0.15
# If a smaller share of other words differs, all numbers must be the same: reports of a series differ in nothing else.
REWORDED = 0.03

SKETCHED_CHARACTERS = 1_000
"""The number of characters at the beginning of a text that its sketch is made from."""
SKETCH_LENGTH = 10
"""The number of hashes of a sketch."""
SHORT_SKETCH_LENGTH = 12
"""The number of further hashes of a text with up to SKETCHED_WHOLE long words."""
SKETCHED_WHOLE = 24
# Words of an alphabet with at most so many characters are not long.
SHORT_WORD = 3

_NUMBER = re.compile(r"\d+(?:[.,/:-]\d+)*")
# A word within a sentence that is no part of a date.
_SUBJECT = re.compile(
    r"(?<![.!?:]\s)(?<!\d\s)(?<!^)\b[^\W\d_]\w*"
    r"(?!\w|\s+(?:\d|(?i:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b))"
)
_RUN = re.compile(r"\w+")
# Words that do not begin a sentence, where all of them have a capital.
_WORD = re.compile(r"(?<![.!?:]\s)\b[^\W\d_]\w*")
# News agencies write the numbers up to ten or twelve in words.
_NUMBER_WORDS = frozenset(
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
)


@dataclass(frozen=True)
class _Text:
    """The words of a text in order, and those that are numbers, names (words with a capital) or ``plain`` ones.

    ``is_telling`` if it says what it is about.
    """

    words: Sequence[str]
    shingles: frozenset[tuple[str, ...]]
    all: frozenset[str]
    numbers: Counter[str]
    names: frozenset[str]
    plain: frozenset[str]
    is_telling: bool


class Report:
    """A report, whose headline counts if its text is short."""

    def __init__(self, headline: str, body: str) -> None:
        self._headline, self._body = headline, body[:COMPARED_CHARACTERS]

    @cached_property
    def body(self) -> _Text:
        """What is compared of long texts."""
        return _analyze(self._body)

    @cached_property
    def whole(self) -> _Text:
        """What is compared of short texts."""
        return _analyze(f"{self._headline}. {self._body}")


def are_near_duplicates(one: Report, other: Report) -> bool:
    """Whether one report is a copy of the other, perhaps shortened and with a few changes."""
    if min(len(one.body.words), len(other.body.words)) >= SHORT:
        return _are_alike(one.body, other.body, short=False)
    if _are_alike(one.whole, other.whole, short=True):
        return True
    return one.body.is_telling and other.body.is_telling and _are_alike(one.body, other.body, short=True)


def _are_alike(a: _Text, b: _Text, *, short: bool) -> bool:
    shorter, longer = sorted((len(a.words), len(b.words)))
    if shorter < WORDS_AT_LEAST or shorter < LENGTH_RATIO * longer:
        return False
    fewest = min(len(a.shingles), len(b.shingles))
    if len(a.shingles & b.shingles) < (SHARED + SHARED_IF_CUT * (1 - shorter / longer)) * fewest:
        return False
    return _have_same_facts(a, b, short=short)


def are_identical(one: Report, other: Report) -> bool:
    """Whether headline and text have the same words."""
    return one.whole.words == other.whole.words


def are_copies(one: Report, other: Report, *, same_outlet: bool) -> bool:
    """Whether two reports are copies. Those of one outlet are only if they are identical: others are its updates."""
    return are_identical(one, other) if same_outlet else are_near_duplicates(one, other)


def _have_same_facts(a: _Text, b: _Text, *, short: bool) -> bool:
    """Whether numbers and names do not differ more than the other words do."""
    plain, same_plain = _compare(a.plain, b.plain, a.all, b.all)
    changed = 1 - same_plain / plain if plain else 0
    some, others = frozenset(a.numbers), frozenset(b.numbers)
    numbers, same_numbers = _compare(some, others, some, others)
    if short or changed < REWORDED:
        same_numbers = (a.numbers & b.numbers).total()
        numbers = min(a.numbers.total(), b.numbers.total())
        if same_numbers < numbers:
            return False
    if same_numbers < round(SAME_NUMBERS * numbers):
        return False
    names, same_names = _compare(a.names, b.names, a.all, b.all)
    facts = numbers + names
    changed_facts = 1 - (same_numbers + same_names) / facts if facts else 0
    if short:
        return changed_facts <= 1 - SAME_FACTS_IF_SHORT
    # In a text in capitals every word counts as a name.
    return not plain or changed_facts <= changed + MORE_CHANGED_FACTS


def _compare(
    some: frozenset[str], others: frozenset[str], words: frozenset[str], other_words: frozenset[str]
) -> tuple[int, int]:
    """How many words there are in the text that has fewer of their kind, and how many of them the other text has."""
    if len(some) <= len(others):
        return len(some), len(some & other_words)
    return len(others), len(others & words)


def _analyze(text: str) -> _Text:
    words = tokens(text)
    # Names are words without the signs that tokens of initialisms have.
    every = frozenset(words).union(_RUN.findall(fold(text)))
    shingles = frozenset(zip(*(words[start:] for start in range(SHINGLE_LENGTH)), strict=False))
    numbers = Counter([*_NUMBER.findall(text), *filter(_NUMBER_WORDS.__contains__, words)])
    names = frozenset(fold(word) for word in _WORD.findall(text) if word[0].isupper()) - _NUMBER_WORDS
    plain = frozenset(word for word in frozenset(words) - names - _NUMBER_WORDS if not word[0].isdigit())
    has_subject = any(word[0].isupper() for word in _SUBJECT.findall(text))
    is_telling = len(plain) >= (TELLING_BESIDE_NAMES if has_subject else TELLING)
    return _Text(words, shingles, every, numbers, names, plain, is_telling)


def sketch(headline: str, body: str) -> list[int]:
    """The SKETCH_LENGTH smallest hashes of neighbouring long words at the beginning: most are the same in a copy.

    Short words occur together in unrelated texts as well. In a short text all words and the headline count too, by
    further hashes, so that half of it has hashes of the whole.
    """
    beginning = body[:SKETCHED_CHARACTERS]
    long = [word for word in tokens(beginning) if len(word) > SHORT_WORD or not word.isascii()]
    hashes = _smallest_hashes(long, SKETCH_LENGTH)
    if len(long) <= SKETCHED_WHOLE:
        hashes |= _smallest_hashes(tokens(f"{headline}. {beginning}"), SHORT_SKETCH_LENGTH)
    return sorted(hashes)


def _smallest_hashes(words: Sequence[str], number: int) -> set[int]:
    hashes = {crc32(f"{one} {other}".encode()) for one, other in pairwise(words)}
    # Postgres' integers are signed.
    return {smallest - 2**31 for smallest in nsmallest(number, hashes)}
