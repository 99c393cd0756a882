"""Articles over HTTP."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from flask import Response, g, request
from psycopg import Cursor
from psycopg.rows import DictRow

from api.auth.scopes import is_allowed
from api.context import database
from api.errors import Gone, InputError, InvalidCursor, InvalidInput, NotFound, invalid_input
from api.formats import ninjs
from api.http import reads
from api.http.authentication import may_write, outlets_with_embargoes
from api.http.lists import list_response
from api.http.operation import Blueprint
from api.http.parsing import JSON
from api.http.responses import json_response
from api.model.article import COLUMNS
from api.observability.timing import stage
from api.postgres.connection import Connection
from api.queries import articles as queries
from api.queries import facets, identities, mentions, spelling
from api.retrieval import plan as plans
from api.retrieval import published
from api.retrieval.absent_words import absent_words
from api.retrieval.filters import FILTERS as ARTICLE_FILTERS
from api.retrieval.keyset import Page, PageRequest
from api.retrieval.plan import Plan
from api.search.parser import QuerySyntaxError, Reading, read
from api.search.single_words import SingleWord
from schemas.articles import ArticlePageSchema, WholeArticleSchema
from schemas.filters import ArticleQuery, OneArticleQuery
from schemas.ninjs import MEDIA_TYPE as NINJS
from schemas.ninjs import NinjsSchema

blueprint = Blueprint("articles", __name__, url_prefix="/v1")

FILTERS = ("q", "updated_since", *published.FILTERS, *ARTICLE_FILTERS)

NOTES_AT_MOST = 20
"""The number of pieces of a search in ``taken_as_text`` and in ``ignored``."""
NOTED_CHARACTERS = 100
"""The number of characters that are shown of each."""

BEYOND_TIME = "moves a day of this request out of the years 1 to 9999"
ARTICLE_ID = ("The id of the article.", "73489488-7d9b-55fc-b9b4-5e9ee5af3853")


@blueprint.operation(
    "/articles",
    {200: (ArticlePageSchema, "A page of the articles that match all filters.")},
    query=ArticleQuery,
    problems=[InvalidCursor],
    summary="List and search articles",
)
def list_articles(query: Mapping[str, Any]) -> Response:
    """The articles that match all filters, newest first by default. See [Reading](/guides/reading) for examples."""
    return article_list_response(query)


@blueprint.operation(
    "/articles/<uuid:article_id>",
    {200: (WholeArticleSchema, "The article.")},
    query=OneArticleQuery,
    alternatives={NINJS: NinjsSchema},
    problems=[NotFound, Gone],
    path={"article_id": ARTICLE_ID},
    summary="Get an article",
)
def get_article(query: Mapping[str, Any], article_id: UUID) -> Response:
    """One article by its id. After its outlet has withdrawn it, the response is 410 with the reason.

    With `Accept: application/vnd.iptc.ninjs+json`, the response is a news item in IPTC's [ninjs](/guides/ninjs) 3.1.
    """
    as_ninjs = request.accept_mimetypes.best_match([JSON, NINJS]) == NINJS
    if "include" in query and not as_ninjs:
        return _response_with_mentions(article_id)

    def read_both(connection: Connection) -> tuple[DictRow, Sequence[Mapping[str, Any]]]:
        article = visible_article(connection, article_id)
        return article, identities.of_article(connection, article_id) if as_ninjs else ()

    with stage("sql"):
        article, identified = database().read(read_both)
    response, etag, changed_at = json_response(article_fields(article)), article["etag"], article["updated_at"]
    if as_ninjs:
        response = _ninjs_response(article, identified)
        etag = f'{etag[:-1]}:ninjs:{reads.digest(identified)}"'
        changed_at = max([changed_at, *(row["updated_at"] for row in identified)])
    response.vary.add("Accept")
    return reads.with_validators(response, etag, changed_at)


def _response_with_mentions(article_id: UUID) -> Response:
    def read_all(connection: Connection) -> tuple[DictRow, list[dict[str, Any]]]:
        with database().snapshot(connection):
            article = visible_article(connection, article_id)
            return article, mentions.documents(
                connection, [article_fields(article)], refusals=is_allowed(g.key, "edit")
            )

    with stage("sql"):
        article, [document] = database().read(read_all)
    response = json_response(document)
    response.vary.add("Accept")
    # Mentions can change without the article.
    etag = f'{article["etag"][:-1]}:{reads.digest([document["tags"], document["people"], document.get("refused")])}"'
    return reads.with_own_validators(response, etag)


def _ninjs_response(article: DictRow, identified: Sequence[Mapping[str, Any]]) -> Response:
    document = orjson.loads(json_response(article_fields(article)).get_data())
    found = {(row["field"], row["slug"]): row for row in identified}
    for field in ("tags", "people"):
        document[field] = [{**found.get((field, entity["slug"]), {}), **entity} for entity in document[field]]
    return Response(orjson.dumps(ninjs.write_item(document)), mimetype=NINJS)


def visible_article(connection: Connection, article_id: UUID) -> DictRow:
    """The article. Raises NotFound if the key may not know of it, Gone if it is withdrawn.

    Only keys of its outlet know of an article that is under an embargo or was never visible.
    """
    article = queries.one(connection, article_id)
    if article is None:
        raise NotFound(f"No article has the id {article_id}.")
    if (article["embargoed_until"] or not article["was_visible"]) and not may_write(article["owner"]):
        raise NotFound(f"No article has the id {article_id}.")
    if article["withdrawn"]:
        raise Gone(
            f"The article {article_id} was withdrawn by its outlet ({article['status']}). `tombstone` has the reason.",
            tombstone=article["withdrawn"],
        )
    return article


class UnknownEntity(Exception):
    """The path names an entity that does not exist."""


def article_list_response(
    query: Mapping[str, Any], exists: Callable[[Connection], Cursor[DictRow]] | None = None, **path_filters: list[str]
) -> Response:
    """A page of articles; ``path_filters`` are set by the path.

    Raises UnknownEntity if the query ``exists``, which is run along with the others, has no row.
    """
    reading = reading_of(query)
    filters = filters_of(query, reading, **path_filters)
    include = query.get("include", ())
    fields = query.get("fields", ())
    asked = (*fields, "body") if fields and "body" in include else fields
    with_mentions = "mentions" in include
    selected = (*asked, *mentions.NEEDED) if asked and with_mentions else asked
    options = {"highlights": "highlights" in include, "explained": query["explain"] == "true"}

    def fetch(connection: Connection, page_request: PageRequest) -> Page:
        entity = exists(connection) if exists else None
        try:
            plan = plans.make(
                connection, filters, query["sort"], outlets_with_embargoes(), collapse="collapse" in query
            )
            page = queries.page(connection, plan, query["sort"], page_request, selected, **options)
        except InvalidInput:
            # The path may have a name that several entities have.
            _require(entity)
            raise
        _require(entity)
        if with_mentions:
            page = _with_mentions(connection, page, asked)
        counted = page.ranking.relaxed if page.ranking and page.ranking.relaxed else plan
        meta = _facets(connection, counted, query, path_filters.keys())
        if reading:
            meta |= _search_meta(connection, plan, page, page_request, reading, query["q"])
        return replace(page, meta=meta)

    return list_response(query, path_filters, fetch, _READ_MENTIONS if with_mentions else reads.read)


def _with_mentions(connection: Connection, page: Page, fields: Sequence[str]) -> Page:
    rows = mentions.documents(connection, page.rows, fields, refusals=is_allowed(g.key, "edit"))
    return replace(page, rows=rows)


def _page_content(page: Page) -> object:
    return [page.rows, page.total, page.next, page.prev, page.meta, page.explanation]


def _require(entity: Cursor[DictRow] | None) -> None:
    if entity and entity.fetchone() is None:
        raise UnknownEntity


# Mentions can change while the archive's state does not.
_READ_MENTIONS = partial(reads.read_by_content, content=_page_content)


def _facets(
    connection: Connection, plan: Plan, query: Mapping[str, Any], path_filters: Collection[str]
) -> dict[str, Any]:
    """``facets`` of ``meta``: those of the articles of a list; empty unless they are requested."""
    if "facets" not in query:
        return {}
    try:
        return {"facets": facets.count(connection, plan, query["facets"], query["tz"], path_filters)}
    except OverflowError:
        raise not_accepted("tz", BEYOND_TIME) from None


def _search_meta(
    connection: Connection, plan: Plan, page: Page, page_request: PageRequest, reading: Reading, q: str
) -> dict[str, Any]:
    """How a search was understood, and where it finds little, its absent words and a spelling suggestion."""
    finds_little = _finds_little(page, page_request)
    absent = page.ranking.absent if page.ranking else ()
    if finds_little and not absent:
        absent = absent_words(connection, plan)
    suggestion = spelling.suggestion(connection, plan, q, absent) if finds_little else None
    finds_all_words = page.rows and not (page.ranking and page.ranking.relaxed)
    return {**query_meta(reading, () if finds_all_words else absent), "suggestion": suggestion}


def _finds_little(page: Page, page_request: PageRequest) -> bool:
    """Whether a search has so few strict matches that it may be misspelled."""
    if page_request.key is not None:
        return False
    if page.ranking:
        return page.ranking.strict < spelling.FEW
    return page.next is None and len(page.rows) < spelling.FEW


def filters_of(query: Mapping[str, Any], reading: Reading | None, **given: list[str]) -> dict[str, Any]:
    """The filters among a query's parameters, as ``plan.make`` takes them."""
    # psycopg takes lists as arrays, and tuples as rows.
    filters: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in {**query, **given}.items()
        if name in FILTERS
    }
    for name in filters.keys() & published.PERIODS:
        filters[name] = {text: (begin, end) for text, begin, end in filters[name]}
    return {**filters, "q": reading.tree} if reading else filters


