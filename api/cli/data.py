"""Commands that move articles in and out: import, export, seed."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
import orjson

from api.cli import target
from api.cli.output import as_json, print_counts, progress_bar
from api.commands.articles import Options
from api.formats import ndjson, records
from api.formats.mistakes import FileMistake, Report
from api.ingest import archive, store


def _regular(_context: click.Context, _parameter: click.Parameter, paths: Sequence[Path]) -> Sequence[Path]:
    for path in paths:
        if not path.is_file():
            raise click.BadParameter(f"{path} is not a regular file. It is read twice: to be checked, then stored.")
    return paths


paths = click.argument(
    "paths", nargs=-1, required=True, callback=_regular, type=click.Path(exists=True, path_type=Path)
)


@click.group(name="import")
def import_group() -> None:
    """Import files of articles, tags, people and outlets.

    All files are checked in full before anything is stored. If a line is wrong, nothing is stored: the first hundred
    mistakes are printed, each with its file and line, and the exit code is 1. Importing the same file again changes
    nothing.
    """


@import_group.command()
@paths
@as_json
def listing(paths: Sequence[Path], as_json: bool) -> None:
    """Import pages in the listing format (`Latest news with #Tag`)."""
    _import(
        paths,
        as_json,
        records.check,
        lambda connection, path, advance: store.store_articles(
            connection, records.records(path), Options(add_tags=True), progress=advance
        ),
    )


@import_group.command(name="ndjson")
@paths
@as_json
def ndjson_command(paths: Sequence[Path], as_json: bool) -> None:
    """Import files of newline-delimited JSON.

    Each line is one JSON object: an outlet, tag, person or article, as its `type` says.
    """
    _import(paths, as_json, ndjson.check, archive.load)


class Mistakes:
    """The mistakes of the files of an import: the first hundred of them, and how many there are."""

    SHOWN = 100

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._count = 0

    def add(self, mistake: FileMistake) -> None:
        text = str(mistake)
        # A wrong title is found again with each entry of its page.
        if self._shown[-1:] != [text]:
            self._count += 1
            self._shown += [text] if self._count <= self.SHOWN else []

    def refuse(self) -> None:
        """Print them and raise ClickException when there is one."""
        if not self._count:
            return
        for text in self._shown:
            click.echo(text, err=True)
        found = "1 mistake" if self._count == 1 else f"{self._count:,} mistakes"
        more = f", {self._count - self.SHOWN:,} of them not shown" if self._count > self.SHOWN else ""
        raise click.ClickException(f"{found}{more}. Nothing was imported.")


def _import(
    paths: Sequence[Path],
    as_json: bool,
    check: Callable[[Path, Report], int],
    store_file: Callable[[Any, Path, store.Progress], dict[str, int]],
) -> None:
    counts: dict[str, dict[str, int]] = {}
    with target.open_archive() as connection:
        mistakes = Mistakes()
        totals = {path: check(path, mistakes.add) for path in paths}
        mistakes.refuse()
        for path, total in totals.items():
            with progress_bar(path.name, total) as advance:
                counts[str(path)] = store_file(connection, path, advance)
    print_counts(counts, as_json)


@click.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead.")
def export(output: Path | None) -> None:
    """Print the whole archive as newline-delimited JSON.

    `dateline import ndjson` reads it. All lines show the archive at one moment. The last line, of the type
    `position`, has the cursor from which /v1/changes continues after that moment. API keys and the log of changes
    are left out.
    """
    with target.open_archive() as connection, ExitStack() as stack:
        file = stack.enter_context(output.open("wb")) if output else sys.stdout.buffer
        with progress_bar("Exporting") as advance:
            for line in archive.export_lines(connection):
                file.write(orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
                advance(1)


@click.command()
@as_json
def seed(as_json: bool) -> None:
    """Load the demo archive. Records that exist already stay as they are."""
    with target.open_archive() as connection, progress_bar("Seeding") as advance:
        counts = archive.seed(connection, advance)
    print_counts(counts, as_json)
