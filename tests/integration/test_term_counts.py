"""Counting words: how many articles each is in, when it is due, and that it holds up nobody."""

import pytest
from conftest import new_database
from stories import outlet, record, store, withdraw

from api.commands import article_lifecycle, term_counts, word_counts
from api.postgres import migrate
from api.postgres.connection import Connection, connect, present


def counts(connection: Connection) -> dict[str, int]:
    rows = connection.execute("select lexeme, articles from term_stats where not lexeme ^@ '~'").fetchall()
    return {row["lexeme"]: row["articles"] for row in rows}


@pytest.fixture
def archive(blank: Connection) -> Connection:
    """Ten articles, nothing counted."""
    outlet(blank, "daily")
    store(blank, *(record(f"Port {n}", standfirst="Ships" if n < 5 else None, body="Busy port") for n in range(10)))
    return blank


def test_each_lexeme_is_counted_once_an_article(archive: Connection) -> None:
    assert term_counts.measure(archive) == {"articles": 10, "sampled": 10, "lexemes": 14}
    assert counts(archive) == {"port": 10, "busi": 10, "ship": 5, "lang:en": 10, **{str(n): 1 for n in range(10)}}
    texts = present(archive.execute("select headline, standfirst, body from text_stats").fetchone())
    assert texts == {"headline": 2, "standfirst": 0.5, "body": 2}


def test_what_nobody_sees_is_not_counted_and_what_is_gone_is_forgotten(archive: Connection) -> None:
    term_counts.measure(archive)
    archive.execute("update articles set status = 'withheld' where standfirst is not null")
    assert term_counts.measure(archive) == {"articles": 5, "sampled": 5, "lexemes": 8}
    assert "ship" not in counts(archive)
    assert counts(archive)["port"] == 5


def test_of_many_articles_a_sample_is_counted(archive: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.execute("update articles set search = search || array_to_tsvector(array['x' || i]) from"
                    " generate_series(1, 10) i where external_id = 'Port ' || i")  # fmt: skip
    store(archive, *(record(f"Port {n}", body="Busy port " * 50) for n in range(10, 600)))
    archive.execute("analyze articles")
    monkeypatch.setattr(term_counts, "FREQUENCY_SAMPLE", 100)
    counted = term_counts.measure(archive)
    assert counted
    assert counted["articles"] == 600
    assert 0 < counted["sampled"] < 600
    held = counts(archive)
    # Scaled to the whole; what a sample has once says nothing of it.
    assert held["port"] == 600
    assert "599" not in held


@pytest.mark.parametrize(
    ("change", "due"),
    [
        ("select 1", False),
        ("update text_stats set measured_at = now() - interval '2 days'", True),
        ("update text_stats set measured_at = now() - interval '5 minutes'", False),
        ("update text_stats set measured_at = now() - interval '5 minutes', articles = 8", True),
        ("update text_stats set measured_at = now() - interval '5 minutes', articles = 12", True),
        ("update text_stats set articles = 8", False),
        ("delete from text_stats", True),
        ("update text_stats set erased_at = now()", False),
        ("update text_stats set measured_at = now() - interval '5 minutes', erased_at = now()", True),
        ("update text_stats set measured_at = now() - interval '2 days'; delete from changes", False),
    ],
    ids=[
        "just done",
        "old",
        "not so old",
        "grown",
        "shrunk",
        "growing",
        "never done",
        "just done and erased",
        "erased",
        "old and nothing written",
    ],
)
def test_words_are_counted_anew_when_the_archive_changed_enough(archive: Connection, change: str, due: bool) -> None:
    term_counts.measure(archive)
    for statement in change.split("; "):
        archive.execute(statement.encode())
    assert (term_counts.measure_due(archive) is not None) is due


def test_an_empty_archive_has_nothing_to_count(blank: Connection) -> None:
    assert term_counts.measure_due(blank) is None
    assert term_counts.measure(blank) == {"articles": 0, "sampled": 0, "lexemes": 0}


def test_one_process_counts_at_a_time(server: str) -> None:
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as one, connect(conninfo) as other:
            with one.transaction():
                assert term_counts.measure(one) is not None
                assert term_counts.measure(other) is None
            assert term_counts.measure(other) is not None


@pytest.mark.parametrize("withdrawn", [False, True])
def test_the_words_of_an_erased_text_are_forgotten_with_it(archive: Connection, withdrawn: bool) -> None:
    [secret] = store(archive, record("Secret", body="A whistleblower spoke. Busy port."))
    term_counts.measure(archive)
    words = {"secret", "whistleblow", "spoke"}
    pairs = archive.execute("select lexeme from articles, unnest(search) where id = %(article)s and lexeme ^@ '~'",
                            {"article": secret.id}).fetchall()  # fmt: skip
    assert words < counts(archive).keys()
    assert len(pairs) > 2
    if withdrawn:
        withdraw(archive, secret.id, "withheld", "Court")
    article_lifecycle.purge(archive, secret.id, "Court", [])
    assert not words & counts(archive).keys()
    # What more articles have stays until it is counted anew.
    assert counts(archive)["busi"] == 11
    left = archive.execute("select articles from term_stats where lexeme = any(%(pairs)s)",
                           {"pairs": [row["lexeme"] for row in pairs]}).fetchall()  # fmt: skip
    assert left == [{"articles": 11}], "of its pairs, the one of busy and port"


def test_the_words_that_only_erased_texts_had_are_forgotten_however_many_those_were(archive: Connection) -> None:
    secrets = store(archive, *(record(f"Secret {n}", body="A whistleblower spoke.") for n in range(20)))
    term_counts.measure(archive)
    for secret in secrets:
        article_lifecycle.purge(archive, secret.id, "Court", [])
    archive.execute("update text_stats set measured_at = now() - interval '5 minutes'")
    assert term_counts.measure_due(archive) is not None
    assert not {"secret", "whistleblow", "spoke"} & counts(archive).keys()
    # A count that was under way while they were erased may have come back with them: they are counted once more.
    archive.execute("update text_stats set measured_at = now() - interval '5 minutes'")
    assert term_counts.measure_due(archive) is not None
    archive.execute("update text_stats set measured_at = now() - interval '5 minutes',"
                    " erased_at = now() - interval '2 minutes'")  # fmt: skip
    term_counts.measure_due(archive)
    archive.execute("update text_stats set measured_at = now() - interval '5 minutes'")
    assert term_counts.measure_due(archive) is None


def test_words_are_counted_as_they_are_written(archive: Connection) -> None:
    body = "Economies, the economy and economics: Ökonomie. U.S. 12 C3 of 경제 " + "x" * 31
    store(archive, record("Words", body=f"{body} {'a ' * word_counts.CHARACTERS} beyond"))
    term_counts.measure(archive)
    rows = archive.execute("select word, articles from word_stats").fetchall()
    assert {row["word"]: row["articles"] for row in rows} == {
        "port": 10, "busy": 10, "ships": 5, "words": 1, "economies": 1, "the": 1, "economy": 1, "and": 1,
        "economics": 1, "okonomie": 1,
    }  # fmt: skip


def test_a_bounded_number_of_words_is_stored(archive: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_counts, "WORDS_AT_MOST", 2)
    term_counts.measure(archive)
    rows = archive.execute("select word from word_stats").fetchall()
    assert sorted(row["word"] for row in rows) == ["busy", "port"]
