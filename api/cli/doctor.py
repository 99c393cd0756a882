"""Whether everything that a server needs is in order, check by check, and what to do where it is not."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg

from api.cli import target
from api.cli.output import as_json, print_result
from api.http import concurrency
from api.postgres import locate, revisions
from api.postgres.connection import Connection, connect
from api.postgres.embedded.server import EmbeddedError
from api.queries import diagnostics, health
from api.settings import Settings, SettingsError

OK, WARN, FAIL = "ok", "warn", "fail"
OLDEST, NEWEST = 15, 18
STATISTICS_TARGET = 1_000
POOLER = "Let it pool sessions (PgBouncer: pool_mode = session): settings and prepared statements are a session's own."
MINUTE, DAY = 60, 24 * 60 * 60
MIB = 1024 * 1024
# Below the first nothing is sure to be stored, below the second it is time to do something.
DISK = (256 * MIB, 2_048 * MIB)
CLOCK = (30.0, 1.0)
COLORS = {OK: "green", WARN: "yellow", FAIL: "red"}


@dataclass(frozen=True)
class Finding:
    """What a check found: ``level`` is ok, warn or fail; ``todo`` is empty when nothing is to do."""

    check: str
    level: str
    said: str
    todo: str = ""


@click.command(name="doctor")
@as_json
@click.pass_context
def doctor_command(context: click.Context, as_json: bool) -> None:
    """Check what a server needs, and say what to do. Exit code 1 when a check fails; warnings do not count."""
    with suppress(SettingsError, EmbeddedError):  # which become findings
        target.announced_settings()
    found = list(examined())
    for each in found if not as_json else ():
        click.echo(f"{click.style(f'{each.level:<4}', fg=COLORS[each.level])}  {each.check:<12} {each.said}")
        if each.todo:
            click.echo(f"{'':18} Do: {each.todo}")
    if as_json:
        print_result([asdict(each) for each in found], True, "")
    context.exit(int(any(each.level == FAIL for each in found)))


def examined(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Each finding as it is made; what cannot be checked, because what it needs has failed, is left out."""
    try:
        settings = Settings.from_env(environ)
    except SettingsError as error:
        yield Finding("settings", FAIL, str(error), "Set it so, or unset it.")
        return
    try:
        with locate.database_for(settings) as (conninfo, server):
            with connect(conninfo) as connection:
                yield from _connected(connection, settings)
            if server:
                yield disk(server.data)
    except locate.NoArchive:
        yield Finding("connection", FAIL, f"there is no archive in {locate.describe(settings)}", "dateline migrate")
    except (EmbeddedError, psycopg.OperationalError) as error:
        said = " ".join(str(error).split())
        yield Finding("connection", FAIL, said, "See that DATABASE_URL is right and its server runs.")


def _connected(connection: Connection, settings: Settings) -> Iterator[Finding]:
    server = diagnostics.server(connection)
    wanted = settings.workers * concurrency.connections(settings.threads)
    if wanted > server["connections"]:
        said = f"WORKERS and THREADS take {wanted} connections, the server gives {server['connections']}"
        yield Finding("settings", WARN, said, "Lower them, or raise max_connections.")
    else:
        yield Finding("settings", OK, f"{settings.workers} processes of {settings.threads} threads")
    size = f"the database has {server['bytes'] // MIB:,} MiB"
    if server["pid"] == connection.info.backend_pid:
        yield Finding("connection", OK, size)
    else:
        yield Finding("connection", WARN, f"{size}, and a pooler is in front of it", POOLER)
    yield _server(server["major"], server["version"], server["encoding"], read_only=server["read_only"])
    yield clock(connection)
    held, head = revisions.current(connection), revisions.head()
    if held != head:
        said = f"the database is at migration {held}, this Dateline needs {head}"
        known = held is None or held < head
        yield Finding("migrations", FAIL, said, "dateline migrate" if known else "Update this Dateline.")
        return
    yield Finding("migrations", OK, f"at {held}")
    yield from _indexes(connection)
    yield from _statistics(connection)
    yield from _work(connection)


