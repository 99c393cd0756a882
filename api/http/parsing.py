"""Reading a request's query string and body: whatever is unknown, repeated or malformed is refused here."""

import contextlib
import difflib
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from api.errors import InputError, MalformedRequest, Unavailable, UnsupportedMediaType, invalid_input
from api.formats import strict_json
from schemas.base import ChoiceList, CommaList, Repeated
from schemas.messages import flattened

JSON = "application/json"
# How many queries are remembered as they were understood, and of how many bytes each at most.
REMEMBERED, LONGEST_REMEMBERED = 1_000, 500
SEVERAL = "; several values are separated by commas"
# How much of a refused body is read, and how long: most clients see no answer before they have sent all of theirs.
DRAINED_BYTES = 64 * 1024 * 1024
DRAINED_SECONDS = 5.0
_PART = 16 * 1024
_BODY = "dateline.body"


class Parser(FlaskParser):
    """webargs that refuses what a schema does not name, what is repeated, and what is not UTF-8 or not JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": ma.RAISE,
        "json": ma.RAISE,
    }

    def given(self, schema: ma.Schema, req: Request, location: str) -> Any:
        """The validated input of a request. That of a query is immutable, as equal query strings share it."""
        if location != "query":
            return self.parse(schema, req, location=location)
        if len(req.query_string) <= LONGEST_REMEMBERED:
            return _remembered(self, schema, req.query_string)
        return frozen(self.parse(schema, req, location=location))

    def load_querystring(self, req: Request, schema: ma.Schema) -> dict[str, Any]:
        fields = {field.data_key or name: field for name, field in schema.fields.items()}
        lists = {name for name, field in fields.items() if isinstance(field, Repeated)}
        values: dict[str, Any] = {}
        repeated: list[str] = []
        for name, value in _pairs(req.query_string):
            if name in lists:
                values.setdefault(name, []).append(value)
            elif name in values and isinstance(fields.get(name), ChoiceList):
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


@lru_cache(REMEMBERED)
def _remembered(parser: Parser, schema: ma.Schema, query_string: bytes) -> Mapping[str, Any]:
    request = Request({"QUERY_STRING": query_string.decode("latin-1")})
    return frozen(parser.parse(schema, request, location="query"))


def frozen(value: Any) -> Any:
    """The value with tuples instead of lists and read-only mappings instead of dicts, at every depth."""
    if isinstance(value, dict):
        return MappingProxyType({name: frozen(inner) for name, inner in value.items()})
    return tuple(frozen(inner) for inner in value) if isinstance(value, list) else value


def json_body(req: Request, media_type: str) -> Any:
    """The request's body, which must be JSON of this media type; raises what ``strict_json.parse`` does."""
    refuse_other_type(req, media_type)
    return strict_json.parse(body(req))


def refuse_other_type(req: Request, *media_types: str) -> None:
    """Raise UnsupportedMediaType unless the body is of one of these types, and as it is."""
    if req.mimetype not in media_types:
        known = " or ".join(media_types)
        raise UnsupportedMediaType(
            f"The body's Content-Type is {req.mimetype or 'missing'}; this address takes {known}."
        )
    charset = req.mimetype_params.get("charset", "utf-8")
    if charset.lower() != "utf-8":
        raise UnsupportedMediaType(f"The body's charset is {charset[:100]}; this address takes utf-8.")
    if req.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("The body is compressed; this address takes it as it is.")


def loaded(schema: ma.Schema, content: Any) -> Any:
    """What the schema makes of the content of a body; InvalidInput with the path of everything wrong with it."""
    try:
        return schema.load(content)
    except ma.ValidationError as error:
        found = flattened(error.normalized_messages())
        raise invalid_input(*(InputError(detail, path=path) for path, detail in found)) from None


def body(req: Request) -> bytes:
    """The request's body, however often it is asked for."""
    if _BODY not in req.environ:
        req.environ[_BODY] = _body(req)
    return req.environ[_BODY]


def _body(req: Request) -> bytes:
    most = req.max_content_length
    if req.content_length is not None or most is None:
        return req.get_data()
    # Of a body that does not say its length, werkzeug would hand over the allowed part as if it were all.
    body = req.environ["wsgi.input"].read(most + 1)
    if len(body) > most:
        raise RequestEntityTooLarge
    return body


def drain(req: Request) -> None:
    """Read on what is left of a body that is refused, unless it is too much or the client waits to be let send it."""
    length, chunked = req.content_length, "Transfer-Encoding" in req.headers
    if "Expect" in req.headers or not (chunked if length is None else length <= DRAINED_BYTES):
        return
    req.max_content_length = DRAINED_BYTES
    stream = req.environ["wsgi.input"] if chunked else req.stream
    left, deadline = DRAINED_BYTES, time.monotonic() + DRAINED_SECONDS
    with contextlib.suppress(OSError, ClientDisconnected, Unavailable):
        while left > 0 and time.monotonic() < deadline and (part := stream.read(_PART)):
            left -= len(part)


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        return [
            (_decoded(name), _decoded(value))
            for name, _, value in (part.partition(b"=") for part in query.split(b"&") if part)
        ]
    except UnicodeDecodeError:
        raise MalformedRequest("The address is not UTF-8; percent-encode its bytes as UTF-8.") from None


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
