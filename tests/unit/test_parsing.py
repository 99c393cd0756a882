"""Reading a request: what is malformed, repeated or unknown is refused, whoever sends it."""

import json
import math
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from flask import Flask, request
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import fields
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from api.errors import InvalidInput, MalformedRequest, UnsupportedMediaType
from api.formats.strict_json import LONGEST_NUMBER, parse
from api.http.parsing import LONGEST_CACHED, Parser, frozen
from api.http.problems import errors, pointer
from schemas.base import ChoiceList, CommaList, NoQuery, Repeated, Schema, Text, Whole
from schemas.messages import flattened
from schemas.times import Bound

JSON = "application/json"


class BerthQuery(Schema):
    """A list's parameters, of every kind that lists take."""

    q = Text(low=1, high=20, stripped=False)
    limit = Whole(low=1, high=100, load_default=20)
    tag = CommaList()
    section = Repeated()
    fields_ = ChoiceList(("depth", "name"), data_key="fields", attribute="fields")
    from_ = Bound(data_key="from", attribute="from")


class BerthInput(Schema):
    """A body with all that a body may nest."""

    name = Text(low=1, high=20, required=True)
    tags = fields.List(Text(low=1, high=20))
    ship = fields.Nested(NoQuery)


def asked(query: str, schema: type[Schema] = BerthQuery) -> Mapping[str, Any]:
    """The parameters of a query string, sent as it stands."""
    with Flask(__name__).test_request_context(environ_overrides={"QUERY_STRING": query}):
        return Parser().parse_input(schema(), request, "query")


def sent(body: str | bytes, media_type: str | None = JSON) -> Any:
    """What a body holds."""
    with Flask(__name__).test_request_context(method="POST", data=body, content_type=media_type):
        return Parser().parse_input(BerthInput(), request, "json")


def test_a_query_is_read_once_unless_it_is_long_or_wrong() -> None:
    parser, schema = Parser(), BerthQuery()

    def read(query: str) -> Mapping[str, Any]:
        with Flask(__name__).test_request_context(environ_overrides={"QUERY_STRING": query}):
            return parser.parse_input(schema, request, "query")

    assert read("tag=busan") is read("tag=busan")
    assert read("tag=seoul") == {"tag": ("seoul",), "limit": 20}
    long = f"section={'a' * LONGEST_CACHED}"
    assert read(long) == read(long)
    assert read(long) is not read(long)
    for _ in range(2):
        with pytest.raises(InvalidInput, match="limit"):
            read("limit=0")


@pytest.mark.parametrize("more", ["", f"&q={'a' * 20}&section={'a' * LONGEST_CACHED}"])
def test_a_parsed_query_cannot_be_changed_at_any_depth(more: str) -> None:
    parsed: Any = asked(f"tag=busan&section=a{more}")
    with pytest.raises(TypeError):
        parsed["tag"] = ()
    assert isinstance(parsed["tag"], tuple)
    assert isinstance(parsed["section"], tuple)
    nested = frozen({"a": [{"b": ["c"]}]})
    assert nested == {"a": ({"b": ("c",)},)}
    with pytest.raises(TypeError):
        nested["a"][0]["b"] = ()


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("", {}),
        ("&&", {}),
        ("q=ferry", {"q": "ferry"}),
        ("q=north+quay", {"q": "north quay"}),
        ("q=north%20quay", {"q": "north quay"}),
        ("q=a%2Bb", {"q": "a+b"}),
        ("q=a%26b", {"q": "a&b"}),
        ("q=a=b", {"q": "a=b"}),
        ("q=a;limit=5", {"q": "a;limit=5"}),
        ("q=%zz", {"q": "%zz"}),
        ("q=100%", {"q": "100%"}),
        ("q=%ED%95%AD%EB%A7%8C", {"q": "항만"}),
        ("%71=ferry", {"q": "ferry"}),
        ("q=+", {"q": " "}),
        ("limit=5&q=ferry&", {"limit": 5, "q": "ferry"}),
        ("section=Seoul, Politics", {"section": ("Seoul, Politics",)}),
        ("section=b&section=a&section=b", {"section": ("b", "a", "b")}),
        ("tag=b,a,b", {"tag": ("b", "a")}),
    ],
)
def test_a_query_string_is_read_as_forms_write_it(query: str, parameters: dict[str, Any]) -> None:
    assert asked(query) == {"limit": 20, **parameters}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20))
