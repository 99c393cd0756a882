"""What all tests share: a database a worker, made once from the demo archive, and a transaction a test."""

import os
import shutil
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from contract import ContractClient
from flask import Flask
from partners import new_key
from places import new_place
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege
from werkzeug.serving import make_server

from api.app import create_app
from api.http.cache import Cache
from api.ingest import archive
from api.postgres import migrate
from api.postgres.connection import Connection, connect
from api.postgres.database import Database
from api.postgres.embedded import server as embedded
from api.settings import Settings

T = TypeVar("T")
UNLIMITED: dict[str, Any] = {"rate_limit_address": 0, "rate_limit_key": 0}


def pytest_configure(config: pytest.Config) -> None:
    """Give the workers one directory for their server."""
    if not hasattr(config, "workerinput"):
        os.environ["DATELINE_TESTS"] = str(new_place("dateline-tests-"))


def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as CPUs: a good part of the time each waits for processes that it started."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if not hasattr(config, "workerinput"):
        if url := os.environ.get("TEST_DATABASE_URL"):
            with connect(url) as connection:
                for row in connection.execute(
                    "select datname from pg_database where starts_with(datname, %s)", [_run()]
                ):
                    drop_database(connection, row["datname"])
        shutil.rmtree(os.environ["DATELINE_TESTS"], ignore_errors=True)


def _run() -> str:
    """What tells this run's databases from those of others."""
    return Path(os.environ["DATELINE_TESTS"]).name


class OneConnection(Database):
    """The database as the app knows it, on one connection inside a transaction that the test rolls back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # After a failed pipeline, psycopg believes statements to be prepared that are not. The pool closes such a
        # connection; this one is used on.
        connection.prepare_threshold = None
        self._read_seconds = 60

    def connections(self) -> dict[str, int]:
        return {"size": 1, "available": 1, "waiting": 0}

    @contextmanager
    def snapshot(self, connection: Connection) -> Iterator[None]:
        # The test's transaction has begun, and nobody else changes what it sees.
        with connection.pipeline():
            yield

    def _once(self, work: Callable[[Connection], T], seconds: float = 0) -> T:
        return work(self._connection)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A Postgres to make databases on: TEST_DATABASE_URL, or an embedded one that all workers share."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with embedded.running(Path(os.environ["DATELINE_TESTS"]) / "data") as running:
        yield running.conninfo


@pytest.fixture(scope="session")
def superuser(server: str) -> str:
    """The server as somebody who may make roles; whoever sets TEST_DATABASE_URL may be none."""
    if "TEST_DATABASE_URL" in os.environ:
        return server
    password = Path(os.environ["DATELINE_TESTS"]) / "data" / "postgres" / "superuser-password"
    return make_conninfo(server, user="postgres", password=password.read_text())


def drop_database(connection: Connection, name: str) -> None:
    """Drop a database whoever is connected; autovacuum may not be turned out by us, but is soon done."""
    for attempt in range(60):
        try:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        except InsufficientPrivilege:
            if attempt == 59:
                raise
            time.sleep(0.5)
        else:
            return


@contextmanager
def new_database(server: str, template: str = "template0") -> Iterator[str]:
    """A database of its own on the server, empty unless it is the copy of another."""
    name = f"dateline_test_{uuid.uuid4().hex}"
    with connect(server) as connection:
        create_database(connection, name, template)
        yield make_conninfo(server, dbname=name)
        drop_database(connection, name)


def create_database(connection: Connection, name: str, template: str) -> None:
    """Create a database as Dateline's own are."""
    create = "create database {} template {} encoding 'UTF8'"
    if connection.info.server_version >= 170000:
        create += " locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
    else:
        create += " lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'"
    connection.execute(sql.SQL(create).format(sql.Identifier(name), sql.Identifier(template)))


def template(server: str, name: str, fill: Callable[[str], None]) -> str:
    """The name of a database to make copies of, filled by the first worker that asks for it."""
    filled, new = f"{_run()}-{name}", f"{_run()}-{name}-new"
    with connect(server) as connection:
        connection.execute("select pg_advisory_lock(hashtext(%s))", [filled])
        if not connection.execute("select 1 from pg_database where datname = %s", [filled]).fetchone():
            create_database(connection, new, "template0")
            fill(make_conninfo(server, dbname=new))
            rename = sql.SQL("alter database {} rename to {}")
            connection.execute(rename.format(sql.Identifier(new), sql.Identifier(filled)))
    return filled


@pytest.fixture(scope="session")
def demo_template(server: str) -> Iterator[str]:
    """The name of a database with the demo archive, to make copies of: nobody is connected to it."""
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            archive.seed(connection)
            name = connection.info.dbname
        yield name


@pytest.fixture(scope="session")
def demo_database(server: str, demo_template: str) -> Iterator[str]:
    """A database with the demo archive."""
    with new_database(server, demo_template) as conninfo:
        yield conninfo


@pytest.fixture(scope="session")
def blank_database(server: str) -> Iterator[str]:
    """A database with an archive that holds nothing."""
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        yield conninfo


@pytest.fixture
def demo(demo_database: str) -> Iterator[Connection]:
    """The demo archive, in a transaction that is rolled back."""
    with connect(demo_database) as connection, connection.transaction(force_rollback=True):
        yield connection


@pytest.fixture
def blank(blank_database: str) -> Iterator[Connection]:
    """The empty archive, in a transaction that is rolled back."""
    with connect(blank_database) as connection, connection.transaction(force_rollback=True):
        yield connection


def app_on(connection: Connection, **settings: object) -> Flask:
    """The app on one connection."""
    # What a test changes shows at once; and tests ask for more than readers do, all from one address.
    app = _app(Settings(**{"cache_position_ms": 0, **UNLIMITED, **settings}))
    app.extensions["dateline.database"] = OneConnection(connection)
    given = app.extensions["dateline.settings"]
    app.extensions["dateline.cache"] = Cache(given.cache_bytes, given.cache_position_ms)
    return app


@cache
def _app(settings: Settings) -> Flask:
    """An app takes a while to make; tests give it one connection after the other."""
    app = create_app(settings)
    app.test_client_class = ContractClient
    return app


@pytest.fixture
def client(demo: Connection) -> ContractClient:
    """A client of the demo archive, who checks every answer against /openapi.json."""
    return app_on(demo).test_client()  # pyright: ignore[reportReturnType]: the class is set above


@pytest.fixture
def blank_client(blank: Connection) -> ContractClient:
    """A client of the empty archive."""
    return app_on(blank).test_client()  # pyright: ignore[reportReturnType]: the class is set above


@pytest.fixture
def write_key(demo: Connection) -> dict[str, str]:
    """Headers with a key that may write for the Korea Herald."""
    return new_key(demo, "test", ["write"], ["korea-herald"])


@pytest.fixture
def admin_key(demo: Connection) -> dict[str, str]:
    """Headers with a key that may do everything."""
    return new_key(demo, "test", ["admin"], [])


@contextmanager
def serving(conninfo: str, **settings: Any) -> Iterator[str]:
    """The archive of a database on a port of its own; its address."""
    app = create_app(Settings(database_url=conninfo, public_url="http://127.0.0.1:8000", **UNLIMITED, **settings))
    httpd = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()
        app.extensions["dateline.database"].close()


@pytest.fixture(scope="module")
def served(server: str, demo_template: str) -> Iterator[dict[str, str]]:
    """The demo archive on a port (BASE); the environment in which the README's commands find it."""
    with new_database(server, demo_template) as conninfo, serving(conninfo) as base:
        yield {
            **os.environ,
            "DATABASE_URL": conninfo,
            "BASE": base,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
