"""Tags, people and outlets over HTTP: the same three operations on each."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import Response

from api.context import database
from api.errors import Gone, InvalidCursor, NotFound
from api.http import reads
from api.http.lists import asked_again, listed
from api.http.operation import Blueprint
from api.http.responses import absolute_url, json_response
from api.queries import entities as queries
from api.queries.entities import Entity
from api.resources.articles import NoSuchList, article_list
from schemas import entities as schemas
from schemas.articles import ArticlePageSchema
from schemas.base import NoQuery
from schemas.filters import ArticleQuery


def made(
    entity: Entity,
    one: str,
    many: str,
    *,
    page: type[ma.Schema],
    whole: type[ma.Schema],
    description: str,
    example: str,
    converter: str = "slug",
    list_query: type[ma.Schema] = schemas.EntityQuery,
    one_query: type[ma.Schema] = NoQuery,
    note: str = "",
) -> Blueprint:
    """The operations on one entity: its list, one of it, and the articles of that one."""
    blueprint = Blueprint(many.capitalize(), __name__, url_prefix="/v1", description=description)
    path = {"slug": (f"The slug of the {one}, whatever its case{note}.", example)}

    moved = (
        None,
        f"The {one} has another slug now, or was merged into another {one}: `Location` leads there.",
        "Location",
    )

    def list_entities(query: Mapping[str, Any]) -> Response:
        return listed(
            query,
            {},
            lambda connection, wanted: queries.page(
                connection, entity, query["sort"], wanted, query.get("q"), query.get("as_of")
            ),
        )

    def get_entity(query: Mapping[str, Any], slug: str) -> Response:
        return reads.read(
            lambda connection: queries.one(connection, entity, slug, query.get("as_of")),
            lambda found: json_response(shown(found)) if found else elsewhere(slug),
            lambda found: found["etag"] if found else None,
        )

    def list_entity_articles(query: Mapping[str, Any], slug: str) -> Response:
        try:
            return article_list(query, lambda connection: queries.asked(connection, entity, slug), **{one: [slug]})
        except NoSuchList:
            return reads.with_cache_control(elsewhere(slug, "/articles"))

    def elsewhere(slug: str, rest: str = "") -> Response:
        """The way to an entity that has another slug now. NotFound, Gone."""
        retired = database().read(lambda connection: queries.retired(connection, entity, slug))
        if retired is None:
            raise NotFound(f"No {one} has the slug {slug!r}.")
        if retired["current"] is None:
            raise Gone(f"The {one} {slug!r} was deleted.")
        asked = asked_again()
        path = f"/v1/{many}/{retired['current']}{rest}"
        response = Response(status=308)
        del response.headers["Content-Type"]
        response.headers["Location"] = f"{absolute_url(path)}{'?' if asked else ''}{asked}"
        return response

    blueprint.operation(
        f"/{many}",
        {200: (page, f"One page of the {many}.")},
        name=f"list_{many}",
        query=list_query,
        problems=[InvalidCursor],
        summary=f"List {many}",
        description=f"All {many} by name, by how many articles they have, or by how recent the last one is.",
    )(list_entities)
    blueprint.operation(
        f"/{many}/<{converter}:slug>",
        {200: (whole, f"The {one}."), 308: moved},
        name=f"get_{one}",
        query=one_query,
        problems=[NotFound, Gone],
        path=path,
        summary=f"Get one {one}",
        description=f"One {one}: how many articles there are, from when to when, and what is named together with it.",
    )(get_entity)
    blueprint.operation(
        f"/{many}/<{converter}:slug>/articles",
        {200: (ArticlePageSchema, f"One page of the articles of this {one} that pass every filter."), 308: moved},
        name=f"list_{one}_articles",
        query=ArticleQuery(exclude=[one]),
        problems=[InvalidCursor, NotFound, Gone],
        path=path,
        summary=f"List the articles of one {one}",
        description=f"Exactly the list of articles with this {one} as a filter, and with all other filters.",
    )(list_entity_articles)
    return blueprint


def shown(found: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an entity that ``queries.one`` read."""
    return {name: value for name, value in found.items() if name != "etag"}


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
