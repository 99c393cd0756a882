"""Finds names of people in a text that no list has: capitalised runs, and names in Hangul and Han before titles. Pure.

A name is proposed by what stands around it: a title or occupation, a verb of speech, an age, a common given name, or
its last word alone later in the text.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from api.text import name_cues as cues
from api.text.east_asian_names import titled_names
from api.text.name_keys import name_key, stem

MAX_CHARACTERS = 20_000
"""The number of characters of each field of an article in which names are looked for."""
MAX_NAMES = 50
"""The number of names that are proposed from an article: those with the best evidence."""
MAX_MENTIONS = 10
"""The number of mentions of a name in an article whose places are recorded."""
MAX_LENGTH = 100
"""The length of a name, in characters."""
LONGEST_RUN = 12
"""The number of capitalised words in a row in which a name is looked for, with its titles."""
CERTAIN = 2
"""The score from which a text says by itself that a name is that of a person."""

_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\u0400-\u052f\u0300-\u036f"
# An elided article or preposition is a token of its own, as in "l'Estonienne", and so are initials, as in "J.K. Roe".
_TOKEN = re.compile(
    rf"(?:[LlDdJjNnSsCcMm]|[Qq]u)['\u2019](?=[{_LETTER}])|(?:[A-Z]\.){{2,}}|[{_LETTER}]+(?:[-\u2010\u2011'\u2019][{_LETTER}]+)*\.?"
)
_ELIDED = re.compile("(?:[a-z]|qu)['\u2019]", re.IGNORECASE)
_POSSESSIVE = re.compile("['\u2019]s$")
_AGE = re.compile(r", (?:age |aged )?\d{2}(?=[,.;) ])| \(\d{2}\)")
# What ends a sentence or begins a quotation, after which the first word is capitalised anyway.
_SENTENCE_START = re.compile(
    '(?:^|[.!?:;\u2026\n\u2022\u00ab\u201c\u201e"(\\[\u2013\u2014-])[\\s"\u00ab\u201c\u201e\'\u2018(\\[]*$'
)
# "New York-based"
_COMPOUNDS = ("-based", "-born", "-led", "-backed", "-style", "-owned")
# Romanised Korean: the family name first, and a given name of two syllables, the second in lower case.
_ROMANISED = re.compile("[A-Z][a-z]+ [A-Z][a-z]+[-\u2010\u2011][a-z]+")


class NameMention(NamedTuple):
    """A place of a name: the number of the field, and the offsets of its first character and that after its last."""

    field: int
    start: int
    stop: int


@dataclass
class FoundName:
    """A name in an article: its ``key``, which all its spellings share, its spellings and places, and its score."""

    key: str
    # Its first and its last word alone, as keys.
    ends: tuple[str, ...] = ()
    spellings: Counter[str] = field(default_factory=Counter)
    mentions: list[NameMention] = field(default_factory=list)
    score: int = 0

    @property
    def name(self) -> str:
        """The most frequent spelling, of several the shortest."""
        return min(self.spellings, key=lambda text: (-self.spellings[text], len(text), text))


class _Token(NamedTuple):
    text: str
    start: int
    stop: int
    capital: bool
    # Whether a space alone, or the period of an initial and a space, separates it from the token before.
    joined: bool
    first: bool

    @property
    def lower(self) -> str:
        return self.text.lower().rstrip(".")


def find_names(fields: Sequence[str | None], given_names: Collection[str] = ()) -> list[FoundName]:
    """The names in the fields of an article, best first. ``given_names`` are known ones, in lower case."""
    found: dict[str, FoundName] = {}
    alone: Counter[str] = Counter()
    for number, text in enumerate(fields):
        if text:
            _add_runs(found, alone, number, text[:MAX_CHARACTERS], given_names)
            for start, stop, key in titled_names(text[:MAX_CHARACTERS]):
                _add(found, FoundName(key), text[start:stop], NameMention(number, start, stop), CERTAIN)
    for name in found.values():
        name.score += any(alone[end] for end in name.ends) + (name.spellings.total() > 1)
    names = sorted(found.values(), key=lambda name: (-name.score, name.mentions[0]))
    return [name for name in names[:MAX_NAMES] if name.score > 0]


# Inflected names are recognized by their stems.
_GIVEN_NAMES = cues.GIVEN_NAMES | {stem(name) for name in cues.GIVEN_NAMES}


def _add(found: dict[str, FoundName], new: FoundName, text: str, mention: NameMention, score: int) -> None:
    if len(text) > MAX_LENGTH:
        return
    name = found.setdefault(new.key, new)
    name.spellings[text] += 1
    name.score = max(name.score, score)
    if len(name.mentions) < MAX_MENTIONS:
        name.mentions.append(mention)


def _add_runs(
    found: dict[str, FoundName], alone: Counter[str], number: int, text: str, given_names: Collection[str]
) -> None:
    tokens = list(_tokens(text))
    ordinary = {token.text for token in tokens if not token.capital}
    capitals = sum(token.capital for token in tokens)
    # A title in capitals, or with each word capitalised, does not tell names from other words.
    if number == 0 and capitals * 2 > len(tokens):
        return
    for before, run, after in _runs(tokens):
        if len(run) > LONGEST_RUN:
            continue
        names, titled = _strip(run, before, ordinary, given_names)
        if not names:
            continue
        if len(names) == 1:
            alone[name_key(names[0].text)] += before not in cues.DETERMINERS
            continue
        if (score := _score(text, before, names, after, titled, given_names)) is not None:
            start, stop = names[0].start, names[-1].stop
            ends = name_key(names[0].text), name_key(names[-1].text)
            new = FoundName(name_key(text[start:stop]), ends)
            _add(found, new, text[start:stop], NameMention(number, start, stop), score)


def _tokens(text: str) -> Iterator[_Token]:
    end, previous = 0, ""
    for match in _TOKEN.finditer(text):
        word, (start, stop) = match[0], match.span()
        gap = text[end:start]
        if word[0].islower() and word.isalpha():
            yield _Token(word, start, stop, False, _is_joined(gap, previous), False)
            end, previous = stop, word
            continue
        if possessive := _POSSESSIVE.search(word):
            word, stop = word[: possessive.start()], stop - 2
        abbreviated = len(word.rstrip(".")) == 1 or "." in word[:-1] or word.lower().rstrip(".") in cues.TITLES
        if word.endswith(".") and not abbreviated:
            word, stop = word[:-1], stop - 1
        joined = _is_joined(gap, previous)
        first = not joined and bool(_SENTENCE_START.search(text[max(0, start - 5) : start]))
        yield _Token(word, start, stop, _is_capital(word), joined, first)
        end, previous = stop, word


def _is_joined(gap: str, previous: str) -> bool:
    """Whether only a space stands between a word and the one before, or nothing after an elided one."""
    return bool(previous) and (gap in (" ", "\u00a0") or (not gap and bool(_ELIDED.fullmatch(previous))))


def _is_capital(word: str) -> bool:
    return word[0].isupper() and word[-1] not in "'\u2019" and word not in cues.ABBREVIATIONS


def _runs(tokens: Sequence[_Token]) -> Iterator[tuple[str, list[_Token], str]]:
    """Each run of capitalised words, with the words before and after it, in lower case, if only a space separates."""
    position = 0
    while position < len(tokens):
        if not tokens[position].capital:
            position += 1
            continue
        end = _run_end(tokens, position)
        before = tokens[position - 1].lower if position and tokens[position].joined else ""
        after = tokens[end].lower if end < len(tokens) and tokens[end].joined else ""
        yield before, list(tokens[position:end]), after
        position = end


def _run_end(tokens: Sequence[_Token], position: int) -> int:
    end = position + 1
    if _is_acronym(tokens[position]):
        return end
    while end < len(tokens) and tokens[end].joined:
        particles = 0
        while (
            end + particles < len(tokens)
            and particles < 3
            and tokens[end + particles].joined
            and (tokens[end + particles].text in cues.PARTICLES)
        ):
            particles += 1
        following = end + particles
        if following >= len(tokens) or not tokens[following].joined or not tokens[following].capital:
            break
        end = following + 1
    return end


def _strip(
    run: list[_Token], before: str, ordinary: Collection[str], given_names: Collection[str]
) -> tuple[list[_Token], bool]:
    """A run without the titles and the first word of a sentence before the name; whether it had titles."""
    # "Martin King" has a surname that is a title as well, and "Osric M. Vane" an initial that is one.
    words = run[:-1] if _is_given(run[0].lower, given_names) else run
    last_title = max(
        (n for n, word in enumerate(words) if word.lower in cues.TITLES and (not n or len(word.lower) > 1)), default=-1
    )
    if last_title >= 0:
        name = run[last_title + 1 :]
        # "Президент Украины Владимир Зеленский"
        while len(name) > 2 and name[0].lower in cues.NO_NAMES:
            name = name[1:]
        return name, True
    while run and (
        _is_acronym(run[0])
        or run[0].text in cues.PARTICLES
        or (run[0].first and _opens_sentence(run, ordinary, given_names))
    ):
        run = run[1:]
    while len(run) > 2 and run[0].lower in cues.DATES:
        run = run[1:]
    return run, False


def _is_acronym(token: _Token) -> bool:
    return len(token.text) > 2 and token.text.isupper() and token.text.isalpha()


def _opens_sentence(run: Sequence[_Token], ordinary: Collection[str], given_names: Collection[str]) -> bool:
    word = run[0].lower
    if word in cues.OPENERS or word in cues.PARTICLES:
        return True
    return word in ordinary and word not in cues.GIVEN_NAMES and word not in given_names


def _score(
    text: str, before: str, run: Sequence[_Token], after: str, titled: bool, given_names: Collection[str]
) -> int | None:
    """How much speaks for a person, 0 or more; None if it is something else."""
    words = [token.lower for token in run if token.text not in cues.PARTICLES]
    romanised = bool(_ROMANISED.fullmatch(" ".join(token.text for token in run)))
    given = _is_given(words[0], given_names)
    if (
        not 2 <= len(words) <= 4
        or len(words[-1]) < 2
        or words[1] in cues.GENERATIONS
        or _is_no_name(run, words, given, romanised)
    ):
        return None
    if (before in cues.DETERMINERS and not titled) or text.startswith(" &", run[-1].stop):
        return None
    score = 2 * titled + 2 * given + 2 * romanised
    score += 2 * (before in cues.ROLES or before in cues.TITLES)
    score += 2 * any(len(word) == 1 for word in words[1:-1]) + run[0].text.endswith(".")
    stop = run[-1].stop
    score += 2 * bool(_AGE.match(text, stop)) + 2 * _is_in_apposition(text, stop)
    return score + (after in cues.SAID or before in cues.SAID)


def _is_given(word: str, given_names: Collection[str]) -> bool:
    return word in given_names or not _GIVEN_NAMES.isdisjoint((word, word.split("-")[0], stem(word)))


def _is_no_name(run: Sequence[_Token], words: Sequence[str], given: bool, romanised: bool) -> bool:
    if romanised:
        return False
    if any(len(token.text) > 3 and _is_acronym(token) for token in run):
        return True
    if any(word.endswith(_COMPOUNDS) for word in words):
        return True
    wrong = [n for n, word in enumerate(words) if word in cues.NO_NAMES]
    if given and len(words) == 2 and wrong == [1]:
        return words[1] not in cues.SURNAMES_TOO
    return bool(wrong)


def _is_in_apposition(text: str, stop: int) -> bool:
    """Whether an occupation follows the name after a comma, as in "Ana Roe, a former harbour master"."""
    if text[stop : stop + 2] != ", ":
        return False
    following = re.split(r"[,.;:()\n]", text[stop + 2 : stop + 60], maxsplit=1)[0].split(" ")[:7]
    return following[0] == "who" or any(word.lower() in cues.ROLES or word.lower() in cues.TITLES for word in following)
