"""What the running app has: its settings and its database."""

from flask import current_app

from api.database import Database
from api.settings import Settings


def settings() -> Settings:
    """The settings of the running app."""
    return current_app.extensions["dateline.settings"]


def database() -> Database:
    """The database of the running app."""
    return current_app.extensions["dateline.database"]
