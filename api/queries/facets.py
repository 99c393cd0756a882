"""Facets: the newest articles of a list, counted by the values of their fields."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from psycopg import Cursor
from psycopg.rows import DictRow

from api.postgres.connection import Connection, in_pipeline
from api.retrieval.plan import Plan, resolve, resolved

COUNTED_AT_MOST = 2_000
SHOWN_AT_MOST = 50

# The filters that each facet ignores: those that select among its own values.
OWN: Mapping[str, tuple[str, ...]] = {
    "outlet": ("outlet",), "section": ("section",), "tag": ("tag",), "person": ("person",),
    "language": ("language",), "credit": ("credit",), "year": ("from", "to"), "month": ("from", "to"),
}  # fmt: skip
# How many characters of a date are its year, and its month.
PERIODS = {"year": 4, "month": 7}

# Counted by id before they are joined to names: there are fewer entities than links.
_ENTITIES: Mapping[LiteralString, LiteralString] = {
    "outlet": "from (select outlet_id as id, count(*) from newest group by 1) as c join outlets n using (id)",
    "tag": "from (select tag_id as id, count(*) from newest cross join lateral"
    " (select tag_id from article_tags where article_id = newest.id offset 0) as l group by 1) as c"
    " join tags n using (id)",
    "person": "from (select person_id as id, count(*) from newest cross join lateral"
    " (select person_id from article_people where article_id = newest.id offset 0) as l group by 1) as c"
    " join people n using (id)",
}
_TEXTS: tuple[LiteralString, ...] = ("section", "language", "credit")


def count(
    connection: Connection, plan: Plan, names: Sequence[str], tz: str, fixed_filters: Collection[str]
) -> dict[str, dict[str, Any]]:
    """These facets of a plan's public articles, each counted without the facet's own filters.

    Filters in ``fixed_filters`` apply to every facet. Facets that ignore the same filters share one statement. Raises
    OverflowError when a date in the time zone ``tz`` is outside the years 1 to 9999.
    """
    plan = resolved(connection, plan, "newest").public
    sets: dict[frozenset[str], list[str]] = {}
    for name in names:
        ignored = frozenset(own for own in OWN[name] if own in plan.filters and own not in fixed_filters)
        sets.setdefault(ignored, []).append(name)
    counting: list[tuple[list[str], Cursor[DictRow] | None]] = []
    with in_pipeline(connection):
        for ignored, together in sets.items():
            widened = _without(connection, plan, ignored)
            counting.append((together, None if widened.empty else _execute(connection, widened, together)))
    counts: dict[str, dict[str, Any]] = {}
    for together, cursor in counting:
        counts |= _facets(together, cursor.fetchall() if cursor else [], ZoneInfo(tz))
    return {name: counts[name] for name in names}


def _without(connection: Connection, plan: Plan, names: Collection[str]) -> Plan:
    """The plan without these filters; one that is empty may not be without them."""
    if not names:
        return plan
    if not plan.empty:
        return plan.without(names)
    others = {name: value for name, value in plan.filters.items() if name not in names}
    return resolve(connection, others, "newest")


def _execute(connection: Connection, plan: Plan, names: Sequence[str]) -> Cursor[DictRow]:
    selection, newest = plan.select("newest")
    matched = replace(selection, columns="a.id, a.published_at, a.outlet_id, a.section, a.language, a.credit")
    parts: list[LiteralString] = [
        "select null::text, null::text, null::text, null::text, count(*), 0::bigint, null::timestamptz[] from matched"
    ]
    parts.extend(
        f"(select '{facet}', n.slug, n.name, n.folded, c.count, count(*) over (), null {counts}"
        " order by c.count desc, n.folded, n.slug limit %(shown)s)"
        for facet, counts in _ENTITIES.items()
        if facet in names
    )
    parts.extend(
        f"(select '{facet}', {facet}, {facet}, {facet}, count(*), count(*) over (), null from newest"
        f" where {facet} is not null group by {facet}"
        f' order by count(*) desc, {facet} collate "C" limit %(shown)s)'
        for facet in _TEXTS
        if facet in names
    )
    if not PERIODS.keys().isdisjoint(names):
        parts.append("select 'moments', null, null, null, 0, 0, array_agg(published_at) from newest")
    union = " union all ".join(parts)
    statement: LiteralString = f"""
        with matched as materialized ({matched.first(newest, "%(most)s + 1")}),
            newest as materialized (select * from matched order by published_at desc, id desc limit %(most)s)
        select * from ({union}) as counted
            (facet, value, name, sort_key, count, of_all, moments)"""
    return connection.execute(
        statement, {**matched.parameters, "most": COUNTED_AT_MOST, "shown": SHOWN_AT_MOST}, prepare=False
    )


def _facets(names: Sequence[str], rows: Sequence[DictRow], zone: ZoneInfo) -> dict[str, dict[str, Any]]:
    matched = next((row["count"] for row in rows if row["facet"] is None), 0)
    moments = next((row["moments"] or [] for row in rows if row["facet"] == "moments"), [])
    extent = {"of": min(matched, COUNTED_AT_MOST), "complete": matched <= COUNTED_AT_MOST}
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        if name in PERIODS:
            counts = Counter(moment.astimezone(zone).isoformat()[: PERIODS[name]] for moment in moments)
            ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
            values = [{"value": text, "name": text, "count": count} for text, count in ordered]
            found[name] = {"values": values[:SHOWN_AT_MOST], "distinct": len(values), **extent}
        else:
            counted = [row for row in rows if row["facet"] == name]
            counted.sort(key=lambda row: (-row["count"], row["sort_key"], row["value"]))
            values = [{"value": row["value"], "name": row["name"], "count": row["count"]} for row in counted]
            found[name] = {"values": values, "distinct": counted[0]["of_all"] if counted else 0, **extent}
    return found
