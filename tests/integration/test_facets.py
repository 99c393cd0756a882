"""Facets over HTTP: what a list could be narrowed to, each facet counted without its own filter."""

from datetime import UTC, datetime
from typing import Any

import pytest
from contract import ContractClient
from stories import outlet, person, record, store, tag, withdraw

from api.postgres.connection import Connection
from api.queries import facets


def asked(client: ContractClient, query: str) -> dict[str, dict[str, Any]]:
    """The facets that a list answers."""
    response = client.get(f"/v1/{query if 'articles?' in query else f'articles?{query}'}")
    assert response.status_code == 200, response.text
    return response.get_json()["meta"]["facets"]


def values(client: ContractClient, query: str, name: str) -> str:
    """The values of a facet with their counts, in a line."""
    return " ".join(f"{value['value']}:{value['count']}" for value in asked(client, query)[name]["values"])


@pytest.fixture
def library(blank: Connection) -> None:
    """Six articles that differ in what facets count."""
    outlet(blank, "daily")
    outlet(blank, "weekly", language="ko")
    tag(blank, "Trade")
    tag(blank, "Alliance")
    person(blank, "Ana Pérez")
    person(blank, "Bo Lind")
    store(
        blank,
        record("one", day=0, tags=["trade"], section="Business", credit="AP"),
        record("two", day=1, tags=["trade", "alliance"], section="Politics", credit="Yonhap"),
        record("three", day=2, body="Ana Perez met Bo Lind.", section="Politics", tags=["alliance"]),
        record("four", day=3, body="Bo Lind left.", credit="Yonhap", tags=["trade"]),
        record("다섯", day=4, outlet="weekly", language="ko", section="정치"),
        record("six", published_at=datetime(2024, 12, 31, 15, 30, tzinfo=UTC)),
    )


