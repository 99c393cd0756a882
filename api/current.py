"""What the running app has: its settings and its database."""

from api.context import app
from api.database import Database
from api.settings import Settings


def settings() -> Settings:
    """The settings of the running app."""
    return app().extensions["dateline.settings"]


def database() -> Database:
    """The database of the running app."""
    return app().extensions["dateline.database"]
