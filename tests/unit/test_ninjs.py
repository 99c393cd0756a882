"""ninjs 3.1: a news item becomes an article and an article a news item, and a refusal points into the item."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ninjs_facts import PROPERTIES, faults

from api.errors import InputPath, InvalidInput
from api.formats import ninjs
from api.http.problems import pointer
from api.text.html import to_text
from schemas.articles import STATUSES, ArticleSchema
from schemas.ninjs import NinjsSchema, is_uri
from schemas.pushes import ArticleInput

GUIDE = (Path(__file__).parents[2] / "docs" / "ninjs.md").read_text(encoding="utf-8")

ITEM: dict[str, Any] = {
    "uri": "urn:newsml:lock-courier.example:20250621:17",
    "versionCreated": "2025-06-21T09:00:00+09:00",
    "headlines": [{"value": "Ferry returns"}],
}


def record(**properties: object) -> dict[str, Any]:
    """What a small item with these properties tells; a property that is None is left out."""
    document = {**ITEM, **properties}
    document = {name: value for name, value in document.items() if value is not None}
    return ninjs.read_article(document, "lock-courier")


def refused(document: object, outlet: str | None = "lock-courier") -> list[tuple[str, str]]:
    """Pointer and sentence of each refusal."""
    with pytest.raises(InvalidInput) as refusal:
        ninjs.read_article(document, outlet)
    return [(pointer(error.path), error.detail) for error in refusal.value.errors]


# In


def test_of_an_item_a_uri_a_headline_and_a_time_make_an_article() -> None:
    assert ninjs.read_article(ITEM, "lock-courier") == {
        "outlet": "lock-courier",
        "external_id": "urn:newsml:lock-courier.example:20250621:17",
        "headline": "Ferry returns",
        "body": "",
        "published_at": datetime(2025, 6, 21, tzinfo=UTC),
        "tags": [],
        "people": [],
    }


def block(name: str) -> Any:
    """The guide's example of this name."""
    [content] = re.findall(rf"```json {name}\n(.*?)```", GUIDE, re.DOTALL)
    return orjson.loads(content)


# Of the fields of a push, what ninjs has no word for.
UNSAID = {"reason"}


def test_the_guides_examples_are_as_it_shows_them() -> None:
    pushed = ninjs.read_article(block("in"))
    assert orjson.loads(orjson.dumps(pushed, option=orjson.OPT_UTC_Z)) == block("push")
    assert ninjs.write_item(block("article")) == block("out")
    assert not [*faults(block("in")), *faults(block("out"))]


def test_the_guides_example_says_every_field_of_an_article() -> None:
    assert set(ninjs.read_article(block("in"))) == set(ArticleInput().fields) - UNSAID
    assert set(block("article")) == set(ArticleSchema().fields)


def test_the_guide_has_a_row_for_every_field_of_an_article_and_every_property_that_is_read() -> None:
    rows = re.findall(r"^\| (`.*?) \| (.*) \| (.*) \|$", GUIDE, re.M)
    named = {name for fields, _, _ in rows for name in re.findall(r"`(\w+)`", fields)}
    assert named == {*ArticleInput().fields, *ArticleSchema().fields} - UNSAID
    assert "`reason`" in GUIDE
    properties = {name for _, _, read in rows for name in re.findall(r"`(\w+)`", read)}
    assert properties >= KEPT - {"type", "representationType"}


def text(value: str, role: str | None = None, kind: str | None = None) -> dict[str, str]:
    said = {"role": role, "contentType": kind, "value": value}
    return {name: value for name, value in said.items() if value is not None}


