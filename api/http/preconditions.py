"""Conditions of writes: If-Match and If-None-Match (RFC 9110, section 13.1)."""

import re
from collections.abc import Collection

from flask import Request

from api.errors import InputError, MalformedRequest

_ETAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
_ETAGS = re.compile(rf"{_ETAG}(?:[ \t]*,[ \t,]*{_ETAG})*")


def require_supported(request: Request, supported: Collection[object]) -> None:
    """Raise MalformedRequest if a write has a condition that its operation does not check."""
    conditions = ["If-Match", "If-None-Match"]
    if "If-Match" not in request.headers:  # which takes precedence over the time
        conditions.append("If-Unmodified-Since")
    for name in conditions:
        if name in request.headers and name not in supported:
            known = " and ".join(condition for condition in conditions if condition in supported)
            hint = f"It supports {known}." if known else "It supports no conditions: leave the header out."
            raise _invalid(name, f"is not supported by this operation. {hint}")


def if_match(request: Request) -> frozenset[str] | None:
    """The strong entity tags in If-Match, with their quotes, or ``*`` alone; None without the header.

    Suffixes of compression are left out. Raises MalformedRequest.
    """
    etags = _etags(request, "If-Match")
    return None if etags is None else frozenset(etag for etag in etags if not etag.startswith("W/"))


def if_none_match(request: Request) -> bool:
    """Whether the request has ``If-None-Match: *``. Raises MalformedRequest for entity tags."""
    etags = _etags(request, "If-None-Match")
    if etags not in (None, ["*"]):
        raise _invalid("If-None-Match", "must be * for a write. To change a certain version, send If-Match.")
    return etags is not None


def _etags(request: Request, name: str) -> list[str] | None:
    """``*`` or the entity tags in a header, None without the header."""
    if name not in request.headers:
        return None
    value = request.headers[name].strip(" \t")
    if value == "*":
        return ["*"]
    if not _ETAGS.fullmatch(value):
        raise _invalid(name, "must be * alone, or entity tags in double quotes, separated by commas.")
    # Compression appends its algorithm to an entity tag.
    return [re.sub(':[^"]*', "", etag) for etag in re.findall(_ETAG, value)]


def _invalid(name: str, detail: str) -> MalformedRequest:
    return MalformedRequest(f"The header {name} {detail}", errors=[InputError(detail, parameter=name)])
