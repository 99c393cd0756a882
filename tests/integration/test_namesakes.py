"""Names that differ only in punctuation, case or width mean one person or tag; a namesake needs a slug of its own."""

import json

import pytest
from contract import ContractClient
from partners import MERGE_PATCH, new_key
from stories import ARTICLE, person, tag

from api.commands import entities
from api.commands.entity_kinds import PERSON
from api.postgres.connection import Connection

SAME_PERSON = [
    ("Robert Downey Jr.", "Robert Downey, Jr."),
    ("Robert Downey, Jr.", "robert downey jr"),
    ("Aleksandra O’Shea", "Aleksandra O'Shea"),
    ("Aleksandra O'Shea", "Aleksandra OʼShea"),
    ("J.K. Rowling", "J. K. Rowling"),
    ("J. K. Rowling", "J.K. Rowling"),
    ("JK Rowling", "J.K. Rowling"),
    ("Ana Perez", "Ａｎａ　Ｐｅｒｅｚ"),
    ("Ana Pérez", "ANA PEREZ"),
    ("Ko Ah-ra", "Ko Ah ra"),
    ("マイケル・ジャクソン", "ﾏｲｹﾙ･ｼﾞｬｸｿﾝ"),
]
OTHER_PERSON = [("Li Na", "Lina"), ("Ana Perez", "Ana Peres"), ("Robert Downey", "Robert Downey Jr.")]
SAME_TAG = [("#한·미·일", "#한미일"), ("#한미일", "#한ㆍ미ㆍ일"), ("#Moody’s", "#Moody's"), ("#MeToo", "＃METOO")]
OTHER_TAG = [("#C++", "#C#"), ("#volga", "#волга"), ("#AT&T", "#ATT"), ("#9.11", "#911")]


@pytest.mark.parametrize(("first", "second"), SAME_PERSON)
def test_a_person_whose_name_is_only_spelled_differently_is_a_conflict(
    client: ContractClient, demo: Connection, admin_key: dict[str, str], first: str, second: str
) -> None:
    person(demo, first, slug="first")
    response = client.post("/v1/people", json={"name": second}, headers=admin_key)
    detail = (
        f"The name {second!r} is taken by the person 'first'. Send a new slug if you mean another person of that name."
    )
    assert (response.status_code, response.get_json()["detail"]) == (409, detail)
    as_alias = client.post("/v1/people", json={"name": "Zoe Zed", "aliases": [second]}, headers=admin_key)
    assert (as_alias.status_code, as_alias.get_json()["detail"]) == (409, detail)
    namesake = client.post("/v1/people", json={"name": second, "slug": "second"}, headers=admin_key)
    assert namesake.status_code == 201


@pytest.mark.parametrize(("first", "second"), OTHER_PERSON)
def test_another_name_is_another_person(
    client: ContractClient, demo: Connection, admin_key: dict[str, str], first: str, second: str
) -> None:
    person(demo, first)
    assert client.post("/v1/people", json={"name": second}, headers=admin_key).status_code == 201


@pytest.mark.parametrize(("first", "second"), SAME_TAG)
def test_a_tag_whose_name_is_only_spelled_differently_is_a_conflict(
    client: ContractClient, demo: Connection, admin_key: dict[str, str], first: str, second: str
) -> None:
    tag(demo, first.removeprefix("#"))
    response = client.post("/v1/tags", json={"name": second}, headers=admin_key)
    assert response.status_code == 409, response.text


@pytest.mark.parametrize(("first", "second"), OTHER_TAG)
@pytest.mark.parametrize("scopes", [["write"], ["write", "edit"]])
def test_a_push_creates_two_tags_of_two_names(
    client: ContractClient, demo: Connection, scopes: list[str], first: str, second: str
) -> None:
    key = new_key(demo, "desk", scopes, ["korea-herald"])
    response = client.post("/v1/articles?create=tags", json={**ARTICLE, "tags": [first, second]}, headers=key)
    assert {first, second} <= {tag["name"] for tag in response.get_json()["tags"]}


