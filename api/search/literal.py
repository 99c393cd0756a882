"""Whether articles contain the phrases of a search literally: with the words as typed, not other forms of them."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from enum import IntEnum
from functools import cache, lru_cache
from itertools import groupby, islice
from typing import Any, LiteralString

from api.search.parser import FIELDS, AllOf, AnyOf, Node, Not, Term, terms
from api.search.tsquery import Query
from api.text.folding import fold
from api.text.tokenizer import INITIALISM_SIGN, JOINING_SIGN, is_paired

COMPARED = 200
"""The number of articles of a search that are compared with its phrases."""
COMPARED_CHARACTERS = 10_000
"""The number of characters of a text that are compared with phrases."""
COMPARED_PHRASES = 3
"""The number of phrases of a search that are compared."""
COMPARED_WORDS = 6
"""The number of words of a phrase that are compared."""
COMPARED_PLACES = 100
"""The number of places in a text that are compared with the marks of a phrase."""

# What literal_phrases reads of an article.
COMPARED_TEXTS: LiteralString = "language, headline, standfirst, left(body, %(characters)s) as body"


class Literal(IntEnum):
    """Where an article has the phrases of a search literally."""

    nowhere = 0
    text = 1
    headline = 2


def has_phrases(query: Query) -> bool:
    """Whether articles can differ in whether they contain the phrases of a search literally."""
    return any(_literal_in(query.trees[languages], {}) is not None for languages in query.positions)


def literal_phrases(query: Query, article: Mapping[str, Any]) -> Literal | None:
    """Where an article, of which the ``language`` and the FIELDS are given, has all required phrases literally.

    The first COMPARED_PHRASES that have other forms are compared; None if the search requires none of those.
    """
    language = article["language"]
    return _literal_in(query.tree_for(language), article) if language else None


def _literal_in(tree: Node, article: Mapping[str, Any]) -> Literal | None:
    phrases = (term for term in terms(tree, positive=True) if term.kind == "phrase")
    compared = dict.fromkeys(phrase for phrase in phrases if any(map(_has_other_forms, phrase.tokens)))
    # A text is folded once, if it is compared at all.
    folded = cache(lambda name: fold(article.get(name) or ""))
    return _literal(tree, set(islice(compared, COMPARED_PHRASES)), folded)


def _literal(tree: Node, compared: Collection[Term], folded: Callable[[str], str]) -> Literal | None:
    match tree:
        case Term():
            return _find(tree, folded) if tree in compared else None
        case Not():
            return None
        case AllOf(parts):
            return min(
                (found for part in parts if (found := _literal(part, compared, folded)) is not None), default=None
            )
        case AnyOf(parts):
            found = [_literal(part, compared, folded) for part in parts]
            alternatives = [one for one in found if one is not None]
            return max(alternatives, default=None) if len(alternatives) == len(found) else None


def _find(phrase: Term, folded: Callable[[str], str]) -> Literal:
    fields = [phrase.field] if phrase.field else FIELDS
    found = next((name for name in fields if _occurs(phrase, folded(name))), None)
    return Literal.nowhere if found is None else Literal.headline if found == "headline" else Literal.text


def _has_other_forms(token: str) -> bool:
    return INITIALISM_SIGN not in token and JOINING_SIGN not in token


def _occurs(phrase: Term, folded: str) -> bool:
    pattern, letters = _pattern(phrase)
    return any(
        # A mark after or in a word makes another form of it.
        not _is_mark(folded[match.end() : match.end() + 1]) and "".join(filter(_is_of_word, match[0])) == letters
        for match in islice(pattern.finditer(folded), COMPARED_PLACES)
    )


@lru_cache(1_000)
def _pattern(phrase: Term) -> tuple[re.Pattern[str], str]:
    """Finds the words of a phrase with signs between them, which initialisms may lack: U.S. is US. And its letters."""
    words = ["".join(word) for is_of_word, word in groupby(fold(phrase.text), _is_of_word) if is_of_word]
    words = words[:COMPARED_WORDS]
    pattern = ""
    for number, word in enumerate(words):
        if number:
            pattern += "[\\W_]*+" if len(words[number - 1]) == len(word) == 1 else "[\\W_]++"
        is_initialism = f"{word}{INITIALISM_SIGN}" in phrase.tokens
        pattern += "[\\W_]*+".join(map(re.escape, word)) if is_initialism else re.escape(word)
    before, after = _letters_like(words[0][0]), _letters_like(words[-1][-1])
    return re.compile(f"(?<!{before}){pattern}(?!{after})"), "".join(words)


def _letters_like(character: str) -> str:
    """A pattern for characters that continue a word; it matches nothing in scripts without spaces.

    Of the folded letters of alphabets most are ASCII, and Korean endings may follow those.
    """
    return "[a-z0-9]" if character.isascii() else "[^\\w\\W]" if is_paired(character) else "\\w"


def _is_of_word(character: str) -> bool:
    return character.isalnum() or is_paired(character) or _is_mark(character)


def _is_mark(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] == "M"
