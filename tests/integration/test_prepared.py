"""Statements that are prepared on a connection: they answer as others do, whatever became of them on the server."""

from collections.abc import Iterator

import orjson
import pytest
from psycopg import errors

from api.postgres import prepared
from api.postgres.connection import Connection, connect, planned_once
from api.postgres.prepared import unread

STATEMENT = """
    select number, 'é' || %(word)s as word, format('%%s %%%%', %(word)s) as percent,
        json_build_object('a', null) as json, null::int as nothing, timestamptz '2026-06-30 12:00+09' as time,
        count(*) over () as total
    from generate_series(1, %(most)s::int) as number"""


@pytest.fixture
def connection(server: str) -> Iterator[Connection]:
    with connect(server) as connection:
        yield connection


def on_the_server(connection: Connection) -> int:
    found = connection.execute("select name from pg_prepared_statements where name like 'dateline%'").fetchall()
    return len(found)


def test_the_rows_of_a_prepared_statement_are_those_of_a_cursor(connection: Connection) -> None:
    for parameters in ({"word": "x", "most": 2}, {"word": "'%$1", "most": 2_000}, {"word": "", "most": 0}):
        alone = planned_once(connection, STATEMENT, parameters)
        with connection.pipeline():
            piped = planned_once(connection, STATEMENT, parameters)
        expected = unread(connection).execute(STATEMENT, parameters).fetchall()
        assert orjson.dumps(alone) == orjson.dumps(piped) == orjson.dumps(expected)
        assert len(alone) == parameters["most"]
    assert on_the_server(connection) == 1


def test_what_the_server_has_given_up_is_prepared_again(connection: Connection) -> None:
    parameters = {"word": "x", "most": 1}
    before = planned_once(connection, STATEMENT, parameters)[0]["word"]
    for _ in range(10):
        connection.execute("select 1")
    with pytest.raises(errors.DivisionByZero), connection.transaction():
        connection.execute("select 1 / 0")
    connection.execute("select 1")
    assert on_the_server(connection) == 0, "psycopg has all given up after a transaction that was rolled back"
    assert planned_once(connection, STATEMENT, parameters)[0]["word"] == before
    assert on_the_server(connection) == 1


def test_only_so_many_statements_stay_prepared(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST", 3)
    for number in (1, 2, 3, 4, 5, 1, 5):
        assert planned_once(connection, f"select {number} as number", {}) == [{"number": number}]  # pyright: ignore[reportArgumentType]: another text each time
    assert on_the_server(connection) == 3


def test_a_prepared_statement_fails_as_others_do(connection: Connection) -> None:
    with pytest.raises(errors.UndefinedTable):
        planned_once(connection, "select * from nowhere", {})
    statement = "select 1 / %(zero)s::int as number"
    with pytest.raises(errors.DivisionByZero):
        planned_once(connection, statement, {"zero": 0})
    assert planned_once(connection, statement, {"zero": 1}) == [{"number": 1}]
    connection.execute("set statement_timeout = 50")
    with pytest.raises(errors.QueryCanceled):
        planned_once(connection, "select pg_sleep(10)", {})
