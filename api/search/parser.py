"""The language of ``q``: what a reader types, as a tree of what is looked for. Pure.

    any   = all {"OR" all}
    all   = one {["AND"] one}
    one   = ["-" | "NOT"] [field ":"] (word | word "*" | '"' text '"' | "(" any ")")
    field = "headline" | "standfirst" | "body"

Whatever has neither letter nor digit and is no sign of the language says nothing.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal, NoReturn, TypeAlias

from api.text.folding import paired, tokens

FIELDS = ("headline", "standfirst", "body")
NESTED_AT_MOST = 8
SHORTEST_PREFIX = 2
# Each is looked for as all the words of the archive that begin so.
PREFIXES_AT_MOST = 10

# Signs as phones, word processors and East Asian keyboards write them; one character each, so that places stay.
_SIGNS = str.maketrans("“”„＂（）：＊－−", '""""():*--')
_FIELD = re.compile(r"([A-Za-z]+):")
_WORD = re.compile(r'[^\s"()]+')
_LETTER = re.compile(r"[^\W_]")
_OPERATORS = ("AND", "OR", "NOT")


class Misread(Exception):
    """What was typed is no search. ``position`` is a character, counted from 1; ``detail`` says what would be right."""

    def __init__(self, position: int, detail: str) -> None:
        super().__init__(f"at character {position}: {detail}")
        self.position = position
        self.detail = detail


@dataclass(frozen=True)
class Term:
    """Words that follow each other, as search tokens; of a prefix, the last one is only how a word begins.

    ``text`` is what was typed; ``field`` is where it has to stand, None is anywhere.
    """

    kind: Literal["word", "phrase", "prefix"]
    text: str
    tokens: tuple[str, ...]
    field: str | None = None

    @property
    def words(self) -> str:
        """The tokens as a text."""
        return " ".join(self.tokens)


@dataclass(frozen=True)
class Not:
    """What must not be."""

    part: "Node"


@dataclass(frozen=True)
class AllOf:
    """What must all be."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class AnyOf:
    """Of which one is enough."""

    parts: tuple["Node", ...]


Node: TypeAlias = Term | Not | AllOf | AnyOf


@dataclass(frozen=True)
class _Sign:
    """A piece of what was typed: ``kind`` is a parenthesis, ``-``, an operator, ``field`` or ``term``."""

    kind: str
    position: int
    text: str
    term: Term | None = None


def parse(q: str) -> Node:
    """The search that ``q`` says; Misread when it says none."""
    signs = list(_signs(q.translate(_SIGNS)))
    prefixes = [sign for sign in signs if sign.term and sign.term.kind == "prefix"]
    if len(prefixes) > PREFIXES_AT_MOST:
        raise Misread(prefixes[PREFIXES_AT_MOST].position, f"a search has at most {PREFIXES_AT_MOST} prefixes")
    return _Parser(signs).parsed()


def terms(node: Node, wanted: bool | None = None) -> Iterator[Term]:
    """The terms of a search from left to right; only those that it looks for (True), or that it excludes (False)."""
    match node:
        case Term():
            if wanted is not False:
                yield node
        case Not(part):
            yield from terms(part, None if wanted is None else not wanted)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from terms(part, wanted)


def _signs(q: str) -> Iterator[_Sign]:
    at = 0
    bound: _Sign | None = None
    while at < len(q):
        if q[at].isspace():
            at += 1
            continue
        sign, end = _sign(q, at)
        if sign:
            yield sign
        elif bound:
            raise Misread(bound.position, f"{bound.text} has no letter or digit right behind it to look for")
        bound = sign if sign and sign.kind in ("-", "field") else None
        at = end


def _sign(q: str, at: int) -> tuple[_Sign | None, int]:
    """The sign that begins here, None if what begins here says nothing; and where it ends."""
    if q[at] in "()":
        return _Sign(q[at], at + 1, q[at]), at + 1
    if q[at] == '"':
        end = q.find('"', at + 1)
        if end < 0:
            raise Misread(at + 1, 'this quote is not closed; put another " behind the phrase')
        return _Sign("term", at + 1, q[at : end + 1], _phrase(q[at + 1 : end], at + 1)), end + 1
    if _is_minus(q, at):
        return _Sign("-", at + 1, "-"), at + 1
    if (found := _FIELD.match(q, at)) and _is_field(q, found):
        return _Sign("field", at + 1, found[0].lower()), found.end()
    found = _WORD.match(q, at)
    text = found[0] if found else q[at]
    if text in _OPERATORS:
        return _Sign(text, at + 1, text), at + len(text)
    term = _word(text, at + 1)
    return _Sign("term", at + 1, text, term) if term else None, at + len(text)


def _is_minus(q: str, at: int) -> bool:
    """A minus stands where a term may begin, and right before it; other hyphens are none."""
    if q[at] != "-" or (at > 0 and not q[at - 1].isspace() and q[at - 1] != "("):
        return False
    behind = q[at:].lstrip("-")[:1]
    if not behind or behind.isspace() or behind == ")":
        return False
    if q[at + 1] == "-":
        raise Misread(at + 1, "one - is enough to exclude a word")
    return True


def _is_field(q: str, found: re.Match[str]) -> bool:
    """A field's name stands right before what it should hold; other colons, as in 12:30 or https://, are none."""
    name = found[1].lower()
    behind = q[found.end() : found.end() + 1]
    if name in FIELDS:
        if behind not in ('"', "(") and (not behind or behind.isspace() or behind in ")-"):
            raise Misread(
                found.start() + 1,
                f'{name}: has nothing right behind it; write {name}:word, {name}:"phrase" or -{name}:word',
            )
        return True
    if behind not in ('"', "(", "-") and not _LETTER.match(behind):
        return False
    near = get_close_matches(name, FIELDS, n=1)
    hint = f"did you mean {near[0]}:?" if near else f"the fields are {', '.join(f'{field}:' for field in FIELDS)}."
    raise Misread(found.start() + 1, f"{found[1][:50]}: is no field; {hint} Text with a colon in it goes in quotes")


