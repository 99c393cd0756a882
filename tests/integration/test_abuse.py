"""Input that is wrong in every way we know of, as one table: a clear 4xx, never a 500."""

import gzip
import json
import re
from typing import Any

import pytest
from contract import ContractClient
from flask.testing import FlaskClient
from stories import ARTICLE

from api.postgres.connection import Connection
from api.resources.article_payloads import NINJS_EXAMPLE

LONG = "x" * 600


@pytest.mark.parametrize(
    ("path", "status", "named"),
    [
        ("/v1/articles?q=%00", 422, "q"),
        ("/v1/articles?q=a%00b", 422, "q"),
        ("/v1/articles?tag=%00", 422, "tag"),
        ("/v1/articles?section=%00", 422, "section"),
        ("/v1/articles?cursor=%00", 400, "cursor"),
        ("/v1/tags/%00", 404, None),
        ("/v1/tags/a%00b/articles", 404, None),
        ("/v1/articles/%00", 404, None),
        ("/v1/articles?q=%ff", 400, None),
        ("/v1/articles?%ff=1", 400, None),
        ("/v1/articles?q=%ed%a0%80", 400, None),
        ("/v1/tags/%ff", 404, None),
        ("/v1/articles?limit=0", 422, "limit"),
        ("/v1/articles?limit=101", 422, "limit"),
        ("/v1/articles?limit=-1", 422, "limit"),
        ("/v1/articles?limit=", 422, "limit"),
        ("/v1/articles?limit=1_0", 422, "limit"),
        ("/v1/articles?limit=%D9%A3", 422, "limit"),
        ("/v1/articles?limit=1.9", 422, "limit"),
        ("/v1/articles?limit=1e1", 422, "limit"),
        ("/v1/articles?limit=%2B1", 422, "limit"),
        ("/v1/articles?limit=2147483648", 422, "limit"),
        ("/v1/articles?limit=9223372036854775808", 422, "limit"),
        (f"/v1/articles?limit={'9' * 5000}", 422, "limit"),
        ("/v1/articles?limit=1&limit=2", 422, "limit"),
        ("/v1/articles?tag=a&tag=b", 422, "tag"),
        ("/v1/articles?unknown=1", 422, "unknown"),
        ("/v1/articles?Limit=1", 422, "Limit"),
        ("/v1/articles?=1", 422, ""),
        ("/v1/articles?tag=", 422, "tag"),
        ("/v1/articles?tag=a,,b", 422, "tag"),
        (f"/v1/articles?tag={','.join('x' * 9 + str(n) for n in range(51))}", 422, "tag"),
        ("/v1/articles?language=english", 422, "language"),
        ("/v1/articles?sort=best", 422, "sort"),
        ("/v1/articles?from=yesterday", 422, "from"),
        ("/v1/articles?fields=headlin", 422, "fields"),
        ("/v1/articles?count=all", 422, "count"),
        ("/v1/articles?tz=Asia/Soul", 422, "tz"),
        ("/v1/articles?tz=../../etc/passwd", 422, "tz"),
        ("/v1/articles?tz=%00&from=2025-01-01", 422, "tz"),
        ("/v1/articles?from=0001-01-01&tz=Asia/Seoul", 422, "from"),
        ("/v1/articles?to=9999-12-31&tz=America/New_York", 422, "to"),
        ("/v1/articles?id=7", 422, "id"),
        ("/v1/articles?id=%00", 422, "id"),
        ("/v1/articles?updated_since=now", 422, "updated_since"),
        ("/v1/articles?url=%00", 422, "url"),
        ("/v1/articles?url=example.org/eight", 422, "url"),
        ("/v1/articles?fields=id,search", 422, "fields"),
        ("/v1/articles?from=2025-02-30", 422, "from"),
        ("/v1/articles?from=2025-06-01T00:00:00", 422, "from"),
        ("/v1/articles?from=2025-06-01T00:00:00+09:00", 422, "from"),
        ("/v1/articles?from=0001-01-01T00:00:00%2B09:00", 422, "from"),
        ("/v1/articles?to=9999-12-31", 200, None),
        ("/v1/articles?month=%00", 422, "month"),
        ("/v1/articles?year=99999", 422, "year"),
        ("/v1/articles?to=9999-12-31T23:59:59-09:00", 422, "to"),
        ("/v1/articles?from=0000-01-01", 422, "from"),
        ("/v1/articles?from=%D9%A2%D9%A0%D9%A2%D9%A5-01-01", 422, "from"),
        ("/v1/articles?from=2025-06-02&to=2025-06-01", 422, "to"),
        (f"/v1/articles?q={LONG}", 200, None),
        ("/v1/articles?q=", 200, None),
        ("/v1/articles?q=%20", 200, None),
        (f"/v1/articles?q={'-' * 33}", 200, None),
        (f"/v1/articles?q={'-' * 33}&syntax=strict", 422, "q"),
        ("/v1/articles?q=%26", 200, None),
        ("/v1/articles?q=%26&syntax=strict", 422, "q"),
        ("/v1/articles?q=OR", 200, None),
        ("/v1/articles?q=OR&syntax=strict", 422, "q"),
        ("/v1/articles?q=a%20%26", 200, None),
        ("/v1/articles?q=:*", 200, None),
        ("/v1/articles?q=:*&syntax=strict", 422, "q"),
        ("/v1/articles?q=%22unbalanced", 200, None),
        ("/v1/articles?q=%22unbalanced&syntax=strict", 422, "q"),
        ("/v1/articles?q=%22%22", 200, None),
        ("/v1/articles?q=%22%22&syntax=strict", 422, "q"),
        ("/v1/articles?q=%27%3B%20drop%20table%20articles%3B--", 200, None),
        ("/v1/articles?q=-%22a%20b%22%20OR%20OR%20-c", 200, None),
        ("/v1/articles?q=-%22a%20b%22%20OR%20OR%20-c&syntax=strict", 422, "q"),
        (f"/v1/articles?q={'(' * 300}a{')' * 200}", 200, None),
        (f"/v1/articles?q={'(' * 300}a{')' * 200}&syntax=strict", 422, "q"),
        (f"/v1/articles?q={'-(' * 8}a{')' * 8}", 200, None),
        ("/v1/articles?q=a:*%20%26%20b", 200, None),
        ("/v1/articles?q=a:*%20%26%20b&syntax=strict", 422, "q"),
        ("/v1/articles?explain=true", 422, "explain"),
        ("/v1/articles?q=a&explain=yes", 422, "explain"),
        ("/v1/articles?q=%5C", 200, None),
        ("/v1/articles?q=%5C&syntax=strict", 422, "q"),
        ("/v1/articles?from=0001-01-01&to=0001-01-01", 200, None),
        ("/v1/articles?tag=%F0%9F%99%82", 200, None),
        (f"/v1/articles?section={'x' * 9000}", 414, None),
        ("/v1/articles/not-a-uuid", 404, None),
        ("/v1/tags/UPPER-and-unknown", 404, None),
        ("/v1/people/%23nobody-of-this-name", 404, None),
        ("/v1/tags?sort=newest", 422, "sort"),
        ("/v1/tags?q=", 422, "q"),
        ("/v1/tags?q=%00", 422, "q"),
        ("/v1/people?as_of=2025-02-30", 422, "as_of"),
        ("/v1/tags?as_of=2025-02-03", 422, "as_of"),
        ("/livez?x=1", 422, "x"),
        ("/?x=1", 422, "x"),
        ("/problems/nope", 404, None),
        ("/..%2f..%2fetc/passwd", 404, None),
        ("/docs/..%2fapp.py", 404, None),
        ("/docs/nothing.js", 404, None),
    ],
)
def test_a_bad_address_is_told_what_is_wrong_with_it(
    client: ContractClient, path: str, status: int, named: str | None
) -> None:
    response = client.get(path)
    assert response.status_code == status, response.text
    if status >= 400:
        problem = response.get_json()
        assert problem["status"] == status
        assert client.get(problem["type"]).status_code == 200
        if named is not None:
            assert named in [error.get("parameter") for error in problem["errors"]]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"", 400, None),
        (b"{", 400, None),
        (b"\xff\xfe{\x00}\x00", 400, None),
        ('{"headline": "\u00e9"}'.encode("latin-1"), 400, None),
        ('{"a": 1}'.encode("utf-16"), 400, None),
        (b'{"a": NaN}', 400, None),
        (b'{"a": -Infinity}', 400, None),
        (b'{"a": ' + b"9" * 5_000 + b"}", 400, None),
        (b'{"a": 1e' + b"9" * 5_000 + b"}", 400, None),
        (b"[" * 20_000, 400, None),
        (b'{"a":' * 20_000, 400, None),
        (b"[" * 20_000 + b"]" * 20_000, 400, None),
        (b'{"outlet": "a", "outlet": "b"}', 400, None),
        (b'{"image": {"url": "a", "url": "b"}}', 400, None),
        (b'{"\\ud800": 1}', 422, ""),
        (b'{"image": {"a\\u0000": 1}}', 422, ""),
        (b"[]", 422, ""),
        (b"null", 422, ""),
        (b'"text"', 422, ""),
        (b"{}", 422, "/headline"),
    ],
)
def test_a_body_that_is_no_article_is_told_why(
    client: ContractClient, write_key: dict[str, str], body: bytes, status: int, pointer: str | None
) -> None:
    response = client.post("/v1/articles", data=body, content_type="application/json", headers=write_key)
    assert response.status_code == status, response.text
    if pointer is not None:
        assert pointer in [error["pointer"] for error in response.get_json()["errors"]]


