"""Full text search in SQL: search vectors, and the expressions that query and rank them. Uses no database.

Texts and queries are tokenised alike (``api.text.tokenizer``). Every vector has a marker lexeme of its language; a
query has one part for each stemmer, with the marker where the languages differ.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from math import pi
from typing import Any, LiteralString

import orjson

from api.text.tokenizer import INITIALISM_SIGN, may_be_initialism, tokens

# The stemmers of every Postgres from 15 on. For each there is also a configuration that keeps stop words, with the same
# name after "dateline_" (migration 0013): texts are indexed by these, and the others say which words are stop words.
CONFIGURATIONS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# Languages whose stemmers may remove the first letter of a word.
CHANGES_INITIALS = ("ga", "id")
CONFIGURATIONS_JSON = orjson.dumps(CONFIGURATIONS).decode()

# Each two adjacent words are indexed as one more lexeme, so that a phrase of frequent words is found by its rare pairs.
# A stop word is paired with stop words only: beside another word, that word is rarer than the pair. Pairs are hashed to
# 16,384 lexemes at most; what they find is compared with the phrase.
PAIR_SIGN = "~"
_PAIR: LiteralString = "'~' || to_hex(hashtext(a.lexeme || ' ' || b.lexeme) & 16383)"

# Postgres records the first 255 positions of a lexeme, up to 16,383. Pairs beyond, and those around them, are indexed
# as lexemes that stand for the pair itself.
POSITIONS_OF_LEXEME = 255
LAST_POSITION = 16_383
FAR_SIGN = "≈"
_FAR_PAIR: LiteralString = "'≈' || to_hex(hashtext(a.lexeme || ' ' || b.lexeme) & 16777215)"
FAR_PAIRS = 16_384
"""The number of distinct pairs of a text that are indexed as such lexemes."""
AROUND = 7

# The limit of a tsvector is 1 MiB: for each distinct lexeme its bytes, up to one byte of padding, two for the count and
# two for each position; and each pair lexeme once, with four bytes besides.
TSVECTOR_BYTES = 1_000_000 - 16_384 * (len("~3fff") + 4)
TOKEN_OVERHEAD = 6

# The columns of a record that VECTOR reads, beside its language.
VECTOR_COLUMNS: LiteralString = (
    "configuration text, headline_tokens text, standfirst_tokens text, body_tokens text, far_pairs text"
)

# The search vector of a row r with these columns. No phrase crosses fields: a lexeme that is deleted again leaves 64
# positions between them. A lexeme may be of a stop word and of another one, as "own" is of "own" and "owned"; it is
# paired as either.
VECTOR: LiteralString = f"""(
        with made as materialized (
            select ts_delete(
                setweight(to_tsvector(keeping, r.headline_tokens), 'A') || $$'.':64$$::tsvector
                || setweight(to_tsvector(keeping, r.standfirst_tokens), 'B') || $$'.':64$$::tsvector
                || setweight(to_tsvector(keeping, r.body_tokens), 'D'),
                '.'
            ) as search
            from (select ('dateline_' || r.configuration)::regconfig as keeping offset 0) as configurations
        ),
        others as materialized (
            select to_tsvector(r.configuration::regconfig, concat_ws(
                ' ', r.headline_tokens, r.standfirst_tokens, r.body_tokens
            )) as search
        ),
        stop_words as materialized (
            select ts_delete(made.search, tsvector_to_array(ts_delete(others.search, tsvector_to_array(ts_delete(
                others.search, tsvector_to_array(to_tsvector(
                    r.configuration::regconfig, array_to_string(tsvector_to_array(others.search), ' ')
                ))
            ))))) as search from made, others
        ),
        placed as materialized (
            select lexeme, unnest(positions) as position, true as is_stop_word
            from stop_words, unnest(stop_words.search)
            union all
            select lexeme, unnest(positions), false
            from made, others, unnest(ts_delete(
                made.search, tsvector_to_array(ts_delete(made.search, tsvector_to_array(others.search)))
            ))
        )
        select made.search || array_to_tsvector(array['lang:' || r.language] || array(
            select {_PAIR}
            from placed a join placed b on b.position = a.position + 1 and a.is_stop_word = b.is_stop_word
            union all
            select unnest(array[{_PAIR}, {_FAR_PAIR}])
            from string_to_table(r.far_pairs, ';') as far (words),
                unnest(to_tsvector(('dateline_' || r.configuration)::regconfig, words)) as a,
                unnest(to_tsvector(('dateline_' || r.configuration)::regconfig, words)) as b
            where 1 = any(a.positions) and 2 = any(b.positions)
        )) from made
    )"""

# The lexemes of the words of terms by position, and their pair with the next word where all articles have pairs, for
# the languages with each stemmer. Some words may also be initialisms. The languages of visible articles are found one
# by one along an index, so that other articles cost nothing.
_TERMS: LiteralString = f"""
    with recursive visible (language) as (
        (select language from articles a where a.visible order by language limit 1)
        union all
        select (
            select language from articles a where a.visible and a.language > visible.language order by language limit 1
        ) from visible where language is not null
    ),
    stemmed_alike as materialized (
        select coalesce(%(configurations)s::json ->> language, 'simple') as configuration,
            coalesce(paired, false) as paired, array_agg(language order by language) as languages
        from (select language from visible where language is not null {{also}}) as seen
        left join languages using (language)
        group by 1, 2
    ),
    words_of_terms as materialized (
        select configuration, languages, paired, words, lexeme as token, unnest(positions) as position,
            rtrim(lexeme, 'ǃ') as word
        from stemmed_alike cross join unnest(%(terms)s::text[]) as words cross join unnest(to_tsvector('simple', words))
    ),
    analyzed as materialized (
        select w.*, stem.lexeme, false as is_stop_word
        from words_of_terms w cross join lateral unnest(to_tsvector(configuration::regconfig, word)) as stem
        where word = token or word <> 'us' or not paired -- a pronoun that Postgres' stop words lack
        union all
        select w.*, word || 'ǃ', false from words_of_terms w
        where word <> token
            or (word = any(%(initialisms)s::text[]) and to_tsvector(configuration::regconfig, word) <> '')
        union all
        select w.*, stem.lexeme, true
        from words_of_terms w
        left join lateral unnest(to_tsvector(('dateline_' || configuration)::regconfig, word)) as stem on paired
        where word = token and to_tsvector(configuration::regconfig, word) = ''
    )
    select a.languages, a.words, a.position, a.word, a.is_stop_word, a.lexeme,
        case when a.paired and a.is_stop_word = b.is_stop_word then {_PAIR} end as pair,
        case when a.paired then {_FAR_PAIR} end as far_pair
    from analyzed a
    left join analyzed b on b.languages = a.languages and b.words = a.words and b.position = a.position + 1
    order by a.languages, a.words, a.position, a.lexeme, pair"""


def terms_statement(embargoed: LiteralString | None) -> LiteralString:
    """The statement that finds the lexemes of terms in the languages of visible and of these ``embargoed`` articles."""
    return _TERMS.replace("{also}", f"union select language from {embargoed}" if embargoed else "")


def terms_parameters(terms: Sequence[str]) -> dict[str, Any]:
    """The parameters of this statement for terms, each as tokens separated by spaces."""
    found = {token for term in terms for token in term.split()}
    return {
        "terms": terms,
        "configurations": CONFIGURATIONS_JSON,
        "initialisms": sorted(filter(may_be_initialism, found)),
    }


# A tsquery of all words of each phrase in each language. A phrase of stop words alone matches its whole language.
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
    select language, json_object_agg(word, tsvector_to_array(to_tsvector(
        ('dateline_' || coalesce(%(configurations)s::json ->> language, 'simple'))::regconfig, word
    ))) as lexemes
    from json_each(%(words)s::json) as given (language, words), json_array_elements_text(words) as word
    group by language"""

