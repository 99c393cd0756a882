"""Full text: what is indexed, and how it is asked. Only here are ts_* functions spelled. Pure.

Both sides go through the same tokens (``api.text.folding``): folded words, and overlapping pairs of Hangul, kana and
Han. Every text carries a marker lexeme of its language; a query is built once per language, each with its marker
where they tell articles apart.
"""

from bisect import bisect
from functools import lru_cache
from itertools import accumulate, pairwise
from math import pi
from typing import LiteralString

import orjson

from api.text.folding import tokens

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

# Words in a row are indexed as lexemes of their own, so that a phrase of frequent words is found by what is rare in it.
# They are hashed, so that the index has no more than 16,384 of them; what it finds is read to be sure.
PAIR_SIGN = "~"
_PAIR: LiteralString = "'~' || to_hex(hashtext(a.lexeme || ' ' || b.lexeme) & 16383)"

# A tsvector holds 1 MiB: of each distinct lexeme its bytes, up to one of padding, two of count and two a position; and
# each pair once.
TSVECTOR_BYTES = 1_000_000 - 16_384 * len("~3fff")
TOKEN_OVERHEAD = 6

# r is a row with headline_tokens, standfirst_tokens, body_tokens, configuration and language. No phrase crosses
# from one field into the next: a lexeme that is deleted afterwards keeps 64 positions between them.
VECTOR: LiteralString = f"""(
        with made as materialized (
            select ts_delete(
                setweight(to_tsvector(r.configuration::regconfig, r.headline_tokens), 'A') || $$'.':64$$::tsvector
                || setweight(to_tsvector(r.configuration::regconfig, r.standfirst_tokens), 'B') || $$'.':64$$::tsvector
                || setweight(to_tsvector(r.configuration::regconfig, r.body_tokens), 'D'),
                '.'
            ) as search
        ),
        placed as materialized (select lexeme, unnest(positions) as position from made, unnest(made.search))
        select made.search || array_to_tsvector(array['lang:' || r.language] || array(
            select {_PAIR} from placed a join placed b on b.position = a.position + 1
        )) from made
    )"""

# What the words of terms become in each language, position by position, and their pairs with the next word where all
# articles of the language have pairs; the lexeme of a stop word is null.
TERMS: LiteralString = f"""
    with asked as materialized (
        select language, words, plain.position, plain.word, stemmed.lexeme
        from languages cross join unnest(%(terms)s::text[]) as words
        cross join lateral (
            select lexeme as word, unnest(positions) as position from unnest(to_tsvector('simple', words))
        ) as plain
        left join lateral (
            select lexeme, unnest(positions) as position
            from unnest(to_tsvector(coalesce(%(configurations)s::json ->> language, 'simple')::regconfig, words))
        ) as stemmed using (position)
    )
    select a.language, a.words, a.position, a.word, a.lexeme, case when l.paired then {_PAIR} end as pair
    from asked a join languages l using (language)
    left join asked b on b.language = a.language and b.words = a.words and b.position = a.position + 1
    order by a.language, a.words, a.position, a.lexeme, pair"""

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

# How well an article matches, roughly; words that are more to find than rare are alike.
ROUGH_SCORE: LiteralString = "ts_rank(search, %(words)s::tsquery)"

# Of a row with a tsvector, how many different words each field has.
FIELD_LENGTHS: LiteralString = """
    array[length(ts_filter(search, '{a}')), length(ts_filter(search, '{b}')), length(ts_filter(search, '{d}'))]"""
# How often each wanted lexeme is in each field, as ``counts`` reads it: ts_rank sees one field at a time, which is ten
# times as fast as to unnest the whole or to write it as text.
RANKS: LiteralString = """
    array(
        select array[
            ts_rank('{0,0,0,1}', search, lexeme), ts_rank('{0,0,1,0}', search, lexeme),
            ts_rank('{1,0,0,0}', search, lexeme)
        ]
        from unnest(%(lexemes)s::text[]::tsquery[]) with ordinality as wanted (lexeme, number)
        order by number
    )"""
# The labels of all that begins as one of the prefixes does.
PREFIXED: LiteralString = """
    case when %(prefixes)s::text[] <> '{}' then (
        select json_object_agg(lexeme, array_to_string(weights, ''))
        from unnest(search) where lexeme ^@ any(%(prefixes)s::text[])
    ) end"""

# What ts_rank gives a lexeme that stands in the first so many places of a text, before it divides by the sum of all.
_FIRST = [0.0, *accumulate(1 / place**2 for place in range(1, 257))]
_ALL = pi**2 / 6

MATCHES: LiteralString = "a.search @@ %(q)s::tsquery"


@lru_cache(10_000)
def counts(*ranks: float) -> tuple[int, int, int]:
    """How often a lexeme is in headline, standfirst and body, by its RANKS.

    Its nth place, the fields one after the other, adds 1 / n² to the rank of its own field, the first one of a field
    always 1 (calc_rank_or in Postgres' tsrank.c).
    """
    ends = [0]
    for rank in ranks:
        before = ends[-1]
        ends.append(_nearest(rank * _ALL - 1 + _FIRST[before + 1]) if rank else before)
    headline, standfirst, body = (end - start for start, end in pairwise(ends))
    return headline, standfirst, body


def _nearest(rank: float) -> int:
    above = bisect(_FIRST, rank, hi=len(_FIRST) - 1)
    return above if _FIRST[above] - rank < rank - _FIRST[above - 1] else above - 1


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


def words(phrase: str) -> str:
    """The search tokens of a phrase, as PHRASES takes them."""
    return " ".join(tokens(phrase))
