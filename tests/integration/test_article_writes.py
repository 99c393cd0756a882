"""Pushing articles over HTTP."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid5

import pytest
from contract import ContractClient
from partners import new_key, patch, withdraw
from stories import ARTICLE, person, record, store
from werkzeug.test import TestResponse

from api.commands import keys
from api.postgres.connection import Connection


def push(client: ContractClient, key: dict[str, str], query: str = "", **fields: Any) -> TestResponse:
    """Push ARTICLE with some fields changed."""
    return client.post(f"/v1/articles{query}", json={**ARTICLE, **fields}, headers=key)


def changes(connection: Connection) -> list[str]:
    """The types of all changes, in order."""
    return [row["type"] for row in connection.execute("select type from changes order by position").fetchall()]


def test_a_pushed_article_is_created_and_served(client: ContractClient, write_key: dict[str, str]) -> None:
    response = push(client, write_key)
    article = response.get_json()
    assert response.status_code == 201
    assert response.headers["Dateline-Result"] == "created"
    assert response.headers["Location"] == f"http://localhost/v1/articles/{article['id']}"
    assert article["published_at"] == "2025-06-20T00:00:00Z"
    assert article["language"] == "en"
    assert article["tags"][-1] == {"slug": "seoul-washington", "name": "#Seoul-Washington"}
    assert {"slug": "lee-jae-myung", "name": "Lee Jae-myung"} in article["people"]
    served = client.get(response.headers["Location"])
    assert served.get_json() == article
    assert served.headers["ETag"] == response.headers["ETag"]
    assert article in client.get("/v1/tags/seoul-washington/articles").get_json()["data"]


def test_a_partner_knows_the_id_beforehand(client: ContractClient, write_key: dict[str, str]) -> None:
    outlet = UUID(client.get("/v1/outlets/korea-herald").get_json()["uuid"])
    assert push(client, write_key).get_json()["id"] == str(uuid5(outlet, "push-1"))


def test_a_second_push_changes_nothing(client: ContractClient, demo: Connection, write_key: dict[str, str]) -> None:
    first = push(client, write_key)
    recorded = changes(demo)
    tag = client.get("/v1/tags/seoul-washington").get_json()
    again = push(client, write_key)
    assert (again.status_code, again.headers["Dateline-Result"]) == (200, "unchanged")
    assert again.get_json() == first.get_json()
    assert again.headers["ETag"] == first.headers["ETag"]
    assert changes(demo) == recorded
    assert client.get("/v1/tags/seoul-washington").get_json() == tag


def test_a_changed_push_updates_the_article_whole(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    first = push(client, write_key)
    second = push(client, write_key, headline="Corrected", body="Nobody spoke.", section=None, tags=["g7-summit"])
    article = second.get_json()
    assert (second.status_code, second.headers["Dateline-Result"]) == (200, "updated")
    assert article["id"] == first.get_json()["id"]
    assert (article["version"], article["section"], article["people"]) == (2, None, [])
    assert [tag["slug"] for tag in article["tags"]] == ["g7-summit"]
    assert second.headers["ETag"] != first.headers["ETag"]
    assert changes(demo)[-2:] == ["article.created", "article.updated"]
    assert client.get("/v1/articles?q=ships&outlet=korea-herald&from=2025-06-20&to=2025-06-20").get_json()["data"] == []


def test_counts_and_dates_follow_every_push(client: ContractClient, write_key: dict[str, str]) -> None:
    def tag(slug: str) -> dict[str, Any]:
        return client.get(f"/v1/tags/{slug}").get_json()

    before, other, outlet = tag("seoul-washington"), tag("g7-summit"), client.get("/v1/outlets/korea-herald").get_json()
    push(client, write_key, published_at="2026-01-02T00:00:00Z")
    assert tag("seoul-washington")["articles"] == before["articles"] + 1
    assert tag("seoul-washington")["last_published_at"] == "2026-01-02T00:00:00Z"
    push(client, write_key, published_at="2020-01-02T00:00:00Z")
    assert tag("seoul-washington")["last_published_at"] == before["last_published_at"]
    assert tag("seoul-washington")["first_published_at"] == "2020-01-02T00:00:00Z"
    push(client, write_key, published_at="2020-01-02T00:00:00Z", tags=["g7-summit"])
    unchanging = ("articles", "first_published_at", "last_published_at")
    assert [tag("seoul-washington")[name] for name in unchanging] == [before[name] for name in unchanging]
    assert tag("g7-summit")["articles"] == other["articles"] + 1
    assert client.get("/v1/outlets/korea-herald").get_json()["articles"] == outlet["articles"] + 1


def test_an_unknown_tag_or_person_is_refused_unless_creation_is_asked_for(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    fields: dict[str, Any] = {"tags": ["seoul-washington", "Brand New"], "people": ["Nobody Known"]}
    refused = push(client, write_key, **fields)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/tags/1", "/people/0"]
    half = push(client, write_key, "?create=tags", **fields)
    assert [error["pointer"] for error in half.get_json()["errors"]] == ["/people/0"]
    created = push(client, write_key, "?create=tags,people", **fields).get_json()
    assert {"slug": "brand-new", "name": "#Brand New"} in created["tags"]
    assert {"slug": "nobody-known", "name": "Nobody Known"} in created["people"]
    assert client.get("/v1/people/nobody-known/articles").get_json()["data"] == [created]
    assert push(client, write_key, "?create=everything").status_code == 422


def test_a_key_that_may_edit_creates_tags_and_people_when_it_asks_for_it(
    client: ContractClient, admin_key: dict[str, str]
) -> None:
    assert push(client, admin_key, tags=["Brand New"]).status_code == 422
    assert push(client, admin_key, "?create=tags", tags=["Brand New"]).status_code == 201


def test_people_are_known_by_slug_name_and_alias(client: ContractClient, write_key: dict[str, str]) -> None:
    for spelling in ("lee-jae-myung", "LEE JAE-MYUNG", "이재명"):
        article = push(client, write_key, external_id=spelling, headline="x", body="", people=[spelling]).get_json()
        assert article["people"] == [{"slug": "lee-jae-myung", "name": "Lee Jae-myung"}]


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        (None, 401, "unauthorized"),
        ("Bearer nonsense", 401, "unauthorized"),
        ("Bearer dl_00000000_0000000000000000000000000000000000000000", 401, "unauthorized"),
        ("Basic eDp5", 401, "unauthorized"),
        ("Bearer", 401, "unauthorized"),
        ("Bearer dl_\u00e9", 401, "unauthorized"),
    ],
)
def test_a_push_needs_a_valid_key(client: ContractClient, key: str | None, status: int, code: str) -> None:
    response = client.post("/v1/articles", json=ARTICLE, headers={"Authorization": key} if key else {})
    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_bad_key_is_refused_before_the_body_is_read(client: ContractClient) -> None:
    response = client.post("/v1/articles", data=b"{" * 100, content_type="text/plain")
    assert response.status_code == 401


@pytest.mark.parametrize(("scopes", "outlets"), [(["read"], []), (["edit"], []), (["write"], ["japan-forward"])])
def test_a_key_writes_for_its_own_outlets_only(
    client: ContractClient, demo: Connection, scopes: list[str], outlets: list[str]
) -> None:
    key = new_key(demo, "other", scopes, outlets)
    response = push(client, key)
    assert (response.status_code, response.get_json()["code"]) == (403, "forbidden")


def test_a_revoked_key_is_refused_at_once(client: ContractClient, demo: Connection, write_key: dict[str, str]) -> None:
    assert push(client, write_key).status_code == 201
    keys.revoke(demo, write_key["Authorization"].split("_")[1])
    assert push(client, write_key).status_code == 401
    assert client.get("/v1/articles", headers=write_key).status_code == 401


def test_an_unknown_outlet_is_refused(client: ContractClient, admin_key: dict[str, str]) -> None:
    response = push(client, admin_key, outlet="no-such-outlet")
    assert (response.status_code, response.get_json()["errors"][0]["pointer"]) == (422, "/outlet")


def test_a_withdrawn_article_is_not_pushed_again(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    article = push(client, write_key).get_json()["id"]
    demo.execute("update articles set status = 'canceled' where id = %s", (article,))
    response = push(client, write_key, headline="Back again")
    assert (response.status_code, response.get_json()["code"]) == (409, "conflict")


def test_an_article_of_the_future_is_refused(client: ContractClient, write_key: dict[str, str]) -> None:
    now = datetime.now(UTC)
    soon = push(client, write_key, published_at=(now + timedelta(minutes=4)).isoformat())
    late = push(client, write_key, published_at=(now + timedelta(minutes=6)).isoformat())
    assert (soon.status_code, late.status_code) == (201, 422)
    assert late.get_json()["errors"][0]["pointer"] == "/published_at"


def test_every_field_comes_back_as_it_was_pushed(client: ContractClient, write_key: dict[str, str]) -> None:
    fields = {
        "url": "https://example.org/a?b=c#d",
        "standfirst": "In short",
        "body": "  kept\n\nword for word \u00a0\n",
        "byline": "Ana Pérez",
        "credit": "Yonhap",
        "section": "정치",
        "language": "ko",
        "image": {"url": "https://example.org/p.jpg", "caption": "A port", "credit": "©Port"},
    }
    article = push(client, write_key, **fields).get_json()
    assert {name: article[name] for name in fields} == fields


@pytest.mark.parametrize("url", ["https://example.org/기사", "https://example.org/?a[]=1", "HTTPS://example.org/100%"])
def test_an_address_as_outlets_have_them_is_served_as_documented(
    client: ContractClient, write_key: dict[str, str], url: str
) -> None:
    assert push(client, write_key, url=url, image={"url": url}).get_json()["url"] == url


def test_a_language_left_out_is_the_outlets_or_found_in_the_text(
    client: ContractClient, demo: Connection, admin_key: dict[str, str]
) -> None:
    text = {"headline": "한국은행이 기준금리를 내렸다", "body": "금융통화위원회는 목요일 회의에서 결정했다."}
    assert push(client, admin_key, **text).get_json()["language"] == "en"
    demo.execute("update outlets set language = null where slug = 'korea-herald'")
    demo.execute("update archive set catalogue = gen_random_uuid()")
    assert push(client, admin_key, external_id="other", **text).get_json()["language"] == "ko"


def test_an_article_of_megabytes_of_distinct_words_is_stored_and_found(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    words = " ".join(f"w{n:x}" for n in range(400_000))
    hangul = "".join(chr(0xAC00 + n % 11_000) for n in range(300_000))
    for external_id, body in (("latin", words), ("hangul", hangul)):
        assert push(client, write_key, external_id=external_id, body=body).status_code == 201
    found = client.get("/v1/articles?q=w1f").get_json()["data"]
    assert [article["external_id"] for article in found] == ["latin"]
    assert client.get(f"/v1/articles?q={hangul[:20]}").get_json()["data"][0]["external_id"] == "hangul"


def test_a_body_over_the_limit_is_refused(client: ContractClient, write_key: dict[str, str]) -> None:
    response = push(client, write_key, body="x" * (4 * 1024 * 1024))
    assert (response.status_code, response.get_json()["code"]) == (413, "content_too_large")


def test_a_push_that_is_refused_creates_nothing(client: ContractClient, write_key: dict[str, str]) -> None:
    for fields in ({"people": ["Nobody Known"]}, {"people": ["😀"]}, {"tags": ["Brand New", "😀"]}):
        response = push(client, write_key, "?create=tags", **{"tags": ["Brand New"], **fields})
        assert response.status_code == 422
        assert response.get_json()["errors"][0]["pointer"] in ("/people/0", "/tags/1")
        assert client.get("/v1/tags/brand-new").status_code == 404


@pytest.mark.parametrize(
    ("refusal", "status"),
    [("withdrawn", 409), ("purged", 409), ("changed", 412), ("old", 200), ("foreign", 403), ("invalid", 422)],
)
def test_names_are_created_only_with_the_article_that_names_them(
    client: ContractClient, write_key: dict[str, str], admin_key: dict[str, str], refusal: str, status: int
) -> None:
    article = push(client, write_key, source_version=2).get_json()
    fields: dict[str, Any] = {"tags": ["Brand New"], "people": ["Nia Ferry"]}
    if refusal in ("withdrawn", "purged"):
        purged = "&purge=true" if refusal == "purged" else ""
        withdraw(client, admin_key, article["id"], f"reason=Wrong{purged}")
    if refusal == "changed":
        response = patch(client, admin_key, f"{article['id']}?create=tags,people", fields, **{"If-Match": '"other"'})
    else:
        wrong = {"old": {"source_version": 1}, "foreign": {"outlet": "bbc-news"}, "invalid": {"url": "no"}}
        response = push(client, write_key, "?create=tags,people", **fields, **wrong.get(refusal, {}))
    assert response.status_code == status, response.text
    assert response.headers.get("Dateline-Result") == ("stale" if refusal == "old" else None)
    for path in ("/v1/tags/brand-new", "/v1/people/nia-ferry"):
        assert client.get(path).status_code == 404
    again = push(client, write_key, "?create=tags,people", **fields, external_id="accepted").get_json()
    assert {"slug": "nia-ferry", "name": "Nia Ferry"} in again["people"]


def test_a_condition_is_checked_before_the_version_of_the_source(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    article = push(client, write_key, source_version=2).get_json()
    response = patch(client, write_key, article["id"], {"source_version": 1}, **{"If-Match": '"other"'})
    assert response.status_code == 412


def test_names_that_look_alike_in_latin_letters_stay_apart(client: ContractClient, admin_key: dict[str, str]) -> None:
    fields: dict[str, Any] = {"people": ["张伟", "章伟"], "tags": ["C++", "C#"]}
    article = push(client, admin_key, "?create=tags,people", **fields).get_json()
    assert {person["name"] for person in article["people"]} >= {"张伟", "章伟"}
    assert {tag["name"] for tag in article["tags"]} == {"#C++", "#C#"}
    assert push(client, admin_key, **fields).headers["Dateline-Result"] == "unchanged"


def test_a_name_of_two_people_asks_for_a_slug(
    client: ContractClient, demo: Connection, write_key: dict[str, str]
) -> None:
    person(demo, "Same Name", slug="one")
    person(demo, "Same Name", slug="other")
    refused = push(client, write_key, "?create=people", people=["Same Name"])
    assert refused.status_code == 422
    assert "one, other" in refused.get_json()["errors"][0]["detail"]
    assert push(client, write_key, people=["other"]).status_code == 201


def test_a_body_of_unknown_length_is_refused_when_it_is_over_the_limit(
    client: ContractClient, write_key: dict[str, str]
) -> None:
    body = json.dumps(ARTICLE).encode()
    for padding, status in ((0, 201), (5 * 1024 * 1024, 413)):
        response = client.post(
            "/v1/articles",
            input_stream=BytesIO(body + b" " * padding),
            headers={**write_key, "Transfer-Encoding": "chunked"},
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert response.status_code == status, response.text


def test_the_text_of_an_article_lies_in_its_row_where_it_fits_into_a_page(blank: Connection) -> None:
    if blank.info.server_version < 170_000:
        pytest.skip("Postgres 17 is the first to tell")
    words = [f"{number * 7919:x}" for number in range(1, 2_000)]
    store(blank, *(record(str(count), body=" ".join(words[:count])) for count in (150, 1_999)))
    found = blank.execute("select headline, pg_column_toast_chunk_id(body) is null as inside from articles").fetchall()
    assert {row["headline"]: row["inside"] for row in found} == {"150": True, "1999": False}