@pytest.mark.parametrize(
    ("texts", "taken"),
    [
        ([text("a")], "a"),
        ([text("a"), text("b")], "a"),
        ([text("a", "sub"), text("b", "main")], "b"),
        ([text("a", "sub"), text("b")], "b"),
        ([text("a"), text("b", "main")], "b"),
        ([text("a", "sub"), text("b", "seo")], "a"),
        ([text("a", "MAIN"), text("b")], "a"),
        ([text("<b>a</b>", None, "text/html"), text("b", None, "text/plain")], "b"),
        ([text("<b>a</b>", "main", "text/html"), text("b", None, "text/plain")], "a"),
        ([text("<b>a</b> &amp; c", None, "Text/HTML; charset=utf-8")], "a & c"),
        ([text("<b>a</b>", "main", "text/plain")], "<b>a</b>"),
        ([text("<x/>", "main", "application/xml"), text("b", "sub")], "b"),
    ],
)
@pytest.mark.parametrize(("name", "field"), [("headlines", "headline"), ("descriptions", "standfirst")])
def test_the_main_text_is_taken_then_one_without_a_role_then_the_first(
    name: str, field: str, texts: list[dict[str, str]], taken: str
) -> None:
    assert record(**{name: texts})[field] == taken


@pytest.mark.parametrize(
    ("bodies", "body", "body_html"),
    [
        ([text("a", "main")], "a", None),
        ([text("<p>a</p>", "main", "text/html")], "a", "<p>a</p>"),
        ([text("a", "text", "text/plain"), text("<p>a</p>", "html5", "text/html")], "a", "<p>a</p>"),
        ([text("<p>a</p>", "html5", "text/html"), text("a", "text", "text/plain")], "a", "<p>a</p>"),
        ([text("a", "main"), text("<p>a</p>", "richtext", "application/xhtml+xml")], "a", "<p>a</p>"),
        ([text("a", "main"), text("<p>c</p>", "caption", "text/html")], "a", None),
        ([text("<p>a</p>", "main", "text/html"), text("c", "caption")], "a", "<p>a</p>"),
        ([text("<x/>", "nitf", "text/vnd.IPTC.NITF"), text("a", "text", "text/plain")], "a", None),
        ([text("", "main", "text/html"), text("a", "main")], "a", None),
        ([], "", None),
    ],
)
def test_a_body_is_taken_from_html_where_the_story_is_there_so(
    bodies: list[dict[str, str]], body: str, body_html: str | None
) -> None:
    article = record(bodies=bodies)
    stored = to_text(article["body_html"]) if "body_html" in article else article["body"]
    assert (stored, article.get("body_html")) == (body, body_html)


@pytest.mark.parametrize(
    ("times", "published"),
    [
        ({"contentCreated": 1}, 1),
        ({"firstCreated": 2}, 2),
        ({"versionCreated": 3}, 3),
        ({"versionCreated": 3, "firstCreated": 2}, 2),
        ({"versionCreated": 3, "firstCreated": 2, "contentCreated": 1}, 1),
        ({"versionCreated": 3, "contentCreated": 1}, 1),
    ],
)
def test_an_article_was_published_when_its_content_was_created_before_its_versions(
    times: dict[str, int], published: int
) -> None:
    said = {name: f"2025-06-0{day}T00:00:00Z" for name, day in times.items()}
    assert record(**{"versionCreated": None, **said})["published_at"] == datetime(2025, 6, published, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en-US", "en-US"),
        ("EN", "en"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("jpn", "ja"),
        ("und", None),
        (None, None),
    ],
)
def test_the_language_is_that_of_the_tag_and_an_undetermined_one_is_left_open(tag: str, language: str | None) -> None:
    assert record(language=tag).get("language") == language


