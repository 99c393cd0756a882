"""What schemathesis checks besides its own checks: that good requests are refused for a good reason only."""

import re
from typing import Any
from urllib.parse import urlencode

import orjson
import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

LONGEST_TARGET_PART = 30_000
# Inputs that may be refused although they are as documented: what no JSON Schema can say.
REASONS = {
    "include": "must have a search, q, for highlights",
    "sort": "must have a search, q, for relevance",
    "cursor": "cannot be made up: it is signed",
    "after": "cannot be made up: it is signed",
    "Dateline-Position": "cannot be made up: it is signed",
    "explain": "must have a search, q, to explain",
    "q": "must be a search that can be read",
    "from": "must be within the years 1 to 9999 in UTC",
    "to": "must not be before from, nor leave those years",
    "updated_since": "must be within the years 1 to 9999 in UTC",
    "month": "must be within the years 1 to 9999 in UTC",
    "year": "must be within the years 1 to 9999 in UTC",
    "as_of": "must be within the years 1 to 9999 in UTC",
    "language": "must be registered",
    "interval": "must not divide the time into more than a timeline has",
    "tz": "must be a time zone of the database of this server",
    "/outlet": "must be an outlet of the archive",
    "/outlets": "must not be empty for a key that writes",
    "/outlets/*": "must be an outlet of the archive",
    "If-Match": "must be a star, or entity tags in quotes",
    "If-None-Match": "must be a star where something is written",
    "Idempotency-Key": "must be new, or come with the same request",
    "/published_at": "must be a time that is not ahead",
    "/tags/*": "must be the slug or name of one tag, or make a slug",
    "/people/*": "must be the slug or name of one person, or make a slug",
    "/reason": "must go with a withdrawal",
    "/body": "must not be sent beside body_html",
    "/embargoed_until": "must be within the years 1 to 9999 in UTC",
    "/into": "must be another tag or person of the archive",
    "/name": "must hold a letter or digit that makes a slug",
    "/slug": "must have the letters of one script in a word",
    "/language": "must be registered",
    "/associations/*/language": "must be registered",
    "/associations/*/*/language": "must be registered",
    "/renditions/*/language": "must be registered",
    "/lat": "must be that of a place, and have a longitude",
    "/lon": "must be that of a place, and have a latitude",
    "/same_as/*": "must have a host, and a port that exists",
    "/url": "must have a host, and a port that exists",
    "/image/url": "must have a host, and a port that exists",
    "": "must have keys that are text",
    # Of ninjs, which requires little, an article needs more.
    "/altIds": "must name the outlet, where the key does not",
    "/altIds/*/value": "must be an outlet of the archive",
    "/headlines": "must hold one that is a headline",
    "/contentCreated": "must be there, or another time of the item",
    "/bodies": "must hold one in plain text or HTML",
}
# What becomes a field of an article must be as that field is.
REASONS |= {f"/{name}/*/{part}": "must be as the article's field" for name, part in (
    ("headlines", "value"), ("descriptions", "value"), ("bodies", "value"), ("subjects", "name"), ("subjects", "rel"),
    ("subjects", "literal"), ("people", "name"), ("people", "literal"), ("infoSources", "name"),
    ("infoSources", "literal"), ("renditions", "href"),
)}  # fmt: skip
REASONS |= {f"/{name}": "must be as the article's field" for name in ("by", "edNote")}


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx: Any, value: Any) -> bytes:
    """Lines of NDJSON are text to the document."""
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


@schemathesis.hook
def map_query(ctx: HookContext, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """Shorten long polls, which would be waited for to their end."""
    if query and re.fullmatch("[2-9]|[12][0-9]|30", str(query.get("wait", ""))):
        query["wait"] = "1"
    return query


def shortened(value: Any) -> Any:
    """The value with strings of at most 1,000 characters and lists of at most 10 values."""
    if isinstance(value, str):
        return value[:1_000]
    return [shortened(one) for one in value[:10]] if isinstance(value, list) else value


@schemathesis.hook
def before_call(ctx: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Send no target that granian itself refuses, and no condition that is true for every version.

    A 304 is documented at its header, without a response.
    """
    for values in (case.query, case.path_parameters):
        if values and len(urlencode(values, doseq=True)) > LONGEST_TARGET_PART:
            values.update({name: shortened(value) for name, value in values.items()})
    if case.headers and case.headers.get("If-None-Match") == "*":
        case.headers["If-None-Match"] = '"*"'


@schemathesis.check
def good_input_is_refused_for_a_reason(ctx: CheckContext, response: Response, case: Case) -> None:
    """Hold each input that a refusal names against REASONS."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code not in (400, 422):
        return
    problem = response.json()
    for error in problem.get("errors") or [{"detail": problem["detail"]}]:
        if case.media_type == "application/x-ndjson":
            continue  # to the document, a line is any text
        name = error.get("parameter") or re.sub(r"/\d+", "/*", error.get("pointer", ""))
        if name not in REASONS:
            raise AssertionError(f"{name or 'the request'} is as documented, but {error['detail']}")


@schemathesis.check
class EveryOperationSucceeds:
    """Refusing all there is would pass every other check."""

    def __init__(self) -> None:
        self.tried: set[str] = set()
        self.succeeded: set[str] = set()

    def after_response(self, ctx: CheckContext, response: Response, case: Case) -> None:
        self.tried.add(case.operation.label)
        if response.status_code < 300:
            self.succeeded.add(case.operation.label)

    def after_run(self, ctx: Any) -> None:
        # To change or delete something it has to be hit upon first.
        if never := sorted(one for one in self.tried - self.succeeded if not one.startswith(("PATCH", "DELETE"))):
            raise AssertionError(f"never answered with a success: {', '.join(never)}")
