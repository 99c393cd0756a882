"""Reading the change log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import DictRow

from api.database import Connection, present


@dataclass(frozen=True)
class State:
    """What the archive is at a moment: every answer to a read follows from it and the request."""

    incarnation: UUID
    position: int
    changed_at: datetime | None


def asked(connection: Connection) -> Cursor[DictRow]:
    """The question for the state; what a pipeline asks after it is answered from that state or a newer one."""
    return connection.execute(
        """
        select incarnation, coalesce(position, 0) as position, changed_at
        from archive
        left join (select position, at as changed_at from changes order by position desc limit 1) as latest on true
        """
    )


def answered(cursor: Cursor[DictRow]) -> State:
    """The state that was asked for."""
    return State(**present(cursor.fetchone()))
