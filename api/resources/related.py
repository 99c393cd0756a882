"""Related articles over HTTP."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from api.errors import Gone, NotFound
from api.http import reads
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.postgres.connection import Connection
from api.queries import related as queries
from api.queries.related import Related
from api.resources.articles import ARTICLE_ID, visible_article
from schemas.related import RelatedQuery, RelatedSchema

blueprint = Blueprint("related", __name__, url_prefix="/v1")


@blueprint.operation(
    "/articles/<uuid:article_id>/related",
    {200: (RelatedSchema, "The related articles, the closest first.")},
    query=RelatedQuery,
    problems=[NotFound, Gone],
    path={"article_id": ARTICLE_ID},
    summary="List related articles",
)
def list_related(query: Mapping[str, Any], article_id: UUID) -> Response:
    """Articles on the same story, found by shared rare tags, people and words. Each lists what it shares."""
    fields = query.get("fields", ())

    def read(connection: Connection) -> Related:
        visible_article(connection, article_id)
        return queries.related(connection, article_id, query["limit"], fields)

    def response(found: Related) -> Response:
        return json_response({"data": found.articles, "meta": {"duplicate_of": found.duplicate_of}})

    return reads.read(read, response, one_snapshot=True)
