"""The headers of responses in the OpenAPI document. Its description has the headers that all responses have."""

from collections.abc import Iterable, Mapping
from typing import Any

from apispec import APISpec

from api.errors import Problem, RateLimited, RequestInFlight, TooSlow, Unauthorized, Unavailable

# The headers of cacheable reads, of writes, and of responses to limited requests.
CACHEABLE = ("ETag", "Last-Modified")
WRITTEN = ("Dateline-Position", "Dateline-Result")
LIMIT = ("RateLimit-Policy", "RateLimit")

HEADERS: Mapping[str, str] = {
    "Dateline-Position": "The position of the archive after this write. A read that sends it back includes this write.",
    "Dateline-Result": "What the write did, such as `created`, `updated`, `unchanged`, `stale`, `merged` or `deleted`.",
    "ETag": "The version of the response. Send it as `If-None-Match` to get a 304 if nothing has changed, or as"
    " `If-Match` to write only if nothing has changed.",
    "Idempotency-Replayed": "`true` if this response was stored for an earlier request with this `Idempotency-Key`.",
    "Last-Modified": "When the archive, or the article, last changed.",
    "Link": 'The next and previous pages (`rel="next"`, `rel="prev"`), or the job that completes a write'
    ' (`rel="monitor"`).',
    "Location": "The URL of what was written, of the job that completes the write, or of a redirect.",
    "RateLimit": "The remaining limit, `r`, for the next `t` seconds.",
    "RateLimit-Policy": "The limit: `q` per `w` seconds.",
    "Retry-After": "The number of seconds to wait before another request.",
    "WWW-Authenticate": "The authentication scheme: `Bearer`.",
}
# The document has no 304, because generated clients give a response without content the type of any value.
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of a response that you have cached. If nothing has changed, the response is 304.",
    "schema": {"type": "string"},
}
POSITION = {
    "name": "Dateline-Position",
    "in": "header",
    "description": "The position from a write or the change feed. The response is from that position or later.",
    "schema": {"type": "string"},
}
_OF_PROBLEMS: Mapping[type[Problem], tuple[str, ...]] = {
    RateLimited: ("Retry-After", *LIMIT),
    RequestInFlight: ("Retry-After",),
    TooSlow: ("Retry-After",),
    Unauthorized: ("WWW-Authenticate",),
    Unavailable: ("Retry-After",),
}


def register(document: APISpec) -> None:
    """Describe each header once."""
    for name, meaning in HEADERS.items():
        schema = {"type": "integer" if name == "Retry-After" else "string"}
        document.components.header(name, {"description": meaning, "schema": schema})


def described(names: Iterable[str]) -> dict[str, Any]:
    """References to the headers of a response."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(set(names))}


def of_problems(problems: Iterable[type[Problem]]) -> dict[str, Any]:
    """References to the headers of a response that is one of these problems."""
    return described(name for problem in problems for name in _OF_PROBLEMS.get(problem, ()))
