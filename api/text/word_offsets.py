"""Where the words of ``folding.words`` are in the original text."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from api.text.folding import ASCII_WORD, WORD, without_accents, without_expanding

_ASCII_WORD, _WORD = (re.compile(f"({pattern.pattern})") for pattern in (ASCII_WORD, WORD))


class WordOffsets:
    """The positions of a text's words, as offsets in its characters."""

    def __init__(self, text: str) -> None:
        normalized, self._sources = _normalize(text)
        parts = (_ASCII_WORD if text.isascii() else _WORD).split(normalized)
        self.gaps = parts[2:-1:2]
        """What stands between each word and the next one, without accents."""
        # By turns the ends of what stands between words, and of words.
        self._ends = list(accumulate(map(len, parts)))

    def start(self, word: int, skipped: int = 0) -> int:
        """Where a word starts, given its number from 0, after as many ``skipped`` characters without accents."""
        position = self._ends[2 * word] + skipped
        return self._sources[position][0] if self._sources else position

    def stop(self, word: int, used: int | None = None) -> int:
        """Where a word ends, or the first ``used`` of its characters without accents."""
        position = self._ends[2 * word + 1] if used is None else self._ends[2 * word] + used
        return self._sources[position - 1][1] if self._sources else position


def _normalize(text: str) -> tuple[str, list[tuple[int, int]] | None]:
    """The text without accents, and the span in ``text`` of each of its characters; None if all are where they were."""
    if text.isascii() or _irregular().isdisjoint(text):
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
    for found in _piece(text).finditer(text):
        if found.start() > start:
            yield start, found.start()
        yield found.span()
        start = found.end()
    if start < len(text):
        yield start, len(text)


def _piece(text: str) -> re.Pattern[str]:
    """Matches what becomes one character or several in this text."""
    found = _irregular().intersection(text)
    joins, expands = ("".join(sorted(characters)) for characters in (found & _joining(), found - _joining()))
    alternatives = [f".[{joins}]+|[{joins}]+"] * bool(joins) + [f"[{expands}]"] * bool(expands)
    return re.compile(f"(?s:{'|'.join(alternatives) or '(?!)'})")


@cache
def _irregular() -> frozenset[str]:
    """The characters that become none, several, or one with the character before."""
    characters = map(chr, [*range(0x80, 0x20000), *range(0xE0100, 0xE01F0)])
    return _joining() | {character for character in characters if len(without_accents(character)) != 1}


@cache
def _joining() -> frozenset[str]:
    """The characters that become none, or one with the character before."""
    # Vowels and final consonants of Hangul, and the sound marks of half-width kana.
    joining = {*map(chr, [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3), 0xFF9E, 0xFF9F])}
    for character in map(chr, [*range(0x80, 0x20000), *range(0xE0100, 0xE01F0)]):
        decomposition = unicodedata.decomposition(character).split()
        if len(decomposition) == 2 and not decomposition[0].startswith("<"):
            joining.add(chr(int(decomposition[1], 16)))
        if not without_accents(character):
            joining.add(character)
    return frozenset(joining)
