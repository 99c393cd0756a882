"""What a process that serves does by itself: counting words, and not again and again where that fails."""

import time
from collections.abc import Iterator

import pytest
from conftest import new_database
from stories import outlet, record, store

from api import migrate, ticker
from api.commands import statistics
from api.database import connect, in_transaction


@pytest.fixture
def conninfo(server: str) -> Iterator[str]:
    """A database with three articles, their words not counted."""
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            outlet(connection, "daily")
            in_transaction(connection, lambda c: store(c, *(record(f"Port {n}", body="Ships.") for n in range(3))))
        yield conninfo


def counted(conninfo: str) -> int | None:
    with connect(conninfo) as connection:
        row = connection.execute("select articles from term_stats where lexeme = 'port'").fetchone()
    return row["articles"] if row else None


def until_counted(conninfo: str, articles: int) -> None:
    deadline = time.monotonic() + 20
    while counted(conninfo) != articles:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_words_are_counted_while_the_archive_is_served_and_again_when_it_grew(conninfo: str) -> None:
    with ticker.ticking(conninfo, 7), connect(conninfo) as connection:
        until_counted(conninfo, 3)
        in_transaction(connection, lambda c: store(c, record("Port", body="Ships.")))
        # As if the first count were of a while ago.
        connection.execute("update text_stats set measured_at = now() - interval '5 minutes'")
        until_counted(conninfo, 4)


def test_counting_that_took_too_long_is_begun_again_after_a_pause(
    conninfo: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(statistics, "SECONDS_AT_MOST", 0.1)

    def failures(seconds: float) -> int:
        caplog.clear()
        with ticker.ticking(conninfo, 7):
            time.sleep(seconds)
        return sum("QueryCanceled" in record.getMessage() for record in caplog.records)

    with connect(conninfo) as connection, connection.transaction():
        connection.execute("lock table term_stats in access exclusive mode")
        assert failures(4) == 1
        monkeypatch.setattr(ticker, "PAUSE_AFTER_FAILURE", 0.2)
        assert failures(4) > 1
    monkeypatch.undo()
    with ticker.ticking(conninfo, 7):
        until_counted(conninfo, 3)
