"""``dateline serve``: migrates, loads the demo archive if told to, and runs worker processes until a signal."""

import logging
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from api.commands import grants, term_counts
from api.ingest import archive
from api.observability import logs, metrics_directory
from api.postgres import locate, migrate
from api.postgres.connection import connect
from api.postgres.embedded import server as embedded
from api.queries import health
from api.server import sockets, ticker
from api.server.supervisor import Supervisor
from api.settings import Settings

WATCH_SECONDS = 1.0

log = logging.getLogger("dateline")


def serve(
    settings: Settings, *, demo: bool, say: Callable[[str], None], worker: str = "api.server.worker:worker"
) -> None:
    """Serve until SIGINT or SIGTERM, then finish the requests in flight. ``worker`` is where the app is made.

    Raises CannotListenError, UnfitDatabase, NoArchive.
    """
    listener = sockets.bind(settings)
    logs.start(settings.log_format)
    as_json = logs.format_for(settings.log_format) == logs.JSON
    with locate.database_for(settings, create=True) as (conninfo, server):
        _prepare(conninfo, server, demo, logs.event if as_json else say)
        url = settings.public_url or sockets.url(listener)
        data = str(server.data) if server else locate.describe(settings)
        if as_json:
            logs.event("serving", articles=f"{url}/v1/articles", docs=f"{url}/docs", data=data)
        else:
            say(f"Dateline     {url}/v1/articles")
            say(f"Swagger UI   {url}/docs")
            say(f"Data         {data}")
        # Forked processes would inherit the locks of our threads and granian's signal handlers.
        multiprocessing.set_start_method("spawn", force=True)
        with ExitStack() as stack:
            if settings.metrics:
                stack.enter_context(metrics_directory.shared())
            stack.enter_context(_kept_running(server))
            stack.enter_context(ticker.ticking(conninfo, settings.changes_kept_days))
            Supervisor(worker, listener, settings).serve()


def _prepare(conninfo: str, server: embedded.Server | None, demo: bool, say: Callable[[str], None]) -> None:
    migrate.upgrade(conninfo)
    with connect(conninfo) as connection:
        if server:
            # The owner migrates. The worker processes connect as a role that owns nothing.
            grants.grant(connection, embedded.SERVING)
        if demo and health.is_empty(connection):
            say("Loading the demo archive ...")
            archive.seed(connection)
            # The ticker and autovacuum would do both later, but the first searches are planned by them.
            term_counts.measure(connection)
            connection.execute("analyze")


@contextmanager
def _kept_running(server: embedded.Server | None) -> Iterator[None]:
    """Restart the embedded server on its port whenever it ends."""
    ended = threading.Event()

    def watch() -> None:
        while server and not ended.wait(WATCH_SECONDS):
            try:
                if server.ensure_running():
                    log.warning("the embedded Postgres had ended and was restarted")
            except Exception:
                log.exception("the embedded Postgres has ended and cannot be restarted")

    watcher = threading.Thread(target=watch, name="watch-postgres", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
