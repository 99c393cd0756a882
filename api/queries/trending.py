"""Trending tags and people: those that more outlets write about than in the same window of the weeks before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

from api.model.proportions import wilson_lower_bound
from api.postgres.connection import Connection, present

WEEKS = 8
"""The number of earlier weeks that are compared, as far as the archive has them."""
ARTICLES_AT_MOST = 10_000
"""The number of articles of each window that are examined, the newest first."""
MIN_ARTICLES = 5
"""The number of articles without copies, in the window, of an entity that is trending."""
MIN_OUTLETS = 3
"""The number of outlets that published them."""
MIN_GROWTH = 1.5
"""The growth that is sure at 95 %, of an entity that is trending."""
PRIOR = 0.5
"""The number of outlets that is added to those of all earlier weeks, so that what is new has a finite growth."""
SHOWN_ARTICLES = 20
"""The number of article ids of an entry."""

WINDOWS: Mapping[str, timedelta] = {"1d": timedelta(days=1), "3d": timedelta(days=3), "7d": timedelta(days=7)}


@dataclass(frozen=True)
class Trending:
    """The entries with the highest growth, and the number of earlier ``weeks`` that they are compared with.

    If it is not ``complete``, a window has more than ARTICLES_AT_MOST articles.
    """

    entries: list[dict[str, Any]]
    weeks: int
    complete: bool = True


def trending(connection: Connection, noun: str, window: timedelta, until: datetime, limit: int) -> Trending:
    """The confirmed entities of a table that trend in the ``window`` that ends before ``until``.

    Each story counts for one outlet, as copies are removed. If outlets report on an entity as they do in earlier weeks,
    its share of the outlets of all windows is one window's. Growth is the lower bound of that share (Wilson score
    interval), divided by what is expected.
    """
    since = until - window
    weeks = _weeks(connection, since)
    if not weeks:
        return Trending([], 0)
    parameters = {
        "ends": [until - timedelta(weeks=week) for week in range(weeks + 1)],
        "window": window,
        "most": ARTICLES_AT_MOST,
        "articles": MIN_ARTICLES,
        "outlets": MIN_OUTLETS,
    }
    rows = connection.execute(_COUNTS[noun], parameters, prepare=False).fetchall()
    entries = [_entry(row, weeks) for row in rows if row["slug"] is not None]
    rising = [entry for entry in entries if entry["growth_lower_bound"] >= MIN_GROWTH]
    rising.sort(key=lambda entry: (-entry["growth_lower_bound"], -entry["articles"], entry["slug"]))
    complete = all(row["complete"] for row in rows if row["slug"] is None)
    return Trending(rising[:limit], weeks, complete)


def _weeks(connection: Connection, since: datetime) -> int:
    """How many weeks before ``since`` the archive has, up to WEEKS."""
    first = present(connection.execute(_FIRST).fetchone())["first"]
    if first is None or first >= since:
        return 0
    return min(WEEKS, (since - first.astimezone(UTC)) // timedelta(weeks=1))


def _entry(row: Mapping[str, Any], weeks: int) -> dict[str, Any]:
    observed, earlier = row["outlets"], row["earlier"] + PRIOR
    bound = wilson_lower_bound(observed, observed + earlier) * (weeks + 1)
    return {
        "slug": row["slug"],
        "name": row["name"],
        "observed": observed,
        "expected": round(row["earlier"] / weeks, 4),
        "growth_lower_bound": round(bound, 4),
        "articles": row["articles"],
        "article_ids": row["ids"][:SHOWN_ARTICLES],
    }


_FIRST: LiteralString = (
    "select (select published_at from articles where visible order by published_at, id limit 1) as first"
)


# The newest articles of each window, and those without copies.
_STORIES: LiteralString = """
        examined as materialized (
            select w.number, a.id, a.outlet_id, a.published_at, c.group_id
            from unnest(%(ends)s::timestamptz[]) with ordinality as w (until, number)
            cross join lateral (
                select id, outlet_id, published_at from articles
                where visible and published_at >= w.until - %(window)s and published_at < w.until
                order by published_at desc, id desc
                limit %(most)s
            ) as a
            left join article_copies c on c.article_id = a.id
        ),
        stories as materialized (
            select number, id, outlet_id, published_at from examined where group_id is null
            union all
            select number, id, outlet_id, published_at from (
                select distinct on (number, group_id) * from examined
                where group_id is not null
                order by number, group_id, published_at, id
            ) as firsts
        )"""


def _counts(table: LiteralString, links: LiteralString, column: LiteralString) -> LiteralString:
    """The statement that counts the outlets of each entity, and has one row that says whether all were examined."""
    return f"""
        with {_STORIES},
        linked as materialized (
            select l.entity, s.number, s.id, s.outlet_id, s.published_at
            from stories s cross join lateral (
                select {column} as entity from {links} where article_id = s.id offset 0
            ) as l
        ),
        rising as materialized (
            select entity, count(distinct outlet_id) as outlets, count(*) as articles,
                array_agg(id order by published_at desc, id desc) as ids
            from linked where number = 1
            group by entity
            having count(*) >= %(articles)s and count(distinct outlet_id) >= %(outlets)s
        ),
        past as (
            select entity, sum(outlets)::bigint as outlets
            from (
                select entity, number, count(distinct outlet_id) as outlets
                from linked join rising using (entity) where number > 1
                group by entity, number
            ) as weeks
            group by entity
        )
        select n.slug, n.name, r.outlets, r.articles, r.ids, coalesce(p.outlets, 0) as earlier, null as complete
        from rising r left join past p using (entity) join {table} n on n.id = r.entity and n.confirmed
        union all
        select null, null, null, null, null, null, not exists (
            select from examined group by number having count(*) >= %(most)s)"""


_COUNTS: Mapping[str, LiteralString] = {
    "tags": _counts("tags", "article_tags", "tag_id"),
    "people": _counts("people", "article_people", "person_id"),
}
