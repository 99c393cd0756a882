"""Statements that are prepared once for each connection, and json columns that are sent without being parsed.

A cursor of psycopg costs about twice as much CPU for such a statement, which is a twelfth of a whole request: it adapts
every call anew, and gives up Python's lock for each 16 KiB of a result. Here libpq receives a result in one call.

This is the only module that uses undocumented methods of psycopg's Transformer. They are listed in PRIVATE, psycopg is
pinned to one version, and tests/integration/test_prepared.py checks them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import LiteralString

import orjson
import psycopg
from psycopg import Cursor
from psycopg.abc import Buffer
from psycopg.abc import Transformer as AnyTransformer
from psycopg.adapt import Loader, PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, ProgrammingError, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import DictRow

PRIVATE = ("dump_sequence", "load_rows", "set_pgresult")
MAX_STATEMENTS = 100  # psycopg keeps as many of its own

# A named parameter or an escaped percent sign; any other percent sign is an error.
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|(%))?")


class FragmentLoader(Loader):
    """Loads a json value as an orjson.Fragment, which can be sent but not read."""

    def load(self, data: Buffer) -> orjson.Fragment:
        return orjson.Fragment(bytes(data))


def raw_json_cursor(connection: psycopg.Connection[DictRow]) -> Cursor[DictRow]:
    """A cursor whose json columns are orjson.Fragments."""
    cursor = connection.cursor()
    cursor.adapters.register_loader("json", FragmentLoader)
    return cursor


@dataclass(frozen=True)
class Statement:
    """A prepared statement: its name on the server, its parameters and columns in order, and their conversion."""

    name: bytes
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    transformer: AnyTransformer


class Prepared:
    """The prepared statements of one connection. The oldest is deallocated when there are more than MAX_STATEMENTS."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self._connection = connection
        self._statements: dict[str, Statement] = {}
        self._number = 0

    def rows(self, statement: LiteralString, parameters: Mapping[str, object]) -> list[DictRow]:
        """The rows of a statement, with json columns as orjson.Fragments.

        Postgres infers the types of the parameters. Not for a connection in a pipeline or a transaction: a statement
        that psycopg has deallocated is prepared again, and the error that shows this would end the transaction.
        """
        try:
            return self._rows(self._statements.get(statement) or self._prepare(statement), parameters)
        except InvalidSqlStatementName:
            # After a rollback psycopg deallocates all prepared statements.
            self._statements.clear()
            return self._rows(self._prepare(statement), parameters)

    def _rows(self, prepared: Statement, parameters: Mapping[str, object]) -> list[DictRow]:
        values = [parameters[name] for name in prepared.parameters]
        columns, transformer = prepared.columns, prepared.transformer
        dumped = transformer.dump_sequence(values, [PyFormat.TEXT] * len(values))
        server = self._connection.pgconn
        result = self._checked(server.exec_prepared(prepared.name, dumped))  # pyright: ignore[reportArgumentType]: its declaration lacks None, which is NULL
        transformer.set_pgresult(result, set_loaders=False)
        rows = transformer.load_rows(0, result.ntuples, lambda values: dict(zip(columns, values, strict=True)))
        transformer.set_pgresult(None, set_loaders=False)
        return rows

    def _prepare(self, statement: LiteralString) -> Statement:
        server = self._connection.pgconn
        if len(self._statements) == MAX_STATEMENTS:
            oldest = self._statements.pop(next(iter(self._statements)))
            self._checked(server.exec_(b"deallocate " + oldest.name))
        self._number += 1
        name, (numbered, parameters) = f"dateline_{self._number}".encode(), _numbered(statement)
        self._checked(server.prepare(name, numbered))
        described = self._checked(server.describe_prepared(name))
        columns = tuple((described.fname(number) or b"").decode() for number in range(described.nfields))
        transformer = Transformer(raw_json_cursor(self._connection))
        transformer.set_pgresult(described)
        self._statements[statement] = Statement(name, parameters, columns, transformer)
        return self._statements[statement]

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        if self._connection.pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(result.get_error_message())
        raise error_from_result(result)


@lru_cache(1_000)
def _numbered(statement: LiteralString) -> tuple[bytes, tuple[str, ...]]:
    """The statement with $1, $2 … for its named parameters, and their names in that order."""
    names: list[str] = []

    def number(placeholder: re.Match[str]) -> str:
        name, percent = placeholder.groups()
        if percent:
            return percent
        if name is None:
            raise ProgrammingError("A prepared statement has named parameters only, and %% for a percent sign.")
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PLACEHOLDER.sub(number, statement).encode(), tuple(names)
