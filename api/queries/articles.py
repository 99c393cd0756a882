"""Reading articles: every filter is one line of FILTERS."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, LiteralString, cast
from uuid import UUID

import orjson
from psycopg.rows import DictRow

from api.model.article import ALL, ETAG, TOMBSTONE
from api.postgres.connection import Connection, planned_once
from api.postgres.prepared import unread
from api.queries import explain as explanations
from api.queries.highlights import highlight
from api.retrieval import by_relevance, by_time
from api.retrieval.access_path import walked_anyway
from api.retrieval.cardinality import known
from api.retrieval.keyset import Page, Ranked, Wanted, empty, fetch, fetch_settled
from api.retrieval.plan import asked, selected, settled
from api.retrieval.plan import columns as _columns
from api.retrieval.plan import order_of as _order
from api.search.parser import Node

# Of articles that were found a moment ago, those that are still to be seen.
STILL_SEEN: LiteralString = """(
            a.visible or a.embargoed_until is not null and a.status = 'usable' and (
                %(alone)s::text[] is null
                or a.outlet_id = any(array(select id from outlets where slug = any(%(alone)s)))
            )
        )"""


def page(
    connection: Connection,
    filters: Mapping[str, object],
    sort: str,
    wanted: Wanted,
    fields: Sequence[str] = (),
    *,
    alone: Sequence[str] | None = (),
    highlights: bool = False,
    explain: bool = False,
) -> Page:
    """Articles that pass every filter, whole or with ``fields`` only: those that everyone sees, and embargoed ones of
    the outlets ``alone`` (slugs; None for all).

    ``filters`` has lists for FILTERS (entities by slug), times for from, to and updated_since, and for q what
    ``api.search.parser.parse`` made of it.
    ``highlights`` marks what the search found in them, ``explain`` tells how the search was understood.
    """
    if alone is not None and not alone and (anyway := walked_anyway(filters, sort)):
        name, parameters = anyway
        return _entries(fetch_settled(connection, *settled(name, sort, tuple(fields)), parameters, wanted))
    question = asked(connection, cast("Node", filters["q"])) if "q" in filters else None
    query = question.tsquery if question else None
    explanation = explanations.words(connection, question) if question and explain else None
    is_ranked = sort == "relevance"
    known_of = None if question and query is None else known(connection, filters, query, sort)
    if known_of is None:
        return replace(empty(wanted), ranked=Ranked(0, True) if is_ranked else None, explained=explanation)
    select = partial(selected, alone=alone)
    if question and query is not None and is_ranked:
        found, scale = by_relevance.page(connection, select, known_of, question, query, wanted)
        if explanation:
            ids = [row["id"] for row in found.rows]
            explanation["scores"] = explanations.scores(connection, question.wanted, scale, ids)
        columns = _columns(fields, ("id",), highlights)
        found = replace(found, rows=_still_seen(connection, found.rows, columns, alone))
    elif query is not None:
        columns = _columns(fields, _order(sort, False).names, highlights)
        found = by_time.page(connection, select, known_of, query, sort, wanted, columns)
    else:
        selection, order = selected(known_of, query, sort, fields, alone)
        # How many there are is the same in any order, and sooner found in the one that has more indexes.
        counted = (selection, order) if selection.gathered else selected(known_of, query, "newest", alone=alone)
        found = fetch(connection, selection, order, wanted, counted=counted)
    if highlights and question:
        highlight(connection, found.rows, question)
    return replace(_entries(found), explained=explanation)


def _entries(found: Page) -> Page:
    """The page with its articles as they are sent."""
    return replace(found, rows=[_entry(row) for row in found.rows])


def _entry(row: DictRow) -> orjson.Fragment:
    if "highlights" not in row:
        return row["entry"]
    return orjson.Fragment(f'{row["entry"][:-1]},"highlights":{orjson.dumps(row["highlights"]).decode()}}}')


def _still_seen(
    connection: Connection, found: Sequence[Mapping[str, Any]], columns: LiteralString, alone: Sequence[str] | None
) -> list[DictRow]:
    statement: LiteralString = f"""
        select {columns}
        from unnest(%(articles)s::uuid[]) with ordinality as wanted (id, number)
        cross join lateral (select * from articles where id = wanted.id offset 0) as a
        where {STILL_SEEN} order by wanted.number"""
    parameters = {"articles": [row["id"] for row in found], "alone": None if alone is None else list(alone)}
    return unread(connection).execute(statement, parameters).fetchall()


def one(connection: Connection, article: UUID) -> DictRow | None:
    """The whole article with its entity tag (``etag``, entities' copies included), whoever may see it.

    ``visible`` says whether everyone may, ``owner`` is the slug of its outlet, ``withdrawn`` what a tombstone shows.
    """
    statement: LiteralString = f"""
        select {ALL}, a.visible, {ETAG} as etag, (select slug from outlets where id = a.outlet_id) as owner,
            {TOMBSTONE} as withdrawn
        from articles a where a.id = %(article)s"""
    return next(iter(planned_once(connection, statement, {"article": article})), None)


def pushed(connection: Connection, article: UUID) -> DictRow | None:
    """The article as its outlet last pushed it: the fields of a push, without the tags and people found in the text.

    ``known`` says whether others than its outlet know of it.
    """
    return connection.execute(
        """
        select o.slug as outlet, a.external_id, a.url, a.headline, a.standfirst, a.body, a.body_html, a.byline,
            a.credit, a.section, a.language, a.image, a.published_at, a.embargoed_until, a.source_version,
            a.visible or (a.status <> 'usable' and a.embargoed_until is null) as known,
            array(select slug from article_tags join tags on tags.id = tag_id
                where article_id = a.id and origin = 'push' order by slug) as tags,
            array(select slug from article_people join people on people.id = person_id
                where article_id = a.id and origin = 'push' order by slug) as people
        from articles a join outlets o on o.id = a.outlet_id
        where a.id = %(article)s
        """,
        {"article": article},
    ).fetchone()
