"""Companions: the entities that occur with an entity more often than elsewhere, with a sentence as evidence.

Counts of whole months are read from ``entity_pairs``. Articles of months that a range of time cuts, and embargoed ones
that the reader may see, are counted as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.model.entity import MAX_TOGETHER, PAIR_KEYS, pair_key
from api.model.proportions import wilson_lower_bound
from api.postgres.connection import Connection, present
from api.queries.articles import STILL_VISIBLE
from api.queries.quotes import QUOTED_FROM, quote
from api.retrieval.plan import EMBARGOED, EMBARGOED_OF
from api.retrieval.published import FIRST, LAST, Span

NOUNS = ("tags", "people", "outlets")

# The articles of all entities of a table: article_id, id, published_at, sentences.
_OUTLET_LINKS: LiteralString = (
    "(select id as article_id, outlet_id as id, published_at, '{}'::int[] as sentences from articles)"
)
_TAG_LINKS: LiteralString = "(select article_id, tag_id as id, published_at, sentences from article_tags)"
_PERSON_LINKS: LiteralString = "(select article_id, person_id as id, published_at, sentences from article_people)"
_LINKS: Mapping[str, LiteralString] = {"outlets": _OUTLET_LINKS, "tags": _TAG_LINKS, "people": _PERSON_LINKS}


@dataclass(frozen=True)
class Companions:
    """The companions with the highest lift, the number of articles of the entity itself, and that of all articles."""

    entries: list[dict[str, Any]]
    articles: int
    of: int


@dataclass(frozen=True)
class _Range:
    """A range of time: its whole months, from ``first`` until before ``last``, and the spans at its edges."""

    span: Span
    first: date
    last: date
    edges: list[Span]

    @property
    def parameters(self) -> dict[str, Any]:
        begin, end = self.span
        months = {"first": self.first, "last": self.last, "touched": _month(begin).date(), "begin": begin, "end": end}
        return {**months, "begins": [edge[0] for edge in self.edges], "ends": [edge[1] for edge in self.edges]}


def companions(
    connection: Connection,
    table: str,
    entity: int,
    *,
    nouns: Sequence[str],
    span: Span,
    least: int,
    limit: int,
    embargoes_of: Sequence[str] | None,
) -> Companions:
    """The companions of the entity of a table with this id, by the lower bound of their lift.

    Lift is the companion's share of the entity's articles, divided by its share of all articles of the same months. The
    lower bound uses that of the first share. Companions have at least ``least`` articles in common with the entity, and
    are confirmed. ``embargoes_of`` are the outlets (slugs, None for all) whose embargoed articles count.
    """
    chosen = _range(*span)
    parameters = {
        **chosen.parameters,
        "key": pair_key(table, entity),
        "id": entity,
        "least": least,
        "most": MAX_TOGETHER,
        "nouns": [PAIR_KEYS[noun] for noun in nouns],
        "embargoes_of": None if embargoes_of is None else list(embargoes_of),
    }
    of = present(connection.execute(_ALL, parameters).fetchone())["articles"]
    rows = connection.execute(_counts(table, embargoes_of), parameters, prepare=False).fetchall()
    own = next((row["articles"] for row in rows if row["key"] == parameters["key"]), 0)
    of = max(of, own)
    ranked = sorted(
        (_ranked(row, own, of) for row in rows if row["key"] != parameters["key"]),
        key=lambda row: (-row["lift_lower_bound"], -row["articles"], row["key"]),
    )[:limit]
    return Companions(_with_evidence(connection, table, ranked, parameters), own, of)


def _month(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(month: datetime) -> datetime:
    if month.month < 12:
        return month.replace(month=month.month + 1)
    return month.replace(year=month.year + 1, month=1) if month.year < 9999 else LAST


def _range(begin: datetime, end: datetime) -> _Range:
    first = begin if begin == _month(begin) else _next_month(_month(begin))
    last = LAST if end >= LAST else _month(end)
    if first >= last:
        return _Range((begin, end), date.min, date.min, [(begin, end)])
    edges = [(begin, first)] if begin < first else []
    edges += [(last, end)] if last < end else []
    return _Range((begin, end), first.date(), date.max if last == LAST else last.date(), edges)


def _ranked(row: DictRow, own: int, of: int) -> dict[str, Any]:
    """A companion with its lift. Articles that only this reader sees are in no base: it is raised to what was seen."""
    base = max(row["base"] or 0, row["articles"]) / of
    share = row["articles"] / own
    bound = wilson_lower_bound(row["articles"], own)
    return {**row, "lift": round(share / base, 4), "lift_lower_bound": round(bound / base, 4)}


# All articles of the months that the range touches, as every article has one outlet.
_ALL: LiteralString = """
    select coalesce(sum(p.articles), 0)::bigint as articles
    from outlets o join entity_pairs p on p.a = 3 * o.id and p.b = p.a
    where p.month >= %(touched)s and p.month < %(end)s at time zone 'UTC'"""


def _counts(table: str, embargoes_of: Sequence[str] | None) -> LiteralString:
    """The statement that counts each companion and the entity itself."""
    return f"""
        with live as materialized ({_live(table, embargoes_of)}),
        occurring as ({_OCCURRING}),
        months as ({_MONTHS}),
        counted as materialized (
            select key, sum(articles)::bigint as articles, sum(sentences)::bigint as sentences,
                min(month) as first, max(month) as last, max(month) filter (where sentences > 0) as close
            from months
            group by key
            having key = %(key)s or (sum(articles) >= %(least)s and mod(key, 3) = any(%(nouns)s))
        )
        select c.*, (
            select sum(p.articles)::bigint from entity_pairs p
            where p.a = c.key and p.b = c.key
                and p.month >= %(touched)s and p.month < %(end)s at time zone 'UTC'
        ) as base
        from counted c
        where key = %(key)s or mod(key, 3) = 0
            or mod(key, 3) = 1 and exists (select from tags n where n.id = key / 3 and confirmed)
            or mod(key, 3) = 2 and exists (select from people n where n.id = key / 3 and confirmed)"""


def _live(table: str, embargoes_of: Sequence[str] | None) -> LiteralString:
    """The articles of the entity that are not counted by whole months."""
    links = _LINKS[table]
    visible: LiteralString = f"""
            select a.id, a.outlet_id, a.published_at, l.sentences
            from unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) as span (begins, ends)
            join {links} l on l.id = %(id)s and l.published_at >= span.begins and l.published_at < span.ends
            join articles a on a.id = l.article_id and a.visible"""
    if embargoes_of is not None and not embargoes_of:
        return visible
    source = EMBARGOED if embargoes_of is None else EMBARGOED_OF
    return f"""{visible}
            union all
            select a.id, a.outlet_id, a.published_at, l.sentences
            from {source} join {links} l on l.article_id = a.id
            where l.id = %(id)s and a.published_at >= %(begin)s and a.published_at < %(end)s"""


# The entities of these articles.
_OCCURRING: LiteralString = """
            select e.key, live.published_at, live.sentences && e.sentences as close,
                count(*) over (partition by live.id) as together
            from live cross join lateral (
                select live.outlet_id * 3 as key, '{}'::int[] as sentences
                union all select tag_id * 3 + 1, sentences from article_tags where article_id = live.id
                union all select person_id * 3 + 2, sentences from article_people where article_id = live.id
            ) as e"""
_MONTHS: LiteralString = """
            select b as key, month, articles, sentences from entity_pairs
            where a = %(key)s and month >= %(first)s and month < %(last)s
            union all
            select a, month, articles, sentences from entity_pairs
            where b = %(key)s and a < %(key)s and month >= %(first)s and month < %(last)s
            union all
            select key, date_trunc('month', published_at at time zone 'UTC')::date, count(*),
                count(*) filter (where close)
            from occurring where together <= %(most)s
            group by 1, 2"""


def _with_evidence(
    connection: Connection, table: str, ranked: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The companions with their names, dates and evidence."""
    found: dict[int, DictRow] = {}
    for noun in NOUNS:
        rows = [row for row in ranked if row["key"] % 3 == PAIR_KEYS[noun]]
        if rows:
            details = connection.execute(
                _evidence(table, noun), {**parameters, **_columns(rows), "characters": QUOTED_FROM}, prepare=False
            ).fetchall()
            found |= {row["key"]: row for row in details}
    return [_entry(row, found[row["key"]]) for row in ranked if row["key"] in found]


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {
        "keys": [row["key"] for row in rows],
        "firsts": [row["first"] for row in rows],
        "lasts": [row["last"] for row in rows],
        "closes": [row["close"] or row["last"] for row in rows],
    }


