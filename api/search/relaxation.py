"""Relaxing searches that find too little: any of their rarest terms is enough."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from api.search.parser import AllOf, AnyOf, Node, Not, Term
from api.search.tsquery import Lexeme, Query
from api.text.tokenizer import INITIALISM_SIGN, is_paired


def relax(query: Query, frequencies: Mapping[Lexeme, int], most: int | None) -> str | None:
    """A tsquery of any of the rarest terms of a search: as many terms as are in ``most`` articles together (None: all).

    Terms with a frequency of 0 are dropped. Exclusions and fields stay. None for a single term, for a search that has
    alternatives (OR) of its own, and where no term is left.
    """
    parts = _parts(query.tree)
    if parts is None:
        return None
    required, exclusions = parts
    query = _with_characters(query, required)
    required = [part for term in required for part in _characters(term)]
    # Repeated terms, and stop words of every language, are left out.
    distinct = {(term.words, term.field, term.kind == "prefix"): term for term in required}
    all_found = {
        term: total for term in distinct.values() if (total := _frequency(query, term, frequencies)) is not None
    }
    found = {term: total for term, total in all_found.items() if total}
    if len(all_found) < 2 or not found:
        return None
    chosen: list[Term] = []
    total = 0
    for term in sorted(found, key=lambda term: found[term]):
        total += found[term]
        if chosen and most is not None and total > most:
            break
        chosen.append(term)
    languages = {
        group: positions
        for group, positions in query.positions.items()
        if any(position.lexemes for term in chosen for position in positions.get(term, ()))
    }
    # In languages in which all chosen terms are stop words, the search stays as it is.
    others = {group: positions for group, positions in query.positions.items() if group not in languages}
    loose = Query(AllOf((AnyOf(tuple(chosen)), *exclusions)), languages, query.languages)
    return " | ".join(tsquery for tsquery in (loose.tsquery, replace(query, positions=others).tsquery) if tsquery)


def _characters(term: Term) -> list[Term]:
    """A word in a script without spaces as its pairs of characters; another term as it is."""
    if term.kind != "word" or len(term.tokens) == 1 or not any(map(is_paired, term.tokens)):
        return [term]
    return [replace(term, text=token, tokens=(token,)) for token in term.tokens]


def _with_characters(query: Query, required: Sequence[Term]) -> Query:
    """The query with the positions of such pairs."""
    positions = {
        group: {
            **by_term,
            **{
                part: [replace(position, number=1, pairs=(), far_pairs=())]
                for term in required
                for position in by_term[term]
                # Postgres may know no word in some of them, and has no position for those.
                for part in _characters(term)
                if part != term and part.words.rstrip(INITIALISM_SIGN) == position.word
            },
        }
        for group, by_term in query.positions.items()
    }
    return replace(query, positions=positions)


def _parts(node: Node) -> tuple[list[Term], list[Node]] | None:
    """The required terms of a search and its exclusions; None where it has alternatives."""
    match node:
        case Term():
            # A hashtag finds its tag or its words.
            return None if node.kind == "hashtag" else ([node], [])
        case Not():
            return [], [node]
        case AnyOf():
            return None
        case AllOf(parts):
            terms: list[Term] = []
            exclusions: list[Node] = []
            for part in parts:
                inner = _parts(part)
                if inner is None:
                    return None
                terms += inner[0]
                exclusions += inner[1]
            return terms, exclusions


def _frequency(query: Query, term: Term, frequencies: Mapping[Lexeme, int]) -> int | None:
    """The most articles a term may be in: those of its rarest word, summed over languages that stem it differently."""
    readings = {
        tuple(position.lexemes for position in positions.get(term, ()) if position.lexemes)
        for positions in query.positions.values()
    }
    readings.discard(())
    if not readings:
        return None
    return sum(min(sum(frequencies.get(lexeme, 1) for lexeme in word) for word in words) for words in readings)
