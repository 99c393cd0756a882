"""Tags, people and outlets over HTTP: created, changed, renamed and deleted."""

from typing import Any

import pytest
from contract import ContractClient
from partners import MERGE_PATCH, new_key
from stories import ARTICLE
from werkzeug.test import TestResponse

from api.ingest import archive
from api.jobs import runner
from api.postgres.connection import Connection

NAMES = {"tags": "#Harbours", "people": "Ana Roe", "outlets": "Harbour Daily"}
SLUGS = {"tags": "harbours", "people": "ana-roe", "outlets": "harbour-daily"}
HELD = {"tags": "seoul-washington", "people": "lee-jae-myung", "outlets": "korea-herald"}
FILTERS = {"tags": "tag", "people": "person", "outlets": "outlet"}
every_entity = pytest.mark.parametrize("many", list(NAMES))


@pytest.fixture
def edit_key(demo: Connection) -> dict[str, str]:
    """Headers with a key that may edit entities, and nothing else."""
    return new_key(demo, "test", ["edit"], [])


def patch(client: ContractClient, key: dict[str, str], path: str, content: Any, **headers: str) -> TestResponse:
    return client.patch(f"/v1/{path}", json=content, headers={**key, "Content-Type": MERGE_PATCH, **headers})


def created(client: ContractClient, key: dict[str, str], many: str, **fields: Any) -> dict[str, Any]:
    """The entity as it is stored."""
    response = client.post(f"/v1/{many}", json={"name": NAMES[many], **fields}, headers=key)
    assert response.status_code == 201, response.text
    return response.get_json()


def copies(article: dict[str, Any], many: str) -> list[dict[str, str]]:
    """The entities of a kind that an article shows."""
    return [article["outlet"]] if many == "outlets" else article[many]


def recorded(connection: Connection) -> list[tuple[str, str | None, str | None]]:
    """The changes of entities since the demo archive was loaded."""
    rows = connection.execute(
        "select type, slug, merged_into from changes where noun_id is not null and at >= now() order by position"
    ).fetchall()
    return [(row["type"], row["slug"], row["merged_into"]) for row in rows]


@every_entity
def test_a_entity_is_created_once(client: ContractClient, edit_key: dict[str, str], many: str) -> None:
    response = client.post(f"/v1/{many}", json={"name": NAMES[many]}, headers=edit_key)
    assert response.status_code == 201
    path = response.headers["Location"].removeprefix("http://localhost")
    assert path == f"/v1/{many}/{SLUGS[many]}"
    assert client.get(path).get_json() == response.get_json()
    again = client.post(f"/v1/{many}", json={"name": NAMES[many], "slug": SLUGS[many]}, headers=edit_key)
    assert (again.status_code, again.get_json()["code"]) == (409, "conflict")
    assert SLUGS[many] in again.get_json()["detail"]


@pytest.mark.parametrize(
    ("many", "name"),
    [
        ("tags", "#harbours"),
        ("tags", "HÁRBOURS"),
        ("people", "ana  roe"),
        ("people", "Anna-Roe"),
        ("outlets", "harbour daily"),
    ],
)
def test_a_name_that_is_taken_needs_a_slug_that_tells_them_apart(
    client: ContractClient, edit_key: dict[str, str], many: str, name: str
) -> None:
    created(client, edit_key, many, **({"aliases": ["Anna Roe"]} if many == "people" else {}))
    refused = client.post(f"/v1/{many}", json={"name": name}, headers=edit_key)
    assert refused.status_code == 409
    assert SLUGS[many] in refused.get_json()["detail"]
    assert created(client, edit_key, many, name=name, slug="another")["slug"] == "another"


