"""Lists with one article of each group of copies."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from contract import ContractClient
from stories import outlet, record, store, tag, withdraw

from api.commands import article_copies, article_lifecycle, change_log, term_counts
from api.commands.change_log import Change
from api.commands.reindex import reindex_articles
from api.postgres.connection import Connection

WIRE = (
    "The port of Busan reopened on Tuesday after a storm had kept ships away for three days, the authority said. "
    "Forty container ships waited outside the breakwater overnight, and the first of them reached its berth at dawn. "
    "Officials expect that it will take until Saturday before every terminal works at its usual pace again."
)
OTHER = "Dock workers cheered when the first ship tied up. Families of the crews had waited on the pier since sunrise."
EMBARGO: dict[str, Any] = {"embargoed_until": datetime(2999, 1, 1, tzinfo=UTC)}


def wire(headline: str, outlet: str, hour: int = 0, body: str = WIRE, **fields: Any) -> dict[str, Any]:
    published_at = datetime(2025, 6, 1, hour, tzinfo=UTC)
    url = f"https://{outlet}.example/{hour}"
    return record(headline, outlet=outlet, body=body, url=url, **{"published_at": published_at, **fields})


def lists(client: ContractClient, query: str = "", path: str = "/v1/articles") -> dict[str, list[str]]:
    """The headlines of a collapsed list, each with the outlets of its copies."""
    response = client.get(f"{path}?collapse=copies&{query}")
    assert response.status_code == 200, response.text
    return {
        entry["headline"]: [copy["outlet"]["slug"] for copy in entry["copies"]] for entry in response.get_json()["data"]
    }


@pytest.fixture
def outlets(blank: Connection) -> Connection:
    for slug in ("daily", "weekly", "monthly"):
        outlet(blank, slug)
    tag(blank, "Ferries")
    return blank


@pytest.fixture
def ids(outlets: Connection) -> dict[str, UUID]:
    """The report of an agency, two copies of it, and another report; by headline."""
    records = [
        wire("Wire", "daily", tags=["ferries"], section="World"),
        wire("Copy", "weekly", 1, f"{WIRE} (Agency)", tags=["ferries"], section="News"),
        wire("Half", "monthly", 2, WIRE[: len(WIRE) // 2], tags=["ferries"]),
        wire("Report", "weekly", 3, OTHER, tags=["ferries"], section="World"),
    ]
    return {record["headline"]: result.id for record, result in zip(records, store(outlets, *records), strict=True)}


ALL = {"Report": [], "Wire": ["weekly", "monthly"]}


@pytest.mark.parametrize(
    ("query", "path", "expected"),
    [
        ("", "/v1/articles", ALL),
        ("sort=oldest", "/v1/articles", ALL),
        ("sort=updated", "/v1/articles", ALL),
        ("count=exact", "/v1/articles", ALL),
        ("", "/v1/tags/ferries/articles", ALL),
        ("tag=ferries&outlet=daily,weekly,monthly", "/v1/articles", ALL),
        ("tag_all=ferries", "/v1/articles", ALL),
        ("", "/v1/outlets/weekly/articles", {"Report": [], "Copy": ["daily", "monthly"]}),
        ("outlet=weekly,monthly", "/v1/articles", {"Report": [], "Copy": ["daily", "monthly"]}),
        ("outlet_not=daily", "/v1/articles", {"Report": [], "Copy": ["daily", "monthly"]}),
        ("section=News", "/v1/articles", {"Copy": ["daily", "monthly"]}),
        ("section=World", "/v1/articles", ALL),
        ("from=2025-06-01T02:00:00Z", "/v1/articles", {"Report": [], "Half": ["daily", "weekly"]}),
        ("q=Busan", "/v1/articles", {"Wire": ["weekly", "monthly"]}),
        ("q=Busan&sort=newest", "/v1/articles", {"Wire": ["weekly", "monthly"]}),
        ("q=agency", "/v1/articles", {"Copy": ["daily", "monthly"]}),
        ("q=half", "/v1/articles", {"Half": ["daily", "weekly"]}),
        ("q=ship*&include=highlights", "/v1/articles", ALL),
    ],
)
def test_a_list_has_the_first_matching_article_of_each_group(
    blank_client: ContractClient, ids: dict[str, UUID], query: str, path: str, expected: dict[str, list[str]]
) -> None:
    assert len(ids) == 4
    assert lists(blank_client, query, path) == expected
    meta = blank_client.get(f"{path}?collapse=copies&{query}").get_json()["meta"]
    assert (meta["total"], meta["total_relation"]) == (len(expected), "eq")


def test_copies_have_ids_and_urls(blank_client: ContractClient, ids: dict[str, UUID]) -> None:
    entry = blank_client.get("/v1/articles?collapse=copies&sort=oldest&fields=id").get_json()["data"][0]
    assert entry == {
        "id": str(ids["Wire"]),
        "copies": [
            {"id": str(ids["Copy"]), "outlet": {"slug": "weekly", "name": "Weekly"}, "url": "https://weekly.example/1"},
            {"id": str(ids["Half"]), "outlet": {"slug": "monthly", "name": "Monthly"},
             "url": "https://monthly.example/2"},
        ],
    }  # fmt: skip
    assert "copies" not in blank_client.get("/v1/articles").get_json()["data"][0]


def test_facets_and_timelines_count_groups(blank_client: ContractClient, ids: dict[str, UUID]) -> None:
    assert ids
    counts = blank_client.get("/v1/articles?collapse=copies&facets=outlet,section&q=ship*").get_json()["meta"]["facets"]
    assert {value["value"]: value["count"] for value in counts["outlet"]["values"]} == {"daily": 1, "weekly": 1}
    assert {value["value"]: value["count"] for value in counts["section"]["values"]} == {"World": 2}
    for path, total in (("/v1/timeline?interval=day", 4), ("/v1/timeline?interval=day&collapse=copies", 2)):
        assert blank_client.get(path).get_json()["meta"]["total"] == total


@pytest.mark.parametrize("query", ["sort=newest", "sort=oldest", "q=Busan", "q=Busan&sort=newest"])
def test_pages_repeat_and_skip_no_group(outlets: Connection, blank_client: ContractClient, query: str) -> None:
    for day in range(6):
        body = f"{WIRE} " + " ".join(f"only{day}word{n}" for n in range(60))
        moments = [datetime(2025, 6, 1 + 4 * day, hour, tzinfo=UTC) for hour in (0, 1)]
        store(
            outlets,
            wire(f"Wire {day}", "daily", body=body, published_at=moments[0]),
            wire(f"Copy {day}", "weekly", body=body, published_at=moments[1]),
        )
    seen: list[str] = []
    path = f"/v1/articles?collapse=copies&limit=2&fields=headline&{query}"
    cursor = ""
    while True:
        page = blank_client.get(f"{path}{cursor}").get_json()
        seen += [entry["headline"] for entry in page["data"]]
        if page["page"]["next"] is None:
            break
        cursor = f"&cursor={page['page']['next']}"
    assert sorted(seen) == [f"Wire {day}" for day in range(6)]


@pytest.fixture
def many(outlets: Connection) -> Connection:
    """Eight reports with a tag, each with a copy and half of one, and one without copies; words counted."""
    for day in range(8):
        body = f"{WIRE} " + " ".join(f"only{day}word{n}" for n in range(60))
        moments = [datetime(2025, 1 + day, 1, hour, tzinfo=UTC) for hour in range(3)]
        store(
            outlets,
            wire(f"Wire {day}", "daily", body=body, published_at=moments[0], tags=["ferries"]),
            wire(f"Copy {day}", "weekly", body=body, published_at=moments[1], section="News"),
            wire(f"Half {day}", "monthly", body=body[: len(body) // 2], published_at=moments[2]),
        )
    store(outlets, wire("Report", "weekly", body=OTHER, tags=["ferries"]))
    term_counts.measure(outlets)
    return outlets


def pages(client: ContractClient, query: str) -> list[str]:
    """The headlines of all pages of a collapsed list, two a page."""
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"/v1/articles?collapse=copies&limit=2&fields=headline&{query}{cursor}").get_json()
        seen += [entry["headline"] for entry in page["data"]]
        following = page["page"]["next"]
        cursor = following and f"&cursor={following}"
    return seen


WIRES = {f"Wire {day}" for day in range(8)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # Relaxed: no article has all the words, and any of them is enough.
        ("q=breakwater sunrise", {*WIRES, "Report"}),
        ("q=breakwater crews absent", {*WIRES, "Report"}),
        ("q=agency ship&sort=relevance", {*WIRES, "Report"}),
        # Of a hashtag: the articles with the tag, and texts with its word.
        ("q=%23ferries", {*WIRES, "Report"}),
        ("q=%23ferries -cheered", WIRES),
        ("q=%23ferries&sort=newest", {*WIRES, "Report"}),
        # A phrase.
        ('q="container ships"', WIRES),
        ('q="container ships"&section=News', {f"Copy {day}" for day in range(8)}),
    ],
)
def test_searches_of_every_kind_count_groups_and_page_through_them(
    many: Connection, blank_client: ContractClient, query: str, expected: set[str]
) -> None:
    assert many
    query = query.replace(" ", "%20").replace('"', "%22")
    seen = pages(blank_client, query)
    assert (len(seen), set(seen)) == (len(expected), expected)
    meta = blank_client.get(f"/v1/articles?collapse=copies&facets=outlet,section&{query}").get_json()["meta"]
    assert (meta["total"], meta["total_relation"]) == (len(expected), "eq")
    assert sum(value["count"] for value in meta["facets"]["outlet"]["values"]) == len(expected)
    if "sort" not in query:
        timeline = blank_client.get(f"/v1/timeline?collapse=copies&interval=month&{query}").get_json()
        assert sum(entry["count"] for entry in timeline["data"]) == timeline["meta"]["total"] == len(expected)


def test_hidden_articles_are_in_no_group(
    outlets: Connection, blank_client: ContractClient, ids: dict[str, UUID]
) -> None:
    store(outlets, wire("Hidden", "daily", 0, body=f"{WIRE} Soon.", external_id="hidden", **EMBARGO))
    assert lists(blank_client) == ALL
    withdraw(outlets, ids["Wire"], "canceled", "A mistake")
    assert lists(blank_client) == {"Report": [], "Copy": ["monthly"]}
    changes: list[Change] = []
    article_lifecycle.purge(outlets, ids["Copy"], "Erased", changes)
    change_log.append(outlets, changes)
    assert lists(blank_client) == {"Report": [], "Half": []}
    store(outlets, {**wire("Wire", "daily"), "status": "usable"})
    assert lists(blank_client) == {"Report": [], "Wire": ["monthly"]}
    store(outlets, wire("Half", "monthly", 2, WIRE[: len(WIRE) // 2], **EMBARGO))
    assert lists(blank_client) == {"Report": [], "Wire": []}


def test_an_article_joins_its_copies_when_its_embargo_ends(outlets: Connection, blank_client: ContractClient) -> None:
    store(outlets, wire("Wire", "daily"), wire("Copy", "weekly", 1, **EMBARGO))
    assert lists(blank_client) == {"Wire": []}
    outlets.execute("update articles set embargoed_until = '2025-06-02' where embargoed_until is not null")
    assert article_lifecycle.release_due(outlets) == 1
    assert lists(blank_client) == {"Wire": ["weekly"]}


def test_an_article_leaves_its_group_when_it_is_rewritten(
    outlets: Connection, blank_client: ContractClient, ids: dict[str, UUID]
) -> None:
    assert ids
    store(outlets, wire("Copy", "weekly", 1, "A strike at the steel works of Pohang ended with an agreement on wages."))
    assert lists(blank_client) == {"Report": [], "Copy": [], "Wire": ["monthly"]}


def test_an_update_of_an_outlet_is_no_copy_unless_it_is_identical(
    outlets: Connection, blank_client: ContractClient
) -> None:
    update = f"{WIRE} By noon three more ships had left their anchorage."
    store(
        outlets,
        wire("Wire", "daily"),
        wire("Copy", "weekly", 1),
        wire("Update", "daily", 2, update),
        wire("Copy of update", "weekly", 3, update),
        wire("Wire", "daily", 4, external_id="again"),
    )
    assert lists(blank_client) == {"Wire": ["weekly", "daily"], "Update": ["weekly"]}


def test_groups_are_merged_by_an_article_that_is_a_copy_of_both(
    outlets: Connection, blank_client: ContractClient
) -> None:
    outlet(outlets, "agency")
    outlet(outlets, "evening")
    sentences = [f"{word} ships of the {word} fleet left the {word} harbour." for word in ("old", "new", "big", "red")]
    text = " ".join(f"{sentence} {' '.join(f'{n}th{k}' for k in range(25))}" for n, sentence in enumerate(sentences))
    words = text.split()
    first, second = " ".join(words[: len(words) * 6 // 10]), " ".join(words[len(words) * 4 // 10 :])
    store(outlets, wire("First", "daily", 1, first), wire("First copy", "evening", 2, first))
    store(outlets, wire("Second", "weekly", 3, second), wire("Second copy", "monthly", 4, second))
    assert len(lists(blank_client)) == 2
    store(outlets, wire("Whole", "agency", 0, text))
    assert lists(blank_client) == {"Whole": ["daily", "evening", "weekly", "monthly"]}


def test_a_group_has_at_most_so_many_articles(outlets: Connection, blank_client: ContractClient) -> None:
    hours = [datetime(2025, 6, 1, hour, minute, tzinfo=UTC) for hour in range(3) for minute in range(20)]
    records = [wire("Wire", "daily", published_at=moment, external_id=str(moment)) for moment in hours]
    assert len(records) > article_copies.GROUP_AT_MOST
    store(outlets, *records)
    groups = outlets.execute("select count(*) as articles from article_copies group by group_id").fetchall()
    assert max(group["articles"] for group in groups) <= article_copies.GROUP_AT_MOST
    entries = blank_client.get("/v1/articles?collapse=copies").get_json()["data"]
    assert sum(1 + len(entry["copies"]) for entry in entries) == len(records)


def test_copies_are_published_within_some_days(outlets: Connection, blank_client: ContractClient) -> None:
    for day, name in ((0, "First"), (2, "Soon"), (10, "Late")):
        moment = datetime(2025, 6, 1 + day, tzinfo=UTC)
        store(outlets, wire(name, {0: "daily", 2: "weekly", 10: "monthly"}[day], published_at=moment))
    assert lists(blank_client) == {"Late": [], "First": ["weekly"]}


def test_reindexing_groups_articles_of_earlier_releases(outlets: Connection, blank_client: ContractClient) -> None:
    store(outlets, wire("Wire", "daily"), wire("Copy", "weekly", 1))
    outlets.execute("update articles set sketch = null")
    outlets.execute("truncate article_sketches, article_copies")
    assert lists(blank_client) == {"Copy": [], "Wire": []}
    reindex_articles(outlets)
    assert lists(blank_client) == {"Wire": ["weekly"]}


def test_other_values_are_refused(blank_client: ContractClient) -> None:
    assert blank_client.get("/v1/articles?collapse=true").status_code == 422
