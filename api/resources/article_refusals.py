"""Refusing the tags and people of an article over HTTP: an editor says "not this one"."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response

from api.commands import article_refusals
from api.commands.entity_kinds import PERSON, TAG, EntityKind
from api.errors import Conflict, Gone, NotFound
from api.http.openapi.headers import WRITTEN
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.http.writes import WriteOutcome, write
from api.postgres.connection import Connection
from api.queries import mentions
from api.resources.article_writes import EXAMPLE_ID
from api.resources.articles import article_fields, visible_article
from schemas.articles import WholeArticleSchema

blueprint = Blueprint("article_refusals", __name__, url_prefix="/v1")

_EXAMPLES = {"tag": "exports", "person": "lee-jae-myung"}


def _declared(kind: EntityKind, converter: str) -> tuple[str, dict[str, tuple[str, object]]]:
    """The rule of the operations on an entity of an article, and the parts of its path."""
    path: dict[str, tuple[str, object]] = {
        "article_id": ("The id of the article. The example is the one of `POST /v1/articles`.", EXAMPLE_ID),
        "slug": (f"The current slug of the {kind.name}, in any case.", _EXAMPLES[kind.name]),
    }
    return f"/articles/<uuid:article_id>/{kind.table}/<{converter}:slug>", path


def _add_refuse(kind: EntityKind, converter: str) -> None:
    rule, path = _declared(kind, converter)

    @blueprint.operation(
        rule,
        {200: (WholeArticleSchema, f"The article without the {kind.name}.", *WRITTEN, "ETag")},
        name=f"refuse_{kind.name}",
        method="DELETE",
        scope="edit",
        path=path,
        problems=[NotFound, Gone, Conflict],
        summary=f"Refuse a {kind.name} of an article",
        description=(
            f"Say that the article is not about this {kind.name}. It stays unlinked through later pushes, also those"
            f" that name the {kind.name}, until it is taken back with `PUT`. Repeating it changes nothing. The response"
            f" is 404 if the article is neither linked to the {kind.name} nor refuses it."
        ),
    )
    def refuse(_query: Mapping[str, Any], article_id: UUID, slug: str) -> Response:
        return _write(article_refusals.refuse, article_id, kind, slug)


def _add_accept(kind: EntityKind, converter: str) -> None:
    rule, path = _declared(kind, converter)

    @blueprint.operation(
        rule,
        {200: (WholeArticleSchema, f"The article, linked to the {kind.name} again.", *WRITTEN, "ETag")},
        name=f"accept_{kind.name}",
        method="PUT",
        scope="edit",
        path=path,
        problems=[NotFound, Gone, Conflict],
        summary=f"Take back the refusal of a {kind.name}",
        description=(
            f"Take a refusal back. The article is linked to the {kind.name} again if its text mentions it or if its"
            f" last push names it. The response is 404 if the article is neither linked to the {kind.name} nor refuses"
            " it."
        ),
    )
    def accept(_query: Mapping[str, Any], article_id: UUID, slug: str) -> Response:
        return _write(article_refusals.accept, article_id, kind, slug)


def _write(
    command: Callable[[Connection, UUID, EntityKind, str], str], article_id: UUID, kind: EntityKind, slug: str
) -> Response:
    def work(connection: Connection) -> WriteOutcome:
        visible_article(connection, article_id)
        outcome = command(connection, article_id, kind, slug)
        article = visible_article(connection, article_id)
        [document] = mentions.documents(connection, [article_fields(article)], refusals=True)
        headers = {"ETag": article["etag"], "Dateline-Result": outcome, "Cache-Control": "no-store"}
        return WriteOutcome(json_response(document, headers=headers))

    return write(work)


for _kind, _converter in ((TAG, "tag"), (PERSON, "person")):
    _add_refuse(_kind, _converter)
    _add_accept(_kind, _converter)
