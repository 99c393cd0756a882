"""Searches that find too little, made looser: any of their rarest words are enough. Pure: knows no database."""

from collections.abc import Mapping
from dataclasses import replace

from api.search.parser import AllOf, AnyOf, Node, Not, Term
from api.search.tsquery import Asked, Lexeme


def relaxed(question: Asked, frequencies: Mapping[Lexeme, int], most: int | None) -> str | None:
    """A tsquery of any of the rarest terms of a search, as many as are in ``most`` articles together, or in any number.

    What the search excludes stays so, and terms stay in their fields. None for a single term, and where the search says
    itself, by OR, what may stand for what.
    """
    parts = _parts(question.node)
    if parts is None:
        return None
    wanted, conditions = parts
    # A term that is typed twice, or is a stop word in every language, is none to choose.
    alike = {(term.words, term.field, term.kind == "prefix"): term for term in wanted}
    found = {term: total for term in alike.values() if (total := _frequency(question, term, frequencies)) is not None}
    if len(found) < 2:
        return None
    chosen: list[Term] = []
    total = 0
    for term in sorted(found, key=lambda term: found[term]):
        total += found[term]
        if chosen and most is not None and total > most:
            break
        chosen.append(term)
    languages = {
        language: places
        for language, places in question.places.items()
        if any(place.lexemes for term in chosen for place in places[term])
    }
    # Where only stop words were chosen, the search is asked as it is.
    others = {language: places for language, places in question.places.items() if language not in languages}
    loose = Asked(AllOf((AnyOf(tuple(chosen)), *conditions)), languages, question.languages)
    return " | ".join(query for query in (loose.tsquery, replace(question, places=others).tsquery) if query)


def _parts(node: Node) -> tuple[list[Term], list[Node]] | None:
    """The terms that a search wants all of, and what it excludes; None where it has alternatives."""
    match node:
        case Term():
            return [node], []
        case Not():
            return [], [node]
        case AnyOf():
            return None
        case AllOf(parts):
            terms: list[Term] = []
            conditions: list[Node] = []
            for part in parts:
                inner = _parts(part)
                if inner is None:
                    return None
                terms += inner[0]
                conditions += inner[1]
            return terms, conditions


def _frequency(question: Asked, term: Term, frequencies: Mapping[Lexeme, int]) -> int | None:
    """In how many articles a term is at most: in those of its rarest word, in each language that has another."""
    readings = {tuple(place.lexemes for place in places[term] if place.lexemes) for places in question.places.values()}
    readings.discard(())
    if not readings:
        return None
    return sum(min(sum(frequencies.get(lexeme, 1) for lexeme in word) for word in words) for words in readings)
