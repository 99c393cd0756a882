"""Evidence: where an article mentions its tags and people, and why they were linked."""

from typing import Any

import pytest
from contract import ContractClient
from partners import new_key
from stories import ARTICLE, person, record, store, tag

from api.commands.link_finder import MAX_SPANS
from api.jobs import runner
from api.postgres.connection import Connection
from api.queries.mentions import MAX_MENTIONS

PATHS = ("/v1/articles", "/v1/people/ana-roe/articles", "/v1/tags/ports/articles", "/v1/articles?q=came")


@pytest.fixture
def told(blank: Connection) -> Connection:
    """An archive with an article that mentions a person and a tag in all its fields."""
    person(blank, "Ana Roe", "안아나")
    person(blank, "Bo Lind")
    tag(blank, "Ports", "harbour")
    texts: dict[str, Any] = {
        "standfirst": "𝔸 Harbour, ana roe.",
        "body": "🙂 Ána Roe came. Roe saw the harbour. 안아나 said so.",
    }
    store(blank, record("ANA ROE came", people=["bo-lind"], **texts))
    store(blank, record("Nobody came", tags=["ports"], day=1))
    return blank


def entities(article: dict[str, Any], field: str) -> dict[str, dict[str, Any]]:
    return {entity["slug"]: entity for entity in article[field]}


def shown(client: ContractClient, path: str, **query: str) -> list[dict[str, Any]]:
    response = client.get(path, query_string={"include": "mentions", **query})
    assert response.status_code == 200, response.text
    content = response.get_json()
    return content.get("data", [content])


def sliced(article: dict[str, Any], mention: dict[str, Any]) -> str:
    """The text at the offset of a mention."""
    return article[mention["field"]][mention["offset"] :][: len(mention["text"])]


@pytest.mark.parametrize("path", PATHS)
def test_lists_and_articles_tell_where_each_person_is_mentioned(
    told: Connection, blank_client: ContractClient, path: str
) -> None:
    join = {"q": "came"} if "q=" in path else {}
    [article] = [one for one in shown(blank_client, path.partition("?")[0], **join) if one["headline"][0] == "A"]
    assert shown(blank_client, f"/v1/articles/{article['id']}")[0]["people"] == article["people"]
    people = entities(article, "people")
    assert list(people) == ["ana-roe", "bo-lind"]
    assert (people["bo-lind"]["origin"], people["bo-lind"]["evidence"], people["bo-lind"]["mentions"]) == (
        "push", None, [],
    )  # fmt: skip
    ana = people["ana-roe"]
    assert (ana["name"], ana["origin"], ana["mentions_total"]) == ("Ana Roe", "match", len(ana["mentions"]))
    assert ana["evidence"] is not None
    assert {"headline", "body"} <= {mention["field"] for mention in ana["mentions"]}
    written = [mention["text"] for mention in ana["mentions"]]
    assert {"ANA ROE", "Ána Roe", "안아나"} <= set(written)
    ports = entities(article, "tags")["ports"]
    assert "evidence" not in ports
    for mention in (*ana["mentions"], *ports["mentions"]):
        assert sliced(article, mention) == mention["text"]
    assert {mention["text"].lower() for mention in ports["mentions"]} == {"harbour"}


def test_an_article_without_mentions_is_the_same_but_for_them(told: Connection, blank_client: ContractClient) -> None:
    def plain(article: dict[str, Any]) -> dict[str, Any]:
        bare = {field: [{"slug": e["slug"], "name": e["name"]} for e in article[field]] for field in ("tags", "people")}
        return {**article, **bare}

    without = blank_client.get("/v1/articles").get_json()["data"]
    assert [plain(article) for article in shown(blank_client, "/v1/articles")] == without
    [article, _] = without
    assert article["people"] == []
    assert plain(shown(blank_client, f"/v1/articles/{article['id']}")[0]) == article


