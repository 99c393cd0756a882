"""The OpenAPI document, and the parts of it that operations share."""

from importlib.metadata import version
from typing import Any

import flask_smorest
from apispec import APISpec
from flask import Flask

from api.http.openapi import headers, problems
from api.http.openapi.description import DESCRIPTION
from api.http.path_converters import NumberConverter, PersonConverter, PrefixConverter, SlugConverter, TagConverter
from schemas.base import ChoiceList
from schemas.errors import ProblemSchema
from schemas.json_ld import JsonLdEntitySchema
from schemas.times import PeriodList

CONFIG: dict[str, Any] = {
    "API_TITLE": "Dateline",
    "API_VERSION": version("dateline"),
    "OPENAPI_VERSION": "3.1.0",
    "API_SPEC_OPTIONS": {
        "info": {"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "/", "description": "This server"}],
        "security": [{}, {"key": []}],
    },
}
SECURITY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, `dl_…`. Create one with `dateline keys create` or `POST /v1/keys`.",
}


class Api(flask_smorest.Api):
    """flask-smorest without a default response for errors: operations list theirs."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = ""

    def as_dict(self, base_url: str) -> dict[str, Any]:
        """The OpenAPI document as read at ``base_url``: links in descriptions lead there wherever they are shown."""
        document = _with_absolute_links(self.document.to_dict(), base_url)
        for operations in document["paths"].values():
            _describe_path_in_operations(operations)
        return document

    @property
    def document(self) -> APISpec:
        """The OpenAPI document of the app."""
        if self.spec is None:
            raise RuntimeError("The API has no app yet.")
        return self.spec


def register(app: Flask) -> Api:
    """An API for this app; its document has the shared parts and no operations yet.

    flask-smorest registers its own handler of HTTP errors, so ``problems.register`` comes after this.
    """
    api = Api(app)
    # The schema of flask-smorest's pagination header, which no operation has.
    del api.document.components.schemas["PaginationMetadata"]
    if not app.extensions["dateline.settings"].public_reads:
        api.document.options["security"] = [{"key": []}]
    api.document.components.security_scheme("key", SECURITY_SCHEME)
    converter = api.ma_plugin.converter
    converter.add_parameter_attribute_function(_list_style)  # pyright: ignore[reportOptionalMemberAccess]: made above
    headers.register(api.document)
    problems.register(api.document)
    # An alternative format, which no response has as its content.
    api.document.components.schema("JsonLdEntity", schema=JsonLdEntitySchema)
    api.register_converter(NumberConverter, lambda _: {"type": "integer", "minimum": 1, "maximum": 999_999_999})
    for converter in (SlugConverter, TagConverter, PersonConverter, PrefixConverter):
        api.register_converter(converter, lambda part: {"type": "string", "pattern": f"^{part.regex}$"})
    return api


def _list_style(_: object, field: object, **__: object) -> dict[str, object]:
    """How an array is written in a query string: ``fields=headline,id``."""
    return {"style": "form", "explode": False} if isinstance(field, ChoiceList | PeriodList) else {}


def _describe_path_in_operations(operations: dict[str, Any]) -> None:
    """Move the parts of a path into its operations, which have descriptions and examples of their own for them."""
    schemas = {parameter["name"]: parameter["schema"] for parameter in operations.pop("parameters", [])}
    for operation in operations.values():
        for parameter in operation["parameters"]:
            if parameter["in"] == "path":
                parameter["schema"] = schemas[parameter["name"]]


def _with_absolute_links(node: Any, base_url: str) -> Any:
    if isinstance(node, list):
        return [_with_absolute_links(item, base_url) for item in node]
    if isinstance(node, dict):
        found = {key: _with_absolute_links(value, base_url) for key, value in node.items()}
        if isinstance(description := node.get("description"), str):
            found["description"] = description.replace("](/", f"]({base_url}/")
        return found
    return node