BODIES = [
    ("POST", "/v1/articles", "application/json"),
    ("POST", "/v1/articles", "application/vnd.iptc.ninjs+json"),
    ("PATCH", "/v1/articles/{article}", "application/merge-patch+json"),
    ("POST", "/v1/articles/batch?atomic=true", "application/json"),
    ("POST", "/v1/articles/batch?atomic=true", "application/vnd.iptc.ninjs+json"),
    ("POST", "/v1/articles/batch?atomic=true", "application/x-ndjson"),
    ("POST", "/v1/keys", "application/json"),
    *(("POST", f"/v1/{many}", "application/json") for many in ("tags", "people", "outlets")),
    ("PATCH", "/v1/tags/seoul-washington", "application/merge-patch+json"),
    ("PATCH", "/v1/people/lee-jae-myung", "application/merge-patch+json"),
    ("PATCH", "/v1/outlets/korea-herald", "application/merge-patch+json"),
    ("POST", "/v1/tags/seoul-washington/merge", "application/json"),
    ("POST", "/v1/people/lee-jae-myung/merge", "application/json"),
    ("POST", "/v1/people/candidates/a268bb7993ce2b0d/accept", "application/json"),
    ("POST", "/v1/people/candidates/a268bb7993ce2b0d/merge", "application/json"),
]