def test_a_year_that_a_time_zone_cannot_have_is_refused(blank: Connection, blank_client: ContractClient) -> None:
    outlet(blank, "daily")
    store(blank, record("first", published_at=datetime(1, 1, 1, tzinfo=UTC)))
    assert values(blank_client, "facets=year", "year") == "0001:1"
    response = blank_client.get("/v1/articles?facets=year&tz=America/New_York")
    assert response.status_code == 422, response.text
    assert [error["parameter"] for error in response.get_json()["errors"]] == ["tz"]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("facets=outlet", "outlet", "daily:5 weekly:1"),
        ("facets=section", "section", "Politics:2 Business:1 정치:1"),
        ("facets=tag", "tag", "trade:3 alliance:2"),
        ("facets=person", "person", "bo-lind:2 ana-perez:1"),
        ("facets=language", "language", "en:5 ko:1"),
        ("facets=credit", "credit", "Yonhap:2 AP:1"),
        ("facets=year", "year", "2024:1 2025:5"),
        ("facets=year&tz=Asia/Seoul", "year", "2025:6"),
        ("facets=month&tz=Asia/Seoul", "month", "2025-01:1 2025-06:5"),
        # A facet ignores its own filter, and no other one.
        ("tag=trade&facets=tag", "tag", "trade:3 alliance:2"),
        ("tag=trade&facets=tag,section", "section", "Business:1 Politics:1"),
        # What the request filters by is always listed.
        ("tag=none&facets=tag,section", "tag", "trade:3 alliance:2 none:0"),
        ("tag=none&section=Politics&facets=section", "section", "Politics:0"),
        ("section=Sports&facets=section,tag", "section", "Politics:2 Business:1 정치:1 Sports:0"),
        ("section=Sports&facets=section,tag", "tag", ""),
        ("outlet=weekly&tag=trade&facets=outlet", "outlet", "daily:3 weekly:0"),
        ("outlet=WEEKLY&q=absent&facets=outlet", "outlet", "weekly:0"),
        ("person=ana-perez&tag=trade&facets=person", "person", "bo-lind:1 ana-perez:0"),
        ("language=fr,en&facets=language", "language", "en:5 ko:1 fr:0"),
        ("credit=DPA&tag=trade&facets=credit", "credit", "Yonhap:2 AP:1 DPA:0"),
        ("outlets/weekly/articles?facets=outlet&tag=trade", "outlet", "weekly:0"),
        ("year=2023&facets=year", "year", "2023:0 2024:1 2025:5"),
        ("month=2025-06&facets=month", "month", "2024-12:1 2025-06:5"),
        ("year=2025&month=2025-07&facets=month", "month", "2025-06:5 2025-07:0"),
        ("year=2025&facets=month,tag", "month", "2025-06:5"),
        ("month=2024-12&year=2025&facets=tag,year", "year", "2024:1 2025:0"),
        ("month=2024-12&year=2025&facets=tag,year", "tag", ""),
        ("tag=none&facets=tag,section", "section", ""),
        ("tag=trade&section=Politics&facets=tag,section", "tag", "alliance:2 trade:1"),
        ("tag=trade&section=Politics&facets=tag,section", "section", "Business:1 Politics:1"),
        ("tag_all=trade,alliance&facets=tag", "tag", "alliance:1 trade:1"),
        ("tag_all=trade,none&facets=tag", "tag", "none:0 trade:0"),
        ("tag_not=alliance&facets=tag", "tag", "trade:2"),
        ("person=bo-lind&facets=person", "person", "bo-lind:2 ana-perez:1"),
        ("outlet=weekly&facets=outlet,language", "outlet", "daily:5 weekly:1"),
        ("outlet=weekly&facets=outlet,language", "language", "ko:1"),
        ("outlet_not=weekly&facets=outlet", "outlet", "daily:5"),
        ("from=2025-06-01&facets=year,month", "year", "2024:1 2025:5"),
        ("from=2025-06-01&to=2025-06-02&facets=month,tag", "tag", "trade:2 alliance:1"),
        ("language=en&credit=AP&facets=credit", "credit", "Yonhap:2 AP:1"),
        ("q=lind&facets=tag", "tag", "alliance:1 trade:1"),
        ("q=lind&tag=trade&facets=tag", "tag", "alliance:1 trade:1"),
        ("q=absent&facets=tag", "tag", ""),
        # What the path says holds for every facet.
        ("tags/trade/articles?facets=tag", "tag", "trade:3 alliance:1"),
        ("tags/trade/articles?facets=section,tag&section=Politics", "section", "Business:1 Politics:1"),
        ("people/bo-lind/articles?facets=person", "person", "bo-lind:2 ana-perez:1"),
        ("outlets/weekly/articles?facets=outlet", "outlet", "weekly:1"),
    ],
)
def test_a_facet_counts_what_could_be_chosen(
    blank_client: ContractClient, query: str, name: str, expected: str
) -> None:
    assert values(blank_client, query, name) == expected


@pytest.mark.usefixtures("library")
def test_a_value_has_its_name(blank_client: ContractClient) -> None:
    found = asked(blank_client, "facets=person,tag,section&limit=1")
    assert list(found) == ["person", "tag", "section"]
    assert found["person"]["values"][1] == {"value": "ana-perez", "name": "Ana Pérez", "count": 1}
    assert found["tag"]["values"][0] == {"value": "trade", "name": "#Trade", "count": 3}
    assert {name: found["section"][name] for name in ("distinct", "of", "complete")} == {
        "distinct": 3, "of": 6, "complete": True,
    }  # fmt: skip


