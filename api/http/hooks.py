"""What runs before and after every request."""

import random
import re

from flask import Flask, Response

from api.context import g, request, settings
from api.errors import (
    MalformedRequest,
    UriTooLong,
)
from api.http import rate_limit, security_headers, trailing_slash
from api.http.parsing import drain
from api.http.path_converters import CONVERTERS
from api.observability import logs, metrics, timing

LONGEST_URI = 8_192


# As the standard has it, and as granian does.
HTTP_1_0 = ("HTTP/1.0", "HTTP/1")


_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w-]{1,63}(\.[\w-]{1,63})*\.?)(:[0-9]{1,5})?", re.ASCII)


_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


_REQUEST_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")


def register(app: Flask) -> None:
    """Hooks that every request passes."""
    app.url_map.converters.update(CONVERTERS)
    # Both would answer a misspelled address with a redirect, in HTML.
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False

    @app.before_request
    def identify() -> None:
        timing.start()
        metrics.start_request()
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

    app.before_request(rate_limit.by_address)
    app.before_request(trailing_slash.redirected)

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
        response.headers.extend(security_headers.headers())
        rate_limit.tell(response)
        timing.report(response)
        logs.log_request(response)
        metrics.count_request(response)
        return response

    app.teardown_request(metrics.end_request)


def _base_url(scheme: str, host: str) -> str:
    """Without werkzeug, which knows no host with an underscore, and writes others in the letters of their language."""
    port = _DEFAULT_PORTS.get(scheme, "")
    return f"{scheme}://{host.lower().removesuffix(port)}"
