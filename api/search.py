"""Full text: what is indexed, and how a reader's ``q`` becomes a tsquery. Only here are ts_* functions spelled. Pure.

Both sides go through the same tokens (``api.folding``): folded words, and overlapping pairs of Hangul, kana and Han.
Every text carries a marker lexeme of its language; a query is built once per language, each with its marker.
"""

import re
from collections.abc import Iterator
from typing import LiteralString

import orjson

from api.folding import tokens

# The stemmers that every Postgres from 15 on has. Scripts whose vowel signs are combining marks are left out:
# tokens are cut at such marks, so a stemmer would see fragments.
CONFIGURATIONS = {
    "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
# Stemmers that may take away a word's first letter, too.
CHANGES_INITIALS = ("ga", "id")
CONFIGURATIONS_JSON = orjson.dumps(CONFIGURATIONS).decode()

# A tsvector holds 1 MiB: of each distinct lexeme its bytes, up to one of padding, two of count and two a position.
TSVECTOR_BYTES = 1_000_000
TOKEN_OVERHEAD = 6

# r is a row with headline_tokens, standfirst_tokens, body_tokens, configuration and language. No phrase crosses
# from one field into the next: a lexeme that is deleted afterwards keeps 64 positions between them.
VECTOR: LiteralString = """
    ts_delete(
        setweight(to_tsvector(r.configuration::regconfig, r.headline_tokens), 'A') || $$'.':64$$::tsvector
        || setweight(to_tsvector(r.configuration::regconfig, r.standfirst_tokens), 'B') || $$'.':64$$::tsvector
        || setweight(to_tsvector(r.configuration::regconfig, r.body_tokens), 'D'),
        '.'
    ) || array_to_tsvector(array['lang:' || r.language])"""

# The tsquery of q in every language that the archive holds, as text; null when no language has a word of it.
QUERY: LiteralString = """
    select string_agg('(' || query::text || ') & ' || quote_literal('lang:' || language), ' | ') as query
    from (
        select language,
            websearch_to_tsquery(coalesce(%(configurations)s::json ->> language, 'simple')::regconfig, %(q)s) as query
        from languages
    ) as parsed
    where numnode(query) > 0"""

# A tsquery for each phrase and language: all its words; a phrase of stop words alone matches its whole language.
PHRASES: LiteralString = """
    select distinct (
        case when numnode(query) = 0 then '' else '(' || query::text || ') & ' end || quote_literal('lang:' || language)
    )::tsquery as query
    from (
        select language,
            plainto_tsquery(coalesce(%(configurations)s::json ->> language, 'simple')::regconfig, phrase) as query
        from languages, unnest(%(phrases)s::text[]) as phrase
    ) as parsed"""

# The lexemes of single words by language: {"en": ["economics", …]} → {"economics": ["econom"], …}.
LEXEMES: LiteralString = """
    select language, json_object_agg(
        word, tsvector_to_array(to_tsvector(coalesce(%(configurations)s::json ->> language, 'simple')::regconfig, word))
    ) as lexemes
    from json_each(%(words)s::json) as given (language, words), json_array_elements_text(words) as word
    group by language"""

# How well an article matches; a number that follows from the article and the search alone. It is asked in the
# article's language: a marker of the language has no place in the text, and would count as far from every word.
SCORE: LiteralString = """
    ts_rank(search, websearch_to_tsquery(
        coalesce(%(configurations)s::json ->> language, 'simple')::regconfig, %(websearch)s
    ))::float8"""

MATCHES: LiteralString = "a.search @@ %(q)s::tsquery"

# Several in a row are one; where one has nothing before or behind it, it says nothing.
_OR = re.compile(r"(?: OR(?= ))+ ")
_TERM = re.compile(r'(-?)"([^"]*)"?|(\S+)')


def document(language: str, headline: str, standfirst: str | None, body: str) -> dict[str, str]:
    """The columns that VECTOR reads: the tokens of each field, as many as surely fit into a tsvector."""
    budget = TSVECTOR_BYTES
    columns = {"configuration": CONFIGURATIONS.get(language, "simple")}
    for name, text in (
        ("headline_tokens", headline),
        ("standfirst_tokens", standfirst),
        ("body_tokens", body),
    ):
        columns[name], budget = _cut(tokens(text or ""), budget)
    return columns


def _cut(words: list[str], budget: int) -> tuple[str, int]:
    text = " ".join(words)
    # At most four bytes a character: a short text need not be measured word by word.
    if len(text) * 4 + len(words) * TOKEN_OVERHEAD <= budget:
        return text, budget - len(text) * 4 - len(words) * TOKEN_OVERHEAD
    for index, word in enumerate(words):
        budget -= len(word.encode()) + TOKEN_OVERHEAD
        if budget < 0:
            return " ".join(words[:index]), 0
    return text, budget


def websearch(q: str) -> str:
    """``q`` for websearch_to_tsquery, made of search tokens; empty when it holds no word.

    A word of several tokens (``Jae-myung``, 한미동맹) is a phrase of them. ``OR`` counts in capitals only.
    """
    terms = ["OR" if not found else f'{minus}"{" ".join(found)}"' for minus, found in _terms(q)]
    return _OR.sub(" OR ", f" {' '.join(terms)} ").removeprefix(" OR ").removesuffix(" OR ").strip()


def phrases(q: str) -> list[list[str]]:
    """What ``q`` looks for, each word or phrase as its search tokens; what it excludes is not among them."""
    return [found for minus, found in _terms(q) if found and not minus]


def _terms(q: str) -> Iterator[tuple[str, list[str]]]:
    """The minus or nothing, and the tokens, of each term; no tokens stand for ``OR``."""
    for match in _TERM.finditer(q):
        minus, phrase, word = match.groups()
        if word == "OR":
            yield "", []
            continue
        if phrase is None:
            minus, phrase = ("-", word[1:]) if word.startswith("-") else ("", word)
        if found := tokens(phrase):
            yield minus, found


def words(phrase: str) -> str:
    """The search tokens of a phrase, as PHRASES takes them."""
    return " ".join(tokens(phrase))
