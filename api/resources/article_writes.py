"""Writing articles over HTTP: push, change, withdraw."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from flask import Response, g, request

from api.auth import scopes
from api.commands import article_lifecycle
from api.commands import articles as commands
from api.commands.article_options import Options
from api.commands.change_log import Change
from api.commands.idempotency import IdempotentRequest
from api.context import database
from api.errors import (
    Conflict,
    ContentTooLarge,
    IdempotencyKeyReused,
    InputError,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    RequestInFlight,
    RequestTimeout,
    UnsupportedMediaType,
    invalid_input,
)
from api.formats.body_html import cleaned
from api.formats.strict_json import parse
from api.http.authentication import may_write
from api.http.merge_patch import MERGE_PATCH, apply_patch, read_patch
from api.http.openapi.headers import WRITTEN
from api.http.operation import Blueprint
from api.http.parsing import JSON, body, require_media_type, validate
from api.http.preconditions import if_match, if_none_match
from api.http.responses import absolute_url, json_response
from api.http.writes import WriteOutcome, idempotent_request, replay, write
from api.model.types import Record
from api.postgres.connection import Connection, present
from api.queries import articles as queries
from api.resources.article_payloads import NINJS_EXAMPLE, locating, push, push_options
from api.resources.articles import NINJS, article_fields
from api.text.html import CleanHtml
from schemas.articles import ArticleSchema
from schemas.errors import TombstoneSchema
from schemas.headers import RepeatableHeaders
from schemas.ninjs import NinjsSchema
from schemas.pushes import ArticleInput, ArticlePatch, PushQuery, WithdrawQuery

blueprint = Blueprint("article_writes", __name__, url_prefix="/v1")

# A push that the demo archive accepts from a key of the Korea Herald, and the id that the article gets.
EXAMPLE_ID = "b3a93a55-576f-58e0-827b-98ea47dbba9f"
EXAMPLE = {
    "outlet": "korea-herald",
    "external_id": "2025-06-22-example",
    "headline": "Harbour reopens after the storm",
    "standfirst": "Ferries sail again from Monday.",
    "body": "President Lee Jae-myung came to see the harbour reopen. Lee thanked the crews.",
    "byline": "Dateline demo desk",
    "section": "Business",
    "language": "en",
    "published_at": "2025-06-22T09:00:00+09:00",
    "tags": ["exports"],
    "people": [],
}
IF_MATCH: dict[str, object] = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of the version you last read, or `*` for any. If it has changed, the response is 412.",
    "schema": {"type": "string"},
}
IF_NONE_MATCH: dict[str, object] = {
    "name": "If-None-Match",
    "in": "header",
    "description": "`*` to create the article only. If it exists, the response is 412.",
    "schema": {"type": "string"},
}
STORED = (*WRITTEN, "ETag", "Location")
PATCH = {"headline": "Harbour reopens after the storm, ferries sail", "note": "The headline mentions the ferries."}
# The second article of the example of a batch.
SECOND = {**EXAMPLE, "external_id": "2025-06-23-example", "headline": "Ferries sail again"}
SECOND_ID = "4ed7f83e-7597-5d15-8387-d2cdffc5fb49"


@blueprint.operation(
    "/articles",
    {
        200: (
            ArticleSchema,
            "The archive already had the article. `Dateline-Result` says what was done.",
            *STORED,
            "Idempotency-Replayed",
        ),
        201: (ArticleSchema, "The article was created.", *STORED, "Idempotency-Replayed"),
    },
    method="POST",
    query=PushQuery,
    headers=RepeatableHeaders,
    extra_headers=[IF_MATCH, IF_NONE_MATCH],
    accepts={JSON: (ArticleInput(), EXAMPLE), NINJS: (NinjsSchema(), NINJS_EXAMPLE)},
    scope="write",
    problems=[
        Conflict,
        RequestInFlight,
        PreconditionFailed,
        ContentTooLarge,
        RequestTimeout,
        UnsupportedMediaType,
        IdempotencyKeyReused,
    ],
    summary="Push an article",
)
def push_article(query: Mapping[str, Any], headers: dict[str, Any]) -> Response:
    """Create or replace the article with this `outlet` and `external_id`. Repeating a push changes nothing.

    `Dateline-Result` is `created`, `updated` or `unchanged`. It is `stale` if the archive has a higher
    `source_version`; the archive then keeps its version.

    With an `Idempotency-Key`, repeating the same request (method, URL and body, byte for byte) with the same API key
    within a day returns the first response again, even if the article has changed since. Errors are not stored.

    With `If-Match`, the push only replaces the version that you last read. With `If-None-Match: *`, it only creates.

    The body can also be a news item in IPTC's ninjs 3.1: see [Articles as ninjs](/guides/ninjs).
    """
    require_media_type(request, JSON, NINJS)
    pushed = push(parse(body(request)), request.mimetype)
    scopes.require(g.key, "write", pushed.article["outlet"])
    attempt = idempotent_request(headers.get("idempotency_key"), [body(request)])
    options = replace(push_options(query), expected_etags=if_match(request), only_new=if_none_match(request))
    with locating(pushed.locate):
        return _store(lambda _: pushed.article, options, attempt)


@blueprint.operation(
    "/articles/<uuid:article_id>",
    {200: (ArticleSchema, "The changed article.", *STORED)},
    method="PATCH",
    query=PushQuery,
    extra_headers=[{**IF_MATCH, "required": True, "example": "*"}],
    accepts={MERGE_PATCH: (ArticlePatch(partial=True), PATCH)},
    scope="write",
    problems=[
        NotFound,
        Conflict,
        PreconditionFailed,
        ContentTooLarge,
        RequestTimeout,
        UnsupportedMediaType,
        PreconditionRequired,
    ],
    path={"article_id": ("The id of the article. The example is the one of `POST /v1/articles`.", EXAMPLE_ID)},
    summary="Correct an article",
)
def change_article(query: Mapping[str, Any], article_id: UUID) -> Response:
    """Change some fields of an article with a JSON merge patch (RFC 7396). Omitted fields stay; null clears a field.

    `If-Match` with the `ETag` of the article makes sure that you do not overwrite another change. Describe a correction
    in `note`.
    """
    patch = read_patch(request)
    matching = if_match(request)
    if matching is None:
        raise PreconditionRequired("Send If-Match with the ETag of the article.")
    # Before anything is locked: keys that may not write are refused, and the HTML is sanitized.
    database().read(lambda connection: _writable_article(connection, article_id))
    html = cleaned(patch.get("body_html"))
    how = replace(push_options(query), expected_etags=matching)

    def patched(connection: Connection) -> Record:
        commands.lock(connection, article_id, creating=not patch.keys().isdisjoint(how.create))
        current = _writable_article(connection, article_id)
        kept = current["body_html"] and CleanHtml(current["body_html"], current["body"])
        article = validate(ArticleInput(), _merged(current, patch))
        return {**article, "body_html": html or kept} if article.get("body_html") else article

    return _store(patched, how)


@blueprint.operation(
    "/articles/<uuid:article_id>",
    {200: (TombstoneSchema, "The tombstone that readers now get with status 410.", *WRITTEN)},
    method="DELETE",
    query=WithdrawQuery,
    extra_headers=[IF_MATCH],
    scope="write",
    problems=[NotFound, Conflict, PreconditionFailed],
    path={"article_id": ("The id of the article. The example is one of `POST /v1/articles/batch`.", SECOND_ID)},
    summary="Withdraw an article",
)
def withdraw_article(query: Mapping[str, Any], article_id: UUID) -> Response:
    """Withdraw an article: it disappears from all lists, and its URL responds with 410 and the reason.

    The archive keeps its text. A push or a change with `status: usable` publishes it again. `purge=true` erases it.
    """
    purge = query["purge"] == "true"
    if purge:
        scopes.require(g.key, "admin")
    database().read(lambda connection: _writable_article(connection, article_id))
    matching = if_match(request)

    def withdraw(connection: Connection) -> WriteOutcome:
        recorded: list[Change] = []
        status, reason = query["status"], query["reason"]
        result = article_lifecycle.withdraw(connection, article_id, status, reason, recorded, expected_etags=matching)
        if purge:
            result = article_lifecycle.purge(connection, article_id, reason, recorded)
        tombstone = present(queries.one(connection, article_id))["withdrawn"]
        headers = {"Dateline-Result": result.outcome, "Cache-Control": "no-store"}
        return WriteOutcome(json_response(tombstone, headers=headers), recorded)

    return write(withdraw)


def _writable_article(connection: Connection, article_id: UUID) -> Record:
    """The article as it was pushed. Raises Forbidden for another outlet's article, NotFound if that is not public."""
    current = queries.pushed(connection, article_id)
    if current is None or not (may_write(current["outlet"]) or current["known"]):
        raise NotFound(f"No article has the id {article_id}.")
    scopes.require(g.key, "write", current["outlet"])
    del current["known"]
    return current


