"""Reading tags, people and outlets: the same three operations on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import marshmallow as ma
import orjson
from flask import Response, request

from api.commands.entity_kinds import EntityKind
from api.context import database
from api.errors import Gone, InvalidCursor, NotFound
from api.formats import schema_org
from api.formats.schema_org import MEDIA_TYPE as JSON_LD
from api.http import reads
from api.http.lists import list_response, query_string_without
from api.http.operation import Blueprint
from api.http.parsing import JSON
from api.http.responses import absolute_url, json_response
from api.queries import entities as queries
from api.queries.entities import Entity
from api.resources.articles import UnknownEntity, article_list_response
from api.retrieval import entity_names
from schemas import entities as schemas
from schemas.articles import ArticlePageSchema
from schemas.base import NoQuery
from schemas.filters import ArticleQuery
from schemas.json_ld import JsonLdEntitySchema


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One kind of entity over HTTP: its words, its storage, and its schemas and examples."""

    one: str
    many: str
    # With an indefinite article.
    a: str
    reads: Entity
    writes: EntityKind

    page: type[ma.Schema]
    whole: type[ma.Schema]
    input: type[ma.Schema]
    patch: type[ma.Schema]
    list_query: type[ma.Schema] = schemas.EntityQuery
    get_query: type[ma.Schema] = NoQuery

    # What the path may contain besides the slug, and its converter.
    slug_note: str = ""
    converter: str = "slug"
    # The example of a read, which the demo archive has.
    slug: str
    # The examples of writes: what is created, the slug it gets, and how it is changed. Nothing else depends on it, so
    # the examples can be sent to the demo archive.
    new: Mapping[str, object]
    new_slug: str
    change: Mapping[str, object]
    # The slug of another one that can be merged into it; None if entities of this kind cannot be merged.
    merged_slug: str | None = None
    # What besides a new slug or name starts a job.
    linked: str = ""

    @property
    def path(self) -> str:
        """The rule of one entity."""
        return f"/{self.many}/<{self.converter}:slug>"

    @property
    def moved(self) -> tuple[None, str, str]:
        """The response for a retired slug."""
        return (
            None,
            f"The {self.one} was renamed or merged into another {self.one}, or the path has its name in place of its"
            " slug. `Location` has its current URL.",
            "Location",
        )

    @property
    def read_path(self) -> dict[str, tuple[str, object]]:
        """The parts of the path, for reads."""
        return {"slug": (f"The slug of the {self.one}, in any case, or its name{self.slug_note}.", self.slug)}


def add_reads(blueprint: Blueprint, resource: Resource) -> None:
    """Declare the list, one entity of it, and the articles of that entity."""
    _add_list(blueprint, resource)
    _add_get(blueprint, resource)
    _add_articles(blueprint, resource)


def _add_list(blueprint: Blueprint, resource: Resource) -> None:
    @blueprint.operation(
        f"/{resource.many}",
        {200: (resource.page, f"A page of {resource.many}.")},
        name=f"list_{resource.many}",
        query=resource.list_query,
        problems=[InvalidCursor],
        summary=f"List {resource.many}",
        description=f"All {resource.many}, sorted by name, by number of articles, or by date of the newest article.",
    )
    def list_entities(query: Mapping[str, Any]) -> Response:
        chosen = {name: query[name] for name in ("q", "as_of", "confirmed", "same_as", "kind") if name in query}
        return list_response(
            query,
            {},
            lambda connection, wanted: queries.page(connection, resource.reads, query["sort"], wanted, **chosen),
        )


def _add_get(blueprint: Blueprint, resource: Resource) -> None:
    @blueprint.operation(
        resource.path,
        {200: (resource.whole, f"The {resource.one}."), 308: resource.moved},
        name=f"get_{resource.one}",
        query=resource.get_query,
        alternatives={JSON_LD: JsonLdEntitySchema},
        problems=[NotFound, Gone],
        path=resource.read_path,
        summary=f"Get {resource.a}",
        description=f"{resource.a.capitalize()} with the number and dates of its articles, and the tags, people and"
        f" outlets that most often occur with it.\n\nWith `Accept: {JSON_LD}`, the response is JSON-LD in the"
        " vocabulary of schema.org.",
    )
    def get_entity(query: Mapping[str, Any], slug: str) -> Response:
        media_type = request.accept_mimetypes.best_match([JSON, JSON_LD])
        as_json_ld = media_type == JSON_LD

        def render(found: Mapping[str, Any] | None) -> Response:
            if found is None:
                return redirect_retired(resource, slug)
            return _json_ld_response(resource, found) if as_json_ld else json_response(entity_fields(found))

        response = reads.read(
            lambda connection: queries.one(connection, resource.reads, slug, query.get("as_of")),
            render,
            lambda found: found["etag"] if found else None,
            variant=JSON_LD if as_json_ld else "",
        )
        response.vary.add("Accept")
        return response


def _add_articles(blueprint: Blueprint, resource: Resource) -> None:
    one = resource.one

    @blueprint.operation(
        f"{resource.path}/articles",
        {
            200: (ArticlePageSchema, f"A page of the articles of this {one} that match all filters."),
            308: resource.moved,
        },
        name=f"list_{one}_articles",
        query=ArticleQuery(exclude=[one]),
        problems=[InvalidCursor, NotFound, Gone],
        path=resource.read_path,
        summary=f"List the articles of {resource.a}",
        description=f"The same as `GET /v1/articles` with this {one} as a filter. Takes all other filters.",
    )
    def list_entity_articles(query: Mapping[str, Any], slug: str) -> Response:
        try:
            return article_list_response(
                query, lambda connection: queries.exists(connection, resource.reads, slug), **{one: [slug]}
            )
        except UnknownEntity:
            return reads.with_cache_control(redirect_retired(resource, slug, "/articles"))


def redirect_retired(resource: Resource, slug: str, rest: str = "") -> Response:
    """A redirect from a retired slug or a name to the current slug; NotFound, or Gone after a deletion."""
    retired = database().read(lambda connection: queries.retired(connection, resource.reads, slug))
    if retired is None:
        retired = {"current": _slug_named(resource, slug)}
    if retired["current"] is None:
        raise Gone(f"The {resource.one} {slug!r} was deleted.")
    asked = query_string_without()
    path = quote(f"/v1/{resource.many}/{retired['current']}{rest}")
    response = Response(status=308)
    del response.headers["Content-Type"]
    response.headers["Location"] = f"{absolute_url(path)}{'?' if asked else ''}{asked}"
    return response


def _slug_named(resource: Resource, name: str) -> str:
    """The slug of the entity with this name. Raises NotFound, also if there are several."""
    table = resource.reads.table
    found = database().read(lambda connection: entity_names.find(connection, {table: [name]})).get((table, name), ())
    if len(found) > 1:
        raise NotFound(entity_names.ambiguous(table, name, found))
    if not found:
        raise NotFound(f"No {resource.one} has the slug or name {name!r}.")
    return found[0]["slug"]


def _json_ld_response(resource: Resource, found: Mapping[str, Any]) -> Response:
    # From the JSON of the entity, parts of which come from Postgres as text.
    entity = orjson.loads(json_response(entity_fields(found)).get_data())
    url = absolute_url(quote(f"/v1/{resource.many}/{entity['slug']}"))
    document = schema_org.write_entity(resource.many, entity, url)
    return Response(orjson.dumps(document), mimetype=JSON_LD)


def entity_fields(found: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an entity that ``queries.one`` read."""
    return {name: value for name, value in found.items() if name != "etag"}
