"""Requests that try to stop the server, to confuse it or to get past its checks, one row each.

They are sent as bytes, because HTTP libraries correct some of them.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MEBIBYTE = 1024 * 1024
LIMIT = 4 * MEBIBYTE
"""MAX_BODY_BYTES by default."""


@dataclass(frozen=True)
class Target:
    """What a request may name: a published article of korea-herald, and two keys."""

    article: str
    write: str
    admin: str


@dataclass(frozen=True)
class Case:
    """A request, and which statuses are right for it. ``says`` is a part of the body."""

    name: str
    request: Callable[[Target], bytes]
    statuses: frozenset[int]
    says: str = ""
    is_bare: bool = False
    """Refused by granian before the app sees it, without a problem document."""
    half_closes: bool = False
    """The client ends its side of the connection after the request."""
    seconds: float = 1.5


def raw(method: str, target: str, *headers: str, body: bytes = b"", host: str = "Host: localhost") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {target} HTTP/1.1", *([host] if host else []), *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(body: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """A body in chunks."""
    parts = [body[start : start + 10_000] for start in range(0, len(body), 10_000)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + end


def story(external_id: str, **fields: object) -> dict[str, object]:
    """An article of the korea-herald."""
    return {
        "outlet": "korea-herald",
        "external_id": external_id,
        "headline": "Ferry returns to the north quay",
        "published_at": "2024-03-07T00:00:00Z",
        **fields,
    }


def dumped(content: object) -> bytes:
    """JSON without escapes."""
    return json.dumps(content, ensure_ascii=False).encode()


def pushed(target: Target, body: bytes, *headers: str, path: str = "/v1/articles", kind: str = "json") -> bytes:
    """A push of this body."""
    return raw(
        "POST", path, f"Authorization: Bearer {target.write}", f"Content-Type: application/{kind}", *headers, body=body
    )


def changed(target: Target, body: bytes, *headers: str) -> bytes:
    """A PATCH of the article that would change nothing if it were allowed."""
    return raw(
        "PATCH",
        f"/v1/articles/{target.article}",
        f"Authorization: Bearer {target.write}",
        "Content-Type: application/merge-patch+json",
        *(headers or ("If-Match: *",)),
        body=body,
    )


def cases() -> list[Case]:
    """Every row."""
    return [
        *_targets(),
        *_queries(),
        *_searches(),
        *_messages(),
        *_conditions(),
        *_keys(),
        *_bodies(),
        *_nesting(),
        *_numbers(),
        *_fields(),
        *_html(),
        *_batches(),
    ]


def case(name: str, request: bytes | Callable[[Target], bytes], *statuses: int, **more: object) -> Case:
    """A row."""
    made = request if callable(request) else lambda _: request
    return Case(name, made, frozenset(statuses), **more)  # pyright: ignore[reportArgumentType]: passed on as they are


def _get(name: str, path: str, *statuses: int, says: str = "") -> Case:
    return case(f"{name}: {path[:60]}", raw("GET", path), *statuses, says=says)


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
        yield _get("a path that is not there", path, 404)
    yield _get("a path longer than the limit", "/v1/tags/" + "a" * 9_000, 414)
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
        yield _get("a limit", f"/v1/articles?limit={value}", 422, says="limit")
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
        yield _get("a date", f"/v1/articles?from={value}", 422, says="from")
        yield _get("a time", f"/v1/articles?updated_since={value}", 422, says="updated_since")
    for value in ("x", "%00", "A" * 500, "..", "eyJhIjoxfQ", "%ff", "a.b.c", "AAAA" * 100, "null", "0"):
        yield _get("a cursor", f"/v1/articles?cursor={value}", 400)
        yield _get("a cursor of the feed", f"/v1/changes?after={value}", 400, 410, 422)
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
        yield _get("a parameter", f"/v1/articles?{query}", 422)
    for query in ("q=%ff", "%ff=1", "q=%ed%a0%80", "q=%80", "section=%c3%28"):
        yield _get("a query that is not UTF-8", f"/v1/articles?{query}", 400)
    yield _get("a thousand parameters", "/v1/articles?" + "&".join(f"a{n}=1" for n in range(1_000)), 422)
    yield _get("a parameter a thousand times", "/v1/articles?" + "&".join("tag=a" for _ in range(1_000)), 422)
    yield _get("fields a thousand times", "/v1/articles?" + "&".join("fields=id" for _ in range(800)), 200, 422)
    yield _get("a long wait", "/v1/changes?wait=100000", 422)


def _searches() -> Iterator[Case]:
    for query in (
        "-" * 33,
        "(" * 300 + "a" + ")" * 200,
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
        yield _get("a search", f"/v1/articles?q={encoded}", 200, 422)
        yield _get(
            "a search by relevance", f"/v1/articles?q={encoded}&sort=relevance&facets=tag&limit=5", 200, 414, 422
        )
    for value in ("", "%20", "%00", "a%00b", "a" * 3_000):
        yield _get("no search", f"/v1/articles?q={value}", 422)
        yield _get("no beginning of a name", f"/v1/suggest?q={value}", 422)


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


def _bodies() -> Iterator[Case]:
    good = dumped(story("abuse-body"))
    for name, body, status in (
        ("nothing", b" ", 400),
        ("a brace", b"{", 400),
        ("UTF-16", '{"a": 1}'.encode("utf-16"), 400),
        ("Latin-1", b'{"a": "\xe9"}', 400),
        ("UTF-8 cut off", b'{"a": "\xe2\x82"}', 400),
        ("an overlong encoding", b'{"a": "\xc0\xaf"}', 400),
        ("NaN", b'{"a": NaN}', 400),
        ("-Infinity", b'{"a": -Infinity}', 400),
        ("5,000 digits", b'{"a": ' + b"9" * 5_000 + b"}", 400),
        ("a duplicate key", b'{"outlet": "a", "outlet": "b"}', 400),
        ("two documents", b"{} {}", 400),
        ("a comment", b"{/**/}", 400),
        ("single quotes", b"{'a': 1}", 400),
        ("a trailing comma", b'{"a": 1,}', 400),
        ("a lone surrogate", b'{"a": "\\ud800"}', 422),
        ("NUL", b'{"headline": "\\u0000"}', 422),
        ("a raw newline in a string", b'{"a": "\n"}', 400),
        ("a list", b"[]", 422),
        ("null", b"null", 422),
        ("a number", b"7", 422),
        ("a string", b'"a"', 422),
        ("true", b"true", 422),
        ("no fields", b"{}", 422),
        ("__proto__", b'{"__proto__": {"a": 1}}', 422),
        ("a key of 100 kB", b'{"' + b"a" * 100_000 + b'": 1}', 422),
        ("100,000 keys", dumped({f"k{n}": 1 for n in range(100_000)}), 400),
        ("a list of 1,000,000", b'{"tags": [' + b"1," * 999_999 + b"1]}", 400),
        ("4 MiB of spaces", b" " * LIMIT, 400),
        ("one byte too many", b" " * (LIMIT + 1), 413),
    ):
        yield case(f"a body: {name}", lambda t, b=body: pushed(t, b), status, 413 if status == 413 else status)
    for kind in (
        "xml",
        "jsonx",
        "x-www-form-urlencoded",
        "json; charset=latin-1",
        "json; charset=utf-16",
        "octet-stream",
        "\xff",
    ):
        yield case(f"the type application/{kind[:30]}", lambda t, k=kind: pushed(t, good, kind=k), 415)
    for coding in ("gzip", "br", "deflate", "zstd", "gzip, gzip", "x"):
        yield case(f"the coding {coding}", lambda t, c=coding: pushed(t, good, f"Content-Encoding: {c}"), 415)
    yield case("no type", lambda t: raw("POST", "/v1/articles", f"Authorization: Bearer {t.write}", body=good), 415)
    start = raw("POST", "/v1/articles", "Authorization: Bearer {}", "Content-Type: application/json")[:-2].decode()
    for name, rest in (
        ("shorter than its length", b"Content-Length: %d\r\n\r\n%b" % (len(good) + 1, good)),
        ("half", b"Content-Length: %d\r\n\r\n%b" % (len(good), good[:50])),
        ("without the last chunk", b"Transfer-Encoding: chunked\r\n\r\n" + chunked(good, end=b"")),
        ("with half of the last chunk", b"Transfer-Encoding: chunked\r\n\r\n" + chunked(good, end=b"0\r\n")),
        ("with an unfinished chunk", b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b" % (len(good) + 5, good)),
        ("with a chunk of no size", b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + good),
        ("with a chunk of a huge size", b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + good),
    ):
        yield case(f"a body {name}", lambda t, r=rest: start.format(t.write).encode() + r, 400, half_closes=True)


def _nesting() -> Iterator[Case]:
    ninjs = "vnd.iptc.ninjs+json"
    for depth in (33, 500, 950, 1_000, 20_000, 100_000):
        for opens, closes in ((b"[", b"]"), (b'{"a":', b"}")):
            nested = opens * depth + b"1" + closes * depth
            kind = "arrays" if opens == b"[" else "objects"
            inner = b'{"headline": ' + nested + b"}"
            yield case(f"a push with {depth} {kind}", lambda t, b=inner: pushed(t, b), 400)
            yield case(f"a push of {depth} {kind}", lambda t, b=nested: pushed(t, b), 400)
            yield case(f"a change with {depth} {kind}", lambda t, b=inner: changed(t, b), 400)
            yield case(f"ninjs with {depth} {kind}", lambda t, b=inner: pushed(t, b, kind=ninjs), 400)
            yield case(
                f"a batch with {depth} {kind}",
                lambda t, b=inner: pushed(t, b + b"\n", path="/v1/articles/batch", kind="x-ndjson"),
                200,
                says="32 levels",
            )


def _numbers() -> Iterator[Case]:
    for value in (
        "9007199254740993.0",
        "1e400",
        "-1",
        "1.5",
        "9223372036854775808",
        "1e30",
        "99999999999999999999",
        '"1"',
        "true",
        "[1]",
        "9007199254740992.5",
        "1e-1",
        "-0.5",
    ):
        body = b'{"source_version": ' + value.encode() + b", " + dumped(story("abuse-number"))[1:]
        statuses = (200, 201, 422) if value == "9007199254740993.0" else (400, 422)
        yield case(f"the source_version {value}", lambda t, b=body: pushed(t, b), *statuses)


def _fields() -> Iterator[Case]:
    fields: list[tuple[dict[str, object], tuple[int, ...]]] = [
        ({"headline": ""}, (422,)),
        ({"headline": 7}, (422,)),
        ({"headline": "x" * 100_000}, (422,)),
        ({"headline": None}, (422,)),
        ({"external_id": "x" * 100_000}, (422,)),
        ({"tags": ["x"] * 100_000}, (400,)),
        ({"tags": "x"}, (422,)),
        ({"tags": [f"abuse-{n}" for n in range(5_000)]}, (422,)),
        ({"people": [None]}, (422,)),
        ({"people": ["\u200b"]}, (422,)),
        ({"url": "javascript:alert(1)"}, (422,)),
        ({"url": "data:text/html,x"}, (422,)),
        ({"url": "https://"}, (422,)),
        ({"url": "https://[::1"}, (422,)),
        ({"url": "https://e.org/" + "x" * 100_000}, (422,)),
        ({"image": []}, (422,)),
        ({"image": {"url": "vbscript:x"}}, (422,)),
        ({"language": "xx-invented-code"}, (422,)),
        ({"language": "q" * 5_000}, (422,)),
        ({"published_at": 2**63}, (422,)),
        ({"published_at": "9999-12-31T23:59:59Z"}, (422,)),
        ({"unknown": 1}, (422,)),
        ({"id": "7"}, (422,)),
        ({"version": 2**31}, (422,)),
        ({"embargoed_until": "never"}, (422,)),
        ({"__class__": 1}, (422,)),
    ]
    for field, statuses in fields:
        [(name, value)] = field.items()
        body = dumped(story("abuse-field") | field)
        yield case(f"the field {name}: {str(value)[:20]}", lambda t, b=body: pushed(t, b), *statuses)
    for name in (
        "a",
        "Z",
        "7",
        "é",
        ".",
        "!!!",
        "\u0301",
        "\u200d",
        "\U0001f600",
        " ",
        "\u00a0",
        "#",
        "-",
        "_",
        "'",
        "a" * 5_000,
    ):
        body = dumped(story("abuse-name", people=[name]))
        yield case(
            f"the new person {name[:5]!a}", lambda t, b=body: pushed(t, b, path="/v1/articles?create=people"), 422
        )


def _html() -> Iterator[Case]:
    shapes = {
        "nested divs": "<div>" * 40_000,
        "nested formatting": "<b><i><a>" * 12_000,
        "misnested formatting": "<b><p>" * 20_000 + "</b>" * 20_000,
        "nested links": "<a href=x>" * 20_000,
        "nested tables": "<table><tr><td>" * 10_000,
        "foster parents": "<table><b>x" * 10_000,
        "nested quotes": "<blockquote>" * 20_000,
        "nested lists": "<ul><li>" * 20_000,
        "closing tags": "</p>" * 100_000,
        "attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x</p>",
        "duplicate attributes": "<p " + "a=1 " * 100_000 + ">x</p>",
        "an open attribute": '<p title="' + "a" * 1_000_000,
        "an open comment": "<!--" + "-" * 1_000_000,
        "comments": "<!---->" * 100_000,
        "entities": "&amp;" * 400_000,
        "open brackets": "<" * 1_000_000,
        "nested fonts": "<font color=red>" * 15_000,
        "svg": "<svg><g>" * 20_000,
        "math": "<math><mi>" * 20_000,
        "templates": "<template>" * 20_000,
        "selects": "<select><option>" * 20_000,
        "buttons": "<button><p>" * 15_000,
        "many paragraphs": "<p>Ferry</p>" * 150_000,
        "nothing but tags": "<br>" * 300_000,
        "plaintext": "<plaintext>" + "<b>" * 100_000,
    }
    for name, html in shapes.items():
        body = dumped(story("abuse-html", body_html=html))
        yield case(f"HTML: {name}", lambda t, b=body: pushed(t, b), 200, 201, 422)


def _batches() -> Iterator[Case]:
    lines, path = "x-ndjson", "/v1/articles/batch"
    for name, body, statuses in (
        ("empty lines", b"\n" * 100_000, (200,)),
        ("lines that are no JSON", b"x\n" * 2_000, (200,)),
        ("one endless line", b"a" * (LIMIT + 9), (200, 413)),
        ("NUL", b"\0\n", (200,)),
        ("invalid UTF-8", b"\xff\n", (200,)),
        ("null", b"null\n", (200,)),
        ("numbers", b"1\n" * 1_000, (200,)),
        ("another outlet's", dumped(story("abuse-line", outlet="nope")) + b"\n", (200,)),
        ("a carriage return", b"{}\r\n{}\r\n", (200,)),
    ):
        yield case(f"a batch of {name}", lambda t, b=body: pushed(t, b, path=path, kind=lines), *statuses, seconds=5.0)
        yield case(
            f"an atomic batch of {name}",
            lambda t, b=body: pushed(t, b, path=f"{path}?atomic=true", kind=lines),
            200,
            400,
            403,
            413,
            422,
            seconds=5.0,
        )
    for name, body in (
        ("an object", b"{}"),
        ("an open list", b"["),
        ("commas", b"[,,,]"),
        ("nested lists", b"[[[]]]"),
        ("half", b'[{"a": 1}, {"b"'),
    ):
        yield case(f"a JSON batch of {name}", lambda t, b=body: pushed(t, b, path=path), 200, 400, 422)