def _merged(current: Record, patch: Mapping[str, Any]) -> Record:
    """The article with the patch applied, as a push."""
    for field in ("outlet", "external_id"):
        if field in patch and patch[field] != current[field]:
            detail = "must not change, because the id of the article derives from it"
            raise invalid_input(InputError(detail, path=(field,)))
    current = orjson.loads(orjson.dumps(current, option=orjson.OPT_UTC_Z))
    # body and body_html derive from each other. The one in the patch is kept.
    by_html = "body_html" in patch or (current["body_html"] and "body" not in patch)
    del current["body" if by_html else "body_html"]
    merged = {name: value for name, value in apply_patch(current, patch).items() if value is not None}
    lifted = "embargoed_until" in patch and patch["embargoed_until"] is None
    return merged | ({"embargoed_until": None} if lifted else {})


def _store(
    read: Callable[[Connection], Record], options: Options, attempt: IdempotentRequest | None = None
) -> Response:
    """Store the article that ``read`` returns, in the same transaction."""
    if replayed := replay(attempt):
        return replayed

    def work(connection: Connection) -> WriteOutcome:
        [pushed], recorded = commands.store(connection, [read(connection)], options)
        result = commands.unwrap(pushed)
        stored = present(queries.one(connection, result.id))
        headers = {
            "Location": absolute_url(f"/v1/articles/{result.id}"),
            "ETag": stored["etag"],
            "Dateline-Result": result.outcome,
            "Cache-Control": "no-store",
        }
        response = json_response(article_fields(stored), 201 if result.outcome == "created" else 200, headers)
        return WriteOutcome(response, recorded, result.id)

    return write(work, attempt)
