"""Connections and transactions."""

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

# The other side of a race, not a fault: the whole transaction is run again.
T = TypeVar("T")

RACES = (pg.SerializationFailure, pg.DeadlockDetected)


ATTEMPTS = 5


# What our statements and the reading of their answers rely on, whatever the server, database or role has set.
SESSION = {
    "client_encoding": "UTF8",
    "datestyle": "ISO",
    "default_transaction_isolation": "read committed",
    "extra_float_digits": "1",
    "gin_fuzzy_search_limit": "0",
    "search_path": "public",
    "timezone": "UTC",
}


class Connection(psycopg.Connection[DictRow]):
    """A connection, with the statements that are prepared on it."""

    @cached_property
    def prepared(self) -> Prepared:
        return Prepared(self)


class Race(Exception):
    """Another transaction changed what this one had read; it is run again from its start."""


def connect(conninfo: str, **session: Any) -> Connection:
    """One connection outside any pool, for commands at the terminal. Raises psycopg.OperationalError."""
    connection = Connection.connect(conninfo, autocommit=True, row_factory=dict_row, connect_timeout=10)
    configure(connection, **session)
    return connection


def configure(connection: psycopg.Connection[Any], **session: Any) -> None:
    """Set what we rely on, and ``session``, for as long as this connection lasts; by one statement."""
    session = {**SESSION, **session}
    connection.execute(
        """
        select set_config(name, value, false)
        from unnest(%(names)s::text[], %(values)s::text[]) as setting (name, value)
        """,
        {"names": list(session), "values": [str(value) for value in session.values()]},
    )


def present(row: T | None) -> T:
    """A row that cannot be missing: an insert's, an aggregate's, or one that the first migration made."""
    if row is None:
        raise LookupError("the statement returned no row")
    return row


def in_transaction(connection: Connection, work: Callable[[Connection], T]) -> T:
    """Run ``work`` in one transaction on one connection, pipelined; races are run again from the start."""
    for _ in range(ATTEMPTS):
        try:
            with pipelined(connection):
                return work(connection)
        except (Race, *RACES):
            continue
    raise Unavailable("Too many writers changed the same articles at once.")


@contextmanager
def in_pipeline(connection: Connection) -> Iterator[None]:
    """Statements that wait for no answer until one is asked for; where they do so already, nothing more.

    A pipeline within a pipeline would wait for the server as it begins and again as it ends.
    """
    if connection.pgconn.pipeline_status:
        yield
    else:
        with connection.pipeline():
            yield


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """One transaction whose statements wait for no answer until one is asked for, the commit included."""
    with connection.pipeline(), connection.transaction():
        yield


def planned_once(connection: "Connection", statement: LiteralString, parameters: Mapping[str, object]) -> list[DictRow]:
    """The rows of a statement whose plan is the same for all parameters, with json columns as orjson.Fragments."""
    server = connection.pgconn
    if server.pipeline_status or server.transaction_status != TransactionStatus.IDLE:
        return raw_json_cursor(connection).execute(statement, parameters).fetchall()
    return connection.prepared.rows(statement, parameters)
