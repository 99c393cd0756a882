"""Hooks that run before and after every request."""

import random
import re
from urllib.parse import unquote_to_bytes

from flask import Flask, Response

from api.context import g, request, settings
from api.errors import (
    MalformedRequest,
    UriTooLong,
)
from api.http import rate_limit, security_headers, trailing_slash
from api.http.path_converters import CONVERTERS
from api.observability import logs, metrics, timing

LONGEST_URI = 8_192
"""The length of a path and query string in bytes, percent-encoded ones counted as one."""
# The key of a WSGI environment whose request is refused: its value is the problem.
REFUSAL = "dateline.refusal"

# The second is granian's spelling.
HTTP_1_0 = ("HTTP/1.0", "HTTP/1")

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w-]{1,63}(\.[\w-]{1,63})*\.?)(:[0-9]{1,5})?", re.ASCII)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")


def register(flask_app: Flask) -> None:
    """Add the hooks. Those after a request run in reverse order."""
    flask_app.url_map.converters.update(CONVERTERS)
    # Both would redirect misspelled paths, with a response in HTML.
    flask_app.url_map.merge_slashes = False
    flask_app.url_map.redirect_defaults = False
    flask_app.before_request(_identify)
    flask_app.before_request(_check_url)
    flask_app.before_request(rate_limit.count_address)
    flask_app.before_request(trailing_slash.redirected)
    flask_app.after_request(_finish)
    flask_app.teardown_request(metrics.end_request)


def _identify() -> None:
    """Start the clock, and set the request's id."""
    timing.start()
    metrics.start_request()
    sent = request().environ.get("HTTP_X_REQUEST_ID", "")
    g().request_id = sent if _REQUEST_ID.fullmatch(sent) else f"{random.getrandbits(128):032x}"


def _check_url() -> None:
    """Set the base of links from the Host header. Raises MalformedRequest and UriTooLong."""
    environ = request().environ
    if environ["SERVER_PROTOCOL"] in HTTP_1_0 and not environ["HTTP_HOST"]:
        # HTTP/1.0 does not require it, and health checks leave it out.
        environ["HTTP_HOST"] = f"{settings().host}:{settings().port}"
    is_host = _HOST.fullmatch(environ["HTTP_HOST"])
    g().base_url = settings().public_url or (_base_url(request().scheme, environ["HTTP_HOST"]) if is_host else "")
    if problem := environ.get(REFUSAL):
        raise problem
    if not is_host:
        raise MalformedRequest("Invalid Host header.")
    # A search of 2,000 characters may have 24,000 bytes once encoded.
    if len(environ["PATH_INFO"]) + len(unquote_to_bytes(environ["QUERY_STRING"])) > LONGEST_URI:
        raise UriTooLong(f"The path and query string are longer than {LONGEST_URI:,} bytes, once decoded.")


def _finish(response: Response) -> Response:
    """Add the headers of every response, then log and count it."""
    if request().method == "OPTIONS" and response.status_code < 400:
        response.headers.pop("Content-Type", None)
    response.headers["X-Request-Id"] = g().get("request_id", "")
    response.headers.extend(security_headers.headers())
    rate_limit.add_headers(response)
    timing.report(response)
    logs.log_request(response)
    metrics.count_request(response)
    return response


def _base_url(scheme: str, host: str) -> str:
    """The base URL. werkzeug rejects hosts with an underscore, and decodes international ones."""
    port = _DEFAULT_PORTS.get(scheme, "")
    return f"{scheme}://{host.lower().removesuffix(port)}"
