"""``dateline serve``, and ``dateline openapi``, which prints the document of what it serves."""

import json
from pathlib import Path

import click

from api.settings import Settings


@click.command(name="serve")
@click.option("--demo", is_flag=True, help="Load the demo archive if the archive is empty.")
def serve_command(demo: bool) -> None:
    """Serve the archive over HTTP until interrupted; migrates first."""
    from api.server import (
        processes,
        startup,  # load granian, which no other command needs
    )

    try:
        startup.serve(Settings.from_env(), demo=demo, say=lambda line: click.echo(line))
    except processes.CannotListenError as error:
        raise click.ClickException(str(error)) from None


@click.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead.")
def openapi(output: Path | None) -> None:
    """Print the OpenAPI document. Needs no database."""
    from api.app import create_app  # loads what only the processes of a server need

    document = json.dumps(create_app(Settings()).extensions["dateline.api"].document.to_dict(), indent=2) + "\n"
    if output:
        output.write_text(document, encoding="utf-8")
    else:
        click.echo(document, nl=False)
