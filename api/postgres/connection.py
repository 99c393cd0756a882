"""Connections to Postgres: how they are configured, their transactions and pipelines."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from api.errors import Unavailable
from api.postgres.prepared import Prepared, raw_json_cursor

T = TypeVar("T")

# Conflicts with other transactions: the whole transaction is run again.
RACES = (pg.SerializationFailure, pg.DeadlockDetected)
ATTEMPTS = 5

# Our statements, and how we read their results, rely on these, whatever server, database or role have set.
SESSION = {
    "array_nulls": "on",
    "client_encoding": "UTF8",
    "datestyle": "ISO",
    "default_transaction_isolation": "read committed",
    "extra_float_digits": "1",
    "gin_fuzzy_search_limit": "0",
    # Compiling a long search takes longer than running it.
    "jit": "off",
    "search_path": "public",
    "timezone": "UTC",
}


class Connection(psycopg.Connection[DictRow]):
    """A connection with its prepared statements."""

    @cached_property
    def prepared(self) -> Prepared:
        return Prepared(self)


class Race(Exception):
    """Another transaction has changed what this one has read. It is run again."""


def connect(conninfo: str, **session: Any) -> Connection:
    """A connection outside the pool, in autocommit mode. Raises psycopg.OperationalError."""
    connection = Connection.connect(conninfo, autocommit=True, row_factory=dict_row, connect_timeout=10)
    configure(connection, **session)
    return connection


def configure(connection: psycopg.Connection[Any], **session: Any) -> None:
    """Set SESSION, and ``session``, for as long as the connection lasts, by one statement."""
    session = {**SESSION, **session}
    connection.execute(
        """
        select set_config(name, value, false)
        from unnest(%(names)s::text[], %(values)s::text[]) as setting (name, value)
        """,
        {"names": list(session), "values": [str(value) for value in session.values()]},
    )


def present(row: T | None) -> T:
    """The row of a statement that always returns one. Raises LookupError."""
    if row is None:
        raise LookupError("the statement returned no row")
    return row


def in_transaction(connection: Connection, work: Callable[[Connection], T]) -> T:
    """The result of ``work``, run in one pipelined transaction, and again if it conflicts with another.

    Raises Unavailable after ATTEMPTS conflicts.
    """
    for _ in range(ATTEMPTS):
        try:
            with pipelined(connection):
                return work(connection)
        except (Race, *RACES):
            continue
    raise Unavailable("Too many concurrent writes. Retry later.")


@contextmanager
def in_pipeline(connection: Connection) -> Iterator[None]:
    """A block whose statements are sent without waiting for their results, in the current pipeline if there is one.

    A nested pipeline would wait for the server when it begins and when it ends.
    """
    if connection.pgconn.pipeline_status:
        yield
    else:
        with connection.pipeline():
            yield


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """A transaction in a pipeline: statements, the commit included, are sent without waiting for their results."""
    with connection.pipeline(), connection.transaction():
        yield


def planned_once(connection: "Connection", statement: LiteralString, parameters: Mapping[str, object]) -> list[DictRow]:
    """The rows of a statement whose plan is the same for all parameters, with json columns as orjson.Fragments."""
    server = connection.pgconn
    if server.pipeline_status or server.transaction_status != TransactionStatus.IDLE:
        return raw_json_cursor(connection).execute(statement, parameters).fetchall()
    return connection.prepared.rows(statement, parameters)