@pytest.mark.parametrize(
    ("many", "content", "pointer"),
    [
        ("tags", {}, "/name"),
        ("tags", {"name": ""}, "/name"),
        ("tags", {"name": "a\0b"}, "/name"),
        ("tags", {"name": "\ud800"}, "/name"),
        ("tags", {"name": "x" * 202}, "/name"),
        ("people", {"name": "x" * 201}, "/name"),
        ("tags", {"name": "A", "slug": "Not A Slug"}, "/slug"),
        ("tags", {"name": "A", "aliases": []}, "/aliases"),
        ("tags", {"name": "A", "match": ["b"] * 101}, "/match"),
        ("tags", {"name": "A", "match": [""]}, "/match/0"),
        ("people", {"name": "A", "aliases": [f"B {n}" for n in range(101)]}, "/aliases"),
        ("people", {"name": "A", "aliases": ["a\0b"]}, "/aliases/0"),
        ("people", {"name": "A", "roles": [{"title": "B", "from": "2025-02-30"}]}, "/roles/0/from"),
        ("people", {"name": "A", "roles": [{"from": "2025-02-28"}]}, "/roles/0/title"),
        ("people", {"name": "A", "match": []}, "/match"),
        ("outlets", {"name": "A", "url": "javascript:alert(1)"}, "/url"),
        ("outlets", {"name": "A", "country": "kr"}, "/country"),
        ("outlets", {"name": "A", "language": "Korean"}, "/language"),
        ("outlets", {"name": "A", "uuid": "00000000-0000-0000-0000-000000000000"}, "/uuid"),
    ],
)
def test_bad_input_is_told_where_it_is_bad(
    client: ContractClient, edit_key: dict[str, str], many: str, content: dict[str, Any], pointer: str
) -> None:
    for response in (
        client.post(f"/v1/{many}", json=content, headers=edit_key),
        patch(client, edit_key, f"{many}/{HELD[many]}", {"name": None, **content}),
    ):
        assert response.status_code == 422, response.text
        assert pointer in [error["pointer"] for error in response.get_json()["errors"]]


def test_what_pushes_created_under_the_longest_names_can_be_changed(
    client: ContractClient, edit_key: dict[str, str], admin_key: dict[str, str]
) -> None:
    # Both make the same slug of 80 characters, so one of them gets a number.
    names = [f"{'x' * 81}{end}".ljust(200, "y") for end in "ab"]
    pushed = client.post(
        "/v1/articles?create=tags,people", json={**ARTICLE, "tags": names, "people": names}, headers=admin_key
    )
    for many in ("tags", "people"):
        slugs = [entity["slug"] for entity in pushed.get_json()[many] if entity["slug"].startswith("xxx")]
        assert [len(slug) for slug in slugs] == [80, 80]
        for slug in slugs:
            assert patch(client, edit_key, f"{many}/{slug}", {"slug": f"{slug[:70]}-{slug[-1]}"}).status_code == 202


@pytest.mark.parametrize("many", ["tags", "people"])
def test_a_name_without_a_letter_needs_a_slug(client: ContractClient, edit_key: dict[str, str], many: str) -> None:
    refused = client.post(f"/v1/{many}", json={"name": "👍"}, headers=edit_key)
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/name")
    assert created(client, edit_key, many, name="👍", slug="thumb")["name"] == "👍"


@every_entity
@pytest.mark.parametrize("content", [[], "text", 1])
def test_a_patch_is_an_object(client: ContractClient, edit_key: dict[str, str], many: str, content: Any) -> None:
    assert patch(client, edit_key, f"{many}/{HELD[many]}", content).status_code == 422


@every_entity
def test_only_keys_that_may_edit_do(
    client: ContractClient, write_key: dict[str, str], admin_key: dict[str, str], many: str
) -> None:
    for key, status in (({}, 401), (write_key, 403)):
        responses = [
            client.post(f"/v1/{many}", json={"name": NAMES[many]}, headers=key),
            patch(client, key, f"{many}/{HELD[many]}", {"description": "B"}),
            client.delete(f"/v1/{many}/{HELD[many]}", headers=key),
        ]
        if many != "outlets":
            responses.append(client.post(f"/v1/{many}/{HELD[many]}/merge", json={"into": "x"}, headers=key))
        assert [response.status_code for response in responses] == [status] * len(responses)
    assert client.post(f"/v1/{many}", json={"name": NAMES[many]}, headers=admin_key).status_code == 201


def test_outlets_are_not_merged(client: ContractClient, edit_key: dict[str, str]) -> None:
    response = client.post("/v1/outlets/korea-herald/merge", json={"into": "japan-forward"}, headers=edit_key)
    assert response.status_code == 404


@every_entity
def test_a_patch_changes_what_it_names_and_nothing_else(
    client: ContractClient, edit_key: dict[str, str], many: str
) -> None:
    path = f"{many}/{HELD[many]}"
    before = client.get(f"/v1/{path}").get_json()
    response = patch(client, edit_key, path, {"description": "Changed."})
    assert (response.status_code, response.headers["Dateline-Result"]) == (200, "updated")
    assert client.get(f"/v1/{path}").get_json() == response.get_json()
    changed = {name for name, value in response.get_json().items() if value != before[name]}
    assert changed <= {"description", "updated_at"}
    assert patch(client, edit_key, path, {"description": "Changed."}).headers["Dateline-Result"] == "unchanged"
    assert patch(client, edit_key, path, {"description": None}).get_json()["description"] is None