def test_every_operation_that_takes_json_is_in_the_table(client: ContractClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    documented = {
        (method.upper(), path.partition("{")[0])
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "requestBody" in operation
    }
    listed = {(method, re.split("[?{]|[a-z]+-[a-z-]+|[0-9a-f]{16}", path)[0]) for method, path, _ in BODIES}
    assert documented == listed


def _any_version(method: str) -> dict[str, str]:
    """The condition that methods which change something must have, and that others must not have."""
    return {"If-Match": "*"} if method in ("PATCH", "PUT", "DELETE") else {}


@pytest.mark.parametrize(("method", "path", "content_type"), BODIES)
def test_a_body_nested_too_deeply_is_refused_everywhere(
    client: ContractClient, admin_key: dict[str, str], method: str, path: str, content_type: str
) -> None:
    article = client.get("/v1/articles?outlet=korea-herald&limit=1").get_json()["data"][0]["id"]
    for depth in (33, 500, 950, 1_000, 20_000, 100_000):
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            nested = f"{opening * (depth - 1)}1{closing * (depth - 1)}"
            for field in ("name", "headline", "headlines", "image", "unknown"):
                body = f'{{"{field}":{nested}}}'
                response = client.open(
                    path.format(article=article),
                    method=method,
                    data=f"[{body}]" if "batch" in path and "ndjson" not in content_type else body,
                    headers={**admin_key, "Content-Type": content_type, **_any_version(method)},
                )
                assert response.status_code == 400, (depth, field, response.text)
                assert "nested more than 32 levels deep" in response.get_json()["detail"]


@pytest.mark.parametrize(
    ("html", "bound"),
    [
        ("<div>" * 40_000, "100 elements nested"),
        ("<b><i>" * 3_000, "100 elements nested"),
        ("<p></p>" * 30_000, "40,000 tags"),
        ("<p " + "a=1 " * 500_000 + ">", "100 attributes"),
        ("&" * 1_000_000, "4,000 ampersands"),
        ("\n" * 1_000_000, "200,000 line breaks"),
        ("<p><b></p>" * 200, "100 elements nested"),
        ("<table>" + "<br>" * 30_000, "100,000 elements"),
    ],
)
def test_html_that_would_take_long_is_refused_on_every_way_in(
    client: ContractClient, write_key: dict[str, str], html: str, bound: str
) -> None:
    article = client.post("/v1/articles", json=ARTICLE, headers=write_key).get_json()["id"]
    story = {name: value for name, value in ARTICLE.items() if name != "body"} | {"body_html": html}
    item = {**NINJS_EXAMPLE, "bodies": [{"contentType": "text/html", "value": html}]}
    for method, path, content_type, body, pointer in (
        ("POST", "/v1/articles", "application/json", story, "/body_html"),
        ("POST", "/v1/articles", "application/vnd.iptc.ninjs+json", item, "/bodies/0/value"),
        ("PATCH", f"/v1/articles/{article}", "application/merge-patch+json", {"body_html": html}, "/body_html"),
        ("POST", "/v1/articles/batch?atomic=true", "application/json", [story], "/body_html"),
    ):
        headers = {**write_key, "Content-Type": content_type, **_any_version(method)}
        response = client.open(path, method=method, data=json.dumps(body), headers=headers)
        assert response.status_code == 422
        [error] = response.get_json()["errors"]
        assert (error["pointer"], bound in error["detail"]) == (pointer, True), error


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"headline": "a\u0000b"}, "/headline"),
        ({"body": "\u0000"}, "/body"),
        ({"body": "\ud800"}, "/body"),
        ({"image": {"url": "https://e.org", "caption": "\u0000"}}, "/image/caption"),
        ({"tags": ["ok", "\udfff"]}, "/tags/1"),
        ({"headline": ""}, "/headline"),
        ({"headline": " x"}, "/headline"),
        ({"headline": None}, "/headline"),
        ({"headline": 7}, "/headline"),
        ({"headline": ["a"]}, "/headline"),
        ({"headline": "x" * 1_001}, "/headline"),
        ({"external_id": ""}, "/external_id"),
        ({"external_id": "x" * 201}, "/external_id"),
        ({"unknown": 1}, "/unknown"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ({"id": "7"}, "/id"),
        ({"version": 2**31}, "/version"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": "/relative"}, "/url"),
        ({"url": "https://"}, "/url"),
        ({"url": "https://e.org/a b"}, "/url"),
        ({"url": "https://[::1"}, "/url"),
        ({"url": "https://e.org:99999/"}, "/url"),
        ({"url": "https://e.org/" + "x" * 2_000}, "/url"),
        ({"image": {"url": "data:image/png;base64,AA"}}, "/image/url"),
        ({"image": {}}, "/image/url"),
        ({"image": []}, "/image"),
        ({"language": "english"}, "/language"),
        ({"language": "e"}, "/language"),
        ({"published_at": "2025-06-21"}, "/published_at"),
        ({"published_at": "2025-06-21T00:00:00"}, "/published_at"),
        ({"published_at": "2025-13-01T00:00:00Z"}, "/published_at"),
        ({"published_at": "0001-01-01T00:00:00+09:00"}, "/published_at"),
        ({"published_at": "9999-12-31T23:59:59Z"}, "/published_at"),
        ({"published_at": 1750464000}, "/published_at"),
        ({"published_at": 2**63}, "/published_at"),
        ({"tags": "seoul-washington"}, "/tags"),
        ({"tags": [7]}, "/tags/0"),
        ({"tags": ["x"] * 10_000}, "/tags"),
        ({"people": [None]}, "/people/0"),
        ({"outlet": "Korea Herald"}, "/outlet"),
    ],
)
def test_a_bad_field_is_named_by_its_pointer(
    client: ContractClient, write_key: dict[str, str], fields: dict[str, Any], pointer: str
) -> None:
    body = json.dumps({**ARTICLE, **fields}).encode()
    response = client.post("/v1/articles", data=body, content_type="application/json", headers=write_key)
    assert response.status_code == 422, response.text
    assert pointer in [error["pointer"] for error in response.get_json()["errors"]]


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_a_body_of_another_kind_is_refused(
    client: ContractClient, write_key: dict[str, str], content_type: str | None
) -> None:
    response = client.post("/v1/articles", data=json.dumps(ARTICLE), content_type=content_type, headers=write_key)
    assert (response.status_code, response.get_json()["code"]) == (415, "unsupported_media_type")