def reading_of(query: Mapping[str, Any]) -> Reading | None:
    """How ``q`` is understood, None without it. Raises InvalidInput for ``syntax=strict`` and invalid syntax."""
    if "q" not in query:
        return None
    try:
        return read(query["q"], strict=query.get("syntax") == "strict")
    except QuerySyntaxError as error:
        raise InvalidInput(f"Invalid search {error}.", errors=[InputError(str(error), parameter="q")]) from error


def query_meta(reading: Reading | None, absent: Sequence[SingleWord] = ()) -> dict[str, Any]:
    """``query`` of ``meta``: how a search is understood, and its words in no article; empty without a search."""
    if reading is None:
        return {}
    notes: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for note in sorted(reading.notes, key=lambda note: note.position):
        if len(notes[note.ignored]) < NOTES_AT_MOST:
            text = note.text[:NOTED_CHARACTERS]
            notes[note.ignored].append({"text": text, "position": note.position, "reason": note.reason})
    understood = {"understood": reading.written, "taken_as_text": notes[False], "ignored": notes[True]}
    return {"query": {**understood, "absent": [word.text[:NOTED_CHARACTERS] for word in absent]}}


def not_accepted(parameter: str, detail: str) -> InvalidInput:
    """The problem of one parameter."""
    return invalid_input(InputError(detail, parameter=parameter))


def article_fields(article: DictRow) -> dict[str, Any]:
    """The fields of an article that ``queries.one`` read."""
    return {name: article[name] for name in COLUMNS}
