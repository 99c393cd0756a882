"""Failures as problem documents (RFC 9457), whatever raised them."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

import orjson
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from api.context import g, request
from api.errors import BY_STATUS, InputError, InputPath, InternalError, Problem, Unauthorized
from api.http.responses import base_url
from api.observability import logs

MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="dateline"'
# Headers of werkzeug's own errors that tell a client what to do.
FORWARDED = ("Allow", "WWW-Authenticate", "Retry-After", "Content-Range")

log = logging.getLogger("dateline")


def register(app: Flask) -> None:
    """Make a problem document of every error of this app."""
    app.register_error_handler(Problem, response)
    app.register_error_handler(HTTPException, _from_werkzeug)
    app.register_error_handler(Exception, _unexpected)


def response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The response for a problem, with further headers."""
    document = {
        "type": f"{base_url()}/problems/{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request().path,
        "code": problem.code,
        "request_id": g().get("request_id", ""),
    }
    if problem.errors:
        document["errors"] = errors(problem)
    document |= problem.members
    body = orjson.dumps(document, option=orjson.OPT_UTC_Z)
    made = Response(body, status=problem.status, mimetype=MEDIA_TYPE, headers=headers)
    if problem.retry_after:
        made.headers["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, Unauthorized):
        made.headers["WWW-Authenticate"] = CHALLENGE
    made.headers["Cache-Control"] = "no-store"
    return made


def errors(problem: Problem) -> list[dict[str, str]]:
    """The invalid inputs of a problem as its document lists them."""
    return [_input(error) for error in problem.errors]


def _input(error: InputError) -> dict[str, str]:
    if error.parameter is not None:
        return {"parameter": error.parameter, "detail": error.detail}
    return {"pointer": pointer(error.path), "detail": error.detail}


def pointer(path: InputPath) -> str:
    """The path as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _from_werkzeug(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    kind = BY_STATUS.get(status) or type(
        "Other", (Problem,), {"code": status.name.lower(), "title": status.phrase, "status": int(status)}
    )
    detail = _DETAILS.get(status, f"{status.phrase}.")
    original = dict(error.get_headers())
    headers = {name: original[name] for name in FORWARDED if name in original}
    return response(kind(detail.format(limit=request().max_content_length)), headers)


def _unexpected(error: Exception) -> Response:
    fields = {"request_id": g().get("request_id"), "method": request().method, "route": logs.route()}
    log.error("request failed", extra=fields, exc_info=error)
    return response(InternalError("An unexpected error occurred. The server's log identifies it by this request_id."))


_DETAILS = {
    404: "No endpoint has this path. The index at / lists the endpoints.",
    405: "This endpoint does not support this method. The Allow header lists the methods that it supports.",
    413: "The body is larger than {limit:,} bytes, the limit of this endpoint. Send less data in one request.",
}
