"""Operations: what happens to a request, from its key to its response."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec

import flask_smorest
from flask import Response

from api.context import request
from api.http import positions, preconditions, reads
from api.http.authentication import authorize, recheck
from api.http.declaration import Declaration
from api.http.openapi import describe
from api.http.parsing import Parser

View = Callable[..., Response]
Arguments = ParamSpec("Arguments")

_PARSER = Parser()


def handler(declared: Declaration, view: View) -> View:
    """The function that serves the requests of an operation; ``view`` is called with the query, body and headers that
    it declares, and with the parts of the path by name."""
    locations = ((declared.query, "query"), (declared.body, "json"), (declared.headers, "headers"))
    # Schemas are made once: given a class, webargs makes an instance, and copies every field, for each request.
    inputs = [(schema() if isinstance(schema, type) else schema, location) for schema, location in locations if schema]
    is_read = declared.scope == "read"
    conditions = {header["name"] for header in declared.extra_headers}

    @wraps(view)
    def serve(**path: object) -> Response:
        # Before, the hooks checked the Host header, the length of the URL, and the rate limit of the IP address.
        if declared.scope:
            authorize(declared.scope)  # the key, its rate limit and its scope
        if is_read and (cached := reads.cached_response()) is not None:
            return cached
        received = request()
        if declared.method != "GET":
            preconditions.require_supported(received, conditions)
        parsed = [_PARSER.parse_input(schema, received, location) for schema, location in inputs]
        if declared.takes_position:
            positions.require_reached()
        response = view(*parsed, **path)  # plan, query, response
        if is_read:
            recheck()  # its key may have been revoked while it waited
        return response
        # Afterwards, the hooks compress and cache the response, and add the headers that all responses have.

    return serve


def _declared_by(
    make: Callable[Arguments, Declaration],
) -> Callable[Concatenate["Blueprint", Arguments], Callable[[View], View]]:
    """A method of blueprints that takes the arguments of a declaration and decorates a view."""

    def operation(
        blueprint: "Blueprint", /, *args: Arguments.args, **options: Arguments.kwargs
    ) -> Callable[[View], View]:
        return partial(blueprint.add, make(*args, **options))

    return operation


class Blueprint(flask_smorest.Blueprint):
    """A group of operations. ``@blueprint.operation(rule, responses, query=…, …)`` declares one."""

    operation = _declared_by(Declaration)

    def add(self, declared: Declaration, view: View) -> View:
        """Route requests to a view, and document it."""
        documented = self.doc(**describe.operation(declared, view, self.url_prefix or ""))
        route = self.route(declared.rule, methods=[declared.method], endpoint=declared.name or None)
        route(documented(handler(declared, view)))
        return view
