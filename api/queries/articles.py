"""Reading articles: every filter is one line of FILTERS."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, LiteralString, cast
from uuid import UUID

import orjson
from psycopg.rows import DictRow

from api import search
from api.article import ALL, COLUMNS, ETAG, TOMBSTONE, entry
from api.asked import Asked, texts
from api.asked import asked as understood
from api.database import Connection
from api.prepared import planned_once, unread
from api.queries import explaining, relevance, searching, walks
from api.queries.frequencies import Known, known
from api.queries.highlights import FIELDS, highlight
from api.queries.pages import Page, Ranked, Wanted, empty, fetch, fetch_settled
from api.queries.walks import ARTICLES, driven, walked_anyway
from api.query import Node
from api.selection import Order, Selection

# Embargoed articles are few, and only some keys see them; the index that has nothing else is how they are read.
EMBARGOED: LiteralString = (
    "(select * from articles where embargoed_until is not null and status = 'usable' offset 0) as a"
)
EMBARGOED_OF: LiteralString = """(
        select * from articles
        where embargoed_until is not null and status = 'usable'
            and outlet_id = any(array(select id from outlets where slug = any(%(alone)s))) offset 0
    ) as a"""
# Of articles that were found a moment ago, those that are still to be seen.
STILL_SEEN: LiteralString = """(
            a.visible or a.embargoed_until is not null and a.status = 'usable' and (
                %(alone)s::text[] is null
                or a.outlet_id = any(array(select id from outlets where slug = any(%(alone)s)))
            )
        )"""

# One value is compared by =, so that the index on it gives the order as well; several by = any(). Nouns come as ids,
# with which the planner knows how frequent they are. An offset keeps what is not to be from being read as a whole.
FILTERS: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "tag": (
        "exists (select from article_tags t where t.article_id = a.id and t.tag_id = %(tag)s)",
        "exists (select from article_tags t where t.article_id = a.id and t.tag_id = any(%(tag)s))",
    ),
    "tag_all": (
        "exists (select from article_tags t where t.article_id = a.id and t.tag_id = %(tag_all)s)",
        "not exists (select from unnest(%(tag_all)s::int[]) as wanted (id) where not exists"
        " (select from article_tags t where t.article_id = a.id and t.tag_id = wanted.id) offset 0)",
    ),
    "tag_not": (
        "not exists (select from article_tags t where t.article_id = a.id and t.tag_id = %(tag_not)s offset 0)",
        "not exists (select from article_tags t where t.article_id = a.id and t.tag_id = any(%(tag_not)s) offset 0)",
    ),
    "person": (
        "exists (select from article_people t where t.article_id = a.id and t.person_id = %(person)s)",
        "exists (select from article_people t where t.article_id = a.id and t.person_id = any(%(person)s))",
    ),
    "person_all": (
        "exists (select from article_people t where t.article_id = a.id and t.person_id = %(person_all)s)",
        "not exists (select from unnest(%(person_all)s::int[]) as wanted (id) where not exists"
        " (select from article_people t where t.article_id = a.id and t.person_id = wanted.id) offset 0)",
    ),
    "person_not": (
        "not exists (select from article_people t where t.article_id = a.id and t.person_id = %(person_not)s offset 0)",
        "not exists (select from article_people t"
        " where t.article_id = a.id and t.person_id = any(%(person_not)s) offset 0)",
    ),
    "outlet": ("a.outlet_id = %(outlet)s", "a.outlet_id = any(%(outlet)s)"),
    "outlet_not": ("a.outlet_id <> %(outlet_not)s", "a.outlet_id <> all(%(outlet_not)s)"),
    "section": ("a.section = %(section)s", "a.section = any(%(section)s)"),
    "language": ("a.language = %(language)s", "a.language = any(%(language)s)"),
    "credit": ("a.credit = %(credit)s", "a.credit = any(%(credit)s)"),
    "byline": ("a.byline = %(byline)s", "a.byline = any(%(byline)s)"),
    "url": ("a.url = %(url)s", "a.url = any(%(url)s)"),
    "external_id": ("a.external_id = %(external_id)s", "a.external_id = any(%(external_id)s)"),
    "id": ("a.id = %(id)s", "a.id = any(%(id)s)"),
}


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

    ``filters`` has lists for FILTERS (nouns by slug), times for from, to and updated_since, and for q what
    ``api.query.parse`` made of it.
    ``highlights`` marks what the search found in them, ``explain`` tells how the search was understood.
    """
    if alone is not None and not alone and (anyway := walked_anyway(filters, sort)):
        name, parameters = anyway
        return _entries(fetch_settled(connection, *settled(name, sort, tuple(fields)), parameters, wanted))
    question = asked(connection, cast("Node", filters["q"])) if "q" in filters else None
    query = question.tsquery if question else None
    explanation = explaining.words(connection, question) if question and explain else None
    by_relevance = sort == "relevance"
    known_of = None if question and query is None else known(connection, filters, query, sort)
    if known_of is None:
        return replace(empty(wanted), ranked=Ranked(0, True) if by_relevance else None, explained=explanation)
    select = partial(selected, alone=alone)
    if question and query is not None and by_relevance:
        found, scale = relevance.page(connection, select, known_of, question, query, wanted)
        if explanation:
            ids = [row["id"] for row in found.rows]
            explanation["scores"] = explaining.scores(connection, question.wanted, scale, ids)
        columns = _columns(fields, ("id",), highlights)
        found = replace(found, rows=_still_seen(connection, found.rows, columns, alone))
    elif query is not None:
        columns = _columns(fields, _order(sort, False).names, highlights)
        found = searching.page(connection, select, known_of, query, sort, wanted, columns)
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


