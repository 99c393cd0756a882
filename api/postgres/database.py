"""The way to Postgres: the pool, transactions, and which SQLSTATE is whose fault. Requests get theirs only here."""

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

T = TypeVar("T")


class Database:
    """A pool of ``size`` connections, opened at first use so that it belongs to the process that uses it."""

    def __init__(self, conninfo: str, *, size: int, statement_timeout_ms: int, read_timeout_ms: int) -> None:
        self._read_seconds = read_timeout_ms / 1_000
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
        """Give all connections back to the server."""
        self._pool.close()

    def connections(self) -> dict[str, int]:
        """How many connections are open and available, and how many requests wait for one."""
        stats = self._pool.get_stats()
        return {
            "size": stats.get("pool_size", 0),
            "available": stats.get("pool_available", 0),
            "waiting": stats.get("requests_waiting", 0),
        }

    def read(self, work: Callable[[Connection], T]) -> T:
        """The answer of ``work``, which only reads; asked again when the server had closed our connections."""

        def bounded(connection: Connection) -> T:
            with deadlines.Deadline(connection, self._read_seconds):
                return work(connection)

        lost = 0
        while True:
            try:
                return self._once(bounded)
            except psycopg.Error as error:
                lost += 1
                if lost == ATTEMPTS or not _lost(error):
                    raise translated(error) from error
                # Those that were being opened when the others were lost may be as well, and are not drained.
                self._pool.drain()

    @contextmanager
    def snapshot(self, connection: Connection) -> Iterator[None]:
        """Statements that see the database as it was at the first, and wait for no answer until one is asked for."""
        with pipelined(connection):
            connection.execute("set transaction isolation level repeatable read, read only")
            yield

    def write(self, work: Callable[[Connection], T]) -> T:
        """The answer of ``work``, run in one transaction, again from its start when it lost a race."""
        try:
            return self._once(lambda connection: in_transaction(connection, work))
        except psycopg.Error as error:
            # Connections to a server that takes no writes may have one behind their address that does, by now.
            if _lost(error) or isinstance(error, pg.ReadOnlySqlTransaction):
                self._pool.drain()
            raise _translated_write(error) from error

    def _once(self, work: Callable[[Connection], T]) -> T:
        self._pool.open()
        connection = self._pool.getconn()
        try:
            return work(connection)
        except psycopg.Error:
            # psycopg goes on taking a statement for prepared that a failed pipeline was to prepare.
            connection.close()
            raise
        finally:
            self._pool.putconn(connection)

    @cached_property
    def cursor_key(self) -> bytes:
        """What signs this archive's paging cursors, the same in every process."""
        return self.read(lambda c: present(c.execute("select cursor_key from archive").fetchone()))["cursor_key"]


def _lost(error: psycopg.Error) -> bool:
    """Whether the server closed our connection, and so probably all of the pool's."""
    if isinstance(error, PoolTimeout) or not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or isinstance(error, pg.AdminShutdown)


def translated(error: psycopg.Error) -> Exception:
    """The problem to answer for a database error; an error of ours stays what it is and becomes a 500."""
    if isinstance(error, pg.QueryCanceled | pg.LockNotAvailable):
        return TooSlow(
            "The query took longer than this server allows; narrow it by a tag, an outlet or a shorter time."
        )
    if isinstance(error, PoolTimeout | psycopg.OperationalError):
        return Unavailable("The database is not available at the moment.")
    return error


def _translated_write(error: psycopg.Error) -> Exception:
    if isinstance(error, pg.QueryCanceled | pg.LockNotAvailable):
        return Unavailable("Others are writing the same, or very much, at the moment; send it again.")
    if isinstance(error, pg.ReadOnlySqlTransaction):
        return Unavailable("The database takes no writes at the moment; send it again.")
    return translated(error)
