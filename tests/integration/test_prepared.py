"""Prepared statements return what others return, whatever has become of them on the server."""

import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import orjson
import pytest
from psycopg import errors
from psycopg.adapt import Transformer

from api.postgres import prepared
from api.postgres.connection import Connection, connect, planned_once
from api.postgres.prepared import raw_json_cursor

ROOT = Path(__file__).parents[2]
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
        expected = raw_json_cursor(connection).execute(STATEMENT, parameters).fetchall()
        assert orjson.dumps(alone) == orjson.dumps(piped) == orjson.dumps(expected)
        assert len(alone) == parameters["most"]
    assert on_the_server(connection) == 1


def test_a_statement_that_was_deallocated_is_prepared_again(connection: Connection) -> None:
    parameters = {"word": "x", "most": 1}
    before = planned_once(connection, STATEMENT, parameters)[0]["word"]
    for _ in range(10):
        connection.execute("select 1")
    with pytest.raises(errors.DivisionByZero), connection.transaction():
        connection.execute("select 1 / 0")
    connection.execute("select 1")
    assert on_the_server(connection) == 0, "psycopg deallocates all after a rollback"
    assert planned_once(connection, STATEMENT, parameters)[0]["word"] == before
    assert on_the_server(connection) == 1


def test_a_parameter_of_none_is_null(connection: Connection) -> None:
    statement = "select %(text)s::text is null as is_null, coalesce(%(text)s, 'nothing') as text, %(ids)s::int[] as ids"
    for text, ids in ((None, [1, 2]), ("None", []), (None, None)):
        expected = raw_json_cursor(connection).execute(statement, {"text": text, "ids": ids}).fetchall()
        assert planned_once(connection, statement, {"text": text, "ids": ids}) == expected
        assert expected[0]["is_null"] == (text is None)


def test_a_statement_can_be_used_inside_a_transaction_after_a_rollback(connection: Connection) -> None:
    parameters = {"word": "x", "most": 1}
    expected = planned_once(connection, STATEMENT, parameters)[0]["word"]
    for _ in range(10):  # psycopg prepares it, and so deallocates all after a rollback
        connection.execute("select 1")
    with pytest.raises(errors.DivisionByZero), connection.transaction():
        connection.execute("select 1 / 0")
    with connection.transaction():
        assert planned_once(connection, STATEMENT, parameters)[0]["word"] == expected
    assert planned_once(connection, STATEMENT, parameters)[0]["word"] == expected


def test_a_statement_that_is_first_used_inside_a_transaction_can_be_used_after_its_rollback(
    connection: Connection,
) -> None:
    parameters = {"word": "x", "most": 1}
    with connection.transaction(force_rollback=True):
        expected = planned_once(connection, STATEMENT, parameters)[0]["word"]
    assert planned_once(connection, STATEMENT, parameters)[0]["word"] == expected
    with connection.transaction():
        assert planned_once(connection, STATEMENT, parameters)[0]["word"] == expected


@pytest.mark.parametrize("statement", ["select %s", "select 1 % 2", "select %(a)b"])
def test_a_statement_has_named_parameters_only(connection: Connection, statement: str) -> None:
    with pytest.raises(errors.ProgrammingError, match="named parameters only"):
        planned_once(connection, statement, {"a": 1})  # pyright: ignore[reportArgumentType]: the texts are parameters


def test_psycopg_is_pinned_to_the_version_whose_undocumented_methods_were_checked() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert f"psycopg[binary,pool]=={version('psycopg')}" in dependencies
    for name in prepared.PRIVATE:
        assert callable(getattr(Transformer, name))


def test_the_oldest_statements_are_deallocated(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MAX_STATEMENTS", 3)
    for number in (1, 2, 3, 4, 5, 1, 5):
        assert planned_once(connection, f"select {number} as number", {}) == [{"number": number}]  # pyright: ignore[reportArgumentType]: another text each time
    assert on_the_server(connection) == 3


def test_a_prepared_statement_raises_the_errors_of_others(connection: Connection) -> None:
    with pytest.raises(errors.UndefinedTable):
        planned_once(connection, "select * from nowhere", {})
    statement = "select 1 / %(zero)s::int as number"
    with pytest.raises(errors.DivisionByZero):
        planned_once(connection, statement, {"zero": 0})
    assert planned_once(connection, statement, {"zero": 1}) == [{"number": 1}]
    connection.execute("set statement_timeout = 50")
    with pytest.raises(errors.QueryCanceled):
        planned_once(connection, "select pg_sleep(10)", {})