def test_mentions_come_with_the_fields_that_are_asked_for(told: Connection, blank_client: ContractClient) -> None:
    [_, article] = shown(blank_client, "/v1/articles", fields="headline,people")
    assert article.keys() == {"headline", "people"}
    assert article["people"][0]["mentions"][0]["text"] == "ANA ROE"
    [_, article] = blank_client.get("/v1/articles?include=mentions,body&fields=tags").get_json()["data"]
    assert article.keys() == {"tags", "body"}
    assert {mention["text"] for mention in article["tags"][0]["mentions"]} == {"Harbour", "harbour"}
    [first, second] = shown(blank_client, "/v1/articles", fields="id")
    assert first.keys() == second.keys() == {"id"}
    found = blank_client.get("/v1/articles?q=came&include=mentions,highlights&fields=people").get_json()["data"]
    assert all(article.keys() == {"people", "highlights"} for article in found)


def test_at_most_100_mentions_are_shown_and_all_are_counted(blank: Connection, blank_client: ContractClient) -> None:
    assert MAX_MENTIONS == MAX_SPANS
    person(blank, "Ana Roe")
    store(blank, record("a", body="Ana Roe came. " * 150))
    [article] = shown(blank_client, "/v1/articles")
    [ana] = article["people"]
    assert (len(ana["mentions"]), ana["mentions_total"]) == (MAX_MENTIONS, 150)


def test_links_from_before_the_update_have_no_mentions_until_the_job_has_run(
    told: Connection, blank_client: ContractClient
) -> None:
    for links in ("tags", "people"):
        told.execute(f"update article_{links} set spans = default")
    [_, article] = shown(blank_client, "/v1/articles")
    assert [(entity["mentions"], entity["mentions_total"] > 0) for entity in article["tags"]] == [([], True)]
    told.execute(
        "insert into jobs (kind, subject) select 'relink', json_build_object('outlets', json_agg(id)) from outlets"
    )
    runner.run(told)
    [_, article] = shown(blank_client, "/v1/articles")
    assert all(entities(article, field)[slug]["mentions"] for field, slug in (("tags", "ports"), ("people", "ana-roe")))


def test_an_etag_of_mentions_is_current(told: Connection, blank_client: ContractClient) -> None:
    [_, article] = shown(blank_client, "/v1/articles")
    path = f"/v1/articles/{article['id']}?include=mentions"
    etag = blank_client.get(path).headers["ETag"]
    assert blank_client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert blank_client.get(path.partition("?")[0], headers={"If-None-Match": etag}).status_code == 200
    told.execute("update article_people set spans = default")
    assert blank_client.get(path, headers={"If-None-Match": etag}).status_code == 200
    listed = "/v1/articles?include=mentions&limit=1"
    etag = blank_client.get(listed).headers["ETag"]
    assert blank_client.get(listed, headers={"If-None-Match": etag}).status_code == 304
    told.execute("update article_tags set mentions = mentions + 1")
    assert blank_client.get(listed, headers={"If-None-Match": etag}).status_code == 200


def test_mentions_of_an_embargoed_article_are_for_its_outlet(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    pushed = {**ARTICLE, "embargoed_until": "2999-01-01T00:00:00Z"}
    id = client.post("/v1/articles", json=pushed, headers=write_key).get_json()["id"]
    for path in (f"/v1/articles/{id}?include=mentions", f"/v1/articles?id={id}&include=mentions"):
        assert "Lee Jae-myung" in client.get(path, headers=write_key).text
        assert "Lee Jae-myung" not in client.get(path).text
        assert "Lee Jae-myung" not in client.get(path, headers=new_key(demo, "desk", ["edit"], [])).text
    assert client.get(f"/v1/articles/{id}?include=body").status_code == 422


def test_a_page_of_mentions_ends_where_one_of_texts_would(blank: Connection, blank_client: ContractClient) -> None:
    person(blank, "Ana Roe")
    body = "Ana Roe came. " + "x" * 900_000
    store(blank, *(record(str(n), body=body, day=n) for n in range(8)))
    plain = blank_client.get("/v1/articles?limit=8&fields=people").get_json()
    page = blank_client.get("/v1/articles?limit=8&fields=people&include=mentions").get_json()
    assert len(plain["data"]) == 8
    assert (len(page["data"]), page["meta"]["size_limited"]) == (4, True)
    assert all(article["people"][0]["mentions"] for article in page["data"])