@pytest.mark.parametrize(
    ("properties", "fields"),
    [
        ({"pubStatus": "canceled"}, {"status": "canceled"}),
        ({"pubStatus": "usable"}, {"status": "usable"}),
        ({"version": "17"}, {"source_version": 17}),
        ({"version": "0"}, {"source_version": 0}),
        ({"version": "9223372036854775807"}, {"source_version": 2**63 - 1}),
        ({"edNote": "Corrects the pier."}, {"note": "Corrects the pier."}),
        ({"by": "Ines Vale"}, {"byline": "Ines Vale"}),
        ({"embargoedUntil": "2099-01-01T00:00:00Z"}, {"embargoed_until": datetime(2099, 1, 1, tzinfo=UTC)}),
        ({"infoSources": [{"name": "Quaywire"}]}, {"credit": "Quaywire"}),
        ({"infoSources": [{"name": "A"}, {"name": "B", "role": "agency"}, {"name": "C"}]}, {"credit": "B"}),
        ({"infoSources": [{"literal": "QW"}, {"name": "B"}]}, {"credit": "QW"}),
        ({"infoSources": [{"name": "Lock Courier", "role": "publisher"}]}, {}),
        ({"subjects": [{"name": "Transport", "rel": "section"}]}, {"section": "Transport", "tags": []}),
        ({"subjects": [{"name": "#Ferry", "rel": "about"}, {"literal": "quay"}]}, {"tags": ["#Ferry", "quay"]}),
        ({"subjects": [{"name": "Ferries", "literal": "dateline:ferry"}]}, {"tags": ["ferry"]}),
        ({"subjects": [{"name": "Ferries", "literal": "1600"}]}, {"tags": ["Ferries"]}),
        ({"subjects": [{"uri": "http://cv.iptc.org/newscodes/mediatopic/15000000"}]}, {"tags": []}),
        ({"people": [{"name": "Ada Marlowe", "rel": "about", "literal": "Q1"}]}, {"people": ["Ada Marlowe"]}),
        ({"people": [{"name": "Ada Marlowe", "literal": "dateline:ada-marlowe-2"}]}, {"people": ["ada-marlowe-2"]}),
        (
            {"renditions": [{"name": "page", "contentType": "text/html", "href": "https://example.org/1"}]},
            {"url": "https://example.org/1"},
        ),
        ({"renditions": [{"name": "print", "contentType": "application/pdf", "href": "https://example.org/1"}]}, {}),
        ({"uri": "https://example.org/1"}, {"external_id": "https://example.org/1"}),
        ({"altIds": [{"role": "dateline:external_id", "value": "1"}]}, {"external_id": "1"}),
        ({"altIds": [{"role": "dateline:outlet", "value": "pier-post"}]}, {"outlet": "pier-post"}),
        ({"altIds": [{"role": "external_id", "value": "1"}, {}]}, {}),
    ],
)
def test_a_property_becomes_a_field(properties: dict[str, object], fields: dict[str, object]) -> None:
    assert record(**properties) == {**record(), **fields} | (
        {"external_id": properties["uri"]} if "uri" in properties else {}
    )


def association(kind: str | None = "picture", *renditions: dict[str, Any], **more: object) -> dict[str, Any]:
    named = [{"name": str(number), **rendition} for number, rendition in enumerate(renditions)]
    return {"name": "a", "uri": "urn:a:1", **({"type": kind} if kind else {}), "renditions": named, **more}


def href(name: str, width: int | None = None, kind: str = "image/jpeg") -> dict[str, Any]:
    entry = {"href": f"https://example.org/{name}", "contentType": kind}
    return {**entry, "width": width} if width else entry


@pytest.mark.parametrize(
    ("associations", "picture"),
    [
        ([association("picture", href("a"))], "a"),
        ([association("picture", href("a"), href("b"))], "a"),
        ([association("picture", href("a", 4_724), href("b", 1_024), href("c", 256))], "b"),
        ([association("picture", href("a", 9_000), href("b", 4_000))], "b"),
        ([association("picture", href("a"), href("b", 640), href("c", 4_000))], "b"),
        ([association("video", href("a"))], None),
        ([association("graphic", href("a")), association("picture", href("b"))], "b"),
        ([association("graphic", href("a"))], "a"),
        ([association(None, href("a"))], "a"),
        ([association(None, href("a", None, "video/mp4"))], None),
        ([association("picture"), association("picture", href("b"))], "b"),
        ([association("picture", {"href": "ftp://example.org/a"}, href("b"))], "b"),
        ([], None),
    ],
)
def test_the_picture_is_the_first_with_a_file_fit_for_a_page(
    associations: list[dict[str, Any]], picture: str | None
) -> None:
    image = record(associations=associations).get("image")
    assert image == (picture and {"url": f"https://example.org/{picture}", "caption": None, "credit": None})


def test_a_picture_has_its_caption_and_credit() -> None:
    described = association("picture", href("a"), descriptions=[text("<i>The quay</i>", None, "text/html")], by="Vale")
    assert record(associations=[described])["image"] == {
        "url": "https://example.org/a",
        "caption": "The quay",
        "credit": "Vale",
    }


