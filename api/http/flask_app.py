"""A Flask that does not look, at each request, for what Dateline has none of."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.routing import MapAdapter

_NO_SESSION = NullSession()


class NoSessions(SessionInterface):
    """Sessions that nobody has."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        return _NO_SESSION

    def is_null_session(self, obj: object) -> bool:
        return True


class App(Flask):
    """A Flask that does not look, at each request, for sessions, coroutines and hosts that there are none of."""

    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """By the path alone: werkzeug takes the host apart three times, which tells no route of ours from another."""
        if request is None:
            return super().create_url_adapter(None)
        return self.url_map.bind("", request.root_path, path_info=request.path, default_method=request.method)
