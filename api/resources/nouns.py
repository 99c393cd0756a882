"""Tags, people and outlets over HTTP: the same three operations on each."""

from typing import Any

import marshmallow as ma
from flask import Response

from api import caching
from api.errors import InvalidCursor, NotFound
from api.queries import nouns as queries
from api.queries.nouns import Noun
from api.resources.articles import article_list
from api.resources.lists import listed
from api.web import Blueprint, answer, database
from schemas import nouns as schemas
from schemas.articles import ArticlePageSchema, ArticleQuery
from schemas.base import NoQuery


def made(
    noun: Noun,
    one: str,
    many: str,
    *,
    page: type[ma.Schema],
    whole: type[ma.Schema],
    description: str,
    example: str,
    converter: str = "slug",
    list_query: type[ma.Schema] = schemas.NounQuery,
    one_query: type[ma.Schema] = NoQuery,
    note: str = "",
) -> Blueprint:
    """The operations on one noun: its list, one of it, and the articles of that one."""
    blueprint = Blueprint(many.capitalize(), __name__, url_prefix="/v1", description=description)
    path = {"slug": (f"The slug of the {one}, whatever its case{note}.", example)}
    missing = f"No {one} has the slug {{!r}}."

    def list_nouns(query: dict[str, Any]) -> Response:
        return listed(
            query,
            {},
            lambda connection, wanted: queries.page(
                connection, noun, query["sort"], wanted, query.get("q"), query.get("as_of")
            ),
        )

    def get_noun(query: dict[str, Any], slug: str) -> Response:
        def read(connection: Any) -> dict[str, Any]:
            found = queries.one(connection, noun, slug, query.get("as_of"))
            if found is None:
                raise NotFound(missing.format(slug))
            return found

        return caching.read(read, answer)

    def list_noun_articles(query: dict[str, Any], slug: str) -> Response:
        if not database().read(lambda connection: queries.exists(connection, noun, slug)):
            raise NotFound(missing.format(slug))
        return article_list(query, **{one: [slug]})

    blueprint.operation(
        f"/{many}",
        {200: (page, f"One page of the {many}.")},
        name=f"list_{many}",
        query=list_query,
        problems=[InvalidCursor],
        summary=f"List {many}",
        description=f"All {many} by name, by how many articles they have, or by how recent the last one is.",
    )(list_nouns)
    blueprint.operation(
        f"/{many}/<{converter}:slug>",
        {200: (whole, f"The {one}.")},
        name=f"get_{one}",
        query=one_query,
        path=path,
        summary=f"Get one {one}",
        description=f"One {one}: how many articles there are, from when to when, and what is named together with it.",
    )(get_noun)
    blueprint.operation(
        f"/{many}/<{converter}:slug>/articles",
        {200: (ArticlePageSchema, f"One page of the articles of this {one} that pass every filter.")},
        name=f"list_{one}_articles",
        query=ArticleQuery(exclude=[one]),
        problems=[InvalidCursor],
        path=path,
        summary=f"List the articles of one {one}",
        description=f"Exactly the list of articles with this {one} as a filter, and with all other filters.",
    )(list_noun_articles)
    return blueprint


TAGS = made(
    queries.TAGS,
    "tag",
    "tags",
    page=schemas.TagPageSchema,
    whole=schemas.WholeTagSchema,
    description="What articles are about; the articles of a tag are its hashtag page.",
    example="seoul-washington",
    converter="tag",
    note=", which may be written with its `#` (as `%23`)",
)
PEOPLE = made(
    queries.PEOPLE,
    "person",
    "people",
    page=schemas.PersonPageSchema,
    whole=schemas.WholePersonSchema,
    description="Who articles name, with aliases and dated roles.",
    example="lee-jae-myung",
    list_query=schemas.PeopleQuery,
    one_query=schemas.PersonQuery,
)
OUTLETS = made(
    queries.OUTLETS,
    "outlet",
    "outlets",
    page=schemas.OutletPageSchema,
    whole=schemas.WholeOutletSchema,
    description="Who publishes articles; the ids of articles derive from an outlet's `uuid`.",
    example="korea-herald",
)
