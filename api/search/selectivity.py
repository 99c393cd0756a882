"""Which share of all articles a tsquery matches, computed from the document frequencies of its lexemes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

from api.search.search_vector import PAIR_SIGN
from api.search.tsquery import Lexeme

_TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|''|\\.)*)'(?::(\*?[A-D]*))?|(<->|<\d+>|[&|!()]))", re.DOTALL)
_ESCAPED = re.compile(r"''|\\(.)", re.DOTALL)

# The precedence of binary operators, by their first character.
_PRECEDENCE = {"|": 1, "&": 2, "<": 3}
# A phrase is in about this share of the articles that have all its words. It varies widely.
PHRASE_SHARE = 0.1


@dataclass(frozen=True)
class Selectivity:
    """The shares of all articles, 0 to 1, that match and that the index returns.

    What the index returns is compared with the row again, unless the index is ``exact``. ``paired`` lexemes stand for
    two adjacent words: most articles that have one have the phrase that it is searched with.
    """

    matching: float
    indexed: float
    exact: bool = True
    paired: bool = False

    def __and__(self, other: "Selectivity") -> "Selectivity":
        if self.paired and not other.exact:
            return replace(self, exact=False, paired=False)
        indexed = self.indexed * other.indexed
        # Terms of one search often occur together: halfway between independent and fully dependent.
        indexed = sqrt(indexed * min(self.indexed, other.indexed))
        matching = self.matching * other.matching
        return Selectivity(matching, indexed, self.exact and other.exact, self.paired and other.paired)

    def __or__(self, other: "Selectivity") -> "Selectivity":
        matching, indexed = (
            1 - (1 - a) * (1 - b) for a, b in ((self.matching, other.matching), (self.indexed, other.indexed))
        )
        return Selectivity(matching, indexed, self.exact and other.exact, self.paired and other.paired)

    def __invert__(self) -> "Selectivity":
        return Selectivity(1 - self.matching, 1 - self.matching if self.exact else 1.0, self.exact)


def lexemes(tsquery: str) -> set[Lexeme]:
    """The lexemes of a tsquery in Postgres' text form."""
    return {_lexeme(*match.groups()[:2]) for match in _TOKEN.finditer(tsquery) if match[1] is not None}


def estimate(tsquery: str, shares: Mapping[Lexeme, float]) -> Selectivity:
    """The selectivity of a tsquery whose lexemes are in these shares of all articles, independently of each other."""
    tokens = [match.groups() for match in _TOKEN.finditer(tsquery)]
    result, end = _parse(tokens, 0, shares)
    if end < len(tokens):
        raise ValueError(f"not a tsquery: {tsquery}")
    return result


def _parse(
    tokens: Sequence[tuple[str | Any, ...]], precedence: int, shares: Mapping[Lexeme, float], at: int = 0
) -> tuple[Selectivity, int]:
    """Precedence climbing from token ``at`` to the next operator of a lower precedence; the result and its end."""
    result, at = _parse_operand(tokens, shares, at)
    while at < len(tokens) and (sign := tokens[at][2]) and sign != ")" and _PRECEDENCE[sign[0]] > precedence:
        other, at = _parse(tokens, _PRECEDENCE[sign[0]], shares, at + 1)
        if sign == "|":
            result |= other
        else:
            result &= other
            if sign != "&":
                result = Selectivity(result.matching * PHRASE_SHARE, result.indexed, exact=False)
    return result, at


def _parse_operand(
    tokens: Sequence[tuple[str | Any, ...]], shares: Mapping[Lexeme, float], at: int
) -> tuple[Selectivity, int]:
    text, flags, sign = tokens[at]
    if text is not None:
        share = shares[_lexeme(text, flags)]
        # The index does not know in which field a lexeme is.
        exact = not (flags or "").strip("*")
        return Selectivity(share, share, exact, text.startswith(PAIR_SIGN)), at + 1
    if sign == "!":
        result, at = _parse(tokens, 4, shares, at + 1)
        return ~result, at
    result, at = _parse(tokens, 0, shares, at + 1)
    return result, at + 1


def _lexeme(text: str | None, flags: str | None) -> Lexeme:
    return Lexeme(_ESCAPED.sub(lambda match: match[1] or "'", text or ""), "*" in (flags or ""))
