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

Command = Callable[[Connection, UUID, EntityKind, str], str]

_EXAMPLES = {"tag": "exports", "person": "lee-jae-myung"}


def _declare(
    kind: EntityKind, converter: str, method: str, command: Command, meaning: str, summary: str, description: str
) -> None:
    """Declare an operation on an entity of an article."""

    @blueprint.operation(
        f"/articles/<uuid:article_id>/{kind.table}/<{converter}:slug>",
        {200: (WholeArticleSchema, meaning, *WRITTEN, "ETag")},
        name=f"{command.__name__}_{kind.name}",
        method=method,
        scope="edit",
        path={
            "article_id": ("The id of the article. The example is the one of `POST /v1/articles`.", EXAMPLE_ID),
            "slug": (f"The current slug of the {kind.name}, in any case.", _EXAMPLES[kind.name]),
        },
        problems=[NotFound, Gone, Conflict],
        summary=summary,
        description=(
            f"{description} The response is 404 if the article is neither linked to the {kind.name} nor refuses it."
        ),
    )
    def edit(_query: Mapping[str, Any], article_id: UUID, slug: str) -> Response:
        return _write(command, article_id, kind, slug)


def _write(command: Command, article_id: UUID, kind: EntityKind, slug: str) -> Response:
    def work(connection: Connection) -> WriteOutcome:
        visible_article(connection, article_id)
        outcome = command(connection, article_id, kind, slug)
        article = visible_article(connection, article_id)
        [document] = mentions.documents(connection, [article_fields(article)], refusals=True)
        headers = {"ETag": article["etag"], "Dateline-Result": outcome, "Cache-Control": "no-store"}
        return WriteOutcome(json_response(document, headers=headers))

    return write(work)


for _kind, _converter in ((TAG, "tag"), (PERSON, "person")):
    _declare(
        _kind,
        _converter,
        "DELETE",
        article_refusals.refuse,
        f"The article without the {_kind.name}.",
        f"Refuse a {_kind.name} of an article",
        f"Say that the article is not about this {_kind.name}. It stays unlinked through later pushes, also those that"
        f" name the {_kind.name}, until it is taken back with `PUT`. Repeating it changes nothing.",
    )
    _declare(
        _kind,
        _converter,
        "PUT",
        article_refusals.accept,
        f"The article, linked to the {_kind.name} again.",
        f"Take back the refusal of a {_kind.name}",
        f"Take a refusal back. The article is linked to the {_kind.name} again if its text mentions it or if its last"
        " push names it.",
    )
