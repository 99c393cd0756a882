"""The WSGI environment of an ASGI request, and the headers that make a request ambiguous."""

import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from api.errors import MalformedRequest, NotImplementedMethod, Problem
from api.http.hooks import REFUSAL

# A request must have these once: which of two values is meant is unknown (RFC 9110, section 5.3). Of Content-Length and
# Transfer-Encoding, granian passes on the latter alone.
SINGLE = {
    "CONTENT_LENGTH": "Content-Length",
    "CONTENT_TYPE": "Content-Type",
    "HTTP_AUTHORIZATION": "Authorization",
    "HTTP_CONTENT_ENCODING": "Content-Encoding",
    "HTTP_HOST": "Host",
    "HTTP_IDEMPOTENCY_KEY": "Idempotency-Key",
    "HTTP_IF_MODIFIED_SINCE": "If-Modified-Since",
    "HTTP_IF_UNMODIFIED_SINCE": "If-Unmodified-Since",
}


def environ_of(scope: Mapping[str, Any], body: object) -> dict[str, Any]:
    """The environment (PEP 3333). If the request is ambiguous, it has the problem to answer under REFUSAL.

    Header names with an underscore are left out: the environment could not tell ``If_Match`` from ``If-Match``.
    """
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    repeated = _add_headers(environ, scope["headers"])
    if problem := refusal(environ, repeated):
        environ[REFUSAL] = problem
    return environ


def _add_headers(environ: dict[str, Any], headers: list[tuple[bytes, bytes]]) -> str | None:
    """Add the headers, and return the name of one that must not be repeated but is."""
    repeated = None
    for raw, value in headers:
        if b"_" in raw:
            continue
        name, text = _key(raw), value.decode("latin-1")
        if name not in environ:
            environ[name] = text
        else:
            repeated = SINGLE.get(name, repeated)
            environ[name] += f",{text}"
    return repeated


def refusal(environ: Mapping[str, Any], repeated: str | None) -> Problem | None:
    """Why a request is refused before it is processed: the header ``repeated``, or its method."""
    method = environ["REQUEST_METHOD"]
    if repeated:
        return MalformedRequest(f"The header {repeated} is repeated. Send it once.")
    if environ.get("HTTP_TRANSFER_ENCODING", "chunked").strip().lower() != "chunked":
        return MalformedRequest("Unsupported Transfer-Encoding. Send the body without compression.")
    if method != method.upper():
        return NotImplementedMethod(f'Unknown method "{method[:20]}". Methods are in capitals: {method.upper()[:20]}.')
    return None


def _key(header: bytes) -> str:
    name = header.decode("latin-1").upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
