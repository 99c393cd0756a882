"""Reading tags, people and outlets: the same questions to three tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from psycopg.rows import DictRow

from api.database import Connection
from api.queries.pages import FragmentLoader, Page, Wanted, fetch
from api.selection import Order, Selection


@dataclass(frozen=True)
class Noun:
    """A table of named things and the columns that readers see."""

    table: LiteralString
    columns: LiteralString


COMMON: LiteralString = "articles, first_published_at, last_published_at, created_at, updated_at"
TAGS = Noun("tags", f"slug, name, description, match, {COMMON}")
PEOPLE = Noun("people", f"slug, name, description, aliases, roles, {COMMON}")
OUTLETS = Noun("outlets", f"slug, name, uuid, description, country, language, url, {COMMON}")

ORDERS: Mapping[str, Order] = {
    "name": Order(("folded", "id"), ("folded", "id")),
    "articles": Order(("articles", "id"), ("articles", "id"), descending=True),
}


def page(connection: Connection, noun: Noun, sort: str, wanted: Wanted) -> Page:
    """Nouns by name, or those with most articles first."""
    selection = Selection(f"id, folded, {noun.columns}", noun.table)
    return fetch(connection, selection, ORDERS[sort], wanted, hidden=("id", "folded"))


def one(connection: Connection, noun: Noun, slug: str) -> DictRow | None:
    """The noun with this slug."""
    cursor = connection.cursor()
    cursor.adapters.register_loader("json", FragmentLoader)
    statement: LiteralString = f"select {noun.columns} from {noun.table} where slug = %(slug)s"
    return cursor.execute(statement, {"slug": slug}).fetchone()
