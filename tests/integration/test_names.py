"""Tags, people and outlets are found by their names, in any script and spelling."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from conftest import app_on
from contract import ContractClient
from stories import outlet, person, record, store, tag

from api.commands import entities
from api.commands.entity_kinds import PERSON
from api.postgres.connection import Connection, connect


@pytest.fixture(scope="module")
def names(blank_database: str) -> Iterator[ContractClient]:
    """A client of an archive with names in several scripts, and of two people of one name."""
    with connect(blank_database) as connection, connection.transaction(force_rollback=True):
        _store(connection)
        yield app_on(connection).test_client()  # pyright: ignore[reportReturnType]: app_on sets the class


def _store(connection: Connection) -> None:
    outlet(connection, "daily")
    for name in ("환율전쟁", "me too", "volga", "волга", "C", "C++", "C#", "한·미·일", "Moody’s"):
        tag(connection, name)
    person(connection, "Lee Jae-myung", "이재명", slug="lee")
    person(connection, "Aleksandra O’Shea")
    person(connection, "J. K. Rowling", slug="rowling")
    twins = [{"slug": f"kim-{n}", "name": "Kim Min-jun"} for n in (1, 2)]
    entities.upsert(connection, PERSON, twins)
    tags = ["환율전쟁", "me too", "volga", "волга", "C", "C++", "C#", "한·미·일", "Moody’s"]
    store(
        connection,
        *(record(name, tags=[f"#{name}"]) for name in tags),
        *(record(slug, people=[slug]) for slug in ("lee", "aleksandra-o-shea", "rowling", "kim-1", "kim-2")),
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tag=#환율전쟁", "환율전쟁"),
        ("tag=환율전쟁", "환율전쟁"),
        ("tag=＃환율전쟁", "환율전쟁"),
        ("tag=#me too", "me too"),
        ("tag=#ME-TOO", "me too"),
        ("tag=me-too", "me too"),
        ("tag=#volga", "volga"),
        ("tag=#Волга", "волга"),
        ("tag=#c", "C"),
        ("tag=#c++", "C++"),
        ("tag=C#", "C#"),
        ("tag=한미일", "한·미·일"),
        ("tag=한·미·일", "한·미·일"),
        ("tag=moody's", "Moody’s"),
        ("tag=#환율전쟁,#волга", "волга 환율전쟁"),
        ("tag_all=#환율전쟁,#волга", ""),
        ("tag_all=#환율전쟁&sort=updated", "환율전쟁"),
        ("tag=#환율전쟁&sort=oldest", "환율전쟁"),
        ("tag=nothing", ""),
        ("tag=!!!", ""),
        ("person=이재명", "lee"),
        ("person=lee jae myung", "lee"),
        ("person=aleksandra o'shea", "aleksandra-o-shea"),
        ("person=J.K. Rowling", "rowling"),
        ("person=kim-1", "kim-1"),
        ("q=#환율전쟁", "환율전쟁"),
        ("q=#волга", "волга"),
        ("q=#volga", "volga"),
    ],
)
def test_articles_are_found_by_the_name_of_a_tag_or_person(names: ContractClient, query: str, expected: str) -> None:
    name, _, value = query.partition("=")
    value, *others = value.split("&")
    response = names.get("&".join([f"/v1/articles?{name}={quote(value)}", *others]))
    assert response.status_code == 200, response.text
    assert " ".join(sorted(article["external_id"] for article in response.get_json()["data"])) == expected


@pytest.mark.parametrize("query", ["person={}", "person_all={}", "person_not={}", "person={}&section=World"])
def test_a_name_that_several_people_have_is_refused_with_their_slugs(names: ContractClient, query: str) -> None:
    response = names.get(f"/v1/articles?{query.format(quote('Kim Min-jun'))}")
    assert response.status_code == 422
    detail = "More than one person has the name 'kim min-jun'. Use a slug: kim-1, kim-2."
    assert response.get_json()["errors"] == [{"parameter": query.partition("=")[0], "detail": detail}]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/v1/tags/#me too", "/v1/tags/me-too"),
        ("/v1/tags/C++", "/v1/tags/c-plus-plus"),
        ("/v1/tags/#c#/articles", "/v1/tags/c-sharp/articles"),
        ("/v1/tags/#me too/articles?limit=1&section=A%20B", "/v1/tags/me-too/articles?limit=1&section=A%20B"),
        ("/v1/people/이재명", "/v1/people/lee"),
        ("/v1/people/이재명/articles", "/v1/people/lee/articles"),
        ("/v1/people/Rowling", None),
        ("/v1/outlets/Daily", None),
    ],
)
def test_the_path_of_a_name_redirects_to_the_slug(names: ContractClient, path: str, location: str | None) -> None:
    before, sign, query = path.partition("?")
    response = names.get(f"{quote(before)}{sign}{query}")
    if location is None:
        assert response.status_code == 200, response.text
    else:
        assert response.status_code == 308, response.text
        assert response.headers["Location"].removeprefix("http://localhost") == location


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/v1/tags/%23nothing", "No tag has the slug or name 'nothing'."),
        ("/v1/people/Kim%20Min-jun", "More than one person has the name 'kim min-jun'. Use a slug: kim-1, kim-2."),
        ("/v1/people/Kim%20Min-jun/articles", "More than one person has the name 'kim min-jun'."
         " Use a slug: kim-1, kim-2."),
        ("/v1/tags/!!!", "No tag has the slug or name '!!!'."),
    ],
)  # fmt: skip
def test_an_unknown_or_ambiguous_name_in_the_path_is_not_found(names: ContractClient, path: str, detail: str) -> None:
    response = names.get(path)
    assert (response.status_code, response.get_json()["detail"]) == (404, detail)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tags?q=#환율", "#환율전쟁"),
        ("tags?q=＃환율", "#환율전쟁"),
        ("tags?q=#vol", "#volga"),
        ("people?q=aleksandra o'sh", "Aleksandra O’Shea"),
        ("people?q=Aleksandra O’Sh", "Aleksandra O’Shea"),
        ("people?q=aleksandra osh", "Aleksandra O’Shea"),
        ("people?q=j.k. row", "J. K. Rowling"),
    ],
)
def test_the_beginning_of_a_name_is_found_whatever_its_punctuation(
    names: ContractClient, path: str, expected: str
) -> None:
    before, _, value = path.partition("=")
    response = names.get(f"/v1/{before}={quote(value)}")
    assert [found["name"] for found in response.get_json()["data"]] == [expected]


@pytest.mark.parametrize("q", ["#", "", " ", '"', "🚢", "#🚢", "＃", "…", "'"])
def test_a_text_without_letters_has_no_suggestions(names: ContractClient, q: str) -> None:
    response = names.get(f"/v1/suggest?q={quote(q)}")
    assert (response.status_code, response.get_json()["data"]) == (200, [])


@pytest.mark.parametrize(
    ("first", "second"), [("이재명", "lee-jae-myung"), ("lee-jae-myung", "이재명"), ("Lee Jae-myung", "이재명")]
)
def test_a_cursor_continues_however_the_person_is_spelled(
    demo: Connection, client: ContractClient, first: str, second: str
) -> None:
    records = [record(str(n), outlet="korea-herald", people=["lee-jae-myung"]) for n in range(3)]
    store(demo, *records)
    page = client.get(f"/v1/articles?person={quote(first)}&limit=2&fields=id").get_json()
    cursor = page["page"]["next"]
    rest = client.get(f"/v1/articles?person={quote(second)}&limit=2&fields=id&cursor={cursor}")
    whole = client.get("/v1/articles?person=lee-jae-myung&limit=4&fields=id").get_json()
    assert rest.status_code == 200, rest.text
    assert page["data"] + rest.get_json()["data"] == whole["data"]


def test_facets_list_the_slug_of_a_tag_that_was_chosen_by_name(names: ContractClient) -> None:
    found = names.get(f"/v1/articles?tag={quote('#me too')}&facets=tag&limit=1").get_json()
    values = found["meta"]["facets"]["tag"]["values"]
    assert {"value": "me-too", "name": "#me too", "count": 1} in values
    assert sum(value["value"] == "me-too" or value["name"] == "me too" for value in values) == 1
