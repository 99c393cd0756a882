"""The ``dateline`` command."""

import atexit
import gc
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import click
import orjson
import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from api.auth.keys import SCOPES
from api.cli import doctor
from api.commands import grants, term_counts
from api.commands import keys as key_commands
from api.commands import reindex as reindexing
from api.commands.articles import Options
from api.errors import Problem
from api.formats import ndjson, records
from api.formats.listing import ListingError
from api.formats.ndjson import NdjsonError
from api.ingest import archive, store
from api.postgres import locate, migrate, revisions
from api.postgres.connection import in_transaction
from api.postgres.embedded.server import EmbeddedError
from api.queries import keys as key_queries
from api.settings import Settings, SettingsError

# Narrower a prefix, or a date, would be broken.
KEY_COLUMNS = {"Prefix": 8, "Name": 1, "Scopes": 1, "Outlets": 1, "Created": 10, "Last used": 10, "Revoked": 10}

EXPECTED = (EmbeddedError, ListingError, NdjsonError, SettingsError, locate.NoArchive, revisions.UnfitDatabase)

notes = Console(stderr=True, highlight=False)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def _regular(_context: click.Context, _parameter: click.Parameter, paths: Sequence[Path]) -> Sequence[Path]:
    for path in paths:
        if not path.is_file():
            raise click.BadParameter(f"{path} is no regular file; it is read twice, to be checked before it is stored")
    return paths


paths = click.argument(
    "paths", nargs=-1, required=True, callback=_regular, type=click.Path(exists=True, path_type=Path)
)


class Command(click.Group):
    """A group that tells people of expected failures in one line, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EXPECTED as error:
            raise click.ClickException(str(error)) from None
        except Problem as problem:
            raise click.ClickException(problem.detail) from None
        except psycopg.OperationalError as error:
            raise click.ClickException(f"The database does not answer: {' '.join(str(error).split())}") from None
        except psycopg.Error as error:
            raise click.ClickException(f"The database refuses: {' '.join(str(error).split())}") from None
        except KeyboardInterrupt:
            notes.print("Interrupted.")
            ctx.exit(130)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dateline")
def main() -> None:
    """Dateline, a news archive queried by hashtag.

    Works on the Postgres of DATABASE_URL, or on an embedded one. Exit codes: 0 done, 1 failed (stderr says
    why), 2 wrong usage, 130 interrupted, 143 terminated; a server that is told to end, and has: 0.
    """
    signal.signal(signal.SIGTERM, _terminated)
    # Or the interpreter's end takes all objects apart, which is longer than most commands take.
    atexit.register(gc.freeze)


def _terminated(_signal: int, _frame: object) -> NoReturn:
    # Unwinds, so that an embedded Postgres is left in order.
    sys.exit(143)


@main.command()
@click.option("--demo", is_flag=True, help="Load the demo archive if the archive is empty.")
def serve(demo: bool) -> None:
    """Serve the archive over HTTP until interrupted; migrates first."""
    from api.server import (
        processes,
        startup,  # load granian, which no other command needs
    )

    try:
        startup.serve(Settings.from_env(), demo=demo, say=lambda line: click.echo(line))
    except processes.CannotListenError as error:
        raise click.ClickException(str(error)) from None


@main.command(name="migrate")
@click.option("--to", "revision", default="head", show_default=True, help="A migration to go to, up or down.")
@as_json
def migrate_command(revision: str, as_json: bool) -> None:
    """Bring the database's schema up to date. Refuses a database that is not UTF-8."""
    with locate.database_for(Settings.from_env()) as (conninfo, _):
        held = migrate.go(conninfo, revision)
    _print({"revision": held}, as_json, f"The database is at migration {held or 'none'}.")


@main.command(name="grant")
@click.argument("role")
@as_json
def grant_command(role: str, as_json: bool) -> None:
    """Let a ROLE that owns nothing serve the archive; to be run as the role that migrates, which owns the tables."""
    with locate.open_archive(Settings.from_env()) as connection:
        grants.grant(connection, role)
    _print({"granted": role}, as_json, f"{role} may serve this archive.")


@main.command()
@as_json
def seed(as_json: bool) -> None:
    """Load the demo archive; what is there already stays as it is."""
    with locate.open_archive(Settings.from_env()) as connection, _progress("Seeding", None) as advance:
        counts = archive.seed(connection, advance)
    _print_counts(counts, as_json)


@main.group(name="import")
def import_group() -> None:
    """Import files: each is checked whole before any of it is stored; importing again changes nothing."""


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
    """Import files of one JSON object a line: outlet, tag, person or article, as its `type` says."""
    _import(paths, as_json, ndjson.check, archive.load)


def _import(
    paths: Sequence[Path],
    as_json: bool,
    check: Callable[[Path], int],
    store_file: Callable[[Any, Path, store.Progress], dict[str, int]],
) -> None:
    counts: dict[str, dict[str, int]] = {}
    with locate.open_archive(Settings.from_env()) as connection:
        totals = {path: check(path) for path in paths}
        for path, total in totals.items():
            with _progress(path.name, total) as advance:
                counts[str(path)] = store_file(connection, path, advance)
    _print_counts(counts, as_json)


