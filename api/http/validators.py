"""What a client shows that it holds already: If-None-Match and If-Modified-Since."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from werkzeug.http import http_date

from api.context import request


def conditional() -> bool:
    """Whether the client holds something, and asks whether it is still that."""
    return "HTTP_IF_NONE_MATCH" in request().environ or "HTTP_IF_MODIFIED_SINCE" in request().environ


def client_has(etag: str, changed_at: datetime | None) -> bool:
    """Whether the request shows that the client holds this entity; If-None-Match decides when it is sent."""
    if not conditional():
        return False
    if request().environ.get("HTTP_IF_NONE_MATCH") == etag:  # as most send it, and sooner compared than taken apart
        return True
    if request().if_none_match:
        if presented(etag):
            return True
        bare = opaque(etag)
        # Compression marks a strong tag with its algorithm; it is the same article.
        return any(request().if_none_match.contains_weak(f"{bare}{mark}") for mark in ("", ":zstd", ":br", ":gzip"))
    since = request().if_modified_since
    return bool(since and changed_at and changed_at < since + timedelta(seconds=1))


def presented(etag: str) -> str | None:
    """The tag in If-None-Match that is this one with the entity's own before it."""
    shown = unmarked(request().if_none_match.as_set(include_weak=True))
    return next((f'"{known}"' for known in shown if known.endswith(f"-{opaque(etag)}")), None)


def unmarked(tags: Iterable[str | None]) -> Iterator[str]:
    """Tags of a request without the marks of compression; an empty one, None to werkzeug, is none of ours."""
    return (tag.partition(":")[0] for tag in tags if tag)


def opaque(etag: str) -> str:
    """An entity tag without its quotes, and whether it is weak."""
    return etag.removeprefix("W/").strip('"')


# Most answers are told with the date of the archive's last change.
_dated = lru_cache(1_000)(http_date)


def last_modified(changed_at: datetime) -> str:
    """The header's value; within the second of a change another may come, so that one counts as unsettled."""
    return _dated(min(changed_at, datetime.now(UTC) - timedelta(seconds=1)))
