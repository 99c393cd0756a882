"""The archive that a command works on. Each command prints on stderr which one that is."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from api.postgres import locate
from api.postgres.connection import Connection
from api.settings import Settings


def announced_settings() -> Settings:
    """The settings of the environment; prints which archive they name. Raises SettingsError."""
    settings = Settings.from_env()
    click.echo(f"Archive: {locate.describe(settings)}", err=True)
    return settings


@contextmanager
def open_archive() -> Iterator[Connection]:
    """A connection to the archive of the environment. Raises SettingsError, NoArchive."""
    with locate.open_archive(announced_settings()) as connection:
        yield connection
