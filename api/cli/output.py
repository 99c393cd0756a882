"""What commands print: results on stdout, as text or JSON; notes and progress bars on stderr."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.ingest import store

# Counts that an import prints even when they are 0.
ALWAYS_SHOWN = ("created", "updated", "unchanged")

notes = Console(stderr=True, highlight=False)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


class CommandWithTable(click.Command):
    """A command whose help ends with a table: its title, and rows of a term and what it means."""

    def __init__(self, *arguments: Any, table: tuple[str, Sequence[tuple[str, str]]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.table = table

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        title, rows = self.table
        with formatter.section(title):
            formatter.write_dl(rows)


def print_result(content: object, as_json: bool, text: str) -> None:
    """Print ``content`` as one line of JSON, or else the text."""
    click.echo(orjson.dumps(content, option=orjson.OPT_UTC_Z).decode() if as_json else text)


def print_counts(counts: dict[str, dict[str, int]], as_json: bool) -> None:
    """Print how many records of each file or kind had which result."""
    shown = {
        name: {result: count for result, count in results.items() if count or result in ALWAYS_SHOWN}
        for name, results in counts.items()
    }
    lines = [
        f"{name}: " + ", ".join(f"{count} {result}" for result, count in results.items())
        for name, results in shown.items()
    ]
    print_result(shown, as_json, "\n".join(lines))


@contextmanager
def progress_bar(label: str, total: int | None = None) -> Iterator[store.Progress]:
    """A progress bar on stderr when that is a terminal; call the function it yields with the records just done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.advance(task, done)
