"""Statements that are prepared once on a connection, whose answers libpq takes in whole; and JSON that passes unread.

A cursor of psycopg asks for each 16 KiB of an answer and lets go of Python's lock each time: a page of articles changed
threads 56 times with eight clients, and does so 20 times when it is one call.
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
from psycopg.abc import Transformer as Reader
from psycopg.adapt import Loader, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import DictRow

# As many as psycopg keeps of its own.
MOST = 100

# A named parameter as psycopg has it, or a percent sign.
_MARK = re.compile(r"%(?:\((\w+)\)s|%)")


class FragmentLoader(Loader):
    """Hands a json column to orjson as it came; such a value can be sent but not read."""

    def load(self, data: Buffer) -> orjson.Fragment:
        return orjson.Fragment(bytes(data))


def unread(connection: psycopg.Connection[DictRow]) -> Cursor[DictRow]:
    """A cursor whose json columns pass through to the answer as they came."""
    cursor = connection.cursor()
    cursor.adapters.register_loader("json", FragmentLoader)
    return cursor


@dataclass(frozen=True)
class Statement:
    """One that is prepared: its name on the server, its parameters in their order, and what reads its rows."""

    name: bytes
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    reader: Reader


class Prepared:
    """What is prepared on one connection, the oldest given up where there is no more room."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self._connection = connection
        self._statements: dict[str, Statement] = {}
        self._number = 0

    def rows(self, statement: LiteralString, parameters: Mapping[str, object]) -> list[DictRow]:
        """The rows of a statement with parameters that are text or numbers, its json columns unread.

        Raises psycopg's errors. Not for a connection that is in a pipeline.
        """
        try:
            return self._rows(self._statements.get(statement) or self._prepare(statement), parameters)
        except InvalidSqlStatementName:
            # psycopg has the server give up all that is prepared after a transaction that was rolled back.
            self._statements.clear()
            return self._rows(self._prepare(statement), parameters)

    def _rows(self, prepared: Statement, parameters: Mapping[str, object]) -> list[DictRow]:
        texts = [str(parameters[name]).encode() for name in prepared.parameters]
        result = self._answered(self._connection.pgconn.exec_prepared(prepared.name, texts))
        columns, reader = prepared.columns, prepared.reader
        reader.set_pgresult(result, set_loaders=False)
        rows = reader.load_rows(0, result.ntuples, lambda values: dict(zip(columns, values, strict=True)))
        reader.set_pgresult(None, set_loaders=False)
        return rows

    def _prepare(self, statement: LiteralString) -> Statement:
        server = self._connection.pgconn
        if len(self._statements) == MOST:
            oldest = self._statements.pop(next(iter(self._statements)))
            self._answered(server.exec_(b"deallocate " + oldest.name))
        self._number += 1
        name, (numbered, parameters) = f"dateline_{self._number}".encode(), _numbered(statement)
        self._answered(server.prepare(name, numbered))
        described = self._answered(server.describe_prepared(name))
        columns = tuple((described.fname(number) or b"").decode() for number in range(described.nfields))
        reader = Transformer(unread(self._connection))
        reader.set_pgresult(described)
        self._statements[statement] = Statement(name, parameters, columns, reader)
        return self._statements[statement]

    def _answered(self, result: PGresult) -> PGresult:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        if self._connection.pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(result.get_error_message())
        raise error_from_result(result)


@lru_cache(1_000)
def _numbered(statement: LiteralString) -> tuple[bytes, tuple[str, ...]]:
    """The statement with $1, $2 … for its named parameters, and their names in that order."""
    names = list(dict.fromkeys(filter(None, _MARK.findall(statement))))
    numbered = _MARK.sub(lambda mark: f"${names.index(mark[1]) + 1}" if mark[1] else "%", statement)
    return numbered.encode(), tuple(names)
