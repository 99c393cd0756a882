"""Changing a part of something: JSON merge patches, and the entity tags that a change is made for."""

from typing import Any

from flask import Request

from api.errors import InputError, invalid_input
from api.http.parsing import json_body
from api.http.validators import unmarked

MERGE_PATCH = "application/merge-patch+json"


def patch_of(request: Request) -> dict[str, Any]:
    """The merge patch that the request sends, which must be an object."""
    patch = json_body(request, MERGE_PATCH)
    if not isinstance(patch, dict):
        raise invalid_input(InputError("must be an object"))
    return patch


def patched(current: Any, patch: Any) -> Any:
    """What a merge patch makes of the current content: RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    known = current if isinstance(current, dict) else {}
    kept = {name: value for name, value in known.items() if name not in patch}
    return kept | {name: patched(known.get(name), value) for name, value in patch.items() if value is not None}


def matching(request: Request) -> frozenset[str] | None:
    """The entity tags of If-Match, without the marks of compression; None when it is not sent."""
    if "If-Match" not in request.headers:
        return None
    if request.if_match.star_tag:
        return frozenset("*")
    return frozenset(f'"{tag}"' for tag in unmarked(request.if_match.as_set()))
