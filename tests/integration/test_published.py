"""Months, years, from and to as filters: alone, together, with other filters, in any order and page by page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from contract import ContractClient
from stories import outlet, person, record, store, tag

from api.postgres.connection import Connection

# An article every 19 days and 5 hours; each second one is of the first outlet, each third one is about trade.
TIMES = [datetime(2023, 1, 1, tzinfo=UTC) + n * timedelta(days=19, hours=5) for n in range(60)]


def is_in(prefix: str, tz: str = "UTC") -> Callable[[datetime], bool]:
    """Whether a time is in this month or year."""
    return lambda at: at.astimezone(ZoneInfo(tz)).isoformat().startswith(prefix)


@pytest.fixture
def library(blank: Connection) -> None:
    """Sixty articles of 2023 to 2026."""
    outlet(blank, "daily")
    outlet(blank, "weekly")
    tag(blank, "Trade")
    person(blank, "Bo Lind")
    store(
        blank,
        *(
            record(
                str(n),
                published_at=at,
                outlet="daily" if n % 2 else "weekly",
                tags=["trade"] * (n % 3 == 0),
                body="Bo Lind spoke of coal." if n % 5 else "Bo Lind left.",
                section="Politics" if n % 7 else "Sport",
            )
            for n, at in enumerate(TIMES)
        ),
    )


def listed(client: ContractClient, query: str) -> list[int]:
    """The numbers of all articles of a list, read page by page."""
    found: list[int] = []
    url: str | None = f"/v1/articles?{query}&limit=4&count=exact&fields=headline"
    totals: set[int] = set()
    while url:
        response = client.get(url)
        assert response.status_code == 200, response.text
        page = response.get_json()
        found += [int(article["headline"]) for article in page["data"]]
        totals.add(page["meta"]["total"])
        after = page["page"]["next"]
        url = after and f"/v1/articles?{query}&limit=4&count=exact&fields=headline&cursor={after}"
    assert totals == {len(found)}
    return found


PERIODS = [
    ("month=2024-02", is_in("2024-02")),
    ("month=2023-01,2024-07,2026-01", lambda at: any(is_in(month)(at) for month in ("2023-01", "2024-07", "2026-01"))),
    ("month=2023-01&month=2025-07", lambda at: is_in("2023-01")(at) or is_in("2025-07")(at)),
    ("month=2024-02,2024-03", lambda at: is_in("2024-02")(at) or is_in("2024-03")(at)),
    ("year=2023,2025", lambda at: is_in("2023")(at) or is_in("2025")(at)),
    ("year=2024&month=2023-12,2024-01,2024-05", lambda at: is_in("2024-01")(at) or is_in("2024-05")(at)),
    ("year=2024&month=2023-12", lambda at: False),
    ("from=2024-03&to=2024-05", lambda at: "2024-03" <= at.isoformat()[:7] <= "2024-05"),
    ("from=2024&to=2024", is_in("2024")),
    ("to=2023", is_in("2023")),
    ("month=2023-03,2025-03&from=2024", is_in("2025-03")),
    ("month=2024-02&tz=Asia/Seoul", is_in("2024-02", "Asia/Seoul")),
    ("year=2024&tz=America/New_York", is_in("2024", "America/New_York")),
    ("from=2025&tz=Asia/Seoul&to=9999", lambda at: at.astimezone(ZoneInfo("Asia/Seoul")).year >= 2025),
]  # fmt: skip
OTHERS = [
    ("", lambda n: True),
    ("outlet=daily", lambda n: n % 2 == 1),
    ("outlet=daily,weekly", lambda n: True),
    ("tag=trade&outlet=weekly", lambda n: n % 6 == 0),
    ("person=bo-lind&section=Sport", lambda n: n % 7 == 0),
    ("q=coal", lambda n: n % 5 > 0),
    ("q=coal&tag=trade", lambda n: n % 5 > 0 and n % 3 == 0),
]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(("period", "is_within"), PERIODS)
def test_a_list_has_the_articles_of_its_months_and_years(
    blank_client: ContractClient, period: str, is_within: Callable[[datetime], bool]
) -> None:
    for (others, passes), sort in product(OTHERS, ("newest", "oldest", "updated", "relevance")):
        if sort == "relevance" and "q=" not in others:
            continue
        expected = [n for n, at in enumerate(TIMES) if is_within(at) and passes(n)]
        found = listed(blank_client, f"{period}&{others}&sort={sort}")
        if sort in ("newest", "oldest"):
            assert found == (expected if sort == "oldest" else expected[::-1]), (others, sort)
        assert sorted(found) == expected, (others, sort)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(("period", "is_within"), PERIODS)
def test_timelines_and_facets_count_the_articles_of_months_and_years(
    blank_client: ContractClient, period: str, is_within: Callable[[datetime], bool]
) -> None:
    for others, passes in OTHERS:
        expected = sum(is_within(at) and passes(n) for n, at in enumerate(TIMES))
        counted = blank_client.get(f"/v1/timeline?{period}&{others}").get_json()
        assert counted["meta"]["total"] == expected, others
        response = blank_client.get(f"/v1/articles?{period}&{others}&facets=language,month&limit=1&sort=newest")
        found = response.get_json()["meta"]["facets"]
        assert sum(value["count"] for value in found["language"]["values"]) == expected, others
        months = [value["value"] for value in found["month"]["values"]]
        assert months == sorted(months)


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("from=2026-3-1", "from", "or a day (2025-06-21), a month (2025-06) or a year (2025)"),
        ("to=03/2026", "to", "or a day (2025-06-21), a month (2025-06) or a year (2025)"),
        ("from=2025-13", "from", "must be a valid month such as 2025-06"),
        ("from=2025-02-29", "from", "must be a valid date such as 2025-06-21"),
        ("to=0000", "to", "must be a valid year such as 2025"),
        ("from=2025-06&to=2025-05", "to", "must not be before from"),
        ("month=2025", "month", "must be months such as 2025-06, separated by commas"),
        ("month=2025-00", "month", "must be months such as 2025-06, separated by commas"),
        ("month=2025-6", "month", "must be months such as 2025-06, separated by commas"),
        ("month=", "month", "must be one or more values separated by commas"),
        ("month=%D9%A2%D9%A0%D9%A2%D9%A5-01", "month", "must be months such as 2025-06"),
        ("year=2025-06", "year", "must be years such as 2025, separated by commas"),
        ("year=25", "year", "must be years such as 2025, separated by commas"),
        ("year=0000", "year", "must be a valid year such as 2025"),
        ("year=0001&tz=Asia/Seoul", "year", "must be within the years 1 to 9999 in UTC"),
        ("year=" + ",".join(str(year) for year in range(1950, 2001)), "year", "must have at most 50 values"),
    ],
)
def test_what_is_no_month_or_year_is_refused_with_the_forms_that_are_accepted(
    client: ContractClient, query: str, parameter: str, detail: str
) -> None:
    for path in ("/v1/articles", "/v1/timeline", "/v1/tags/seoul-washington/articles"):
        response = client.get(f"{path}?{query}")
        assert response.status_code == 422, response.text
        [error] = response.get_json()["errors"]
        assert error["parameter"] == parameter
        assert detail in error["detail"]


def test_fifty_months_apart_from_each_other_are_a_filter(client: ContractClient) -> None:
    months = ",".join(f"{year}-06" for year in range(1976, 2026))
    assert client.get(f"/v1/articles?month={months}&limit=1").get_json()["meta"]["total"] > 0
