"""A test client who holds every answer against the OpenAPI document."""

import re
from copy import deepcopy
from functools import cache
from typing import Any
from urllib.parse import urlencode

import orjson
from flask.testing import FlaskClient
from jsonschema_rs import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from api.app import create_app
from api.settings import Settings

# What the app's own pages are made of is no operation of the API.
UNDOCUMENTED = re.compile(r"/(openapi\.json|docs.*|guides.*|favicon\.ico|metrics)")
# Answers that say nothing in a body.
EMPTY = {302, 304, 308}
# Those of them that are no answers of the document, so that those of generated clients have a type.
UNTYPED = {302, 304}
# What any answer may tell; the document says what of it is Dateline's own.
GENERAL = {
    "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Allow", "Cache-Control", "Connection",
    "Content-Encoding", "Content-Length", "Content-Security-Policy", "Content-Type", "Cross-Origin-Resource-Policy",
    "RateLimit", "RateLimit-Policy", "Referrer-Policy", "Server-Timing", "Strict-Transport-Security", "Vary",
    "X-Content-Type-Options", "X-Request-Id",
}  # fmt: skip


class ContractClient(FlaskClient):
    """Fails a test whose answer is not as documented: its status, its media type, its body."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if not UNDOCUMENTED.fullmatch(response.request.path):
            self._check(response)
        return response

    def _check(self, response: TestResponse) -> None:
        document = documented()
        assert "html" not in (response.content_type or ""), "never HTML, errors included"
        if response.request.method == "OPTIONS":
            assert response.data == b""
            return
        operation = self._operation(response, document)
        if operation and response.status_code not in UNTYPED:
            self._check_headers(response, operation)
        if response.status_code in EMPTY or response.request.method == "HEAD":
            assert response.data == b""
            return
        problem = document["components"]["schemas"]["Problem"]
        if operation is None:
            assert response.content_type == "application/problem+json"
            _validate(problem, response)
            return
        documented_response = operation["responses"][str(response.status_code)]
        content = documented_response["content"] | documented_response.get("x-other-content", {})
        assert response.content_type in content, f"{response.content_type} is not documented"
        _validate(content[response.content_type]["schema"], response)
        if operation["operationId"].endswith("Articles") and response.status_code == 200 and not fields(response):
            whole = set(document["components"]["schemas"]["Article"]["properties"])
            added = {"highlights"} & set(response.request.args.get("include", "").split(","))
            added |= {"copies"} & {response.request.args.get("collapse")}
            for article in response.get_json(force=True)["data"] if "Content-Encoding" not in response.headers else []:
                # Shown to editors.
                assert article.keys() - {"refused"} == whole | added

    def _check_headers(self, response: TestResponse, operation: dict[str, Any]) -> None:
        assert str(response.status_code) in operation["responses"], f"{response.status} is not documented"
        told = operation["responses"][str(response.status_code)].get("headers", {}).keys()
        undocumented = {name for name, _ in response.headers} - GENERAL - told
        assert not undocumented, f"{operation['operationId']} {response.status} does not say that it has {undocumented}"
        lacking = {"ETag", "Dateline-Position", "Dateline-Result"} & told - {name for name, _ in response.headers}
        assert not lacking or response.status_code == 308, f"{response.status} lacks {lacking}"

    def _operation(self, response: TestResponse, document: dict[str, Any]) -> dict[str, Any] | None:
        try:
            rule, _ = self.application.url_map.bind("").match(
                response.request.path, response.request.method, return_rule=True
            )
        except HTTPException:
            return None
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        return document["paths"][path][response.request.method.lower().replace("head", "get")]


def _validate(schema: dict[str, Any], response: TestResponse) -> None:
    if "Content-Encoding" in response.headers:
        return
    validator = _validator(orjson.dumps(schema))
    if response.mimetype == "application/x-ndjson":
        answers = [orjson.loads(line) for line in response.data.splitlines()]
    else:
        answers = [response.get_json(force=True)]
    for answer in answers:
        validator.validate(answer)


def fields(response: TestResponse) -> str | None:
    """Which fields of an article were asked for."""
    return response.request.args.get("fields")


def example_address(path: str, methods: dict[str, Any], method: str = "get") -> str:
    """The address of an operation with the examples of its path and of the query that it needs."""
    parameters = methods[method]["parameters"]
    filled = path.format(**{part["name"]: part["example"] for part in parameters if part["in"] == "path"})
    needed = {
        parameter["name"]: parameter["schema"]["example"]
        for parameter in parameters
        if parameter.get("required") and parameter["in"] == "query"
    }
    return f"{filled}?{urlencode(needed)}" if needed else filled


@cache
def written() -> dict[str, Any]:
    """The OpenAPI document, as it is written."""
    return create_app(Settings()).extensions["dateline.api"].as_dict("http://127.0.0.1:8000")


@cache
def documented() -> dict[str, Any]:
    """The OpenAPI document, with the answers that operations share in each of them."""
    document = deepcopy(written())
    shared = {f"#/components/responses/{name}": answer for name, answer in document["components"]["responses"].items()}
    for methods in document["paths"].values():
        for method in methods.keys() - {"parameters"}:
            answers = methods[method]["responses"]
            answers |= {status: shared[answer["$ref"]] for status, answer in answers.items() if "$ref" in answer}
    return document


@cache
def _validator(schema: bytes) -> Draft202012Validator:
    whole = {**orjson.loads(schema), "components": documented()["components"]}
    return Draft202012Validator(whole, validate_formats=True)
