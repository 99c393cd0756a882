"""Search vectors in SQL: what is indexed of an article. Uses no database.

Every vector has a marker lexeme of its language.
"""

from collections import Counter
from collections.abc import Sequence
from typing import LiteralString

import orjson

from api.text.accents import ACCENTED, PLAIN, accents
from api.text.language import primary
from api.text.tokenizer import tokens

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
# In others, accents change what a stemmer cuts off.
WITHOUT_ACCENTS = ("simple", "english")
CONFIGURATIONS_JSON = orjson.dumps(CONFIGURATIONS).decode()


def configuration(language: str) -> str:
    """The text search configuration of a language tag."""
    return CONFIGURATIONS.get(primary(language), "simple")


def plain(text: LiteralString) -> LiteralString:
    """The SQL expression for a text without accents."""
    return f"translate({text}, '{ACCENTED}', '{PLAIN}')"


# Each two adjacent words are indexed as one more lexeme, so that a phrase of frequent words is found by its rare pairs.
# A stop word is paired with stop words only: beside another word, that word is rarer than the pair. Pairs are hashed to
# 16,384 lexemes at most; what they find is compared with the phrase.
PAIR_SIGN: LiteralString = "~"
PAIR: LiteralString = f"'{PAIR_SIGN}' || to_hex(hashtext(a.lexeme || ' ' || b.lexeme) & 16383)"

# Postgres records the first 255 positions of a lexeme, up to 16,383. Pairs beyond, and those around them, are indexed
# as lexemes that stand for the pair itself.
POSITIONS_OF_LEXEME = 255
LAST_POSITION = 16_383
FAR_SIGN: LiteralString = "≈"
FAR_PAIR: LiteralString = f"'{FAR_SIGN}' || to_hex(hashtext(a.lexeme || ' ' || b.lexeme) & 16777215)"
FAR_PAIRS = 16_384
"""The number of distinct pairs of a text that are indexed as such lexemes."""
AROUND = 7
# Stems, by estimate: words that begin alike may have the same lexeme.
SHORTEST_STEM = 4
LONGEST_ENDING = 3
BETWEEN_FIELDS = 64
"""The number of positions between the fields of a text."""

# The limit of a tsvector is 1 MiB: for each distinct lexeme its bytes, up to one byte of padding, two for the count and
# two for each position; and each pair lexeme once, with four bytes besides.
TSVECTOR_BYTES = 1_000_000 - 16_384 * (len("~3fff") + 4)
TOKEN_OVERHEAD = 6

# The columns of a record that VECTOR reads, beside its language.
VECTOR_COLUMNS: LiteralString = (
    "configuration text, headline_tokens text, standfirst_tokens text, body_tokens text, headline_accented text,"
    " standfirst_accented text, body_accented text, far_pairs text"
)

# The search vector of a row r with these columns. No phrase crosses fields: a lexeme that is deleted again leaves 64
# positions between them. Words with accents are indexed by their stem with these, from which accents are removed then,
# and by the stem that they have without. A lexeme may be of a stop word and of another one, as "own" is of "own" and
# "owned"; it is paired as either.
VECTOR: LiteralString = f"""(
        with readings as materialized (
            select ts_delete(
                setweight(to_tsvector(keeping, headline), 'A') || $$'.':64$$::tsvector
                || setweight(to_tsvector(keeping, standfirst), 'B') || $$'.':64$$::tsvector
                || setweight(to_tsvector(keeping, body), 'D'),
                '.'
            ) as search, to_tsvector(r.configuration::regconfig, concat_ws(' ', headline, standfirst, body)) as others,
                is_accented
            from (select ('dateline_' || r.configuration)::regconfig as keeping offset 0) as configurations
            cross join (
                values (r.headline_tokens, r.standfirst_tokens, r.body_tokens, false),
                    (r.headline_accented, r.standfirst_accented, r.body_accented, true)
            ) as reading (headline, standfirst, body, is_accented)
            where body is not null
        ),
        made as materialized (
            select case count(*) when 1 then (array_agg(search))[1]
                else string_agg(case when is_accented then {plain("search::text")} else search::text end, ' ')::tsvector
                end as search
            from readings
        ),
        others as materialized (
            select case count(*) when 1 then (array_agg(others))[1]
                else string_agg(case when is_accented then {plain("others::text")} else others::text end, ' ')::tsvector
                end as search
            from readings
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
            select {PAIR}
            from placed a join placed b on b.position = a.position + 1 and a.is_stop_word = b.is_stop_word
            union all
            select unnest(array[{PAIR}, {FAR_PAIR}])
            from string_to_table(r.far_pairs, ';') as far (words),
                unnest(to_tsvector(('dateline_' || r.configuration)::regconfig, words)) as a,
                unnest(to_tsvector(('dateline_' || r.configuration)::regconfig, words)) as b
            where 1 = any(a.positions) and 2 = any(b.positions)
        )) from made
    )"""


def document(language: str, headline: str, standfirst: str | None, body: str) -> dict[str, str]:
    """The columns that VECTOR reads: the tokens of each field, cut to what fits into a tsvector, and with accents where
    there is room for their stems."""
    found = {"headline": tokens(headline), "standfirst": tokens(standfirst or ""), "body": tokens(body)}
    far_pairs = _far_pairs(list(found.values()))
    budget = TSVECTOR_BYTES - len(far_pairs) * FAR_PAIR_BYTES
    fields: dict[str, str] = {}
    for name, words in found.items():
        fields[name], budget = _cut(words, budget)
    columns = {"configuration": configuration(language), "far_pairs": ";".join(far_pairs)}
    columns |= {f"{name}_tokens": text for name, text in fields.items()}
    accented = accents_for_stems(language, "\n".join(filter(None, (headline, standfirst, body))))
    written = {name: [accented.get(token, token) for token in text.split()] for name, text in fields.items()}
    size = sum(len(word.encode()) + TOKEN_OVERHEAD for text in written.values() for word in text if not word.isascii())
    if accented and size <= budget:
        columns |= {f"{name}_accented": " ".join(text) for name, text in written.items()}
    return columns


def accents_for_stems(language: str, text: str) -> dict[str, str]:
    """The words of a text that have accents, by their search tokens; empty where a stemmer ignores accents."""
    return {} if configuration(language) in WITHOUT_ACCENTS else accents(text)


FAR_PAIR_BYTES = len("≈ffffff".encode()) + 5


def _far_pairs(fields: Sequence[Sequence[str]]) -> list[str]:
    """The pairs of words that a phrase is not found by, as a position is not recorded; and AROUND pairs around each."""
    times: Counter[str] = Counter()
    found: dict[str, None] = {}
    before = 0
    for words in fields if sum(map(len, fields)) > POSITIONS_OF_LEXEME else ():
        done = 0
        for place, word in enumerate(words):
            stem = word[: max(SHORTEST_STEM, len(word) - LONGEST_ENDING)]
            times[stem] += 1
            if times[stem] > POSITIONS_OF_LEXEME or before + place >= LAST_POSITION - AROUND:
                for at in range(max(done, place - AROUND), min(place + AROUND, len(words) - 1)):
                    found[f"{words[at]} {words[at + 1]}"] = None
                done = max(done, place + AROUND)
                if len(found) >= FAR_PAIRS:
                    return [*found][:FAR_PAIRS]
        before += len(words) + BETWEEN_FIELDS
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
