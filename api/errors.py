"""Every way a request can fail: one class for each code. ``api.http.problems`` makes responses of them (RFC 9457)."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

MAX_ERRORS = 100
"""The number of invalid inputs that a problem lists."""

# The names and indexes that lead to a value inside a JSON document.
InputPath = tuple[str | int, ...]


@dataclass(frozen=True)
class InputError:
    """What is wrong with one input: ``detail`` is a sentence, or a predicate such as "must be a string".

    The input is a query parameter or header, ``parameter``, or else the value at ``path`` in the body.
    """

    detail: str
    parameter: str | None = None
    path: InputPath = ()

    @property
    def sentence(self) -> str:
        """The whole sentence about this input."""
        if self.detail.endswith((".", "?")):
            return self.detail
        name = self.parameter if self.parameter is not None else spelled(self.path)
        return f"{name or 'The body'} {self.detail}."


def spelled(path: InputPath) -> str:
    """A path as people write it, such as ``people[0].roles``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


class Problem(Exception):
    """A failure that the client is told about.

    ``errors`` lists the invalid inputs, ``retry_after`` is the number of seconds after which a retry makes sense, and
    ``members`` are further members of the problem document.

    The docstring of each subclass is its public documentation under ``/problems/<code>``.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]
    retry_after: int | None = None

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[InputError] = (),
        retry_after: int | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.retry_after = retry_after or self.retry_after
        self.members = members

    @classmethod
    def explanation(cls) -> str:
        """The docstring on one line."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split())

    def relocate(self, locate: Callable[[InputPath], InputPath]) -> None:
        """Replace each path in ``errors`` by the one that ``locate`` returns for it."""
        self.errors = [
            replace(error, path=locate(error.path)) if error.parameter is None else error for error in self.errors
        ]


class MalformedRequest(Problem):
    """The request cannot be parsed: its body is not valid JSON, a JSON object has a duplicate key, a header is invalid,
    or its text is not UTF-8. JSON may be nested 32 levels deep and may have 50,000 values, in a batch each item.
    Correct the request before you send it again."""

    code, title, status = "malformed_request", "Malformed request", 400


class InvalidCursor(Problem):
    """The cursor is not valid for this request: it was modified, or it was created for other filters, another sort
    order or another archive. Start again without a cursor."""

    code, title, status = "invalid_cursor", "Invalid cursor", 400


class Unauthorized(Problem):
    """The request needs an API key, but has none or an invalid one. Send the key as `Authorization: Bearer dl_…`."""

    code, title, status = "unauthorized", "Unauthorized", 401


class Forbidden(Problem):
    """The API key is valid but does not permit this request: it lacks the scope, or it is not a key of the outlet."""

    code, title, status = "forbidden", "Forbidden", 403


class NotFound(Problem):
    """The resource does not exist. Check the path, and the id or slug in it."""

    code, title, status = "not_found", "Not found", 404


class MethodNotAllowed(Problem):
    """The endpoint does not support this HTTP method. The `Allow` header lists the methods that it supports."""

    code, title, status = "method_not_allowed", "Method not allowed", 405


class NotImplementedMethod(Problem):
    """The server does not know this HTTP method. Methods are case-sensitive: send `GET`, not `get`."""

    code, title, status = "method_not_implemented", "Method not implemented", 501


class RequestTimeout(Problem):
    """The body of the request arrived too slowly. Nothing was stored of it, except for complete parts of a batch that
    is not atomic. Send the request again over a faster connection, or in smaller parts."""

    code, title, status = "request_timeout", "Request timeout", 408


class Conflict(Problem):
    """The request conflicts with the current state of the archive; for example, the slug of a new tag already exists.
    `detail` says what it conflicts with."""

    code, title, status = "conflict", "Conflict", 409


class RequestInFlight(Problem):
    """A request with the same `Idempotency-Key` is still being processed. Retry after the number of seconds in
    `Retry-After`."""

    code, title, status = "request_in_flight", "Request in flight", 409
    retry_after = 1


