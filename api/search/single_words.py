"""The single words of a search, each with the tsquery that finds it. Uses no database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from api.search.parser import Term, terms
from api.search.tsquery import Lexeme, Position, Query
from api.text.tokenizer import locate_tokens


@dataclass(frozen=True)
class SingleWord:
    """A word that a search requires, or a run of characters in a script without spaces.

    ``tokens`` are its search tokens, separated by spaces, ``text`` is the word as typed, ``lexemes`` are what it is
    indexed as in any language, and ``tsquery`` finds it in all fields.
    """

    tokens: str
    text: str
    lexemes: frozenset[Lexeme]
    tsquery: str


def words_of(query: Query) -> list[SingleWord]:
    """The words of a search from left to right, each once; without those that are excluded, and stop words."""
    found: dict[str, SingleWord] = {}
    for term in dict.fromkeys(terms(query.tree, positive=True)):
        for first, tokens, text in _runs(term):
            word = _single_word(query, term, first, tokens, text)
            if word:
                found.setdefault(word.tokens, word)
    return list(found.values())


def _runs(term: Term) -> Iterator[tuple[int, Sequence[str], str]]:
    """The number of the first token of each word of a term, its tokens, and the word as typed."""
    located = locate_tokens(term.text)
    if tuple(token for token, _, _ in located) != term.tokens:
        yield 1, term.tokens, term.text
        return
    first = 0
    for number in range(1, len(located) + 1):
        # The pairs of one run overlap.
        if number == len(located) or located[number][1] >= located[number - 1][2]:
            run = located[first:number]
            yield first + 1, [token for token, _, _ in run], term.text[run[0][1] : run[-1][2]]
            first = number


def _single_word(query: Query, term: Term, first: int, tokens: Sequence[str], text: str) -> SingleWord | None:
    """The word of these tokens of a term; None if it is a stop word in any language."""
    kind = term.kind if term.kind == "prefix" and tokens[-1] == term.tokens[-1] else "phrase"
    alone = Term(kind, text, tuple(tokens))
    numbers = range(first, first + len(tokens))
    positions = {
        languages: {alone: _alone([position for position in by_term[term] if position.number in numbers])}
        for languages, by_term in query.positions.items()
    }
    found = [position for by_term in positions.values() for position in by_term[alone]]
    if not found or any(position.is_stop_word or not position.lexemes for position in found):
        return None
    tsquery = replace(query, tree=alone, positions=positions).tsquery
    lexemes = frozenset(lexeme for position in found for lexeme in position.lexemes)
    return SingleWord(" ".join(tokens), text, lexemes, tsquery) if tsquery else None


def _alone(positions: Sequence[Position]) -> list[Position]:
    """These positions without the pairs of the last one with what follows."""
    return [*positions[:-1], *(replace(last, pairs=(), far_pairs=()) for last in positions[-1:])]