@main.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file to write instead.")
def export(output: Path | None) -> None:
    """Print the whole archive as newline-delimited JSON, as it is at one moment; `dateline import ndjson` reads it.

    The last line, of the type `position`, has the cursor from which /v1/changes goes on exactly there. API keys and
    the log of changes are not part of it.
    """
    with locate.open_archive(Settings.from_env()) as connection, ExitStack() as stack:
        file = stack.enter_context(output.open("wb")) if output else sys.stdout.buffer
        with _progress("Exporting", None) as advance:
            for line in archive.exported(connection):
                file.write(orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
                advance(1)


@main.command()
@as_json
def stats(as_json: bool) -> None:
    """Count in how many articles each word is, which searches are ranked and planned by; `serve` does it when due."""
    with locate.open_archive(Settings.from_env()) as connection:
        counted = term_counts.measure(connection)
    if counted is None:
        _print({"counted": False}, as_json, "Another process is counting at the moment.")
    else:
        text = "{lexemes} words counted in {sampled} of {articles} articles.".format(**counted)
        _print({"counted": True, **counted}, as_json, text)


@main.command(name="doctor")
@as_json
@click.pass_context
def doctor_command(context: click.Context, as_json: bool) -> None:
    """Check what a server needs, and say what to do. Exit code 1 when something fails; a warning does not count."""
    found = list(doctor.examined())
    for each in found if not as_json else ():
        click.echo(f"{click.style(f'{each.level:<4}', fg=_COLORS[each.level])}  {each.check:<12} {each.said}")
        if each.todo:
            click.echo(f"{'':18} Do: {each.todo}")
    if as_json:
        _print([asdict(each) for each in found], True, "")
    context.exit(int(any(each.level == doctor.FAIL for each in found)))


_COLORS = {doctor.OK: "green", doctor.WARN: "yellow", doctor.FAIL: "red"}


@main.command()
@as_json
def reindex(as_json: bool) -> None:
    """Index all texts anew, once all processes are of this version; phrases of frequent words are fast afterwards.

    Needed once for an archive that is older than migration 0008. It is served and written meanwhile.
    """
    with locate.open_archive(Settings.from_env()) as connection, _progress("Reindexing", None) as advance:
        total = reindexing.reindex(connection, advance)
    _print({"articles": total}, as_json, f"{total} articles indexed anew.")


@main.group(name="keys")
def keys_group() -> None:
    """Make, list, replace and revoke API keys."""


@keys_group.command(name="create")
@click.option("--name", required=True, help="Whom it is for, to tell keys apart.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be repeated.")
@click.option("--outlet", "outlets", multiple=True, help="Slug of an outlet it writes for; may be repeated.")
@as_json
def create_key(name: str, scopes: Sequence[str], outlets: Sequence[str], as_json: bool) -> None:
    """Make a key and print it, this once."""
    if "write" in scopes and not outlets and "admin" not in scopes:
        raise click.UsageError("a key with the scope write needs an --outlet to write for")
    with locate.open_archive(Settings.from_env()) as connection:
        key = in_transaction(connection, lambda c: key_commands.create(c, name, scopes, outlets))
    _print_key(key, {"key": key, "name": name, "scopes": list(scopes), "outlets": list(outlets)}, as_json)


@keys_group.command(name="list")
@as_json
def list_keys(as_json: bool) -> None:
    """List all keys, without their secrets."""
    with locate.open_archive(Settings.from_env()) as connection:
        rows = key_queries.listed(connection)
    if as_json:
        _print(rows, True, "")
        return
    table = Table(box=None)
    for name, width in KEY_COLUMNS.items():
        table.add_column(name, min_width=width, overflow="fold")
    for row in rows:
        times = [row[name] for name in ("created_at", "last_used_at", "revoked_at")]
        minutes = [f"{at:%Y-%m-%d %H:%M}" if at else "" for at in times]
        table.add_row(row["prefix"], row["name"], " ".join(row["scopes"]), " ".join(row["outlets"]), *minutes)
    # Where no one looks at it, no line is too long.
    Console(width=None if sys.stdout.isatty() else 10_000).print(table)


@keys_group.command(name="revoke")
@click.argument("prefix")
@as_json
def revoke_key(prefix: str, as_json: bool) -> None:
    """End the key with this PREFIX (the eight characters after dl_) at once."""
    with locate.open_archive(Settings.from_env()) as connection:
        in_transaction(connection, lambda c: key_commands.revoke(c, prefix))
    _print({"revoked": prefix}, as_json, f"The key {prefix} is revoked.")


@keys_group.command(name="rotate")
@click.argument("prefix")
@as_json
def rotate_key(prefix: str, as_json: bool) -> None:
    """Print a new key with the rights of the one with this PREFIX, which ends at once."""
    with locate.open_archive(Settings.from_env()) as connection:
        key = in_transaction(connection, lambda c: key_commands.rotate(c, prefix))
    _print_key(key, {"key": key, "revoked": prefix}, as_json)


@main.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file to write instead.")
def openapi(output: Path | None) -> None:
    """Print the OpenAPI document; needs no database."""
    from api.app import create_app  # loads what only the processes of a server need

    document = json.dumps(create_app(Settings()).extensions["dateline.api"].document.to_dict(), indent=2) + "\n"
    if output:
        output.write_text(document, encoding="utf-8")
    else:
        click.echo(document, nl=False)


@contextmanager
def _progress(label: str, total: int | None) -> Iterator[store.Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.advance(task, done)


def _print(content: object, as_json: bool, text: str) -> None:
    click.echo(orjson.dumps(content, option=orjson.OPT_UTC_Z).decode() if as_json else text)


def _print_key(key: str, content: object, as_json: bool) -> None:
    _print(content, as_json, key)
    if not as_json:
        notes.print("Keep it now; it is stored hashed and cannot be shown again.")


# What an import tells even of nothing.
USUAL = ("created", "updated", "unchanged")


def _print_counts(counts: dict[str, dict[str, int]], as_json: bool) -> None:
    told = {
        name: {result: count for result, count in results.items() if count or result in USUAL}
        for name, results in counts.items()
    }
    lines = [
        f"{name}: " + ", ".join(f"{count} {result}" for result, count in results.items())
        for name, results in told.items()
    ]
    _print(told, as_json, "\n".join(lines))
