"""The request, what is known of it, and the app, as flask has them for this thread.

flask's own names look each up anew at each use, by way of an error: 1.4 µs where a call of these takes 0.15, some sixty
times a list. So what every read passes uses these.
"""

from collections.abc import Callable
from typing import Any

import flask
from flask.ctx import _AppCtxGlobals

from api.postgres.database import Database
from api.settings import Settings


def _held(proxy: Any) -> Callable[[], Any]:
    return proxy._get_current_object


request: Callable[[], flask.Request] = _held(flask.request)
g: Callable[[], _AppCtxGlobals] = _held(flask.g)
app: Callable[[], flask.Flask] = _held(flask.current_app)


def settings() -> Settings:
    """The settings of the running app."""
    return app().extensions["dateline.settings"]


def database() -> Database:
    """The database of the running app."""
    return app().extensions["dateline.database"]
