"""Companions over HTTP: exact for every reader, ranked by a lift that chance does not give, with a sentence."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from contract import ContractClient
from partners import new_key
from stories import outlet, person, record, store, tag, withdraw

from api.model.entity import MAX_TOGETHER
from api.postgres.connection import Connection

PATHS = {"tag": "tags", "person": "people", "outlet": "outlets"}
FILTERS = {"tag": "tag_all", "person": "person_all", "outlet": "outlet"}


def companions(client: ContractClient, path: str, query: str = "", **headers: Any) -> dict[str, Any]:
    response = client.get(f"/v1/{path}/companions?{query}", **headers)
    assert response.status_code == 200, response.text
    return response.get_json()


def slugs(client: ContractClient, path: str, query: str = "") -> list[str]:
    return [entry["slug"] for entry in companions(client, path, query)["data"]]


def total(client: ContractClient, filters: dict[str, list[str]], dates: str, **headers: Any) -> int:
    given = "&".join(f"{FILTERS[kind]}={','.join(values)}" for kind, values in filters.items())
    return client.get(f"/v1/articles?{given}&{dates}&count=exact", **headers).get_json()["meta"]["total"]


@pytest.fixture
def press(blank: Connection) -> Connection:
    """Three months of two outlets on a port, with hidden articles."""
    for slug in ("daily", "weekly"):
        outlet(blank, slug)
    for name in ("Ana Roe", "Bo Lind", "Cy Vance"):
        person(blank, name)
    tag(blank, "Port", "harbour")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    together = [
        record(f"both {n}", day=n * 9, body="Rain fell. Ana Roe met Bo Lind at the harbour. They left.", outlet=where)
        for n, where in enumerate(["daily", "weekly"] * 4)
    ]
    results = store(
        blank,
        *together,
        *(record(f"apart {n}", day=n * 11, body="Ana Roe spoke. Bo Lind did not.") for n in range(4)),
        *(record(f"vance {n}", day=n * 11, body="Cy Vance spoke.") for n in range(6)),
        *(record(f"rest {n}", day=n, body="Nothing happened.") for n in range(30)),
        record("hidden daily", day=20, body="Ana Roe met Bo Lind.", embargoed_until=tomorrow),
        record("hidden weekly", day=21, body="Ana Roe met Bo Lind.", embargoed_until=tomorrow, outlet="weekly"),
        record("gone", day=22, body="Ana Roe met Cy Vance."),
    )
    withdraw(blank, results[-1].id, "withheld", "Wrong")
    return blank


def test_a_companion_has_both_counts_its_dates_and_a_sentence_with_both(
    press: Connection, blank_client: ContractClient
) -> None:
    found = companions(blank_client, "people/ana-roe", "noun=people")
    [bo] = found["data"]
    evidence = bo.pop("evidence")
    lift = bo.pop("lift")
    assert 1 < bo.pop("lift_lower_bound") < lift == pytest.approx(48 / 12)
    assert bo == {
        "type": "person", "slug": "bo-lind", "name": "Bo Lind", "articles": 12, "sentences": 8,
        "first_published_at": "2025-06-01T00:00:00Z", "last_published_at": "2025-08-03T00:00:00Z",
    }  # fmt: skip
    assert evidence["sentence"] == "Ana Roe met Bo Lind at the harbour."
    assert (evidence["article"]["headline"], evidence["article"]["published_at"]) == ("both 7", "2025-08-03T00:00:00Z")
    assert found["meta"] == {"articles": 12, "of": 48, "min_articles": 3}


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("people/ana-roe", "", ["port", "bo-lind", "weekly", "daily"]),
        ("people/ana-roe", "noun=tags", ["port"]),
        ("people/ana-roe", "noun=outlets,tags", ["port", "weekly", "daily"]),
        ("people/ana-roe", "limit=1", ["bo-lind"]),
        ("people/ana-roe", "min_articles=9", ["bo-lind"]),
        ("people/ana-roe", "min_articles=13", []),
        ("people/cy-vance", "", ["daily"]),
        ("people/cy-vance", "noun=people&min_articles=1", []),
        ("tags/port", "noun=people", ["ana-roe", "bo-lind"]),
        ("outlets/weekly", "noun=outlets&min_articles=1", []),
        ("outlets/weekly", "noun=tags", ["port"]),
        ("people/ana-roe", "from=2025-07&to=2025-07&noun=people", ["bo-lind"]),
        ("people/ana-roe", "from=2030&min_articles=1", []),
    ],
)
def test_companions_are_those_of_the_kinds_dates_and_support_asked_for(
    press: Connection, blank_client: ContractClient, path: str, query: str, expected: list[str]
) -> None:
    assert sorted(slugs(blank_client, path, query)) == sorted(expected)


DATES = (
    "",
    "from=2025-06&to=2025-07",
    "from=2025-06-10&to=2025-08-01",
    "from=2025-06-05&to=2025-06-20",
    "from=2025-06-21T00:00:00Z",
    "to=2025-07-04&tz=Asia/Seoul",
    "from=2025-07-01&to=2025-07-01",
    "from=0001&to=9999",
)


@pytest.mark.parametrize("dates", DATES)
def test_every_count_is_the_total_of_the_list_with_both_as_filters_for_every_reader(
    press: Connection, blank_client: ContractClient, dates: str
) -> None:
    readers: list[dict[str, Any]] = [
        {},
        {"headers": new_key(press, "daily", ["write"], ["daily"])},
        {"headers": new_key(press, "weekly", ["write"], ["weekly"])},
        {"headers": new_key(press, "all", ["admin"], [])},
    ]
    subjects = [("person", "ana-roe"), ("person", "bo-lind"), ("person", "cy-vance"), ("tag", "port"),
                ("outlet", "daily"), ("outlet", "weekly")]  # fmt: skip
    for reader in readers:
        for one, other in combinations(subjects, 2):
            if one[0] == other[0] == "outlet":
                continue
            filters: dict[str, list[str]] = {}
            for kind, slug in (one, other):
                filters.setdefault(kind, []).append(slug)
            expected = total(blank_client, filters, dates, **reader)
            for (kind, slug), with_slug in ((one, other), (other, one)):
                found = companions(blank_client, f"{PATHS[kind]}/{slug}", f"min_articles=1&{dates}", **reader)
                counts = {(entry["type"], entry["slug"]): entry["articles"] for entry in found["data"]}
                assert counts.get(with_slug, 0) == expected, (one, other, reader)
                assert found["meta"]["articles"] == total(blank_client, {kind: [slug]}, dates, **reader)


def test_neither_hidden_articles_nor_unconfirmed_names_are_quoted_or_counted(
    press: Connection, blank_client: ContractClient
) -> None:
    press.execute("update people set confirmed = false where slug = 'bo-lind'")
    assert slugs(blank_client, "people/ana-roe", "noun=people&min_articles=1") == []
    text = blank_client.get("/v1/people/cy-vance/companions?min_articles=1").text
    assert "gone" not in text


def test_few_articles_in_common_rank_below_many_of_the_same_share(
    press: Connection, blank_client: ContractClient
) -> None:
    store(press, *(record(f"once {n}", day=n, body="Dee Pool met Ana Roe.", people=["Dee Pool"]) for n in range(3)))
    press.execute("update people set confirmed = true")
    assert slugs(blank_client, "people/ana-roe", "noun=people") == ["bo-lind", "dee-pool"]


def test_a_sentence_is_cut_and_none_is_searched_for_beyond_the_first_20_000_characters(
    press: Connection, blank_client: ContractClient
) -> None:
    long = "Ana Roe met Cy Vance " + "and then they walked on " * 30
    for text, quoted in ((f"{long}.", long[:499].rstrip() + "…"), ("Words. " * 3_000 + "Ana Roe met Cy Vance.", None)):
        store(press, record("long", day=80, body=text))
        [vance] = [
            entry
            for entry in companions(blank_client, "people/ana-roe", "min_articles=1")["data"]
            if entry["slug"] == "cy-vance"
        ]
        assert (vance["articles"], vance["sentences"], vance["evidence"]["sentence"]) == (1, 1, quoted)


def test_lists_of_names_make_no_companions(press: Connection, blank_client: ContractClient) -> None:
    people = ["ana-roe", "cy-vance", *(f"p{n}" for n in range(MAX_TOGETHER - 2))]
    store(press, record("names", day=1, people=people))
    assert slugs(blank_client, "people/cy-vance", "min_articles=1&noun=people") == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("people/nobody", 404),
        ("people/ana-roe?noun=person", 422),
        ("people/ana-roe?min_articles=0", 422),
        ("people/ana-roe?limit=101", 422),
        ("people/ana-roe?from=2025-02&to=2025-01", 422),
        ("people/ana-roe?q=x", 422),
    ],
)
def test_a_bad_request_is_told_so(press: Connection, blank_client: ContractClient, path: str, status: int) -> None:
    slug, _, query = path.partition("?")
    assert blank_client.get(f"/v1/{slug}/companions?{query}").status_code == status


def test_the_response_is_current_after_each_write_and_304_before(
    press: Connection, blank_client: ContractClient
) -> None:
    first = blank_client.get("/v1/people/ana-roe/companions")
    known = {"If-None-Match": first.headers["ETag"]}
    assert blank_client.get("/v1/people/ana-roe/companions", headers=known).status_code == 304
    store(press, record("new", day=70, body="Ana Roe met Bo Lind."))
    assert blank_client.get("/v1/people/ana-roe/companions", headers=known).status_code == 200
