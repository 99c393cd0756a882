"""The history of an article over HTTP."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema

from api.errors import Gone, NotFound
from api.http import reads
from api.http.authentication import may_write
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.postgres.connection import Connection
from api.queries import versions as queries
from api.resources.articles import ARTICLE_ID, visible_article
from api.text.diff import compare
from schemas.versions import ArticleVersionSchema, DifferencesSchema, VersionListSchema

blueprint = Blueprint("article_versions", __name__, url_prefix="/v1")

NUMBER = ("The number of a version.", 1)


def _operation(rule: str, schema: type[Schema], meaning: str, summary: str) -> Any:
    path = {"article_id": ARTICLE_ID, **({"version": NUMBER} if "<number:version>" in rule else {})}
    return blueprint.operation(
        f"/articles/<uuid:article_id>/versions{rule}",
        {200: (schema, meaning)},
        problems=[NotFound, Gone],
        path=path,
        summary=summary,
    )


@_operation("", VersionListSchema, "All versions, newest first.", "List the versions of an article")
def list_versions(_query: Mapping[str, Any], article_id: UUID) -> Response:
    """Every version of an article. Each change by its outlet makes a version; published versions are never lost.

    Versions that were under an embargo or withdrawn are only visible with a key of the outlet.
    """

    def read(connection: Connection) -> dict[str, Any]:
        return {"data": queries.summaries(connection, article_id, _sees_all(connection, article_id))}

    return reads.read(read, json_response, one_snapshot=True)


@_operation("/<number:version>", ArticleVersionSchema, "The version.", "Get a version of an article")
def get_version(_query: Mapping[str, Any], article_id: UUID, version: int) -> Response:
    """The whole article in this version."""

    def read(connection: Connection) -> dict[str, Any]:
        return _version(connection, article_id, version, _sees_all(connection, article_id))

    return reads.read(read, json_response, one_snapshot=True)


@_operation("/<number:version>/diff", DifferencesSchema, "The changes.", "Compare a version with the previous one")
def get_version_diff(_query: Mapping[str, Any], article_id: UUID, version: int) -> Response:
    """The fields that this version changed, with their values before and after. Texts are compared word by word.

    Long texts that differ much are compared by paragraphs or as a whole, as `granularity` says.
    """

    def read(connection: Connection) -> tuple[dict[str, Any], dict[str, Any] | None]:
        sees_all = _sees_all(connection, article_id)
        after = _version(connection, article_id, version, sees_all)
        numbers = (known["version"] for known in queries.summaries(connection, article_id, sees_all))
        earlier = next((number for number in numbers if number < version), None)
        return after, _version(connection, article_id, earlier, sees_all) if earlier else None

    return reads.read(read, _differences, one_snapshot=True)


def _differences(versions: tuple[dict[str, Any], dict[str, Any] | None]) -> Response:
    """The response that compares two versions: made without a connection, as a comparison takes time."""
    after, before = versions
    return json_response(
        {
            "version": after["version"],
            "compared_with": before and before["version"],
            "note": after["note"],
            "changes": compare(before, after) if before else [],
        }
    )


def _sees_all(connection: Connection, article_id: UUID) -> bool:
    """Whether the key may see all versions; NotFound or Gone if it may not see the article."""
    return may_write(visible_article(connection, article_id)["owner"])


def _version(connection: Connection, article_id: UUID, version: int, sees_all: bool) -> dict[str, Any]:
    found = queries.one(connection, article_id, version, sees_all)
    if found is None:
        raise NotFound(f"The article {article_id} has no version {version}.")
    return found
