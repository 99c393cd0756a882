"""How many articles a tsquery finds, reckoned from how frequent its lexemes are. Pure: knows no database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

from api.search.fulltext import PAIR_SIGN
from api.search.tsquery import Lexeme

_TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|''|\\.)*)'(?::(\*?[A-D]*))?|(<->|<\d+>|[&|!()]))", re.DOTALL)
_ESCAPED = re.compile(r"''|\\(.)", re.DOTALL)

# How firmly operators bind, by their first character.
_BINDING = {"|": 1, "&": 2, "<": 3}


@dataclass(frozen=True)
class Estimate:
    """``part`` of the articles match; the index alone finds ``looked_at`` of them, which are read to be sure.

    ``paired`` is what pairs of words find: most of it has the phrase as well that they are asked for with.
    """

    part: float
    looked_at: float
    exact: bool = True
    paired: bool = False

    def __and__(self, other: "Estimate") -> "Estimate":
        if self.paired and not other.exact:
            return replace(self, exact=False, paired=False)
        looked_at = self.looked_at * other.looked_at
        # Words that are asked for together often belong together; what that may cost is reckoned halfway.
        together = sqrt(looked_at * min(self.looked_at, other.looked_at))
        return Estimate(self.part * other.part, together, self.exact and other.exact, self.paired and other.paired)

    def __or__(self, other: "Estimate") -> "Estimate":
        part, looked_at = (
            1 - (1 - a) * (1 - b) for a, b in ((self.part, other.part), (self.looked_at, other.looked_at))
        )
        return Estimate(part, looked_at, self.exact and other.exact, self.paired and other.paired)

    def __invert__(self) -> "Estimate":
        return Estimate(1 - self.part, 1 - self.part if self.exact else 1.0, self.exact)


# A phrase is found in so many of the articles that have its words; that differs much, and only has to be some part.
IN_A_ROW = 0.1


def lexemes(tsquery: str) -> set[Lexeme]:
    """The lexemes that a tsquery names, given as Postgres writes it."""
    return {_lexeme(*match.groups()[:2]) for match in _TOKEN.finditer(tsquery) if match[1] is not None}


def estimate(tsquery: str, parts: Mapping[Lexeme, float]) -> Estimate:
    """What a tsquery finds, its lexemes being in these parts of all articles and independent of each other."""
    tokens = [match.groups() for match in _TOKEN.finditer(tsquery)]
    found, rest = _parsed(tokens, 0, parts)
    if rest < len(tokens):
        raise ValueError(f"not a tsquery: {tsquery}")
    return found


def _parsed(
    tokens: Sequence[tuple[str | Any, ...]], binding: int, parts: Mapping[Lexeme, float], at: int = 0
) -> tuple[Estimate, int]:
    """Precedence climbing: what stands from ``at`` on, up to an operator that binds less."""
    text, flags, sign = tokens[at]
    if text is not None:
        lexeme = _lexeme(text, flags)
        part = parts[lexeme]
        # The index does not know in which field a lexeme is.
        found = Estimate(part, part, not (flags or "").strip("*"), text.startswith(PAIR_SIGN))
        at += 1
    elif sign == "!":
        found, at = _parsed(tokens, 4, parts, at + 1)
        found = ~found
    else:
        found, at = _parsed(tokens, 0, parts, at + 1)
        at += 1
    while at < len(tokens) and (sign := tokens[at][2]) and sign != ")" and _BINDING[sign[0]] > binding:
        other, at = _parsed(tokens, _BINDING[sign[0]], parts, at + 1)
        if sign == "|":
            found |= other
        else:
            found &= other
            if sign != "&":
                found = Estimate(found.part * IN_A_ROW, found.looked_at, exact=False)
    return found, at


def _lexeme(text: str | None, flags: str | None) -> Lexeme:
    return Lexeme(_ESCAPED.sub(lambda match: match[1] or "'", text or ""), "*" in (flags or ""))
