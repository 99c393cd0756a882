"""Who is meant beyond the archive: URLs of tags, people and outlets, kinds of tags, places on the map."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from contract import ContractClient
from ninjs_facts import faults
from partners import MERGE_PATCH, new_key
from stories import outlet, person, record, store, tag
from werkzeug.test import TestResponse

from api.formats import ndjson
from api.formats.schema_org import MEDIA_TYPE as JSON_LD
from api.ingest import archive
from api.postgres.connection import Connection
from schemas.entities import LONGEST_SAME_AS, MAX_SAME_AS
from schemas.ninjs import MEDIA_TYPE as NINJS

NAMES = {"tags": "#Harbours", "people": "Ana Roe", "outlets": "Harbour Daily"}
SLUGS = {"tags": "harbours", "people": "ana-roe", "outlets": "harbour-daily"}
PAGE, CONCEPT = "https://www.wikidata.org/wiki/Q42", "http://www.wikidata.org/entity/Q42"
WIKIPEDIA = "https://ru.wikipedia.org/wiki/Волга"
every_entity = pytest.mark.parametrize("many", list(NAMES))


@pytest.fixture
def key(blank: Connection) -> dict[str, str]:
    """Headers with a key that may edit entities."""
    return new_key(blank, "test", ["edit"], [])


def post(client: ContractClient, key: dict[str, str], many: str, **fields: Any) -> TestResponse:
    return client.post(f"/v1/{many}", json={"name": NAMES[many], **fields}, headers=key)


def patch(client: ContractClient, key: dict[str, str], path: str, **fields: Any) -> TestResponse:
    return client.patch(f"/v1/{path}", json=fields, headers={**key, "Content-Type": MERGE_PATCH})


def slugs(response: TestResponse) -> list[str]:
    assert response.status_code == 200, response.text
    return [entry["slug"] for entry in response.get_json()["data"]]


@every_entity
def test_an_entity_is_found_by_a_url_however_it_is_spelled(
    blank_client: ContractClient, key: dict[str, str], many: str
) -> None:
    stored = post(blank_client, key, many, same_as=[PAGE, WIKIPEDIA, CONCEPT]).get_json()
    assert stored["same_as"] == [PAGE, WIKIPEDIA]
    post(blank_client, key, many, name="Other", same_as=["https://www.wikidata.org/wiki/Q421"])
    for url in (PAGE, CONCEPT, WIKIPEDIA, "http://ru.m.wikipedia.org/wiki/%D0%92%D0%BE%D0%BB%D0%B3%D0%B0"):
        for sort in ("name", "articles", "recent"):
            found = blank_client.get(f"/v1/{many}", query_string={"same_as": url, "sort": sort})
            assert slugs(found) == [SLUGS[many]]
            assert found.get_json()["meta"]["total"] == 1
    for url in ("https://www.wikidata.org/wiki/Q4", "http://[::1", "https://example.org/"):
        assert slugs(blank_client.get(f"/v1/{many}", query_string={"same_as": url})) == []
    assert blank_client.get(f"/v1/{many}?same_as=Q42").status_code == 422


@every_entity
def test_a_url_belongs_to_one_entity_of_a_kind(
    blank_client: ContractClient, blank: Connection, key: dict[str, str], many: str
) -> None:
    assert post(blank_client, key, many, same_as=[PAGE]).status_code == 201
    for refused in (
        post(blank_client, key, many, name="Other", same_as=[WIKIPEDIA, CONCEPT]),
        post(blank_client, key, many, name="Other", slug="aaa", same_as=[PAGE]),
    ):
        assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
        assert repr(SLUGS[many]) in refused.get_json()["detail"]
        assert "wikidata.org" in refused.get_json()["detail"]
    assert post(blank_client, key, many, name="Other", same_as=[WIKIPEDIA]).status_code == 201
    refused = patch(blank_client, key, f"{many}/other", same_as=[CONCEPT])
    assert refused.status_code == 409
    assert repr(SLUGS[many]) in refused.get_json()["detail"]
    assert blank_client.get(f"/v1/{many}/other").get_json()["same_as"] == [WIKIPEDIA]
    # It can be handed on, and entities of another kind may have it.
    assert patch(blank_client, key, f"{many}/{SLUGS[many]}", same_as=None).get_json()["same_as"] == []
    assert patch(blank_client, key, f"{many}/other", same_as=[PAGE]).get_json()["same_as"] == [PAGE]
    others = [name for name in NAMES if name != many]
    assert [post(blank_client, key, name, same_as=[PAGE]).status_code for name in others] == [201, 201]


@every_entity
def test_new_urls_are_a_new_etag_and_one_change(
    blank_client: ContractClient, blank: Connection, key: dict[str, str], many: str
) -> None:
    path = f"{many}/{SLUGS[many]}"
    old = post(blank_client, key, many).headers["ETag"]
    stored = patch(blank_client, key, path, same_as=[PAGE])
    assert (stored.status_code, stored.headers["ETag"] != old) == (200, True)
    assert patch(blank_client, key, path, same_as=[PAGE, CONCEPT]).headers["Dateline-Result"] == "unchanged"
    headers = {**key, "Content-Type": MERGE_PATCH, "If-Match": old}
    assert blank_client.patch(f"/v1/{path}", json={"same_as": []}, headers=headers).status_code == 412
    rows = blank.execute("select type from changes order by position").fetchall()
    assert [row["type"].partition(".")[2] for row in rows] == ["created", "updated"]


@every_entity
@pytest.mark.parametrize(
    "value",
    [
        "https://example.org/", ["Q42"], ["javascript:alert(1)"], ["ftp://example.org/a"], ["https://"], [None], [1],
        ["https://example.org/a b"], ["//example.org/a"], [f"https://example.org/{'a' * LONGEST_SAME_AS}"],
        [f"https://example.org/{n}" for n in range(MAX_SAME_AS + 1)],
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_is_not_a_list_of_urls_is_refused(
    blank_client: ContractClient, key: dict[str, str], many: str, value: object
) -> None:
    refused = post(blank_client, key, many, same_as=value)
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"].startswith("/same_as")


def test_as_many_urls_as_allowed_of_the_greatest_length_are_stored(
    blank_client: ContractClient, key: dict[str, str]
) -> None:
    urls = [f"https://example.org/{n:03}{'한' * (LONGEST_SAME_AS - 23)}" for n in range(MAX_SAME_AS)]
    assert post(blank_client, key, "tags", same_as=urls).get_json()["same_as"] == urls


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"kind": "city"}, "/kind"),
        ({"kind": None}, "/kind"),
        ({"kind": "place", "lat": 1}, "/lat"),
        ({"kind": "place", "lon": 1, "lat": None}, "/lon"),
        ({"lat": 1, "lon": 1}, "/lat"),
        ({"kind": "event", "lat": 1, "lon": 1}, "/lat"),
        ({"kind": "place", "lat": 90.001, "lon": 0}, "/lat"),
        ({"kind": "place", "lat": 0, "lon": -180.1}, "/lon"),
        ({"kind": "place", "lat": "1", "lon": 0}, "/lat"),
        ({"kind": "place", "lat": True, "lon": 0}, "/lat"),
        ({"kind": "place", "lat": 1e30, "lon": 0}, "/lat"),
        ({"kind": "place", "lat": [1], "lon": 0}, "/lat"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_only_places_have_coordinates_and_both_of_them(
    blank_client: ContractClient, key: dict[str, str], fields: dict[str, Any], pointer: str
) -> None:
    refused = post(blank_client, key, "tags", **fields)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == [pointer]


def test_a_tag_has_a_kind_by_which_it_is_found_and_a_place_its_coordinates(
    blank_client: ContractClient, key: dict[str, str]
) -> None:
    plain = post(blank_client, key, "tags").get_json()
    assert (plain["kind"], plain["lat"], plain["lon"]) == ("topic", None, None)
    seoul = post(blank_client, key, "tags", name="#Seoul", kind="place", lat=37.5665, lon=126.978).get_json()
    assert (seoul["kind"], seoul["lat"], seoul["lon"]) == ("place", 37.5665, 126.978)
    corner = post(blank_client, key, "tags", name="#Corner", kind="place", lat=-90, lon=180).get_json()
    assert (corner["lat"], corner["lon"]) == (-90, 180)
    post(blank_client, key, "tags", name="#Bank", kind="organisation")
    assert slugs(blank_client.get("/v1/tags?kind=place")) == ["corner", "seoul"]
    assert slugs(blank_client.get("/v1/tags?kind=organisation,place&sort=articles")) == ["bank", "corner", "seoul"]
    assert slugs(blank_client.get("/v1/tags?kind=topic&q=har")) == ["harbours"]
    assert blank_client.get("/v1/tags?kind=city").status_code == 422
    assert patch(blank_client, key, "tags/seoul", kind="topic").status_code == 422
    changed = patch(blank_client, key, "tags/seoul", kind=None, lat=None, lon=None)
    assert (changed.get_json()["kind"], changed.get_json()["lat"]) == ("topic", None)


def test_a_merge_takes_the_urls_of_both_and_the_kind_that_says_more(
    blank_client: ContractClient, key: dict[str, str]
) -> None:
    post(blank_client, key, "tags", name="#Old", same_as=[PAGE], kind="place", lat=1.5, lon=2.5)
    post(blank_client, key, "tags", name="#New", same_as=[WIKIPEDIA])
    merged = blank_client.post("/v1/tags/old/merge", json={"into": "new"}, headers=key).get_json()
    assert (merged["same_as"], merged["kind"]) == ([WIKIPEDIA, PAGE], "place")
    assert (merged["lat"], merged["lon"]) == (1.5, 2.5)
    assert slugs(blank_client.get("/v1/tags", query_string={"same_as": CONCEPT})) == ["new"]
    post(blank_client, key, "tags", name="#Third", kind="event")
    merged = blank_client.post("/v1/tags/third/merge", json={"into": "new"}, headers=key).get_json()
    assert (merged["kind"], merged["lat"]) == ("place", 1.5)
    assert patch(blank_client, key, "tags/new", same_as=[PAGE]).status_code == 200
    for name, url in (("Ana Roe", PAGE), ("Bo Lind", WIKIPEDIA)):
        post(blank_client, key, "people", name=name, same_as=[url])
    merged = blank_client.post("/v1/people/bo-lind/merge", json={"into": "ana-roe"}, headers=key).get_json()
    assert merged["same_as"] == [PAGE, WIKIPEDIA]


def test_an_import_moves_a_url_from_one_entity_to_another(blank: Connection, tmp_path: Path) -> None:
    def load(*records: dict[str, Any]) -> None:
        path = tmp_path / "people.ndjson"
        path.write_bytes(b"\n".join(orjson.dumps({"type": "person", **record}) for record in records))
        ndjson.check(path)
        archive.load(blank, path, lambda _done: None)

    load({"slug": "a", "name": "Ana Roe", "same_as": [PAGE]}, {"slug": "b", "name": "Bo Lind"})
    load({"slug": "b", "name": "Bo Lind", "same_as": [CONCEPT]}, {"slug": "a", "name": "Ana Roe"})
    rows = blank.execute("select slug, same_as from people order by slug").fetchall()
    assert [(row["slug"], row["same_as"]) for row in rows] == [("a", []), ("b", [CONCEPT])]


def test_the_demo_archive_is_loaded_beside_an_entity_that_has_one_of_its_urls(blank: Connection) -> None:
    person(blank, "Somebody", same_as=["http://www.wikidata.org/entity/Q22686"])
    archive.seed(blank)
    [row] = blank.execute("select same_as from people where slug = 'donald-trump'").fetchall()
    assert row["same_as"] == ["https://en.wikipedia.org/wiki/Donald_Trump"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("people/ana-roe", {"@type": "Person", "name": "Ana Roe", "alternateName": ["Anna Roe"], "sameAs": [PAGE]}),
        ("outlets/harbour-daily", {"@type": "NewsMediaOrganization", "url": "https://harbour.example"}),
        ("tags/harbours", {"@type": "Thing", "name": "Harbours", "url": "http://localhost/v1/tags/harbours"}),
        ("tags/seoul", {"@type": "Place", "sameAs": [PAGE], "geo":
            {"@type": "GeoCoordinates", "latitude": 37.5, "longitude": 127.0}}),
        ("tags/bank", {"@type": "Organization"}),
        ("tags/fair", {"@type": "Event"}),
        ("tags/ship", {"@type": "Product"}),
        ("tags/novel", {"@type": "CreativeWork"}),
    ],
)  # fmt: skip
def test_an_entity_is_read_as_json_ld(
    blank_client: ContractClient, key: dict[str, str], path: str, expected: dict[str, Any]
) -> None:
    post(blank_client, key, "people", aliases=["Anna Roe"], same_as=[PAGE])
    post(blank_client, key, "outlets", url="https://harbour.example")
    post(blank_client, key, "tags", description="Ports.")
    post(blank_client, key, "tags", name="#Seoul", kind="place", lat=37.5, lon=127, same_as=[PAGE])
    for name, kind in {"Bank": "organisation", "Fair": "event", "Ship": "product", "Novel": "work"}.items():
        post(blank_client, key, "tags", name=f"#{name}", kind=kind)
    response = blank_client.get(f"/v1/{path}", headers={"Accept": JSON_LD})
    assert (response.status_code, response.content_type) == (200, JSON_LD)
    document = response.get_json(force=True)
    assert (document["@context"], document["@id"]) == ("https://schema.org", f"http://localhost/v1/{path}")
    assert {**document, **expected} == document
    # Each format has its own ETag, and a client of one is never told that it has the other.
    plain = blank_client.get(f"/v1/{path}")
    assert plain.content_type == "application/json"
    assert "Accept" in plain.vary
    assert "Accept" in response.vary
    for accept, own, other in ((JSON_LD, response, plain), ("application/json", plain, response)):
        for etag, status in ((own.headers["ETag"], 304), (other.headers["ETag"], 200)):
            again = blank_client.get(f"/v1/{path}", headers={"Accept": accept, "If-None-Match": etag})
            assert (again.status_code, "Accept" in again.vary) == (status, True)
    condition = {**key, "Content-Type": MERGE_PATCH, "If-Match": response.headers["ETag"]}
    assert blank_client.patch(f"/v1/{path}", json={"description": "New."}, headers=condition).status_code == 200


def test_ninjs_has_the_first_url_of_tags_and_people_and_tags_by_their_kinds(
    blank_client: ContractClient, blank: Connection, key: dict[str, str]
) -> None:
    outlet(blank, "o")
    person(blank, "Ana Roe", same_as=[WIKIPEDIA, PAGE])
    tag(blank, "Plain")
    post(blank_client, key, "tags", name="#Seoul", kind="place", lat=37.5, lon=127, same_as=[PAGE])
    post(blank_client, key, "tags", name="#Bank", kind="organisation")
    store(blank, record("a", body="Ana Roe came.", tags=["plain", "seoul", "bank"]))
    [article] = blank_client.get("/v1/articles").get_json()["data"]
    path, accept = f"/v1/articles/{article['id']}", {"Accept": NINJS}
    response = blank_client.get(path, headers=accept)
    item = response.get_json(force=True)
    assert not [*faults(item)]
    encoded = "https://ru.wikipedia.org/wiki/%D0%92%D0%BE%D0%BB%D0%B3%D0%B0"
    assert item["people"] == [{"name": "Ana Roe", "literal": "dateline:ana-roe", "uri": encoded}]
    assert item["subjects"] == [
        {"name": "#Bank", "literal": "dateline:bank"},
        {"name": "#Plain", "literal": "dateline:plain"},
        {"name": "#Seoul", "literal": "dateline:seoul", "uri": PAGE},
    ]
    assert item["organisations"] == [{"name": "Bank", "literal": "dateline:bank"}]
    point = {"type": "Point", "coordinates": [127, 37.5]}
    assert item["places"] == [{"name": "Seoul", "literal": "dateline:seoul", "uri": PAGE, "geoJSON": point}]
    etag = response.headers["ETag"]
    assert blank_client.get(path, headers={**accept, "If-None-Match": etag}).status_code == 304
    patch(blank_client, key, "people/ana-roe", same_as=[PAGE])
    again = blank_client.get(path, headers={**accept, "If-None-Match": etag})
    assert again.get_json(force=True)["people"][0]["uri"] == PAGE
