"""Requests whose target or headers are hostile."""

from collections.abc import Iterator

from abuse.requests import Case, case, changed, dumped, get, pushed, raw, story


def rows() -> Iterator[Case]:
    """Every row of this module."""
    for table in (_targets, _queries, _searches, _messages, _conditions, _keys):
        yield from table()


def _targets() -> Iterator[Case]:
    for path in (
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/docs/../api/app.py",
        "/docs/%2e%2e/app.py",
        "//evil.example",
        "/v1//articles",
        "/v1/articles/%00",
        "/v1/tags/%00/articles",
        "/v1/tags/%ff",
        "/v1/tags/a%2fb",
        "/v1/tags/%C0%AE%C0%AE",
        "/v1/articles/" + "9" * 5_000,
        "/v1/people/%ed%a0%80",
        "/V1/ARTICLES",
        "/livez;x=1",
        "/v1/tags/" + "%F0%9F%98%80" * 100,
        "/guides/../../pyproject.toml",
        "/guides/%2e%2e%2fpyproject",
        "/problems/%0d%0aSet-Cookie:%20a=b",
        "/*",
    ):
        yield get("a path that is not there", path, 404)
    yield get("a path longer than the limit", "/v1/tags/" + "a" * 9_000, 414)
    yield case("OPTIONS *", raw("OPTIONS", "*"), 200, 204, 404)
    yield case("a target in absolute form", raw("GET", "http://localhost/livez"), 200)
    yield case("CONNECT", raw("CONNECT", "evil.example:443"), 404, 405, 400)
    yield case("TRACE", raw("TRACE", "/v1/articles", "X-Secret: 1"), 405)
    for method in ("get", "Get", "post", "gET", "delete", "options"):
        yield case(f"the method {method}", raw(method, "/livez"), 501, says="Methods are in capitals")
    for method in ("FOO", "PROPFIND", "G-E-T", "QUERY2", "M" * 50):
        yield case(f"the method {method[:10]}", raw(method, "/v1/articles"), 405)


def _queries() -> Iterator[Case]:
    for value in (
        "0",
        "-1",
        "",
        "1_0",
        "%D9%A3",
        "1.9",
        "1e1",
        "%2B1",
        "2147483648",
        "9223372036854775808",
        "9" * 5_000,
        "0x10",
        "NaN",
        "1%00",
        "%EF%BC%91",
        "true",
        "1,2",
    ):
        yield get("a limit", f"/v1/articles?limit={value}", 422, says="limit")
    for value in (
        "0000-01-01",
        "2025-02-30",
        "2025-13-01",
        "yesterday",
        "0001-01-01T00:00:00%2B09:00",
        "%00",
        "9999-12-31T23:59:59-09:00",
        "2025-06-01T25:00:00Z",
        "99999-01-01",
        "-2025-01-01",
        "2025-06-01T00:00:00%2B99:99",
        "2025-06-01T00:00:61Z",
        "%D9%A2025-01-01",
        "1e9",
        "2025-06-01%0A",
    ):
        yield get("a date", f"/v1/articles?from={value}", 422, says="from")
        yield get("a time", f"/v1/articles?updated_since={value}", 422, says="updated_since")
    for value in ("x", "%00", "A" * 500, "..", "eyJhIjoxfQ", "%ff", "a.b.c", "AAAA" * 100, "null", "0"):
        yield get("a cursor", f"/v1/articles?cursor={value}", 400)
        yield get("a cursor of the feed", f"/v1/changes?after={value}", 400, 410, 422)
    for query in (
        "unknown=1",
        "Limit=1",
        "=1",
        "limit=1&limit=2",
        "tag=a,,b",
        "tag=%00",
        "sort=best",
        "count=all",
        "fields=x",
        "fields=__class__",
        "include=x",
        "tz=../../etc/passwd",
        "tz=%00&from=2025-01-01",
        "url=javascript:1",
        "id=7",
        "facets=nope",
        "language=english",
        "tag=" + ",".join(f"t{n}" for n in range(60)),
        "explain=true",
        "as_of=2025-02-30",
        "%00=1",
        "tag[]=a",
        "tag[$ne]=a",
    ):
        yield get("a parameter", f"/v1/articles?{query}", 422)
    for query in ("q=%ff", "%ff=1", "q=%ed%a0%80", "q=%80", "section=%c3%28"):
        yield get("a query that is not UTF-8", f"/v1/articles?{query}", 400)
    yield get("a thousand parameters", "/v1/articles?" + "&".join(f"a{n}=1" for n in range(1_000)), 422)
    yield get("a parameter a thousand times", "/v1/articles?" + "&".join("tag=a" for _ in range(1_000)), 422)
    yield get("fields a thousand times", "/v1/articles?" + "&".join("fields=id" for _ in range(800)), 200, 422)
    yield get("a long wait", "/v1/changes?wait=100000", 422)


