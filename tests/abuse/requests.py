"""Requests as rows of a table. They are sent as bytes, because HTTP libraries correct some of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from api.settings import Settings

LIMIT = Settings().max_body_bytes


@dataclass(frozen=True)
class Target:
    """What a request may name: a published article of korea-herald, and two keys."""

    article: str
    write: str
    admin: str


@dataclass(frozen=True)
class Case:
    """A request, and which statuses are right for it. ``says`` is a part of the body."""

    name: str
    request: Callable[[Target], bytes]
    statuses: frozenset[int]
    says: str
    is_bare: bool
    """Refused by granian before the app sees it, without a problem document."""
    half_closes: bool
    """The client ends its side of the connection after the request."""
    seconds: float
    """How long the response may take."""


def raw(method: str, target: str, *headers: str, body: bytes = b"", host: str = "Host: localhost") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {target} HTTP/1.1", *([host] if host else []), *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(body: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """A body in chunks."""
    parts = [body[start : start + 10_000] for start in range(0, len(body), 10_000)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + end


def story(external_id: str, **fields: object) -> dict[str, object]:
    """An article of the korea-herald."""
    return {
        "outlet": "korea-herald",
        "external_id": external_id,
        "headline": "Ferry returns to the north quay",
        "published_at": "2024-03-07T00:00:00Z",
        **fields,
    }


def dumped(content: object) -> bytes:
    """JSON without escapes."""
    return json.dumps(content, ensure_ascii=False).encode()


def pushed(target: Target, body: bytes, *headers: str, path: str = "/v1/articles", kind: str = "json") -> bytes:
    """A push of this body."""
    return raw(
        "POST", path, f"Authorization: Bearer {target.write}", f"Content-Type: application/{kind}", *headers, body=body
    )


def changed(target: Target, body: bytes, *headers: str) -> bytes:
    """A PATCH of the article that would change nothing if it were allowed."""
    return raw(
        "PATCH",
        f"/v1/articles/{target.article}",
        f"Authorization: Bearer {target.write}",
        "Content-Type: application/merge-patch+json",
        *(headers or ("If-Match: *",)),
        body=body,
    )


def case(
    name: str,
    request: bytes | Callable[[Target], bytes],
    *statuses: int,
    says: str = "",
    is_bare: bool = False,
    half_closes: bool = False,
    seconds: float = 1.5,
) -> Case:
    """A row."""
    made = request if callable(request) else lambda _: request
    return Case(name, made, frozenset(statuses), says, is_bare, half_closes, seconds)


def get(name: str, path: str, *statuses: int, says: str = "") -> Case:
    """A row for a GET of this path."""
    return case(f"{name}: {path[:60]}", raw("GET", path), *statuses, says=says)
