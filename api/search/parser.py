"""The query language of ``q``: its grammar, and its parser.

    any   = all {"OR" all}
    all   = one {["AND"] one}
    one   = ["-" | "NOT"] [field ":"] (word | word "*" | '"' text '"' | "(" any ")")
    field = "headline" | "standfirst" | "body"

Other text without a letter or digit is ignored.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal, NoReturn, TypeAlias

from api.text.folding import is_paired, tokens

FIELDS = ("headline", "standfirst", "body")
NESTED_AT_MOST = 8
SHORTEST_PREFIX = 2
# Each stands for all words of the archive that begin with it.
PREFIXES_AT_MOST = 10

# Characters as phones, word processors and East Asian keyboards write them, one for one, so that positions stay.
_VARIANTS = str.maketrans("“”„＂（）：＊－−", '""""():*--')
_FIELD = re.compile(r"([A-Za-z]+):")
_WORD = re.compile(r'[^\s"()]+')
_LETTER = re.compile(r"[^\W_]")
_OPERATORS = ("AND", "OR", "NOT")


class QuerySyntaxError(Exception):
    """Invalid syntax at a ``position``, in characters from 1; ``detail`` says what is wrong and what is right."""

    def __init__(self, position: int, detail: str) -> None:
        super().__init__(f"at character {position}: {detail}")
        self.position = position
        self.detail = detail


@dataclass(frozen=True)
class Term:
    """Adjacent words as search tokens; of a prefix term, the last token is the beginning of a word.

    ``text`` is the term as typed; ``field`` restricts it to one field, None to none.
    """

    kind: Literal["word", "phrase", "prefix"]
    text: str
    tokens: tuple[str, ...]
    field: str | None = None

    @property
    def words(self) -> str:
        """The tokens, separated by spaces."""
        return " ".join(self.tokens)


@dataclass(frozen=True)
class Not:
    """An exclusion."""

    part: "Node"


@dataclass(frozen=True)
class AllOf:
    """A conjunction."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class AnyOf:
    """A disjunction."""

    parts: tuple["Node", ...]


Node: TypeAlias = Term | Not | AllOf | AnyOf


@dataclass(frozen=True)
class _Token:
    """A token of the query: ``kind`` is a parenthesis, ``-``, an operator, ``field`` or ``term``."""

    kind: str
    position: int
    text: str
    term: Term | None = None


def parse(q: str) -> Node:
    """The parse tree of ``q``. Raises QuerySyntaxError."""
    found = list(_tokens(q.translate(_VARIANTS)))
    prefixes = [token for token in found if token.term and token.term.kind == "prefix"]
    if len(prefixes) > PREFIXES_AT_MOST:
        raise QuerySyntaxError(
            prefixes[PREFIXES_AT_MOST].position, f"too many prefixes; a search may have {PREFIXES_AT_MOST}"
        )
    return _Parser(found).parse()


def terms(node: Node, positive: bool | None = None) -> Iterator[Term]:
    """The terms of a search from left to right: all, only positive (True) or only excluded ones (False)."""
    match node:
        case Term():
            if positive is not False:
                yield node
        case Not(part):
            yield from terms(part, None if positive is None else not positive)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from terms(part, positive)


def _tokens(q: str) -> Iterator[_Token]:
    at = 0
    unary: _Token | None = None
    while at < len(q):
        if q[at].isspace():
            at += 1
            continue
        token, end = _token(q, at)
        if token:
            yield token
        elif unary:
            raise QuerySyntaxError(unary.position, f"expected a word right after {unary.text}")
        unary = token if token and token.kind in ("-", "field") else None
        at = end


def _token(q: str, at: int) -> tuple[_Token | None, int]:
    """The token that begins at this index, None for text that is ignored; and where it ends."""
    if q[at] in "()":
        return _Token(q[at], at + 1, q[at]), at + 1
    if q[at] == '"':
        end = q.find('"', at + 1)
        if end < 0:
            raise QuerySyntaxError(at + 1, 'unclosed quote; add a " after the phrase')
        return _Token("term", at + 1, q[at : end + 1], _phrase(q[at + 1 : end], at + 1)), end + 1
    if _is_minus(q, at):
        return _Token("-", at + 1, "-"), at + 1
    if (found := _FIELD.match(q, at)) and _is_field(q, found):
        return _Token("field", at + 1, found[0].lower()), found.end()
    found = _WORD.match(q, at)
    text = found[0] if found else q[at]
    if text in _OPERATORS:
        return _Token(text, at + 1, text), at + len(text)
    term = _word(text, at + 1)
    return _Token("term", at + 1, text, term) if term else None, at + len(text)


def _is_minus(q: str, at: int) -> bool:
    """Whether a hyphen is a minus: where a term may begin, and right before one."""
    if q[at] != "-" or (at > 0 and not q[at - 1].isspace() and q[at - 1] != "("):
        return False
    following = q[at:].lstrip("-")[:1]
    if not following or following.isspace() or following == ")":
        return False
    if q[at + 1] == "-":
        raise QuerySyntaxError(at + 1, "expected one -, found several")
    return True


def _is_field(q: str, found: re.Match[str]) -> bool:
    """Whether a name and colon are a field: right before a term. Other colons, as in 12:30 or https://, are text."""
    name = found[1].lower()
    following = q[found.end() : found.end() + 1]
    if name in FIELDS:
        if following not in ('"', "(") and (not following or following.isspace() or following in ")-"):
            raise QuerySyntaxError(
                found.start() + 1,
                f'expected a term right after {name}:, as in {name}:word, {name}:"phrase" or -{name}:word',
            )
        return True
    if following not in ('"', "(", "-") and not _LETTER.match(following):
        return False
    near = get_close_matches(name, FIELDS, n=1)
    hint = f"did you mean {near[0]}:?" if near else f"known fields: {', '.join(f'{field}:' for field in FIELDS)}."
    raise QuerySyntaxError(
        found.start() + 1, f"unknown field {found[1][:50]}:; {hint} Put text that contains a colon in quotes"
    )