KEPT = {"uri", "type", "representationType", "pubStatus", "version", "language", "edNote", "by", "infoSources",
        "firstCreated", "versionCreated", "contentCreated", "embargoedUntil", "headlines", "descriptions", "bodies",
        "people", "subjects", "altIds", "renditions", "associations"}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(PROPERTIES) - KEPT))
def test_a_property_without_a_place_is_taken_and_not_kept_and_the_guide_says_so(name: str) -> None:
    assert record(**{name: {"any": ["thing"]}}) == record()
    [listed] = re.findall(r"not stored:\n\n(.*?)\n\n", GUIDE, re.DOTALL)
    assert f"`{name}`" in listed


def test_the_schema_has_the_properties_of_ninjs_and_requires_the_uri_alone() -> None:
    fields = NinjsSchema().fields
    assert set(fields) == set(PROPERTIES)
    assert [name for name, field in fields.items() if field.required] == ["uri"]
    for name, kind in [(name, kind) for name, kind in PROPERTIES.items() if name in KEPT and "items" in kind]:
        inner = fields[name].inner.schema.fields  # pyright: ignore[reportAttributeAccessIssue]: a list of Nested
        known = kind["items"].get("properties", {})
        assert set(inner) == {*known, *(PROPERTIES if name == "associations" else ())}
        assert {field for field in inner if inner[field].required} == set(kind["items"].get("required", ()))


# Refusals