# A rough score: ignores how rare terms are.
ROUGH_SCORE: LiteralString = "ts_rank(search, %(words)s::tsquery)"

# The number of distinct lexemes in each field.
FIELD_LENGTHS: LiteralString = """
    array[length(ts_filter(search, '{a}')), length(ts_filter(search, '{b}')), length(ts_filter(search, '{d}'))]"""
# The rank of each lexeme in each field, from which ``frequencies`` computes how often it occurs there: ten times as
# fast as unnesting the vector or reading it as text.
RANKS: LiteralString = """
    array(
        select array[
            ts_rank('{0,0,0,1}', search, lexeme), ts_rank('{0,0,1,0}', search, lexeme),
            ts_rank('{1,0,0,0}', search, lexeme)
        ]
        from unnest(%(lexemes)s::text[]::tsquery[]) with ordinality as wanted (lexeme, number)
        order by number
    )"""
# The weight labels of all lexemes that begin with one of the prefixes.
PREFIXED: LiteralString = """
    case when %(prefixes)s::text[] <> '{}' then (
        select json_object_agg(lexeme, array_to_string(weights, ''))
        from unnest(search) where lexeme ^@ any(%(prefixes)s::text[])
    ) end"""

# The rank of a lexeme with n positions, before ts_rank divides by the limit of the series.
_PARTIAL_SUMS = [0.0, *accumulate(1 / place**2 for place in range(1, 257))]
_LIMIT = pi**2 / 6

