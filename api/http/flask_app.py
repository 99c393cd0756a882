"""A Flask that does no work for features that Dateline does not use, by the hooks that Flask documents for this."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.routing import MapAdapter

_NO_SESSION = NullSession()


class NoSessions(SessionInterface):
    """No sessions."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        return _NO_SESSION

    def is_null_session(self, obj: object) -> bool:
        return True


class App(Flask):
    """A Flask without sessions, coroutines and routing by host."""

    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function unchanged: no view and no hook is a coroutine."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Route by the path alone. Flask parses the host three times first, which takes a tenth of a short request."""
        if request is None:
            return super().create_url_adapter(None)
        return self.url_map.bind("", request.root_path, path_info=request.path, default_method=request.method)
