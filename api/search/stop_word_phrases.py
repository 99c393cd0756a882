"""Operands of a search that are only words, such as ``The Who``: where all are stop words, they are a phrase."""

from collections.abc import Callable, Iterator, Sequence

from api.search.parser import AllOf, AnyOf, Node, Not, Term


def phrase_candidates(node: Node) -> Iterator[Term]:
    """The words of each such operand as a phrase."""
    words = _words(node)
    if words:
        yield _phrase(words)
    match node:
        case AllOf(parts):
            for part in parts:
                if isinstance(part, AnyOf | Not):
                    yield from phrase_candidates(part)
        case AnyOf(parts):
            for part in parts:
                yield from phrase_candidates(part)
        case Not(part) if not isinstance(part, Term):
            yield from phrase_candidates(part)
        case _:
            pass


def with_phrases(node: Node, are_phrase: Callable[[Sequence[Term], Term], bool]) -> Node:
    """The tree with such operands as phrases where the words, given beside their phrase, ``are_phrase``."""
    match node:
        case Not(part):
            return node if isinstance(part, Term) else Not(with_phrases(part, are_phrase))
        case AnyOf(parts):
            return AnyOf(tuple(with_phrases(part, are_phrase) for part in parts))
        case AllOf() | Term():
            words = _words(node)
            parts = node.parts if isinstance(node, AllOf) else (node,)
            others = [with_phrases(part, are_phrase) if isinstance(part, AnyOf | Not) else part for part in parts]
            if words and are_phrase(words, phrase := _phrase(words)):
                others = [phrase, *(part for part in others if part not in words)]
            return AllOf(tuple(others)) if isinstance(node, AllOf) else others[0]


def _words(node: Node) -> Sequence[Term]:
    """The words of an operand; empty if it has anything besides words of one field and exclusions."""
    parts = node.parts if isinstance(node, AllOf) else (node,)
    required = [part for part in parts if not isinstance(part, Not)]
    words = [part for part in required if isinstance(part, Term) and part.kind == "word"]
    return words if len(words) == len(required) and len({word.field for word in words}) == 1 else ()


def _phrase(words: Sequence[Term]) -> Term:
    tokens = tuple(token for word in words for token in word.tokens)
    return Term("phrase", " ".join(word.text for word in words), tokens, words[0].field)
