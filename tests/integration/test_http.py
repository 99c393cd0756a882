"""HTTP around the answers: caching, compression, other origins, timing."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import brotli
import pytest
from contract import ContractClient, documented, example_address
from stories import ARTICLE, record, store
from werkzeug.http import http_date

from api.commands import restore, term_counts
from api.postgres.connection import Connection
from api.queries import articles, entities
from schemas.ninjs import MEDIA_TYPE as NINJS

READS = [
    "/v1/articles?tag=seoul-washington",
    "/v1/articles?q=alliance",
    "/v1/tags",
    "/v1/people?sort=articles",
    "/v1/outlets/korea-herald",
    "/v1/tags/seoul-washington/articles",
]


@pytest.mark.parametrize("path", READS)
def test_what_did_not_change_is_a_304_without_the_list_query(
    client: ContractClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(path)
    for module, name in ((articles, "page"), (entities, "page")):
        monkeypatch.setattr(module, name, lambda *_: pytest.fail("the list was read"))
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (304, first.headers["ETag"])
    assert client.get(path, headers={"If-None-Match": f'"x", {first.headers["ETag"]}'}).status_code == 304


@pytest.mark.parametrize("path", READS)
def test_a_tag_may_be_empty_and_is_then_none_of_ours(client: ContractClient, path: str) -> None:
    etag = client.get(path).headers["ETag"]
    for tags, status in (('""', 200), ('W/""', 200), ('"x", ""', 200), (f'"", {etag}', 304)):
        assert client.get(path, headers={"If-None-Match": tags}).status_code == status, tags


@pytest.mark.parametrize("path", READS)
def test_after_any_change_the_old_tag_is_no_good(client: ContractClient, demo: Connection, path: str) -> None:
    first = client.get(path)
    store(demo, record("new", outlet="korea-herald"))
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]


def test_what_ranks_anew_or_leads_elsewhere_makes_the_old_tag_no_good(client: ContractClient, demo: Connection) -> None:
    ranked, moved = "/v1/articles?q=seoul", "/v1/tags/led-on"
    term_counts.measure(demo)
    first = client.get(ranked)
    conditions = [{"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": http_date(datetime.now(UTC))}]
    assert [client.get(ranked, headers=condition).status_code for condition in conditions] == [304, 304]
    demo.execute("update text_stats set measured_at = now() + interval '1 hour'")
    assert [client.get(ranked, headers=condition).status_code for condition in conditions] == [200, 200]
    before = client.get(moved)
    assert before.status_code == 404
    held = client.get(ranked).headers["ETag"]
    restore.insert_redirects(demo, [{"noun": "tag", "slug": "led-on", "to": "seoul-washington"}])
    assert client.get(moved).status_code == 308
    assert client.get(ranked).headers["ETag"] != held


# Answers about this moment, and about keys, are never kept, so they need no tag.
UNTAGGED = {
    "/livez", "/readyz", "/v1/jobs/1", "/v1/changes", "/v1/keys", "/v1/keys/self", "/v1/people/candidates",
    "/v1/people/candidates/a268bb7993ce2b0d", "/v1/trending",
}  # fmt: skip
ADDRESSES = [example_address(path, methods) for path, methods in documented()["paths"].items() if "get" in methods]


@pytest.mark.parametrize("path", [*ADDRESSES, "/openapi.json", "/docs", "/docs/start.js", "/docs/swagger-ui.css"])
def test_every_get_has_validators_and_is_a_304_for_who_holds_it(client: ContractClient, path: str) -> None:
    first = client.get(path)
    if path in UNTAGGED:
        assert first.headers["Cache-Control"] == "no-store"
        return
    assert parsedate_to_datetime(first.headers["Last-Modified"]) <= datetime.now(UTC)
    assert "Authorization" in first.headers["Vary"]
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    later = http_date(datetime.now(UTC) + timedelta(hours=1))
    assert client.get(path, headers={"If-Modified-Since": later}).status_code == 304
    assert client.get(path, headers={"If-Modified-Since": http_date(0)}).status_code == 200


def test_the_guide_names_what_has_no_validators() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")
    sentence = page.partition("## Caching")[2].partition("Pages of any origin")[0]
    untagged = {
        path
        for path, methods in documented()["paths"].items()
        if "get" in methods and example_address(path, methods) in UNTAGGED
    }
    assert set(re.findall(r"`(/[^`]+)`", sentence)) == untagged


def test_a_tag_is_that_of_one_address(client: ContractClient) -> None:
    tags = {client.get(path).headers["ETag"] for path in (*READS, "/v1/articles?limit=1", "/v1/articles?limit=2")}
    assert len(tags) == len(READS) + 2


def test_last_modified_is_honoured_but_never_within_the_second_of_a_change(
    client: ContractClient, demo: Connection
) -> None:
    demo.execute("update changes set at = now() - interval '1 hour'")
    modified = client.get("/v1/articles").headers["Last-Modified"]
    assert client.get("/v1/articles", headers={"If-Modified-Since": modified}).status_code == 304
    earlier = http_date(parsedate_to_datetime(modified) - timedelta(seconds=1))
    assert client.get("/v1/articles", headers={"If-Modified-Since": earlier}).status_code == 200
    store(demo, record("new"))
    fresh = client.get("/v1/articles").headers["Last-Modified"]
    assert parsedate_to_datetime(fresh) < datetime.now(UTC).replace(microsecond=0)
    store(demo, record("newer"))
    assert client.get("/v1/articles", headers={"If-Modified-Since": fresh}).status_code == 200


@pytest.mark.parametrize("accepted", ["application/json", NINJS])
@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
def test_an_article_held_compressed_is_still_held(client: ContractClient, encoding: str, accepted: str) -> None:
    client.environ_base["HTTP_ACCEPT"] = accepted
    path = f"/v1/articles/{client.get('/v1/articles?limit=1').get_json()['data'][0]['id']}"
    plain = client.get(path)
    held = client.application.test_client().get(path, headers={"Accept": accepted, "Accept-Encoding": encoding})
    assert held.headers["Content-Encoding"] == encoding
    headers = {"If-None-Match": held.headers["ETag"], "Accept-Encoding": encoding}
    assert client.get(path, headers=headers).status_code == 304
    assert client.get(path, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
    since = {"If-Modified-Since": http_date(datetime.now(UTC) + timedelta(seconds=2))}
    assert client.get(path, headers=since).status_code == 304


def test_answers_are_compressed_as_the_client_likes(client: ContractClient) -> None:
    plain = client.get("/v1/articles")
    unchecked = super(ContractClient, client)
    for encoding, unpack in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        packed = unchecked.open("/v1/articles", headers={"Accept-Encoding": encoding})
        assert packed.headers["Content-Encoding"] == encoding
        assert unpack(packed.data) == plain.data
        assert len(packed.data) < len(plain.data) / 2
    assert "Content-Encoding" not in plain.headers
    assert {"Accept-Encoding", "Authorization"} <= set(plain.headers["Vary"].split(", "))


@pytest.mark.parametrize(
    ("accepted", "used"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0", None),
        ("gzip;q=0.000, br ; q=0.5", "br"),
        ("gzip; q=0.8", "gzip"),
        ("gzip;q=0.5, br;q=0.1", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0, *", "br"),
        ("*", "zstd"),
        ("*;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("gzip, identity", "gzip"),
        ("deflate, x", None),
        ("", None),
    ],
)
def test_an_answer_is_compressed_as_its_client_likes_best(
    client: ContractClient, accepted: str, used: str | None
) -> None:
    answer = client.get("/v1/articles", headers={"Accept-Encoding": accepted})
    assert (answer.headers.get("Content-Encoding"), "Accept-Encoding" in answer.headers["Vary"]) == (used, True)


def test_shared_caches_keep_what_everyone_gets_and_nothing_else(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    assert client.get("/v1/articles").headers["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert client.get("/v1/articles", headers=write_key).headers["Cache-Control"] == "private, max-age=0"
    assert client.get("/v1/nothing").headers["Cache-Control"] == "no-store"
    assert client.post("/v1/articles", json=ARTICLE, headers=write_key).headers["Cache-Control"] == "no-store"
    assert client.get("/livez").headers["Cache-Control"] == "no-store"


def test_pages_of_any_origin_may_read(client: ContractClient) -> None:
    origin = {"Origin": "https://frontend.example"}
    response = client.get("/v1/articles", headers=origin)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert {"ETag", "Link", "X-Request-Id"} <= set(response.headers["Access-Control-Expose-Headers"].split(", "))
    refused = client.get("/v1/articles?limit=0", headers=origin)
    nowhere = client.get("/nowhere", headers=origin)
    kept = client.get("/v1/articles", headers=origin)
    assert [each.status_code for each in (refused, nowhere, kept)] == [422, 404, 200]
    assert "cache;" in kept.headers["Server-Timing"]
    for each in (refused, nowhere, kept):
        assert each.headers.getlist("Access-Control-Allow-Origin") == ["*"]
        assert each.headers.getlist("Access-Control-Expose-Headers") == [
            response.headers["Access-Control-Expose-Headers"]
        ]
    preflight = client.options(
        "/v1/articles",
        headers={**origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"},
    )
    assert preflight.headers["Access-Control-Allow-Headers"] == "authorization"
    assert "POST" not in preflight.headers["Access-Control-Allow-Methods"]


def test_every_read_says_how_long_its_stages_took(client: ContractClient) -> None:
    stages = [part.split(";dur=") for part in client.get("/v1/articles").headers["Server-Timing"].split(", ")]
    assert [name for name, _ in stages] == ["parse", "sql", "render"]
    assert all(float(milliseconds) >= 0 for _, milliseconds in stages)


def test_head_is_get_without_the_body(client: ContractClient) -> None:
    got, headed = client.get("/v1/articles"), client.head("/v1/articles")
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert headed.headers[name] == got.headers[name]