def _searches() -> Iterator[Case]:
    for query in (
        "-" * 33,
        "(" * 300 + "a" + ")" * 200,
        "(" * 999 + "a" + ")" * 999,
        "OR ".join("abcdefghij" * 50),
        "a* " * 660,
        '"a' * 1_000,
        "--a " * 500,
        "#a " * 660,
        "漢字" * 1_000,
        "\U0001f600" * 2_000,
        "(" * 250 + "a" + ")" * 250,
        "a OR " * 100 + "b",
        '"' * 99,
        "a* " * 99,
        "*" * 50,
        ":*",
        "a & b | !c",
        "\\" * 40,
        "<->" * 20,
        "'; drop table articles;--",
        "-(" * 60 + "a" + ")" * 60,
        "NOT " * 60 + "a",
        " ".join("ab"[n % 2] for n in range(250)),
        "\u202e\u200b\u00ad" * 30,
        "\U0001f600" * 50,
        "가" * 160,
        "漢字" * 80,
        "a" * 512,
        "a-b-" * 100,
        "1e9999",
        "#" * 50,
        "tag:" * 50,
        "%s %(x)s $1 {} {0}",
        " ".join(f"w{n}" for n in range(100)),
    ):
        encoded = "".join(f"%{byte:02x}" for byte in query.encode())
        yield get("a search", f"/v1/articles?q={encoded}", 200)
        yield get("a strict search", f"/v1/articles?q={encoded}&syntax=strict", 200, 422)
        more = "&sort=relevance&facets=tag&limit=5"
        yield get("a search by relevance", f"/v1/articles?q={encoded}{more}", 200)
    for value in ("", "%20"):
        yield get("a blank search", f"/v1/articles?q={value}", 200)
    for value in ("%00", "a%00b", "a" * 3_000):
        yield get("no search", f"/v1/articles?q={value}", 422)
    yield get("a search with a lone surrogate", "/v1/articles?q=%ed%a0%80", 400)
    for value in ("", "%20"):
        yield get("the beginning of every name", f"/v1/suggest?q={value}", 200)
    for value in ("%00", "a%00b", "a" * 3_000):
        yield get("no beginning of a name", f"/v1/suggest?q={value}", 422)


