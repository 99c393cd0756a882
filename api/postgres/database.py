"""The connection pool of a worker process, and how database errors become problems."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar

import psycopg
from psycopg import errors as pg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from api.errors import TooSlow, Unavailable
from api.postgres import deadlines
from api.postgres.connection import ATTEMPTS, Connection, configure, in_transaction, pipelined, present
from api.postgres.liveness import Liveness, ServerHung

T = TypeVar("T")


class Database:
    """A pool of up to ``size`` connections. It is opened at its first use, in the process that uses it."""

    def __init__(self, conninfo: str, *, size: int, statement_timeout_ms: int, read_timeout_ms: int) -> None:
        self._read_seconds = read_timeout_ms / 1_000
        self._liveness = Liveness(conninfo)
        self._session = {
            "statement_timeout": statement_timeout_ms,
            "lock_timeout": statement_timeout_ms,
            "idle_in_transaction_session_timeout": 30_000,
        }
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            conninfo,
            connection_class=Connection,
            kwargs={"autocommit": True, "row_factory": dict_row, "connect_timeout": 2},
            configure=lambda connection: configure(connection, **self._session),
            min_size=1,
            max_size=size,
            timeout=1.5,
            reconnect_timeout=2,
            open=False,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def connections(self) -> dict[str, int]:
        """The numbers of open connections, of idle ones, and of requests that wait for one."""
        stats = self._pool.get_stats()
        return {
            "size": stats.get("pool_size", 0),
            "available": stats.get("pool_available", 0),
            "waiting": stats.get("requests_waiting", 0),
        }

    def read(self, work: Callable[[Connection], T]) -> T:
        """The result of ``work``, which only reads. It is run again if the server had closed our connections."""
        lost = 0
        while True:
            try:
                return self._once(work, self._read_seconds)
            except psycopg.Error as error:
                lost += 1
                if lost == ATTEMPTS or not _lost(error):
                    raise translated(error) from error
                # drain() does not reach connections that were being opened meanwhile, so it may take several rounds.
                self._pool.drain()

    @contextmanager
    def snapshot(self, connection: Connection) -> Iterator[None]:
        """A pipelined block whose statements all see the database as the first one does."""
        with pipelined(connection):
            connection.execute("set transaction isolation level repeatable read, read only")
            yield

    def write(self, work: Callable[[Connection], T]) -> T:
        """The result of ``work``, run in one transaction, and again if it conflicts with another."""
        try:
            return self._once(lambda connection: in_transaction(connection, work))
        except psycopg.Error as error:
            # After a failover, new connections may reach a server that accepts writes.
            if _lost(error) or isinstance(error, pg.ReadOnlySqlTransaction):
                self._pool.drain()
            raise _translated_write(error) from error

    def _once(self, work: Callable[[Connection], T], seconds: float = math.inf) -> T:
        self._liveness.require()
        self._pool.open()
        with deadlines.Deadline(None, self._liveness):
            connection = self._pool.getconn()
        try:
            with deadlines.Deadline(connection, self._liveness, seconds):
                result = work(connection)
            self._liveness.heard()
            return result
        except psycopg.Error as error:
            if error.sqlstate:
                self._liveness.heard()
            # After a failed pipeline, psycopg believes statements to be prepared that are not.
            connection.close()
            raise
        finally:
            self._pool.putconn(connection)

    @cached_property
    def cursor_key(self) -> bytes:
        """The key that signs the cursors of this archive, the same in every process."""
        return self.read(lambda c: present(c.execute("select cursor_key from archive").fetchone()))["cursor_key"]


def _lost(error: psycopg.Error) -> bool:
    """Whether the server has closed this connection, and so probably all others."""
    if isinstance(error, PoolTimeout | ServerHung) or not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or isinstance(error, pg.AdminShutdown)


def translated(error: psycopg.Error) -> Exception:
    """The problem for a database error. An error in our code stays as it is, and becomes a 500."""
    if isinstance(error, pg.QueryCanceled | pg.LockNotAvailable):
        return TooSlow("The query took too long. Narrow it by a tag, an outlet or a shorter time.")
    if isinstance(error, PoolTimeout | psycopg.OperationalError):
        return Unavailable("The database is unavailable. Retry later.")
    return error


def _translated_write(error: psycopg.Error) -> Exception:
    if isinstance(error, pg.QueryCanceled | pg.LockNotAvailable):
        return Unavailable("Too many concurrent writes. Retry later.")
    if isinstance(error, pg.ReadOnlySqlTransaction):
        return Unavailable("The database is read-only at the moment. Retry later.")
    return translated(error)
