"""Articles over HTTP."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, g
from psycopg.rows import DictRow

from api import caching, search
from api.commands import articles as commands
from api.commands import nouns
from api.database import Connection
from api.errors import (
    Conflict,
    ContentTooLarge,
    Forbidden,
    Gone,
    InvalidCursor,
    InvalidInput,
    NotFound,
    UnsupportedMediaType,
)
from api.queries import articles as queries
from api.resources.lists import listed
from api.timing import stage
from api.web import Blueprint, absolute, answer, database
from schemas.articles import ArticleInput, ArticlePageSchema, ArticleQuery, ArticleSchema, PushQuery

blueprint = Blueprint("Articles", __name__, url_prefix="/v1", description="News stories, newest first.")

FILTERS = ("q", "from", "to", "updated_since", *queries.FILTERS)

# A push that the demo archive accepts from a key of the Korea Herald.
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
    "tags": ["seoul-washington"],
    "people": [],
}


@blueprint.operation(
    "/articles",
    {200: (ArticlePageSchema, "One page of the articles that pass every filter.")},
    query=ArticleQuery,
    problems=[InvalidCursor],
    summary="List and search articles",
)
def list_articles(query: dict[str, Any]) -> Response:
    """The archive, newest first, narrowed by any of the filters together."""
    return article_list(query)


@blueprint.operation(
    "/articles/<uuid:article_id>",
    {200: (ArticleSchema, "The whole article.")},
    problems=[NotFound, Gone],
    path={"article_id": ("The id of the article.", "73489488-7d9b-55fc-b9b4-5e9ee5af3853")},
    summary="Get one article",
)
def get_article(_query: dict[str, Any], article_id: UUID) -> Response:
    """One article by its id; 410 with the reason once its outlet withdrew it."""
    with stage("sql"):
        article = database().read(lambda connection: queries.one(connection, article_id))
    if article is None or (article["status"] == "usable" and not article["visible"]):
        raise NotFound(f"No article has the id {article_id}.")
    if not article["visible"]:
        raise Gone(f"The article {article_id} was withdrawn by its outlet: {article['status']}.")
    known = caching.client_has(article["etag"], article["updated_at"])
    response = Response(status=304) if known else answer(_shown(article))
    response.headers["ETag"] = article["etag"]
    response.headers["Last-Modified"] = caching.last_modified(article["updated_at"])
    return caching.cacheable(response)


@blueprint.operation(
    "/articles",
    {
        200: (
            ArticleSchema,
            "The article was held already; it is updated, or unchanged if nothing in it is new.",
        ),
        201: (ArticleSchema, "The article was created."),
    },
    method="POST",
    query=PushQuery,
    body=ArticleInput,
    example=EXAMPLE,
    scope="write",
    problems=[Conflict, ContentTooLarge, UnsupportedMediaType],
    summary="Push an article",
)
def push_article(query: dict[str, Any], article: dict[str, Any]) -> Response:
    """Create the article of this `outlet` and `external_id`, or replace it. Sending it again changes nothing.

    `Dateline-Result` in the answer says `created`, `updated` or `unchanged`.
    """
    if article["outlet"] not in g.key.outlets and "admin" not in g.key.scopes:
        raise Forbidden(f"This key does not write for the outlet {article['outlet']!r}.")
    create = {"tags", "people"} if g.key.scopes & {"edit", "admin"} else set(query.get("create", ()))
    if create:
        database().write(lambda connection: _prepared(connection, article, create))
    [outcome] = database().write(lambda connection: commands.upsert(connection, [article]))
    stored = database().read(lambda connection: queries.one(connection, outcome.id))
    if stored is None:
        raise NotFound(f"The article {outcome.id} was purged meanwhile.")
    headers = {
        "Location": absolute(f"/v1/articles/{outcome.id}"),
        "ETag": stored["etag"],
        "Dateline-Result": outcome.result,
        "Cache-Control": "no-store",
    }
    return answer(_shown(stored), 201 if outcome.result == "created" else 200, headers)


def _prepared(connection: Connection, article: dict[str, Any], create: set[str]) -> None:
    """Create the names that the push may create, unless the push is to be refused for others."""
    commands.refuse_unknown(connection, article, create)
    nouns.create_missing(connection, [article], create)


def article_list(query: Mapping[str, Any], **given: list[str]) -> Response:
    """A page of articles; ``given`` are filters that the path sets."""
    filters = {name: value for name, value in {**query, **given}.items() if name in FILTERS}
    if "q" in filters:
        filters["q"] = _words(filters["q"])
    include = query.get("include", ())
    fields = query.get("fields", ())
    shown = (*fields, "body") if fields and "body" in include else fields
    highlights = query["q"] if "highlights" in include else None
    return listed(
        query,
        given,
        lambda connection, wanted: queries.page(connection, filters, query["sort"], wanted, shown, highlights),
    )


def _words(q: str) -> str:
    terms = search.websearch(q)
    if not terms:
        raise InvalidInput(
            "The search holds no word.",
            errors=[{"parameter": "q", "detail": "must hold at least one letter or digit to look for"}],
        )
    return terms


def _shown(article: DictRow) -> dict[str, Any]:
    return {name: value for name, value in article.items() if name not in ("visible", "etag")}
