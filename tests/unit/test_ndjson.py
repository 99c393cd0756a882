"""Newline-delimited JSON: records of every type come in, and what is malformed is refused with its line."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.formats import ndjson
from api.formats.ndjson import NdjsonError, check, group_records, records
from api.text.slugs import make_slug

TAG = '{"type": "tag", "name": "#Ferry"}'
OUTLET = '{"type": "outlet", "slug": "lock-courier", "name": "Lock Courier"}'
PERSON = '{"type": "person", "name": "Ada Marlowe", "roles": [{"title": "Mayor", "from": "2024-02-29"}]}'
ARTICLE = (
    '{"outlet": "lock-courier", "external_id": "1", "headline": "Ferry returns",'
    ' "published_at": "2025-06-21T09:00:00+09:00"}'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "archive.ndjson"


def read(file: Path, content: str | bytes) -> list[tuple[str, dict[str, Any]]]:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(records(file))


def test_a_line_is_an_outlet_tag_person_or_article(file: Path) -> None:
    found = read(file, "\n".join([OUTLET, TAG, PERSON, ARTICLE]))
    assert [kind for kind, _ in found] == ["outlet", "tag", "person", "article"]
    outlet, tag, person, article = (record for _, record in found)
    assert outlet == {"slug": "lock-courier", "name": "Lock Courier", "same_as": []}
    assert tag == {"name": "#Ferry", "match": [], "same_as": [], "kind": "topic"}
    role = {"title": "Mayor", "organization": None, "from": "2024-02-29", "to": None}
    assert person == {"name": "Ada Marlowe", "aliases": [], "roles": [role], "same_as": []}
    assert article["headline"] == "Ferry returns"
    assert article["published_at"].isoformat() == "2025-06-21T00:00:00+00:00"


def test_without_a_type_a_line_is_an_article(file: Path) -> None:
    assert read(file, ARTICLE) == read(file, ARTICLE.replace("{", '{"type": "article", '))


@pytest.mark.parametrize(
    "content",
    [
        f"{TAG}\n{OUTLET}",
        f"{TAG}\n{OUTLET}\n",
        f"{TAG}\r\n{OUTLET}\r\n",
        f"\n\n{TAG}\n  \n\t\r\n{OUTLET}\n\n\n",
        f"  {TAG}\t\n {OUTLET} ",
        f"\ufeff{TAG}\n{OUTLET}",
    ],
)
def test_line_ends_empty_lines_and_a_byte_order_mark_make_no_difference(file: Path, content: str) -> None:
    assert [kind for kind, _ in read(file, content)] == ["tag", "outlet"]
    assert check(file) == 2


def test_a_name_without_a_letter_is_taken_with_a_slug(file: Path) -> None:
    [(_, record)] = read(file, '{"type": "tag", "name": "!?", "slug": "surprise"}')
    assert record["name"] == "!?"


def test_other_separators_of_unicode_end_no_line(file: Path) -> None:
    [(_, record)] = read(file, '{"type": "tag", "name": "a\u2028b\u0085c"}')
    assert record["name"] == "a\u2028b\u0085c"


@pytest.mark.parametrize("content", ["", "\n", " \n\r\n\t\n"])
def test_a_file_without_a_record_is_refused(file: Path, content: str) -> None:
    with pytest.raises(NdjsonError) as refused:
        read(file, content)
    assert str(refused.value) == f"{file}:1: expected at least one record, found an empty file"


KINDS = "expected a type of outlet, tag, person, article, found"


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("[]", "expected an object in braces"),
        ("null", "expected an object in braces"),
        ('"tag"', "expected an object in braces"),
        ("1", "expected an object in braces"),
        ('{"type": "tags"}', f"{KINDS} 'tags'"),
        ('{"type": "Tag"}', f"{KINDS} 'Tag'"),
        ('{"type": ""}', f"{KINDS} ''"),
        ('{"type": null}', f"{KINDS} 'None'"),
        ('{"type": ["tag"]}', f"{KINDS} \"['tag']\""),
        ('{"type": {"tag": 1}}', f"{KINDS} \"{{'tag': 1}}\""),
        (r'{"type": "\ud800"}', rf"{KINDS} '\ud800'"),
        (r'{"type": "\u001b[2J"}', rf"{KINDS} '\x1b[2J'"),
        (json.dumps({"type": "x" * 5_000}), f"{KINDS} '{'x' * 100}'"),
        ('{"type": "tag", "type": "tag", "name": "x"}', "Duplicate key 'type' in a JSON object."),
        ('{"type": "tag"}', "name is missing"),
        ('{"type": "tag", "name": null}', "name must not be null"),
        ('{"type": "tag", "name": ""}', "name must have 1 to 201 characters"),
        ('{"type": "tag", "name": " x"}', "name must not begin or end with white space"),
        ('{"type": "tag", "name": "x", "match": ["a", ""]}', "match[1] must have 1 to 200 characters"),
        ('{"type": "tag", "name": "x", "match": "a"}', "match must be a list"),
        (r'{"type": "tag", "name": "x\u0000"}', "name must not contain U+0000 (at character 2)"),
        (r'{"type": "tag", "name": "\udc00"}', "name must not contain U+DC00 (at character 1)"),
        ('{"type": "tag", "name": "x", "Match": []}', "Match is not a known field"),
        ('{"type": "tag", "name": "x", "a/b": 1}', "a/b is not a known field"),
        (
            '{"type": "tag", "name": "!?"}',
            "name has no letter or digit from which to make a slug; send a slug as well",
        ),
        (
            ARTICLE.replace("}", ', "tags": ["a", "#"]}'),
            "tags[1] has no letter or digit from which to make a slug",
        ),
        (
            ARTICLE.replace("}", ', "people": ["🚢"]}'),
            "people[0] has no letter or digit from which to make a slug",
        ),
        (
            r'{"type": "tag", "name": "x", "\ud800": 1}',
            r"The key '\ud800' must not contain U+D800 (at character 1).",
        ),
        (
            r'{"type": "tag", "name": "x", "roles": [{"a\u0000": 1}]}',
            r"The key 'a\x00' must not contain U+0000 (at character 2).",
        ),
        (
            '{"type": "outlet", "name": "x", "slug": "Lock"}',
            "slug must be lower-case letters and digits, joined by hyphens",
        ),
        ('{"type": "outlet", "name": "x", "url": "javascript:alert(1)"}', "url must be an absolute http or https URL"),
        ('{"type": "person", "name": "x", "roles": [{}]}', "roles[0].title is missing"),
        (
            '{"type": "person", "name": "x", "roles": [{"title": "y", "from": "2025-02-29"}]}',
            "roles[0].from must be a valid date such as 2025-06-21",
        ),
        (
            ARTICLE.replace("2025-06-21T09:00:00+09:00", "0001-01-01T00:00:00+09:00"),
            "published_at must be a time with an offset, such as 2025-06-21T09:00:00Z",
        ),
        (ARTICLE.replace("}", ', "image": {}}'), "image.url is missing"),
        ('{"type": "tag", "name": NaN}', "NaN is not valid in JSON."),
        (f'{{"type": {"1" * 5_000}}}', "A number has more than 400 digits."),
        ("[" * 20_000 + "]" * 20_000, "The JSON is nested more than 32 levels deep."),
        ('{"type":' * 20_000, "The JSON is nested more than 32 levels deep."),
        ("{", None),
        (TAG + TAG, None),
        (TAG + ",", None),
        (f"\ufeff{TAG}", None),
        (b"\xff", "Invalid UTF-8 at byte 0."),
        (TAG.encode("utf-16-le"), None),
    ],
)
def test_a_malformed_line_is_refused_with_its_place(file: Path, line: str | bytes, detail: str | None) -> None:
    file.write_bytes(b"\n".join([TAG.encode(), b"", line if isinstance(line, bytes) else line.encode(), TAG.encode()]))
    reading = records(file)
    assert next(reading)[0] == "tag"
    with pytest.raises(NdjsonError) as refused:
        next(reading)
    assert str(refused.value).startswith(f"{file}:3: {detail or 'Invalid JSON: '}")
    assert detail is None or str(refused.value) == f"{file}:3: {detail}"
    with pytest.raises(NdjsonError):
        check(file)


@pytest.mark.parametrize("depth", [33, 500, 960, 1_000, 20_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_no_depth_of_nesting_gets_further_than_a_refusal(file: Path, opening: str, closing: str, depth: int) -> None:
    nested = f"{opening * depth}1{closing * depth}"
    for line in (nested, f'{{"type": {nested}}}', f'{{"tags": {nested}}}', f'{{"type": "tag", "name": {nested}}}'):
        with pytest.raises(NdjsonError):
            read(file, line)


def test_a_line_is_as_long_as_allowed_and_no_longer(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "MAX_LINE_BYTES", 1_000)
    longest = TAG + " " * (999 - len(TAG)) + "\n"
    assert len(read(file, longest + longest)) == 2
    for content, line in [(longest + " " + longest, 2), (longest[:-1] + "  ", 1), (" " * 5_000, 1)]:
        with pytest.raises(NdjsonError) as refused:
            read(file, content)
        assert str(refused.value) == f"{file}:{line}: expected a line of at most 1,000 bytes"


def test_a_line_may_be_longer_than_the_largest_article_sent_over_http() -> None:
    assert ndjson.MAX_LINE_BYTES == 8 * 1024 * 1024


def test_records_are_counted_without_being_kept(file: Path) -> None:
    file.write_text(f"{TAG}\n{OUTLET}\n\n{ARTICLE}\n")
    assert check(file) == 3


def test_records_are_grouped_in_runs_of_one_type(file: Path) -> None:
    file.write_text("\n".join([TAG, TAG, OUTLET, TAG, ARTICLE, ARTICLE.replace("{", '{"type": "article", ')]))
    assert [(kind, len(list(run))) for kind, run in group_records(file)] == [
        ("tag", 2),
        ("outlet", 1),
        ("tag", 1),
        ("article", 2),
    ]
    assert [record["name"] for kind, run in group_records(file) if kind == "outlet" for record in run] == [
        "Lock Courier"
    ]


def test_a_run_before_a_malformed_line_is_given(file: Path) -> None:
    file.write_text(f"{TAG}\n{OUTLET}\n[]\n")
    runs = group_records(file)
    assert [record["name"] for record in next(runs)[1]] == ["#Ferry"]
    _, outlets = next(runs)
    assert next(outlets)["name"] == "Lock Courier"
    with pytest.raises(NdjsonError):
        next(outlets)


on_disk = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: text == text.strip() and make_slug(text)
)


@given(st.lists(st.tuples(names, st.lists(names, max_size=3)), min_size=1, max_size=5), st.booleans())
@on_disk
def test_what_is_written_as_ndjson_is_read_back(
    file: Path, tags: list[tuple[str, list[str]]], ensure_ascii: bool
) -> None:
    defaults = {"slug": "given", "same_as": [], "kind": "topic"}
    written = [{**defaults, "name": name, "match": match} for name, match in tags]
    lines = [json.dumps({"type": "tag", **record}, ensure_ascii=ensure_ascii) for record in written]
    assert read(file, "\n".join(lines)) == [("tag", record) for record in written]


@given(st.one_of(st.binary(), st.binary(max_size=8).map(lambda cut: TAG.encode() + cut + ARTICLE.encode())))
@example(b"\xef\xbb\xbf")
@example(b"\xef\xbb\xbf\n")
@example(b"\0")
@on_disk
def test_anything_else_is_read_or_refused_in_one_line(file: Path, content: bytes) -> None:
    refusal = ""
    try:
        read(file, content)
    except NdjsonError as error:
        refusal = str(error)
    assert not refusal or re.fullmatch(rf"{re.escape(str(file))}:\d+: .+", refusal)
