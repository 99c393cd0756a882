"""Suggestions over HTTP."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Response

from api.http import reads
from api.http.operation import Blueprint
from api.http.responses import absolute_url, json_response
from api.queries import suggest as queries
from api.text.folding import words
from schemas.suggest import TYPES, SuggestionsSchema, SuggestQuery

blueprint = Blueprint("suggest", __name__, url_prefix="/v1")

MANY = {"tag": "tags", "person": "people", "outlet": "outlets"}


@blueprint.operation(
    "/suggest",
    {200: (SuggestionsSchema, "The suggestions, best first.")},
    query=SuggestQuery,
    summary="Suggest tags, people and outlets",
)
def suggest_names(query: Mapping[str, Any]) -> Response:
    """Tags, people and outlets that match the beginning of a name. If none does, the search allows for typos.

    A `q` without letters and digits, such as `#`, has no suggestions."""

    def response(found: list[dict[str, Any]]) -> Response:
        for suggestion in found:
            suggestion["url"] = absolute_url(quote(f"/v1/{MANY[suggestion['type']]}/{suggestion['slug']}"))
        return json_response({"data": found})

    types = query.get("types", TYPES)
    return reads.read(
        lambda connection: queries.suggest(connection, query["q"], types, query["limit"]) if words(query["q"]) else [],
        response,
    )
