"""Hashtags in a search: articles with the tag of this name, or with its words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import LiteralString
from uuid import UUID

from api.postgres.connection import Connection
from api.retrieval import document_frequencies
from api.retrieval.cardinality import Cardinality
from api.retrieval.entity_names import any_key
from api.retrieval.published import Span
from api.retrieval.select import Selection
from api.search.parser import Term
from api.search.selectivity import Selectivity, lexemes
from api.text.folding import MAX_FOLDED_LENGTH, fold
from api.text.slugs import make_slug, native_slug
from api.text.spellings import name_keys

# A slug before a name, and of several tags with the same name the one with the most articles.
_TAGS: LiteralString = """
    select distinct on (number) number, id, articles from (
        select number, id, articles, 1 as tier
            from unnest(%(slugs)s::text[]) with ordinality as given (slug, number) join tags using (slug)
            where merged_into is null
        union all
        select number, id, articles, 2
            from unnest(%(slugs)s::text[]) with ordinality as given (slug, number)
            join slugs_retired r using (slug) join tags using (id)
            where noun = 'tag'
        union all
        select number, id, articles, 3
            from unnest(%(names)s::text[]) with ordinality as given (folded, number) join tags using (folded)
            where merged_into is null
        union all
        select number, t.id, t.articles, 4
            from unnest(%(keys)s::text[], %(numbers)s::int[]) as given (key, number)
            join tags n on array_to_tsvector(n.keys) @@ key::tsquery
            join tags t on t.id = coalesce(n.merged_into, n.id)
    ) as found
    order by number, tier, articles desc, id"""

# Compared with each article of a list.
_TAGGED: LiteralString = """(
    a.search @@ %(words_{n})s::tsquery
    or exists (select from article_tags t where t.article_id = a.id and t.tag_id = %(tag_{n})s))"""
# Collected by two indexes; as a set of rows instead of an array, the planner would rather scan all articles.
_COLLECTED: LiteralString = """(
    select m.id from articles m
        where m.search @@ %(words_{n})s::tsquery and m.visible
            and m.published_at >= %(since)s and m.published_at < %(until)s and m.id <= %(sampled)s
    union all
    select l.article_id from article_tags l
        where l.tag_id = %(tag_{n})s
            and l.published_at >= %(since)s and l.published_at < %(until)s and l.article_id <= %(sampled)s
)"""
_LAST_ID = UUID(int=2**128 - 1)
_NUMBERS: Sequence[LiteralString] = ("1", "2", "3")


@dataclass(frozen=True)
class Hashtag:
    """A tag, how many articles it has, and the search for its words."""

    tag: int
    articles: int
    tsquery: str


def find(connection: Connection, terms: Sequence[Term]) -> dict[Term, tuple[int, int]]:
    """The id of the tag of each hashtag that names one, and its number of articles."""
    if not terms:
        return {}
    names = [term.text.lstrip("#") for term in terms]
    keys = [(key, number) for number, name in enumerate(names, 1) for key in name_keys(name)]
    parameters = {
        # Scripts stay apart: a name in Cyrillic is not the slug of one in Latin letters.
        "slugs": [make_slug(name) if fold(name).isascii() else native_slug(name) for name in names],
        "names": [fold(name)[:MAX_FOLDED_LENGTH] for name in names],
        "keys": [any_key([key]) for key, _ in keys],
        "numbers": [number for _, number in keys],
    }
    rows = connection.execute(_TAGS, parameters).fetchall()
    return {terms[row["number"] - 1]: (row["id"], row["articles"]) for row in rows}


def narrow(selection: Selection, found: Sequence[Hashtag], collected: Span | None) -> Selection:
    """The selection with the conditions of hashtags: each article of it is compared, or all that were published in the
    span ``collected`` are collected first."""
    if not found:
        return selection
    numbered = list(zip(_NUMBERS, found, strict=False))
    parts: list[LiteralString] = [
        (_COLLECTED if collected else _TAGGED).replace("{n}", number) for number, _ in numbered
    ]
    parameters: dict[str, object] = {f"words_{number}": hashtag.tsquery for number, hashtag in numbered}
    parameters |= {f"tag_{number}": hashtag.tag for number, hashtag in numbered}
    if collected:
        parts = [f"a.id = any(array({' intersect '.join(parts)}))"]
        # A sample has another bound, by the same name.
        parameters |= {"since": collected[0], "until": collected[1], "sampled": _LAST_ID}
    for part in parts:
        selection = selection.where(part, **parameters)
    return selection


def with_hashtags(cardinality: Cardinality, rest: str | None, found: Sequence[Hashtag]) -> tuple[Cardinality, bool]:
    """The cardinality of hashtags, each a tag or its words, with the ``rest`` of a search.

    And whether to collect the articles of the hashtags, as they are fewer than those of the rest.
    """
    tagged = reduce(and_, (_selectivity(cardinality, hashtag) for hashtag in found))
    words = _words(cardinality, rest) if rest is not None and cardinality.statistics else Selectivity(1.0, 1.0)
    collected = tagged.indexed <= words.indexed
    # Terms of one search often occur together, which the share that is indexed takes into account.
    search = replace(tagged if collected else words, matching=(tagged & words).indexed)
    frequencies = {**cardinality.frequencies, "q": round(search.matching * cardinality.articles)}
    return replace(cardinality, search=search, frequencies=frequencies), collected


def _selectivity(cardinality: Cardinality, hashtag: Hashtag) -> Selectivity:
    share = min(1.0, hashtag.articles / max(cardinality.articles, 1))
    return _words(cardinality, hashtag.tsquery) | Selectivity(share, share)


def _words(cardinality: Cardinality, tsquery: str) -> Selectivity:
    """The selectivity of a part of the search; none where terms have not been counted."""
    if cardinality.statistics is None:
        return Selectivity(0.0, 0.0)
    # What is excluded needs markers of languages, which the whole search may not have.
    markers = {lexeme: cardinality.articles for lexeme in lexemes(tsquery) if lexeme.text.startswith("lang:")}
    known = {**markers, **cardinality.document_frequencies}
    return document_frequencies.selectivity(tsquery, cardinality.statistics, known)
