"""What a process that serves does by itself: counting words, and not again and again where that fails."""

import time
from collections.abc import Iterator

import pytest
from conftest import new_database
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from stories import outlet, record, store

from api.commands import term_counts
from api.observability import metrics
from api.postgres import migrate
from api.postgres.connection import connect, in_transaction
from api.server import ticker


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


@pytest.mark.long
def test_counting_that_took_too_long_is_begun_again_after_a_pause(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(term_counts, "TIMEOUT_MS", 100)

    def failures(seconds: float) -> float | None:
        monkeypatch.setattr(metrics, "_metrics", None)
        counted = metrics.start().registry
        with ticker.ticking(conninfo, 7):
            time.sleep(seconds)
        return counted.get_sample_value("dateline_ticker_failures_total", {"work": "statistics"})

    with connect(conninfo) as connection, connection.transaction():
        connection.execute("lock table term_stats in access exclusive mode")
        assert failures(4) == 1
        monkeypatch.setattr(ticker, "PAUSE_AFTER_FAILURE", 0.2)
        assert (failures(4) or 0) > 1
    monkeypatch.undo()
    with ticker.ticking(conninfo, 7):
        until_counted(conninfo, 3)


def test_what_keeps_the_ticker_from_its_work_is_said_once(conninfo: str, caplog: pytest.LogCaptureFixture) -> None:
    with connect(conninfo) as connection, connection.transaction():
        name = conninfo_to_dict(conninfo)["dbname"]
        connection.execute(
            sql.SQL("alter database {} set default_transaction_read_only = on").format(sql.Identifier(str(name)))
        )
    with ticker.ticking(conninfo, 7):
        time.sleep(2)
    said = [record.getMessage() for record in caplog.records if "ReadOnlySqlTransaction" in record.getMessage()]
    assert said
    assert len(said) == len(set(said))
