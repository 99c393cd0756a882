"""What a search found in a text, marked for HTML: whole short fields, the best fragments of a long one. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from api.text.folding import located

FRAGMENTS = 3
FRAGMENT_LENGTH = 200
# Of a longer text only the beginning is looked through, and only so many finds compete for a fragment.
LOOKED_THROUGH = 100_000
COMPETING = 1_000


@dataclass(frozen=True)
class Wanted:
    """A word of a phrase: the lexemes that it may be, and how one that is as good may begin.

    With neither it is a stop word, which any word is.
    """

    lexemes: frozenset[str] = frozenset()
    beginning: str | None = None

    @property
    def anything(self) -> bool:
        """Whether any word is it."""
        return not self.lexemes and self.beginning is None

    def found_in(self, token: str, lexemes: frozenset[str]) -> bool:
        """Whether a token with these lexemes is it."""
        if self.anything or self.lexemes & lexemes:
            return True
        return self.beginning is not None and any(word.startswith(self.beginning) for word in (token, *lexemes))


Phrase = Sequence[Wanted]


@dataclass(frozen=True)
class Find:
    """Where a phrase stands in a text, and which of the phrases it is."""

    begin: int
    end: int
    phrase: int


class Text:
    """A text, its tokens, and where the phrases stand in it."""

    def __init__(self, text: str, phrases: Sequence[Phrase], lexemes: Mapping[str, frozenset[str]]) -> None:
        self.text = text
        self._tokens = located(text[:LOOKED_THROUGH])
        self._lexemes = [lexemes.get(token, frozenset()) for token, _, _ in self._tokens]
        self.finds = sorted(
            (find for number, phrase in enumerate(phrases) for find in self._of(number, trimmed(phrase))),
            key=lambda find: (find.begin, find.end),
        )

    def _of(self, number: int, phrase: Phrase) -> list[Find]:
        last = len(phrase) - 1
        return [
            Find(self._tokens[at][1], self._tokens[at + last][2], number)
            for at in range(len(self._tokens) - last)
            if phrase
            and all(word.found_in(self._tokens[at + n][0], self._lexemes[at + n]) for n, word in enumerate(phrase))
        ]

    def marked(self) -> str | None:
        """The whole text with what was found between ``<mark>`` and ``</mark>``; None when nothing was."""
        return _marked(self.text, self.finds, 0, len(self.text)) if self.finds else None

    def fragments(self) -> list[str]:
        """The parts that hold most of the phrases, in the order of the text; cut at words, cuts shown by ``…``."""
        chosen: list[tuple[int, int]] = []
        for begin, end in self._windows():
            if len(chosen) < FRAGMENTS and all(end <= other[0] or begin >= other[1] for other in chosen):
                chosen.append((begin, end))
        return [self._fragment(begin, end) for begin, end in sorted(chosen)]

    def _windows(self) -> list[tuple[int, int]]:
        """Parts around finds, widened to a fragment's length; those with most different phrases, then finds, first."""
        finds = self.finds[:COMPETING]
        ranked: list[tuple[int, int, int, int]] = []
        inside: Counter[int] = Counter()
        last = 0
        for first, find in enumerate(finds):
            while last < len(finds) and (last <= first or finds[last].end <= find.begin + FRAGMENT_LENGTH):
                inside[finds[last].phrase] += 1
                last += 1
            end = max(find.end, finds[last - 1].end)
            room = max(0, FRAGMENT_LENGTH - (end - find.begin)) // 2
            ranked.append((-len(+inside), -inside.total(), find.begin - room, end + room))
            inside[find.phrase] -= 1
        return [(begin, end) for _, _, begin, end in sorted(ranked)]

    def _fragment(self, begin: int, end: int) -> str:
        """The part from the first whole word in it to the last."""
        places = [(first, last) for _, first, last in self._tokens if begin <= first and last <= end]
        begin = places[0][0] if begin > 0 else 0
        end = places[-1][1] if end < len(self.text) else len(self.text)
        cut = ("…" if begin else "", "…" if end < len(self.text) else "")
        return f"{cut[0]}{_marked(self.text, self.finds, begin, end).strip()}{cut[1]}"


def trimmed(phrase: Phrase) -> Phrase:
    """The phrase without stop words at its ends, which no search looks for."""
    kept = [n for n, word in enumerate(phrase) if not word.anything]
    return phrase[kept[0] : kept[-1] + 1] if kept else ()


def _marked(text: str, finds: Sequence[Find], begin: int, end: int) -> str:
    parts: list[str] = []
    at = begin
    for first, last in _joined(finds):
        if first < begin or last > end:
            continue
        parts += [escape(text[at:first]), "<mark>", escape(text[first:last]), "</mark>"]
        at = last
    return "".join([*parts, escape(text[at:end])])


def _joined(finds: Sequence[Find]) -> list[tuple[int, int]]:
    """The places of finds, those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for find in finds:
        if joined and find.begin < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], find.end))
        else:
            joined.append((find.begin, find.end))
    return joined