def _columns(fields: Sequence[str], hidden: Sequence[str], highlights: bool = False) -> LiteralString:
    """The entry of each article, and what else is read to place it and to mark it."""
    others = ", ".join(COLUMNS[name] for name in (*hidden, *(FIELDS if highlights else ())))
    # What is marked is put into the entry, for which it is read.
    return f"{entry(fields)}{'::text' if highlights else ''} as entry, {others}"


def asked(connection: Connection, q: Node) -> Asked:
    """A search in the languages of the archive."""
    parameters = {"terms": texts(q), "configurations": search.CONFIGURATIONS_JSON}
    return understood(q, connection.execute(search.TERMS, parameters).fetchall())


@lru_cache(1_000)
def settled(name: str, sort: str, fields: tuple[str, ...] = ()) -> tuple[Selection, Order]:
    """The selection, without its parameters, and the order of a list that nothing has to be known of beforehand."""
    selection = walks.settled(name).where("a.visible")
    order = _order(sort, linked=selection.source != ARTICLES)
    return replace(selection, columns=_columns(fields, order.names)), order


def selected(
    found: Known, query: str | None, sort: str, fields: Sequence[str] = (), alone: Sequence[str] | None = ()
) -> tuple[Selection, Order]:
    """The selection and order of a list, built without a database."""
    lists = {name: value for name in FILTERS if isinstance(value := found.filters.get(name), list) and value}
    driving = dict(lists)
    selection = driven(driving, found, sort)
    linked = selection.source != ARTICLES
    order = _order(sort, linked)
    columns = _columns(fields, order.names)
    selection = _narrowed(selection.where("a.visible"), found.filters, driving, query, linked=linked)
    if alone is not None and not alone:
        return replace(selection, columns=columns), order
    embargoed = Selection("a.*", EMBARGOED if alone is None else EMBARGOED_OF, parameters={"alone": alone})
    also = _narrowed(embargoed, found.filters, lists, query, whole=True)
    return replace(selection, columns=columns, also=also), order


def _narrowed(
    selection: Selection,
    filters: Mapping[str, object],
    lists: Mapping[str, list[Any]],
    query: str | None,
    *,
    linked: bool = False,
    whole: bool = False,
) -> Selection:
    published: LiteralString = "l.published_at" if linked else "a.published_at"
    for name, values in lists.items():
        one, several = FILTERS[name]
        condition = several if len(values) > 1 else one
        if linked:
            # What is asked of links is asked before the article is fetched.
            condition = condition.replace("a.id", "l.article_id")
        if whole:
            # The walk has taken one of these, so there the name has the others.
            condition, name = condition.replace("_all)s", "_all_whole)s"), name.replace("_all", "_all_whole")
        selection = selection.where(condition, **{name: values if len(values) > 1 else values[0]})
    if "from" in filters:
        selection = selection.where(f"{published} >= %(from)s", **{"from": filters["from"]})
    if "to" in filters:
        selection = selection.where(f"{published} < %(to)s", to=filters["to"])
    if "updated_since" in filters:
        selection = selection.where("a.updated_at >= %(updated_since)s", updated_since=filters["updated_since"])
    if query is not None:
        selection = selection.where(search.MATCHES, q=query)
    return selection


def _order(sort: str, linked: bool) -> Order:
    if sort == "updated":
        return Order(("a.updated_at", "a.id"), ("updated_at", "id"), descending=True)
    columns: tuple[LiteralString, ...] = ("l.published_at", "l.article_id") if linked else ("a.published_at", "a.id")
    return Order(columns, ("published_at", "id"), descending=sort == "newest")


def one(connection: Connection, article: UUID) -> DictRow | None:
    """The whole article with its entity tag (``etag``, nouns' copies included), whoever may see it.

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
