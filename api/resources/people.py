"""People over HTTP."""

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
from schemas.nouns import PeopleQuery, PersonPageSchema, PersonQuery, WholePersonSchema

SLUG = {"slug": ("The slug of the person, whatever its case.", "lee-jae-myung")}

blueprint = Blueprint("People", __name__, url_prefix="/v1", description="Who articles name.")


@blueprint.operation(
    "/people",
    {200: (PersonPageSchema, "One page of the people.")},
    query=PeopleQuery,
    problems=[InvalidCursor],
    summary="List people",
)
def list_people(query: dict[str, Any]) -> Response:
    """All people by name, by how many articles they have, or by how recent the last one is."""
    return listed(
        query,
        {},
        lambda connection, wanted: nouns.page(
            connection, nouns.PEOPLE, query["sort"], wanted, query.get("q"), query.get("as_of")
        ),
    )


@blueprint.operation(
    "/people/<slug:slug>",
    {200: (WholePersonSchema, "The person.")},
    query=PersonQuery,
    problems=[NotFound],
    path=SLUG,
    summary="Get one person",
)
def get_person(query: dict[str, Any], slug: str) -> Response:
    """A person with aliases, dated roles, and how many articles name them."""
    return caching.read(
        lambda connection: _found(nouns.one(connection, nouns.PEOPLE, slug, query.get("as_of")), slug), answer
    )


@blueprint.operation(
    "/people/<slug:slug>/articles",
    {200: (ArticlePageSchema, "One page of the articles of this person that pass every filter.")},
    query=ArticleQuery(exclude=["person"]),
    problems=[InvalidCursor],
    path=SLUG,
    summary="List the articles of one person",
)
def list_person_articles(query: dict[str, Any], slug: str) -> Response:
    """Exactly the list of articles with this person as a filter."""
    if not database().read(lambda connection: nouns.exists(connection, nouns.PEOPLE, slug)):
        raise _missing(slug)
    return article_list(query, person=[slug])


def _found(person: DictRow | None, slug: str) -> DictRow:
    if person is None:
        raise _missing(slug)
    return person


def _missing(slug: str) -> NotFound:
    return NotFound(f"No person has the slug {slug!r}.")
