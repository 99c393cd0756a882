"""An operation as the OpenAPI document describes it."""

import inspect
from collections.abc import Callable
from typing import Any

from api.errors import (
    CursorExpired,
    Forbidden,
    InternalError,
    InvalidCursor,
    InvalidInput,
    MalformedRequest,
    NotFound,
    Problem,
    RateLimited,
    TooSlow,
    Unauthorized,
    Unavailable,
    UriTooLong,
)
from api.http import rate_limit
from api.http.declaration import Declaration
from api.http.openapi import examples, headers
from api.http.openapi import problems as openapi_problems

JSON = "application/json"


def operation(declared: Declaration, view: Callable[..., object], url_prefix: str) -> dict[str, Any]:
    """The operation object; schemas in it are marshmallow's, which apispec replaces by references."""
    operation_id = _camel_case(declared.name or view.__name__)
    body = _request_body(declared)
    responses = _responses(declared, operation_id)
    problems = openapi_problems.described(_problems(declared, f"{url_prefix}{declared.rule}"))
    return {
        "parameters": _parameters(declared),
        **({"requestBody": body} if body else {}),
        "responses": dict(sorted((responses | problems).items())),
        "summary": declared.summary,
        "description": declared.description or inspect.getdoc(view),
        "operationId": operation_id,
        **_security(declared),
    }


def _path_parameters(declared: Declaration) -> list[dict[str, object]]:
    """The parts of the path. ``Api.as_dict`` adds their schemas, which come from the converters of the rule."""
    return [
        {"name": name, "in": "path", "required": True, "description": description, "example": example}
        for name, (description, example) in (declared.path or {}).items()
    ]


def _parameters(declared: Declaration) -> list[Any]:
    schemas = [
        {"in": location, "required": True, "schema": schema}
        for location, schema in (("headers", declared.headers), ("query", declared.query))
        if schema
    ]
    position = [headers.POSITION] if declared.takes_position else []
    etag = [headers.IF_NONE_MATCH] if declared.cacheable else []
    return [*_path_parameters(declared), *schemas, *declared.extra_headers, *position, *etag]


def _request_body(declared: Declaration) -> dict[str, Any] | None:
    if declared.accepts:
        content = {
            media_type: {"schema": schema, "example": example}
            for media_type, (schema, example) in declared.accepts.items()
        }
    elif declared.body:
        content = {JSON: {"schema": declared.body, "example": declared.example}}
    else:
        return None
    return {"required": True, "content": content}


def _responses(declared: Declaration, operation_id: str) -> dict[int, Any]:
    query = declared.query() if isinstance(declared.query, type) else declared.query
    common = [*(headers.CACHEABLE if declared.cacheable else ()), *(["Link"] if "cursor" in query.fields else [])]
    found: dict[int, Any] = {}
    for status, (schema, description, *names) in declared.responses.items():
        found[status] = {"description": description, "headers": headers.described([*names, *common])}
        # Without an example of its own, a status shows that of another one with the same schema.
        shown = [status, *(other for other, spec in declared.responses.items() if spec[0] is schema)]
        example = next(filter(None, (examples.RESPONSES.get(f"{operation_id} {other}") for other in shown)), None)
        content = {"schema": schema, "example": example}
        if content := {name: value for name, value in content.items() if value is not None}:
            found[status]["content"] = {declared.content_type: content}
    if declared.alternatives:
        # Not as content: generated clients make a union of all media types, which every caller would have to narrow.
        found[200]["x-other-content"] = {
            media_type: {"schema": {"$ref": f"#/components/schemas/{schema.__name__.removesuffix('Schema')}"}}
            for media_type, schema in declared.alternatives.items()
        }
    return found


def _problems(declared: Declaration, path: str) -> list[type[Problem]]:
    """The problems that a request may get, each once: those of its steps and those that the view raises."""
    raised = [MalformedRequest, *declared.problems, UriTooLong, InvalidInput, InternalError, Unavailable]
    if declared.scope:
        raised = [Unauthorized, *([Forbidden] if declared.scope != "read" else []), *raised]
    if "<" in path:
        raised.append(NotFound)
    if declared.scope == "read":
        raised.append(TooSlow)
    if declared.takes_position:
        raised += [InvalidCursor, CursorExpired]
    if f"{path}/".startswith(rate_limit.LIMITED):
        raised.append(RateLimited)
    return list(dict.fromkeys(raised))


def _security(declared: Declaration) -> dict[str, Any]:
    # Reads inherit the document's own: a list here, even one that allows no key, makes some generated clients demand
    # one.
    if declared.scope == "read":
        return {}
    return {"security": [{"key": []}] if declared.scope else []}


def _camel_case(name: str) -> str:
    """An operationId: Swagger UI's deep links take an underscore for a space."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
