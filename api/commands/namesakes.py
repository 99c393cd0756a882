"""Chooses between people of one name by what else an article says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from api.postgres.connection import Connection

EVIDENCE = ("roles", "tags", "companions")
"""What a choice between namesakes can rest on."""

MARGIN = 2
"""How many points the best of several namesakes needs more than the second."""

_MOST_POINTS = 3
"""The points for tags in common, and for companions in common: one for each article, up to these."""
_NEWEST = 200
"""The number of each namesake's newest articles that are examined for tags and companions in common."""

_EXAMINED = 100_000
"""The number of characters of an article that are examined for words of roles and descriptions."""


@dataclass(frozen=True)
class Context:
    """What an article says besides a name: its text, its date, and its other tags and people (ids)."""

    article: UUID | str
    text: str
    published_at: datetime
    tags: Collection[int]
    people: Collection[int]


def choose(connection: Connection, namesakes: Collection[int], context: Context) -> tuple[int, str] | None:
    """The namesake that fits an article best, and the EVIDENCE that counted most; None if none stands out.

    A word of roles and description that only one of them has and the text contains is worth two points.
    Articles that a namesake was chosen for do not count, so that no choice confirms itself; nor do hidden articles, so
    that no link shows what they say.
    """
    rows = connection.execute(
        _SIGNALS,
        {
            "namesakes": list(namesakes),
            "article": context.article,
            "text": context.text[:_EXAMINED],
            "day": context.published_at.date().isoformat(),
            "tags": list(context.tags),
            "people": list(set(context.people).difference(namesakes)),
            "most": _MOST_POINTS,
            "chosen": list(EVIDENCE),
            "newest": _NEWEST,
        },
    ).fetchall()
    best, second = sorted(rows, key=lambda row: -_points(row))[:2]
    if _points(best) < _points(second) + MARGIN:
        return None
    return best["id"], max(EVIDENCE, key=lambda evidence: best[evidence])


def _points(row: Mapping[str, int]) -> int:
    return sum(row[evidence] for evidence in EVIDENCE)


_SIGNALS: LiteralString = """
    with article as materialized (
        select unnest(tsvector_to_array(to_tsvector('english', %(text)s))) as word
    ), namesakes as materialized (
        select id, tsvector_to_array(to_tsvector('english', name)) as names,
            tsvector_to_array(to_tsvector('english', concat_ws(' ', description, (
                select string_agg(concat_ws(' ', role ->> 'title', role ->> 'organization'), ' ')
                from json_array_elements(roles) as role
                where coalesce(role ->> 'from', '0001-01-01') <= %(day)s)))) as words
        from people where id = any(%(namesakes)s)
    )
    select n.id,
        2 * (select count(*)::int from (
            select unnest(n.words)
            intersect select word from article
            except select unnest(names) from namesakes
            except select unnest(words) from namesakes o where o.id <> n.id
        ) as words) as roles,
        (select count(*)::int from (
            select from article_tags where article_id = any(articles) and tag_id = any(%(tags)s)
            group by article_id limit %(most)s
        ) as shared) as tags,
        (select count(*)::int from (
            select from article_people where article_id = any(articles) and person_id = any(%(people)s)
            group by article_id limit %(most)s
        ) as shared) as companions
    from namesakes n
    cross join lateral (
        select array(
            select article_id from article_people l join articles a on a.id = article_id and a.visible
            where person_id = n.id and article_id <> %(article)s and coalesce(evidence, '') <> all (%(chosen)s)
            order by l.published_at desc, article_id desc limit %(newest)s) as articles
    ) as found
"""
