"""Facets: the newest articles of a list, counted by the values of their fields."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, LiteralString, cast
from zoneinfo import ZoneInfo

from psycopg import Cursor
from psycopg.rows import DictRow

from api.postgres.connection import Connection, in_pipeline
from api.retrieval.access_path import ARTICLES
from api.retrieval.newest import newest_matches
from api.retrieval.plan import Plan, order_by, resolve, resolved
from api.retrieval.select import Order, Selection
from api.text.language import english_name

COUNTED_AT_MOST = 2_000
SHOWN_AT_MOST = 50

# The filters that each facet ignores: those that select among its own values.
OWN: Mapping[str, tuple[str, ...]] = {
    "outlet": ("outlet",), "section": ("section",), "tag": ("tag",), "person": ("person",),
    "language": ("language",), "credit": ("credit",), "year": ("from", "to", "year"), "month": ("from", "to", "month"),
}  # fmt: skip
# How many characters of a date are its year, and its month.
PERIODS = {"year": 4, "month": 7}

# Facets of entities: their table, its condition for those that slugs stand for, their noun, and their ids by article.
# They are counted by id before they are joined to names: there are fewer entities than links.
_ENTITIES: Mapping[LiteralString, tuple[LiteralString, LiteralString, LiteralString, LiteralString]] = {
    "outlet": ("outlets", "true", "outlet", "select outlet_id as id from newest"),
    "tag": (
        "tags",
        "merged_into is null",
        "tag",
        "select tag_id as id from newest cross join lateral"
        " (select tag_id from article_tags where article_id = newest.id offset 0) as l",
    ),
    "person": (
        "people",
        "merged_into is null",
        "person",
        "select person_id as id from newest cross join lateral"
        " (select person_id from article_people where article_id = newest.id offset 0) as l",
    ),
}
_TEXTS: tuple[LiteralString, ...] = ("section", "language", "credit")
_NO_VALUES: LiteralString = "select null, null, null, null, 0, false where false"
# The articles with these ids, each fetched by its id.
_FOUND: LiteralString = (
    "unnest(%(found)s::uuid[]) as found (id)"
    " cross join lateral (select * from articles where id = found.id offset 0) as a"
)


@dataclass(frozen=True)
class _Matched:
    """The articles to count, the newest first; not ``complete`` if others match as well, however few these are."""

    selection: Selection
    order: Order
    complete: bool = True


def count(
    connection: Connection, plan: Plan, names: Sequence[str], tz: str, fixed_filters: Collection[str]
) -> dict[str, dict[str, Any]]:
    """These facets of a plan's public articles, each counted without the facet's own filters.

    Each facet lists the values that its filter selects, even if they have no articles.
    Filters in ``fixed_filters`` apply to every facet. Facets that ignore the same filters share one statement. Raises
    OverflowError when a date in the time zone ``tz`` is outside the years 1 to 9999.
    """
    plan = resolved(connection, plan, "newest").public
    chosen = {
        name: [value for own in (name, f"{name}_all") for value in cast("Iterable[str]", plan.filters.get(own, ()))]
        for name in OWN
    }
    sets: dict[frozenset[str], list[str]] = {}
    for name in names:
        ignored = frozenset(own for own in OWN[name] if own in plan.filters and own not in fixed_filters)
        sets.setdefault(ignored, []).append(name)
    matched = [_matched(connection, _without(connection, plan, ignored)) for ignored in sets]
    with in_pipeline(connection):
        cursors = [
            _execute(connection, articles, together, chosen)
            for articles, together in zip(matched, sets.values(), strict=True)
        ]
    counts: dict[str, dict[str, Any]] = {}
    for articles, together, cursor in zip(matched, sets.values(), cursors, strict=True):
        counts |= _facets(together, cursor.fetchall(), articles.complete, ZoneInfo(tz), chosen)
    return {name: counts[name] for name in names}


def _without(connection: Connection, plan: Plan, names: Collection[str]) -> Plan:
    """The plan without these filters; one that is empty may not be without them."""
    if not names:
        return plan
    if not plan.empty:
        return plan.without(names)
    others = {name: value for name, value in plan.filters.items() if name not in names}
    return replace(resolve(connection, others, "newest"), collapse=plan.collapse)


def _matched(connection: Connection, plan: Plan) -> _Matched:
    order = order_by("newest", linked=False)
    if plan.empty:
        return _Matched(Selection("", ARTICLES, ("false",)), order)
    if plan.tsquery is None:
        return _Matched(*plan.select("newest"))
    found = newest_matches(connection, plan, COUNTED_AT_MOST + 1)
    return _Matched(Selection("", _FOUND, ("a.visible",), {"found": found.ids}), order, found.complete)


def _execute(
    connection: Connection, articles: _Matched, names: Sequence[str], chosen: Mapping[str, list[str]]
) -> Cursor[DictRow]:
    matched = replace(articles.selection, columns="a.id, a.published_at, a.outlet_id, a.section, a.language, a.credit")
    parts: list[LiteralString] = [_counted_entities(facet) for facet in _ENTITIES if facet in names]
    parts.extend(_counted_texts(facet) for facet in _TEXTS if facet in names)
    values: LiteralString = " union all ".join(parts or [_NO_VALUES])
    moments = "null" if PERIODS.keys().isdisjoint(names) else "(select array_agg(published_at) from newest)"
    statement: LiteralString = f"""
        with matched as materialized ({matched.first(articles.order, "%(most)s + 1")}),
            newest as materialized (select * from matched order by published_at desc, id desc limit %(most)s),
            counted (facet, value, name, sort_key, count, chosen) as ({values}),
            ranked as (
                select *, count(*) filter (where count > 0) over (partition by facet) as of_all,
                    row_number() over (partition by facet order by count desc, sort_key collate "C", value) as rank
                from counted
            )
        select null as facet, null as value, null as name, null as sort_key, count(*), 0 as of_all,
            {moments}::timestamptz[] as moments
        from matched
        union all
        select facet, value, name, sort_key, count, of_all, null from ranked where rank <= %(shown)s or chosen"""
    parameters = {**matched.parameters, **{f"chosen_{name}": values for name, values in chosen.items()}}
    return connection.execute(statement, {**parameters, "most": COUNTED_AT_MOST, "shown": SHOWN_AT_MOST}, prepare=False)


def _counted_entities(facet: LiteralString) -> LiteralString:
    """The values of a facet of entities; a chosen slug that is unknown is its own name."""
    table, condition, noun, ids = _ENTITIES[facet]
    return f"""
        select '{facet}', coalesce(n.slug, unknown), coalesce(n.name, unknown), coalesce(n.folded, unknown),
            count, chosen
        from (
            select id, unknown, sum(count)::bigint as count, bool_or(chosen) as chosen
            from (
                select id, null as unknown, count(*) as count, false as chosen from ({ids}) as ids group by id
                union all
                select id, case when id is null then slug end, 0, true
                from (
                    select slug, coalesce(
                        (select id from {table} where slug = given.slug and {condition}),
                        (select id from slugs_retired where noun = '{noun}' and slug = given.slug)
                    ) as id
                    from unnest(%(chosen_{facet})s::text[]) as given (slug)
                ) as given
            ) as values
            group by id, unknown
        ) as c left join {table} n using (id)"""


def _counted_texts(facet: LiteralString) -> LiteralString:
    return f"""
        select '{facet}', {facet}, {facet}, {facet}, sum(count)::bigint, bool_or(chosen)
        from (
            select {facet}, count(*) as count, false as chosen from newest where {facet} is not null group by {facet}
            union all select *, 0, true from unnest(%(chosen_{facet})s::text[])
        ) as values ({facet}, count, chosen)
        group by {facet}"""


def _facets(
    names: Sequence[str], rows: Sequence[DictRow], complete: bool, zone: ZoneInfo, chosen: Mapping[str, list[str]]
) -> dict[str, dict[str, Any]]:
    [whole] = (row for row in rows if row["facet"] is None)
    extent = {
        "of": min(whole["count"], COUNTED_AT_MOST),
        "complete": complete and whole["count"] <= COUNTED_AT_MOST,
    }
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        if name in PERIODS:
            values = _periods(PERIODS[name], whole["moments"] or [], zone, chosen[name])
        else:
            values = _values([row for row in rows if row["facet"] == name])
        found[name] = {**values, **extent}
    return found


def _values(counted: list[DictRow]) -> dict[str, Any]:
    """The values with the most articles first."""
    for row in counted:
        if row["facet"] == "language":
            row["name"] = english_name(row["value"])
            row["sort_key"] = row["name"]
    counted.sort(key=lambda row: (-row["count"], row["sort_key"], row["value"]))
    values = [{name: row[name] for name in ("value", "name", "count")} for row in counted]
    return {"values": values, "distinct": counted[0]["of_all"] if counted else 0}


def _periods(length: int, moments: Sequence[datetime], zone: ZoneInfo, chosen: Sequence[str]) -> dict[str, Any]:
    """The latest months or years of these moments, and those that are chosen, in order of time."""
    counts = Counter(moment.astimezone(zone).isoformat()[:length] for moment in moments)
    shown = sorted({*sorted(counts)[-SHOWN_AT_MOST:], *chosen})
    return {"values": [{"value": text, "name": text, "count": counts[text]} for text in shown], "distinct": len(counts)}
