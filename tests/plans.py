"""A large archive, and what statements really read in it, asked of Postgres while they run."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from conftest import new_database, template
from psycopg import Cursor
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Literal

from api.postgres import migrate
from api.postgres.connection import Connection, connect

LARGE = Path(__file__).with_name("large.sql")

Node = dict[str, Any]

EXPLAIN: Any = "explain (analyze, buffers, timing off, format json) "

# What reads a table row by row; entries of an index cost a hundredth of that, and are seen in the blocks.
TABLE_SCANS = ("Seq Scan", "Index Scan", "Bitmap Heap Scan", "Tid Scan")


def day(year: int, month: int = 1, number: int = 1) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


@contextmanager
def large(server: str) -> Iterator[Connection]:
    """The archive of large.sql, with the planner's statistics."""
    with new_database(server, template(server, "large", _fill)) as conninfo, connect(conninfo) as connection:
        yield connection


def _fill(conninfo: str) -> None:
    migrate.upgrade(conninfo)
    with connect(conninfo) as connection:
        connection.execute(LARGE.read_bytes())
        connection.execute("vacuum analyze")


@dataclass(frozen=True)
class Cost:
    """What one statement read: rows of tables, those it threw away included, and blocks of 8 KiB, of indexes too."""

    rows: int
    blocks: int
    text: str

    @property
    def counts(self) -> bool:
        """Whether the statement counts a list instead of reading a page of it."""
        return " as total " in self.text


@contextmanager
def watched(connection: Connection) -> Iterator[list[Cost]]:
    """The costs of the statements that ``connection`` runs meanwhile, in their order."""
    costs: list[Cost] = []

    def explain(query: Any, params: Any) -> None:
        with Cursor(connection, row_factory=dict_row) as cursor:
            cursor.execute(EXPLAIN + query, params, prepare=False)
            costs.extend(_cost(row["QUERY PLAN"][0]["Plan"], query) for row in cursor)

    class Explaining(Cursor[DictRow]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> "Explaining":
            if not query.startswith("explain"):
                explain(query, params)
            super().execute(query, params, **how)
            return self

    with patch.object(connection, "cursor_factory", Explaining), prepared(connection, explain):
        yield costs


@contextmanager
def prepared(connection: Connection, see: Callable[[str, Mapping[str, object]], None]) -> Iterator[None]:
    """See the prepared statements that ``connection`` runs meanwhile, with their parameters."""
    run = connection.prepared.rows

    def rows(statement: Any, parameters: Mapping[str, object]) -> list[DictRow]:
        see(statement, parameters)
        return run(statement, parameters)

    with patch.object(connection.prepared, "rows", rows):
        yield


def planned_once(connection: Connection, statement: str, parameters: Mapping[str, object]) -> Cost:
    """The cost of a statement by the plan that Postgres makes without knowing its parameters."""
    for number, name in enumerate(parameters, 1):
        statement = statement.replace(f"%({name})s", f"${number}")
    values = SQL(", ").join(map(Literal, parameters.values()))
    connection.execute(f"prepare planned_once as {statement}".encode())
    connection.execute("set plan_cache_mode = force_generic_plan")
    try:
        explained = connection.execute(SQL("{} execute planned_once({})").format(SQL(EXPLAIN), values)).fetchall()
    finally:
        connection.execute("reset plan_cache_mode")
        connection.execute("deallocate planned_once")
    return _cost(explained[0]["QUERY PLAN"][0]["Plan"], statement)


@contextmanager
def transactions(connection: Connection) -> Iterator[list[list[str]]]:
    """The statements of each transaction that ``connection`` runs meanwhile, in their order."""
    found: list[list[str]] = []
    outside: list[str] = []
    whole, current = connection.transaction, outside

    class Listing(Cursor[DictRow]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> "Listing":
            current.append(query)
            super().execute(query, params, **how)
            return self

    @contextmanager
    def listed() -> Iterator[None]:
        nonlocal current
        current = []
        with whole():
            yield
        found.append(current)
        current = outside

    with (
        patch.object(connection, "cursor_factory", Listing),
        patch.object(connection, "transaction", listed),
        prepared(connection, lambda query, _: current.append(query)),
    ):
        yield found


def _cost(plan: Node, query: str) -> Cost:
    rows = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0))
        * node["Actual Loops"]
        for _, node in _nodes(plan)
        if node["Node Type"] in TABLE_SCANS
    )
    lines = [
        f"{'  ' * depth}{node['Node Type']} {node.get('Index Name', node.get('Relation Name', ''))}"
        f" rows={node['Actual Rows']} expected={node['Plan Rows']} loops={node['Actual Loops']}"
        f" removed={node.get('Rows Removed by Filter', 0)}"
        for depth, node in _nodes(plan)
    ]
    return Cost(round(rows), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], "\n".join([query, *lines]))


def _nodes(plan: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    yield depth, plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child, depth + 1)
