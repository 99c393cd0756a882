"""What answers tell in headers, for the OpenAPI document; what all of them tell is in its description."""

from collections.abc import Iterable, Mapping
from typing import Any

from apispec import APISpec

from api.errors import Problem, RateLimited, RequestInFlight, TooSlow, Unauthorized, Unavailable

# Of reads that clients and proxies may keep.
KEPT = ("ETag", "Last-Modified")
WRITTEN = ("Dateline-Position", "Dateline-Result")
LIMIT = ("RateLimit-Policy", "RateLimit")

HEADERS: Mapping[str, str] = {
    "Dateline-Position": "The position of the archive after this write: a read that sends it back sees that or more.",
    "Dateline-Result": "What the write did, such as `created`, `updated`, `unchanged`, `stale`, `merged` or `deleted`.",
    "ETag": "Names what was answered: sent as `If-None-Match` it gets a 304 as long as that is the same, and sent as"
    " `If-Match` a write is made only if it still is.",
    "Idempotency-Replayed": "`true` when this is the first answer to the same request, given again.",
    "Last-Modified": "When the archive, or the article itself, last changed.",
    "Link": 'The pages after and before this one (`rel="next"`, `rel="prev"`), or the job that goes on with what was'
    ' written (`rel="monitor"`).',
    "Location": "The address of what was written, or of the job that goes on with it; of a redirect, where to go.",
    "RateLimit": "What is left of the limit, `r`, for `t` seconds.",
    "RateLimit-Policy": "The limit: `q` in `w` seconds.",
    "Retry-After": "The seconds after which to ask again.",
    "WWW-Authenticate": "How a key is shown: `Bearer`.",
}
# That 304 is no answer of the document: of one without content, generated clients make one that may be anything.
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an answer that you hold: a 304 without content says that it is still that.",
    "schema": {"type": "string"},
}
POSITION = {
    "name": "Dateline-Position",
    "in": "header",
    "description": "What a write, or the change feed, answered: the answer is from that state of the archive or later.",
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
    """What an answer refers to for the headers that it has."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(set(names))}


def of_problems(problems: Iterable[type[Problem]]) -> dict[str, Any]:
    """The headers of an answer that is one of these problems."""
    return described(name for problem in problems for name in _OF_PROBLEMS.get(problem, ()))
