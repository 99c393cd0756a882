"""Cross-origin requests (CORS): pages of any origin may read the API."""

from flask import Flask, Response
from flask_cors import CORS

from api.context import request
from api.http.openapi import headers

# Response headers that scripts of other origins may read.
EXPOSED = ", ".join(sorted([*headers.HEADERS, "Server-Timing", "X-Request-Id"]))


def register(app: Flask) -> None:
    """Answer preflight requests, and allow every origin to read responses."""
    CORS(app, methods=["GET", "HEAD", "OPTIONS"], max_age=86_400, send_wildcard=True, intercept_exceptions=False)
    app.after_request(_allow)


def _allow(response: Response) -> Response:
    # flask-cors skips responses that have these headers. It would compute them for each response.
    if request().method != "OPTIONS":
        response.headers.add("Access-Control-Allow-Origin", "*")
        response.headers.add("Access-Control-Expose-Headers", EXPOSED)
    return response
