"""Reading articles: every filter is one line of FILTERS."""

from collections.abc import Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api import search
from api.database import Connection
from api.queries.pages import FragmentLoader, Page, fetch
from api.selection import Order, Selection

COLUMNS: Mapping[str, LiteralString] = {
    "id": "a.id", "external_id": "a.external_id", "url": "a.url", "headline": "a.headline",
    "standfirst": "a.standfirst", "body": "a.body", "byline": "a.byline", "credit": "a.credit",
    "section": "a.section", "language": "a.language", "image": "a.image", "outlet": "a.outlet", "tags": "a.tags",
    "people": "a.people", "published_at": "a.published_at", "created_at": "a.created_at",
    "updated_at": "a.updated_at", "version": "a.version", "status": "a.status",
}  # fmt: skip
ALL: LiteralString = ", ".join(COLUMNS.values())
# What the order is by, whether a reader wants to see it or not.
PLACE = ("published_at", "id")

ETAG: LiteralString = """format('"%%s-%%s"', a.version,
    left(md5(concat(a.outlet, a.tags, a.people, a.status, a.updated_at)), 12))"""

ARTICLES: LiteralString = "articles a"

# One value is compared by =, so that the index on it gives the order as well; several by = any().
FILTERS: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "tag": (
        "exists (select from article_tags l where l.article_id = a.id"
        " and l.tag_id = (select id from tags where slug = %(tag)s))",
        "exists (select from article_tags l where l.article_id = a.id"
        " and l.tag_id = any(array(select id from tags where slug = any(%(tag)s))))",
    ),
    "person": (
        "exists (select from article_people l where l.article_id = a.id"
        " and l.person_id = (select id from people where slug = %(person)s))",
        "exists (select from article_people l where l.article_id = a.id"
        " and l.person_id = any(array(select id from people where slug = any(%(person)s))))",
    ),
    "outlet": (
        "a.outlet_id = (select id from outlets where slug = %(outlet)s)",
        "a.outlet_id = any(array(select id from outlets where slug = any(%(outlet)s)))",
    ),
    "section": ("a.section = %(section)s", "a.section = any(%(section)s)"),
    "language": ("a.language = %(language)s", "a.language = any(%(language)s)"),
    "credit": ("a.credit = %(credit)s", "a.credit = any(%(credit)s)"),
}

# A single tag or person is walked in the order of its own links: one index answers "newest of this tag".
WALKS: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "tag": (
        "article_tags l join articles a on a.id = l.article_id",
        "l.tag_id = (select id from tags where slug = %(tag)s)",
    ),
    "person": (
        "article_people l join articles a on a.id = l.article_id",
        "l.person_id = (select id from people where slug = %(person)s)",
    ),
}


def page(
    connection: Connection,
    filters: Mapping[str, object],
    sort: str,
    after: Sequence[object] | None,
    limit: int,
    fields: Sequence[str] = (),
) -> Page:
    """Visible articles that pass every filter, whole or with ``fields`` only.

    ``filters`` has lists for FILTERS, times for from and to, and what ``search.websearch`` made of q.
    """
    query = None
    if "q" in filters:
        query = parsed(connection, str(filters["q"]))
        if query is None:
            return Page([], None)
    selection, order = selected(filters, query, sort, fields)
    hidden = tuple(name for name in PLACE if fields and name not in fields)
    return fetch(connection, selection, order, after, limit, hidden=hidden)


def parsed(connection: Connection, q: str) -> str | None:
    """``search.websearch``'s ``q`` as a tsquery over all languages of the archive; None when it can match nothing."""
    parameters = {"q": q, "configurations": search.CONFIGURATIONS_JSON}
    row = connection.execute(search.QUERY, parameters).fetchone()
    return row["query"] if row else None


def selected(
    filters: Mapping[str, object], query: str | None, sort: str, fields: Sequence[str] = ()
) -> tuple[Selection, Order]:
    """The selection and order of a list, built without a database."""
    lists = {name: value for name in FILTERS if isinstance(value := filters.get(name), list)}
    walked = next((name for name in WALKS if len(lists.get(name, ())) == 1), None)
    source, condition = WALKS[walked] if walked else (ARTICLES, None)
    published: LiteralString = "l.published_at" if walked else "a.published_at"
    columns = ", ".join(COLUMNS[name] for name in dict.fromkeys((*fields, *PLACE))) if fields else ALL
    selection = Selection(columns, source).where("a.visible")
    for name, values in lists.items():
        one, several = FILTERS[name]
        if name == walked and condition:
            selection = selection.where(condition, **{name: values[0]})
        elif len(values) == 1:
            selection = selection.where(one, **{name: values[0]})
        else:
            selection = selection.where(several, **{name: values})
    if "from" in filters:
        selection = selection.where(f"{published} >= %(from)s", **{"from": filters["from"]})
    if "to" in filters:
        selection = selection.where(f"{published} < %(to)s", to=filters["to"])
    if query is not None:
        selection = selection.where(search.MATCHES, q=query)
    place: tuple[LiteralString, ...] = (published, "l.article_id" if walked else "a.id")
    order = Order(place, PLACE, descending=sort == "newest")
    return selection, order


def one(connection: Connection, article: UUID) -> DictRow | None:
    """The whole article with its entity tag (``etag``, nouns' copies included), visible or not (``visible``)."""
    cursor = connection.cursor()
    cursor.adapters.register_loader("json", FragmentLoader)
    statement: LiteralString = f"select {ALL}, a.visible, {ETAG} as etag from articles a where a.id = %(article)s"
    return cursor.execute(statement, {"article": article}).fetchone()
