"""Many writers at once, on real connections: nothing lost, nothing doubled, changes in commit order."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid5

import pytest
from conftest import UNLIMITED, new_database
from contract import ContractClient
from flask import Flask
from partners import new_key, patch
from stories import outlet, record

from api.app import create_app
from api.commands import article_rows, articles, entities, entity_kinds
from api.commands.article_relinking import relink_articles
from api.commands.articles import Options, WriteResult
from api.errors import InvalidInput
from api.jobs import runner
from api.postgres import migrate
from api.postgres.connection import Connection, connect
from api.postgres.database import Database
from api.settings import Settings


@pytest.fixture(scope="module")
def database(server: str) -> Iterator[Database]:
    """A pool on an archive of its own, in which transactions commit."""
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            outlet(connection, "daily")
            entities.upsert(connection, entity_kinds.TAG, [{"name": f"#T{n}"} for n in range(5)])
        database = Database(conninfo, size=10, statement_timeout_ms=20_000, read_timeout_ms=20_000)
        yield database
        database.close()


@pytest.fixture(scope="module")
def application(database: Database) -> Flask:
    """The API on the database of ``database``."""
    app = create_app(Settings(**UNLIMITED))
    app.test_client_class = ContractClient
    app.extensions["dateline.database"] = database
    return app


def push(database: Database, *records: dict[str, Any], **options: Any) -> list[WriteResult]:
    """Upsert in one transaction."""
    return database.write(lambda connection: articles.upsert(connection, records, Options(**options)))


def rows(database: Database, statement: Any, **parameters: object) -> list[dict[str, Any]]:
    """What a statement answers."""
    return database.read(lambda connection: connection.execute(statement, parameters).fetchall())


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """The answers of functions that run at the same time."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result() for future in [pool.submit(function) for function in work]]


def test_twenty_pushes_of_one_article_at_once_make_one_row(database: Database) -> None:
    story = record("the same", tags=["t1"])
    results = at_once(*[lambda: push(database, story)[0] for _ in range(10)] * 2)
    assert sorted(result.outcome for result in results) == ["created"] + ["unchanged"] * 19
    [row] = rows(database, "select version from articles where external_id = 'the same'")
    assert row["version"] == 1


def test_writers_of_the_same_articles_and_tags_do_not_deadlock(database: Database) -> None:
    def work(worker: int) -> None:
        for turn in range(6):
            order = range(20) if worker % 2 else reversed(range(20))
            tags = [f"t{(worker + turn + n) % 5}" for n in range(3)]
            push(database, *(record(f"shared {n}", body=f"{worker} {turn}", tags=tags) for n in order))

    at_once(*(lambda worker=worker: work(worker) for worker in range(6)))
    wrong = rows(
        database,
        "select slug from tags t where articles <> (select count(*) from article_tags where tag_id = t.id)"
        " or last_published_at is distinct from (select max(published_at) from article_tags where tag_id = t.id)",
    )
    assert wrong == []
    versions = rows(
        database,
        "select a.version, count(c.*) as changes from articles a join changes c on c.article_id = a.id"
        " where external_id like 'shared%%' group by a.id",
    )
    assert len(versions) == 20
    assert all(row["version"] == row["changes"] for row in versions)


class Interrupted:
    """A connection on which somebody else's work happens between two of its statements."""

    def __init__(self, connection: Connection, between: Callable[[], Any]) -> None:
        self.connection = connection
        self.between = between

    def execute(self, *arguments: Any) -> Any:
        """The answer to the statement; the others' work comes after the first."""
        answer = self.connection.execute(*arguments)
        self.between()
        self.between = lambda: None
        return answer


def test_an_article_created_before_it_could_be_locked_is_not_taken_for_ours(database: Database) -> None:
    created: list[WriteResult] = []
    [result] = push(database, record("found"))
    identifier = uuid5(UUID(rows(database, "select uuid::text from outlets")[0]["uuid"]), "meanwhile")

    def look(connection: Connection) -> Any:
        between: Any = Interrupted(connection, lambda: created.extend(push(database, record("meanwhile"))))
        return article_rows.lock(between, [identifier, result.id])

    assert list(database.write(look)) == [result.id]
    assert created == [WriteResult(identifier, "created")]


def test_a_follower_never_misses_a_change(database: Database) -> None:
    seen: list[int] = []
    ended = threading.Event()

    def follow() -> None:
        last = 0
        while True:
            finished = ended.is_set()
            found = rows(
                database, "select position from changes where position > %(last)s order by position", last=last
            )
            seen.extend(row["position"] for row in found)
            last = seen[-1] if seen else 0
            if finished:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    at_once(*(lambda w=w: [push(database, record(f"f {w} {n}")) for n in range(40)] for w in range(6)))
    ended.set()
    follower.join()
    assert seen == [row["position"] for row in rows(database, "select position from changes order by position")]


def test_a_person_who_comes_while_articles_come_is_linked_in_all_of_them(database: Database) -> None:
    def articles_come(worker: int) -> None:
        for n in range(25):
            push(database, record(f"meanwhile {worker} {n}", body="Ana Roe spoke."))

    def person_comes() -> None:
        database.write(lambda connection: entities.upsert(connection, entity_kinds.PERSON, [{"name": "Ana Roe"}]))

    at_once(*(lambda w=w: articles_come(w) for w in range(4)), person_comes)
    database.read(runner.run)
    [row] = rows(database, "select articles from people where slug = 'ana-roe'")
    assert row["articles"] == 100


