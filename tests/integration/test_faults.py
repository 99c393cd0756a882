"""The database fails in the ways databases fail; readers hardly notice, and everyone is told what to do."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import LiteralString

import pytest
from conftest import new_database
from contract import ContractClient
from flask import Flask
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from stories import ARTICLE as STORY

from api.app import create_app
from api.commands import keys
from api.errors import TooSlow
from api.http import concurrency
from api.ingest import archive
from api.postgres import migrate
from api.postgres.connection import Connection, connect, planned_once, present
from api.postgres.database import Database
from api.settings import Settings

pytestmark = pytest.mark.every_postgres

THREADS = 3
ARTICLE = "/v1/articles/73489488-7d9b-55fc-b9b4-5e9ee5af3853"

ODD_SETTINGS = {
    "array_nulls": "off",
    "bytea_output": "escape",
    "client_encoding": "LATIN1",
    "datestyle": "SQL, DMY",
    "default_transaction_isolation": "serializable",
    "extra_float_digits": "-3",
    "gin_fuzzy_search_limit": "1",
    "intervalstyle": "sql_standard",
    "search_path": "pg_catalog",
    "standard_conforming_strings": "off",
    "timezone": "Asia/Kathmandu",
    "transform_null_equals": "on",
}


@pytest.fixture
def conninfo(server: str, demo_template: str) -> Iterator[str]:
    """A database with the demo archive that a test may break."""
    with new_database(server, demo_template) as conninfo:
        yield conninfo


@pytest.fixture
def app(conninfo: str) -> Iterator[Flask]:
    """The app on a real pool, which asks the archive for every answer."""
    app = create_app(Settings(database_url=conninfo, threads=THREADS, statement_timeout_ms=1_000, cache_bytes=0))
    app.test_client_class = ContractClient
    yield app
    app.extensions["dateline.database"].close()


@pytest.mark.parametrize("path", ["/v1/articles", "/v1/tags/seoul-washington/articles", ARTICLE])
@pytest.mark.parametrize("cache_bytes", [0, 1_000_000])
def test_no_read_fails_when_every_connection_is_terminated(
    server: str, conninfo: str, path: str, cache_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With the state of the archive known, and nothing kept, a read is but its own statement.
    app = create_app(Settings(database_url=conninfo, cache_bytes=cache_bytes, cache_position_ms=60_000))
    monkeypatch.setattr(app.extensions["dateline.cache"], "get", lambda _: None)
    app.test_client_class = ContractClient
    client = app.test_client()
    assert client.get(path).status_code == 200
    with connect(server) as other:
        for _ in range(5):
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = %(name)s and usename = current_user",
                {"name": conninfo_to_dict(conninfo)["dbname"]},
            )
            started = time.monotonic()
            assert client.get(path).status_code == 200
            assert time.monotonic() - started < 1
    app.extensions["dateline.database"].close()


def test_a_read_outlives_connections_that_were_opened_before_all_were_terminated_and_used_after(app: Flask) -> None:
    database: Database = app.extensions["dateline.database"]
    lost: list[int] = []

    def read(connection: Connection) -> int:
        pid = connection.info.backend_pid
        if len(lost) < 3:
            lost.append(pid)
            connection.execute("select pg_terminate_backend(pg_backend_pid())")
        return pid

    assert database.read(read) not in lost
    assert len(set(lost)) == 3


def test_a_database_that_is_away_is_a_503_until_it_is_back(app: Flask, server: str, conninfo: str) -> None:
    client = app.test_client()
    name = sql.Identifier(str(conninfo_to_dict(conninfo)["dbname"]))
    assert client.get("/v1/articles").status_code == 200
    with connect(server) as other:
        other.execute(sql.SQL("alter database {} allow_connections false").format(name))
        other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = %(name)s and usename = current_user",
            {"name": conninfo_to_dict(conninfo)["dbname"]},
        )
        for path in ("/v1/articles", "/v1/tags/seoul-washington", "/readyz"):
            started = time.monotonic()
            response = client.get(path)
            assert (response.status_code, response.get_json()["code"]) == (503, "unavailable")
            assert response.headers["Retry-After"]
            assert time.monotonic() - started < 2
        assert client.get("/livez").status_code == 200
        assert client.get("/v1/nothing").status_code == 404
        other.execute(sql.SQL("alter database {} allow_connections true").format(name))
        deadline = time.monotonic() + 10
        while client.get("/v1/articles").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_database_that_takes_no_writes_is_read_with_and_without_a_key(app: Flask, server: str, conninfo: str) -> None:
    client = app.test_client()
    with connect(conninfo) as connection:
        key = keys.create(connection, "k", ["write"], ["korea-herald"])
    name = str(conninfo_to_dict(conninfo)["dbname"])
    headers = {"Authorization": f"Bearer {key}"}
    with connect(server) as other:

        def turn(statement: LiteralString) -> None:
            other.execute(sql.SQL(statement).format(sql.Identifier(name)))
            other.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %(n)s", {"n": name})

        turn("alter database {} set default_transaction_read_only = on")
        for path in ("/v1/articles", "/v1/changes", ARTICLE):
            assert client.get(path).status_code == 200
            assert client.get(path, headers=headers).status_code == 200
        pushes = {"/v1/articles": STORY, "/v1/articles/batch": [STORY], "/v1/articles/batch?atomic=true": [STORY]}
        for path, body in pushes.items():
            refused = client.post(path, json=body, headers=headers)
            assert (refused.status_code, refused.get_json()["code"]) == (503, "unavailable")
            assert refused.headers["Retry-After"] == "2"
        turn("alter database {} reset default_transaction_read_only")
        for path, body in pushes.items():
            assert client.post(path, json=body, headers=headers).status_code in (200, 201)


def test_what_a_database_has_set_for_its_sessions_changes_no_answer(app: Flask, server: str, conninfo: str) -> None:
    paths = (
        "/v1/articles?q=seoul&include=highlights&explain=true",
        "/v1/articles?sort=oldest&limit=3",
        "/v1/articles?tag=seoul-washington&facets=person,outlet",
        f"{ARTICLE}/related",
        "/v1/changes",
        "/v1/timeline",
        "/v1/tags?sort=articles&limit=3",
        "/v1/suggest?q=se",
    )
    client = app.test_client()
    answers = [client.get(path).get_json() for path in paths]
    with connect(server) as other:
        name = str(conninfo_to_dict(conninfo)["dbname"])
        for setting, value in ODD_SETTINGS.items():
            statement = sql.SQL("alter database {} set {} = {}")
            other.execute(statement.format(sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)))
        other.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %(n)s", {"n": name})
    for path, answer in zip(paths, answers, strict=True):
        assert client.get(path).get_json() == answer, path
    migrate.migrate_to(conninfo, "base")
    migrate.upgrade(conninfo)
    with connect(conninfo) as connection:
        archive.seed(connection)
        key = keys.create(connection, "k", ["write"], ["korea-herald"])
    assert client.post("/v1/articles", json=STORY, headers={"Authorization": f"Bearer {key}"}).status_code == 201
    for path in paths:
        assert client.get(path).status_code == 200, path


def test_a_read_does_not_wait_for_who_changes_its_key(app: Flask, conninfo: str) -> None:
    client = app.test_client()
    with connect(conninfo) as connection, connect(conninfo) as other:
        key = keys.create(connection, "k", ["write"], ["korea-herald"])
        with other.transaction():
            other.execute("update keys set name = 'other' where name = 'k'")
            started = time.monotonic()
            assert client.get("/v1/articles", headers={"Authorization": f"Bearer {key}"}).status_code == 200
            assert time.monotonic() - started < 1


def test_a_pool_without_a_free_connection_is_a_503_in_time(app: Flask) -> None:
    database: Database = app.extensions["dateline.database"]
    client = app.test_client()
    assert client.get("/v1/articles").status_code == 200
    release = threading.Event()
    size = concurrency.connections(THREADS)
    held = threading.Barrier(size + 1)

    def hold() -> None:
        database.read(lambda _connection: (held.wait(), release.wait()))

    holders = [threading.Thread(target=hold) for _ in range(size)]
    for holder in holders:
        holder.start()
    held.wait()
    try:
        started = time.monotonic()
        response = client.get("/v1/articles")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        assert time.monotonic() - started < 2
        assert client.get("/v1/nothing").status_code == 404
        assert client.post("/v1/articles").status_code == 401
        assert client.options("/v1/articles").status_code == 200
    finally:
        release.set()
        for holder in holders:
            holder.join()
    assert client.get("/v1/articles").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/articles",
        "/v1/articles?tag=seoul-washington",
        "/v1/articles?q=tariffs",
        "/v1/articles?q=tariffs&sort=newest&count=exact",
        '/v1/articles?q="trade deal"',
        "/v1/articles?facets=tag&limit=1",
        "/v1/timeline?q=tariffs",
    ],
)
def test_no_read_goes_on_beyond_its_time_and_it_says_how_to_narrow_it(conninfo: str, path: str) -> None:
    with connect(conninfo) as connection:
        connection.execute("alter table articles rename to held")
        connection.execute("create view articles as select held.* from (select pg_sleep(60) offset 0) as slow, held")
    app = create_app(Settings(database_url=conninfo, threads=1, statement_timeout_ms=100))
    app.test_client_class = ContractClient
    try:
        response = app.test_client().get(path)
    finally:
        app.extensions["dateline.database"].close()
    assert (response.status_code, response.get_json()["code"]) == (503, "too_slow")
    assert response.headers["Retry-After"]
    assert "Narrow it by a tag, an outlet or a shorter time" in response.get_json()["detail"]


@pytest.mark.parametrize("together", [False, True])
def test_a_read_of_many_statements_is_bounded_as_a_whole_and_the_next_one_is_not_cancelled_for_it(
    conninfo: str, together: bool
) -> None:
    database = Database(conninfo, size=1, statement_timeout_ms=10_000, read_timeout_ms=500)

    def sleep(connection: Connection) -> None:
        with connection.pipeline() if together else nullcontext():
            for _ in range(20):
                connection.execute("select pg_sleep(0.2)")

    try:
        for _ in range(3):
            started = time.monotonic()
            with pytest.raises(TooSlow, match="Narrow it by a tag"):
                database.read(sleep)
            assert time.monotonic() - started < 2
            assert database.read(lambda c: present(c.execute("select 1 as one, pg_sleep(0.3)").fetchone()))["one"] == 1
    finally:
        database.close()


@pytest.mark.parametrize(
    "ask",
    [
        lambda connection: planned_once(connection, "select 1 as one", {}),
        lambda connection: connection.execute("select 1 as one").fetchall(),
    ],
    ids=["prepared", "cursor"],
)
def test_a_server_that_says_nothing_at_all_is_hung_up_on(
    conninfo: str, ask: Callable[[Connection], list[dict[str, int]]]
) -> None:
    database = Database(conninfo, size=1, statement_timeout_ms=60_000, read_timeout_ms=300)
    backend = database.read(lambda c: (ask(c), c.info.backend_pid))[1]
    try:
        os.kill(backend, signal.SIGSTOP)
    except (PermissionError, ProcessLookupError):
        pytest.skip("the server is not one that we may stop")
    started = time.monotonic()
    try:
        with pytest.raises(TooSlow):
            database.read(ask)
        assert time.monotonic() - started < 8
        assert database.read(ask) == [{"one": 1}]
    finally:
        os.kill(backend, signal.SIGCONT)
        database.close()


def test_a_push_that_waits_too_long_for_others_is_to_be_sent_again(app: Flask, conninfo: str) -> None:
    with connect(conninfo) as other:
        key = {"Authorization": f"Bearer {keys.create(other, 'desk', ['write'], ['korea-herald'])}"}
        with other.transaction():
            other.execute("lock table articles in share mode")
            response = app.test_client().post("/v1/articles", json=STORY, headers=key)
    assert (response.status_code, response.get_json()["code"]) == (503, "unavailable")
    assert response.headers["Retry-After"]
    assert "Retry later" in response.get_json()["detail"]
    assert app.test_client().post("/v1/articles", json=STORY, headers=key).status_code == 201


def test_a_statement_that_waits_too_long_says_how_to_narrow_it(app: Flask, conninfo: str) -> None:
    client = app.test_client()
    with connect(conninfo) as other, other.transaction():
        other.execute("lock table articles in access exclusive mode")
        response = client.get("/v1/articles")
    assert (response.status_code, response.get_json()["code"]) == (503, "too_slow")
    assert "Narrow" in response.get_json()["detail"]
