"""The tokens of ``q``, and notes of what looks like an operator and is taken as text."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias

from api.text.tokenizer import is_paired, tokens

FIELDS = ("headline", "standfirst", "body")
OPERATORS = ("AND", "OR", "NOT")
TERMS = ("word", "phrase", "prefix", "hashtag")
SHORTEST_PREFIX = 2
"""The number of letters or digits that a prefix needs."""
NESTED_AT_MOST = 8
"""The number of levels of parentheses."""
SUGGESTED_AT_MOST = 20
"""The number of notes among which the names of unknown fields are compared with those of fields."""

# Characters as phones, word processors and East Asian keyboards write them, one for one, so that positions stay.
_VARIANTS = str.maketrans("“”„‟«»「」『』《》＂（）：＊－−＃", '"""""""""""""():*--#')
_FIELD = re.compile(r"([A-Za-z]+):")
_LETTER = re.compile(r"[^\W_]")
# What a field or a minus applies to: a quote, a parenthesis, or a word with a letter or digit that is not an operator.
_TERM = re.compile(r'["(]|(?!-|(?:AND|OR|NOT)(?:[\s"()]|$))[^\s"()]*?[^\W_]')
_HYPHENS = re.compile("-+")
# A double quote is a mark of a word inside a Hebrew one, and behind a number that no letter follows: inches, seconds.
_HEBREW_MARK = '(?<=[\u0591-\u05ea])"(?=[\u05d0-\u05ea])'
_WORD = re.compile(rf'(?:[^\s"()]|{_HEBREW_MARK}|(?<=\d)"(?![^\W_]))+')
# A or I after a capitalized word is a designation, as in "Vitamin A", unless a capitalized word follows, as in titles.
_DESIGNATION = re.compile(r"[AI](?!\S)(?!\s+[A-Z])")
_INITIAL = re.compile(r"[^\W\d_]\.(?!\S)")
_LAST_INITIAL = re.compile(r"(?<!\S)[^\W\d_]\.$")
_CLOSING = re.compile(rf'(?!{_HEBREW_MARK})"')

Kind: TypeAlias = Literal["(", ")", "-", "AND", "OR", "NOT", "field", "word", "phrase", "prefix", "hashtag"]


@dataclass(frozen=True)
class Token:
    """A token of the query at a ``position``, from 1; a term has search tokens as well."""

    kind: Kind
    position: int
    text: str
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """Why a piece of the query, at a ``position`` from 1, is taken as text, or ``ignored`` because of a limit.

    ``invalid`` pieces are errors of syntax.
    """

    position: int
    text: str
    reason: str
    invalid: bool = True
    ignored: bool = False


def tokenize(q: str) -> tuple[list[Token], list[Note]]:
    """The tokens of ``q``, and notes of what is taken as text or left out."""
    lexer = _Lexer(q)
    lexer.run()
    return _matched(lexer.found, lexer.notes), lexer.notes


def reads_as_word(text: str) -> bool:
    """Whether this text, which has no spaces, is read as a word when it stands alone."""
    found, notes = tokenize(text)
    return [token.kind for token in found] in (["word"], ["hashtag"]) and not notes


def _matched(found: Sequence[Token], notes: list[Note]) -> list[Token]:
    """The tokens without parentheses that have no counterpart or are nested too deeply."""
    dropped: set[int] = set()
    opened: list[int] = []
    for number, token in enumerate(found):
        if token.kind == "(":
            opened.append(number)
        elif token.kind == ")" and opened:
            first = opened.pop()
            if len(opened) >= NESTED_AT_MOST:
                dropped |= {first, number}
                if len(opened) == NESTED_AT_MOST:
                    reason = f"parentheses nested too deeply; the limit is {NESTED_AT_MOST} levels"
                    notes.append(Note(found[first].position, "(", reason))
        elif token.kind == ")":
            dropped.add(number)
            notes.append(Note(token.position, ")", "unmatched ); remove it, or add a ( before it"))
    notes.extend(Note(found[number].position, "(", "unclosed parenthesis; add a )") for number in opened)
    dropped.update(opened)
    return [token for number, token in enumerate(found) if number not in dropped]


class _Lexer:
    def __init__(self, q: str) -> None:
        self.found: list[Token] = []
        self.notes: list[Note] = []
        self._typed = q
        self._q = q.translate(_VARIANTS)

    def run(self) -> None:
        at = 0
        while at < len(self._q):
            at = at + 1 if _is_blank(self._q[at]) else self._piece(at)

    def _piece(self, at: int) -> int:
        """Read the piece that begins at this index. Returns the index of its end."""
        sign = self._q[at]
        if sign == "(" or sign == ")":
            return self._add(sign, at, at + 1)
        if sign == '"':
            return self._phrase(at)
        if sign == "-" and (end := self._minus(at)):
            return end
        if (found := _FIELD.match(self._q, at)) and self._is_field(found):
            return self._add("field", at, found.end())
        text = self._word_at(at)
        end = at + len(text)
        if text == "AND" or text == "OR" or text == "NOT":
            return self._add(text, at, end)
        return self._term(at, end)

    def _add(self, kind: Kind, at: int, end: int, searched: Sequence[str] = ()) -> int:
        self.found.append(Token(kind, at + 1, self._q[at:end], tuple(searched)))
        return end

    def _note(self, at: int, end: int, reason: str, *, invalid: bool = True, ignored: bool = False) -> None:
        self.notes.append(Note(at + 1, self._typed[at:end], reason, invalid, ignored))

    def _note_star(self, at: int, text: str, star: int, reason: str) -> None:
        self.notes.append(Note(at + star + 1, self._typed[at : at + len(text)], reason))

    def _word_at(self, at: int) -> str:
        found = _WORD.match(self._q, at)
        return found[0] if found else ""

    def _minus(self, at: int) -> int:
        """Read one or more hyphens before a term as a minus. Returns the index of their end, or 0 for others."""
        before = self._q[at - 1] if at else " "
        hyphens = _HYPHENS.match(self._q, at)
        end = hyphens.end() if hyphens else at
        following = self._q[end : end + 1]
        if not (_is_blank(before) or before == "(") or not following or _is_blank(following) or following == ")":
            return 0
        if end > at + 1:
            self._note(at, end, "expected one -, found several")
            return end
        word = self._word_at(end)
        if following not in '"(' and not _LETTER.search(word):
            self._note(at, end + len(word), "expected a word right after -")
            return end + len(word)
        self._add("-", at, end)
        if word in OPERATORS:
            self._note(at, end + len(word), f"expected a term after -, found the operator {word}")
            return self._term(end, end + len(word))
        return end

    def _is_field(self, found: re.Match[str]) -> bool:
        """Whether a name with a colon is a field, which is right before a term. Other colons, as in 12:30, are text."""
        name = found[1].lower()
        following = self._q[found.end() : found.end() + 1]
        if name in FIELDS:
            if _TERM.match(self._q, found.end()):
                return True
            reason = f'expected a term right after {name}:, as in {name}:word, {name}:"phrase" or -{name}:word'
            self._note(found.start(), found.end(), reason)
        elif following and (following in '"(-' or _LETTER.match(following)):
            near = (
                get_close_matches(name, FIELDS, n=1) if len(name) < 20 and len(self.notes) < SUGGESTED_AT_MOST else []
            )
            hint = f"did you mean {near[0]}:?" if near else f"known fields: {', '.join(f'{one}:' for one in FIELDS)}."
            reason = f"unknown field {found[1][:50]}:; {hint} Put text that contains a colon in quotes"
            self._note(found.start(), found.start() + len(self._word_at(found.start())), reason)
        return False

    def _phrase(self, at: int) -> int:
        closing = _CLOSING.search(self._q, at + 1)
        if not closing:
            self._note(at, at + 1, 'unclosed quote; add a " after the phrase')
            return at + 1
        if searched := tokens(self._q[at + 1 : closing.start()]):
            self.found.append(Token("phrase", at + 1, self._q[at + 1 : closing.start()], tuple(searched)))
        else:
            reason = "empty phrase; put at least one letter or digit between the quotes"
            self._note(at, closing.end(), reason)
        return closing.end()

    def _term(self, at: int, end: int) -> int:
        """Read a word, prefix or hashtag; text without a letter or digit is left out."""
        text = self._q[at:end]
        notes = len(self.notes)
        if self._is_prefix(at, text):
            # A hyphen that is not a minus would be one at the beginning of a term.
            self.found.append(Token("prefix", at + 1, text[:-1].lstrip("-"), tuple(tokens(text[:-1].lower()))))
        elif searched := tokens(text):
            is_hashtag = text[0] == "#" and _LETTER.match(text[1:])
            if (before := self._word_before(at)) and self._continues(before, at):
                self.found.pop()
                at = before.position - 1
                searched = tokens(self._q[at:end])
            self._add("hashtag" if is_hashtag else "word", at, end, searched)
        elif _LETTER.search(text):
            self._note(at, end, "word too long; the limit is 255 letters", ignored=True)
        elif len(self.notes) == notes:
            self._note(at, end, "no letter or digit, so it is not searched for", invalid=False)
        return end

    def _word_before(self, at: int) -> Token | None:
        """The last token if it is a word right before this index."""
        last = self.found[-1] if self.found else None
        if last is None or last.kind != "word":
            return None
        return last if self._q[last.position - 1 + len(last.text) : at].isspace() else None

    def _continues(self, before: Token, at: int) -> bool:
        """Whether the word at this index is one with the word before: a designation, or another initial of a name."""
        if _INITIAL.match(self._q, at):
            return bool(_LAST_INITIAL.search(before.text))
        is_named = before.text[0].isupper() and before.text[-1].isalnum() and not self._q.isupper()
        return is_named and bool(_DESIGNATION.match(self._q, at))

    def _is_prefix(self, at: int, text: str) -> bool:
        star = text.find("*")
        if star < 0:
            return False
        if star < len(text) - 1 or not _is_lettered(text[:star][-1:]):
            self._note_star(at, text, star, "expected * at the end of a prefix, as in harb*")
            return False
        found = tokens(text[:star])
        # In scripts indexed by pairs of characters, one character is enough.
        if found and len(found[-1]) < SHORTEST_PREFIX and not is_paired(found[-1]):
            reason = f"prefix too short; put at least {SHORTEST_PREFIX} letters or digits before *"
            self._note_star(at, text, star, reason)
            return False
        # After the name of an unknown field, a star is text.
        return bool(found) and not _FIELD.match(text)


def _is_blank(character: str) -> bool:
    """Whether it is white space or an invisible sign, such as a mark of the direction of writing."""
    return character.isspace() or unicodedata.category(character) == "Cf"


def _is_lettered(character: str) -> bool:
    """Whether it is a letter, a digit or a combining mark."""
    return bool(character) and unicodedata.category(character)[0] in "LNM"
