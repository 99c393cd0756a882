"""Accepting, merging and rejecting people who may be added."""

from collections.abc import Callable
from typing import Any

import pytest
from candidates import VANE, act, editor, hidden_by, listed, names, stories
from contract import ContractClient
from partners import MERGE_PATCH
from stories import person

from api.jobs import propose, runner
from api.postgres.connection import Connection
from api.queries import export


@pytest.fixture
def key(blank: Connection) -> dict[str, str]:
    return editor(blank)


def test_accepting_creates_the_person_and_links_articles(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    role = {"title": "Harbour master", "organization": None, "from": None, "to": None}
    accepted = act(blank_client, key, VANE, "accept", roles=[role], aliases=["O. Vane"])
    assert accepted.status_code == 201, accepted.text
    assert accepted.headers["Location"].endswith("/v1/people/osric-vane")
    assert 'rel="monitor"' in accepted.headers["Link"]
    stored = accepted.get_json()
    assert (stored["name"], stored["aliases"], stored["roles"]) == ("Osric Vane", ["O. Vane"], [role])
    runner.run(blank)
    propose.run(blank)
    assert blank_client.get("/v1/people/osric-vane").get_json()["articles"] == 3
    assert names(blank_client, key) == []
    assert act(blank_client, key, VANE, "accept").status_code == 404


def test_a_person_has_the_other_spellings_unless_told_otherwise(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    stories(blank, "Osric Vâne", ["daily"])
    assert act(blank_client, key, VANE, "accept").get_json()["aliases"] == []
    assert names(blank_client, key) == []


def test_a_name_or_slug_that_is_taken_is_a_conflict(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    person(blank, "Ina Roe")
    for content in ({"slug": "ina-roe"}, {"name": "Ina Roe"}, {"slug": "candidates"}):
        refused = act(blank_client, key, VANE, "accept", **content)
        assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    assert names(blank_client, key) == ["Osric Vane"]


def test_merging_makes_the_name_an_alias(blank: Connection, blank_client: ContractClient, key: dict[str, str]) -> None:
    stories(blank)
    person(blank, "Oz Vane")
    assert listed(blank_client, key)[0]["may_be"] == [{"slug": "oz-vane", "name": "Oz Vane", "because": "initial"}]
    for into in ("nobody", "OSRIC"):
        wrong = act(blank_client, key, VANE, "merge", into=into)
        assert (wrong.status_code, wrong.get_json()["errors"][0]["pointer"]) == (422, "/into")
    merged = act(blank_client, key, VANE, "merge", into="oz-vane")
    assert (merged.status_code, merged.get_json()["aliases"]) == (202, ["Osric Vane"])
    runner.run(blank)
    propose.run(blank)
    assert blank_client.get("/v1/people/oz-vane").get_json()["articles"] == 3
    assert names(blank_client, key) == []


def test_a_person_has_no_more_aliases_than_others_after_a_merge(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    person(blank, "Oz Vane", *(f"Oz {number} Vane" for number in range(100)))
    assert act(blank_client, key, VANE, "merge", into="oz-vane").status_code == 409


def test_a_rejected_name_is_not_proposed_again_until_it_is_restored(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    rejected = act(blank_client, key, VANE, "reject")
    assert (rejected.status_code, rejected.get_json()["status"]) == (200, "rejected")
    assert act(blank_client, key, VANE, "reject").get_json() == rejected.get_json()
    stories(blank, "Osric J. Vane")
    assert names(blank_client, key) == []
    [found] = listed(blank_client, key, "status=rejected")
    assert (found["articles"], found["rejected_at"]) == (6, rejected.get_json()["rejected_at"])
    for _ in range(2):
        assert act(blank_client, key, VANE, "restore").get_json()["status"] == "proposed"
    assert names(blank_client, key) == ["Osric Vane"]


def test_rejections_are_remembered_without_the_name(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    articles = stories(blank)
    act(blank_client, key, VANE, "reject")
    for article in articles:
        hidden_by(blank, article, "purged")
    kept = [line for line in export.records(blank) if line["type"] == "rejection"]
    assert [line["id"] for line in kept] == [VANE]
    tables = "candidate_mentions", "person_candidates", "candidate_rejections"
    assert not any("Vane" in str(blank.execute(f"select * from {table}").fetchall()) for table in tables)
    stories(blank, "Osric M. Vane")
    assert (names(blank_client, key), names(blank_client, key, "status=rejected")) == ([], ["Osric M. Vane"])


@pytest.mark.parametrize(
    "name_it",
    [
        lambda client, key: client.post("/v1/people", json={"name": "Osric Vane"}, headers=key),
        lambda client, key: client.post("/v1/people", json={"name": "Oz", "aliases": ["OSRIC VANE"]}, headers=key),
        lambda client, key: client.patch(
            "/v1/people/ina-roe",
            json={"aliases": ["Osric J. Vane"]},
            headers={**key, "Content-Type": MERGE_PATCH},
        ),
        lambda client, key: client.post("/v1/tags", json={"name": "#Osric Vane"}, headers=key),
        lambda client, key: client.post("/v1/tags", json={"name": "#Ports", "match": ["Osric Vane"]}, headers=key),
    ],
)
def test_a_name_that_becomes_known_is_proposed_no_more(
    blank: Connection,
    blank_client: ContractClient,
    key: dict[str, str],
    name_it: Callable[[ContractClient, dict[str, str]], Any],
) -> None:
    person(blank, "Ina Roe")
    stories(blank)
    assert name_it(blank_client, key).status_code < 300
    assert names(blank_client, key) == []
    runner.run(blank)
    stories(blank, outlets=["daily"])
    assert names(blank_client, key) == []


def test_a_name_that_is_known_no_more_is_proposed(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    person(blank, "Ina Roe", "Osric Vane")
    stories(blank)
    assert names(blank_client, key) == []
    changed = {**key, "Content-Type": MERGE_PATCH}
    assert blank_client.patch("/v1/people/ina-roe", json={"aliases": []}, headers=changed).status_code == 202
    runner.run(blank)
    propose.run(blank)
    assert names(blank_client, key) == ["Osric Vane"]
