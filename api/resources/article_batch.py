"""Pushing many articles with one request."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import orjson
from flask import Response, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from api.auth import scopes
from api.commands.article_options import Options
from api.commands.articles import WriteResult
from api.commands.change_log import Change
from api.context import database, settings
from api.errors import (
    Conflict,
    ContentTooLarge,
    IdempotencyKeyReused,
    InputError,
    LengthRequired,
    MalformedRequest,
    Problem,
    RequestInFlight,
    RequestTimeout,
    Unauthorized,
    UnsupportedMediaType,
    invalid_input,
)
from api.formats.json_stream import elements, lines
from api.formats.strict_json import parse
from api.http import problems
from api.http.authentication import while_current
from api.http.operation import Blueprint
from api.http.parsing import JSON, require_media_type
from api.http.spool import Spool
from api.http.writes import WriteOutcome, checking_key, idempotent_request, replay, with_position, write
from api.ingest import batch
from api.ingest.batch import Item, Result
from api.postgres.connection import Connection
from api.resources.article_payloads import NINJS_EXAMPLE, push, push_options
from api.resources.article_writes import EXAMPLE, SECOND
from api.resources.articles import NINJS
from schemas.headers import RepeatableHeaders
from schemas.ninjs import NinjsSchema
from schemas.pushes import ArticleInput, BatchQuery, BatchResultSchema

blueprint = Blueprint("article_batch", __name__, url_prefix="/v1")

NDJSON = "application/x-ndjson"
PART, SLOW_PART, SLOW_SECONDS = 8 * 1024, 512, 0.1
"""How many bytes of a body are read at once, and how many if the last read took longer than SLOW_SECONDS."""
T = TypeVar("T")
# Held by the batch that has a second writer. Only one batch at a time has one.
_second = threading.Lock()


@blueprint.operation(
    "/articles/batch",
    {
        200: (
            BatchResultSchema,
            "One line of JSON for each item, in the order of the items.",
            "Dateline-Position",
            "Idempotency-Replayed",
        )
    },
    method="POST",
    query=BatchQuery,
    content_type=NDJSON,
    headers=RepeatableHeaders,
    accepts={
        JSON: (ArticleInput(many=True), [EXAMPLE, SECOND]),
        NINJS: (NinjsSchema(many=True), [NINJS_EXAMPLE]),
        NDJSON: ({"type": "string"}, "\n".join(orjson.dumps(item).decode() for item in (EXAMPLE, SECOND))),
    },
    scope="write",
    problems=[
        Conflict,
        RequestInFlight,
        LengthRequired,
        ContentTooLarge,
        RequestTimeout,
        UnsupportedMediaType,
        IdempotencyKeyReused,
    ],
    summary="Push many articles",
)
def push_batch(query: Mapping[str, Any], headers: dict[str, Any]) -> Response:
    """Push any number of articles as lines of NDJSON or as a JSON array. News items in ninjs must be an array.

    Each item is independent: valid items are stored, in chunks, and the line of an invalid item has its error. With
    `atomic=true`, either all items are stored or none, and the first invalid item makes the whole response an error.

    A batch ends after 10,000 refused items, and an atomic batch has at most 100,000 items.

    If the key is revoked during the batch, the items that are not stored yet have the status 401, and the response ends
    early. An atomic batch then responds with 401 and stores nothing.

    `If-Match` and `If-None-Match` are refused with 400: push an article by itself to set a condition for it.

    Repeating a batch changes nothing. An atomic batch may have an `Idempotency-Key` to get its first response again.
    """
    require_media_type(request, JSON, NDJSON, NINJS)
    options = push_options(query)
    if query["atomic"] == "true":
        if request.mimetype == NDJSON and request.content_length is None:
            raise LengthRequired("An atomic batch of NDJSON needs a Content-Length. Or send a JSON array.")
        return _store_all(options, headers.get("idempotency_key"))
    if "idempotency_key" in headers:
        detail = "is only allowed with atomic=true; other batches can be repeated without it"
        raise invalid_input(InputError(detail, parameter="Idempotency-Key"))
    return with_position(_store_each(options))


def _store_each(options: Options) -> Response:
    with _results() as results, _writers() as writers:
        results.write(_lines(batch.store_each(_chunk_writer(), _items(_parts()), options, writers)))
        return _results_response(results)


def _store_all(options: Options, idempotency_key: str | None) -> Response:
    with Spool() as body, Spool() as checked:
        body.write(while_current(_parts()))
        attempt = idempotent_request(idempotency_key, body.parts())
        if replayed := replay(attempt):
            return replayed
        # Parsed and sanitized before the transaction, which blocks other writes.
        checked.dump(batch.valid(_items(body.parts())))

        def work(connection: Connection) -> WriteOutcome:
            recorded: list[Change] = []
            with _results() as results:
                results.write(_lines(batch.store_all(connection, while_current(checked.load()), options, recorded)))
                return WriteOutcome(_results_response(results), recorded)

        return write(work, attempt)


def _chunk_writer() -> Callable[[Callable[[Connection], T]], T]:
    """A function that stores a chunk in any thread. It waits for a writer, so that other requests get connections."""
    archive, writers, key = database(), current_app.extensions["dateline.writers"], g.key

    def store_chunk(work: Callable[[Connection], T]) -> T:
        with writers:
            return archive.write(checking_key(key, work))

    return store_chunk


@contextmanager
def _results() -> Iterator[Spool]:
    """The spool for the lines of the response. It stays open until they are sent."""
    with ExitStack() as unsent:
        yield unsent.enter_context(Spool())
        unsent.pop_all()


def _results_response(results: Spool) -> Response:
    return Response(_stream(results), mimetype=NDJSON, headers={"Cache-Control": "no-store"})


def _stream(results: Spool) -> Iterator[bytes]:
    with results:
        yield from results.parts()


@contextmanager
def _writers() -> Iterator[int]:
    """The number of writers of a batch: two if no other batch has two, else one."""
    second = _second.acquire(blocking=False)
    try:
        yield 2 if second else 1
    finally:
        if second:
            _second.release()


def _lines(results: Iterable[Result]) -> Iterator[bytes]:
    return (orjson.dumps(_line(*result), option=orjson.OPT_APPEND_NEWLINE) for result in results)


def _line(item: Item, outcome: WriteResult | Problem) -> dict[str, Any]:
    """What the response says about an item."""
    if isinstance(outcome, Problem):
        line = {**item.position, "status": outcome.status, "code": outcome.code, "detail": outcome.detail}
        return {**line, "errors": problems.errors(outcome)} if outcome.errors else line
    status = 201 if outcome.outcome == "created" else 200
    return {**item.position, "status": status, "result": outcome.outcome, "id": outcome.id}


def _parts() -> Iterator[bytes]:
    """The parts of the body as they arrive.

    Raises RequestEntityTooLarge when they exceed the limit, and MalformedRequest if the body is shorter than its
    Content-Length.
    """
    most = request.max_content_length = settings().max_batch_bytes
    stream = request.stream if request.content_length is not None else request.environ["wsgi.input"]
    total, size, began = 0, PART, time.monotonic()
    while part := stream.read(size):
        # A read waits for all that it asks for. It asks a slow client for less, so that its key is checked in between.
        size = SLOW_PART if time.monotonic() - began > SLOW_SECONDS else PART
        total += len(part)
        if total > most:
            raise RequestEntityTooLarge
        yield part
        began = time.monotonic()
    if total < (request.content_length or 0):
        raise MalformedRequest(f"The body ended after {total:,} of {request.content_length:,} bytes.")


def _items(body: Iterable[bytes]) -> Iterator[Item]:
    """The items of the body. After the first item, a syntax error or a revoked key is the problem of the next one."""
    longest = settings().max_body_bytes
    is_ndjson = request.mimetype == NDJSON
    body = while_current(body)
    found = lines(body, longest) if is_ndjson else elements(body, longest)
    name, number = "line" if is_ndjson else "index", None
    while True:
        try:
            number, text = next(found)
        except StopIteration:
            return
        except Problem as problem:
            if number is None or (is_ndjson and not isinstance(problem, Unauthorized)):
                raise
            yield Item({name: number + 1}, problem)
            return
        yield Item({name: number}, _too_long(longest)) if text is None else _item({name: number}, text)


def _too_long(longest: int) -> Problem:
    return ContentTooLarge(f"The item is longer than {longest:,} bytes.")


def _item(position: Mapping[str, int], text: bytes) -> Item:
    try:
        pushed = push(parse(text), request.mimetype)
        scopes.require(g.key, "write", pushed.article["outlet"])
    except Problem as problem:
        return Item(position, problem)
    return Item(position, pushed.article, pushed.locate, len(text))
