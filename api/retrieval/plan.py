"""Filters as a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, LiteralString

from api.model.article import COLUMNS, HIGHLIGHTED, entry
from api.postgres.connection import Connection
from api.retrieval import access_path
from api.retrieval.access_path import ARTICLES, driven
from api.retrieval.cardinality import Known
from api.retrieval.filters import FILTERS
from api.retrieval.select import Order, Selection
from api.search import fulltext
from api.search.parser import Node
from api.search.tsquery import Asked, texts
from api.search.tsquery import asked as understood

# Embargoed articles are few, and only some keys see them; the index that has nothing else is how they are read.
EMBARGOED: LiteralString = (
    "(select * from articles where embargoed_until is not null and status = 'usable' offset 0) as a"
)


EMBARGOED_OF: LiteralString = """(
        select * from articles
        where embargoed_until is not null and status = 'usable'
            and outlet_id = any(array(select id from outlets where slug = any(%(alone)s))) offset 0
    ) as a"""


def asked(connection: Connection, q: Node) -> Asked:
    """A search in the languages of the archive."""
    parameters = {"terms": texts(q), "configurations": fulltext.CONFIGURATIONS_JSON}
    return understood(q, connection.execute(fulltext.TERMS, parameters).fetchall())


def selected(
    found: Known, query: str | None, sort: str, fields: Sequence[str] = (), alone: Sequence[str] | None = ()
) -> tuple[Selection, Order]:
    """The selection and order of a list, built without a database."""
    lists = {name: value for name in FILTERS if isinstance(value := found.filters.get(name), list) and value}
    driving = dict(lists)
    selection = driven(driving, found, sort)
    linked = selection.source != ARTICLES
    order = order_of(sort, linked)
    shown = columns(fields, order.names)
    selection = _narrowed(selection.where("a.visible"), found.filters, driving, query, linked=linked)
    if alone is not None and not alone:
        return replace(selection, columns=shown), order
    embargoed = Selection("a.*", EMBARGOED if alone is None else EMBARGOED_OF, parameters={"alone": alone})
    also = _narrowed(embargoed, found.filters, lists, query, whole=True)
    return replace(selection, columns=shown, also=also), order


@lru_cache(1_000)
def settled(name: str, sort: str, fields: tuple[str, ...] = ()) -> tuple[Selection, Order]:
    """The selection, without its parameters, and the order of a list that nothing has to be known of beforehand."""
    selection = access_path.settled(name).where("a.visible")
    order = order_of(sort, linked=selection.source != ARTICLES)
    return replace(selection, columns=columns(fields, order.names)), order


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
        selection = selection.where(fulltext.MATCHES, q=query)
    return selection


def order_of(sort: str, linked: bool) -> Order:
    if sort == "updated":
        return Order(("a.updated_at", "a.id"), ("updated_at", "id"), descending=True)
    columns: tuple[LiteralString, ...] = ("l.published_at", "l.article_id") if linked else ("a.published_at", "a.id")
    return Order(columns, ("published_at", "id"), descending=sort == "newest")


def columns(fields: Sequence[str], hidden: Sequence[str], highlights: bool = False) -> LiteralString:
    """The entry of each article, and what else is read to place it and to mark it."""
    others = ", ".join(COLUMNS[name] for name in (*hidden, *(HIGHLIGHTED if highlights else ())))
    # What is marked is put into the entry, for which it is read.
    return f"{entry(fields)}{'::text' if highlights else ''} as entry, {others}"
