"""Hashtags in q find the articles of their tag, and texts with its words."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from conftest import app_on
from contract import ContractClient
from stories import outlet, record, store, tag

from api.commands import term_counts
from api.postgres.connection import Connection, connect

TAG = "seoul-washington"


@pytest.fixture(scope="module", params=[False, True], ids=["not counted", "counted"])
def archive(blank_database: str, request: pytest.FixtureRequest) -> Iterator[ContractClient]:
    """A client of articles with a tag, with its words and with both; before and after terms are counted."""
    with connect(blank_database) as connection, connection.transaction(force_rollback=True):
        _store(connection)
        if request.param:
            term_counts.measure(connection)
        yield app_on(connection).test_client()  # pyright: ignore[reportReturnType]: app_on sets the class


def _store(connection: Connection) -> None:
    outlet(connection, "daily")
    tag(connection, "Seoul Washington")
    tag(connection, "한미동맹")
    tag(connection, "Steel")
    store(
        connection,
        record("one tariffs", tags=[TAG], body="Nothing else.", day=0),
        record("two", body="The Seoul-Washington alliance on tariffs.", day=1),
        record("three", tags=[TAG, "steel"], body="Seoul and Washington.", day=2, section="World"),
        record("four", body="Washington and Seoul on tariffs.", day=3),
        record("다섯", language="ko", body="굳건한 한미동맹의 미래", day=4),
        record("six steel", body="Mills.", day=5),
    )


def found(client: ContractClient, q: str, more: str = "") -> dict[str, Any]:
    response = client.get(f"/v1/articles?q={quote(q)}{more}")
    assert response.status_code == 200, response.text
    return response.get_json()


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("#seoul-washington", "one two three"),
        ("#Seoul-Washington", "one two three"),
        ("＃seoul-washington", "one two three"),
        ("#SEOUL-WASHINGTON tariffs", "one two"),
        ("tariffs #seoul-washington", "one two"),
        ("#seoul-washington -tariffs", "three"),
        ("#seoul-washington (tariffs OR nothing)", "one two"),
        ("#seoul-washington #steel", "three"),
        ("#seoul-washington #steel mills", ""),
        ("#한미동맹", "다섯"),
        ("#steel", "three six"),
        ("the #seoul-washington", "one two three"),
        ("#seoul-washington -the", "one two three"),
        ("#unknown", ""),
        ("#tariffs", "one two four"),
        # Elsewhere, a hashtag is its words.
        ("#seoul-washington OR mills", "two six"),
        ("tariffs -#seoul-washington", "one four"),
        ("Seoul-Washington", "two"),
    ],
)
def test_a_hashtag_finds_its_tag_and_its_words(archive: ContractClient, q: str, expected: str) -> None:
    for more in (
        "&sort=oldest",
        "&sort=oldest&from=2025-01-01&language=en,ko",
        "&sort=oldest&outlet=daily&count=exact",
    ):
        answer = found(archive, q, more)
        assert [article["headline"].split()[0] for article in answer["data"]] == expected.split(), more
        assert answer["meta"]["total"] == len(expected.split())
    ranked = found(archive, q, "&facets=section&explain=true&include=highlights")
    assert {article["headline"].split()[0] for article in ranked["data"]} == set(expected.split())
    assert ranked["meta"]["facets"]["section"]["of"] == len(expected.split())
    timeline = archive.get(f"/v1/timeline?q={quote(q)}").get_json()
    assert timeline["meta"]["total"] == len(expected.split())


def test_a_hashtag_that_is_words_alone_is_named(archive: ContractClient) -> None:
    assert found(archive, "#seoul-washington")["meta"]["query"]["taken_as_text"] == []
    for q in ("#seoul-washington OR mills", "tariffs -#seoul-washington", "headline:#seoul-washington"):
        [piece] = found(archive, q)["meta"]["query"]["taken_as_text"]
        assert piece["text"] == "#seoul-washington"
        assert "only its words" in piece["reason"]


def test_pages_of_a_hashtag_follow_one_another(archive: ContractClient) -> None:
    for sort in ("newest", "oldest", "updated", "relevance"):
        seen: list[str] = []
        more = f"&sort={sort}&limit=1"
        while more:
            answer = found(archive, "#seoul-washington", more)
            seen += [article["headline"] for article in answer["data"]]
            cursor = answer["page"]["next"]
            more = f"&sort={sort}&limit=1&cursor={cursor}" if cursor else ""
        assert sorted(seen) == ["one tariffs", "three", "two"], sort


def test_the_first_three_hashtags_find_their_tags(archive: ContractClient) -> None:
    q = "#한미동맹 #seoul-washington #tariffs #steel"
    assert [piece["text"] for piece in found(archive, q)["meta"]["query"]["taken_as_text"]] == ["#steel"]


def test_words_beside_a_hashtag_that_are_in_no_article_are_named(archive: ContractClient) -> None:
    assert found(archive, "#seoul-washington zeppelin")["meta"]["query"]["absent"] == ["zeppelin"]