def _phrase(text: str, position: int) -> Term:
    found = tokens(text)
    if not found:
        raise Misread(position, "a phrase needs at least one letter or digit between its quotes")
    return Term("phrase", text, tuple(found))


def _word(text: str, position: int) -> Term | None:
    """A word or a prefix; None of what has no letter or digit."""
    star = text.find("*")
    beginning = text if star < 0 else text[:star]
    if star >= 0 and (star < len(text) - 1 or not _lettered(beginning[-1:])):
        raise Misread(position + star, "a * stands right behind the beginning of a word, as in harb*")
    found = tokens(beginning)
    if not found:
        if _LETTER.search(text):
            raise Misread(position, "this is longer than any word; the longest have 255 letters")
        return None
    if star < 0:
        return Term("word", text, tuple(found))
    # One character of a paired script is half of a pair already.
    if len(found[-1]) < SHORTEST_PREFIX and not paired(found[-1]):
        raise Misread(position + star, f"a prefix needs at least {SHORTEST_PREFIX} letters or digits before its *")
    return Term("prefix", beginning, tuple(found))


def _lettered(character: str) -> bool:
    """Whether it is a letter or digit, or a mark on one."""
    return bool(character) and unicodedata.category(character)[0] in "LNM"


class _Parser:
    """Reads signs from left to right: one method a line of the grammar."""

    def __init__(self, signs: Sequence[_Sign]) -> None:
        self._signs = signs
        self._at = 0

    def parsed(self) -> Node:
        if not self._signs:
            raise Misread(1, "there is nothing to look for; write at least one letter or digit")
        node = self._any(None, 0)
        if self._next():
            self._refuse()
        return node

    def _any(self, field: str | None, depth: int) -> Node:
        parts = [self._all(field, depth)]
        while self._took("OR"):
            parts.append(self._all(field, depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self, field: str | None, depth: int) -> Node:
        parts = [self._one(field, depth)]
        while (sign := self._next()) and sign.kind not in ("OR", ")"):
            self._took("AND")
            parts.append(self._one(field, depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self, field: str | None, depth: int) -> Node:
        if self._took("-", "NOT"):
            return Not(self._wanted(field, depth))
        return self._wanted(field, depth)

    def _wanted(self, field: str | None, depth: int) -> Node:
        if named := self._took("field"):
            if field:
                raise Misread(named.position, f"{named.text} stands inside of {field}: already; take one of them")
            field = named.text.removesuffix(":")
        if (sign := self._took("term")) and sign.term:
            return replace(sign.term, field=field)
        opening = self._took("(") or self._refuse()
        if depth == NESTED_AT_MOST:
            raise Misread(opening.position, f"parentheses stand at most {NESTED_AT_MOST} deep in each other")
        node = self._any(field, depth + 1)
        if not self._took(")"):
            raise Misread(opening.position, "this ( is not closed; put a ) behind what belongs together")
        return node

    def _next(self) -> _Sign | None:
        return self._signs[self._at] if self._at < len(self._signs) else None

    def _took(self, *kinds: str) -> _Sign | None:
        sign = self._next()
        if sign is None or sign.kind not in kinds:
            return None
        self._at += 1
        return sign

    def _refuse(self) -> NoReturn:
        """Say what is wrong here, where a term should begin."""
        before = self._signs[self._at - 1] if self._at else None
        sign = self._next()
        if before and before.kind in ("-", "field", *_OPERATORS):
            hint = "" if before.kind in ("-", "field") else f'; the word itself goes in quotes, "{before.text}"'
            raise Misread(before.position, f"{before.text} has nothing behind it{hint}")
        if sign and sign.kind in _OPERATORS:
            raise Misread(
                sign.position, f'{sign.text} has nothing before it; the word itself goes in quotes, "{sign.text}"'
            )
        if before and before.kind == "(":
            problem = "nothing stands behind this (" if sign is None else "nothing stands between these parentheses"
            raise Misread(before.position, f"{problem}; leave it out")
        raise Misread(sign.position if sign else 1, "this ) closes nothing; leave it out, or put a ( before it")
