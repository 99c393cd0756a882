"""Articles: a page of a list, one article, and one article as its outlet pushed it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg.rows import DictRow

from api.model.article import ALL, ETAG, PUSHED, TOMBSTONE
from api.postgres.connection import Connection, planned_once
from api.postgres.prepared import raw_json_cursor
from api.queries import explain
from api.queries.highlights import add_highlights, highlighted
from api.retrieval import by_relevance, by_time
from api.retrieval.access_path import FixedPath
from api.retrieval.keyset import Page, PageRequest, Ranking, empty_page, fetch, fetch_fixed, lacks_long_rows
from api.retrieval.plan import Columns, Plan, columns, fixed_selection, order_by, resolved
from api.retrieval.select import Order, within_page_bytes
from api.search.tsquery import Query

# The articles that were ranked a moment ago and are still visible to the request.
STILL_VISIBLE: LiteralString = """(
            a.visible or a.embargoed_until is not null and a.status = 'usable' and (
                %(embargoes_of)s::text[] is null
                or a.outlet_id = any(array(select id from outlets where slug = any(%(embargoes_of)s)))
            )
        )"""


def page(
    connection: Connection,
    plan: Plan,
    sort: str,
    request: PageRequest,
    fields: Sequence[str] = (),
    *,
    highlights: bool = False,
    explained: bool = False,
) -> Page:
    """A page of a plan's articles as JSON, whole or with ``fields`` only.

    ``highlights`` adds the matches of the search to each article, ``explained`` how the search was understood.
    """
    if plan.fixed:
        found = _with_entries(_fixed_page(connection, plan.fixed, sort, request, fields))
        if found.rows or not plan.filters:
            return found
        # The filter may be the name of a tag or person.
        plan = resolved(connection, plan, sort)
    explanation = explain.query(connection, plan.query) if plan.query and explained else None
    if plan.empty:
        ranking = Ranking(0, True) if sort == "relevance" else None
        return replace(empty_page(request), ranking=ranking, explanation=explanation)
    searched = highlighted(request.limit) if highlights else None
    if plan.query and sort == "relevance":
        shown = columns(fields, ("id",), searched, copies=plan.collapse)
        found = _ranked_page(connection, plan, plan.query, request, shown, explanation)
    elif plan.query:
        shown = columns(fields, order_by(sort, linked=False).names, searched, copies=plan.collapse)
        found = by_time.page(connection, plan, sort, request, shown)
    else:
        found = _filtered_page(connection, plan, sort, request, fields)
    if searched and plan.query:
        add_highlights(connection, found.rows, plan.query, searched)
    return replace(_with_entries(found), explanation=explanation)


def _fixed_page(
    connection: Connection, fixed: FixedPath, sort: str, request: PageRequest, fields: Sequence[str]
) -> Page:
    selection, order = fixed_selection(fixed.name, sort, tuple(fields))
    return fetch_fixed(connection, selection, order, fixed.parameters, request)


def _filtered_page(connection: Connection, plan: Plan, sort: str, request: PageRequest, fields: Sequence[str]) -> Page:
    selection, order = plan.select(sort, fields)
    # The number of articles is the same in any order, and more filters have an index in the order of publication.
    counted = (selection, order) if selection.materialized else plan.select("newest")
    return fetch(connection, selection, order, request, counted=counted)


def _ranked_page(
    connection: Connection,
    plan: Plan,
    query: Query,
    request: PageRequest,
    columns: Columns,
    explanation: dict[str, Any] | None,
) -> Page:
    found, scorer = by_relevance.page(connection, plan, query, request)
    keys = found.rows[::-1] if request.backward else found.rows
    ids = [key[3] for key in keys]
    rows = _visible(connection, ids, columns, plan.embargoes_of)
    if rows and len(rows) < rows[0]["available"]:
        last = keys[rows[-1]["number"] - 1]
        found = replace(found, cut=True, **{"prev" if request.backward else "next": last})
    if request.backward:
        rows.reverse()
    if explanation is not None:
        shown = [ids[row["number"] - 1] for row in rows]
        explanation["scores"] = explain.scores(connection, query, scorer, shown)
    return replace(found, rows=rows)


def _visible(
    connection: Connection, ids: Sequence[UUID], columns: Columns, embargoes_of: Sequence[str] | None
) -> list[DictRow]:
    """The articles with these ids that are visible, in this order, as far as their texts fit into a page."""
    visible: LiteralString = f"""
        select a.*, number
        from unnest(%(articles)s::uuid[]) with ordinality as ranked (id, number)
        cross join lateral (select * from articles where id = ranked.id offset 0) as a
        where {STILL_VISIBLE}"""
    guarded: LiteralString = f"select {columns.guarded}, number, 0 as available from ({visible}) as a order by number"
    sized = within_page_bytes(visible, f"{columns.sql}, a.number", columns.size or "0", _RANKED)
    parameters = {
        "articles": ids,
        "embargoes_of": None if embargoes_of is None else list(embargoes_of),
        **columns.parameters,
    }
    rows = raw_json_cursor(connection).execute(guarded, parameters).fetchall()
    return raw_json_cursor(connection).execute(sized, parameters).fetchall() if lacks_long_rows(rows) else rows


_RANKED = Order(("a.number",), ("number",))


def _with_entries(found: Page) -> Page:
    """The page with the JSON of its articles as rows."""
    return replace(found, rows=[_entry(row) for row in found.rows])


def _entry(row: Mapping[str, Any]) -> orjson.Fragment:
    if "highlights" not in row:
        return row["entry"]
    return orjson.Fragment(f'{row["entry"][:-1]},"highlights":{orjson.dumps(row["highlights"]).decode()}}}')


def one(connection: Connection, article: UUID) -> DictRow | None:
    """The whole article, visible or not, with its entity tag as ``etag``.

    ``visible`` says whether everyone may see it, ``was_visible`` whether everyone ever could, ``owner`` is the slug of
    its outlet, ``withdrawn`` its tombstone.
    """
    statement: LiteralString = f"""
        select {ALL}, a.visible, a.was_visible, {ETAG} as etag, {TOMBSTONE} as withdrawn,
            (select slug from outlets where id = a.outlet_id) as owner
        from articles a where a.id = %(article)s"""
    return next(iter(planned_once(connection, statement, {"article": article})), None)


def pushed(connection: Connection, article: UUID) -> DictRow | None:
    """The article as its outlet last pushed it: the fields of a push, without tags and people found in the text.

    ``known`` says whether others than its outlet know that it exists.
    """
    return connection.execute(
        f"""
        select o.slug as outlet, a.external_id, a.url, a.headline, a.standfirst, a.body, a.body_html, a.byline,
            a.credit, a.section, a.language, a.image, a.published_at, a.embargoed_until, a.source_version,
            a.was_visible and a.embargoed_until is null as known,
            {PUSHED}
        from articles a join outlets o on o.id = a.outlet_id
        where a.id = %(article)s
        """,
        {"article": article},
    ).fetchone()
