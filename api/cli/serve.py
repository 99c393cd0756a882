"""``dateline serve``, and ``dateline openapi``, which prints the document of what it serves."""

import json
import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from api.cli.output import CommandWithTable
from api.settings import Settings

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


SETTINGS = [
    (field.name.upper(), f"{field.metadata['doc']}  [default: {field.metadata['shown']}]".replace("`", ""))
    for field in fields(Settings)
]


def setting_option(name: str) -> Decorator:
    """An option that has precedence over the environment variable of a setting."""
    field = Settings.__dataclass_fields__[name]
    kind = click.IntRange(field.metadata["low"], field.metadata["high"]) if field.type is int else click.STRING
    return click.option(f"--{name}", type=kind, help=f"{field.metadata['doc']} Overrides {name.upper()}.")


@click.command(name="serve", cls=CommandWithTable, table=("Settings, as environment variables", SETTINGS))
@setting_option("host")
@setting_option("port")
@setting_option("workers")
@click.option("--demo", is_flag=True, help="Load the demo archive if the archive is empty.")
def serve_command(demo: bool, **given: object) -> None:
    """Serve the archive over HTTP until interrupted.

    Creates the archive if there is none, and brings its schema up to date first.
    """
    from api.server import (
        sockets,
        startup,  # load granian, which no other command needs
    )

    # The processes that this one starts read their settings from the environment as well.
    os.environ.update({name.upper(): str(value) for name, value in given.items() if value is not None})
    try:
        startup.serve(Settings.from_env(), demo=demo, say=lambda line: click.echo(line))
    except sockets.CannotListenError as error:
        raise click.ClickException(str(error)) from None


@click.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead.")
def openapi(output: Path | None) -> None:
    """Print the OpenAPI document. Needs no database."""
    from api.app import create_app  # loads what only the processes of a server need

    settings = Settings()
    api = create_app(settings).extensions["dateline.api"]
    document = json.dumps(api.as_dict(f"http://{settings.host}:{settings.port}"), indent=2) + "\n"
    if output:
        output.write_text(document, encoding="utf-8")
    else:
        click.echo(document, nl=False)