class Gone(Problem):
    """The resource is no longer available: the article was withdrawn by its outlet, which may restore it, or the tag,
    person or outlet was deleted."""

    code, title, status = "gone", "Gone", 410


class CursorExpired(Problem):
    """The cursor of the change feed can no longer be used: the changes after it were deleted, or it belongs to another
    archive. Copy the archive again, then continue from the cursor in `restart`."""

    code, title, status = "cursor_expired", "Cursor expired", 410


class LengthRequired(Problem):
    """An atomic batch in NDJSON needs a `Content-Length` header: without it, a truncated batch would look complete."""

    code, title, status = "length_required", "Length required", 411


class PreconditionFailed(Problem):
    """The resource has changed: its current `ETag` is not the one in `If-Match`, or it exists although the request has
    `If-None-Match: *`. Read the resource again and apply your change to its current version."""

    code, title, status = "precondition_failed", "Precondition failed", 412


class PreconditionRequired(Problem):
    """Changing an article requires `If-Match` with the article's `ETag`, so that you do not overwrite a change that you
    have not seen."""

    code, title, status = "precondition_required", "Precondition required", 428


class ContentTooLarge(Problem):
    """The body is larger than the server accepts (settings `MAX_BODY_BYTES` and `MAX_BATCH_BYTES`). Send less data in
    one request."""

    code, title, status = "content_too_large", "Content too large", 413


class UriTooLong(Problem):
    """The path and the query string together are longer than 8,192 bytes, percent-encoded bytes counted as one. Send
    fewer or shorter parameters."""

    code, title, status = "uri_too_long", "URI too long", 414


class UnsupportedMediaType(Problem):
    """The `Content-Type` of the body is missing or not supported by this endpoint. `detail` lists the supported
    types."""

    code, title, status = "unsupported_media_type", "Unsupported media type", 415


class InvalidInput(Problem):
    """A query parameter or a field of the body is unknown, repeated or invalid. `errors` lists the first 100 of
    them."""

    code, title, status = "invalid_input", "Invalid input", 422


class IdempotencyKeyReused(Problem):
    """This `Idempotency-Key` was already used for a different request within the last 24 hours. Use a new key for each
    new request."""

    code, title, status = "idempotency_key_reused", "Idempotency-Key reused", 422


class RateLimited(Problem):
    """The IP address or the API key has exceeded its rate limit. Retry after the number of seconds in `Retry-After`."""

    code, title, status = "rate_limited", "Too many requests", 429


class InternalError(Problem):
    """An unexpected error occurred on the server. If it persists, report the `request_id`, which identifies the error
    in the server's log."""

    code, title, status = "internal_error", "Internal error", 500


class Unavailable(Problem):
    """The server cannot process the request now: the database is unavailable or overloaded, or too many clients send
    their bodies slowly. Retry after the number of seconds in `Retry-After`."""

    code, title, status = "unavailable", "Service unavailable", 503
    retry_after = 2


class TooSlow(Problem):
    """The query exceeded the time limit of the server. Narrow it by a tag, an outlet or a shorter time range."""

    code, title, status = "too_slow", "Query took too long", 503
    retry_after = 2


PROBLEMS: dict[str, type[Problem]] = {problem.code: problem for problem in Problem.__subclasses__()}
BY_STATUS: dict[int, type[Problem]] = {problem.status: problem for problem in reversed(PROBLEMS.values())}
BY_STATUS[400] = MalformedRequest


def invalid_input(*errors: InputError) -> InvalidInput:
    """The problem of the first MAX_ERRORS of these inputs; its detail has the sentences of the first three."""
    sentences = [error.sentence for error in errors[:3]]
    more = len(errors) - len(sentences)
    detail = " ".join([*sentences, *([f"(And {more:,} more.)"] if more else [])])
    return InvalidInput(detail, errors=errors[:MAX_ERRORS])
