"""Suggestions over HTTP: what is meant by what was typed, as the archive is at this moment."""

from datetime import UTC, datetime
from typing import Any

import pytest
from contract import ContractClient
from stories import outlet, person, record, store, tag, withdraw

from api.postgres.connection import Connection


def suggested(client: ContractClient, q: str, **query: Any) -> list[dict[str, Any]]:
    response = client.get("/v1/suggest", query_string={"q": q, **query})
    assert response.status_code == 200, response.text
    return response.get_json()["data"]


def slugs(client: ContractClient, q: str, **query: Any) -> str:
    return " ".join(suggestion["slug"] for suggestion in suggested(client, q, **query))


@pytest.fixture
def library(blank: Connection) -> None:
    """Entities that begin alike, with one to three articles."""
    outlet(blank, "daily", name="Harbour Daily")
    tag(blank, "Harbours", "port authority")
    tag(blank, "Unused harbour")
    person(blank, "Ana Pérez", "페레스")
    person(blank, "Harriet Anand")
    store(
        blank,
        record("one", tags=["harbours"], people=["ana-perez"]),
        record("two", tags=["harbours"], people=["harriet-anand"]),
        record("three", people=["ana-perez"]),
    )


@pytest.mark.usefixtures("library")
def test_a_suggestion_says_what_it_is_and_why(blank_client: ContractClient) -> None:
    assert suggested(blank_client, "페레") == [
        {
            "type": "person",
            "slug": "ana-perez",
            "name": "Ana Pérez",
            "articles": 2,
            "url": "http://localhost/v1/people/ana-perez",
            "matched": {"by": "alias", "text": "페레스"},
        }
    ]
    assert suggested(blank_client, "port auth")[0]["matched"] == {"by": "alias", "text": "port authority"}
    assert suggested(blank_client, "harburs")[0]["matched"] == {"by": "typo", "text": "#Harbours"}


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("q", "query", "expected"),
    [
        # The same kind of match: most articles first.
        ("har", {}, "daily harbours harriet-anand"),
        ("#har", {}, "daily harbours harriet-anand"),
        ("har", {"limit": 1}, "daily"),
        ("har", {"types": "tag"}, "harbours"),
        ("har", {"types": "person,tag"}, "harbours harriet-anand"),
        # Where a name begins so, before where a word inside it does.
        ("an", {}, "ana-perez harriet-anand"),
        ("perez ana", {}, "ana-perez"),
        ("unused", {}, ""),
    ],
)
def test_the_best_match_comes_first(blank_client: ContractClient, q: str, query: dict[str, Any], expected: str) -> None:
    assert slugs(blank_client, q, **query) == expected


@pytest.mark.usefixtures("library")
def test_suggestions_follow_the_archive(blank: Connection, blank_client: ContractClient) -> None:
    first = blank_client.get("/v1/suggest?q=ferr")
    assert first.get_json()["data"] == []
    tag(blank, "Ferries")
    assert slugs(blank_client, "ferr") == "", "nothing is written about it yet"
    [stored] = store(blank, record("four", tags=["ferries"]))
    assert slugs(blank_client, "ferr") == "ferries"
    assert blank_client.get("/v1/suggest?q=ferr", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    withdraw(blank, stored.id, "canceled", "A mistake")
    assert slugs(blank_client, "ferr") == ""


@pytest.mark.usefixtures("library")
def test_what_is_under_an_embargo_is_not_suggested(blank: Connection, blank_client: ContractClient) -> None:
    later = datetime(2999, 1, 1, tzinfo=UTC)
    store(blank, record("four", tags=["merger", "harbours"], people=["Secret Witness"], embargoed_until=later))
    assert slugs(blank_client, "merger") == ""
    assert slugs(blank_client, "witness") == ""
    assert suggested(blank_client, "harbours")[0]["articles"] == 2


def test_a_merged_tag_is_suggested_as_what_it_became(
    client: ContractClient, demo: Connection, admin_key: dict[str, str]
) -> None:
    store(demo, record("one", outlet="korea-herald", tags=["Quaysides"]))
    merged = client.post("/v1/tags/quaysides/merge", json={"into": "seoul-washington"}, headers=admin_key)
    assert merged.status_code in (200, 202), merged.text
    [suggestion] = suggested(client, "quaysi")
    assert (suggestion["slug"], suggestion["matched"]) == (
        "seoul-washington",
        {"by": "alias", "text": "#Quaysides"},
    )


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("", "q", "is missing"),
        ("q=a&limit=51", "limit", "must be a whole number from 1 to 50"),
        ("q=a&types=tags", "types", "has the unknown value 'tags'. Did you mean \"tag\"?"),
        ("q=a&type=tag", "type", 'Did you mean "types"?'),
    ],
)
def test_what_cannot_be_suggested_for_is_refused(
    client: ContractClient, query: str, parameter: str, detail: str
) -> None:
    response = client.get(f"/v1/suggest?{query}")
    assert response.status_code == 422
    [error] = [error for error in response.get_json()["errors"] if error["parameter"] == parameter]
    assert detail in error["detail"]


@pytest.mark.parametrize("q", ["#Seoul", "seoul-w", "SEOUL ", " \u00a0seoul", "%23seoul "])
def test_a_list_of_tags_is_searched_as_its_names_are_shown(client: ContractClient, q: str) -> None:
    found = client.get("/v1/tags", query_string={"q": q.replace("%23", "#")}).get_json()["data"]
    assert "seoul-washington" in {tag["slug"] for tag in found}
