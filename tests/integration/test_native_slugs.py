"""Slugs in the script of the name: percent-encoded in every URL, and taken wherever a slug is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from conftest import app_on
from contract import ContractClient
from partners import new_key
from stories import outlet, record, store

from api.formats import ndjson
from api.ingest import archive
from api.postgres.connection import Connection, connect

MERGE_PATCH = "application/merge-patch+json"
VOLGA, VOLGA_PATH = "волга", "/v1/tags/%D0%B2%D0%BE%D0%BB%D0%B3%D0%B0"


@pytest.fixture
def connection(blank_database: str) -> Iterator[Connection]:
    with connect(blank_database) as connection, connection.transaction(force_rollback=True):
        outlet(connection, "daily")
        yield connection


@pytest.fixture
def client(connection: Connection) -> ContractClient:
    return app_on(connection).test_client()  # pyright: ignore[reportReturnType]: app_on sets the class


@pytest.fixture
def key(connection: Connection) -> dict[str, str]:
    return new_key(connection, "desk", ["write", "edit"], ["daily"])


def create(client: ContractClient, key: dict[str, str], many: str, **fields: Any) -> Any:
    return client.post(f"/v1/{many}", json=fields, headers=key)


@pytest.mark.parametrize(
    ("many", "fields", "slug"),
    [
        ("tags", {"name": "#Волга"}, VOLGA),
        ("tags", {"name": "#환율전쟁"}, "hwanyuljeonjaeng"),
        ("tags", {"name": "#환율전쟁", "slug": "환율전쟁"}, "환율전쟁"),
        ("tags", {"name": "#宮崎県"}, "宮崎県"),
        ("tags", {"name": "#宮崎県", "slug": "miyazaki-ken"}, "miyazaki-ken"),
        ("outlets", {"name": "フジテレビ"}, "fujiterebi"),
        ("outlets", {"name": "Новая газета"}, "новая-газета"),
        ("people", {"name": "محمد صلاح"}, "محمد-صلاح"),
        ("people", {"name": "Zoë", "slug": "zoë"}, "zoë"),
    ],
)
def test_an_entity_has_a_slug_in_its_script(
    client: ContractClient, key: dict[str, str], many: str, fields: dict[str, str], slug: str
) -> None:
    response = create(client, key, many, **fields)
    assert (response.status_code, response.get_json()["slug"]) == (201, slug)
    path = f"/v1/{many}/{quote(slug)}"
    assert response.headers["Location"] == f"http://localhost{path}"
    for found in (client.get(path), client.get(f"/v1/{many}/{quote(slug.upper())}")):
        assert (found.status_code, found.get_json()["slug"]) == (200, slug)
    linked_data = client.get(path, headers={"Accept": "application/ld+json"}).get_json(force=True)
    assert linked_data["@id"] == f"http://localhost{path}"
    changed = client.patch(path, json={"description": "x"}, headers={**key, "Content-Type": MERGE_PATCH})
    assert changed.status_code == 200, changed.text


@pytest.mark.parametrize("slug", ["pаypal", "волгa", "αpple", "a-волгa"])
def test_a_slug_that_mixes_look_alikes_is_refused(client: ContractClient, key: dict[str, str], slug: str) -> None:
    create(client, key, "tags", name="#Ferry")
    for refused in (
        create(client, key, "tags", name="#Other", slug=slug),
        client.patch("/v1/tags/ferry", json={"slug": slug}, headers={**key, "Content-Type": MERGE_PATCH}),
    ):
        word = slug.removeprefix("a-")
        detail = f"must not mix letters of several scripts in one word, such as {word!r}"
        assert (refused.status_code, refused.get_json()["errors"]) == (422, [{"pointer": "/slug", "detail": detail}])


@pytest.mark.parametrize(("first", "second"), [("волга", "volga"), ("volga", "волга"), ("москва", "moskva")])
def test_scripts_stay_apart(client: ContractClient, key: dict[str, str], first: str, second: str) -> None:
    assert create(client, key, "tags", name=f"#{first}").get_json()["slug"] == first
    pushed = client.post(
        "/v1/articles?create=tags",
        json=article(tags=[f"#{second}"]),
        headers=key,
    )
    assert [tag["slug"] for tag in pushed.get_json()["tags"]] == [second], pushed.text
    for name, number in ((first, 0), (f"#{first}", 0), (second, 1), (f"#{second}", 1)):
        assert len(client.get(f"/v1/articles?tag={quote(name)}").get_json()["data"]) == number
    assert create(client, key, "tags", name=f"#{second.upper()}").status_code == 409


def article(**fields: Any) -> dict[str, Any]:
    pushed = record("Ferry", **fields)
    return {**pushed, "published_at": pushed["published_at"].isoformat()}


def test_old_slugs_redirect_for_ever_in_any_script(client: ContractClient, key: dict[str, str]) -> None:
    create(client, key, "tags", name="#Волга", slug="volga-river")
    create(client, key, "tags", name="#Кама")
    headers = {**key, "Content-Type": MERGE_PATCH}
    renamed = client.patch("/v1/tags/volga-river", json={"slug": VOLGA}, headers=headers)
    assert (renamed.status_code, renamed.get_json()["slug"]) == (202, VOLGA)
    merged = client.post(f"/v1/tags/{quote('кама')}/merge", json={"into": VOLGA}, headers=key)
    assert (merged.status_code, merged.get_json()["slug"]) == (202, VOLGA)
    for old in ("volga-river", "кама", "#Волга"):
        response = client.get(f"/v1/tags/{quote(old)}/articles?limit=1")
        if old == "#Волга":
            assert response.status_code == 200
        else:
            assert response.status_code == 308
            assert response.headers["Location"] == f"http://localhost{VOLGA_PATH}/articles?limit=1"


def test_lists_take_native_slugs_in_filters_links_and_cursors(
    client: ContractClient, connection: Connection, key: dict[str, str]
) -> None:
    create(client, key, "tags", name="#Волга")
    store(connection, *(record(f"Ferry {number}", tags=[VOLGA]) for number in range(3)))
    for path in (f"{VOLGA_PATH}/articles?limit=2", f"/v1/articles?limit=2&tag={quote(VOLGA)}"):
        first = client.get(path)
        assert first.headers["ETag"]
        assert first.headers["Link"].isascii()
        url = first.headers["Link"].partition(">")[0].removeprefix("<http://localhost")
        assert len(client.get(url).get_json()["data"]) == 1
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_files_have_native_slugs(client: ContractClient, connection: Connection, tmp_path: Path) -> None:
    file = tmp_path / "archive.ndjson"
    lines = [
        {"type": "outlet", "slug": "новая-газета", "name": "Новая газета"},
        {"type": "tag", "slug": VOLGA, "name": "#Волга"},
        {"type": "redirect", "noun": "tag", "slug": "환율전쟁", "to": VOLGA},
        {**article(tags=[VOLGA]), "type": "article", "outlet": "новая-газета"},
    ]
    file.write_text("".join(f"{orjson.dumps(line).decode()}\n" for line in lines))
    assert ndjson.check(file) == 4
    archive.load(connection, file, lambda _done: None)
    assert client.get(f"/v1/tags/{quote('환율전쟁')}").headers["Location"] == f"http://localhost{VOLGA_PATH}"
    [found] = client.get(f"/v1/outlets/{quote('новая-газета')}/articles").get_json()["data"]
    assert found["tags"] == [{"slug": VOLGA, "name": "#Волга"}]
    file.write_text('{"type": "tag", "slug": "волгa", "name": "#Other"}\n')
    with pytest.raises(ndjson.NdjsonError, match="must not mix letters of several scripts"):
        ndjson.check(file)
