"""Where the words of ``folding.words`` are in the original text."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from api.text.folding import ASCII_WORD, WORD, without_accents, without_expanding


class WordOffsets:
    """The positions of a text's words, as offsets in its characters."""

    def __init__(self, text: str) -> None:
        normalized, self._sources = _normalize(text)
        pattern = ASCII_WORD if text.isascii() else WORD
        self._spans = [found.span() for found in pattern.finditer(normalized)]

    def start(self, word: int, skipped: int = 0) -> int:
        """Where a word starts, given its number from 0, after as many ``skipped`` characters without accents."""
        position = self._spans[word][0] + skipped
        return self._sources[position][0] if self._sources else position

    def stop(self, word: int, used: int | None = None) -> int:
        """Where a word ends, or the first ``used`` of its characters without accents."""
        start, stop = self._spans[word]
        position = stop if used is None else start + used
        return self._sources[position - 1][1] if self._sources else position


def _normalize(text: str) -> tuple[str, list[tuple[int, int]] | None]:
    """The text without accents, and the span in ``text`` of each of its characters; None if all are where they were."""
    if text.isascii() or not _irregular().any.search(text):
        return without_accents(text), None
    text = without_expanding(text)
    sources: list[tuple[int, int]] = []
    parts: list[str] = []
    for start, stop in _pieces(text):
        part = without_accents(text[start:stop])
        parts.append(part)
        regular = len(part) == stop - start
        sources += ((n, n + 1) for n in range(start, stop)) if regular else [(start, stop)] * len(part)
    return "".join(parts), sources


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of regular characters, and what stands between them."""
    start = 0
    for found in _irregular().piece.finditer(text):
        if found.start() > start:
            yield start, found.start()
        yield found.span()
        start = found.end()
    if start < len(text):
        yield start, len(text)


class _Irregular(NamedTuple):
    any: re.Pattern[str]
    """Matches a character that becomes none, several, or one with the character before."""
    piece: re.Pattern[str]
    """Matches what becomes one character or several."""


@cache
def _irregular() -> _Irregular:
    # Vowels and final consonants of Hangul, and the sound marks of half-width kana.
    joining = {*map(chr, [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3), 0xFF9E, 0xFF9F])}
    expanding: set[str] = set()
    for character in map(chr, [*range(0x80, 0x20000), *range(0xE0100, 0xE01F0)]):
        decomposition = unicodedata.decomposition(character).split()
        if len(decomposition) == 2 and not decomposition[0].startswith("<"):
            joining.add(chr(int(decomposition[1], 16)))
        length = len(without_accents(character))
        if length != 1:
            (expanding if length else joining).add(character)
    joins, expands = ("".join(sorted(characters)) for characters in (joining, expanding - joining))
    return _Irregular(re.compile(f"[{joins}{expands}]"), re.compile(f"(?s:.[{joins}]+|[{joins}]+|[{expands}])"))
