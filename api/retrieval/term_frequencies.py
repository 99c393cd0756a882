"""How often the lexemes of a search are in each field of an article: the parameters of the SQL, and its rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.search import fulltext
from api.search.bm25 import TermFrequencies
from api.search.tsquery import Lexeme


def rank_parameters(lexemes: Sequence[Lexeme]) -> dict[str, list[str]]:
    """The parameters of fulltext.RANKS and fulltext.PREFIXED."""
    return {
        "lexemes": [lexeme.tsquery() for lexeme in lexemes if not lexeme.prefix],
        "prefixes": [lexeme.text for lexeme in lexemes if lexeme.prefix],
    }


def term_frequencies(row: Mapping[str, Any], lexemes: Sequence[Lexeme]) -> dict[str, TermFrequencies]:
    """How often each lexeme is in which field, by its name, from a row with fulltext.RANKS and fulltext.PREFIXED."""
    names = [lexeme.name for lexeme in lexemes if not lexeme.prefix]
    found = {name: fulltext.frequencies(*ranks) for name, ranks in zip(names, row["ranks"], strict=True) if any(ranks)}
    for lexeme in lexemes:
        if lexeme.prefix and (prefixed := row["prefixed"]):
            labels = "".join(labels for text, labels in prefixed.items() if text.startswith(lexeme.text))
            found |= {lexeme.name: (labels.count("A"), labels.count("B"), labels.count("D"))} if labels else {}
    return found