@pytest.mark.parametrize(
    ("properties", "place", "detail"),
    [
        ({"uri": None}, "/uri", "is missing"),
        ({"uri": "1"}, "/uri", "must be an absolute URI"),
        ({"uri": "urn:"}, "/uri", "must be an absolute URI"),
        ({"uri": "urn:부두"}, "/uri", "must be an absolute URI"),
        ({"uri": "urn:a:" + "x" * 200}, "/uri", "must have 1 to 200 characters"),
        ({"headlines": None}, "/headlines", "must contain a headline in plain text or HTML"),
        ({"headlines": [text("a", "main", "application/xml")]}, "/headlines", "must contain a headline"),
        ({"headlines": [text("x" * 1_001)]}, "/headlines/0/value", "must have 1 to 1,000 characters"),
        ({"headlines": [text("a", "sub"), text(" a", "main")]}, "/headlines/1/value", "must not begin or end"),
        ({"headlines": [{"role": "main"}]}, "/headlines/0/value", "is missing"),
        ({"headlines": ["a"]}, "/headlines/0", "must be an object"),
        ({"headlines": "a"}, "/headlines", "must be a list"),
        ({"headlines": [text("a\0")]}, "/headlines/0/value", "must not contain U+0000"),
        ({"descriptions": [text("x" * 5_001)]}, "/descriptions/0/value", "must have at most 5,000 characters"),
        ({"bodies": [text("<x/>", "nitf", "application/xml")]}, "/bodies", "must contain a body in plain text or HTML"),
        ({"bodies": [text("<p>\0</p>", None, "text/html")]}, "/bodies/0/value", "must not contain U+0000"),
        ({"versionCreated": None}, "/contentCreated", "is missing; contentCreated, firstCreated or versionCreated"),
        ({"versionCreated": "2025-06-21"}, "/versionCreated", "must be a time with an offset"),
        (
            {"contentCreated": "2999-01-01T00:00:00Z"},
            "/contentCreated",
            "must not be more than 5 minutes in the future",
        ),
        ({"embargoedUntil": "tomorrow"}, "/embargoedUntil", "must be a time with an offset"),
        ({"pubStatus": "cancelled"}, "/pubStatus", "must be one of usable, withheld, canceled"),
        ({"version": 3}, "/version", "must be a string"),
        ({"version": "1.2"}, "/version", "must be a whole number from 0 to 9,223,372,036,854,775,807"),
        ({"version": "٣"}, "/version", "must be a whole number"),
        ({"version": "9223372036854775808"}, "/version", "must be a whole number"),
        ({"language": "english"}, "/language", "must be a BCP 47 language tag"),
        ({"language": "x-private"}, "/language", "must be a BCP 47 language tag"),
        ({"type": "picture"}, "/type", "must be one of text, composite"),
        ({"representationType": "partial"}, "/representationType", "must be full"),
        ({"by": ""}, "/by", "must have 1 to 500 characters"),
        ({"edNote": " x"}, "/edNote", "must not begin or end with white space"),
        ({"infoSources": [{"role": "editor"}, {"name": "x" * 201}]}, "/infoSources/1/name", "must have 1 to 200"),
        ({"subjects": [{"uri": "urn:x:1"}, {"name": "!?"}]}, "/subjects/1/name", "has no letter or digit"),
        ({"subjects": [{"name": "a", "literal": "dateline:"}]}, "/subjects/0/literal", "must have 1 to 200"),
        ({"subjects": [{"name": "a", "rel": "section"}] * 2}, "/subjects/1/rel", "is a second section"),
        ({"subjects": [{"name": "x" * 201, "rel": "section"}]}, "/subjects/0/name", "must have 1 to 200 characters"),
        ({"subjects": [{"name": "a"}] * 101}, "/subjects", "must have at most 100 tags"),
        ({"people": [{"name": ""}]}, "/people/0/name", "must have 1 to 200 characters"),
        ({"altIds": [{"role": "dateline:outlet", "value": "A B"}]}, "/altIds/0/value", "must be lower-case letters"),
        ({"altIds": [{}, {"role": "dateline:external_id", "value": ""}]}, "/altIds/1/value", "must have 1 to 200"),
        ({"renditions": [{"href": "https://example.org"}]}, "/renditions/0/name", "is missing"),
        ({"renditions": [{"name": "a", "href": "x"}]}, "/renditions/0/href", "must be an absolute URI"),
        ({"associations": [{"name": "a"}]}, "/associations/0/uri", "is missing"),
        (
            {"associations": [{**association("picture", href("a")), "by": "x" * 201}]},
            "/associations/0/by",
            "must have at most 200 characters",
        ),
        (
            {"associations": [association("picture", href("a"), descriptions=[text("a", "x"), text(" b")])]},
            "/associations/0/descriptions/1/value",
            "must not begin or end",
        ),
        (
            {"associations": [association("picture", href("x" * 2_000))]},
            "/associations/0/renditions/0/href",
            "must have 1 to 2,000 characters",
        ),
        ({"headline": "a"}, "/headline", '"headline" is not a property of ninjs 3.1. Did you mean "headlines"?'),
        (
            {"versioncreated": "a"},
            "/versioncreated",
            '"versioncreated" is not a property of ninjs 3.1. Did you mean "versionCreated"?',
        ),
        ({"acme:desk": "a"}, "/acme:desk", "is not a property of ninjs 3.1"),
        ({"a/b": "a"}, "/a~1b", "is not a property of ninjs 3.1"),
        ({"subjects": [{"name": "a", "code": "1"}]}, "/subjects/0/code", "is not a property of ninjs 3.1"),
        ({"associations": [{**association(), "x": 1}]}, "/associations/0/x", "is not a property of ninjs 3.1"),
    ],
)
def test_a_refusal_points_into_the_item(properties: dict[str, object], place: str, detail: str) -> None:
    document = {name: value for name, value in {**ITEM, **properties}.items() if value is not None}
    [(where, sentence)] = refused(document)
    assert where == place
    assert sentence.startswith(detail)


def test_without_an_outlet_the_item_must_name_one() -> None:
    [(place, detail)] = refused(ITEM, None)
    assert place == "/altIds"
    assert '"dateline:outlet"' in detail


@pytest.mark.parametrize("document", [[], None, 1, "x", [ITEM]])
def test_an_item_is_an_object(document: object) -> None:
    assert refused(document) == [("", "must be an object")]


@pytest.mark.parametrize("name", sorted(KEPT))
@pytest.mark.parametrize(
    "value", [None, True, 1.5, {}, [[]], [None], "\0", {"a": [{"b": 1}]}, [{"value": 1}], [{}] * 2]
)
def test_no_property_breaks_the_reading(name: str, value: object) -> None:
    refusals = []
    try:
        ninjs.read_article({**ITEM, name: value}, "lock-courier")
    except InvalidInput as refusal:
        refusals = list(refusal.errors)
    assert all(error.path[0] == name for error in refusals)