@pytest.mark.parametrize(
    ("matching", "status"),
    [(None, 200), ("*", 200), ("{etag}", 200), ('"x", {etag}', 200), ('"x"', 412), ("W/{etag}", 412)],
)
@every_entity
def test_a_change_may_say_what_it_changes(
    client: ContractClient, edit_key: dict[str, str], many: str, matching: str | None, status: int
) -> None:
    path = f"{many}/{HELD[many]}"
    etag = client.get(f"/v1/{path}").headers["ETag"]
    headers = {"If-Match": matching.replace("{etag}", etag)} if matching else {}
    assert patch(client, edit_key, path, {"description": "A"}, **headers).status_code == status
    if matching and "{etag}" in matching:
        assert patch(client, edit_key, path, {"description": "B"}, **headers).status_code == 412
        assert client.delete(f"/v1/{path}", headers={**edit_key, **headers}).status_code == 412


def test_a_new_article_of_a_entity_is_no_change_of_it(
    client: ContractClient, edit_key: dict[str, str], write_key: dict[str, str]
) -> None:
    first = client.get("/v1/tags/seoul-washington")
    known = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/v1/tags/seoul-washington", headers=known)
    assert (again.status_code, again.headers["ETag"]) == (304, first.headers["ETag"])
    client.post("/v1/articles", json=ARTICLE, headers=write_key)
    assert client.get("/v1/tags/seoul-washington", headers=known).status_code == 200
    matching = {"If-Match": first.headers["ETag"]}
    changed = patch(client, edit_key, "tags/seoul-washington", {"description": "A"}, **matching)
    assert changed.status_code == 200
    matching = {"If-Match": changed.headers["ETag"]}
    assert patch(client, edit_key, "tags/seoul-washington", {"description": "B"}, **matching).status_code == 200


@every_entity
def test_a_renamed_entity_is_found_by_both_slugs_for_ever(
    client: ContractClient, demo: Connection, edit_key: dict[str, str], admin_key: dict[str, str], many: str
) -> None:
    old, one = HELD[many], FILTERS[many]
    listed = client.get(f"/v1/articles?{one}={old}&limit=3").get_json()["data"]
    # Texts name a person by the old name, which becomes an alias.
    known = {"aliases": ["Lee Jae-myung", "이재명", "李在明"]} if many == "people" else {}
    response = patch(client, edit_key, f"{many}/{old}", {"slug": "first-new", "name": "First New", **known})
    assert response.status_code == 202
    assert response.get_json()["slug"] == "first-new"
    assert patch(client, edit_key, f"{many}/first-new", {"slug": "second-new"}).status_code == 202
    runner.run(demo)
    for slug in (old, "first-new"):
        for path, query in ((f"/v1/{many}/{slug}", ""), (f"/v1/{many}/{slug}/articles", "?q=a%20b&limit=3")):
            for method in ("GET", "HEAD"):
                moved = client.open(f"{path}{query}", method=method)
                assert (moved.status_code, moved.data) == (308, b"")
                assert moved.headers["Location"] == f"http://localhost{path.replace(slug, 'second-new')}{query}"
                assert "Content-Type" not in moved.headers
        ids = [article["id"] for article in client.get(f"/v1/articles?{one}={slug}&limit=3").get_json()["data"]]
        assert ids == [article["id"] for article in listed] != []
        assert client.get(f"/v1/articles?{one}_not={slug}&id={ids[0]}").get_json()["data"] == []
        assert patch(client, edit_key, f"{many}/{slug}", {"description": "A"}).status_code == 409
        assert client.delete(f"/v1/{many}/{slug}", headers=edit_key).status_code == 409
        for taken in ({"name": "Other"}, {"name": "Other", "description": "A"}):
            assert client.post(f"/v1/{many}", json={**taken, "slug": slug}, headers=edit_key).status_code == 409
    known_by = f"{one}={old}" if many == "outlets" else f"{one}_all={old},second-new"
    both = client.get(f"/v1/articles?{known_by}&limit=3").get_json()["data"]
    assert [article["id"] for article in both] == [article["id"] for article in listed]
    for article in both:
        assert {"slug": "second-new", "name": "First New"} in copies(article, many)
    pushed = {**ARTICLE, "tags": [old] if many == "tags" else [], "people": [old] if many == "people" else []}
    stored = client.post("/v1/articles", json=pushed, headers=admin_key)
    assert stored.status_code == 201, stored.text
    assert {"slug": "second-new", "name": "First New"} in copies(stored.get_json(), many)
    happened = FILTERS[many] + ".renamed"
    assert recorded(demo) == [(happened, old, None), (happened, "first-new", None)]