def _entry(row: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    article: UUID = details["article"]
    return {
        "type": details["type"],
        "slug": details["slug"],
        "name": details["name"],
        "articles": row["articles"],
        "sentences": row["sentences"],
        "lift": row["lift"],
        "lift_lower_bound": row["lift_lower_bound"],
        "first_published_at": details["first"],
        "last_published_at": details["last"],
        "evidence": {
            "article": {"id": article, "headline": details["headline"], "published_at": details["published_at"]},
            "sentence": quote((details["headline"], details["standfirst"], details["body"]), details["sentence"]),
        },
    }


def _evidence(table: str, noun: str) -> LiteralString:
    """The statement that reads the dates and the newest article of companions, by the months that have them."""
    names: Mapping[str, LiteralString] = {
        "outlets": "select 'outlet' as type, id, slug, name from outlets",
        "tags": "select 'tag' as type, id, slug, name from tags",
        "people": "select 'person' as type, id, slug, name from people",
    }
    common: LiteralString = f"""
        from {_LINKS[table]} l
        join {_LINKS[noun]} m on m.article_id = l.article_id and m.id = n.id
        join articles a on a.id = l.article_id
        where l.id = %(id)s and {STILL_VISIBLE}
            and a.published_at >= %(begin)s and a.published_at < %(end)s"""
    return f"""
        select c.key, n.type, n.slug, n.name, first.published_at as first, last.published_at as last,
            e.id as article, e.published_at, e.headline, e.standfirst, left(e.body, %(characters)s) as body, e.sentence
        from unnest(%(keys)s::int[], %(firsts)s::date[], %(lasts)s::date[], %(closes)s::date[])
            as c (key, first, last, close)
        join ({names[noun]}) as n on n.id = c.key / 3
        cross join lateral (
            select a.published_at {common} and {_within("c.first")} order by a.published_at limit 1
        ) as first
        cross join lateral (
            select a.published_at {common} and {_within("c.last")} order by a.published_at desc limit 1
        ) as last
        cross join lateral (
            select a.id, a.published_at, a.headline, a.standfirst, a.body, coalesce(
                (select min(number) from unnest(l.sentences) as number where number = any(m.sentences)),
                m.sentences[1], l.sentences[1]
            ) as sentence
            {common} and {_within("c.close")}
            order by l.sentences && m.sentences desc, a.published_at desc, a.id
            limit 1
        ) as e"""


def _within(month: LiteralString) -> LiteralString:
    """The condition that a link is of an article of this month."""
    return f"""l.published_at >= {month}::timestamp at time zone 'UTC'
                and l.published_at < ({month} + interval '1 month') at time zone 'UTC'"""


def span_of(query: Mapping[str, Any]) -> Span:
    """The range of time of a query with ``from`` and ``to``."""
    return query.get("from", FIRST), query.get("to", LAST)
