"""Counts words as they are written, of which spelling suggestions are made: lexemes are stems, not words."""

import re
from collections import Counter
from typing import LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.postgres.connection import Connection
from api.text.tokenizer import is_paired, tokens

CHARACTERS = 2_000
"""The number of characters of each text whose words are counted."""
WORDS_AT_MOST = 100_000
"""The number of words that are stored: the most frequent ones. Each process of the server keeps them in memory."""
WORD_LENGTHS = range(3, 31)
"""The lengths of these words, in characters."""

# A sample is read in parts, and rare words are left out where it has too many.
_FETCHED = 500
_COUNTED_AT_MOST = 4 * WORDS_AT_MOST

# Numbers and initialisms are not misspelled words.
_OTHER = re.compile(r"[\dǃǁ]")

# The last word of a text that is cut may be a part of one.
_TEXT: LiteralString = r"headline, standfirst, regexp_replace(left(body, %(characters)s), '\w+$', '') as body"
_TEXTS: LiteralString = f"select {_TEXT} from articles tablesample system (%(percent)s) where visible"
_TEXTS_OF_ARTICLE: LiteralString = f"""
    select {_TEXT} from articles where id = %(article)s
    union
    select {_TEXT}
    from versions, json_to_record(article) as earlier (headline text, standfirst text, body text)
    where article_id = %(article)s"""

_FILL: LiteralString = """
    with counted as materialized (
        select * from unnest(%(words)s::text[], %(articles)s::int[]) as counted (word, articles)
    ), gone as (
        delete from word_stats where word not in (select word from counted)
    )
    insert into word_stats as stats (word, articles) select * from counted
    on conflict (word) do update set articles = excluded.articles where stats.articles <> excluded.articles"""

_FORGET: LiteralString = "delete from word_stats where word = any(%(words)s) and articles <= %(few)s"


def count(connection: Connection, percent: float, least: int) -> Counter[str]:
    """In how many visible articles of a sample each word is, if in ``least`` or more. In a transaction."""
    counts: Counter[str] = Counter()
    with connection.cursor("texts") as cursor:
        cursor.itersize = _FETCHED
        for row in cursor.execute(_TEXTS, {"characters": CHARACTERS, "percent": percent}):
            counts.update(_words(row))
            if len(counts) > _COUNTED_AT_MOST:
                counts = Counter({word: articles for word, articles in counts.items() if articles > 1})
    return Counter({word: articles for word, articles in counts.most_common(WORDS_AT_MOST) if articles >= least})


def store(connection: Connection, counts: Counter[str]) -> None:
    """Replace the stored counts."""
    connection.execute(_FILL, {"words": list(counts), "articles": list(counts.values())})


def forget_article(connection: Connection, article: UUID, few: int) -> None:
    """Delete the words of all versions of an article that is about to be purged, except those of more than a ``few``
    articles."""
    texts = connection.execute(_TEXTS_OF_ARTICLE, {"article": article, "characters": CHARACTERS}).fetchall()
    connection.execute(_FORGET, {"words": list(set().union(*map(_words, texts))), "few": few})


def _words(text: DictRow) -> set[str]:
    return {
        token
        for token in set(tokens(" \n".join(filter(None, text.values()))))
        if len(token) in WORD_LENGTHS and not is_paired(token) and not _OTHER.search(token)
    }
