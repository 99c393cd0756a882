"""Conditions of writes: If-Match (RFC 9110, section 13.1.1)."""

import re

from flask import Request

from api.errors import InputError, MalformedRequest

_ETAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
_ETAGS = re.compile(rf"{_ETAG}(?:[ \t]*,[ \t,]*{_ETAG})*")


def if_match(request: Request) -> frozenset[str] | None:
    """The strong entity tags in If-Match, with their quotes, or ``*`` alone; None without the header.

    Suffixes of compression are left out. Raises MalformedRequest.
    """
    etags = _etags(request, "If-Match")
    return None if etags is None else frozenset(etag for etag in etags if not etag.startswith("W/"))


def _etags(request: Request, name: str) -> list[str] | None:
    """``*`` or the entity tags in a header, None without the header."""
    if name not in request.headers:
        return None
    value = request.headers[name].strip(" \t")
    if value == "*":
        return ["*"]
    if not _ETAGS.fullmatch(value):
        detail = "must be * alone, or entity tags in double quotes, separated by commas"
        raise MalformedRequest(f"The header {name} {detail}.", errors=[InputError(detail, parameter=name)])
    # Compression appends its algorithm to an entity tag.
    return [re.sub(':[^"]*', "", etag) for etag in re.findall(_ETAG, value)]
