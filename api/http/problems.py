"""Failures as application/problem+json (RFC 9457), whatever raised them."""

import logging
from http import HTTPStatus

import orjson
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from api.context import g, request
from api.errors import BY_STATUS, InternalError, Problem
from api.http.responses import base_url
from api.observability import logs

MEDIA_TYPE = "application/problem+json"
# Headers of werkzeug's own errors that tell a client how to go on.
KEPT = ("Allow", "WWW-Authenticate", "Retry-After", "Content-Range")

log = logging.getLogger("dateline")


def register(app: Flask) -> None:
    """Answer every error of this app as a problem."""
    app.register_error_handler(Problem, answered)
    app.register_error_handler(HTTPException, _from_werkzeug)
    app.register_error_handler(Exception, _unforeseen)


def answered(problem: Problem) -> Response:
    """The response for a problem."""
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
        document["errors"] = list(problem.errors)
    document |= problem.members
    response = Response(orjson.dumps(document, option=orjson.OPT_UTC_Z), status=problem.status, mimetype=MEDIA_TYPE)
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def _from_werkzeug(error: HTTPException) -> Response:
    status = error.code or 500
    kind = BY_STATUS.get(status)
    if kind is None:
        kind = type("Other", (Problem,), {
            "code": HTTPStatus(status).name.lower(), "title": HTTPStatus(status).phrase, "status": status,
        })  # fmt: skip
    detail = _DETAILS.get(status, f"{HTTPStatus(status).phrase}.")
    problem = kind(detail.format(limit=request().max_content_length))
    original = dict(error.get_headers())
    problem.headers = {name: original[name] for name in KEPT if name in original}
    return answered(problem)


def _unforeseen(error: Exception) -> Response:
    told = {"request_id": g().get("request_id"), "method": request().method, "route": logs.route()}
    log.error("request failed", extra=told, exc_info=error)
    return answered(InternalError("Something failed that should not have; the log knows it by this request_id."))


_DETAILS = {
    404: "Nothing is at this address; the index at / lists what there is.",
    405: "This address does not take this method; the Allow header lists those it takes.",
    413: "The body is larger than the {limit:,} bytes that this address takes; send less at once.",
}