# A tsquery that matches nothing: no lexeme is a sign.
NOTHING = "'#'"
MATCHES: LiteralString = "a.search @@ %(q)s::tsquery"


@lru_cache(10_000)
def frequencies(*ranks: float) -> tuple[int, int, int]:
    """How often a lexeme is in headline, standfirst and body, from its RANKS.

    Its nth position, counted across fields, adds 1 / n² to the rank of its field, the first position in a field always
    1 (calc_rank_or in Postgres' tsrank.c).
    """
    ends = [0]
    for rank in ranks:
        before = ends[-1]
        ends.append(_nearest(rank * _LIMIT - 1 + _PARTIAL_SUMS[before + 1]) if rank else before)
    headline, standfirst, body = (end - start for start, end in pairwise(ends))
    return headline, standfirst, body


def _nearest(rank: float) -> int:
    above = bisect(_PARTIAL_SUMS, rank, hi=len(_PARTIAL_SUMS) - 1)
    return above if _PARTIAL_SUMS[above] - rank < rank - _PARTIAL_SUMS[above - 1] else above - 1


def document(language: str, headline: str, standfirst: str | None, body: str) -> dict[str, str]:
    """The columns that VECTOR reads: the tokens of each field, cut to what fits into a tsvector."""
    budget = TSVECTOR_BYTES
    columns = {"configuration": CONFIGURATIONS.get(language, "simple")}
    far_pairs: list[str] = []
    for name, text in (
        ("headline_tokens", headline),
        ("standfirst_tokens", standfirst),
        ("body_tokens", body),
    ):
        found = tokens(text or "")
        if len(found) > POSITIONS_OF_LEXEME:
            pairs = _far_pairs(found)[: FAR_PAIRS - len(far_pairs)]
            far_pairs += pairs
            budget -= len(pairs) * FAR_PAIR_BYTES
        columns[name], budget = _cut(found, budget)
    return {**columns, "far_pairs": ";".join(far_pairs)}


FAR_PAIR_BYTES = len("≈ffffff".encode()) + 5


def _far_pairs(words: list[str]) -> list[str]:
    """The pairs of words that a phrase is not found by, as a position is not recorded; and AROUND pairs around each."""
    times: Counter[str] = Counter()
    found: dict[str, None] = {}
    done = 0
    for place, word in enumerate(words):
        times[word] += 1
        if times[word] > POSITIONS_OF_LEXEME or place >= LAST_POSITION - AROUND:
            for at in range(max(done, place - AROUND), min(place + AROUND, len(words) - 1)):
                found[f"{words[at]} {words[at + 1]}"] = None
            done = max(done, place + AROUND)
            if len(found) >= FAR_PAIRS:
                break
    return [*found]


def _cut(words: list[str], budget: int) -> tuple[str, int]:
    text = " ".join(words)
    # A character has at most four bytes: a short text need not be measured word by word.
    if len(text) * 4 + len(words) * TOKEN_OVERHEAD <= budget:
        return text, budget - len(text) * 4 - len(words) * TOKEN_OVERHEAD
    for index, word in enumerate(words):
        budget -= len(word.encode()) + TOKEN_OVERHEAD
        if budget < 0:
            return " ".join(words[:index]), 0
    return text, budget


def readings(phrase: str) -> list[str]:
    """The search tokens of a phrase, for PHRASES: short words once as words and once as initialisms."""
    plain = [token.removesuffix(INITIALISM_SIGN) for token in tokens(phrase)]
    initialisms = [token + INITIALISM_SIGN if may_be_initialism(token) else token for token in plain]
    return [*dict.fromkeys(" ".join(words) for words in (plain, initialisms) if words)]