@pytest.mark.parametrize("scopes", [["write"], ["write", "edit"], ["admin"]])
@pytest.mark.parametrize(("first", "second"), SAME_PERSON)
def test_a_push_means_the_person_whose_name_is_spelled_differently(
    client: ContractClient, demo: Connection, scopes: list[str], first: str, second: str
) -> None:
    person(demo, first, slug="first")
    key = new_key(demo, "desk", scopes, ["korea-herald"] if scopes != ["admin"] else [])
    for query in ("", "?create=people"):
        response = client.post(f"/v1/articles{query}", json={**ARTICLE, "people": [second]}, headers=key)
        assert "first" in [person["slug"] for person in response.get_json()["people"]]


@pytest.mark.parametrize("scopes", [["write"], ["write", "edit"], ["admin"]])
@pytest.mark.parametrize(("field", "kind"), [("people", "person"), ("tags", "tag")])
def test_an_unknown_name_is_created_only_with_create(
    client: ContractClient, demo: Connection, scopes: list[str], field: str, kind: str
) -> None:
    key = new_key(demo, "desk", scopes, ["korea-herald"] if scopes != ["admin"] else [])
    article = {**ARTICLE, field: ["Zoe Zed"]}
    refused = client.post("/v1/articles", json=article, headers=key)
    detail = f"No {kind} has the slug or name 'Zoe Zed'. Send the parameter create={field} to create it."
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == [{"pointer": f"/{field}/0", "detail": detail}]
    batch = client.post("/v1/articles/batch", json=[article], headers=key)
    assert json.loads(batch.text)["errors"] == [{"pointer": f"/{field}/0", "detail": detail}]
    assert client.post(f"/v1/articles?create={field}", json=article, headers=key).status_code == 201


@pytest.mark.parametrize("change", [{"name": "robert downey, jr."}, {"aliases": ["Robert Downey, Jr."]}])
def test_a_change_cannot_take_the_name_of_another_person(
    client: ContractClient, demo: Connection, admin_key: dict[str, str], change: dict[str, object]
) -> None:
    person(demo, "Robert Downey Jr.", slug="junior")
    person(demo, "Robert Downey", slug="senior")
    headers = {**admin_key, "Content-Type": MERGE_PATCH}
    refused = client.patch("/v1/people/senior", json=change, headers=headers)
    assert (refused.status_code, "'junior'" in refused.get_json()["detail"]) == (409, True)
    assert client.patch("/v1/people/senior", json={**change, "slug": "the-elder"}, headers=headers).status_code == 202


def test_an_archive_that_has_such_pairs_keeps_both(
    client: ContractClient, demo: Connection, admin_key: dict[str, str]
) -> None:
    pair = [{"slug": "one", "name": "Robert Downey Jr."}, {"slug": "two", "name": "Robert Downey, Jr."}]
    entities.upsert(demo, PERSON, pair)
    headers = {**admin_key, "Content-Type": MERGE_PATCH}
    assert client.patch("/v1/people/one", json={"description": "An actor"}, headers=headers).status_code == 200
    for slug, name in (("one", "Robert Downey Jr."), ("two", "Robert Downey, Jr.")):
        pushed = {**ARTICLE, "people": [name]}
        people = client.post("/v1/articles", json=pushed, headers=admin_key).get_json()["people"]
        assert slug in [person["slug"] for person in people]
    ambiguous = client.post("/v1/articles", json={**ARTICLE, "people": ["Robert Downey Jr,"]}, headers=admin_key)
    assert ambiguous.status_code == 422


def test_an_import_without_slugs_updates_the_entity_of_that_name(demo: Connection) -> None:
    person(demo, "J. K. Rowling", slug="rowling")
    results = entities.upsert(
        demo, PERSON, [{"name": "J.K. Rowling"}, {"name": "J.K.Rowling"}, {"name": "Joanne Rowling"}]
    )
    assert [result.slug for result in results] == ["rowling", "rowling", "joanne-rowling"]
