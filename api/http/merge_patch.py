"""Partial changes: JSON merge patches (RFC 7396)."""

from typing import Any

from flask import Request

from api.errors import InputError, invalid_input
from api.http.parsing import json_body

MERGE_PATCH = "application/merge-patch+json"


def read_patch(request: Request) -> dict[str, Any]:
    """The merge patch in the body. Raises InvalidInput unless it is an object."""
    patch = json_body(request, MERGE_PATCH)
    if not isinstance(patch, dict):
        raise invalid_input(InputError("must be an object"))
    return patch


def apply_patch(current: Any, patch: Any) -> Any:
    """The content after a merge patch (RFC 7396, section 2)."""
    if not isinstance(patch, dict):
        return patch
    members = current if isinstance(current, dict) else {}
    unchanged = {name: value for name, value in members.items() if name not in patch}
    return unchanged | {
        name: apply_patch(members.get(name), value) for name, value in patch.items() if value is not None
    }
