"""Searching over HTTP: the order of relevance, what of it is pinned, and what is marked."""

from typing import Any
from urllib.parse import quote

import pytest
from contract import ContractClient
from plans import watched
from stories import article_page, outlet, record, shown, store

from api.commands import term_counts
from api.postgres.connection import Connection
from api.retrieval import access_path, by_relevance
from api.retrieval.keyset import PageRequest
from api.search.parser import parse


def found(client: ContractClient, query: str) -> dict[str, Any]:
    """The answer to /v1/articles?query."""
    response = client.get(f"/v1/articles?{query}")
    assert response.status_code == 200, response.text
    return response.get_json()


def headlines(answer: dict[str, Any]) -> list[str]:
    return [article["headline"] for article in answer["data"]]


@pytest.fixture
def ports(blank: Connection) -> None:
    """Articles that name a port more or less prominently; the newest hardly at all."""
    outlet(blank, "daily")
    store(
        blank,
        record("Port reopens", body="The port. " * 9, day=0),
        record("Ferries", standfirst="A port opens", body="Ships came. " * 20, day=1),
        record("Weather", body=f"{'It rained. ' * 50} The port closed.", day=2),
        record("Football", body="Nothing else.", day=3),
    )


@pytest.mark.usefixtures("ports")
def test_a_search_shows_what_matches_best_first_unless_asked_otherwise(blank_client: ContractClient) -> None:
    by_relevance = ["Port reopens", "Ferries", "Weather"]
    assert headlines(found(blank_client, "q=port")) == by_relevance
    assert headlines(found(blank_client, "q=port&sort=relevance")) == by_relevance
    assert headlines(found(blank_client, "q=port&sort=newest")) == by_relevance[::-1]
    assert headlines(found(blank_client, "q=port&sort=oldest")) == by_relevance


@pytest.mark.usefixtures("ports")
def test_of_equally_relevant_articles_the_newest_is_first(blank: Connection, blank_client: ContractClient) -> None:
    store(blank, *(record("Tugboat", external_id=f"{n}", day=n) for n in range(5)))
    assert [article["external_id"] for article in found(blank_client, "q=tugboat")["data"]] == list("43210")


