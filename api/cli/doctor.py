"""``dateline doctor``: checks what a server needs. Each finding says which command helps."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg
from psycopg import sql

from api.cli import target
from api.cli.output import as_json, print_result
from api.http import concurrency
from api.postgres import locate, revisions
from api.postgres.connection import Connection, connect
from api.postgres.embedded import server as embedded
from api.postgres.embedded.server import EmbeddedError
from api.queries import diagnostics, health
from api.settings import Settings, SettingsError

OK, WARN, FAIL = "ok", "warn", "fail"
OLDEST, NEWEST = 15, 18
STATISTICS_TARGET = 1_000
MINUTE, DAY = 60, 24 * 60 * 60
MIB = 1024 * 1024
# Below the first a push may not be stored; below the second it is time to make room.
DISK = (256 * MIB, 2_048 * MIB)
CLOCK = (30.0, 1.0)
COLORS = {OK: "green", WARN: "yellow", FAIL: "red"}
FIX = "dateline doctor --fix"
LOG = "journalctl --unit=dateline --priority=warning --since=-1h"
READ_ONLY = (
    'psql "$DATABASE_URL" --command="select pg_is_in_recovery() as is_standby, setting, source, sourcefile'
    " from pg_settings where name = 'default_transaction_read_only'\""
)


@dataclass(frozen=True)
class Finding:
    """The result of one check: ``level`` is ok, warn or fail, ``said`` the text, ``todo`` the command that helps.

    ``sql`` is the statement that ``dateline doctor --fix`` runs; where there is one, that is the command.
    """

    check: str
    level: str
    said: str
    todo: str = ""
    sql: str = ""


@click.command(name="doctor")
@click.option("--fix", is_flag=True, help="Run the statements that repair the database, then check again.")
@as_json
@click.pass_context
def doctor_command(context: click.Context, fix: bool, as_json: bool) -> None:
    """Check what a server needs, and print which command helps.

    Changes nothing without --fix. The exit code is 1 when a check fails; warnings do not count.
    """
    with suppress(SettingsError, EmbeddedError):  # which become findings
        target.announced_settings()
    found = list(examined())
    if fix and (statements := [each.sql for each in found if each.sql]):
        repair(Settings.from_env(), statements)
        found = list(examined())
    for each in found if not as_json else ():
        click.echo(f"{click.style(f'{each.level:<4}', fg=COLORS[each.level])}  {each.check:<12} {each.said}")
        if each.todo:
            click.echo(f"{'':18} Run: {each.todo}")
        if each.sql:
            click.echo(f"{'':18} SQL: {each.sql}")
    if as_json:
        print_result([asdict(each) for each in found], True, "")
    context.exit(int(any(each.level == FAIL for each in found)))


def repair(settings: Settings, statements: Sequence[str]) -> None:
    """Run statements of findings, each in a transaction of its own, and print them on stderr."""
    with locate.database_for(settings) as (conninfo, _), connect(conninfo) as connection:
        for statement in statements:
            click.echo(f"Running: {statement}", err=True)
            connection.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]: of a Finding, not of users


def examined(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """The findings, each as it is made. Checks that depend on a failed one are left out."""
    try:
        settings = Settings.from_env(environ)
    except SettingsError as error:
        yield Finding("settings", FAIL, str(error), f"unset {re.split('[^A-Z_]', str(error))[0]}")
        return
    try:
        with locate.database_for(settings) as (conninfo, server):
            with connect(conninfo) as connection:
                yield from _connected(connection, settings)
            if server:
                yield disk(server.data)
    except locate.NoArchive:
        yield Finding("connection", FAIL, f"there is no archive in {locate.describe(settings)}", "dateline migrate")
    except EmbeddedError as error:
        log = settings.dateline_data / "postgres.log"
        with suppress(EmbeddedError):
            log = embedded.data_directory(settings.dateline_data) / "postgres.log"
        yield Finding("connection", FAIL, _line(error), f"tail {shlex.quote(str(log))}")
    except psycopg.OperationalError as error:
        yield Finding("connection", FAIL, _line(error), 'pg_isready --dbname="$DATABASE_URL"')


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _connected(connection: Connection, settings: Settings) -> Iterator[Finding]:
    server = diagnostics.server(connection)
    yield _connections(settings, server["connections"])
    size = f"the database has {server['bytes'] // MIB:,} MiB"
    if server["pid"] == connection.info.backend_pid:
        yield Finding("connection", OK, size)
    else:
        yield _pooler(size, connection)
    yield _server(server["major"], server["version"], server["encoding"], read_only=server["read_only"])
    yield clock(connection)
    current, head = revisions.current(connection), revisions.head()
    if current == head:
        yield Finding("migrations", OK, f"at {current}")
        yield from _indexes(connection)
        yield from _statistics(connection)
        yield from _work(connection)
    elif current is None or current < head:
        said = f"the database is at migration {current or 'none'}, this Dateline needs {head}"
        yield Finding("migrations", FAIL, said, "dateline migrate")
    else:
        said = f"the database is at migration {current}, which a newer Dateline made; this one ends at {head}"
        update = f"{shlex.quote(sys.executable)} -m pip install --upgrade --no-deps dateline-*.whl"
        yield Finding("migrations", FAIL, said, update)


def _connections(settings: Settings, available: int) -> Finding:
    needed = settings.workers * concurrency.connections(settings.threads)
    if needed <= available:
        return Finding("settings", OK, f"{settings.workers} worker processes of {settings.threads} threads")
    said = f"WORKERS and THREADS need {needed} connections, the server accepts {available}"
    if workers := available // concurrency.connections(settings.threads):
        return Finding("settings", WARN, said, f"export WORKERS={workers}")
    fitting = (number for number in range(settings.threads, 0, -1) if concurrency.connections(number) <= available)
    return Finding("settings", WARN, said, f"export WORKERS=1 THREADS={next(fitting, 1)}")


def _pooler(size: str, connection: Connection) -> Finding:
    info = connection.info
    said = f"{size}; a pooler is in front of it, and must pool sessions (PgBouncer: pool_mode = session)"
    place = f"--host={shlex.quote(info.host)} --port={info.port} --username={shlex.quote(info.user)}"
    return Finding("connection", WARN, said, f"psql {place} --dbname=pgbouncer --command=\"set pool_mode = 'session'\"")


def _server(major: int, version: str, encoding: str, *, read_only: bool) -> Finding:
    found = f"Postgres {version}, {encoding}"
    if major < OLDEST:
        dump = 'pg_dump --format=custom --no-owner --file=archive.dump "$DATABASE_URL"'
        return Finding("server", FAIL, f"{found}; Dateline needs {OLDEST} to {NEWEST}: move to a newer server", dump)
    if encoding != "UTF8":
        create = 'createdb --maintenance-db="$DATABASE_URL" --template=template0 --encoding=UTF8 dateline_utf8'
        return Finding("server", FAIL, f"{found}; Dateline needs a database in UTF-8", create)
    if read_only:
        return Finding("server", FAIL, "the server is read-only; DATABASE_URL must name the primary", READ_ONLY)
    if major > NEWEST:
        return Finding("server", WARN, f"{found}; Dateline is tested with {OLDEST} to {NEWEST}")
    return Finding("server", OK, found)


def clock(connection: Connection, now: datetime | None = None) -> Finding:
    """How far the clock of this machine is from the database's, which embargoes end by."""
    before = now or datetime.now(UTC)
    theirs = diagnostics.server(connection)["now"]
    after = now or datetime.now(UTC)
    # The database read its clock at some time in between.
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    level = next((level for level, most in zip((FAIL, WARN), CLOCK, strict=True) if skew > most), OK)
    todo = "timedatectl set-ntp true" if level != OK else ""
    return Finding("clock", level, f"{skew:.1f} s from the database's", todo)