def _phrase(text: str, position: int) -> Term:
    found = tokens(text)
    if not found:
        raise QuerySyntaxError(position, "empty phrase; put at least one letter or digit between the quotes")
    return Term("phrase", text, tuple(found))


def _word(text: str, position: int) -> Term | None:
    """A word or prefix term; None for text without a letter or digit."""
    star = text.find("*")
    beginning = text if star < 0 else text[:star]
    if star >= 0 and (star < len(text) - 1 or not _lettered(beginning[-1:])):
        raise QuerySyntaxError(position + star, "expected * at the end of a prefix, as in harb*")
    found = tokens(beginning)
    if not found:
        if _LETTER.search(text):
            raise QuerySyntaxError(position, "word too long; the limit is 255 letters")
        return None
    if star < 0:
        return Term("word", text, tuple(found))
    # In scripts indexed by pairs of characters, one character is enough.
    if len(found[-1]) < SHORTEST_PREFIX and not is_paired(found[-1]):
        raise QuerySyntaxError(
            position + star, f"prefix too short; put at least {SHORTEST_PREFIX} letters or digits before *"
        )
    return Term("prefix", beginning, tuple(found))


def _lettered(character: str) -> bool:
    """Whether it is a letter, a digit or a combining mark."""
    return bool(character) and unicodedata.category(character)[0] in "LNM"


class _Parser:
    """A recursive descent parser: one method for each rule of the grammar."""

    def __init__(self, found: Sequence[_Token]) -> None:
        self._tokens = found
        self._at = 0

    def parse(self) -> Node:
        if not self._tokens:
            raise QuerySyntaxError(1, "empty search; enter at least one letter or digit")
        node = self._any(None, 0)
        if self._next():
            self._refuse()
        return node

    def _any(self, field: str | None, depth: int) -> Node:
        parts = [self._all(field, depth)]
        while self._take("OR"):
            parts.append(self._all(field, depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self, field: str | None, depth: int) -> Node:
        parts = [self._one(field, depth)]
        while (token := self._next()) and token.kind not in ("OR", ")"):
            self._take("AND")
            parts.append(self._one(field, depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self, field: str | None, depth: int) -> Node:
        if self._take("-", "NOT"):
            return Not(self._operand(field, depth))
        return self._operand(field, depth)

    def _operand(self, field: str | None, depth: int) -> Node:
        if named := self._take("field"):
            if field:
                raise QuerySyntaxError(named.position, f"{named.text} inside {field}: is not possible; use one of them")
            field = named.text.removesuffix(":")
        if (token := self._take("term")) and token.term:
            return replace(token.term, field=field)
        opening = self._take("(") or self._refuse()
        if depth == NESTED_AT_MOST:
            raise QuerySyntaxError(
                opening.position, f"parentheses nested too deeply; the limit is {NESTED_AT_MOST} levels"
            )
        node = self._any(field, depth + 1)
        if not self._take(")"):
            raise QuerySyntaxError(opening.position, "unclosed parenthesis; add a )")
        return node

    def _next(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self, *kinds: str) -> _Token | None:
        token = self._next()
        if token is None or token.kind not in kinds:
            return None
        self._at += 1
        return token

    def _refuse(self) -> NoReturn:
        """Raise the error of a position where a term is expected."""
        before = self._tokens[self._at - 1] if self._at else None
        token = self._next()
        if before and before.kind in ("-", "field", *_OPERATORS):
            hint = (
                "" if before.kind in ("-", "field") else f'; to search for the word, put it in quotes: "{before.text}"'
            )
            raise QuerySyntaxError(before.position, f"expected a term after {before.text}{hint}")
        if token and token.kind in _OPERATORS:
            raise QuerySyntaxError(
                token.position,
                f'expected a term before {token.text}; to search for the word, put it in quotes: "{token.text}"',
            )
        if before and before.kind == "(":
            problem = "unclosed parenthesis; remove it" if token is None else "empty parentheses; remove them"
            raise QuerySyntaxError(before.position, problem)
        raise QuerySyntaxError(token.position if token else 1, "unmatched ); remove it, or add a ( before it")