@pytest.mark.parametrize(
    ("path", "located"),
    [
        (("tags", 0), ("subjects", 1, "name")),
        (("tags", 1), ("subjects", 3, "literal")),
        (("people", 0), ("people", 0, "name")),
        (("outlet",), ("altIds",)),
        (("headline",), ("headlines", 0, "value")),
        (("nothing",), ()),
        ((), ()),
    ],
)
def test_what_the_archive_refuses_later_is_found_in_the_item(path: InputPath, located: InputPath) -> None:
    subjects = [{"name": "a", "rel": "section"}, {"name": "b"}, {"uri": "urn:c:1"}, {"literal": "d"}]
    assert ninjs.locate({**ITEM, "subjects": subjects, "people": [{"name": "e"}]}, path) == located


# Out


ARTICLE: dict[str, Any] = {
    "id": "73489488-7d9b-55fc-b9b4-5e9ee5af3853",
    "external_id": "1",
    "url": None,
    "headline": "Ferry returns",
    "standfirst": None,
    "body": "",
    "byline": None,
    "credit": None,
    "section": None,
    "language": "en",
    "image": None,
    "outlet": {"slug": "lock-courier", "name": "Lock Courier"},
    "tags": [],
    "people": [],
    "published_at": "2025-06-21T00:00:00Z",
    "created_at": "2025-06-21T00:00:01Z",
    "updated_at": "2025-06-22T00:00:00Z",
    "version": 2,
    "status": "usable",
}


@pytest.mark.parametrize(
    ("external_id", "uri"),
    [
        ("urn:newsml:example.com:20250621:17", "urn:newsml:example.com:20250621:17"),
        ("https://example.org/1?a=b#c", "https://example.org/1?a=b#c"),
        ("tag:example.org,2025:1", "tag:example.org,2025:1"),
        ("2025-06-21-ferry", "urn:uuid:73489488-7d9b-55fc-b9b4-5e9ee5af3853"),
        ("a b:c", "urn:uuid:73489488-7d9b-55fc-b9b4-5e9ee5af3853"),
        ("http://[", "urn:uuid:73489488-7d9b-55fc-b9b4-5e9ee5af3853"),
        ("https://example.org/부두", "urn:uuid:73489488-7d9b-55fc-b9b4-5e9ee5af3853"),
    ],
)
def test_a_partners_own_uri_comes_back_and_any_other_id_under_altids(external_id: str, uri: str) -> None:
    document = ninjs.write_item({**ARTICLE, "external_id": external_id})
    assert document["uri"] == uri
    assert {"role": "dateline:external_id", "value": external_id} in document["altIds"]
    assert not faults(document)


def test_the_version_is_the_outlets_own_and_never_that_of_the_archive() -> None:
    assert "version" not in ninjs.write_item(ARTICLE)
    assert "version" not in ninjs.write_item({**ARTICLE, "source_version": None})
    assert ninjs.write_item({**ARTICLE, "source_version": 0})["version"] == "0"


def test_an_address_beyond_ascii_is_written_as_a_uri() -> None:
    address = "https://부두.example/사진 1.jpg?q=[é]&p=100%#%ea".replace(" ", "")
    document = ninjs.write_item({**ARTICLE, "url": address})
    [page] = document["renditions"]
    assert page["href"] == ("https://%EB%B6%80%EB%91%90.example/%EC%82%AC%EC%A7%841.jpg?q=%5B%C3%A9%5D&p=100%25#%ea")
    assert not faults(document)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({}, '"uri" is a required property'),
        ({"uri": "x y"}, '"x y" is not a "uri"'),
        ({"uri": "urn:a:1", "versionCreated": "2025-06-21"}, '"2025-06-21" is not a "date-time"'),
        ({"uri": "urn:a:1", "version": 1}, '1 is not of type "string"'),
        ({"uri": "urn:a:1", "associations": [{"uri": "urn:b:1"}]}, '"name" is a required property'),
        ({"uri": "urn:a:1", "headline": "x"}, "'headline' was unexpected"),
        ({"uri": "urn:a:1", "headlines": [{"role": "main"}]}, '"value" is a required property'),
    ],
)
def test_the_facts_of_the_specification_refuse_what_is_no_ninjs(document: dict[str, object], fault: str) -> None:
    assert any(fault in found for found in faults(document))
    assert not faults({"uri": "urn:a:1"})