def _messages() -> Iterator[Case]:
    line, host, ends = b"GET /livez HTTP/1.1\r\n", b"Host: localhost\r\n", b"\r\n"
    bare = {
        "200 headers": (line + host + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + ends, 431),
        "a header of a megabyte": (line + host + b"X-Long: " + b"y" * 1_000_000 + b"\r\n" + ends, 431),
        "a target of 100 kB": (b"GET /livez?" + b"y" * 100_000 + b" HTTP/1.1\r\n" + host + ends, 414),
        "a folded header": (line + host + b"X-Folded: a\r\n b\r\n" + ends, 400),
        "a space in the target": (b"GET /live z HTTP/1.1\r\n" + host + ends, 400),
        "an unknown version": (b"GET /livez HTTP/7.7\r\n" + host + ends, 400),
        "a space before a colon": (line + host + b"X-A : b\r\n" + ends, 400),
        "NUL in a header": (line + host + b"X-A: a\0b\r\n" + ends, 400),
        "CR in a header": (line + host + b"X-A: a\rb: c\r\n" + ends, 400),
        "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        "two lengths": (b"POST /livez HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 400),
        "a negative length": (b"POST /livez HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\na", 400),
        "a length of 40 digits": (
            b"POST /livez HTTP/1.1\r\n" + host + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n",
            400,
        ),
        "an unknown coding": (b"POST /livez HTTP/1.1\r\n" + host + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    }
    for name, (request, status) in bare.items():
        yield case(name, request, status, is_bare=True)
    for header in ("Host: other", "Host: localhost"):
        yield case(f"a second {header}", raw("GET", "/livez", header), 400)
    yield case("no Host", raw("GET", "/livez", host=""), 400)
    for value in ("a b", "a/b", "<x>", "[::1", "host:port", "..", "a" * 64, "a@b", "a?b", "\xff", "localhost:99999999"):
        yield case(f"the host {value[:20]}", raw("GET", "/livez", host=f"Host: {value}"), 400)
    for first, second in (
        ("Authorization: Bearer a", "Authorization: Bearer b"),
        ("Content-Type: text/plain", "Content-Type: a/b"),
        ("Idempotency-Key: a", "Idempotency-Key: b"),
        ("Content-Encoding: gzip", "Content-Encoding: br"),
    ):
        yield case(
            f"two of {first}", lambda t, f=first, s=second: raw("GET", "/v1/articles", f, s), 400, says="repeated"
        )
    yield case(
        "a second Content-Type after a good one",
        lambda t: pushed(t, dumped(story("abuse-type")), "Content-Type: text/plain"),
        400,
    )
    yield case("If_Match is not If-Match", lambda t: changed(t, b'{"section": "x"}', "If_Match: *"), 428)
    yield case("Content_Length is not the length", raw("GET", "/livez", "Content_Length: 5"), 200)
    yield case(
        "Authorization by another name", lambda t: raw("GET", "/v1/keys", f"Authori_zation: Bearer {t.admin}"), 401
    )
    yield case("X_Request_Id is ignored", raw("GET", "/livez", "X_Request_Id: forged"), 200)
    yield case(
        "HTTP/2 by upgrade",
        raw("GET", "/livez", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
        200,
    )
    yield case(
        "a websocket",
        raw(
            "GET",
            "/v1/changes",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        ),
        200,
    )
    for header in (
        "X-Request-Id: a b",
        "X-Request-Id: " + "a" * 500,
        "User-Agent: \xff\xfe",
        "Accept: */*;q=nope",
        "Range: bytes=0-",
        "Accept-Encoding: " + "gzip," * 500,
        "Accept-Encoding: \xff",
        "Cookie: " + "a=b;" * 500,
        "If-None-Match: " + '"a",' * 500,
        "If-Modified-Since: never",
        "If-Modified-Since: \xff",
        "Origin: null",
        "X-Forwarded-For: " + "1.1.1.1," * 500,
        "Forwarded: for=\xff",
        "Expect: 100-continue",
        "TE: trailers",
    ):
        yield case(f"the header {header[:40]!r}", raw("GET", "/v1/articles?limit=1", header), 200, 406)
    yield case("an unknown expectation", raw("GET", "/v1/articles?limit=1", "Expect: cake"), 200, 417)


def _conditions() -> Iterator[Case]:
    paths = (
        "/v1/articles/00000000-0000-0000-0000-000000000000",
        "/v1/tags/nope",
        "/v1/people/nope",
        "/v1/outlets/nope",
        "/nope",
        "/problems/nope",
        "/guides/nope",
        "/v1/tags/nope/articles",
    )
    for path in paths:
        yield case(f"If-None-Match: * of {path}", raw("GET", path, "If-None-Match: *"), 404)
        yield case(
            f"a future If-Modified-Since of {path}",
            raw("GET", path, "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"),
            404,
        )
    yield case("If-None-Match: * of what is there", raw("GET", "/v1/articles?limit=1", "If-None-Match: *"), 304)
    yield case("a change without a condition", lambda t: changed(t, b'{"section": "x"}', "X-None: 1"), 428)
    for etag in ('"nope"', 'W/"nope"', "nope", '""', '"' + "a" * 5_000 + '"', "\xff", ",", '"a", "b"'):
        yield case(
            f"If-Match: {etag[:20]}",
            lambda t, e=etag: changed(t, b'{"section": "x"}', f"If-Match: {e}"),
            400,
            412,
            422,
            428,
        )


def _keys() -> Iterator[Case]:
    for value in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "Bearer dl_" + "a" * 32,
        "Bearer \xff\xfe",
        "Bearer " + "a" * 5_000,
        "bearer dl_x",
        "Bearer dl_' or 1=1--",
        "Bearer dl_\t",
        "Digest a=b",
        "Bearer a b",
        "null",
    ):
        yield case(f"the key {value[:20]!r}", raw("GET", "/v1/keys", f"Authorization: {value}"), 401)
        yield case(
            f"a push with the key {value[:20]!r}",
            raw(
                "POST",
                "/v1/articles",
                f"Authorization: {value}",
                "Content-Type: application/json",
                body=dumped(story("abuse-key")),
            ),
            401,
        )
    yield case(
        "the keys with a key that may not", lambda t: raw("GET", "/v1/keys", f"Authorization: Bearer {t.write}"), 403
    )
    yield case(
        "another outlet's article",
        lambda t: pushed(t, dumped(story("abuse-other", outlet="the-korea-times"))),
        403,
        422,
    )
    yield case("a tag with a key that may not", lambda t: pushed(t, b'{"name": "Abuse"}', path="/v1/tags"), 403)
