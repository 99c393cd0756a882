"""Requests whose body is hostile."""

from collections.abc import Iterator

from abuse.requests import LIMIT, Case, case, changed, chunked, dumped, pushed, raw, story


def rows() -> Iterator[Case]:
    """Every row of this module."""
    for table in (_bodies, _nesting, _numbers, _fields, _html, _batches):
        yield from table()


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
        yield case(f"a body: {name}", lambda t, b=body: pushed(t, b), status)
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
