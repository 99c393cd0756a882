"""Conditional requests: If-None-Match and If-Modified-Since."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from werkzeug.http import http_date

from api.context import request


def _is_conditional() -> bool:
    """Whether the request has If-None-Match or If-Modified-Since."""
    return "HTTP_IF_NONE_MATCH" in request().environ or "HTTP_IF_MODIFIED_SINCE" in request().environ


def client_has(etag: str, changed_at: datetime | None) -> bool:
    """Whether the client has this representation, which exists. If-Modified-Since counts only without If-None-Match."""
    if not _is_conditional():
        return False
    if "HTTP_IF_NONE_MATCH" in request().environ:
        return names_tag(etag) or request().if_none_match.star_tag
    since = request().if_modified_since
    return bool(since and changed_at and changed_at < since + timedelta(seconds=1))


def names_tag(etag: str) -> bool:
    """Whether If-None-Match has this entity tag itself; ``*`` does not say which representation the client has."""
    if request().environ.get("HTTP_IF_NONE_MATCH") == etag:  # the usual case, faster than parsing the header
        return True
    if not (sent := request().if_none_match):
        return False
    bare = opaque(etag)
    # Compression appends its algorithm to a strong tag. The content is the same.
    tags = sent.as_set(include_weak=True)
    return any(f"{bare}{suffix}" in tags for suffix in ("", ":zstd", ":br", ":gzip")) or bool(matching_tag(etag))


def matching_tag(etag: str) -> str | None:
    """The tag in If-None-Match that consists of an entity's own tag and this one."""
    sent = without_compression(request().if_none_match.as_set(include_weak=True))
    return next((f'"{tag}"' for tag in sent if tag.endswith(f"-{opaque(etag)}")), None)


def without_compression(tags: Iterable[str | None]) -> Iterator[str]:
    """Tags of a request without the suffixes of compression. An empty tag, None in werkzeug, is left out."""
    return (tag.partition(":")[0] for tag in tags if tag)


def opaque(etag: str) -> str:
    """An entity tag without its quotes and the prefix of weak tags."""
    return etag.removeprefix("W/").strip('"')


# Most responses have the time of the archive's last change.
_http_date = lru_cache(1_000)(http_date)


def last_modified(changed_at: datetime) -> str:
    """The value of Last-Modified: at most one second ago, as another change may follow within the same second."""
    return _http_date(min(changed_at, datetime.now(UTC) - timedelta(seconds=1)))