def _server(major: int, version: str, encoding: str, *, read_only: bool) -> Finding:
    if major < OLDEST or encoding != "UTF8":
        said = f"Postgres {version}, {encoding}"
        return Finding("server", FAIL, said, f"Dateline needs {OLDEST} to {NEWEST} and a database in UTF-8.")
    if read_only:
        return Finding("server", FAIL, "the server takes no writes", "Connect to the primary, or let it write.")
    if major > NEWEST:
        return Finding("server", WARN, f"Postgres {version}", f"Dateline was tried with {OLDEST} to {NEWEST}.")
    return Finding("server", OK, f"Postgres {version}, {encoding}")


def clock(connection: Connection, now: datetime | None = None) -> Finding:
    """How far our clock is from the database's, by which embargoes end."""
    before = now or datetime.now(UTC)
    theirs = diagnostics.server(connection)["now"]
    after = now or datetime.now(UTC)
    # It was asked at some time in between.
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    level = next((level for level, most in zip((FAIL, WARN), CLOCK, strict=True) if skew > most), OK)
    return Finding("clock", level, f"{skew:.1f} s from the database's", "Set both by NTP." if level != OK else "")


def _indexes(connection: Connection) -> Iterator[Finding]:
    wanted, held = revisions.indexes(), diagnostics.indexes(connection)
    missing = [name for name in wanted if name not in held]
    broken = [name for name, whole in held.items() if not whole]
    for name in missing:
        todo = wanted[name].replace("create index", "create index concurrently")
        yield Finding("indexes", FAIL, f"{name} is missing", todo)
    for name in broken:
        yield Finding("indexes", FAIL, f"{name} is not whole", f"reindex index concurrently {name};")
    if not missing and not broken:
        yield Finding("indexes", OK, f"all {len(held)} are whole")


def _statistics(connection: Connection) -> Iterator[Finding]:
    held = diagnostics.statistics(connection)
    if held["target"] != STATISTICS_TARGET:
        todo = f"alter table articles alter search set statistics {STATISTICS_TARGET}; analyze articles;"
        yield Finding("statistics", FAIL, f"the target of articles.search is {held['target'] or 'the default'}", todo)
    if held["articles"] and held["analyzed_at"] is None:
        yield Finding("statistics", WARN, "the planner knows nothing of the articles", "analyze;")
    if held["articles"] and held["measured_at"] is None:
        yield Finding("statistics", WARN, "no words were counted", "dateline stats, or let a server run.")
    elif held["outdated"] and held["age"] > 2 * DAY:
        said = f"words were counted {held['age'] / DAY:.0f} days ago"
        yield Finding("statistics", WARN, said, "dateline stats, or let a server run.")
    else:
        yield Finding("statistics", OK, f"words of {held['articles']:,} articles are counted")


def _work(connection: Connection) -> Iterator[Finding]:
    held = health.figures(connection)
    jobs = held["jobs_unfinished"]
    if (seconds := held["oldest_due_embargo_seconds"]) > 10:
        said = f"an embargo is over since {seconds:.0f} s and still there"
        if diagnostics.has_others(connection):
            todo = "Start dateline serve, which does what is due; its stderr says why it fails."
            yield Finding("work", FAIL, said, todo)
        else:
            said += ", as nobody serves this archive"
            yield Finding("work", WARN, said, "Start dateline serve, which ends it.")
    if held["job_failures"]:
        said = f"a job has failed {held['job_failures']} times"
        yield Finding("work", FAIL, said, "The stderr of dateline serve says why; it is tried again.")
    elif (seconds := held["oldest_unfinished_job_seconds"]) > 10 * MINUTE:
        said = f"{jobs} jobs are not done, the oldest is {seconds / MINUTE:.0f} minutes old"
        yield Finding("work", WARN, said, "Start dateline serve, which does them, or wait for a large one.")
    else:
        yield Finding("work", OK, f"{jobs} jobs to do")


def disk(data: Path, bounds: tuple[int, int] = DISK) -> Finding:
    """How much room the embedded Postgres has."""
    free = shutil.disk_usage(data).free
    level = next((level for level, least in zip((FAIL, WARN), bounds, strict=True) if free < least), OK)
    todo = "Make room, or move the directory and set DATELINE_DATA." if level != OK else ""
    return Finding("disk", level, f"{free // MIB:,} MiB are free in {data}", todo)
