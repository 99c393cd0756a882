"""Merging tags and people: what belongs to both belongs to one, at once and for ever."""

from typing import Any

import pytest
from contract import ContractClient
from partners import MERGE_PATCH, new_key
from stories import person, record, store, tag
from werkzeug.test import TestResponse

from api.jobs import runner
from api.postgres.connection import Connection


@pytest.fixture
def key(blank: Connection) -> dict[str, str]:
    """Headers with a key that may edit entities and push articles."""
    return new_key(blank, "test", ["admin"], [])


def merge(client: ContractClient, key: dict[str, str], path: str, into: str, **headers: str) -> TestResponse:
    return client.post(f"/v1/{path}/merge", json={"into": into}, headers={**key, **headers})


def links(connection: Connection) -> dict[str, tuple[str, int | None]]:
    """Origin and mentions by headline and entity."""
    rows = connection.execute(
        """
        select headline, slug, origin, null as mentions
        from article_tags join tags on tags.id = tag_id join articles on articles.id = article_id
        union all select headline, slug, origin, mentions
        from article_people join people on people.id = person_id join articles on articles.id = article_id
        order by 1, 2
        """
    ).fetchall()
    return {f"{row['headline']} {row['slug']}": (row["origin"], row["mentions"]) for row in rows}


def test_a_merged_tag_gives_all_its_articles_at_once_and_its_name_later(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    tag(blank, "Old", "rate cut")
    tag(blank, "New", "interest")
    store(
        blank,
        record("a", tags=["old"], day=1),
        record("b", tags=["new"], body="A rate cut.", day=2),
        record("c", tags=["old"], body="Interest!", day=3),
        record("d", body="A rate cut", day=4),
        record("e", tags=["new"], day=5, status="withheld"),
    )
    blank.execute("update jobs set finished_at = now()")
    response = merge(blank_client, key, "tags/old", "new")
    assert (response.status_code, response.headers["Dateline-Result"]) == (202, "merged")
    merged = response.get_json()
    assert (merged["slug"], merged["articles"], merged["match"]) == ("new", 4, ["interest", "rate cut"])
    assert (merged["first_published_at"], merged["last_published_at"]) == (
        "2025-06-02T00:00:00Z", "2025-06-05T00:00:00Z",
    )  # fmt: skip
    expected = {"a new": "push", "b new": "push", "c new": "push", "d new": "match", "e new": "push"}
    assert {name: origin for name, (origin, _) in links(blank).items()} == expected
    listed = blank_client.get("/v1/articles?tag=old").get_json()["data"]
    assert [article["headline"] for article in listed] == ["d", "c", "b", "a"]
    assert [entry["slug"] for entry in blank_client.get("/v1/tags").get_json()["data"]] == ["new"]
    runner.run(blank)
    assert {name: origin for name, (origin, _) in links(blank).items()} == expected
    for article in blank_client.get("/v1/articles").get_json()["data"]:
        assert article["tags"] == [{"slug": "new", "name": "#New"}]
    assert blank_client.get("/v1/tags/new").get_json()["articles"] == 4
    store(blank, record("f", tags=["#Old"]), record("g", tags=["old"]))
    assert links(blank)["f new"] == links(blank)["g new"] == ("push", None)
    [row] = blank.execute("select noun_id, slug, merged_into from changes where type = 'tag.merged'").fetchall()
    assert (row["slug"], row["merged_into"]) == ("old", "new")
    job = blank_client.get(response.headers["Location"].removeprefix("http://localhost")).get_json()
    assert (job["state"], job["done"]) == ("done", 5)


def test_a_merged_person_is_found_by_all_names(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    mayor, host = ({"title": title, "organization": None, "from": None, "to": None} for title in ("Mayor", "Host"))
    person(blank, "Ana Roe", "A. Roe", roles=[mayor], description="Old.")
    person(blank, "Anna Marie Roe", "a roe", "A. Röe", roles=[host, mayor])
    store(
        blank,
        record("a", body="Ana Roe met Anna Marie Roe. Ana Roe left."),
        record("b", body="Ana Roe spoke", people=["anna-marie-roe"]),
        record("c", people=["ana-roe"]),
    )
    response = merge(blank_client, key, "people/ana-roe", "anna-marie-roe")
    merged = response.get_json()
    assert (merged["aliases"], merged["description"]) == (["a roe", "A. Röe", "Ana Roe"], "Old.")
    assert (merged["roles"], merged["articles"]) == ([host, mayor], 3)
    assert links(blank) == {
        "a anna-marie-roe": ("match", 3),
        "b anna-marie-roe": ("push", 1),
        "c anna-marie-roe": ("push", 0),
    }
    runner.run(blank)
    assert links(blank)["a anna-marie-roe"] == ("match", 3)
    for article in blank_client.get("/v1/articles").get_json()["data"]:
        assert article["people"] == [{"slug": "anna-marie-roe", "name": "Anna Marie Roe"}]
    store(blank, record("d", people=["ana-roe"]), record("e", people=["Ana Roe"]), record("f", body="Ana Roe came."))
    assert blank_client.get("/v1/people/anna-marie-roe").get_json()["articles"] == 6
    assert blank_client.get("/v1/people?q=ana").get_json()["data"][0]["slug"] == "anna-marie-roe"


@pytest.mark.parametrize("many", ["tags", "people"])
def test_slugs_lead_to_where_the_last_merge_leads(
    blank: Connection, blank_client: ContractClient, key: dict[str, str], many: str
) -> None:
    for name in ("A", "B", "C", "D"):
        blank_client.post(f"/v1/{many}", json={"name": name}, headers=key)
    store(blank, {**record("x"), many: ["a"]})
    for old, into in (("a", "b"), ("b", "c")):
        assert merge(blank_client, key, f"{many}/{old}", into).status_code == 202
    runner.run(blank)
    for slug in ("a", "b"):
        assert blank_client.get(f"/v1/{many}/{slug}").headers["Location"] == f"http://localhost/v1/{many}/c"
    assert blank_client.get(f"/v1/{many}/c/articles").get_json()["data"][0][many][0]["slug"] == "c"
    renamed = blank_client.patch(f"/v1/{many}/c", json={"slug": "a"}, headers={**key, "Content-Type": MERGE_PATCH})
    assert renamed.status_code == 409
    assert blank_client.post(f"/v1/{many}", json={"name": "X", "slug": "a"}, headers=key).status_code == 409
    # With its articles gone, the one that stayed may go, and all its slugs with it.
    store(blank, record("x"))
    assert blank_client.delete(f"/v1/{many}/c", headers=key).status_code in (200, 202)
    assert [blank_client.get(f"/v1/{many}/{slug}").status_code for slug in "abcd"] == [410, 410, 410, 200]


@pytest.mark.parametrize(
    ("into", "detail"),
    [
        ("old", "must be another"),
        ("OLD", "must be lower-case letters"),
        ("no-such", "No {one} has the slug"),
        ("merged", "redirects to the {one} 'new'"),
        ("gone", "was deleted"),
        (None, "must not be null"),
        ("a\0", "lower-case letters"),
    ],
)
@pytest.mark.parametrize(("many", "one"), [("tags", "tag"), ("people", "person")])
def test_there_must_be_another_to_merge_into(
    blank_client: ContractClient, key: dict[str, str], many: str, one: str, into: Any, detail: str
) -> None:
    for name in ("Old", "New", "Merged", "Gone"):
        blank_client.post(f"/v1/{many}", json={"name": name}, headers=key)
    merge(blank_client, key, f"{many}/merged", "new")
    blank_client.delete(f"/v1/{many}/gone", headers=key)
    response = merge(blank_client, key, f"{many}/old", into)
    assert response.status_code == 422, response.text
    [error] = response.get_json()["errors"]
    assert error["pointer"] == "/into"
    assert detail.format(one=one) in error["detail"]


def test_only_one_that_is_there_is_merged(blank_client: ContractClient, key: dict[str, str]) -> None:
    for name in ("Old", "New", "Gone"):
        blank_client.post("/v1/tags", json={"name": name}, headers=key)
    assert merge(blank_client, key, "tags/old", "new", **{"If-Match": '"x"'}).status_code == 412
    assert merge(blank_client, key, "tags/old", "new").status_code == 202
    blank_client.delete("/v1/tags/gone", headers=key)
    for slug, status in (("old", 409), ("gone", 410), ("no-such", 404)):
        assert merge(blank_client, key, f"tags/{slug}", "new").status_code == status
    for content in ({}, {"into": "new", "other": 1}, {"from": "new"}):
        response = blank_client.post("/v1/tags/new/merge", json=content, headers=key)
        assert response.status_code == 422


def test_two_with_too_many_names_are_not_merged(blank_client: ContractClient, key: dict[str, str]) -> None:
    for name in ("Ana Roe", "Bea Poe"):
        aliases = [f"{name} {n}" for n in range(60)]
        blank_client.post("/v1/people", json={"name": name, "aliases": aliases}, headers=key)
    refused = merge(blank_client, key, "people/ana-roe", "bea-poe")
    assert (refused.status_code, "100" in refused.get_json()["detail"]) == (409, True)
    assert blank_client.get("/v1/people/ana-roe").status_code == 200


def test_a_name_that_nobody_has_any_more_can_be_given_again(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    for name in ("Ana Roe", "Bea Poe"):
        blank_client.post("/v1/people", json={"name": name}, headers=key)
    merge(blank_client, key, "people/ana-roe", "bea-poe")
    blank_client.patch("/v1/people/bea-poe", json={"aliases": []}, headers={**key, "Content-Type": MERGE_PATCH})
    store(blank, record("a", people=["Ana  Roe"]))
    assert list(links(blank)) == ["a ana-roe-2"]