def test_a_entity_that_somebody_just_writes_is_not_overwritten_by_a_push(database: Database) -> None:
    full = {"name": "Ada Quux", "aliases": ["Countess Quux"], "description": "A writer."}
    written, push_began = threading.Event(), threading.Event()

    def write() -> None:
        def slowly(connection: Connection) -> None:
            entities.upsert(connection, entity_kinds.PERSON, [full])
            written.set()
            push_began.wait()
            time.sleep(0.3)

        database.write(slowly)

    def name() -> None:
        written.wait()
        push_began.set()
        push(database, record("names her", people=["Ada Quux"]), create={"people"})

    at_once(write, name)
    [row] = rows(database, "select aliases, description from people where slug = 'ada-quux'")
    assert row == {"aliases": ["Countess Quux"], "description": "A writer."}


def test_writers_that_create_the_same_names_do_not_deadlock(database: Database) -> None:
    def work(worker: int) -> None:
        for turn in range(6):
            order = range(4) if worker % 2 else reversed(range(4))
            names: dict[str, Any] = {"tags": [f"New {turn} {n}" for n in order], "people": [f"Newcomer {turn}"]}
            push(database, record(f"names {worker % 3}", body=str(turn), **names), create={"tags", "people"})

    at_once(*(lambda worker=worker: work(worker) for worker in range(6)))
    [row] = rows(database, "select count(*) as n, count(distinct name) as names from tags where name like '#New%%'")
    assert row == {"n": 24, "names": 24}


def test_a_name_whose_creation_was_rolled_back_is_unknown(database: Database) -> None:
    def fail(connection: Connection) -> None:
        articles.upsert(connection, [record("undone", tags=["Undone"])], Options(create={"tags"}))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(fail)
    with pytest.raises(InvalidInput):
        push(database, record("undone", tags=["Undone"]))
    assert [result.outcome for result in push(database, record("undone", tags=["Undone"]), create={"tags"})] == [
        "created"
    ]


FIELDS = ("url", "standfirst", "byline", "credit", "section", "note", "body", "headline")


@pytest.mark.long
def test_every_acknowledged_patch_is_there(database: Database, application: Flask) -> None:
    [article] = push(database, record("patched", byline="Nobody"))
    key = database.write(lambda connection: new_key(connection, "desk", ["write"], ["daily"]))

    def work(field: str) -> list[tuple[str, str, int]]:
        client: Any = application.test_client()
        done: list[tuple[str, str, int]] = []
        etag = client.get(f"/v1/articles/{article.id}").headers["ETag"]
        for turn in range(20):
            value = f"https://example.org/{field}/{turn}" if field == "url" else f"{field} {turn}"
            condition = "*" if turn % 2 else etag
            response = patch(client, key, str(article.id), {field: value}, **{"If-Match": condition})
            assert response.status_code in ((200,) if condition == "*" else (200, 412)), response.text
            etag = response.headers.get("ETag", etag)
            if response.status_code == 200:
                done.append((field, value, response.get_json()["version"]))
        return done

    acknowledged = [done for field in at_once(*(lambda field=field: work(field) for field in FIELDS)) for done in field]
    assert len({version for _, _, version in acknowledged}) == len(acknowledged) >= 10 * len(FIELDS)
    stored: Any = application.test_client().get(f"/v1/articles/{article.id}").get_json()
    assert stored["version"] == 1 + len(acknowledged)
    for field in FIELDS:
        if field != "note":
            assert stored[field] == [value for name, value, _ in acknowledged if name == field][-1]


def test_a_relink_that_waits_for_a_push_links_the_new_text(database: Database) -> None:
    database.write(
        lambda connection: entities.upsert(
            connection, entity_kinds.PERSON, [{"name": "Old Hero"}, {"name": "New Hero"}]
        )
    )
    database.read(runner.run)
    [result] = push(database, record("contended", body="Old Hero spoke."))
    pushed, began = threading.Event(), threading.Event()

    def rewrite() -> None:
        def slowly(connection: Connection) -> None:
            articles.upsert(connection, [record("contended", body="New Hero spoke.")])
            pushed.set()
            began.wait()
            time.sleep(0.3)

        database.write(slowly)

    def relinked() -> None:
        pushed.wait()
        began.set()
        database.write(lambda connection: relink_articles(connection, [result.id]))

    at_once(rewrite, relinked)
    [row] = rows(database, "select people from articles where external_id = 'contended'")
    assert row["people"] == [{"slug": "new-hero", "name": "New Hero"}]


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    before = rows(database, "select count(*) as n from changes")
    with pytest.raises(ZeroDivisionError):
        database.write(lambda connection: (articles.upsert(connection, [record("lost")]), 1 / 0))
    assert rows(database, "select 1 as found from articles where external_id = 'lost'") == []
    assert rows(database, "select count(*) as n from changes") == before


def test_of_copies_that_are_stored_at_once_the_second_finds_the_first(database: Database) -> None:
    database.write(lambda connection: [outlet(connection, f"copying-{n}") for n in range(4)])
    for story in range(5):
        text = " ".join(f"story{story}word{n}" for n in range(80))
        records = [record(f"Story {story}", outlet=f"copying-{n}", body=text) for n in range(4)]
        at_once(*(lambda one=one: push(database, one) for one in records))
    groups = rows(
        database,
        "select count(*) as copies from article_copies join articles on id = article_id"
        " where headline like 'Story %%' group by group_id",
    )
    assert groups == [{"copies": 4}] * 5
