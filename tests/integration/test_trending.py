"""Trending over HTTP: a burst of several outlets is found; a wire story, a column and what is usual are not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract import ContractClient
from partners import new_key
from stories import outlet, record, store, tag, withdraw

from api.postgres.connection import Connection
from api.queries import trending

DAY = datetime(2025, 6, 24, tzinfo=UTC)
OUTLETS = tuple(f"o{n}" for n in range(8))
WIRE = (
    "The port of Busan reopened on Tuesday after a storm had kept ships away for three days, the authority said. "
    "Forty container ships waited outside the breakwater overnight, and the first of them reached its berth at dawn."
)


def trends(client: ContractClient, query: str = "as_of=2025-06-24", **headers: Any) -> dict[str, Any]:
    response = client.get(f"/v1/trending?{query}", **headers)
    assert response.status_code == 200, response.text
    return response.get_json()


def slugs(client: ContractClient, query: str = "as_of=2025-06-24") -> list[str]:
    return [entry["slug"] for entry in trends(client, query)["data"]]


def stories(topic: str, outlets: int, *, each: int = 1, weeks: int = 0, days: int = 0) -> Iterator[dict[str, Any]]:
    """Articles with a tag, of so many outlets, on the day that is so many weeks and days before DAY."""
    at = DAY - timedelta(weeks=weeks, days=days) + timedelta(hours=9)
    for n in range(outlets * each):
        headline = f"{topic} {weeks} {days} {n}"
        yield record(headline, tags=[topic], outlet=OUTLETS[n % outlets], published_at=at + timedelta(minutes=n))


@pytest.fixture
def press(blank: Connection) -> Connection:
    """Ten weeks of eight outlets, with a topic that is usual every day."""
    for slug in OUTLETS:
        outlet(blank, slug)
    for topic in ("burst", "column", "usual", "wire"):
        tag(blank, topic)
    usual = [story for weeks in range(10) for days in (0, 1) for story in stories("usual", 5, weeks=weeks, days=days)]
    store(blank, *usual, *(story for weeks in range(10) for story in stories("column", 6, weeks=weeks)))
    return blank


def test_a_planted_burst_is_found_beside_what_is_expected(press: Connection, blank_client: ContractClient) -> None:
    store(press, *stories("burst", 6), *stories("burst", 1, weeks=2))
    found = trends(blank_client)
    [burst] = found["data"]
    assert len(burst.pop("article_ids")) == 6
    assert burst.pop("growth_lower_bound") > 3
    assert burst == {"slug": "burst", "name": "#burst", "observed": 6, "expected": 1 / 8, "articles": 6}
    assert found["meta"] == {
        "noun": "tags", "since": "2025-06-24T00:00:00Z", "until": "2025-06-25T00:00:00Z", "weeks": 8, "complete": True,
    }  # fmt: skip
    assert slugs(blank_client, "as_of=2025-06-23") == slugs(blank_client, "as_of=2025-06-17") == []
    assert slugs(blank_client, "as_of=2025-06-26&window=3d") == ["burst"]
    assert slugs(blank_client, "as_of=2025-06-30&window=7d") == ["burst"]
    assert slugs(blank_client, "as_of=2025-06-24T12:00:00%2B09:00") == []


@pytest.mark.parametrize(
    "planted",
    [
        list(stories("burst", 4)),
        list(stories("burst", 2, each=10)),
        [
            record("Port of Busan reopens after storm", body=WIRE, tags=["wire"], outlet=slug,
                   published_at=DAY + timedelta(hours=n))
            for n, slug in enumerate(OUTLETS)
        ],
        [story for weeks in range(9) for story in stories("burst", 6, weeks=weeks)],
    ],
    ids=["four articles", "two outlets", "a wire story", "a weekly column"],
)  # fmt: skip
def test_what_is_no_burst_of_several_outlets_is_not_trending(
    press: Connection, blank_client: ContractClient, planted: list[dict[str, Any]]
) -> None:
    store(press, *planted)
    assert slugs(blank_client) == []


def test_an_archive_with_less_than_eight_weeks_says_so_and_calls_little_trending(
    blank: Connection, blank_client: ContractClient
) -> None:
    for slug in OUTLETS:
        outlet(blank, slug)
    store(blank, *stories("burst", 6), *stories("usual", 5), *stories("usual", 5, days=1))
    assert trends(blank_client)["meta"]["weeks"] == 0
    assert slugs(blank_client) == []
    blank.execute("update tags set confirmed = true")
    store(blank, *(story for weeks in (1, 2, 3, 4) for story in stories("usual", 5, weeks=weeks, days=0)))
    assert trends(blank_client, "as_of=2025-06-24T23:00:00Z&window=1d")["meta"]["weeks"] == 3
    assert slugs(blank_client, "as_of=2025-06-24T23:00:00Z") == ["burst"]
    assert trends(blank_client, "as_of=2025-06-24T23:00:00Z")["meta"]["until"] == "2025-06-24T23:00:00Z"


def test_embargoed_and_withdrawn_articles_and_unconfirmed_names_count_for_nobody(
    press: Connection, blank_client: ContractClient
) -> None:
    admin = new_key(press, "all", ["admin"], [])
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    results = store(press, *stories("burst", 6))
    assert slugs(blank_client) == ["burst"]
    press.execute("update tags set confirmed = false where slug = 'burst'")
    assert slugs(blank_client) == []
    press.execute("update tags set confirmed = true where slug = 'burst'")
    for result in results[:2]:
        withdraw(press, result.id, "withheld", "Wrong")
    store(press, *({**story, "external_id": f"x{n}", "embargoed_until": tomorrow}
                   for n, story in enumerate(stories("burst", 6))))  # fmt: skip
    assert trends(blank_client, headers=admin)["data"] == []


def test_a_window_with_too_many_articles_is_not_complete(
    press: Connection, blank_client: ContractClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trending, "ARTICLES_AT_MOST", 5)
    assert trends(blank_client)["meta"]["complete"] is False


def test_up_to_twenty_ids_are_named(press: Connection, blank_client: ContractClient) -> None:
    store(press, *stories("burst", 8, each=4))
    [burst] = trends(blank_client)["data"]
    assert (burst["observed"], burst["articles"], len(burst["article_ids"])) == (8, 32, trending.SHOWN_ARTICLES)


@pytest.mark.parametrize("query", ["noun=outlets", "window=2d", "limit=0", "as_of=yesterday", "as_of=2025-13", "q=x"])
def test_a_bad_request_is_told_so(blank_client: ContractClient, query: str) -> None:
    assert blank_client.get(f"/v1/trending?{query}").status_code == 422


@pytest.mark.parametrize("query", ["", "noun=people", "as_of=0001", "as_of=9999&tz=Asia/Seoul"])
def test_any_moment_of_the_calendar_has_a_response(blank_client: ContractClient, query: str) -> None:
    assert trends(blank_client, query)["data"] == []


def test_the_response_is_never_cached(blank_client: ContractClient) -> None:
    assert blank_client.get("/v1/trending").headers["Cache-Control"] == "no-store"