def test_what_is_percent_encoded_comes_back(text: str) -> None:
    for encode in (quote, quote_plus):
        assert asked(f"q={encode(text, safe='')}") == {"limit": 20, "q": text}


@pytest.mark.parametrize("query", ["q=%ff", "%ff=q", "q=%E2%82", "q=%ED%A0%80", "q=%C0%80", "q=\xff", "x=%ff", "%ff"])
def test_an_address_that_is_not_utf_8_is_malformed(query: str) -> None:
    with pytest.raises(MalformedRequest):
        asked(query)


@given(st.text(st.sampled_from("q=&%+fe80limtagsecon,1_.٣".encode().decode("latin-1")), max_size=40))
def test_any_query_string_is_read_or_refused(query: str) -> None:
    try:
        assert asked(query)["limit"] in range(1, 101)
    except (InvalidInput, MalformedRequest) as refused:
        # It goes into an answer, so it must be text.
        json.dumps([refused.detail, errors(refused)], ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "query", ["fields=name,depth", "fields=name&fields=depth", "fields=name&limit=20&fields=depth"]
)
def test_choices_come_with_commas_or_as_generated_clients_repeat_them(query: str) -> None:
    assert asked(query) == {"fields": ("name", "depth"), "limit": 20}


@pytest.mark.parametrize(
    ("query", "repeated"),
    [
        ("limit=5&limit=5", ["limit"]),
        ("tag=a&tag=b", ["tag"]),
        ("tag=a&limit=5&tag=b&limit=6&limit=7", ["tag", "limit"]),
        ("limit=5&%6Cimit=6", ["limit"]),
        ("q=&q=", ["q"]),
        ("x=1&x=2", ["x"]),
    ],
)
def test_a_parameter_that_takes_one_value_is_given_once(query: str, repeated: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked(query)
    several = {"tag": "; several values are separated by commas"}
    assert errors(refused.value) == [
        {"parameter": name, "detail": f"must be given once{several.get(name, '')}"} for name in repeated
    ]


@pytest.mark.parametrize(
    ("query", "parameter", "hint"),
    [
        ("lmit=5", "lmit", 'Did you mean "limit"?'),
        ("LIMIT=5", "LIMIT", "Known parameters are fields, from, limit, q, section, tag."),
        ("from_=2025-06-21", "from_", 'Did you mean "from"?'),
        ("tags=a", "tags", 'Did you mean "tag"?'),
        ("tag[]=a", "tag[]", 'Did you mean "tag"?'),
        ("utm_source=x", "utm_source", "Known parameters are fields, from, limit, q, section, tag."),
        ("=5", "", "Known parameters are fields, from, limit, q, section, tag."),
        ("q%00=5", "q\0", 'Did you mean "q"?'),
        ("x" * 8_000, "x" * 100, "Known parameters are fields, from, limit, q, section, tag."),
    ],
)
def test_an_unknown_parameter_is_refused_with_the_nearest_known(query: str, parameter: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked(query)
    detail = f'Unknown parameter "{parameter}". {hint}'
    assert errors(refused.value) == [{"parameter": parameter, "detail": detail}]
    assert refused.value.detail == detail


def test_several_errors_come_in_the_order_of_their_names() -> None:
    names = [f"wrong{number}" for number in range(9)]
    with pytest.raises(InvalidInput) as refused:
        asked("&".join(f"{name}=x" for name in (*reversed(names), "limit")))
    assert [error.parameter for error in refused.value.errors] == ["limit", *names]
    assert flattened({"b": {10: ["x"], 9: ["x"], "_schema": ["x"]}, "a": ["x"]}) == [
        (("a",), "x"), (("b", 9), "x"), (("b", 10), "x"), (("b",), "x"),
    ]  # fmt: skip


def test_an_address_without_parameters_says_so() -> None:
    assert asked("", NoQuery) == {}
    with pytest.raises(InvalidInput) as refused:
        asked("limit=5", NoQuery)
    detail = 'Unknown parameter "limit". This endpoint takes no parameters.'
    assert errors(refused.value) == [{"parameter": "limit", "detail": detail}]


NO_BOUND = (
    "must be a time with an offset, such as 2025-06-21T09:00:00Z, or a day (2025-06-21), a month (2025-06) or a year "
    "(2025)"
)


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("limit=1_0", "limit", "must be a whole number from 1 to 100"),
        ("limit=%D9%A3", "limit", "must be a whole number from 1 to 100"),
        ("limit=1.9", "limit", "must be a whole number from 1 to 100"),
        ("limit", "limit", "must be a whole number from 1 to 100"),
        ("limit=2147483648", "limit", "must be a whole number from 1 to 100"),
        ("limit=9223372036854775808", "limit", "must be a whole number from 1 to 100"),
        ("limit=" + "9" * 5_000, "limit", "must be a whole number from 1 to 100"),
        ("q=", "q", "must have 1 to 20 characters"),
        ("q=a%00b", "q", "must not contain U+0000 (at character 2)"),
        ("tag=a,%00", "tag", "must not contain U+0000 (at character 1)"),
        ("section=a&section=", "section", "must have 1 to 500 characters"),
        ("&".join(["section=a"] * 51), "section", "must be given at most 50 times"),
        ("from=soon", "from", NO_BOUND),
        (
            "from=2025-06-21T09:00:00+09:00",
            "from",
            f"{NO_BOUND}; in a URL, write the plus sign as %2B",
        ),
    ],
)
def test_a_parameter_out_of_its_range_is_named_with_what_it_takes(query: str, parameter: str, detail: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked(query)
    assert errors(refused.value) == [{"parameter": parameter, "detail": detail}]
    assert refused.value.detail == f"{parameter} {detail}."


def test_every_parameter_that_is_wrong_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        asked("limit=0&q=&tag=,&lmit=1")
    assert {error.parameter for error in refused.value.errors} == {"limit", "q", "tag", "lmit"}


@pytest.mark.parametrize("media_type", [JSON, "application/json; charset=utf-8", "Application/JSON"])
def test_a_body_is_taken_as_json(media_type: str) -> None:
    assert sent('{"name": "Pier 4", "tags": ["항만"]}', media_type) == {"name": "Pier 4", "tags": ["항만"]}


@pytest.mark.parametrize(
    ("media_type", "shown"),
    [
        (None, "missing"),
        ("", "missing"),
        ("text/plain", "text/plain"),
        ("text/json", "text/json"),
        ("application/jsonp", "application/jsonp"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ("application/vnd.api+json", "application/vnd.api+json"),
        ("multipart/form-data; boundary=x", "multipart/form-data"),
    ],
)
def test_a_body_of_another_type_is_refused_unread(media_type: str | None, shown: str) -> None:
    with pytest.raises(UnsupportedMediaType) as refused:
        sent("{", media_type)
    found = "Missing Content-Type" if shown == "missing" else f"Unsupported Content-Type {shown}"
    assert refused.value.detail == f"{found}. This endpoint accepts application/json."


def test_a_compressed_body_is_refused_unread() -> None:
    headers = {"Content-Encoding": "gzip"}
    with (
        Flask(__name__).test_request_context(method="POST", data="{}", content_type=JSON, headers=headers),
        pytest.raises(UnsupportedMediaType),
    ):
        Parser().parse(BerthInput(), request, location="json")


@pytest.mark.parametrize("says_its_length", [True, False])
@pytest.mark.parametrize("most", [1, 15, 16, 1_000])
def test_a_body_is_taken_up_to_the_limit_whether_it_says_its_length_or_not(says_its_length: bool, most: int) -> None:
    body = b'{"name": "1234"}'
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = most
    environ = EnvironBuilder(method="POST", data=body, content_type=JSON).get_environ()
    environ["wsgi.input_terminated"] = True
    if not says_its_length:
        del environ["CONTENT_LENGTH"]
    with app.request_context(environ), nullcontext() if len(body) <= most else pytest.raises(RequestEntityTooLarge):
        assert Parser().parse(BerthInput(), request, location="json") == {"name": "1234"}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("[]", {"": "must be an object"}),
        ("null", {"": "must be an object"}),
        ("1", {"": "must be an object"}),
        ('"{}"', {"": "must be an object"}),
        ("{}", {"/name": "is missing"}),
        ('{"name": null}', {"/name": "must not be null"}),
        ('{"name": 1}', {"/name": "must be a string"}),
        ('{"name": true}', {"/name": "must be a string"}),
        ('{"name": ["x"]}', {"/name": "must be a string"}),
        (r'{"name": "\u0000"}', {"/name": "must not contain U+0000 (at character 1)"}),
        (r'{"name": "ab\ud800"}', {"/name": "must not contain U+D800 (at character 3)"}),
        (r'{"name": "x", "tags": ["a", "\udfff"]}', {"/tags/1": "must not contain U+DFFF (at character 1)"}),
        ('{"name": "x", "tags": "a"}', {"/tags": "must be a list"}),
        ('{"name": "x", "tags": {"0": "a"}}', {"/tags": "must be a list"}),
        (
            '{"name": "x", "tags": ["", "a", 2147483648]}',
            {"/tags/0": "must have 1 to 20 characters", "/tags/2": "must be a string"},
        ),
        ('{"name": "x", "ship": []}', {"/ship": "must be an object"}),
        ('{"name": "x", "ship": {"a/b": 1}}', {"/ship/a~1b": "is not a known field"}),
        ('{"name": "x", "Name": "x"}', {"/Name": "is not a known field"}),
        ('{"name": "x", "a~b": 9223372036854775808}', {"/a~0b": "is not a known field"}),
        ('{"name": "x", "": 1}', {"/": "is not a known field"}),
    ],
)
def test_a_field_that_is_wrong_is_pointed_at(body: str, wrong: Mapping[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        sent(body)
    assert errors(refused.value) == [{"pointer": place, "detail": detail} for place, detail in wrong.items()]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "Invalid JSON: Expecting value at line 1, column 1."),
        (b"  \n ", "Invalid JSON: Expecting value at line 2, column 2."),
        (b"{", None),
        (b'{"a": 1,}', None),
        (b"{'a': 1}", None),
        (b"{} {}", "Invalid JSON: Extra data at line 1, column 4."),
        (b"{}\0", "Invalid JSON: Extra data at line 1, column 3."),
        (b'"\0"', None),
        (b'"a\nb"', None),
        (b'"\\x00"', None),
        (b"01", "Invalid JSON: Extra data at line 1, column 2."),
        (b"1_0", "Invalid JSON: Extra data at line 1, column 2."),
        (b"+1", "Invalid JSON: Expecting value at line 1, column 1."),
        (b".5", "Invalid JSON: Expecting value at line 1, column 1."),
        ("٣".encode(), "Invalid JSON: Expecting value at line 1, column 1."),
        (b"true false", "Invalid JSON: Extra data at line 1, column 6."),
        (b"True", "Invalid JSON: Expecting value at line 1, column 1."),
        (b"\xef\xbb\xbf{}", None),
        (b"NaN", "NaN is not valid in JSON."),
        (b'{"a": [NaN]}', "NaN is not valid in JSON."),
        (b"Infinity", "Infinity is not valid in JSON."),
        (b"[-Infinity]", "-Infinity is not valid in JSON."),
        (b"\xff", "Invalid UTF-8 at byte 0."),
        (b'{"a": "\xe9"}', "Invalid UTF-8 at byte 7."),
        (b'"\xed\xa0\x80"', "Invalid UTF-8 at byte 1."),
        (b'"\xc0\x80"', "Invalid UTF-8 at byte 1."),
        ("{}".encode("utf-16"), "Invalid UTF-8 at byte 0."),
        ("{}".encode("utf-16-le"), None),
        ("{}".encode("utf-32"), "Invalid UTF-8 at byte 0."),
        (b"1" * 5_000, "A number has more than 400 digits."),
        (b'{"a": [-' + b"1" * 5_000 + b"]}", "A number has more than 400 digits."),
        (b"0." + b"1" * 5_000, "A number has more than 400 digits."),
        (b"1e" + b"1" * 5_000, "A number has more than 400 digits."),
        (b"[" * 20_000 + b"]" * 20_000, "The JSON is nested more than 32 levels deep."),
        (b"[" * 20_000, "The JSON is nested more than 32 levels deep."),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "The JSON is nested more than 32 levels deep."),
        (b'[{"a":' * 20_000, "The JSON is nested more than 32 levels deep."),
        (b"[" + b"{}," * 50_000 + b"{}]", "The JSON has more than 50,000 values."),
        (b"[" + b'"[,\\"",' * 50_000 + b"1]", "The JSON has more than 50,000 values."),
        (b'{"a": 1, "a": 1}', "Duplicate key 'a' in a JSON object."),
        (b'{"a": 1, "b": 2, "\\u0061": 3}', "Duplicate key 'a' in a JSON object."),
        (b'[{"b": {"a": 1, "a": 2}}]', "Duplicate key 'a' in a JSON object."),
        (b'{"": 1, "": 2}', "Duplicate key '' in a JSON object."),
        (
            b'{"' + b"k" * 999 + b'": 1, "' + b"k" * 999 + b'": 2}',
            f"Duplicate key '{'k' * 100}' in a JSON object.",
        ),
    ],
)
def test_a_body_that_is_no_json_is_malformed(body: bytes, detail: str | None) -> None:
    with pytest.raises(MalformedRequest) as refused:
        sent(body)
    assert refused.value.detail == detail or (detail is None and refused.value.detail.startswith("Invalid JSON"))


