"""Outlets over HTTP."""

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
from schemas.nouns import NounQuery, OutletPageSchema, WholeOutletSchema

SLUG = {"slug": ("The slug of the outlet, whatever its case.", "korea-herald")}

blueprint = Blueprint("Outlets", __name__, url_prefix="/v1", description="Who publishes articles.")


@blueprint.operation(
    "/outlets",
    {200: (OutletPageSchema, "One page of the outlets.")},
    query=NounQuery,
    problems=[InvalidCursor],
    summary="List outlets",
)
def list_outlets(query: dict[str, Any]) -> Response:
    """All outlets by name, by how many articles they have, or by how recent the last one is."""
    return listed(
        query,
        {},
        lambda connection, wanted: nouns.page(connection, nouns.OUTLETS, query["sort"], wanted, query.get("q")),
    )


@blueprint.operation(
    "/outlets/<slug:slug>",
    {200: (WholeOutletSchema, "The outlet.")},
    problems=[NotFound],
    path=SLUG,
    summary="Get one outlet",
)
def get_outlet(_query: dict[str, Any], slug: str) -> Response:
    """An outlet with how many articles it has, and the uuid that their ids derive from."""
    return caching.read(lambda connection: _found(nouns.one(connection, nouns.OUTLETS, slug), slug), answer)


@blueprint.operation(
    "/outlets/<slug:slug>/articles",
    {200: (ArticlePageSchema, "One page of the articles of this outlet that pass every filter.")},
    query=ArticleQuery(exclude=["outlet"]),
    problems=[InvalidCursor],
    path=SLUG,
    summary="List the articles of one outlet",
)
def list_outlet_articles(query: dict[str, Any], slug: str) -> Response:
    """Exactly the list of articles with this outlet as a filter."""
    if not database().read(lambda connection: nouns.exists(connection, nouns.OUTLETS, slug)):
        raise _missing(slug)
    return article_list(query, outlet=[slug])


def _found(outlet: DictRow | None, slug: str) -> DictRow:
    if outlet is None:
        raise _missing(slug)
    return outlet


def _missing(slug: str) -> NotFound:
    return NotFound(f"No outlet has the slug {slug!r}.")
