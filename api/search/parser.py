"""The query language of ``q``: its grammar, and its parser.

    any   = all {"OR" all}
    all   = one {["AND"] one}
    one   = ["-" | "NOT"] [field ":"] (word | word "*" | '"' text '"' | "#" tag | "(" any ")")
    field = "headline" | "standfirst" | "body"

What does not fit this grammar is text: each such piece becomes a word or nothing, and a note says so. Text without a
letter or digit is not searched for.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from api.search.capitals import in_lower_case, is_in_capitals, without_or
from api.search.lexer import FIELDS, OPERATORS, TERMS, Note, Token, reads_as_word, tokenize
from api.text.tokenizer import is_paired, tokens

__all__ = ["FIELDS", "AllOf", "AnyOf", "Node", "Not", "QuerySyntaxError", "Reading", "Term", "parse", "read", "terms"]

PREFIXES_AT_MOST = 10
"""The number of prefixes, each of which stands for all words of the archive that begin with it; others are words."""
HASHTAGS_AT_MOST = 3
"""The number of hashtags whose tags are searched for; others are words."""
TOKENS_AT_MOST = 128
"""The number of words of a query, and of pairs of characters in scripts without spaces, that are searched for."""


_NO_TAG = (
    f"only its words are searched for; hashtags find their tags where they are required: up to {HASHTAGS_AT_MOST}, and"
    " not in OR, parentheses or a field or after a minus"
)


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

    kind: Literal["word", "phrase", "prefix", "hashtag"]
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
    """A disjunction; without parts, it matches nothing."""

    parts: tuple["Node", ...]


Node: TypeAlias = Term | Not | AllOf | AnyOf


@dataclass(frozen=True)
class Reading:
    """How a query is understood: its parse tree, and notes of what is taken as text or ignored."""

    tree: Node
    notes: tuple[Note, ...]

    @property
    def written(self) -> str:
        """The search in valid syntax; empty if nothing is searched for."""
        return _written(self.tree)


def read(q: str, *, strict: bool = False) -> Reading:
    """How ``q`` is understood. If ``strict``, raises QuerySyntaxError where its syntax is invalid."""
    found, notes = tokenize(q)
    if is_in_capitals(found):
        found = in_lower_case([*found] if strict else without_or(found, notes))
    parser = _Parser(found, notes)
    tree = parser.parse()
    if isinstance(tree, Term) and _is_single_character(tree):
        tree = replace(tree, kind="prefix")
    if tree is None and not any(note.invalid for note in notes):
        notes = [Note(1, q, "empty search; enter at least one letter or digit")]
    tags = {term.text for term in required_hashtags(tree)} if tree else set()
    others = [token for token in found if token.kind == "hashtag" and token.text not in tags]
    notes.extend(Note(token.position, token.text, _NO_TAG, invalid=False) for token in others)
    wrong = next((note for note in notes if note.invalid), None)
    if strict and wrong:
        raise QuerySyntaxError(wrong.position, wrong.reason)
    return Reading(tree or AnyOf(()), tuple(notes))


def parse(q: str) -> Node:
    """The parse tree of ``q``, in which pieces of invalid syntax are words."""
    return read(q).tree


def _is_single_character(term: Term) -> bool:
    """Whether it is a character of a script that is indexed by pairs: alone, it finds the pairs that begin with it."""
    return (
        term.kind == "word" and len(term.text) == len(term.words) == 1 and term.text.isalpha() and is_paired(term.words)
    )


def required_hashtags(node: Node) -> list[Term]:
    """The hashtags that a search requires and whose tags are searched for."""
    parts = node.parts if isinstance(node, AllOf) else (node,)
    found = (part for part in parts if isinstance(part, Term) and part.kind == "hashtag" and not part.field)
    return list(dict.fromkeys(found))[:HASHTAGS_AT_MOST]


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


class _Parser:
    """A recursive descent parser: one method for each rule of the grammar; None where nothing is left of a part."""

    def __init__(self, found: Sequence[Token], notes: list[Note]) -> None:
        self._tokens = found
        self._notes = notes
        self._at = 0
        self._searched = 0
        self._prefixes = 0

    def parse(self) -> Node | None:
        return self._any(None)

    def _any(self, field: str | None) -> Node | None:
        parts = [self._all(field)]
        while self._kind() == "OR":
            self._at += 1
            parts.append(self._all(field))
        found = tuple(part for part in parts if part)
        return AnyOf(found) if len(found) > 1 else next(iter(found), None)

    def _all(self, field: str | None) -> Node | None:
        parts: list[Node | None] = []
        while (kind := self._kind()) and kind != ")":
            if parts and kind in ("OR", "AND") and self._operand_follows():
                if kind == "OR":
                    break
                self._at += 1
            parts.append(self._one(field))
        found = tuple(part for part in parts if part)
        return AllOf(found) if len(found) > 1 else next(iter(found), None)

    def _one(self, field: str | None) -> Node | None:
        if self._kind() == "NOT" and self._starts_operand(1):
            self._at += 1
            part = self._operand(field)
            return Not(part) if part else None
        if self._kind() == "-":
            part = self._operand(field) if self._precedes(self._take()) else None
            return Not(part) if part else None
        return self._operand(field)

    def _operand(self, field: str | None) -> Node | None:
        token = self._take()
        if token.kind == "field":
            name = token.text.removesuffix(":").lower()
            if field:
                return self._as_word(token, f"{name}: inside {field}: is not possible; use one of them", field)
            if self._kind() == "field" or not self._precedes(token):
                return self._as_word(token, f"expected a term after {token.text}", field)
            field, token = name, self._take()
        if token.kind == "(":
            if self._kind() == ")":
                self._notes.append(Note(token.position, "()", "empty parentheses; remove them"))
            node = self._any(field)
            self._take()
            return node
        if token.kind in OPERATORS:
            return self._as_word(token, self._misplaced(token), field)
        return self._term(token, field)

    def _term(self, token: Token, field: str | None) -> Term | None:
        kind = token.kind if token.kind in ("phrase", "prefix", "hashtag") else "word"
        if kind == "prefix":
            self._prefixes += 1
            if self._prefixes > PREFIXES_AT_MOST:
                reason = f"too many prefixes; a search may have {PREFIXES_AT_MOST}"
                return self._as_word(token, reason, field)
        return self._within_limit(token.position, Term(kind, token.text, token.tokens, field))

    def _as_word(self, token: Token, reason: str, field: str | None) -> Term | None:
        self._notes.append(Note(token.position, token.text, reason))
        return self._within_limit(token.position, Term("word", token.text, tuple(tokens(token.text)), field))

    def _within_limit(self, position: int, term: Term) -> Term | None:
        """The term, cut to the tokens that are still searched for; None after those."""
        room = TOKENS_AT_MOST - self._searched
        self._searched += len(term.tokens)
        if len(term.tokens) <= room:
            return term
        if room >= 0:
            reason = f"only the first {TOKENS_AT_MOST} words, or pairs of characters without spaces, are searched for"
            self._notes.append(Note(position, term.text, reason, invalid=False, ignored=True))
        if room <= 0:
            return None
        length = bisect(range(len(term.text)), room, key=lambda last: len(tokens(term.text[: last + 1])))
        text = term.text[:length]
        # A single character may stand for more tokens than are left.
        found = tuple(tokens(text))
        return Term("phrase" if term.kind == "phrase" else "word", text, found, term.field) if found else None

    def _misplaced(self, token: Token) -> str:
        """Why the operator is taken as text."""
        before = self._tokens[self._at - 2] if self._at > 1 else None
        follows = token.kind == "NOT" or (before is not None and before.kind in (*TERMS, ")"))
        expected = "after" if follows else "before"
        return f'expected a term {expected} {token.text}; to search for the word, put it in quotes: "{token.text}"'

    def _operand_follows(self) -> bool:
        """Whether an operand follows this token, which is an operator."""
        following = self._kind(1)
        return following == "-" or self._starts_operand(2 if following == "NOT" else 1)

    def _precedes(self, sign: Token) -> bool:
        """Whether a minus or field is right before the next token. Text between them may have been left out."""
        following = self._tokens[self._at] if self._starts_operand(0) else None
        return following is not None and following.position == sign.position + len(sign.text)

    def _starts_operand(self, offset: int) -> bool:
        return self._kind(offset) in (*TERMS, "field", "(")

    def _kind(self, offset: int = 0) -> str | None:
        at = self._at + offset
        return self._tokens[at].kind if at < len(self._tokens) else None

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]


def _written(node: Node, within: type[Node] | None = None) -> str:
    """A search in valid syntax, as a part of a node of type ``within``."""
    match node:
        case Term(kind, text, _, field):
            if kind == "word" and text in OPERATORS:
                text = text.lower()
            elif kind == "word" and not reads_as_word(text):
                kind, text = "phrase", text.replace('"', " ")
            shown = {"phrase": f'"{text}"', "prefix": f"{text}*"}.get(kind, text)
            return f"{field}:{shown}" if field else shown
        case Not(part):
            written = _written(part, Not)
            return f"-({written})" if isinstance(part, Not) else f"-{written}"
        case AllOf(parts):
            written = " ".join(_written(part, AllOf) for part in parts)
        case AnyOf(parts):
            written = " OR ".join(_written(part, AnyOf) for part in parts)
    grouped = within is Not or (within is AllOf and isinstance(node, AnyOf))
    return f"({written})" if grouped else written
