"""Searches that are typed in capitals, which do not say what is an initialism or an operator."""

from collections.abc import Sequence
from dataclasses import replace

from api.search.lexer import OPERATORS, TERMS, Note, Token
from api.text.tokenizer import tokens


def is_in_capitals(found: Sequence[Token]) -> bool:
    """Whether there are several words beside operators, and all their letters are capitals."""
    letters = [letter for token in found if token.kind not in OPERATORS for letter in token.text if letter.isalpha()]
    words = sum(len(token.tokens) for token in found)
    return bool(letters) and words > 1 and all(letter.isupper() for letter in letters)


def in_lower_case(found: Sequence[Token]) -> list[Token]:
    """The same with the search tokens of lower case: its capitals do not say what is an initialism."""
    return [_lowered(one) if one.kind in TERMS else one for one in found]


def _lowered(token: Token) -> Token:
    text = token.text.lower()
    return replace(token, text=text, tokens=tuple(tokens(text)))


def without_or(found: Sequence[Token], notes: list[Note]) -> list[Token]:
    """The same with each OR as a word."""
    reason = "OR is a word among capitals; to search for either word, do not write them all in capitals"
    notes += [Note(token.position, "OR", reason, invalid=False) for token in found if token.kind == "OR"]
    return [replace(token, kind="word", tokens=("or",)) if token.kind == "OR" else token for token in found]