@pytest.mark.usefixtures("library")
def test_a_facet_says_when_it_is_cut(blank_client: ContractClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "SHOWN_AT_MOST", 1)
    monkeypatch.setattr(facets, "COUNTED_AT_MOST", 4)
    found = asked(blank_client, "facets=tag,month")
    assert found["tag"] == {
        "values": [{"value": "alliance", "name": "#Alliance", "count": 2}], "distinct": 2, "of": 4, "complete": False,
    }  # fmt: skip
    assert found["month"]["values"] == [{"value": "2025-06", "name": "2025-06", "count": 4}]
    assert asked(blank_client, "facets=credit&language=en&from=2025-06-01")["credit"]["complete"]
    # Those that the request filters by are listed with their number of articles.
    assert values(blank_client, "tag=trade&facets=tag", "tag") == "alliance:2 trade:2"
    monkeypatch.setattr(facets, "COUNTED_AT_MOST", 10)
    assert values(blank_client, "month=2020-01&facets=month", "month") == "2020-01:0 2025-06:5"


@pytest.mark.usefixtures("library")
def test_an_entity_that_is_filtered_by_a_retired_slug_is_listed_as_it_is_called_now(
    blank: Connection, blank_client: ContractClient
) -> None:
    blank.execute("insert into slugs_retired select 'tag', 'commerce', id from tags where slug = 'trade'")
    assert values(blank_client, "tag=commerce&facets=tag&outlet=weekly", "tag") == "trade:0"


@pytest.mark.usefixtures("library")
def test_a_language_has_its_english_name(blank_client: ContractClient) -> None:
    found = asked(blank_client, "facets=language&language=el,xx")["language"]["values"]
    assert [(value["value"], value["name"]) for value in found] == [
        ("en", "English"), ("ko", "Korean"), ("el", "Greek"), ("xx", "xx"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "query",
    ["", "&tag=seoul-washington", "&q=president&sort=newest", "&section=Politics", "&month=2025-06&tz=Asia/Seoul"],
)
def test_choosing_a_value_lists_as_many_articles_as_it_counts(client: ContractClient, query: str) -> None:
    found = asked(client, f"facets=outlet,section,tag,person,language,credit,year,month{query}")
    for name, facet in found.items():
        others = query.replace("&month=2025-06", "") if name == "month" else "" if f"&{name}=" in query else query
        for value in facet["values"][:3]:
            listed = client.get(
                "/v1/articles", query_string=f"{name}={value['value'].replace('&', '%26')}{others}&limit=1"
            )
            assert listed.get_json()["meta"]["total"] == value["count"], (name, value)


@pytest.mark.usefixtures("library")
def test_what_nobody_sees_is_in_no_facet(blank: Connection, blank_client: ContractClient) -> None:
    before = asked(blank_client, "facets=outlet,section,tag,person,language,credit,year,month")
    hidden = {"tags": ["secret"], "section": "Secret", "credit": "Secret", "body": "Bo Lind", "language": "fr"}
    _, withdrawn = store(
        blank,
        record("embargoed", embargoed_until=datetime(2999, 1, 1, tzinfo=UTC), **hidden),
        record("withdrawn", published_at=datetime(2020, 1, 1, tzinfo=UTC), **hidden),
    )
    withdraw(blank, withdrawn.id, "canceled", "A mistake")
    assert asked(blank_client, "facets=outlet,section,tag,person,language,credit,year,month") == before


@pytest.mark.usefixtures("library")
def test_pages_of_one_list_may_be_asked_for_with_and_without_facets(blank_client: ContractClient) -> None:
    first = blank_client.get("/v1/articles?limit=2&facets=tag").get_json()
    second = blank_client.get(f"/v1/articles?limit=2&cursor={first['page']['next']}").get_json()
    assert "facets" not in second["meta"]
    assert [article["headline"] for article in second["data"]] == ["three", "two"]


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ("tags", "unknown value 'tags'. Did you mean \"tag\"?"),
        (
            "tag,zzz",
            "'zzz'. Known values are outlet, section, tag, person, language, credit, year, month.",
        ),
        ("", "unknown value ''"),
    ],
)
def test_an_unknown_facet_is_refused_with_the_nearest_one(client: ContractClient, value: str, detail: str) -> None:
    response = client.get(f"/v1/articles?facets={value}")
    assert response.status_code == 422
    [error] = response.get_json()["errors"]
    assert error["parameter"] == "facets"
    assert detail in error["detail"]
