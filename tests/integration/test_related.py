"""Related articles over HTTP: the rarest shared names and words decide, and copies are known."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from contract import ContractClient
from partners import new_key
from stories import outlet, person, record, store, tag, withdraw

from api.commands import term_counts
from api.postgres.connection import Connection
from api.queries.related_candidates import NEWEST

WIRE = (
    "The port of Busan reopened on Tuesday after a storm had kept ships away for three days, the authority said. "
    "Forty container ships waited outside the breakwater overnight, and the first of them reached its berth at dawn. "
    "Officials expect that it will take until Saturday before every terminal works at its usual pace again."
)


def related(client: ContractClient, article: UUID, query: str = "") -> dict[str, Any]:
    response = client.get(f"/v1/articles/{article}/related?{query}")
    assert response.status_code == 200, response.text
    return response.get_json()


def headlines(client: ContractClient, article: UUID, query: str = "") -> list[str]:
    return [entry["headline"] for entry in related(client, article, query)["data"]]


@pytest.fixture
def ids(blank: Connection) -> dict[str, UUID]:
    """Articles on a rare tag, a frequent one, and two people; by headline."""
    outlet(blank, "daily")
    outlet(blank, "weekly")
    tag(blank, "Ferries")
    tag(blank, "World")
    person(blank, "Ana Pérez")
    records = [
        record("subject", tags=["ferries", "world"], people=["ana-perez"]),
        record("rare", day=1, tags=["ferries"]),
        record("person", day=2, people=["ana-perez"]),
        record("both", day=3, tags=["ferries"], people=["ana-perez"]),
        record("apart", day=4, tags=["chess"]),
        *(record(f"world {n}", day=5 + n, tags=["world"]) for n in range(6)),
    ]
    return {record["headline"]: result.id for record, result in zip(records, store(blank, *records), strict=True)}


def test_the_rarest_shared_names_come_first_and_of_equals_the_newest(
    blank_client: ContractClient, ids: dict[str, UUID]
) -> None:
    expected = ["both", "person", "rare", "world 5", "world 4", "world 3"]
    assert headlines(blank_client, ids["subject"], "limit=6") == expected
    assert headlines(blank_client, ids["subject"]) == expected[:5]
    assert headlines(blank_client, ids["apart"]) == []


def test_an_entry_says_what_it_shares(blank_client: ContractClient, ids: dict[str, UUID]) -> None:
    [both, *_] = related(blank_client, ids["subject"], "fields=headline")["data"]
    assert both == {
        "headline": "both",
        "shared": {
            "tags": [{"slug": "ferries", "name": "#Ferries"}],
            "people": [{"slug": "ana-perez", "name": "Ana Pérez"}],
            "terms": [],
        },
        "duplicate_of": None,
    }
    assert related(blank_client, ids["subject"])["data"][0]["body"] == ""


def test_rare_words_relate_articles_without_names(blank: Connection, blank_client: ContractClient) -> None:
    outlet(blank, "daily")
    first, *_ = store(
        blank,
        record("Icebreakers reach the Wadden islands", body="Icebreakers freed ferries near the Wadden islands."),
        record("Wadden ferries", body="An icebreaker had freed the islands' ferries.", day=1),
        record("Islands", body="Nothing happened.", day=2),
    )
    [entry] = related(blank_client, first.id, "fields=headline")["data"]
    assert entry["headline"] == "Wadden ferries"
    assert set(entry["shared"]["terms"]) >= {"icebreakers", "wadden", "ferries", "freed"}


def test_shared_words_are_shown_as_written_and_once(blank: Connection, blank_client: ContractClient) -> None:
    outlet(blank, "daily", language="es")
    first, *_ = store(
        blank,
        record("Manifestación en Bogotá", body="Educación: una manifestación crece.", language="es"),
        record("Otra", body="La manifestación por la educación en Bogotá.", language="es", day=1),
        record("Nada", body="Nada pasó.", language="es", day=2),
    )
    [entry] = related(blank_client, first.id, "fields=headline")["data"]
    assert sorted(entry["shared"]["terms"]) == ["bogotá", "educación", "manifestación"]


def test_what_is_named_often_relates_articles_more_than_what_is_mentioned(
    blank: Connection, blank_client: ContractClient
) -> None:
    outlet(blank, "daily")
    first, *_ = store(
        blank,
        record("Icebreakers", body="Icebreakers freed ferries. Icebreakers are rare near the Wadden islands. " * 2),
        record("Often", body="Icebreakers came, icebreakers went: icebreakers freed Wadden ferries.", day=1),
        record("Once", body="Icebreakers came, other ships went: sailors freed Wadden ferries.", day=2),
        *(record(f"Other {n}", body="Nothing happened.", day=3 + n) for n in range(5)),
    )
    assert headlines(blank_client, first.id) == ["Often", "Once"]


def test_words_that_came_since_words_were_counted_relate_articles_too(
    blank: Connection, blank_client: ContractClient
) -> None:
    outlet(blank, "daily")
    first, *_ = store(
        blank,
        record("Icebreakers reach the Wadden islands", body="Icebreakers freed ferries near the Wadden islands."),
        record("Wadden ferries", body="An icebreaker had freed the islands' ferries.", day=1),
        *(record(f"Islands {n}", body="Ferries.", day=2 + n) for n in range(3)),
    )
    term_counts.measure(blank)
    # In more articles than relate any.
    blank.execute("update term_stats set articles = 1000 where lexeme = 'wadden'")
    [entry, *_] = related(blank_client, first.id)["data"]
    assert (entry["headline"], "wadden" in entry["shared"]["terms"]) == ("Wadden ferries", False)
    assert set(entry["shared"]["terms"]) >= {"icebreakers", "ferries", "freed"}
    old, new = store(
        blank,
        record("Zeppelins moor", body="Zeppelins moored over Friedrichshafen."),
        record("Mooring", body="Over Friedrichshafen a zeppelin moored."),
    )
    for one, other in ((old, "Mooring"), (new, "Zeppelins moor")):
        assert [entry["headline"] for entry in related(blank_client, one.id)["data"]] == [other]


def test_copies_name_their_original(blank: Connection, blank_client: ContractClient, ids: dict[str, UUID]) -> None:
    del ids
    wire, copy, own, _, other = store(
        blank,
        record("wire", day=1, tags=["ferries"], body=WIRE),
        record("copy", day=2, tags=["ferries"], body=f"{WIRE} (Agency)", outlet="weekly"),
        record("wire", day=3, tags=["ferries"], body=WIRE, external_id="again"),
        record("update", day=3, tags=["ferries"], body=f"{WIRE} More soon."),
        record("other", day=4, tags=["ferries"], body="Ships are late. " * 30, outlet="weekly"),
    )
    seen = {entry["id"]: entry["duplicate_of"] for entry in related(blank_client, wire.id, "limit=20")["data"]}
    assert {UUID(id): of for id, of in seen.items() if of} == {copy.id: str(wire.id), own.id: str(wire.id)}
    of_the_copy = related(blank_client, copy.id, "limit=20")
    assert of_the_copy["meta"] == {"duplicate_of": str(wire.id)}
    assert related(blank_client, other.id)["meta"] == {"duplicate_of": None}


def test_what_nobody_sees_is_related_to_nothing(
    blank: Connection, blank_client: ContractClient, ids: dict[str, UUID]
) -> None:
    before = headlines(blank_client, ids["subject"], "limit=20")
    hidden = {"tags": ["ferries"], "people": ["ana-perez"], "body": WIRE}
    embargoed, withdrawn = store(
        blank,
        record("embargoed", embargoed_until=datetime(2999, 1, 1, tzinfo=UTC), **hidden),
        record("withdrawn", **hidden),
    )
    withdraw(blank, withdrawn.id, "canceled", "A mistake")
    assert headlines(blank_client, ids["subject"], "limit=20") == before
    assert "subject" not in before
    assert blank_client.get(f"/v1/articles/{embargoed.id}/related").status_code == 404
    assert blank_client.get(f"/v1/articles/{uuid4()}/related").status_code == 404
    gone = blank_client.get(f"/v1/articles/{withdrawn.id}/related")
    assert (gone.status_code, gone.get_json()["tombstone"]["reason"]) == (410, "A mistake")


def test_what_nobody_sees_takes_no_place_from_what_is_seen(
    blank: Connection, blank_client: ContractClient, ids: dict[str, UUID]
) -> None:
    before = headlines(blank_client, ids["subject"], "limit=20")
    ends = datetime(2999, 1, 1, tzinfo=UTC)
    names = {"tags": ["ferries", "world"], "people": ["ana-perez"]}
    store(blank, *(record(f"hidden {n}", day=20, embargoed_until=ends, **names) for n in range(NEWEST + 1)))
    assert headlines(blank_client, ids["subject"], "limit=20") == before


def test_an_outlet_sees_what_its_embargoed_article_is_related_to(
    blank: Connection, blank_client: ContractClient, ids: dict[str, UUID]
) -> None:
    del ids
    [embargoed] = store(blank, record("embargoed", tags=["ferries"], embargoed_until=datetime(2999, 1, 1, tzinfo=UTC)))
    key = new_key(blank, "test", ["write"], ["daily"])
    answer = blank_client.get(f"/v1/articles/{embargoed.id}/related?fields=headline", headers=key)
    assert [entry["headline"] for entry in answer.get_json()["data"]] == ["both", "rare", "subject"]


@pytest.mark.parametrize("query", ["limit=0", "limit=21", "fields=text", "cursor=x"])
def test_what_cannot_be_asked_is_refused(client: ContractClient, query: str) -> None:
    article = client.get("/v1/articles?limit=1&fields=id").get_json()["data"][0]["id"]
    assert client.get(f"/v1/articles/{article}/related?{query}").status_code == 422


@pytest.mark.long
def test_every_article_of_the_demo_archive_has_an_answer(client: ContractClient) -> None:
    listed = client.get("/v1/articles?limit=100&fields=id").get_json()["data"]
    found = [related(client, article["id"])["data"] for article in listed]
    assert sum(bool(entries) for entries in found) > len(found) / 2
    for article, entries in zip(listed, found, strict=True):
        assert article["id"] not in [entry["id"] for entry in entries]
        assert all(any(entry["shared"].values()) for entry in entries)
