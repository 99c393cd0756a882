"""Every way a request can fail: one class a code, raised anywhere, answered as RFC 9457 by ``api.http.problems``."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar


class Problem(Exception):
    """A failure that the client is told about. ``errors`` names inputs, ``headers`` go out with the answer, and
    ``members`` are further ones of the document.

    The docstring of each subclass is its public documentation, served under ``/problems/<code>``.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.members = members

    def point(self, pointer: Callable[[str], str]) -> None:
        """Let ``pointer`` make each JSON Pointer among the errors one into what was sent."""
        self.errors = [
            {**error, "pointer": pointer(error["pointer"])} if "pointer" in error else error for error in self.errors
        ]


class MalformedRequest(Problem):
    """The body is not JSON, says a key twice, a header is misspelled, or the request is not UTF-8. Mend it and send it
    again."""

    code, title, status = "malformed_request", "Malformed request", 400


class InvalidCursor(Problem):
    """The cursor was changed, or made for other filters, another sort or another archive. Start again without it."""

    code, title, status = "invalid_cursor", "Invalid cursor", 400


class Unauthorized(Problem):
    """A key is needed, and none was sent or it is not valid. Send `Authorization: Bearer dl_…`."""

    code, title, status = "unauthorized", "Unauthorized", 401


class Forbidden(Problem):
    """The key is valid but may not do this: it lacks the scope, or the outlet is not one of its own."""

    code, title, status = "forbidden", "Forbidden", 403


class NotFound(Problem):
    """Nothing is at this address: the path is unknown, or no such article, tag, person or outlet exists."""

    code, title, status = "not_found", "Not found", 404


class MethodNotAllowed(Problem):
    """The address exists but not for this method; the `Allow` header lists those it takes."""

    code, title, status = "method_not_allowed", "Method not allowed", 405


class Conflict(Problem):
    """The request contradicts what the archive holds."""

    code, title, status = "conflict", "Conflict", 409


class RequestInFlight(Problem):
    """The same request, by its `Idempotency-Key`, is being answered just now. Send it again after `Retry-After`."""

    code, title, status = "request_in_flight", "Request in flight", 409


class Gone(Problem):
    """What was here is gone: an article was withdrawn by its outlet, which may restore it, or an entity was deleted."""

    code, title, status = "gone", "Gone", 410


class CursorExpired(Problem):
    """The changes behind this cursor are no longer kept, or it is another archive's. Copy anew, then use `restart`."""

    code, title, status = "cursor_expired", "Cursor expired", 410


class LengthRequired(Problem):
    """An atomic batch of lines needs a `Content-Length`: without one, a batch cut off would look like a whole one."""

    code, title, status = "length_required", "Length required", 411


class PreconditionFailed(Problem):
    """It is no longer what the `ETag` in `If-Match` names. Read it again and make the change to what it is now."""

    code, title, status = "precondition_failed", "Precondition failed", 412


class PreconditionRequired(Problem):
    """A change of an article needs `If-Match` with its `ETag`, so that no other change is overwritten unseen."""

    code, title, status = "precondition_required", "Precondition required", 428


class ContentTooLarge(Problem):
    """The body is larger than the server takes (setting MAX_BODY_BYTES). Send less at once."""

    code, title, status = "content_too_large", "Content too large", 413


class UriTooLong(Problem):
    """The address, query string included, is longer than 8,192 bytes. Ask for less at once."""

    code, title, status = "uri_too_long", "URI too long", 414


class UnsupportedMediaType(Problem):
    """The body's `Content-Type` is missing or is not one that this address takes."""

    code, title, status = "unsupported_media_type", "Unsupported media type", 415


class InvalidInput(Problem):
    """A parameter or a field of the body is unknown, repeated or out of its range; `errors` names each."""

    code, title, status = "invalid_input", "Invalid input", 422


class IdempotencyKeyReused(Problem):
    """This `Idempotency-Key` was sent with another request within the last day. A new request needs a new one."""

    code, title, status = "idempotency_key_reused", "Idempotency-Key reused", 422


class RateLimited(Problem):
    """This address or key asked for more than a minute allows. Ask again after the seconds in `Retry-After`."""

    code, title, status = "rate_limited", "Too many requests", 429


class InternalError(Problem):
    """Something failed that should not have. The `request_id` finds it in the server's log."""

    code, title, status = "internal_error", "Internal error", 500


class Unavailable(Problem):
    """The database is away or busy, or too many clients send slowly. Try again after the seconds in `Retry-After`."""

    code, title, status = "unavailable", "Service unavailable", 503


class TooSlow(Problem):
    """The query took longer than the server allows. Narrow it: a tag, an outlet, or a shorter time."""

    code, title, status = "too_slow", "Query took too long", 503


PROBLEMS: dict[str, type[Problem]] = {problem.code: problem for problem in Problem.__subclasses__()}
BY_STATUS: dict[int, type[Problem]] = {problem.status: problem for problem in reversed(PROBLEMS.values())}
BY_STATUS[400] = MalformedRequest
