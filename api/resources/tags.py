"""Tags over HTTP."""

from typing import Any

from flask import Response
from psycopg.rows import DictRow

from api import caching
from api.errors import InvalidCursor, NotFound
from api.queries import nouns
from api.resources.articles import article_list
from api.resources.lists import listed
from api.web import Blueprint, answer, database
from schemas.articles import ArticlePageSchema, ArticleQuery
from schemas.nouns import NounQuery, TagPageSchema, WholeTagSchema

SLUG = {
    "slug": (
        "The slug of the tag, whatever its case, which may be written with its `#` (as `%23`).",
        "seoul-washington",
    )
}

blueprint = Blueprint("Tags", __name__, url_prefix="/v1", description="What articles are about.")


@blueprint.operation(
    "/tags",
    {200: (TagPageSchema, "One page of the tags.")},
    query=NounQuery,
    problems=[InvalidCursor],
    summary="List tags",
)
def list_tags(query: dict[str, Any]) -> Response:
    """All tags by name, by how many articles they have, or by how recent the last one is."""
    return listed(
        query,
        {},
        lambda connection, wanted: nouns.page(connection, nouns.TAGS, query["sort"], wanted, query.get("q")),
    )


@blueprint.operation(
    "/tags/<tag:slug>", {200: (WholeTagSchema, "The tag.")}, problems=[NotFound], path=SLUG, summary="Get one tag"
)
def get_tag(_query: dict[str, Any], slug: str) -> Response:
    """A tag with how many articles it has, and the dates of its oldest and newest one."""
    return caching.read(lambda connection: _found(nouns.one(connection, nouns.TAGS, slug), slug), answer)


@blueprint.operation(
    "/tags/<tag:slug>/articles",
    {200: (ArticlePageSchema, "One page of the articles of this tag that pass every filter.")},
    query=ArticleQuery(exclude=["tag"]),
    problems=[InvalidCursor],
    path=SLUG,
    summary="List the articles of one tag",
)
def list_tag_articles(query: dict[str, Any], slug: str) -> Response:
    """The hashtag page: exactly the list of articles with this tag as a filter."""
    if not database().read(lambda connection: nouns.exists(connection, nouns.TAGS, slug)):
        raise _missing(slug)
    return article_list(query, tag=[slug])


def _found(tag: DictRow | None, slug: str) -> DictRow:
    if tag is None:
        raise _missing(slug)
    return tag


def _missing(slug: str) -> NotFound:
    return NotFound(f"No tag has the slug {slug!r}.")