# There and back

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: text == text.strip()
)
slugs = st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9})?", fullmatch=True)
entities = st.fixed_dictionaries({"slug": slugs, "name": words})
moments = st.datetimes(datetime(1, 1, 2), datetime(2025, 1, 1), timezones=st.just(UTC))
addresses = st.from_regex(
    r"https?://[a-z]{1,9}\.example(/[a-z0-9%._~-]{0,9}){0,2}(\?[a-z=&]{0,9})?", fullmatch=True
).map(lambda address: address.replace("%", "%2F"))
markup = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


articles = st.fixed_dictionaries(
    {
        "id": st.uuids(version=5).map(str),
        "external_id": words | st.from_regex(r"[a-z]{1,9}:[!-~]{1,20}", fullmatch=True),
        "url": maybe(addresses),
        "headline": words,
        "standfirst": maybe(words | st.just("")),
        "body": markup,
        "byline": maybe(words),
        "credit": maybe(words),
        "section": maybe(words),
        "language": st.sampled_from(["en", "ko", "pt-BR"]),
        "image": maybe(
            st.fixed_dictionaries({"url": addresses, "caption": maybe(words | st.just("")), "credit": maybe(words)})
        ),
        "outlet": entities,
        "tags": st.lists(entities, max_size=3),
        "people": st.lists(entities, max_size=3),
        "published_at": moments,
        "created_at": moments,
        "updated_at": moments,
        "version": st.integers(1, 2**31 - 1),
        "status": st.sampled_from(STATUSES),
    },
    optional={
        "embargoed_until": maybe(moments),
        "source_version": maybe(st.integers(0, 2**63 - 1)),
        "note": maybe(words),
        "body_html": maybe(markup),
    },
).map(lambda article: {**article, "body": to_text(str(article["body_html"]))} if article.get("body_html") else article)


@given(articles)
@settings(deadline=None)
def test_an_article_comes_back_from_ninjs_whole(article: dict[str, Any]) -> None:
    answered = orjson.loads(orjson.dumps(article, option=orjson.OPT_UTC_Z))
    document = orjson.loads(orjson.dumps(ninjs.write_item(answered)))
    assert not faults(document)
    same = ("external_id", "url", "headline", "standfirst", "body", "byline", "credit", "section", "language",
            "image", "published_at", "status", "embargoed_until", "note", "body_html", "source_version")  # fmt: skip
    expected = {name: article[name] for name in same if article.get(name) is not None}
    if expected.get("body_html"):
        expected["body"] = ""
    else:
        expected.pop("body_html", None)
    expected["outlet"] = article["outlet"]["slug"]
    expected["tags"] = [tag["slug"] for tag in article["tags"]]
    expected["people"] = [person["slug"] for person in article["people"]]
    assert ninjs.read_article(document) == expected


@given(st.from_regex(r"[a-z+:]{1,5}:[!-~]{1,30}", fullmatch=True) | st.text(max_size=20))
def test_what_counts_as_a_uri_is_one(candidate: str) -> None:
    assert not is_uri(candidate) or not faults({"uri": candidate})


def test_thousands_of_unknown_properties_are_refused_soon() -> None:
    began = time.thread_time()
    with pytest.raises(InvalidInput) as refused:
        ninjs.read_article({f"versionCreate{n}": 1 for n in range(40_000)})
    assert time.thread_time() - began < 2
    assert len(refused.value.errors) == 100
    assert "more.)" in refused.value.detail


def test_a_headline_of_megabytes_of_tags_is_refused_soon() -> None:
    began = time.thread_time()
    with pytest.raises(InvalidInput, match="headlines"):
        ninjs.read_article({**ITEM, "headlines": [{"contentType": "text/html", "value": "<b>x" * 1_000_000}]})
    assert time.thread_time() - began < 0.5
