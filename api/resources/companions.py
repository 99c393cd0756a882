"""Companions of tags, people and outlets over HTTP."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.errors import Gone, NotFound
from api.http import reads
from api.http.authentication import outlets_with_embargoes
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.postgres.connection import Connection
from api.queries import companions as queries
from api.queries import entities
from api.queries.companions import Companions
from api.resources.entities import Resource, redirect_retired
from schemas.companions import CompanionListSchema, CompanionsQuery

_EXACT = (
    "Counts are exact for what your key may see: `articles` is the `meta.total` of `GET /v1/articles` with both as"
    " filters and the same dates, but articles with more than 100 tags and people together count for no companion."
)


def add_companions(blueprint: Blueprint, resource: Resource) -> None:
    """Declare the companions of an entity."""
    one = resource.one

    @blueprint.operation(
        f"{resource.path}/companions",
        {200: (CompanionListSchema, f"The companions of the {one}."), 308: resource.moved},
        name=f"list_{one}_companions",
        query=CompanionsQuery,
        problems=[NotFound, Gone],
        path=resource.read_path,
        summary=f"List the companions of {resource.a}",
        description="The tags, people and outlets that occur in the same articles, by how much more often than"
        f" elsewhere, each with a quoted sentence. {_EXACT} Unconfirmed tags and people are left out. See"
        " [Companions](/guides/reading#companions).",
    )
    def list_companions(query: Mapping[str, Any], slug: str) -> Response:
        def read(connection: Connection) -> Companions | None:
            entity = entities.exists(connection, resource.reads, slug).fetchone()
            if entity is None:
                return None
            return queries.companions(
                connection,
                resource.many,
                entity["id"],
                nouns=query.get("noun", queries.NOUNS),
                span=queries.span_of(query),
                least=query["min_articles"],
                limit=query["limit"],
                embargoes_of=outlets_with_embargoes(),
            )

        def render(found: Companions | None) -> Response:
            if found is None:
                return redirect_retired(resource, slug, "/companions")
            meta = {"articles": found.articles, "of": found.of, "min_articles": query["min_articles"]}
            return json_response({"data": found.entries, "meta": meta})

        return reads.read(read, render, one_snapshot=True)