@pytest.mark.usefixtures("ports")
def test_the_answer_says_what_was_ranked(
    blank: Connection, blank_client: ContractClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(blank_client, "q=port")["meta"]["ranked"] == {"articles": 3, "all": True}
    assert found(blank_client, "q=absent")["meta"]["ranked"] == {"articles": 0, "all": True}
    assert "ranked" not in found(blank_client, "q=port&sort=newest")["meta"]
    monkeypatch.setattr(by_relevance, "RANKED_AT_MOST", 2)
    # Asked otherwise than before, whose answer is kept.
    cut = found(blank_client, "q=port&sort=relevance")
    assert (headlines(cut), cut["meta"]) == (
        ["Ferries", "Weather"],
        {
            "total": 3,
            "total_relation": "eq",
            "ranked": {"articles": 2, "all": False},
            "relaxed": False,
            "query": {"understood": "port", "taken_as_text": [], "ignored": [], "absent": []},
            "suggestion": None,
        },
    )


@pytest.mark.parametrize("query", ["q=port", "q=port&tag=harbour", "q=port&fields=headline", "q=port&outlet=daily"])
def test_an_order_by_relevance_is_that_of_its_first_page_to_the_end(
    blank: Connection, blank_client: ContractClient, query: str
) -> None:
    # A test is one transaction, in which time stands still: what comes later must have come later.
    store(blank, *(record("Port " * n, external_id=f"{n}", day=n % 3, tags=["harbour"]) for n in range(1, 12)))
    blank.execute("update articles set created_at = now() - interval '1 minute'")
    everything = headlines(found(blank_client, f"{query}&limit=100"))
    seen: list[str] = []
    cursor, pages = "", []
    while cursor is not None:
        answer = found(blank_client, f"{query}&limit=3{cursor}")
        seen += headlines(answer)
        pages.append(answer)
        store(blank, record(f"Port port port {len(pages)}", day=9, tags=["harbour"]))
        blank.execute("update articles set created_at = now() + interval '1 minute' where published_at > '2025-06-09'")
        cursor = answer["page"]["next"] and f"&cursor={answer['page']['next']}"
    assert seen == everything
    assert len(set(seen)) == 11
    back = found(blank_client, f"{query}&limit=3&cursor={pages[-1]['page']['prev']}")
    assert headlines(back) == headlines(pages[-2])


@pytest.mark.parametrize(
    ("q", "headline", "body"),
    [
        ("economics", "Economists &amp; <mark>economic</mark> policy", ["An <mark>economic</mark> plan."]),
        ("-absent policy", "Economists &amp; economic <mark>policy</mark>", []),
        ('"economic plan"', None, ["An <mark>economic plan</mark>."]),
        ("An &", None, ["<mark>An</mark> economic plan."]),
        ("x OR economist policy", "<mark>Economists</mark> &amp; economic <mark>policy</mark>", []),
    ],
)
def test_what_was_found_is_marked_in_stems_and_escaped(
    blank: Connection, blank_client: ContractClient, q: str, headline: str | None, body: list[str]
) -> None:
    outlet(blank, "daily")
    store(blank, record("Economists & economic policy", body="An economic plan."))
    [article] = found(blank_client, f"q={quote(q)}&include=highlights")["data"]
    assert article["highlights"] == {"headline": headline, "standfirst": None, "body": body}


@pytest.mark.parametrize(
    ("language", "text", "q", "marked"),
    [
        ("ko", "굳건한 한미동맹의 미래", "한미동맹", "굳건한 <mark>한미동맹</mark>의 미래"),
        ("fr", "Les ÉLECTIONS législatives", "élection", "Les <mark>ÉLECTIONS</mark> législatives"),
        ("id", "Pemerintah membangun pelabuhan", "bangun", "Pemerintah <mark>membangun</mark> pelabuhan"),
        ("ja", "東京の港", "東京", "<mark>東京</mark>の港"),
        ("es", "La Manifestación en Madrid", "manifestaciones", "La <mark>Manifestación</mark> en Madrid"),
        ("ru", "Новый мост", "нового", "<mark>Новый</mark> мост"),
        ("de", "Die Häuser am Hafen", "haus hauser", "Die <mark>Häuser</mark> am Hafen"),
    ],
)
def test_highlights_know_the_language_of_each_article(
    blank: Connection, blank_client: ContractClient, language: str, text: str, q: str, marked: str
) -> None:
    outlet(blank, "daily")
    store(blank, record("Headline", language=language, body=text), record("Other", body="Nothing at all"))
    [article] = found(blank_client, f"q={quote(q)}&include=highlights")["data"]
    assert article["highlights"]["body"] == [marked]


@pytest.mark.parametrize(("limit", "searched"), [(20, 20_000), (50, 8_000), (100, 4_000)])
@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_a_word_that_is_only_searched_in_part_is_not_in_a_highlight(
    blank: Connection, blank_client: ContractClient, limit: int, searched: int, sort: str
) -> None:
    store(blank, record("Whole", body="the quay reopen".rjust(searched, ".")))
    store(blank, record("Cut", body="the quay reopened".rjust(searched + 2, ".")))
    query = f"q=quay&limit={limit}&sort={sort}&include=highlights&fields=headline"
    highlights = {article["headline"]: article["highlights"]["body"] for article in found(blank_client, query)["data"]}
    assert highlights == {"Whole": ["…the <mark>quay</mark> reopen"], "Cut": ["…the <mark>quay</mark>…"]}


@pytest.mark.usefixtures("ports")
def test_include_adds_to_the_fields_asked_for(blank_client: ContractClient) -> None:
    [article] = found(blank_client, "q=ferries&fields=headline&include=body,highlights")["data"]
    assert article.keys() == {"headline", "body", "highlights"}
    [article] = found(blank_client, "q=ferries&fields=id,headline&include=highlights")["data"]
    assert article.keys() == {"id", "headline", "highlights"}
    [article] = found(blank_client, "q=ferries&fields=headline&include=body")["data"]
    assert article == {"headline": "Ferries", "body": "Ships came. " * 20}
    assert "body" in found(blank_client, "q=ferries&include=body")["data"][0]
    assert "highlights" not in found(blank_client, "q=ferries")["data"][0]


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_where_a_walk_does_not_fill_the_page_all_that_matches_is_fetched(
    blank: Connection, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(access_path, "SCANNED_AT_LEAST", 10)
    outlet(blank, "daily")
    # The word is said to be everywhere and is at the far end of the order.
    far = range(5) if sort == "newest" else range(55, 60)
    store(blank, *(record(f"Day {n}", body="Canal." if n in far else "Road.", day=n) for n in range(60)))
    term_counts.measure(blank)
    blank.execute("update term_stats set articles = 30 where lexeme = 'canal'")
    with watched(blank) as costs:
        page = article_page(blank, {"q": parse("canal")}, sort, PageRequest(3, count="capped"), ["headline"])
    days = sorted(far, reverse=sort == "newest")
    assert [row["headline"] for row in shown(page)] == [f"Day {n}" for n in days[:3]]
    assert page.total == 5
    assert page.next is not None
    pages = [cost.text for cost in costs if "%(limit)s" in cost.text]
    assert ["%(scanned)s" in text for text in pages] == [True, False]


def test_where_a_walk_fills_the_page_nothing_else_is_read(blank: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_path, "SCANNED_AT_LEAST", 10)
    outlet(blank, "daily")
    store(blank, *(record(f"Day {n}", body="Canal." if n % 2 else "Road.", day=n) for n in range(60)))
    term_counts.measure(blank)
    with watched(blank) as costs:
        page = article_page(blank, {"q": parse("canal")}, "newest", PageRequest(3), ["headline"])
    assert [row["headline"] for row in shown(page)] == ["Day 59", "Day 57", "Day 55"]
    assert ["%(scanned)s" in cost.text for cost in costs if "%(limit)s" in cost.text] == [True]
