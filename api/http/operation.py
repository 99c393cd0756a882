"""flask-smorest as Dateline speaks it: strict input, documented operations, answers made by orjson."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps

import flask_smorest
import marshmallow as ma
from flask import Response

from api.context import request
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
from api.http import positions, rate_limit, reads
from api.http.authentication import admit
from api.http.openapi import examples
from api.http.openapi import headers as openapi_headers
from api.http.openapi import problems as openapi_problems
from api.http.parsing import Parser
from schemas.base import NoQuery

POSITION = {
    "name": "Dateline-Position",
    "in": "header",
    "description": "What a write, or the change feed, answered: the answer is from that state of the archive or later.",
    "schema": {"type": "string"},
}

ResponseSpec = tuple[type[ma.Schema] | None, str, *tuple[str, ...]]


class Blueprint(flask_smorest.Blueprint):
    """A group of operations; ``operation`` declares one with all that the documentation says of it."""

    ARGUMENTS_PARSER = Parser()

    def operation(
        self,
        rule: str,
        responses: Mapping[int, ResponseSpec],
        *,
        method: str = "GET",
        query: ma.Schema | type[ma.Schema] = NoQuery,
        body: type[ma.Schema] | None = None,
        accepts: Mapping[str, tuple[ma.Schema | Mapping[str, object], object]] | None = None,
        content_type: str | None = None,
        alternatives: Mapping[str, type[ma.Schema]] | None = None,
        headers: type[ma.Schema] | None = None,
        example: Mapping[str, object] | None = None,
        scope: str | None = "read",
        takes_position: bool | None = None,
        cacheable: bool | None = None,
        extra_headers: Sequence[Mapping[str, object]] = (),
        problems: Sequence[type[Problem]] = (),
        path: Mapping[str, tuple[str, object]] | None = None,
        summary: str,
        description: str = "",
        name: str = "",
    ) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        """Serve the decorated function, called with the query, the path's parts, and body and headers if declared.

        ``responses`` has a schema, a description and the names of headers for each status.
        ``scope`` is what a key must allow: ``read`` is open while reads are public and to every key otherwise,
        None needs no key ever.
        ``takes_position`` says whether it takes a ``Dateline-Position``, ``cacheable`` whether its responses have an
        ``ETag``; both are True for reads by default. ``extra_headers`` documents request headers that the function
        reads itself.
        ``example`` is a body that can be sent; ``accepts`` documents bodies that the function reads by itself, a schema
        and an example by media type; ``content_type`` is that of the answer, when it is not JSON, and ``alternatives``
        are those of a 200 that a client may ask for.
        ``path`` has a sentence and an example for each part of the path.
        ``name`` and ``description`` are the function's own name and docstring unless given.
        """
        raised = list(
            dict.fromkeys([MalformedRequest, *problems, UriTooLong, InvalidInput, InternalError, Unavailable])
        )
        if "<" in rule and NotFound not in raised:
            raised.insert(0, NotFound)
        if scope == "read":
            raised.append(TooSlow)
        takes_position = scope == "read" if takes_position is None else takes_position
        cacheable = scope == "read" if cacheable is None else cacheable
        if takes_position:
            raised = list(dict.fromkeys([*raised, InvalidCursor, CursorExpired]))
        if f"{self.url_prefix or ''}{rule}/".startswith(rate_limit.LIMITED):
            raised = [*raised, RateLimited]
        if scope:
            raised = [Unauthorized, *([Forbidden] if scope != "read" else []), *raised]

        paged = "cursor" in (query().fields if isinstance(query, type) else query.fields)
        always = [*(openapi_headers.KEPT if cacheable else ()), *(["Link"] if paged else [])]
        read_by_all = [*([POSITION] if takes_position else []), *([openapi_headers.IF_NONE_MATCH] if cacheable else [])]
        parts = [
            {"name": part, "in": "path", "required": True, "description": meaning, "example": example}
            for part, (meaning, example) in (path or {}).items()
        ]

        # Made once: given the class, webargs makes it anew, and copies every field, for each request.
        inputs = [
            (schema() if isinstance(schema, type) else schema, location)
            for schema, location in ((query, "query"), (body, "json"), (headers, "headers"))
            if schema
        ]

        def described(view: Callable[..., Response]) -> Callable[..., Response]:
            told = view
            for schema, location in reversed(inputs):
                shown = example if location == "json" else None
                told = self.arguments(schema, location=location, example=shown)(told)
            if accepts:
                content = {kind: {"schema": schema, "example": shown} for kind, (schema, shown) in accepts.items()}
                told = self.doc(requestBody={"required": True, "content": content})(told)
            for header in [*extra_headers, *read_by_all]:
                _describe(told, header)
            operation = _camel_case(name or view.__name__)
            for status, (schema, meaning, *names) in responses.items():
                told = self.response(
                    status,
                    schema,
                    description=meaning,
                    example=examples.ANSWERS.get(f"{operation} {status}"),
                    content_type=content_type,
                    headers=openapi_headers.described([*names, *always]),
                )(told)
            if alternatives:
                content = {kind: {"schema": schema} for kind, schema in alternatives.items()}
                told = self.doc(responses={200: {"content": content}})(told)
            # All at once, as flask-smorest copies what it has for each response that is added.
            told = self.doc(responses=openapi_problems.described(raised))(told)
            # Reads inherit the document's own: a list here, even one that allows no key, makes some generated
            # clients demand one.
            security = {} if scope == "read" else {"security": [{"key": []}] if scope else []}
            sentences = {"summary": summary, "description": description or inspect.getdoc(view)}
            return self.doc(operationId=operation, **sentences, **security)(told)

        def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
            @wraps(view)
            def served(**path: object) -> Response:
                if scope:
                    admit(scope)
                if scope == "read" and (again := reads.from_cache()) is not None:
                    return again
                asked = request()
                given = [self.ARGUMENTS_PARSER.given(schema, asked, location) for schema, location in inputs]
                if takes_position:
                    positions.hold()
                return view(*given, **path)

            # flask-smorest would call what documents a view around it, a function for each thing that is said.
            vars(served)["_apidoc"] = vars(described(view))["_apidoc"]
            return self.route(rule, methods=[method], endpoint=name or None, parameters=parts)(served)

        return decorate


def _describe(view: Callable[..., Response], parameter: Mapping[str, object]) -> None:
    """Document a parameter that no schema has; flask-smorest keeps those of an operation here."""
    view._apidoc["arguments"]["parameters"].append(parameter)  # pyright: ignore[reportFunctionMemberAccess]: its own name


def _camel_case(name: str) -> str:
    """An operationId: Swagger UI's deep links take an underscore for a space."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