def test_a_compressed_body_is_refused(client: ContractClient, write_key: dict[str, str]) -> None:
    body = gzip.compress(json.dumps(ARTICLE).encode())
    headers = {**write_key, "Content-Encoding": "gzip"}
    response = client.post("/v1/articles", data=body, content_type="application/json", headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("host", ["a b", "a/b", "<x>", "", "[::1", "host:port", "..", "a..b", "a" * 64])
def test_a_host_that_is_none_is_refused(client: ContractClient, host: str) -> None:
    response = client.get("/v1/articles", headers={"Host": host})
    assert (response.status_code, response.get_json()["code"]) == (400, "malformed_request")
    assert response.get_json()["detail"] == "Invalid Host header."


def test_a_precondition_we_do_not_know_changes_nothing(client: ContractClient) -> None:
    article = client.get("/v1/articles?limit=1").get_json()["data"][0]["id"]
    for path in (f"/v1/articles/{article}", "/v1/articles", "/openapi.json", "/docs/swagger-ui.css"):
        for header in ({"If-Match": '"zz"'}, {"Range": "bytes=999999999-"}):
            with client.get(path, headers=header) as response:
                assert response.status_code == 200


def test_links_of_a_tag_written_with_its_sign_lead_on(client: ContractClient) -> None:
    link = client.get("/v1/tags/%23seoul-washington/articles?limit=1").headers["Link"].split(">")[0][1:]
    assert len(client.get(link).get_json()["data"]) == 1


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("News.Example.org", "http://news.example.org"),
        ("news.example.org:80", "http://news.example.org"),
        ("news.example.org:8443", "http://news.example.org:8443"),
        ("xn--fsq.example", "http://xn--fsq.example"),
        ("my_service:8000", "http://my_service:8000"),
        ("news.example.org.", "http://news.example.org."),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_links_begin_with_the_host_that_was_asked_in_ascii(client: ContractClient, host: str, base: str) -> None:
    link = client.get("/v1/articles?limit=1", headers={"Host": host}).headers["Link"]
    assert link.startswith(f"<{base}/v1/articles?limit=1&cursor=")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("limit=1&count=none", "limit=1&count=none&"),
        ("&limit=1&&count=none&", "limit=1&count=none&"),
        ("language=en%2Cko&limit=1", "language=en%2Cko&limit=1&"),
        ("q=north+korea&limit=1&sort=newest", "q=north+korea&limit=1&sort=newest&"),
        ("q=%28korea%29%20-%EC%A0%95%EC%B9%98&limit=1", "q=%28korea%29%20-%EC%A0%95%EC%B9%98&limit=1&"),
        ("l%69mit=1", "l%69mit=1&"),
        ("limit=1&q=korea?", "limit=1&q=korea?&"),
        ("limit=1&q=korea%3F&", "limit=1&q=korea%3F&"),
    ],
)
def test_links_ask_again_as_it_was_asked_but_for_the_cursor(client: ContractClient, asked: str, told: str) -> None:
    first = client.get(f"/v1/articles?{asked}")
    link = first.headers["Link"].split(">")[0][1:]
    assert link == f"http://localhost/v1/articles?{told}cursor={first.get_json()['page']['next']}"
    # The cursor may come in any spelling, and is not handed on.
    spelled = link.replace("cursor=", "%63ursor=").removeprefix("http://localhost")
    second = client.get(spelled)
    assert f"{told}cursor={second.get_json()['page']['prev']}>" in second.headers["Link"]
    assert second.headers["Link"].count("ursor=") == second.headers["Link"].count(">;")