def depth(value: Any) -> int:
    """How many arrays and objects are nested in one another."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


text = st.text(st.sampled_from(list('[]{}\\":,a é')), max_size=8)
shallow = st.recursive(text, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3))


@given(shallow, st.lists(st.sampled_from("[{"), min_size=28, max_size=34), st.booleans())
def test_json_is_parsed_up_to_32_levels_and_no_deeper(value: Any, around: list[str], escaped: bool) -> None:
    for bracket in around:
        value = [value, "]"] if bracket == "[" else {"[": value}
    body = json.dumps(value, ensure_ascii=escaped).encode()
    if depth(value) <= 32:
        assert parse(body) == value
    else:
        with pytest.raises(MalformedRequest, match="nested more than 32 levels deep"):
            parse(body)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (rb'{"\ud800": 1}', r"'\ud800'"),
        (rb'{"name": "x", "a\u0000b": 1}', r"'a\x00b'"),
        (rb'[{"ship": {"\udfff": []}}]', r"'\udfff'"),
    ],
)
def test_a_key_that_is_no_text_is_refused_in_words_that_are(body: bytes, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        sent(body)
    [error] = refused.value.errors
    assert error.detail.startswith(f"The key {key} must not contain ")
    assert error.detail.isprintable()


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b"{}", {}),
        (b" [1, -0, 2.5, 1e3, true, null] ", [1, 0, 2.5, 1000.0, True, None]),
        (b'{"a": {"a": {"a": 1}}, "b": {"a": 2}}', {"a": {"a": {"a": 1}}, "b": {"a": 2}}),
        (b'{"a": 1, "A": 2, "a ": 3}', {"a": 1, "A": 2, "a ": 3}),
        ('"항만 🚢"'.encode(), "항만 🚢"),
        (rb'"\ud83d\udea2\u0000"', "🚢\0"),
        (b"9223372036854775808", 2**63),
        (b"1" * LONGEST_NUMBER, int("1" * LONGEST_NUMBER)),
        (b"[" * 32 + b"]" * 32, json.loads("[" * 32 + "]" * 32)),
        (b"[" + b"1," * 49_998 + b"1]", [1] * 49_999),
        (b'["' + b"[{,\\\\" * 50_000 + b'"]', ["[{,\\" * 50_000]),
    ],
)
def test_json_is_read_as_it_stands(body: bytes, content: object) -> None:
    assert parse(body) == content


whole_numbers = st.integers(-(10 ** (LONGEST_NUMBER - 1)) + 1, 10**LONGEST_NUMBER - 1)
fractions = st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
scalars = st.one_of(st.none(), st.booleans(), whole_numbers, fractions, st.text())
keys = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
contents = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4))
)


@given(contents)
def test_what_is_written_as_json_is_read_back(content: object) -> None:
    # By repr: 1 and True are equal.
    assert repr(parse(json.dumps(content).encode())) == repr(content)


def test_no_digit_of_a_float_is_lost() -> None:
    assert parse(b"0.1") == 0.1
    assert parse(b"5e-324") == math.ulp(0.0)


def read_or_malformed(body: bytes) -> None:
    detail = "."
    try:
        parse(body)
    except (MalformedRequest, InvalidInput) as refused:
        detail = refused.detail
    # The detail goes into a response, so it must be text.
    assert detail.encode().endswith(b".")


@given(contents, st.data())
def test_json_with_a_byte_changed_is_read_or_malformed(content: object, data: st.DataObject) -> None:
    body = bytearray(json.dumps(content, ensure_ascii=data.draw(st.booleans())).encode(errors="surrogatepass"))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    read_or_malformed(bytes(body))


@given(st.one_of(st.binary(), st.text(st.sampled_from('[]{}",:\\ue1-.N')).map(str.encode)))
@example(b'{"a": NaN, "a": NaN}')
@example(b'"\\u')
@example(b'"\\ud800\\u"')
@example(b"-")
@example(b"1e")
@example(b"[" * 980)
def test_any_other_body_is_read_or_malformed(body: bytes) -> None:
    read_or_malformed(body)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), ""),
        (("tags", 0), "/tags/0"),
        (("a/b", "c~d", "~1"), "/a~1b/c~0d/~01"),
        (("",), "/"),
        ((" ", '"'), '/ /"'),
    ],
)
def test_a_pointer_is_spelled_as_rfc_6901_says(path: tuple[str | int, ...], expected: str) -> None:
    assert pointer(path) == expected


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        ({}, []),
        ({"name": ["is missing"]}, [(("name",), "is missing")]),
        ({"name": ["a", "b"], "tags": ["c"]}, [(("name",), "a"), (("name",), "b"), (("tags",), "c")]),
        ({"tags": {2: ["a"], 5: ["b"]}}, [(("tags", 2), "a"), (("tags", 5), "b")]),
        ({"image": {"url": {0: {"x": ["a"]}}}}, [(("image", "url", 0, "x"), "a")]),
        ({"_schema": ["a"]}, [((), "a")]),
        ({"image": {"_schema": ["a"]}}, [(("image",), "a")]),
        ({"name": "a"}, [(("name",), "a")]),
        ({"name": ["Unknown field."]}, [(("name",), "is not a known field")]),
        ({"name": ["Field may not be null."]}, [(("name",), "must not be null")]),
    ],
)
def test_messages_are_told_one_by_one_with_their_path(messages: object, found: list[object]) -> None:
    assert flattened(messages) == found
