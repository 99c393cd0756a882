"""Full text search in SQL: the expressions that query and rank search vectors. Uses no database.

Texts and queries are tokenised alike (``api.text.tokenizer``). A query has one part for each stemmer, with the marker
of its languages where they differ.
"""

from bisect import bisect
from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate, pairwise
from math import pi
from typing import Any, LiteralString

from api.search.search_vector import CONFIGURATIONS_JSON, FAR_PAIR, PAIR, WITHOUT_ACCENTS, plain
from api.text.tokenizer import INITIALISM_SIGN, may_be_initialism, tokens

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
        select coalesce(%(configurations)s::json ->> split_part(language, '-', 1), 'simple') as configuration,
            coalesce(paired, false) as paired, array_agg(language order by language) as languages
        from (select language from visible where language is not null {{also}}) as seen
        left join languages using (language)
        group by 1, 2
    ),
    words_of_terms as materialized (
        select configuration, languages, paired, words, position, plain.lexeme as token,
            rtrim(plain.lexeme, 'ǃ') as word, accented.lexeme as accented
        from stemmed_alike
        cross join unnest(%(terms)s::text[], %(accented)s::text[]) as given (words, accented_words)
        cross join lateral unnest(to_tsvector('simple', words)) as plain
        cross join lateral unnest(plain.positions) as position
        left join lateral unnest(to_tsvector('simple', accented_words)) as accented
            on accented.lexeme <> plain.lexeme and position = any(accented.positions)
                and configuration <> all(%(without_accents)s)
    ),
    analyzed as materialized (
        select w.*, stem.lexeme, false as is_stop_word
        from words_of_terms w cross join lateral unnest(to_tsvector(configuration::regconfig, word)) as stem
        where word = token or word <> 'us' or not paired -- a pronoun that Postgres' stop words lack
        union all
        select w.*, {plain("stem.lexeme")}, false
        from words_of_terms w cross join lateral unnest(to_tsvector(configuration::regconfig, accented)) as stem
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
        case when a.paired and a.is_stop_word = b.is_stop_word then {PAIR} end as pair,
        case when a.paired then {FAR_PAIR} end as far_pair
    from analyzed a
    left join analyzed b on b.languages = a.languages and b.words = a.words and b.position = a.position + 1
    order by a.languages, a.words, a.position, a.lexeme, pair"""


def terms_statement(embargoed: LiteralString | None) -> LiteralString:
    """The statement that finds the lexemes of terms in the languages of visible and of these ``embargoed`` articles."""
    return _TERMS.replace("{also}", f"union select language from {embargoed}" if embargoed else "")


def terms_parameters(terms: Mapping[str, str | None]) -> dict[str, Any]:
    """The parameters of this statement for terms as tokens separated by spaces, each with its accents if it has any."""
    found = {token for term in terms for token in term.split()}
    return {
        "terms": list(terms),
        "accented": list(terms.values()),
        "configurations": CONFIGURATIONS_JSON,
        "without_accents": [*WITHOUT_ACCENTS],
        "initialisms": sorted(filter(may_be_initialism, found)),
    }


# A tsquery of all words of each phrase in each language. A phrase of stop words alone matches its whole language.
PHRASES: LiteralString = """
    select distinct (
        case when numnode(query) = 0 then '' else '(' || query::text || ') & ' end || quote_literal('lang:' || language)
    )::tsquery as query
    from (
        select language,
            plainto_tsquery(
                coalesce(%(configurations)s::json ->> split_part(language, '-', 1), 'simple')::regconfig, phrase
            ) as query
        from languages, unnest(%(phrases)s::text[]) as phrase
    ) as parsed"""

# The lexemes of single words by language: {"en": ["economics", …]} → {"economics": ["econom"], …}.
LEXEMES: LiteralString = """
    select language, json_object_agg(word, tsvector_to_array(to_tsvector(
        ('dateline_' || coalesce(%(configurations)s::json ->> split_part(language, '-', 1), 'simple'))::regconfig, word
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


def readings(phrase: str) -> list[str]:
    """The search tokens of a phrase, for PHRASES: short words once as words and once as initialisms."""
    plain = [token.removesuffix(INITIALISM_SIGN) for token in tokens(phrase)]
    initialisms = [token + INITIALISM_SIGN if may_be_initialism(token) else token for token in plain]
    return [*dict.fromkeys(" ".join(words) for words in (plain, initialisms) if words)]