def test_a_entity_may_have_its_old_slug_back(client: ContractClient, edit_key: dict[str, str]) -> None:
    patch(client, edit_key, "tags/seoul-washington", {"slug": "other"})
    assert patch(client, edit_key, "tags/other", {"slug": "seoul-washington"}).status_code == 202
    assert client.get("/v1/tags/seoul-washington").status_code == 200
    assert client.get("/v1/tags/other").headers["Location"].endswith("/v1/tags/seoul-washington")


@pytest.mark.parametrize(
    ("content", "status"),
    [({"slug": "north-korea"}, 409), ({"slug": "given-up"}, 409), ({"slug": None}, 422), ({"slug": "a b"}, 422)],
)
def test_a_slug_of_another_is_never_given(
    client: ContractClient, edit_key: dict[str, str], content: dict[str, Any], status: int
) -> None:
    created(client, edit_key, "tags", slug="given-up")
    patch(client, edit_key, "tags/given-up", {"slug": "kept"})
    assert patch(client, edit_key, "tags/seoul-washington", content).status_code == status


def test_a_key_writes_for_its_outlet_under_both_slugs(
    client: ContractClient, edit_key: dict[str, str], write_key: dict[str, str]
) -> None:
    before = client.post("/v1/articles", json=ARTICLE, headers=write_key).get_json()
    patch(client, edit_key, "outlets/korea-herald", {"slug": "the-herald"})
    for slug in ("korea-herald", "the-herald"):
        pushed = client.post("/v1/articles", json={**ARTICLE, "outlet": slug, "byline": slug}, headers=write_key)
        assert (pushed.status_code, pushed.get_json()["id"]) == (200, before["id"])
        assert pushed.get_json()["outlet"]["slug"] == "the-herald"


def test_names_roles_and_phrases_can_be_changed(
    client: ContractClient, demo: Connection, edit_key: dict[str, str], write_key: dict[str, str]
) -> None:
    assert created(client, edit_key, "people", aliases=["Iron Ana"])["aliases"] == ["Iron Ana"]
    article = {**ARTICLE, "body": "The Quay Queen spoke of the harbour.", "headline": "Ships", "tags": []}
    id = client.post("/v1/articles", json=article, headers=write_key).get_json()["id"]
    role = {"title": "Mayor", "organization": None, "from": "2020-01-01", "to": "2021-12-31"}
    response = patch(client, edit_key, "people/ana-roe", {"aliases": ["Quay Queen"], "roles": [role]})
    assert (response.status_code, response.get_json()["roles"]) == (202, [role])
    created(client, edit_key, "tags", match=["harbour"])
    runner.run(demo)
    linked = client.get(f"/v1/articles/{id}").get_json()
    assert [[entity["slug"] for entity in linked[many]] for many in ("people", "tags")] == [["ana-roe"], ["harbours"]]
    for day, expected in (("2020-06-01", [role]), ("2022-06-01", [])):
        assert client.get(f"/v1/people/ana-roe?as_of={day}").get_json()["roles"] == expected
        found = [entry["slug"] for entry in client.get(f"/v1/people?q=quay&as_of={day}").get_json()["data"]]
        assert found == (["ana-roe"] if expected else [])
    assert patch(client, edit_key, "people/ana-roe", {"roles": []}).status_code == 202
    assert client.get("/v1/people?q=quay&as_of=2020-06-01").get_json()["data"] == []
    assert patch(client, edit_key, "people/ana-roe", {"aliases": None}).status_code == 202
    assert patch(client, edit_key, "tags/harbours", {"match": []}).status_code == 202
    runner.run(demo)
    linked = client.get(f"/v1/articles/{id}").get_json()
    assert (linked["people"], linked["tags"]) == ([], [])


