"""Explains how a search was understood."""

from typing import Any

from api.search.parser import AllOf, AnyOf, Node, Not, Term, terms
from api.search.tsquery import Query, all_terms


def explain(query: Query) -> dict[str, Any]:
    """How a search was understood: ``query`` is its parse tree, ``terms`` are its terms in each language."""
    return {
        "query": _tree(query.tree),
        "terms": [
            {
                **_tree(term),
                "language": languages[0],
                "languages": languages,
                # Objects, to which document frequencies can be added.
                "lexemes": [
                    {"lexeme": lexeme.text, "prefix": lexeme.prefix}
                    for position in positions[term]
                    for lexeme in position.lexemes
                ],
                "stop_words": [position.word for position in positions[term] if not position.lexemes],
            }
            for term in all_terms(query.tree)
            for languages, positions in query.positions.items()
            if term in terms(query.trees[languages])
        ],
    }


def _tree(node: Node) -> dict[str, Any]:
    match node:
        case Term():
            return {node.kind: node.text, **({"in": node.field} if node.field else {})}
        case Not(part):
            return {"not": _tree(part)}
        case AllOf(parts):
            return {"all_of": [_tree(part) for part in parts]}
        case AnyOf(parts):
            return {"any_of": [_tree(part) for part in parts]}
