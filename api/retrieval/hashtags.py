"""Hashtags in a search: articles with the tag of this name, or with its words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import LiteralString

from api.postgres.connection import Connection
from api.retrieval import document_frequencies
from api.retrieval.cardinality import Cardinality
from api.retrieval.select import Selection
from api.search.parser import Term
from api.search.selectivity import Selectivity
from api.text.folding import MAX_FOLDED_LENGTH, fold, make_slug

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
    ) as found
    order by number, tier, articles desc, id"""

# Compared with each article of a list.
_TAGGED: LiteralString = """(
    a.search @@ %(words_{n})s::tsquery
    or exists (select from article_tags t where t.article_id = a.id and t.tag_id = %(tag_{n})s))"""
# Collected by two indexes; as a set of rows instead of an array, the planner would rather scan all articles.
_COLLECTED: LiteralString = """a.id = any(array(
    select m.id from articles m where m.search @@ %(words_{n})s::tsquery
    union all select l.article_id from article_tags l where l.tag_id = %(tag_{n})s))"""
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
    parameters = {
        "slugs": [make_slug(name) for name in names],
        "names": [fold(name)[:MAX_FOLDED_LENGTH] for name in names],
    }
    rows = connection.execute(_TAGS, parameters).fetchall()
    return {terms[row["number"] - 1]: (row["id"], row["articles"]) for row in rows}


def narrow(selection: Selection, found: Sequence[Hashtag], *, collected: bool) -> Selection:
    """The selection with the condition of each hashtag; the first one finds the articles if they are ``collected``."""
    for number, hashtag in zip(_NUMBERS, found, strict=False):
        condition = _COLLECTED if collected and number == "1" else _TAGGED
        parameters = {f"words_{number}": hashtag.tsquery, f"tag_{number}": hashtag.tag}
        selection = selection.where(condition.replace("{n}", number), **parameters)
    return selection


def with_hashtags(cardinality: Cardinality, rest: str | None, found: Sequence[Hashtag]) -> Cardinality:
    """The same with the articles of the tags, which also have the ``rest`` of the search."""
    search = cardinality.search
    if search is None:
        return cardinality
    share = min(1.0, min(hashtag.articles for hashtag in found) / max(cardinality.articles, 1))
    tagged = Selectivity(share, share)
    if rest is not None and cardinality.statistics:
        known = cardinality.document_frequencies
        tagged &= document_frequencies.selectivity(rest, cardinality.statistics, known)
    search |= tagged
    frequencies = {**cardinality.frequencies, "q": round(search.matching * cardinality.articles)}
    return replace(cardinality, search=search, frequencies=frequencies)
