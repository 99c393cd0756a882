"""Highlights: the matches of a search marked in HTML, in whole short fields and in the best fragments of long ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from api.text.tokenizer import locate_tokens

FRAGMENTS = 3
"""The number of fragments of a text."""
FRAGMENT_LENGTH = 200
"""The length of a fragment in characters, without the words at its ends."""
SEARCHED_CHARACTERS = 20_000
"""The number of characters of a text that are searched for matches."""
SEARCHED_ON_PAGE = 400_000
"""The number of characters of all bodies of a page that are searched."""
COMPETING = 1_000
"""The number of matches in a text from which fragments are chosen."""


@dataclass(frozen=True)
class WordPattern:
    """A word of a phrase: any of these lexemes, or any with this prefix. Without both it is a stop word: any word."""

    lexemes: frozenset[str] = frozenset()
    prefix: str | None = None

    @property
    def is_wildcard(self) -> bool:
        """Whether any word matches."""
        return not self.lexemes and self.prefix is None

    def matches(self, token: str, lexemes: frozenset[str]) -> bool:
        """Whether a token with these lexemes matches."""
        if self.is_wildcard or self.lexemes & lexemes:
            return True
        return self.prefix is not None and any(word.startswith(self.prefix) for word in (token, *lexemes))


Phrase = Sequence[WordPattern]


@dataclass(frozen=True)
class Match:
    """A match in a text: its first character, the one after its last, and the number of the phrase."""

    begin: int
    end: int
    phrase: int


class HighlightedText:
    """A text with the matches of phrases in it; ``lexemes`` are those of its tokens.

    Only so many characters of the text are ``searched``. A word that ends after them is left out.
    """

    def __init__(
        self,
        text: str,
        phrases: Sequence[Phrase],
        lexemes: Mapping[str, frozenset[str]],
        searched: int = SEARCHED_CHARACTERS,
    ) -> None:
        self.text = text
        self._searched = searched
        self._tokens = [token for token in locate_tokens(text[: searched + 1]) if token[2] <= searched]
        self._lexemes = [lexemes.get(token, frozenset()) for token, _, _ in self._tokens]
        self._places: dict[str, list[int]] = {}
        self._places_by_lexeme: dict[str, list[int]] = {}
        for place, (token, _, _) in enumerate(self._tokens):
            self._places.setdefault(token, []).append(place)
            for lexeme in self._lexemes[place]:
                self._places_by_lexeme.setdefault(lexeme, []).append(place)
        self.matches = sorted(
            (match for number, phrase in enumerate(phrases) for match in self._find(number, trimmed(phrase))),
            key=lambda match: (match.begin, match.end),
        )

    def _find(self, number: int, phrase: Phrase) -> list[Match]:
        """The matches of a phrase: where its rarest word is, the others are compared."""
        found = [(self._places_of(word), n) for n, word in enumerate(phrase) if not word.is_wildcard]
        if not found:
            return []
        places, offset = min(found, key=lambda item: len(item[0]))
        last = len(phrase) - 1
        return [
            Match(self._tokens[at][1], self._tokens[at + last][2], number)
            for at in (place - offset for place in places)
            if 0 <= at < len(self._tokens) - last
            and all(word.matches(self._tokens[at + n][0], self._lexemes[at + n]) for n, word in enumerate(phrase))
        ]

    def _places_of(self, word: WordPattern) -> set[int]:
        """The numbers of the tokens that a word matches."""
        found = {place for lexeme in word.lexemes for place in self._places_by_lexeme.get(lexeme, ())}
        if word.prefix is not None:
            for token, places in self._places.items():
                if word.matches(token, self._lexemes[places[0]]):
                    found.update(places)
        return found

    def marked(self) -> str | None:
        """The whole text as HTML, matches between ``<mark>`` and ``</mark>``; None when nothing matches."""
        return _marked(self.text, self.matches, 0, len(self.text)) if self.matches else None

    def fragments(self) -> list[str]:
        """The parts with the most different phrases, in the order of the text; cut at words, cuts shown by ``…``.

        They are parts of what is searched.
        """
        chosen: list[tuple[int, int]] = []
        for begin, end in self._windows():
            if len(chosen) < FRAGMENTS and all(end <= other[0] or begin >= other[1] for other in chosen):
                chosen.append((begin, end))
        return [self._fragment(begin, end) for begin, end in sorted(chosen)]

    def _windows(self) -> list[tuple[int, int]]:
        """Parts around matches, widened to a fragment's length; those with most phrases, then matches, first."""
        matches = self.matches[:COMPETING]
        ranked: list[tuple[int, int, int, int]] = []
        inside: Counter[int] = Counter()
        last = 0
        for first, match in enumerate(matches):
            while last < len(matches) and (last <= first or matches[last].end <= match.begin + FRAGMENT_LENGTH):
                inside[matches[last].phrase] += 1
                last += 1
            end = max(match.end, matches[last - 1].end)
            room = max(0, FRAGMENT_LENGTH - (end - match.begin)) // 2
            ranked.append((-len(+inside), -inside.total(), match.begin - room, end + room))
            inside[match.phrase] -= 1
        return [(begin, end) for _, _, begin, end in sorted(ranked)]

    def _fragment(self, begin: int, end: int) -> str:
        """The part from its first whole word to its last."""
        words = [(first, last) for _, first, last in self._tokens if begin <= first and last <= end]
        begin = words[0][0] if begin > 0 else 0
        end = words[-1][1] if min(end, self._searched) < len(self.text) else len(self.text)
        cut = ("…" if begin else "", "…" if end < len(self.text) else "")
        return f"{cut[0]}{_marked(self.text, self.matches, begin, end).strip()}{cut[1]}"


def trimmed(phrase: Phrase) -> Phrase:
    """The phrase without stop words at its ends, which are not searched for."""
    words = [n for n, word in enumerate(phrase) if not word.is_wildcard]
    return phrase[words[0] : words[-1] + 1] if words else ()


def _marked(text: str, matches: Sequence[Match], begin: int, end: int) -> str:
    parts: list[str] = []
    at = begin
    for first, last in _merged(matches):
        if first < begin or last > end:
            continue
        parts += [escape(text[at:first]), "<mark>", escape(text[first:last]), "</mark>"]
        at = last
    return "".join([*parts, escape(text[at:end])])


def _merged(matches: Sequence[Match]) -> list[tuple[int, int]]:
    """Where matches begin and end, overlapping ones merged."""
    merged: list[tuple[int, int]] = []
    for match in matches:
        if merged and match.begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], match.end))
        else:
            merged.append((match.begin, match.end))
    return merged
