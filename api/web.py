"""flask-smorest as Dateline speaks it: strict input, documented operations, answers made by orjson."""

import inspect
import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps

import flask_smorest
import marshmallow as ma
import orjson
from apispec import APISpec
from flask import Flask, Response
from werkzeug.datastructures import Headers

from api import (
    answer_headers,
    answer_problems,
    cached,
    examples,
    limiting,
    logs,
    metrics,
    positions,
    protection,
    timing,
)
from api.admission import admit
from api.context import g, request
from api.converters import CONVERTERS
from api.current import settings
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
from api.parsing import JSON, Parser, drain
from api.problems import base_url
from schemas.base import NoQuery
from schemas.errors import ProblemSchema

LONGEST_URI = 8_192
# As the standard has it, and as granian does.
HTTP_1_0 = ("HTTP/1.0", "HTTP/1")
POSITION = {
    "name": "Dateline-Position",
    "in": "header",
    "description": "What a write, or the change feed, answered: the answer is from that state of the archive or later.",
    "schema": {"type": "string"},
}

Answer = tuple[type[ma.Schema] | None, str, *tuple[str, ...]]

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w-]{1,63}(\.[\w-]{1,63})*\.?)(:[0-9]{1,5})?", re.ASCII)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")


def answer(content: object, status: int = 200, headers: Mapping[str, str] | Headers | None = None) -> Response:
    """A JSON response; rows of the database go in as they are."""
    body = orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    return Response(body, status=status, mimetype=JSON, headers=headers)


def absolute(path: str) -> str:
    """The address of a path of this server, for links."""
    return f"{base_url()}{path}"


def prepare(app: Flask) -> None:
    """Hooks that every request passes."""
    app.url_map.converters.update(CONVERTERS)
    # Both would answer a misspelled address with a redirect, in HTML.
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False

    @app.before_request
    def identify() -> None:
        timing.start()
        metrics.begun()
        environ = request().environ
        given = environ.get("HTTP_X_REQUEST_ID", "")
        g().request_id = given if _REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"
        if environ["SERVER_PROTOCOL"] in HTTP_1_0 and not environ["HTTP_HOST"]:
            # It need not be sent there, and checks of health do not send it.
            environ["HTTP_HOST"] = f"{settings().host}:{settings().port}"
        is_host = _HOST.fullmatch(environ["HTTP_HOST"])
        g().base_url = settings().public_url or (_base_url(request().scheme, environ["HTTP_HOST"]) if is_host else "")
        if not is_host:
            raise MalformedRequest("The Host header is no host.")
        if len(environ["PATH_INFO"]) + len(environ["QUERY_STRING"]) > LONGEST_URI:
            raise UriTooLong(f"The address is longer than {LONGEST_URI:,} bytes.")

    app.before_request(limiting.by_address)

    @app.after_request
    def finish(response: Response) -> Response:
        if response.status_code == 413:
            # A client that sends slowly is waited for, and nothing bounds how long, so few are.
            with app.extensions["dateline.draining"].place() as has_place:
                if has_place:
                    drain(request())
        if request().method == "OPTIONS":
            response.headers.pop("Content-Type", None)
        response.headers["X-Request-Id"] = g().get("request_id", "")
        response.headers.extend(protection.headers())
        limiting.tell(response)
        timing.report(response)
        logs.answered(response)
        metrics.answered(response)
        return response

    app.teardown_request(metrics.ended)


class Blueprint(flask_smorest.Blueprint):
    """A group of operations; ``operation`` declares one with all that the documentation says of it."""

    ARGUMENTS_PARSER = Parser()

    def operation(
        self,
        rule: str,
        answers: Mapping[int, Answer],
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
        positioned: bool | None = None,
        kept: bool | None = None,
        documented: Sequence[Mapping[str, object]] = (),
        problems: Sequence[type[Problem]] = (),
        path: Mapping[str, tuple[str, object]] | None = None,
        summary: str,
        description: str = "",
        name: str = "",
    ) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        """Serve the decorated function, called with the query, the path's parts, and body and headers if declared.

        ``answers`` has a schema, a sentence and the names of headers for each status.
        ``scope`` is what a key must allow: ``read`` is open while reads are public and to every key otherwise,
        None needs no key ever.
        ``positioned`` says whether it takes a ``Dateline-Position``, and ``kept`` whether its answers have an ``ETag``,
        as reads do; ``documented`` has more headers, which the function reads by itself.
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
        positioned = scope == "read" if positioned is None else positioned
        kept = scope == "read" if kept is None else kept
        if positioned:
            raised = list(dict.fromkeys([*raised, InvalidCursor, CursorExpired]))
        if f"{self.url_prefix or ''}{rule}/".startswith(limiting.LIMITED):
            raised = [*raised, RateLimited]
        if scope:
            raised = [Unauthorized, *([Forbidden] if scope != "read" else []), *raised]

        paged = "cursor" in (query().fields if isinstance(query, type) else query.fields)
        always = [*(answer_headers.KEPT if kept else ()), *(["Link"] if paged else [])]
        read_by_all = [*([POSITION] if positioned else []), *([answer_headers.IF_NONE_MATCH] if kept else [])]
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
            for header in [*documented, *read_by_all]:
                _describe(told, header)
            operation = _camel_case(name or view.__name__)
            for status, (schema, meaning, *names) in answers.items():
                told = self.response(
                    status,
                    schema,
                    description=meaning,
                    example=examples.ANSWERS.get(f"{operation} {status}"),
                    content_type=content_type,
                    headers=answer_headers.described([*names, *always]),
                )(told)
            if alternatives:
                content = {kind: {"schema": schema} for kind, schema in alternatives.items()}
                told = self.doc(responses={200: {"content": content}})(told)
            # All at once, as flask-smorest copies what it has for each response that is added.
            told = self.doc(responses=answer_problems.described(raised))(told)
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
                if scope == "read" and (again := cached.answer()) is not None:
                    return again
                asked = request()
                given = [self.ARGUMENTS_PARSER.given(schema, asked, location) for schema, location in inputs]
                if positioned:
                    positions.hold()
                return view(*given, **path)

            # flask-smorest would call what documents a view around it, a function for each thing that is said.
            vars(served)["_apidoc"] = vars(described(view))["_apidoc"]
            return self.route(rule, methods=[method], endpoint=name or None, parameters=parts)(served)

        return decorate


def _base_url(scheme: str, host: str) -> str:
    """Without werkzeug, which knows no host with an underscore, and writes others in the letters of their language."""
    port = _DEFAULT_PORTS.get(scheme, "")
    return f"{scheme}://{host.lower().removesuffix(port)}"


def _describe(view: Callable[..., Response], parameter: Mapping[str, object]) -> None:
    """Document a parameter that no schema has; flask-smorest keeps those of an operation here."""
    view._apidoc["arguments"]["parameters"].append(parameter)  # pyright: ignore[reportFunctionMemberAccess]: its own name


def _camel_case(name: str) -> str:
    """An operationId: Swagger UI's deep links take an underscore for a space."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


class Api(flask_smorest.Api):
    """The OpenAPI document; errors are left to ``api.problems``."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = ""

    @property
    def document(self) -> APISpec:
        """The OpenAPI document, once the app is given."""
        if self.spec is None:
            raise RuntimeError("init_app makes the document")
        return self.spec

    def _register_error_handlers(self) -> None:
        """Leave them alone."""

    def _register_pagination_header(self) -> None:
        """Leave it out of the document: lists say where they stand in their body."""
