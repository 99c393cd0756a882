"""Counts of the articles that two entities have in common, by month: kept current by every write of an article.

An entity is identified across tables by one number, its key. The pair of an entity with itself counts its own articles.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

from api.model.entity import MAX_TOGETHER, pair_key
from api.postgres.connection import Connection


class PairChanges:
    """The changes of counts in one transaction: collected per article, then written together."""

    def __init__(self) -> None:
        self._articles: Counter[tuple[int, int, int]] = Counter()
        self._sentences: Counter[tuple[int, int, int]] = Counter()

    def add(self, published_at: datetime, sentences: Mapping[int, tuple[int, ...]], sign: int) -> None:
        """Count a visible article (``sign`` 1), or no longer (-1), by the ``sentences`` that mention each key."""
        if len(sentences) > MAX_TOGETHER:
            return
        utc = published_at.astimezone(UTC)
        month = utc.year * 12 + utc.month - 1
        keys = sorted((key, set(numbers)) for key, numbers in sentences.items())
        for n, (a, ours) in enumerate(keys):
            for b, theirs in keys[n:]:
                pair = a, b, month
                self._articles[pair] += sign
                if ours and not ours.isdisjoint(theirs):
                    self._sentences[pair] += sign

    def write(self, connection: Connection) -> None:
        """Add the changes to the stored counts. Pairs are locked in their order."""
        changed = [pair for pair, count in self._articles.items() if count or self._sentences[pair]]
        if not changed:
            return
        changed.sort()
        parameters = {
            "a": [pair[0] for pair in changed],
            "b": [pair[1] for pair in changed],
            "month": [pair[2] for pair in changed],
            "articles": [self._articles[pair] for pair in changed],
            "sentences": [self._sentences[pair] for pair in changed],
        }
        connection.execute(_ADD, parameters)
        if min(parameters["articles"]) < 0:
            connection.execute(_DELETE_EMPTY, parameters)


def freed_by_merge(connection: Connection, table: str, source: int, into: int) -> list[UUID]:
    """The articles whose pairs are not counted, but will be once these two entities are one."""
    parameters = {"source": source, "into": into, "most": MAX_TOGETHER}
    return [row["article_id"] for row in connection.execute(_FREED[table], parameters).fetchall()]


def recount_merged(connection: Connection, table: str, source: int, into: int, freed: list[UUID]) -> None:
    """Count the pairs of an entity ``into`` which ``source`` was merged, and all pairs of the articles ``freed``."""
    keys = {"source": pair_key(table, source), "key": pair_key(table, into)}
    connection.execute("delete from entity_pairs where a in (%(source)s, %(key)s) or b in (%(source)s, %(key)s)", keys)
    connection.execute(_RECOUNT[table], {**keys, "into": into, "freed": freed, "most": MAX_TOGETHER})


def rebuild(
    connection: Connection, lock: Callable[[Connection], object], progress: Callable[[int], None] = lambda done: None
) -> None:
    """Count all pairs again: each month in a transaction, in which ``lock`` keeps articles from being written."""
    months = connection.execute(_MONTHS).fetchall()
    for row in months:
        with connection.transaction():
            lock(connection)
            connection.execute("delete from entity_pairs where month = %(month)s", row)
            connection.execute(_REBUILD, {**row, "most": MAX_TOGETHER})
        progress(1)


_ADD: LiteralString = """
    insert into entity_pairs as p (a, b, month, articles, sentences)
    select a, b, make_date(month / 12, mod(month, 12) + 1, 1), articles, sentences
    from unnest(%(a)s::int[], %(b)s::int[], %(month)s::int[], %(articles)s::int[], %(sentences)s::int[])
        as r (a, b, month, articles, sentences)
    on conflict (a, b, month) do update
    set articles = p.articles + excluded.articles, sentences = p.sentences + excluded.sentences"""

_DELETE_EMPTY: LiteralString = """
    delete from entity_pairs p
    using unnest(%(a)s::int[], %(b)s::int[], %(month)s::int[]) as r (a, b, month)
    where p.a = r.a and p.b = r.b and p.month = make_date(r.month / 12, mod(r.month, 12) + 1, 1) and p.articles = 0"""


def _counted(articles: LiteralString, condition: LiteralString) -> LiteralString:
    """The statement that counts the pairs of visible ``articles`` that meet a condition on ``a`` and ``b``."""
    return f"""
        with chosen as materialized ({articles}),
        entities as materialized (
            select c.article_id, date_trunc('month', c.published_at at time zone 'UTC')::date as month, c.freed,
                l.key, l.sentences, count(*) over (partition by c.article_id) as together
            from chosen c cross join lateral (
                select c.outlet_id * 3 as key, '{{}}'::int[] as sentences
                union all select tag_id * 3 + 1, sentences from article_tags where article_id = c.article_id
                union all select person_id * 3 + 2, sentences from article_people where article_id = c.article_id
            ) as l
        )
        insert into entity_pairs as p (a, b, month, articles, sentences)
        select a.key, b.key, a.month, count(*), count(*) filter (where a.sentences && b.sentences)
        from entities a join entities b on b.article_id = a.article_id and b.key >= a.key
        where a.together <= %(most)s and ({condition})
        group by a.key, b.key, a.month
        on conflict (a, b, month) do update
        set articles = p.articles + excluded.articles, sentences = p.sentences + excluded.sentences"""


def _freed(links: LiteralString, column: LiteralString) -> LiteralString:
    return f"""
        select l.article_id
        from {links} l join {links} t on t.article_id = l.article_id and t.{column} = %(into)s
        join articles a on a.id = l.article_id and a.visible
        where l.{column} = %(source)s
            and (select count(*) from article_tags where article_id = l.article_id)
                + (select count(*) from article_people where article_id = l.article_id) = %(most)s"""


def _recount(links: LiteralString, column: LiteralString) -> LiteralString:
    return _counted(
        f"""
        select a.id as article_id, a.published_at, a.outlet_id, a.id = any(%(freed)s::uuid[]) as freed
        from {links} l join articles a on a.id = l.article_id
        where l.{column} = %(into)s and a.visible""",
        "a.freed or %(key)s in (a.key, b.key)",
    )


_FREED: Mapping[str, LiteralString] = {
    "tags": _freed("article_tags", "tag_id"),
    "people": _freed("article_people", "person_id"),
}
_RECOUNT: Mapping[str, LiteralString] = {
    "tags": _recount("article_tags", "tag_id"),
    "people": _recount("article_people", "person_id"),
}

# Months that have no articles any more are counted as well, so that none of their pairs stays.
_MONTHS: LiteralString = """
    with recursive months (month) as (
        (select date_trunc('month', published_at at time zone 'UTC')::date
            from articles where visible order by published_at limit 1)
        union all
        select (
            select date_trunc('month', published_at at time zone 'UTC')::date from articles
            where visible and published_at >= (months.month + interval '1 month') at time zone 'UTC'
            order by published_at limit 1
        ) from months where month is not null
    )
    select month from months where month is not null union select distinct month from entity_pairs order by month"""
_REBUILD: LiteralString = _counted(
    """
        select id as article_id, published_at, outlet_id, true as freed from articles
        where visible and published_at >= %(month)s::date::timestamp at time zone 'UTC'
            and published_at < (%(month)s::date + interval '1 month') at time zone 'UTC'""",
    "true",
)
