"""A parsed search as a tsquery: the lexemes of its terms in each language of the archive."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import Any

from api.search.parser import AllOf, AnyOf, Node, Not, Term, terms
from api.search.stop_word_phrases import phrase_candidates, with_phrases
from api.text.accents import accents

# The weight label of a field's lexemes in search_vector.VECTOR.
LABELS = {"headline": "A", "standfirst": "B", "body": "D"}

# Stems are indexed, and a prefix may be longer than a stem: "nationa" is no prefix of "nation", the stem of "national".
# So the stems of the prefix, and of the prefix with each possible next letter, are searched for as well. Of the words
# that begin with one of 4,700 prefixes of the demo archive's English words, that finds 98.7 %; with the stem of the
# prefix alone 94.5 %, without any 81.9 %.
ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяђјљњћџ",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
)

# A part of a search that applies to more languages than these excludes the markers of all other languages instead, if
# there are fewer of those. Few languages have a stemmer of their own.
MARKERS_AT_MOST = 8

# Languages with the same stemmer, in which the terms of a search have the same lexemes.
Languages = tuple[str, ...]

# The apostrophes that texts have beside letters.
_APOSTROPHE = re.compile("['‘’`´ʻʼ＇]")


@dataclass(frozen=True)
class Lexeme:
    """An indexed lexeme, or all that begin with ``text``."""

    text: str
    prefix: bool = False

    @property
    def name(self) -> str:
        """A unique name; no lexeme contains a star."""
        return f"{self.text}*" if self.prefix else self.text

    def tsquery(self, label: str = "") -> str:
        """The lexeme as a tsquery, restricted to the field with this weight label."""
        flags = f"{'*' if self.prefix else ''}{label}"
        return f"{_quoted(self.text)}:{flags}" if flags else _quoted(self.text)


@dataclass(frozen=True)
class Position:
    """A word of a term in one language: its folded form, and the lexemes it may stand for.

    A stop word has none, except where it is searched for. ``pairs`` are the lexemes under which it is indexed together
    with the next word, if pairs are indexed; ``far_pairs`` those for where no position is recorded.
    """

    number: int
    word: str
    lexemes: tuple[Lexeme, ...]
    pairs: tuple[Lexeme, ...] = ()
    far_pairs: tuple[Lexeme, ...] = ()
    is_stop_word: bool = False


@dataclass(frozen=True)
class Query:
    """A search: its parse tree, and the positions of its terms for the languages with each stemmer.

    ``languages`` are all languages of the archive.
    """

    tree: Node
    positions: Mapping[Languages, Mapping[Term, Sequence[Position]]]
    languages: frozenset[str]

    @cached_property
    def trees(self) -> dict[Languages, Node]:
        """The parse tree for the languages with each stemmer, where operands of stop words alone are phrases."""
        return {languages: self._tree(positions) for languages, positions in self.positions.items()}

    def _tree(self, positions: Mapping[Term, Sequence[Position]]) -> Node:
        return with_phrases(
            self.tree,
            lambda words, phrase: (
                not any(position.lexemes for word in words for position in positions[word]) and phrase in positions
            ),
        )

    def sought_in(self, language: str) -> dict[Term, Sequence[Position]]:
        """The terms that are searched for in one language; none if the archive does not have it."""
        return {
            term: positions[term]
            for languages, positions in self.positions.items()
            if language in languages
            for term in terms(self.trees[languages], positive=True)
        }

    def tree_for(self, language: str) -> Node:
        """The parse tree for one language."""
        group = next((languages for languages in self.positions if language in languages), None)
        return self.trees[group] if group else self.tree

    @cached_property
    def by_languages(self) -> dict[Languages, str]:
        """The tsquery for the languages with each stemmer in which the search has more than stop words."""
        queries = {
            languages: _compose(self.trees[languages], positions) for languages, positions in self.positions.items()
        }
        return {languages: query for languages, query in queries.items() if query}

    @property
    def tsquery(self) -> str | None:
        """The tsquery of all languages together, each with its marker lexeme; None when it can match nothing."""
        alike: dict[str, list[Languages]] = {}
        for languages, query in self.by_languages.items():
            alike.setdefault(query, []).append(languages)
        return " | ".join(self._marked(query, languages) for query, languages in alike.items()) or None

    @property
    def beside_others(self) -> str | None:
        """The tsquery of terms beside others: all articles match in languages in which these are stop words alone."""
        ignored = [language for group in self.positions if group not in self.by_languages for language in group]
        return f"({self.tsquery}) | {_markers(ignored)}" if self.tsquery and ignored else self.tsquery

    def _marked(self, query: str, groups: Sequence[Languages]) -> str:
        languages = [language for group in groups for language in group]
        # The markers of all languages exclude nothing, and in an index of a million articles they cost more than words.
        # They are needed where the search requires no word.
        requires_a_word = _requires_a_word(self.trees[groups[0]], self.positions[groups[0]])
        others = sorted(self.languages.difference(languages))
        if requires_a_word and not others:
            return f"({query})"
        if requires_a_word and len(languages) > MARKERS_AT_MOST and len(others) < len(languages):
            return f"({query}) & !({_markers(others)})"
        return f"({query}) & ({_markers(languages)})"

    @property
    def positive_lexemes(self) -> list[Lexeme]:
        """The lexemes that are searched for, not those that are excluded, from left to right."""
        return list(
            dict.fromkeys(
                lexeme for term in zip_longest(*self._sought, fillvalue=()) for lexemes in term for lexeme in lexemes
            )
        )

    @property
    def times(self) -> Counter[Lexeme]:
        """How often each of them is in the search."""
        counted = Counter[Lexeme]()
        for sought in self._sought:
            counted |= Counter(lexeme for lexemes in sought for lexeme in lexemes)
        return counted

    @cached_property
    def _sought(self) -> list[list[list[Lexeme]]]:
        """The lexemes of each term that is searched for, for the languages with each stemmer."""
        return [
            [
                [lexeme for position in positions[term] for lexeme in position.lexemes]
                for term in terms(self.trees[languages], positive=True)
            ]
            for languages, positions in self.positions.items()
        ]


def texts_to_analyze(tree: Node) -> dict[str, str | None]:
    """The texts to run fulltext.terms_statement on, each with its accents if it has any."""
    found: dict[str, str | None] = {longer: None for term in terms(tree) if (longer := _longer(term))}
    for term in all_terms(tree):
        accented = accents(term.text)
        if accented:
            found[term.words] = " ".join(accented.get(token, token) for token in term.tokens)
        found.setdefault(term.words, None)
    return found


def analyze(tree: Node, rows: Iterable[Mapping[str, Any]]) -> Query:
    """The query of a parse tree, given the rows of fulltext.terms_statement for its texts."""
    stemmed: dict[Languages, dict[str, list[Position]]] = {}
    for (languages, words, number, word), group in groupby(rows, itemgetter("languages", "words", "position", "word")):
        alternatives = list(group)
        lexemes, pairs, far_pairs = (
            tuple(dict.fromkeys(Lexeme(row[name]) for row in alternatives if row[name]))
            for name in ("lexeme", "pair", "far_pair")
        )
        by_text = stemmed.setdefault(tuple(languages), {})
        is_stop_word = all(row["is_stop_word"] for row in alternatives)
        by_text.setdefault(words, []).append(Position(number, word, lexemes, pairs, far_pairs, is_stop_word))
    positions = {
        languages: {term: _positions(term, by_text) for term in all_terms(tree)}
        for languages, by_text in stemmed.items()
    }
    found = frozenset(language for languages in positions for language in languages)
    return Query(tree, positions, found)


def all_terms(tree: Node) -> list[Term]:
    """The terms of a search, and the phrases that its operands are where all their words are stop words."""
    return [*dict.fromkeys([*terms(tree), *phrase_candidates(tree)])]


def _longer(term: Term) -> str:
    """A prefix with each possible next letter; empty for other terms and for scripts without a stemmer."""
    beginning = term.tokens[-1]
    alphabet = next((letters for letters in ALPHABETS if beginning[-1] in letters), "")
    return " ".join(beginning + letter for letter in alphabet) if term.kind == "prefix" else ""


def _positions(term: Term, by_text: Mapping[str, Sequence[Position]]) -> Sequence[Position]:
    positions = by_text.get(term.words, ())
    if not _is_verbatim(term, positions):
        positions = [
            replace(position, lexemes=(), pairs=(), far_pairs=()) if position.is_stop_word else position
            for position in positions
        ]
    if term.kind != "prefix" or not positions:
        return positions
    *before, last = positions
    longer = (lexeme for position in by_text.get(_longer(term), ()) for lexeme in position.lexemes)
    # Stems that begin with the prefix are found by the prefix itself.
    stems = [lexeme for lexeme in (*last.lexemes, *longer) if not lexeme.text.startswith(last.word)]
    if before:
        # The last word is not known, so no pair with it is.
        before[-1] = replace(before[-1], pairs=(), far_pairs=())
    return *before, replace(last, lexemes=(Lexeme(last.word, prefix=True), *dict.fromkeys(stems)))


def _is_verbatim(term: Term, positions: Sequence[Position]) -> bool:
    """Whether stop words of a term are searched for: in phrases and compounds, but not beside an apostrophe, and not
    those of "Can I"."""
    if term.kind == "phrase":
        return True
    if " " in term.text and all(position.is_stop_word for position in positions):
        return False
    return len(term.tokens) > 1 and not _APOSTROPHE.search(term.text)


def _compose(node: Node, positions: Mapping[Term, Sequence[Position]]) -> str | None:
    """The tsquery of one language, without stop words; None when nothing else is left."""
    match node:
        case Term():
            return _phrase(positions[node], LABELS[node.field] if node.field else "")
        case Not(part):
            query = _compose(part, positions)
            return query and f"!({query})"
        case AllOf(parts) | AnyOf(parts):
            queries = [f"({query})" for part in parts if (query := _compose(part, positions))]
            return (" & " if isinstance(node, AllOf) else " | ").join(queries) or None


def _requires_a_word(node: Node, positions: Mapping[Term, Sequence[Position]]) -> bool:
    """Whether all that matches in one language contains a word of the search."""
    match node:
        case Term():
            return any(position.lexemes for position in positions[node])
        case Not():
            return False
        case AllOf(parts):
            return any(_requires_a_word(part, positions) for part in parts)
        case AnyOf(parts):
            return all(_requires_a_word(part, positions) for part in parts if _compose(part, positions))


def _phrase(positions: Sequence[Position], label: str) -> str | None:
    query, before = "", 0
    for position in positions:
        if position.lexemes:
            query += f" <{position.number - before}> " if query else ""
            query += _any(position.lexemes, label)
            before = position.number
    pairs = [_any(position.pairs) for position in positions if position.pairs]
    far_pairs = [_any(position.far_pairs) for position in positions[:-1] if position.far_pairs]
    if far_pairs and len(far_pairs) == len(positions) - 1 and label in ("", LABELS["body"]):
        words = [_any(position.lexemes, label) for position in positions if position.lexemes and label]
        query = f"({query}) | ({' & '.join([*far_pairs, *words])})"
    # The cheaper comparison comes first.
    return " & ".join([*pairs, f"({query})"]) if pairs else query or None


def _any(lexemes: Iterable[Lexeme], label: str = "") -> str:
    return f"({' | '.join(lexeme.tsquery(label) for lexeme in lexemes)})"


def _markers(languages: Iterable[str]) -> str:
    """The marker lexemes of any of these languages."""
    return " | ".join(_quoted(f"lang:{language}") for language in languages)


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