@every_entity
def test_a_deleted_entity_is_gone_for_ever(
    client: ContractClient, demo: Connection, edit_key: dict[str, str], many: str
) -> None:
    before = created(client, edit_key, many)
    slug, one = SLUGS[many], FILTERS[many]
    response = client.delete(f"/v1/{many}/{slug}", headers=edit_key)
    assert response.status_code == (202 if many == "people" else 200)
    assert response.get_json() == before
    for path in (f"/v1/{many}/{slug}", f"/v1/{many}/{slug}/articles"):
        assert (client.get(path).status_code, client.get(path).get_json()["code"]) == (410, "gone")
    assert client.get(f"/v1/articles?{one}={slug}").get_json()["data"] == []
    assert slug not in [entry["slug"] for entry in client.get(f"/v1/{many}?limit=100").get_json()["data"]]
    assert patch(client, edit_key, f"{many}/{slug}", {"description": "A"}).status_code == 410
    assert client.delete(f"/v1/{many}/{slug}", headers=edit_key).status_code == 410
    assert client.post(f"/v1/{many}", json={"name": "B", "slug": slug}, headers=edit_key).status_code == 409
    assert created(client, edit_key, many)["slug"] == f"{slug}-2"
    assert recorded(demo) == [
        (f"{one}.created", slug, None), (f"{one}.deleted", slug, None), (f"{one}.created", f"{slug}-2", None),
    ]  # fmt: skip


@every_entity
def test_a_entity_with_articles_stays_even_when_nobody_sees_them(
    client: ContractClient, edit_key: dict[str, str], admin_key: dict[str, str], many: str
) -> None:
    for other in NAMES:
        created(client, edit_key, other)
    linked = {"outlet": "harbour-daily", "tags": ["harbours"], "people": ["ana-roe"]}
    id = client.post("/v1/articles", json={**ARTICLE, **linked}, headers=admin_key).get_json()["id"]
    client.delete(f"/v1/articles/{id}?reason=Wrong", headers=admin_key)
    assert client.get(f"/v1/{many}/{SLUGS[many]}").get_json()["articles"] == 0
    refused = client.delete(f"/v1/{many}/{SLUGS[many]}", headers=edit_key)
    assert (refused.status_code, refused.get_json()["detail"][:20]) == (409, "1 article is linked ")


def test_who_shared_a_name_is_found_once_the_other_is_deleted(
    client: ContractClient, demo: Connection, edit_key: dict[str, str], write_key: dict[str, str]
) -> None:
    created(client, edit_key, "people")
    created(client, edit_key, "people", slug="ana-roe-golfer")
    article = {**ARTICLE, "body": "Ana Roe spoke.", "headline": "Ships"}
    id = client.post("/v1/articles", json=article, headers=write_key).get_json()["id"]
    client.delete("/v1/people/ana-roe-golfer", headers=edit_key)
    runner.run(demo)
    assert [person["slug"] for person in client.get(f"/v1/articles/{id}").get_json()["people"]] == ["ana-roe"]


@every_entity
@pytest.mark.parametrize("slug", ["no-such", "%00", "NO-SUCH"])
def test_what_never_was_is_not_found(client: ContractClient, edit_key: dict[str, str], many: str, slug: str) -> None:
    assert patch(client, edit_key, f"{many}/{slug}", {}).status_code == 404
    assert client.delete(f"/v1/{many}/{slug}", headers=edit_key).status_code == 404


def test_a_job_tells_how_far_it_is(
    client: ContractClient, demo: Connection, edit_key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    response = patch(client, edit_key, "tags/seoul-washington", {"name": "#Alliance", "match": ["alliance"]})
    path = response.headers["Location"].removeprefix("http://localhost")
    first = client.get(path).get_json()
    assert (first["state"], first["done"], first["finished_at"]) == ("waiting", 0, None)
    monkeypatch.setattr(runner, "STEP", 2)
    runner.run(demo, ended=iter([False, True]).__next__)
    second = client.get(path).get_json()
    assert (second["state"], second["done"], second["finished_at"]) == ("running", 2, None)
    demo.execute("update jobs set attempts = 1 where finished_at is null")
    assert client.get(path).get_json()["state"] == "failing"
    runner.run(demo)
    third = client.get(path).get_json()
    assert (third["state"], third["done"] > 2) == ("done", True)
    assert third["finished_at"]


@pytest.mark.parametrize("number", ["0", "999999999999", "9" * 19, "-1", "x", "%00"])
def test_there_is_no_such_job(client: ContractClient, number: str) -> None:
    assert client.get(f"/v1/jobs/{number}").status_code == 404


def test_seeding_again_leaves_retired_entities_alone(
    client: ContractClient, demo: Connection, edit_key: dict[str, str]
) -> None:
    patch(client, edit_key, "tags/seoul-washington", {"slug": "alliance", "name": "#Alliance"})
    archive.seed(demo)
    assert client.get("/v1/tags/alliance").get_json()["name"] == "#Alliance"
    assert client.get("/v1/tags/seoul-washington").status_code == 308
