"""Timelines over HTTP: what they count, where they begin and end, and how far they go."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from contract import ContractClient
from stories import outlet, record, store, tag, withdraw

from api.commands import term_counts
from api.postgres.connection import Connection
from api.retrieval import sampling
from api.retrieval.access_path import ARTICLES
from api.retrieval.select import Selection


def timeline(client: ContractClient, query: str) -> dict[str, Any]:
    response = client.get(f"/v1/timeline?{query}")
    assert response.status_code == 200, response.text
    return response.get_json()


def counts(client: ContractClient, query: str) -> str:
    """The first days and counts of a timeline, in a line."""
    return " ".join(f"{part['from']}:{part['count']}" for part in timeline(client, query)["data"])


@pytest.fixture
def library(blank: Connection) -> None:
    """Articles of June 2025 and of the year before."""
    outlet(blank, "daily")
    tag(blank, "Trade")
    at = [
        ("one", "2025-06-01T00:00:00"),
        ("two", "2025-06-01T23:59:59"),
        ("three", "2025-06-04T12:00:00"),
        ("four", "2025-06-09T16:00:00"),
        ("old", "2024-11-03T04:30:00"),
    ]
    records = [
        record(name, published_at=datetime.fromisoformat(time).replace(tzinfo=UTC), tags=["trade"] * (name != "three"))
        for name, time in at
    ]
    store(blank, *records)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("interval=year", "2024-01-01:1 2025-01-01:4"),
        ("interval=month&from=2025-05-01", "2025-05-01:0 2025-06-01:4"),
        ("interval=month&from=2025-05-01&to=2025-07-01", "2025-05-01:0 2025-06-01:4 2025-07-01:0"),
        # The first of June is a Sunday.
        ("interval=week&from=2025-06-01", "2025-05-26:2 2025-06-02:1 2025-06-09:1"),
        ("interval=day&from=2025-06-01&to=2025-06-04", "2025-06-01:2 2025-06-02:0 2025-06-03:0 2025-06-04:1"),
        ("interval=day&from=2025-06-01T12:00:00Z&to=2025-06-02", "2025-06-01:1 2025-06-02:0"),
        ("interval=day&from=2025-06-10&tz=Asia/Seoul", "2025-06-10:1"),
        ("interval=day&from=2025-06-02&to=2025-06-02&tz=Asia/Seoul", "2025-06-02:1"),
        # In Havana this is half past midnight, an hour before midnight comes again.
        ("interval=day&to=2024-11-04&tz=America/Havana", "2024-11-03:1 2024-11-04:0"),
        ("interval=month&tag=trade&from=2025-05-01", "2025-05-01:0 2025-06-01:3"),
        ("interval=month&q=three", "2025-06-01:1"),
        ("q=three&tag=trade", ""),
        ("tag=none", ""),
        ("tag=none&from=2025-06-01&to=2025-06-02&interval=day", "2025-06-01:0 2025-06-02:0"),
        ("from=2030-01-01", ""),
        ("interval=month&month=2025-05,2025-06", "2025-05-01:0 2025-06-01:4"),
        ("interval=month&month=2024-11&month=2025-01", "2024-11-01:1 2024-12-01:0 2025-01-01:0"),
        ("interval=year&year=2025,2024", "2024-01-01:1 2025-01-01:4"),
        ("interval=month&year=2025&to=2025-02", "2025-01-01:0 2025-02-01:0"),
        ("month=2025-06&year=2024", ""),
        ("interval=decade", "2020-01-01:5"),
        ("interval=century&from=1850", "1800-01-01:0 1900-01-01:0 2000-01-01:5"),
        ("interval=day&from=9999-12-30&to=9999-12-31", "9999-12-30:0 9999-12-31:0"),
        ("interval=week&from=9999-12-30&to=9999-12-31", "9999-12-27:0"),
        ("interval=year&from=9999-12-31&to=9999-12-31", "9999-01-01:0"),
        ("interval=day&from=0001-01-01&to=0001-01-02", "0001-01-01:0 0001-01-02:0"),
        ("interval=decade&from=0005&to=0015", "0001-01-01:0 0010-01-01:0"),
        ("q=absent&interval=year&from=2024-01-01&to=2025-01-01", "2024-01-01:0 2025-01-01:0"),
    ],
)  # fmt: skip
def test_articles_are_counted_where_they_were_published(
    blank_client: ContractClient, query: str, expected: str
) -> None:
    assert counts(blank_client, query) == expected


@pytest.mark.parametrize("interval", ["auto", "day", "week", "month", "year", "decade", "century"])
@pytest.mark.parametrize(
    "filters",
    [
        "",
        "&tag=seoul-washington,us-tariffs",
        "&q=president&tz=America/Havana",
        "&outlet_not=korea-herald&tz=Asia/Seoul",
        "&person=lee-jae-myung&language=en,ko",
    ],
)
def test_each_count_is_the_length_of_the_list_of_its_days(client: ContractClient, interval: str, filters: str) -> None:
    shown = timeline(client, f"interval={interval}{filters}")
    parts = [part for part in shown["data"] if part["count"]]
    assert parts
    for part in [*parts[:5], *parts[-5:]]:
        listed = client.get(f"/v1/articles?from={part['from']}&to={part['to']}{filters}&limit=1").get_json()
        assert listed["meta"]["total"] == part["count"], part
    everything = client.get(f"/v1/articles?limit=1{filters}").get_json()["meta"]["total"]
    assert shown["meta"]["total"] == sum(part["count"] for part in parts) == everything


META = {"interval": "day", "tz": "UTC", "total": 0, "complete": True, "margin": 0}


def test_an_empty_archive_has_no_timeline(blank_client: ContractClient) -> None:
    assert timeline(blank_client, "") == {"data": [], "meta": META}


@pytest.mark.parametrize(
    ("query", "interval", "length"),
    [
        ("from=2025-06-01&to=2025-06-01", "day", 1),
        ("from=2025-01-01&to=2025-04-30", "day", 120),
        ("from=2025-01-01&to=2025-05-01", "week", 18),
        ("year=2025", "week", 53),
        ("from=2016&to=2025", "month", 120),
        ("from=2015-12&to=2025", "year", 11),
        ("from=1906&to=2025", "year", 120),
        ("from=1850&to=2025", "decade", 18),
        ("from=1000&to=2025", "decade", 103),
        ("from=0001&to=9999", "century", 100),
        ("from=0001&to=9999-12-31&interval=auto", "century", 100),
    ],
)
def test_the_shortest_interval_that_fits_is_chosen(
    client: ContractClient, query: str, interval: str, length: int
) -> None:
    found = timeline(client, query)
    assert (found["meta"]["interval"], len(found["data"])) == (interval, length)


def test_one_old_article_leaves_a_timeline_readable(blank: Connection, blank_client: ContractClient) -> None:
    outlet(blank, "daily")
    store(blank, record("old", published_at=datetime(1850, 3, 1, tzinfo=UTC)), record("new", day=1))
    assert counts(blank_client, "") == " ".join(
        f"{year}-01-01:{int(year in (1850, 2020))}" for year in range(1850, 2030, 10)
    )


def test_nobody_can_count_what_nobody_sees(blank: Connection, blank_client: ContractClient) -> None:
    outlet(blank, "daily")
    [withdrawn, _, _] = store(
        blank,
        record("withdrawn", day=1),
        record("shown", day=3),
        record("embargoed", day=5, embargoed_until=datetime(2999, 1, 1, tzinfo=UTC)),
    )
    withdraw(blank, withdrawn.id, "canceled", "A mistake")
    assert counts(blank_client, "interval=day") == "2025-06-04:1"


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("interval=hour", "interval", "must be one of auto, day, week, month, year, decade, century"),
        (
            "interval=day&from=2020-01-01&to=2025-01-01",
            "interval",
            "makes more than 1,000 intervals; use week",
        ),
        ("interval=day&from=1900-01-01&to=1950-01-01", "interval", "use month"),
        ("interval=week&from=1000-01-01&to=1900-01-01", "interval", "use year"),
        ("interval=day&from=0002-01-01&to=2025-01-01", "interval", "use decade"),
        ("from=0001-01-01T00:00:00Z&to=0001-01-02&tz=America/New_York", "tz", "out of the years"),
        ("from=2025-01-02&to=2025-01-01", "to", "must not be before from"),
        ("tz=Mars", "tz", "must be a time zone"),
        ("q=-&syntax=strict", "q", "enter at least one letter or digit"),
        ("limit=3", "limit", 'Unknown parameter "limit".'),
        ("sort=oldest", "sort", 'Unknown parameter "sort".'),
    ],
)
def test_what_cannot_be_a_timeline_is_refused(client: ContractClient, query: str, parameter: str, detail: str) -> None:
    response = client.get(f"/v1/timeline?{quote(query, safe='=&-:/')}")
    assert response.status_code == 422, response.text
    [error] = response.get_json()["errors"]
    assert error["parameter"] == parameter
    assert detail in error["detail"]


def test_a_thousand_intervals_fit_and_one_more_does_not(client: ContractClient) -> None:
    assert len(timeline(client, "interval=day&from=2022-09-28&to=2025-06-23")["data"]) == 1_000
    assert client.get("/v1/timeline?interval=day&from=2022-09-27&to=2025-06-23").status_code == 422


SAMPLED = [
    *[
        "",
        "outlet=daily",
        "section=Politics",
        "tag=trade",
        "tag=trade,none",
        "tag=trade&outlet=daily",
        "year=2023,2024",
    ],
    *["q=coal", "q=coal&tag=trade", "q=north&section=Politics", "q=%22coal%20north%22", "q=coal&month=2023-06,2024-06"],
    *["collapse=copies", "tag=trade&collapse=copies", "q=coal&collapse=copies", "q=%23trade", "q=%23trade%20coal"],
]


@pytest.fixture
def many(blank: Connection) -> None:
    """Articles every second day, with words and filters that several of them have."""
    outlet(blank, "daily")
    outlet(blank, "weekly")
    tag(blank, "Trade")
    since = datetime(2023, 1, 1, tzinfo=UTC)
    store(
        blank,
        *(
            record(
                str(n),
                published_at=since + n * timedelta(days=2),
                outlet="daily" if n % 3 else "weekly",
                tags=["trade"] * (n % 4 > 0),
                body="coal north" if n % 5 else "north",
                section="Politics" if n % 2 else None,
            )
            for n in range(400)
        ),
    )
    withdraw(blank, store(blank, record("withdrawn", tags=["trade"]))[0].id, "canceled", "A mistake")
    term_counts.measure(blank)
    blank.execute("analyze")


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("filters", SAMPLED)
def test_a_timeline_that_is_not_complete_is_an_estimate_within_its_margin(
    blank_client: ContractClient, monkeypatch: pytest.MonkeyPatch, filters: str
) -> None:
    exact = timeline(blank_client, f"interval=year&{filters}")
    listed = blank_client.get(f"/v1/articles?limit=1&count=exact&{filters}").get_json()["meta"]["total"]
    assert (exact["meta"]["total"], exact["meta"]["complete"], exact["meta"]["margin"]) == (listed, True, 0)
    for name, value in {"INDEXED_AT_MOST": 20, "FETCHED_AT_MOST": 20, "SAMPLE_SIZE": 100, "PILOT_SIZE": 50}.items():
        monkeypatch.setattr(sampling, name, value)
    monkeypatch.setattr(sampling, "PILOT_FRACTION", 0.5)
    # Another address than the one whose response is cached.
    sampled = timeline(blank_client, f"tz=UTC&interval=year&{filters}")
    meta = sampled["meta"]
    assert meta["total"] == sum(part["count"] for part in sampled["data"])
    assert not meta["complete"]
    assert 0 < meta["margin"] < listed or "month" in filters
    assert abs(meta["total"] - listed) <= 2 * meta["margin"]
    assert timeline(blank_client, "tz=UTC&interval=year&q=absent")["meta"]["complete"]


def test_a_sample_is_the_same_while_estimates_change_little() -> None:
    whole = sampling.Sample(Selection("", ARTICLES))
    fractions = {whole.at_most(articles).fraction for articles in range(60_000, 100_000, 1_000)}
    assert fractions == {0.125}
    assert all(7_000 < whole.at_most(n).fraction * n < 14_200 for n in range(20_001, 10_000_000, 9_999))
