"""The query string and body of a request. Unknown, repeated and malformed inputs are rejected here."""

import difflib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from api.errors import InputError, MalformedRequest, UnsupportedMediaType, invalid_input
from api.formats import strict_json
from schemas.base import ChoiceList, CommaList, Repeated
from schemas.messages import flattened
from schemas.times import PeriodList

JSON = "application/json"
# The number of parsed query strings that are cached, and the size of the longest, in bytes.
CACHED_QUERIES, LONGEST_CACHED = 1_000, 500
SEVERAL = "; several values are separated by commas"
_BODY = "dateline.body"


class Parser(FlaskParser):
    """A webargs parser that rejects unknown and repeated inputs, and what is not UTF-8 or not JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": ma.RAISE,
        "json": ma.RAISE,
    }

    def parse_input(self, schema: ma.Schema, req: Request, location: str) -> Any:
        """The validated input of a request. That of a query is immutable, as equal query strings share it."""
        if location != "query":
            return self.parse(schema, req, location=location)
        if len(req.query_string) <= LONGEST_CACHED:
            return _parse_query(self, schema, req.query_string)
        return frozen(self.parse(schema, req, location=location))

    def load_querystring(self, req: Request, schema: ma.Schema) -> dict[str, Any]:
        fields = {field.data_key or name: field for name, field in schema.fields.items()}
        lists = {name for name, field in fields.items() if isinstance(field, Repeated)}
        values: dict[str, Any] = {}
        repeated: list[str] = []
        for name, value in _pairs(req.query_string):
            if name in lists:
                values.setdefault(name, []).append(value)
            elif name in values and isinstance(fields.get(name), ChoiceList | PeriodList):
                # Generated clients repeat the parameter, as most do with arrays.
                values[name] += f",{value}"
            elif name in values:
                repeated.append(name)
            else:
                values[name] = value
        if repeated:
            details = {
                name: f"must be given once{SEVERAL if isinstance(fields.get(name), CommaList) else ''}"
                for name in repeated
            }
            raise invalid_input(*(InputError(detail, parameter=name) for name, detail in details.items()))
        return values

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        return json_body(req, JSON)

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,
        schema: ma.Schema,
        **_: Any,
    ) -> NoReturn:
        errors: list[InputError] = []
        for location, messages in error.normalized_messages().items():
            if location == "headers":
                path, detail = flattened(messages)[0]
                wrong = InputError(detail, parameter=str(path[0]))
                raise MalformedRequest(f"The header {wrong.sentence}", errors=[wrong])
            for path, detail in flattened(messages):
                if location == "query":
                    errors.append(_parameter_error(path, detail, schema))
                else:
                    errors.append(InputError(detail, path=path))
        raise invalid_input(*errors)


@lru_cache(CACHED_QUERIES)
def _parse_query(parser: Parser, schema: ma.Schema, query_string: bytes) -> Mapping[str, Any]:
    request = Request({"QUERY_STRING": query_string.decode("latin-1")})
    return frozen(parser.parse(schema, request, location="query"))


def frozen(value: Any) -> Any:
    """The value with tuples instead of lists and read-only mappings instead of dicts, at every depth."""
    if isinstance(value, dict):
        return MappingProxyType({name: frozen(inner) for name, inner in value.items()})
    return tuple(frozen(inner) for inner in value) if isinstance(value, list) else value


def json_body(req: Request, media_type: str) -> Any:
    """The parsed body. Raises UnsupportedMediaType, and the errors of ``strict_json.parse``."""
    require_media_type(req, media_type)
    return strict_json.parse(body(req))


def require_media_type(req: Request, *media_types: str) -> None:
    """Raise UnsupportedMediaType unless the body has one of these types, is in UTF-8 and is not compressed."""
    if req.mimetype not in media_types:
        found = f"Unsupported Content-Type {req.mimetype}" if req.mimetype else "Missing Content-Type"
        raise UnsupportedMediaType(f"{found}. This endpoint accepts {' or '.join(media_types)}.")
    charset = req.mimetype_params.get("charset", "utf-8")
    if charset.lower() != "utf-8":
        raise UnsupportedMediaType(f"Unsupported charset {charset[:100]}. This endpoint accepts utf-8.")
    if req.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Unsupported Content-Encoding. Send the body without compression.")


def validate(schema: ma.Schema, content: Any) -> Any:
    """The content of a body as the schema loads it. Raises InvalidInput with the path of each error."""
    try:
        return schema.load(content)
    except ma.ValidationError as error:
        # marshmallow's frames refer to the error, and it to them: only the collector would free a large content.
        error.__traceback__ = None
        found = flattened(error.normalized_messages())
        raise invalid_input(*(InputError(detail, path=path) for path, detail in found)) from None


def body(req: Request) -> bytes:
    """The request's body, read once."""
    if _BODY not in req.environ:
        req.environ[_BODY] = _body(req)
    return req.environ[_BODY]


def _body(req: Request) -> bytes:
    most = req.max_content_length
    if req.content_length is not None or most is None:
        return req.get_data()
    # Without a Content-Length, werkzeug would return the allowed part as if it were the whole body.
    body = req.environ["wsgi.input"].read(most + 1)
    if len(body) > most:
        raise RequestEntityTooLarge
    return body


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        return [
            (_decoded(name), _decoded(value))
            for name, _, value in (part.partition(b"=") for part in query.split(b"&") if part)
        ]
    except UnicodeDecodeError:
        raise MalformedRequest("The query string is not UTF-8. Percent-encode its characters as UTF-8.") from None


def _decoded(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8")


def _parameter_error(path: Sequence[str | int], detail: str, schema: ma.Schema) -> InputError:
    name = str(path[0]) if path else ""
    known = sorted(field.data_key or attribute for attribute, field in schema.fields.items())
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        detail = f'Unknown parameter "{name[:100]}". {_hint(near, known)}'
    return InputError(detail, parameter=name[:100])


def _hint(near: Sequence[str], known: Sequence[str]) -> str:
    if near:
        return f'Did you mean "{near[0]}"?'
    if known:
        return f"Known parameters are {', '.join(known)}."
    return "This endpoint takes no parameters."