def _indexes(connection: Connection) -> Iterator[Finding]:
    needed, present = revisions.indexes(), diagnostics.indexes(connection)
    missing = [name for name in needed if name not in present]
    invalid = [name for name, is_valid in present.items() if not is_valid]
    for name in missing:
        statement = needed[name].replace("create index", "create index concurrently")
        yield Finding("indexes", FAIL, f"{name} is missing", FIX, statement)
    for name in invalid:
        statement = sql.SQL("reindex index concurrently {};").format(sql.Identifier(name)).as_string()
        yield Finding("indexes", FAIL, f"{name} is not valid", FIX, statement)
    if not missing and not invalid:
        yield Finding("indexes", OK, f"all {len(present)} are valid")


def _statistics(connection: Connection) -> Iterator[Finding]:
    found = diagnostics.statistics(connection)
    if found["target"] != STATISTICS_TARGET:
        said = f"the statistics target of articles.search is {found['target'] or 'the default'}"
        statement = f"alter table articles alter search set statistics {STATISTICS_TARGET}; analyze articles;"
        yield Finding("statistics", FAIL, said, FIX, statement)
    if found["articles"] and found["analyzed_at"] is None:
        yield Finding("statistics", WARN, "the planner has no statistics of the articles", FIX, "analyze;")
    if found["articles"] and found["indexed_before"]:
        said = "texts are indexed as an earlier release did, so some searches find less"
        yield Finding("statistics", WARN, said, "dateline reindex")
    if found["articles"] and found["measured_at"] is None:
        yield Finding("statistics", WARN, "words were never counted", "dateline stats")
    elif found["outdated"] and found["age"] > 2 * DAY:
        yield Finding("statistics", WARN, f"words were counted {found['age'] / DAY:.0f} days ago", "dateline stats")
    else:
        yield Finding("statistics", OK, f"words of {found['articles']:,} articles are counted")


def _work(connection: Connection) -> Iterator[Finding]:
    figures = health.figures(connection)
    jobs = figures["jobs_unfinished"]
    is_served = diagnostics.has_others(connection)
    if (seconds := figures["oldest_due_embargo_seconds"]) > 10:
        said = f"an embargo expired {seconds:.0f} s ago but was not released"
        if is_served:
            yield Finding("work", FAIL, f"{said}; the log of the server says why", LOG)
        else:
            yield Finding("work", WARN, f"{said}, as no server is running", "dateline serve")
    if figures["job_failures"]:
        said = f"a job failed {figures['job_failures']} times and will be tried again; the log of the server says why"
        yield Finding("work", FAIL, said, LOG)
    elif (seconds := figures["oldest_unfinished_job_seconds"]) > 10 * MINUTE:
        said = f"{jobs} jobs are unfinished, the oldest for {seconds / MINUTE:.0f} minutes"
        yield Finding("work", WARN, said, LOG if is_served else "dateline serve")
    else:
        yield Finding("work", OK, f"{jobs} unfinished jobs")


def disk(data: Path, bounds: tuple[int, int] = DISK) -> Finding:
    """How much room the embedded Postgres has."""
    free = shutil.disk_usage(data).free
    level = next((level for level, least in zip((FAIL, WARN), bounds, strict=True) if free < least), OK)
    todo = f"df --human-readable {shlex.quote(str(data))}" if level != OK else ""
    return Finding("disk", level, f"{free // MIB:,} MiB are free in {data}", todo)