def test_json_may_say_its_charset(client: ContractClient, write_key: dict[str, str]) -> None:
    content_type = "application/json; charset=utf-8"
    response = client.post("/v1/articles", data=json.dumps(ARTICLE), content_type=content_type, headers=write_key)
    assert response.status_code == 201


def test_json_in_another_charset_is_refused(client: ContractClient, write_key: dict[str, str]) -> None:
    content_type = "application/json; charset=latin-1"
    response = client.post("/v1/articles", data=json.dumps(ARTICLE), content_type=content_type, headers=write_key)
    assert response.status_code == 415
    assert "latin-1" in response.get_json()["detail"]


def test_who_wants_to_speak_another_protocol_is_answered_in_http(client: ContractClient) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert client.get("/v1/articles?limit=1", headers=upgrade).status_code == 200
    assert client.get("/v1/tags/seoul-washington", headers=upgrade).status_code == 200


@pytest.mark.parametrize(("protocol", "status"), [("HTTP/1", 200), ("HTTP/1.0", 200), ("HTTP/1.1", 400)])
def test_only_clients_of_http_1_0_may_leave_out_the_host(client: ContractClient, protocol: str, status: int) -> None:
    said = {"SERVER_PROTOCOL": protocol, "HTTP_HOST": ""}
    assert client.get("/livez", environ_overrides=said).status_code == status
    if status == 200:
        link = client.get("/v1/articles?limit=1", environ_overrides=said).headers["Link"]
        assert link.startswith("<http://127.0.0.1:8000/v1/articles?limit=1&")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_method_that_is_not_taken_says_which_are(client: ContractClient, method: str) -> None:
    response = getattr(client, method)("/v1/articles")
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_html_in_a_headline_is_stored_as_text(client: ContractClient, write_key: dict[str, str]) -> None:
    headline = "<script>alert(1)</script> & more"
    response = client.post("/v1/articles", json={**ARTICLE, "headline": headline}, headers=write_key)
    assert response.get_json()["headline"] == headline
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_an_error_of_ours_says_nothing_of_its_inside(client: ContractClient, demo: Connection) -> None:
    demo.execute("drop table tags cascade")
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    response = client.get("/v1/articles?tag=x")
    assert (response.status_code, response.get_json()["code"]) == (500, "internal_error")
    for secret in ("article_tags", "select", "psycopg", "Traceback", "/api/"):
        assert secret not in response.text


@pytest.mark.parametrize("path", ["/v1/articles", "/v1/tags", "/openapi.json", "/docs", "/livez"])
def test_head_and_options_answer_without_a_body(client: ContractClient, path: str) -> None:
    plain: FlaskClient = client
    assert plain.head(path).status_code == 200
    assert "GET" in plain.options(path).headers["Allow"]
