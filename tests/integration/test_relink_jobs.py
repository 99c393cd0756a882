"""What follows a rename or a merge in an archive where 50,000 articles have to follow."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import new_database
from processes import DEADLINE, Started, free_port, temporary_place, until

from api.commands import keys
from api.postgres import migrate
from api.postgres.connection import Connection, connect

pytestmark = pytest.mark.long

ARTICLES = 50_000

# Every article has the tag old; every third had the tag new by a phrase that it lost; every hundredth is withheld.
ARCHIVE = """
    insert into outlets (uuid, slug, name, folded) values (gen_random_uuid(), 'daily', 'Daily', 'daily');
    insert into tags (slug, name, folded) values ('old', '#Old', 'old'), ('new', '#New', 'new');
    insert into articles (id, outlet_id, external_id, headline, body, language, published_at, status, digest,
        outlet, tags, people, search)
    select md5('a' || n)::uuid, 1, n, 'Headline ' || n, repeat('The text of an article. ', 20), 'en',
        timestamptz '2020-01-01' + n * interval '20 minutes', case when n % 100 = 0 then 'withheld' else 'usable' end,
        '', '{"slug": "daily", "name": "Daily"}', '[{"slug": "old", "name": "#Old"}]', '[]', ''
    from generate_series(1, 50000) n;
    insert into article_tags (article_id, tag_id, published_at, origin)
    select id, 1, published_at, 'push' from articles
    union all select id, 2, published_at, 'match' from articles where external_id::int % 3 = 0;
    update tags set articles = c.visible
    from (select tag_id, count(*) filter (where visible) as visible
        from article_tags join articles on articles.id = article_id group by tag_id) c
    where tags.id = c.tag_id;
"""


@pytest.fixture
def archive(server: str) -> Iterator[tuple[str, Connection]]:
    """The archive: how to connect to it, and a connection."""
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            connection.execute(ARCHIVE)
            connection.execute("vacuum analyze")
            yield conninfo, connection


@pytest.fixture
def place() -> Iterator[Path]:
    """Where servers write what they say."""
    with temporary_place() as place:
        yield place


class Served(Started):
    """The archive, served on a port of its own."""

    def __init__(self, place: Path, conninfo: str) -> None:
        self.port = free_port()
        super().__init__(place, "serve", database_url=conninfo, port=self.port)
        until(self.is_ready)

    def is_ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def ask(self, method: str, path: str, content: object = None, key: str = "") -> tuple[int, str, Any]:
        """Status, Location and content of one answer."""
        patch = "merge-patch+" if method == "PATCH" else ""
        headers = {"Content-Type": f"application/{patch}json", "Authorization": f"Bearer {key}"} if key else {}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)) as connection:
            connection.request(method, path, json.dumps(content) if content else None, headers)
            answer = connection.getresponse()
            return answer.status, (answer.headers["Location"] or "").partition("/v1/")[2], json.loads(answer.read())

    def job(self, path: str) -> dict[str, Any]:
        return self.ask("GET", f"/v1/{path}")[2]


def edit_key(connection: Connection) -> str:
    return keys.create(connection, "test", ["edit"], [])


def articles_with(connection: Connection, copies: list[dict[str, str]]) -> int:
    """How many articles show these tags and no others."""
    row = connection.execute(
        "select count(*) as n from articles where tags::jsonb = %(copies)s::jsonb", {"copies": json.dumps(copies)}
    ).fetchone()
    return row["n"] if row else 0


def changes(connection: Connection) -> list[dict[str, Any]]:
    """How many articles have how many changes, by type."""
    return connection.execute(
        """
        select type, changes, count(*) as articles
        from (select type, article_id, count(*) as changes from changes where article_id is not null group by 1, 2) c
        group by type, changes
        """
    ).fetchall()


def test_a_rename_that_is_killed_in_between_reaches_every_article_once(
    archive: tuple[str, Connection], place: Path
) -> None:
    conninfo, connection = archive
    key = edit_key(connection)
    with Served(place, conninfo) as served:
        status, path, entity = served.ask("PATCH", "/v1/tags/old", {"slug": "newer", "name": "#Newer"}, key)
        assert (status, entity["slug"]) == (202, "newer")
        until(lambda: served.job(path)["done"] >= 5_000)
        assert served.job(path)["state"] == "running"
        served.kill()
    shown = [{"slug": "newer", "name": "#Newer"}]
    assert 5_000 <= articles_with(connection, shown) < ARTICLES
    with Served(place, conninfo) as served:
        until(lambda: served.job(path)["state"] == "done", 300)
        assert served.job(path)["done"] == ARTICLES
    assert articles_with(connection, shown) == ARTICLES
    assert changes(connection) == [{"type": "article.updated", "changes": 1, "articles": ARTICLES}]


def test_a_merge_moves_every_article_at_once_and_what_it_shows_later(
    archive: tuple[str, Connection], place: Path
) -> None:
    conninfo, connection = archive
    key = edit_key(connection)
    with Served(place, conninfo) as served:
        status, path, entity = served.ask("POST", "/v1/tags/old/merge", {"into": "new"}, key)
        visible = ARTICLES - ARTICLES // 100
        assert (status, entity["slug"], entity["articles"]) == (202, "new", visible)
        links = connection.execute("select tag_id, origin, count(*) as n from article_tags group by 1, 2").fetchall()
        assert links == [{"tag_id": 2, "origin": "push", "n": ARTICLES}]
        until(lambda: served.job(path)["state"] == "done", 300)
    assert articles_with(connection, [{"slug": "new", "name": "#New"}]) == ARTICLES
    assert changes(connection) == [{"type": "article.updated", "changes": 1, "articles": ARTICLES}]
