"""What goes in: every field takes exactly what it says, and whatever else comes is refused with a sentence."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from api.formats.strict_json import parse
from schemas.archived import ArchivedArticle, ArchivedOutlet
from schemas.articles import ArticleSchema
from schemas.base import (
    CommaList,
    Count,
    IdList,
    LanguageList,
    NoQuery,
    Repeated,
    Schema,
    Slug,
    SlugList,
    TagList,
    Text,
    Url,
    Whole,
    http_url,
    storable,
)
from schemas.entities import EntityQuery, OutletInput, PersonInput, TagInput, country_code
from schemas.filters import ArticleQuery, FieldList
from schemas.languages import language_tag
from schemas.paging import PageQuery
from schemas.pushes import ArticleInput, ImageInput, PushQuery
from schemas.times import Bound, Day, Moment, TimeZone, day, moment

NOT_A_STRING = [None, True, 1, 1.5, [], ["x"], {}, {"x": 1}]


def refusal(field: fields.Field[Any], value: object) -> list[str]:
    """The sentences with which a field refuses a value."""
    with pytest.raises(ValidationError) as refused:
        field.deserialize(value)
    assert isinstance(refused.value.messages, list)
    return refused.value.messages


def loaded(schema: Schema, content: Mapping[str, Any]) -> dict[str, Any]:
    """What a schema makes of content."""
    found = schema.load(content)
    assert isinstance(found, dict)
    return found


def errors(schema: Schema, content: object) -> dict[Any, Any]:
    """The sentences with which a schema refuses content, by field."""
    with pytest.raises(ValidationError) as refused:
        schema.load(content)  # pyright: ignore[reportArgumentType]: anything may come
    return refused.value.normalized_messages()


# Text


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("\0", "U+0000 (at character 1)"),
        ("ab\0", "U+0000 (at character 3)"),
        ("\ud800", "U+D800 (at character 1)"),
        ("a\udfff\0", "U+DFFF (at character 2)"),
        ("🚢\udc00", "U+DC00 (at character 2)"),
    ],
)
def test_what_postgres_cannot_store_is_no_text(text: str, refused: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"must not contain {refused}")):
        storable(text)
    assert refusal(Text(high=100), text) == [f"must not contain {refused}"]


@pytest.mark.parametrize("text", ["", "x", "부두", "🚢", "\ud7ff\ue000\uffff\U0010ffff", "\x01\x7f\u202e", "<script>"])
def test_every_other_text_is_kept_as_it_is(text: str) -> None:
    storable(text)
    assert Text(high=100).deserialize(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("a\0b")
def test_text_that_utf_8_can_write_is_refused_for_nul_only(text: str) -> None:
    if "\0" in text:
        assert refusal(Text(high=10_000, stripped=False), text)
    else:
        assert Text(high=10_000, stripped=False).deserialize(text) == text


@pytest.mark.parametrize("text", [" x", "x ", "\tx", "x\n", "\u3000x", "x\u00a0", " ", "\u2028"])
def test_a_text_neither_begins_nor_ends_with_white_space(text: str) -> None:
    assert refusal(Text(high=100), text) == ["must not begin or end with white space"]
    assert Text(high=100, stripped=False).deserialize(text) == text


def test_a_text_has_as_many_characters_as_it_may() -> None:
    field = Text(low=2, high=3)
    assert [field.deserialize(text) for text in ("ab", "🚢🚢🚢")] == ["ab", "🚢🚢🚢"]
    for text in ("", "a", "abcd", "🚢"):
        assert refusal(field, text) == ["must have 2 to 3 characters"]
    assert refusal(Text(high=5_000), "x" * 5_001) == ["must have at most 5,000 characters"]


@pytest.mark.parametrize("value", NOT_A_STRING)
def test_a_text_is_a_string(value: object) -> None:
    assert refusal(Text(high=100), value) == ["must not be null" if value is None else "must be a string"]


# Numbers


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("100", 100), ("20", 20), ("007", 7), ("0" * 18 + "1", 1)])
def test_a_whole_number_is_read_from_plain_digits(text: str, number: int) -> None:
    assert Whole(low=1, high=100).deserialize(text) == number


@pytest.mark.parametrize(
    "value",
    [
        *[
            "",
            "0",
            "101",
            "-1",
            "+5",
            " 5",
            "5 ",
            "5\n",
            "5\0",
            "1_0",
            "٣",
            "３",
            "²",
            "1.9",
            "1.0",
            "1e1",
            "0x5",
            "five",
        ],
        *["2147483648", "9223372036854775808", "0" * 19 + "1", "9" * 5_000, "1,5", "∞", "NaN", "\ud800"],
        *[5, 1.9, True, ["5"], {"5": 5}],
    ],
)
def test_anything_else_is_no_whole_number(value: object) -> None:
    assert refusal(Whole(low=1, high=100), value) == ["must be a whole number from 1 to 100"]


@given(st.text())
def test_a_whole_number_is_within_its_bounds_or_refused(text: str) -> None:
    number = 1
    try:
        number = Whole(low=1, high=100).deserialize(text)
    except ValidationError:
        assert not re.fullmatch("[1-9][0-9]?|100", text)
    assert 1 <= number <= 100


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0", 0),
        ("-0.0", 0),
        ("390.0", 390),
        ("1e3", 1_000),
        ("1.5E1", 15),
        ("9007199254740993", 2**53 + 1),
        ("9007199254740993.0", 2**53 + 1),
        ("90071992547409930e-1", 2**53 + 1),
        ("9223372036854775807", 2**63 - 1),
        ("9.223372036854775807e18", 2**63 - 1),
    ],
)
def test_a_number_in_a_body_keeps_its_value_however_json_writes_it(value: str, number: int) -> None:
    taken = Count().deserialize(parse(value.encode()))
    assert (taken, type(taken)) == (number, int)


@pytest.mark.parametrize(
    "value",
    [
        "-1", "-1.0", "9223372036854775808", "9.3e18", "1e308", "1.5", "1e-400", "4503599627370497.5",
        "1e-99999999999999999999", "9007199254740992.5", "9007199254740993.00000000000000000001", "true", '"1"',
    ],
)  # fmt: skip
def test_no_other_number_in_a_body_is_taken(value: str) -> None:
    assert refusal(Count(), parse(value.encode())) == ["must be a whole number from 0 to 9,223,372,036,854,775,807"]


# Slugs and lists


@pytest.mark.parametrize(
    "slug",
    ["a", "7", "korea-herald", "a-1-b", "x" * 80, "é", "한", "환율전쟁", "宮崎県", "二〇二五年",
    "волга", "ελλάδα", "مصر-٣",
     "हिन्दी", "น้ำท่วม", "straße".casefold(), "jr東日本"],
)  # fmt: skip
def test_a_slug_is_taken(slug: str) -> None:
    assert Slug().deserialize(slug) == slug


@pytest.mark.parametrize(
    "slug",
    ["A", "korea herald", "-a", "a-", "a--b", "-", "a_b", "a.b", "a/b", "#a", "a\n", "a\0", "\ud800",
     "É", "Волга", "straße", "한--국", "-한", "é-", "é_a", "a b", "é b", "a’b", "ａ", "²", "½",
     "€", "ﷺ", "😀", "\u0301a", "a-\u0301",
     "ن\u0640", "\u3164", "\u115f", "a\u200db", "é\u200bb", "\u202eé", "\ufeffé", "é\ufe0f", "ʼ"],
)  # fmt: skip
def test_what_is_no_slug_is_refused(slug: str) -> None:
    assert refusal(Slug(), slug) == ["must be lower-case letters and digits, joined by hyphens"]


def test_a_slug_is_stored_in_one_normalization_form() -> None:
    assert Slug().deserialize("e\u0301lections") == "élections"


def test_a_slug_has_1_to_80_characters() -> None:
    assert refusal(Slug(), "x" * 81) == ["must have 1 to 80 characters"]
    assert "must have 1 to 80 characters" in refusal(Slug(), "")


@pytest.mark.parametrize(
    "slug", ["-" * 100_000, "a-" * 50_000, "a" * 100_000 + "!", "é" * 100_000, "a" + "\u0301\u0323" * 50_000]
)
def test_a_long_slug_is_refused_at_once(slug: str) -> None:
    assert refusal(Slug(), slug)


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        (CommaList(), "a", ["a"]),
        (CommaList(), "b,a,b", ["b", "a"]),
        (CommaList(), " a , b\t,\u3000c", ["a", "b", "c"]),
        (CommaList(), "A,a", ["A", "a"]),
        (CommaList(), "a b,c", ["a b", "c"]),
        (CommaList(), "x" * 200, ["x" * 200]),
        (CommaList(), ",".join(map(str, range(50))), [str(number) for number in range(50)]),
        (SlugList(), "Korea-Herald,korea-herald,kbs", ["korea-herald", "kbs"]),
        (SlugList(), "#a", ["#a"]),
        (TagList(), "#Ferry,ferry,FERRY,#quay", ["ferry", "quay"]),
        (LanguageList(), "en,KO,ko,jpn,pt_br,xx", ["en", "ko", "ja", "pt-BR", "xx"]),
    ],
)
def test_a_list_holds_each_value_once_in_the_order_given(field: CommaList, text: str, values: list[str]) -> None:
    assert field.deserialize(text) == values


EMPTY = "must be one or more values separated by commas, none of them empty"


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        (CommaList(), "", EMPTY),
        (CommaList(), " ", EMPTY),
        (CommaList(), ",", EMPTY),
        (CommaList(), "a,", EMPTY),
        (CommaList(), ",a", EMPTY),
        (CommaList(), "a, ,b", EMPTY),
        (TagList(), "#", EMPTY),
        (TagList(), "a,#", EMPTY),
        (CommaList(), "x" * 201, "must have values of at most 200 characters each"),
        (CommaList(), ",".join(map(str, range(51))), "must have at most 50 values"),
        (CommaList(), "," * 8_000, EMPTY),
        (CommaList(), "a,\0", "must not contain U+0000 (at character 1)"),
        (SlugList(), "\ud800", "must not contain U+D800 (at character 1)"),
        (TagList(), "#\0", "must not contain U+0000 (at character 1)"),
        (LanguageList(), "english", "must be language tags such as en, pt-BR or zh-Hant, separated by commas"),
        (LanguageList(), "e", "must be language tags such as en, pt-BR or zh-Hant, separated by commas"),
        (LanguageList(), "en,k0", "must be language tags such as en, pt-BR or zh-Hant, separated by commas"),
        (LanguageList(), "en-GB-GB", "must be language tags such as en, pt-BR or zh-Hant, separated by commas"),
        (LanguageList(), "éé", "must be language tags such as en, pt-BR or zh-Hant, separated by commas"),
    ],
)
def test_a_list_with_a_value_that_is_none_is_refused(field: CommaList, text: str, sentence: str) -> None:
    assert refusal(field, text) == [sentence]


@given(st.text(st.one_of(st.sampled_from(", #aA\0"), st.characters()), max_size=60))
@example("," * 50)
def test_any_list_is_distinct_values_or_refused(text: str) -> None:
    for field in (CommaList(), SlugList(), TagList(), LanguageList()):
        try:
            values = field.deserialize(text)
        except ValidationError:
            continue
        assert values
        assert len(set(values)) == len(values)
        assert not any(value == "" or "," in value or "\0" in value for value in values)


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters=",\0"), min_size=1, max_size=9)
        .map(str.strip)
        .filter(bool),
        min_size=1,
        max_size=50,
    ),
    st.sampled_from(["", " ", "\t"]),
)
def test_values_joined_by_commas_come_back(values: list[str], space: str) -> None:
    assert CommaList().deserialize(f"{space},{space}".join(values)) == list(dict.fromkeys(values))


@pytest.mark.parametrize("value", NOT_A_STRING)
def test_a_list_slug_or_url_comes_as_one_string(value: object) -> None:
    for field in (CommaList(), SlugList(), TagList(), LanguageList(), Slug(), Url()):
        assert refusal(field, value) == ["Field may not be null." if value is None else "Not a valid string."]


ID = UUID("0b5e7a52-5f0c-5c5e-8a53-0e7f1ad7c1d5")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (str(ID), [ID]),
        (str(ID).upper(), [ID]),
        (f"{ID}, {ID}", [ID]),
        (f"{UUID(int=0)},{ID}", [UUID(int=0), ID]),
    ],
)
def test_ids_are_uuids_whatever_their_case(text: str, ids: list[UUID]) -> None:
    assert IdList().deserialize(text) == ids


@pytest.mark.parametrize("text", ["1", "x", str(ID)[:-1], f"{ID}0", f"{ID},x", str(ID).replace("0b", "zz"), "é" * 32])
def test_what_is_no_uuid_is_no_id(text: str) -> None:
    assert refusal(IdList(), text) == ["must be ids of articles, which are UUIDs, separated by commas"]


def test_fields_to_show_are_those_that_an_article_has() -> None:
    assert FieldList().deserialize("headline,id,headline") == ["headline", "id"]
    assert FieldList().deserialize(",".join(ArticleSchema().fields)) == list(ArticleSchema().fields)
    assert refusal(FieldList(), "title,headlin") == [
        f"has the unknown value 'title'. Known values are {', '.join(ArticleSchema().fields)}."
    ]
    assert refusal(FieldList(), "headlin") == ["has the unknown value 'headlin'. Did you mean \"headline\"?"]
    for text in ("", "id,", "\0", "\ud800", "x" * 8_000):
        [sentence] = refusal(FieldList(), text)
        assert sentence.isprintable()
        assert len(sentence) < 500


def test_a_repeated_parameter_keeps_its_commas() -> None:
    assert Repeated().deserialize(["Seoul, Politics", "b", "b"]) == ["Seoul, Politics", "b", "b"]
    assert Repeated().deserialize(["x"] * 50) == ["x"] * 50
    assert refusal(Repeated(), ["x"] * 51) == ["must be given at most 50 times"]


@pytest.mark.parametrize("value", ["", " x", "\0", "x" * 501])
def test_a_repeated_parameter_is_refused_for_any_of_its_values(value: str) -> None:
    assert errors(ArticleQuery(), {"section": ["a", value]})["section"].keys() == {1}


# Times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-06-21T09:00:00Z", datetime(2025, 6, 21, 9, tzinfo=UTC)),
        ("2025-06-21t09:00:00z", datetime(2025, 6, 21, 9, tzinfo=UTC)),
        ("2025-06-21T09:00:00+09:00", datetime(2025, 6, 21, tzinfo=UTC)),
        ("2025-01-01T00:00:00+00:01", datetime(2024, 12, 31, 23, 59, tzinfo=UTC)),
        ("2025-06-21T09:00:00-00:00", datetime(2025, 6, 21, 9, tzinfo=UTC)),
        ("2025-06-21T09:00:00.5Z", datetime(2025, 6, 21, 9, 0, 0, 500_000, tzinfo=UTC)),
        ("2025-06-21T09:00:00.000001Z", datetime(2025, 6, 21, 9, 0, 0, 1, tzinfo=UTC)),
        ("2024-02-29T23:59:59Z", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00-00:01", datetime(1, 1, 1, 0, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_time_is_read_with_its_offset(text: str, expected: datetime) -> None:
    assert moment(text) == Moment().deserialize(text) == Bound().deserialize(text) == expected
    assert moment(text).tzinfo is UTC


NO_TIME = "must be a time with an offset, such as 2025-06-21T09:00:00Z"
NO_BOUND = f"{NO_TIME}, or a day (2025-06-21), a month (2025-06) or a year (2025)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2025-06-21T09:00:00",
        "2025-06-21 09:00:00Z",
        "2025-06-21T09:00Z",
        "2025-06-21T09Z",
        "2025-06-21T09:00:00.Z",
        "2025-06-21T09:00:00,5Z",
        "2025-06-21T09:00:00.1234567Z",
        "2025-06-21T09:00:00+9",
        "2025-06-21T09:00:00+09",
        "2025-06-21T09:00:00+0900",
        "2025-06-21T09:00:00+09:00:00",
        "2025-06-21T09:00:00−09:00",
        "2025-06-21T09:00:00 UTC",
        "2025-06-21T09:00:00Z ",
        " 2025-06-21T09:00:00Z",
        "2025-06-21T09:00:00Z\n",
        "2025-06-21T09:00:00Z\0",
        "2025-6-21T09:00:00Z",
        "20250621T090000Z",
        "2025-W25-6T09:00:00Z",
        "2025-02-29T09:00:00Z",
        "2025-13-01T09:00:00Z",
        "2025-00-01T09:00:00Z",
        "2025-06-31T09:00:00Z",
        "2025-06-21T25:00:00Z",
        "2025-06-21T09:60:00Z",
        "2025-06-21T23:59:60Z",
        "2025-06-21T09:00:00+24:00",
        "2025-06-21T09:00:00-99:99",
        "٢٠٢٥-06-21T09:00:00Z",
        "2025-06-21T0９:00:00Z",
        "0000-01-01T00:00:00Z",
        "-2025-06-21T09:00:00Z",
        "+2025-06-21T09:00:00Z",
        "10000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "0001-01-01T08:59:59.999999+09:00",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T15:00:00-09:00",
        "infinity",
        "1750496400",
        "\ud800",
    ],
)
def test_a_time_that_is_none_or_leaves_the_calendar_in_utc_is_refused(text: str) -> None:
    assert refusal(Moment(), text) == [NO_TIME]
    assert refusal(Bound(), text) == [NO_BOUND]
    assert refusal(Bound(last=True), text) == [NO_BOUND]


@pytest.mark.parametrize("value", NOT_A_STRING)
def test_a_time_or_date_comes_as_a_string(value: object) -> None:
    for field in (Moment(), Bound(), Bound(last=True)):
        assert refusal(field, value) == ["Field may not be null." if value is None else "must be a string"]
    assert refusal(Day(), value) == ["Field may not be null." if value is None else "Not a valid string."]


@pytest.mark.parametrize("text", ["2025-06-21T09:00:00 09:00", "2025-06-21T09:00:00.5 00:00"])
def test_a_plus_sign_lost_in_an_address_is_explained(text: str) -> None:
    for field, forms in ((Moment(), NO_TIME), (Bound(), NO_BOUND)):
        assert refusal(field, text) == [f"{forms}; in a URL, write the plus sign as %2B"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2025-06-21", date(2025, 6, 21)), ("2024-02-29", date(2024, 2, 29)), ("0001-01-01", date.min)],
)
def test_a_date_is_read(text: str, expected: date) -> None:
    assert day(text) == expected
    assert Day().deserialize(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *["", "today", "2025-02-29", "2025-06-31", "2025-13-01", "2025-06-00", "0000-01-01", "10000-01-01"],
        *["2025-6-21", "20250621", "2025-W25-6", "2025-172", "2025-06-21 ", "2025-06-21\n", "21-06-2025"],
        *["2025-06-21T09:00:00Z", "٢٠٢٥-٠٦-٢١", "2025-06-2１", "-025-06-21", "\0", "\ud800"],
    ],
)
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    assert refusal(Day(), text) == ["must be a valid date such as 2025-06-21"]


def test_a_date_as_a_bound_that_does_not_exist_is_refused() -> None:
    assert refusal(Bound(), "2025-02-29") == ["must be a valid date such as 2025-06-21"]
    assert refusal(Bound(last=True), "0000-01-01") == ["must be a valid date such as 2025-06-21"]


@pytest.mark.parametrize(
    ("text", "first", "behind"),
    [
        ("2025-06-21", datetime(2025, 6, 21, tzinfo=UTC), datetime(2025, 6, 22, tzinfo=UTC)),
        ("2024-12-31", datetime(2024, 12, 31, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)),
        ("9999-12-30", datetime(9999, 12, 30, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)),
        ("9999-12-31", datetime(9999, 12, 31, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        ("9999", datetime(9999, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        ("2025-06", datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)),
        ("2024-02", datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024", datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)),
        ("0001", datetime(1, 1, 1, tzinfo=UTC), datetime(2, 1, 1, tzinfo=UTC)),
        (
            "2025-06-21T00:00:00Z",
            datetime(2025, 6, 21, tzinfo=UTC),
            datetime(2025, 6, 21, 0, 0, 0, 1, tzinfo=UTC),
        ),
        (
            "2025-06-21T00:00:00+09:00",
            datetime(2025, 6, 20, 15, tzinfo=UTC),
            datetime(2025, 6, 20, 15, 0, 0, 1, tzinfo=UTC),
        ),
    ],
)
def test_a_range_goes_from_the_first_moment_of_a_bound_to_the_first_behind_it(
    text: str, first: datetime, behind: datetime
) -> None:
    assert Bound().deserialize(text) == first
    assert Bound(last=True).deserialize(text) == behind


def bound(text: str, zone: str, *, last: bool = False) -> str:
    """One end of a range in a time zone, as UTC."""
    return Bound(last=last).deserialize(text, data={"tz": zone}).isoformat()


@pytest.mark.parametrize(
    ("text", "zone", "first", "behind"),
    [
        ("2025-06-21", "UTC", "2025-06-21T00:00:00", "2025-06-22T00:00:00"),
        ("2025-06-21", "Asia/Seoul", "2025-06-20T15:00:00", "2025-06-21T15:00:00"),
        ("2025-06-21", "America/New_York", "2025-06-21T04:00:00", "2025-06-22T04:00:00"),
        ("2025-06", "Asia/Seoul", "2025-05-31T15:00:00", "2025-06-30T15:00:00"),
        ("2025", "America/New_York", "2025-01-01T05:00:00", "2026-01-01T05:00:00"),
        # Days on which clocks change; in Cairo and Havana at midnight, which there was not, or was twice.
        ("2025-03-30", "Europe/Berlin", "2025-03-29T23:00:00", "2025-03-30T22:00:00"),
        ("2025-10-26", "Europe/Berlin", "2025-10-25T22:00:00", "2025-10-26T23:00:00"),
        ("2024-04-26", "Africa/Cairo", "2024-04-25T22:00:00", "2024-04-26T21:00:00"),
        ("2024-11-03", "America/Havana", "2024-11-03T04:00:00", "2024-11-04T05:00:00"),
        # A time has its own offset.
        ("2025-06-21T09:00:00Z", "Asia/Seoul", "2025-06-21T09:00:00", "2025-06-21T09:00:00.000001"),
        # A zone that is none is refused where it stands.
        ("2025-06-21", "Asia/Atlantis", "2025-06-21T00:00:00", "2025-06-22T00:00:00"),
    ],
)
def test_a_date_is_a_day_of_the_time_zone_asked_for(text: str, zone: str, first: str, behind: str) -> None:
    assert (bound(text, zone), bound(text, zone, last=True)) == (f"{first}+00:00", f"{behind}+00:00")


@given(st.dates(), st.sampled_from(["Asia/Seoul", "America/New_York", "Pacific/Kiritimati", "Europe/Berlin", "UTC"]))
@example(date.min, "Asia/Seoul")
@example(date.min, "America/New_York")
@example(date.max, "America/New_York")
@example(date.max, "Pacific/Kiritimati")
def test_a_day_of_any_time_zone_ends_where_the_next_begins(day: date, zone: str) -> None:
    try:
        end = bound(day.isoformat(), zone, last=True)
        next_day = bound((day + timedelta(days=1)).isoformat(), zone)
    except (ValidationError, OverflowError):
        assert day in (date.min, date.max) or day >= date(9999, 12, 30)
    else:
        assert end == next_day


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul", "America/Argentina/Ushuaia", "Etc/GMT-14"])
def test_a_time_zone_is_named_as_iana_does(zone: str) -> None:
    assert TimeZone().deserialize(zone) == zone


@pytest.mark.parametrize(
    "zone",
    [
        *["", "KST9", "+09:00", "asia/seoul", "Asia", "Asia/Seoul ", "Asia/Seoul\0", "Asia/Seoul\n", "\ud800"],
        *["/etc/passwd", "../UTC", "/usr/share/zoneinfo/UTC", "Asia/../UTC", "zone.tab", "x" * 8_000],
    ],
)
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    sentence = "must be a time zone of the IANA database such as Asia/Seoul"
    assert refusal(TimeZone(), zone) == [sentence]
    assert errors(ArticleQuery(), {"from": "2025-06-21", "tz": zone}) == {"tz": [sentence]}


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999-12-31", "9999-12-31T23:59:59.999999Z"])
def test_a_range_ends_with_the_year_9999_at_the_latest(text: str) -> None:
    assert Bound(last=True).deserialize(text) == datetime.max.replace(tzinfo=UTC)
    assert Bound().deserialize(text).year == 9999


offsets = st.integers(-1_439, 1_439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=offsets))
@example(datetime.max.replace(tzinfo=timezone(timedelta(minutes=-1))))
@example(datetime.min.replace(tzinfo=timezone(timedelta(minutes=1))))
def test_every_time_is_read_back_unless_it_leaves_the_calendar_in_utc(time: datetime) -> None:
    offset = time.utcoffset() or timedelta()
    since, until = time.replace(tzinfo=None) - datetime.min, datetime.max - time.replace(tzinfo=None)
    if offset <= since and -offset <= until:
        assert moment(time.isoformat()) == time
        assert moment(time.isoformat()).utcoffset() == timedelta()
    else:
        assert refusal(Moment(), time.isoformat()) == [NO_TIME]


almost_a_time = st.one_of(
    st.text(),
    st.text(st.sampled_from("0123456789-:.+TZtz ")),
    st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9]([Tt][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.\d{1,7})?([Zz]|[+-]\d\d:\d\d))?"
    ),
)


@given(almost_a_time)
def test_any_text_is_a_time_in_utc_or_refused(text: str) -> None:
    for read in (moment, Moment().deserialize, Bound().deserialize, Bound(last=True).deserialize):
        try:
            assert read(text).utcoffset() == timedelta()
        except ValidationError:
            continue


@given(almost_a_time)
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        assert day(text).isoformat() == text
    except ValidationError:
        assert refusal(Day(), text) == ["must be a valid date such as 2025-06-21"]


# Addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://a",
        "https://news.example.org",
        "HTTPS://News.Example.org/A",
        "https://news.example.org:8443/a/b?c=d&e#f",
        "https://news.example.org/%ED%95%AD%EB%A7%8C",
        "https://news.example.org/항만",
        "http://127.0.0.1/",
        "http://[::1]:8000/",
        "https://example.org/it's(1);x=~y,*!$+@:",
        "https://example.org/" + "x" * 1_980,
    ],
)
def test_an_absolute_http_url_is_taken(url: str) -> None:
    http_url(url)
    assert Url().deserialize(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.org",
        "blob:https://example.org/x",
        "mailto:a@example.org",
        "example.org",
        "//example.org/a",
        "/a",
        "a",
        "?q",
        "http:",
        "http:example.org",
        "http:/example.org",
        "http://",
        "http:///a",
        "http://?a",
        "http://#a",
        "http://@/",
        "http://:80",
        "http://example.org:0",
        "http://example.org:65536",
        "http://example.org:8_0",
        "http://example.org:+80",
        "http://example.org:٣",
        "http://example.org:port",
        "http://[::1",
        "http://::1]",
        "http://[example.org]",
        "http://exam\u2100ple.org",
        "http://exam ple.org",
        " http://example.org",
        "http://example.org ",
        "http://example.org\n",
        "http://exa\tmple.org",
        "http://example.org/a\rb",
        "http://example.org/\u00a0",
        "http://example.org/\u2028",
        'http://example.org/"onload="x',
        "http://example.org/<script>",
        "http://example.org\\@evil.example",
        "http://example.org/{a}",
        "http://example.org/a|b",
        "http://example.org/a^b`c",
        "http://example.org/\x1b[2J",
    ],
)
def test_anything_else_is_no_url(url: str) -> None:
    assert refusal(Url(), url) == ["must be an absolute http or https URL"]


@pytest.mark.parametrize("url", ["http://example.org/\0", "\0http://example.org", "http://example.org/\ud800"])
def test_a_url_is_text(url: str) -> None:
    [sentence] = refusal(Url(), url)
    assert sentence.startswith("must not contain U+")


def test_a_url_has_1_to_2_000_characters() -> None:
    assert refusal(Url(), "https://example.org/" + "x" * 1_981) == ["must have 1 to 2,000 characters"]
    assert "must have 1 to 2,000 characters" in refusal(Url(), "")


@given(
    st.one_of(
        st.text(), st.text(st.one_of(st.sampled_from("[]:@/?#%\\ \n.a1"), st.characters())).map("http://".__add__)
    )
)
def test_any_text_is_an_http_url_or_refused(text: str) -> None:
    try:
        http_url(text)
    except ValidationError:
        return
    assert text.lower().startswith(("http://", "https://"))
    assert not set(text) & set('\0\n\r\t "<>\\')


# Codes


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("en", "en"), ("EN", "en"), ("eng", "en"), ("ger", "de"), ("deu", "de"), ("GER", "de"), ("jpn", "ja"),
        ("iw", "he"), ("fil", "fil"), ("und", "und"), ("EN-us", "en-US"), ("en-us", "en-US"), ("eng-us", "en-US"),
        ("de_AT", "de-AT"), ("zh-hant", "zh-Hant"), ("zh_Hant_TW", "zh-Hant-TW"), ("zh-yue", "yue"),
        ("pt-BR", "pt-BR"), ("sr-latn", "sr-Latn"), ("es-419", "es-419"), ("de-1996", "de-1996"),
        ("sl-ROZAJ", "sl-rozaj"), ("sq-XK", "sq-XK"), ("no", "no"), ("nb-no", "nb-NO"),
    ],
)  # fmt: skip
def test_a_language_is_loaded_in_canonical_form(given: str, tag: str) -> None:
    assert loaded(ArticleInput(), {**ARTICLE, "language": given})["language"] == tag
    assert loaded(OutletInput(), {"name": "x", "language": given})["language"] == tag
    assert LanguageList().deserialize(given) == [tag]
    assert language_tag(tag) == tag


@pytest.mark.parametrize(
    "code",
    ["", "e", "engl", "english", "e1", "éé", "en\n", " en", "\0\0", "\ud800a", "en-", "en--GB", "en-GB-GB", "-en",
     "en.GB", "x-private", "en-x-private", "en-u-ca-gregory", "i-klingon", "en-1", "\N{KELVIN SIGN}o",
     "en-US" + "-rozaj" * 6, "de" + "-x" * 100_000],
)  # fmt: skip
def test_what_is_no_language_is_refused(code: str) -> None:
    sentence = (
        "must be a BCP 47 language tag such as en, pt-BR or zh-Hant, or an ISO 639 code, of at most 35 characters"
    )
    with pytest.raises(ValidationError, match=sentence):
        language_tag(code)
    assert errors(ArticleInput(), {**ARTICLE, "language": code}) == {"language": [sentence]}
    assert errors(OutletInput(), {"name": "x", "language": code}) == {"language": [sentence]}


@pytest.mark.parametrize(
    ("stored", "tag"), [("eng", "en"), ("EN_us", "en-US"), ("und", "und"), ("jp", "jp"), ("qaa", "qaa"), (None, None)]
)
def test_an_import_takes_codes_of_earlier_releases(stored: str | None, tag: str | None) -> None:
    assert loaded(ArchivedArticle(), {**ARTICLE, "language": stored})["language"] == tag
    assert loaded(ArchivedOutlet(), {"name": "x", "language": stored})["language"] == tag


@pytest.mark.parametrize("code", ["", "K", "kr", "Kr", "KOR", "K1", "ＫＲ", "KR\n"])
def test_what_is_no_country_is_refused(code: str) -> None:
    sentence = "must be an ISO 3166-1 code of two upper-case letters such as KR"
    with pytest.raises(ValidationError, match=sentence):
        country_code(code)
    assert errors(OutletInput(), {"name": "x", "country": code}) == {"country": [sentence]}
    country_code("KR")


# Queries


@pytest.mark.parametrize(
    ("schema", "defaults"),
    [
        (NoQuery(), {}),
        (PageQuery(), {"limit": 20, "count": "capped"}),
        (EntityQuery(), {"limit": 20, "count": "capped", "sort": "name"}),
        (ArticleQuery(), {"limit": 20, "count": "capped", "sort": "newest", "tz": "UTC", "explain": "false"}),
        (PushQuery(), {}),
    ],
)
def test_every_parameter_may_be_left_out(schema: Schema, defaults: dict[str, Any]) -> None:
    assert loaded(schema, {}) == defaults


def test_all_filters_of_articles_together() -> None:
    query = {
        "q": " ferry ",
        "tag": "#Ferry,quay",
        "person": "Ada-Marlowe",
        "outlet": "lock-courier",
        "section": ["Seoul, Politics"],
        "language": "EN,ko",
        "credit": ["Quaywire"],
        "from": "2025-06-01",
        "to": "2025-06-21",
        "updated_since": "2025-06-21",
        "tz": "Asia/Seoul",
        "sort": "oldest",
        "limit": "100",
        "count": "none",
        "cursor": "x",
    }
    assert loaded(ArticleQuery(), query) == {
        "q": " ferry ",
        "tag": ["ferry", "quay"],
        "person": ["ada-marlowe"],
        "outlet": ["lock-courier"],
        "section": ["Seoul, Politics"],
        "language": ["en", "ko"],
        "credit": ["Quaywire"],
        "from": datetime(2025, 5, 31, 15, tzinfo=UTC),
        "to": datetime(2025, 6, 21, 15, tzinfo=UTC),
        "updated_since": datetime(2025, 6, 20, 15, tzinfo=UTC),
        "tz": "Asia/Seoul",
        "sort": "oldest",
        "limit": 100,
        "count": "none",
        "cursor": "x",
        "explain": "false",
    }


@pytest.mark.parametrize(
    ("schema", "query", "refused"),
    [
        (ArticleQuery(), {"sort": "Newest"}, {"sort": ["must be one of newest, oldest, updated, relevance"]}),
        (ArticleQuery(), {"sort": ""}, {"sort": ["must be one of newest, oldest, updated, relevance"]}),
        (ArticleQuery(), {"sort": "relevance"}, {"sort": ["must not be relevance without q"]}),
        (ArticleQuery(), {"include": "highlights"}, {"include": ["must not contain highlights without q"]}),
        (ArticleQuery(), {"explain": "true"}, {"explain": ["must not be true without q"]}),
        (ArticleQuery(), {"q": "x", "explain": "yes"}, {"explain": ["must be true or false"]}),
        (
            ArticleQuery(),
            {"include": "text"},
            {"include": ["has the unknown value 'text'. Known values are highlights, body, mentions."]},
        ),
        (EntityQuery(), {"sort": "newest"}, {"sort": ["must be one of name, articles, recent"]}),
        (PageQuery(), {"cursor": ""}, {"cursor": ["must have 1 to 4,000 characters"]}),
        (PageQuery(), {"cursor": "x" * 4_001}, {"cursor": ["must have 1 to 4,000 characters"]}),
        (PageQuery(), {"limit": "0"}, {"limit": ["must be a whole number from 1 to 100"]}),
        (PageQuery(), {"limit": "101"}, {"limit": ["must be a whole number from 1 to 100"]}),
        (ArticleQuery(), {"q": "x" * 2_001}, {"q": ["must have at most 2,000 characters"]}),
        (ArticleQuery(), {"q": "x", "syntax": "Strict"}, {"syntax": ["must be lenient or strict"]}),
        (ArticleQuery(), {"from_": "2025-06-21"}, {"from_": ["Unknown field."]}),
        (NoQuery(), {"limit": "5"}, {"limit": ["Unknown field."]}),
    ],
)
def test_a_parameter_that_is_wrong_is_refused(schema: Schema, query: dict[str, str], refused: dict[str, Any]) -> None:
    assert errors(schema, query) == refused


@pytest.mark.parametrize("q", ["", " ", "\t\n\u3000", "\u200b\u00ad", "\u202e \u200f", "\u3164"])
@pytest.mark.parametrize("more", [{}, {"sort": "relevance"}, {"include": "highlights,body", "explain": "true"}])
def test_a_blank_search_is_as_if_it_were_absent(q: str, more: dict[str, str]) -> None:
    others = {"include": "body"} if "include" in more else {}
    assert loaded(ArticleQuery(), {"q": q, **more}) == loaded(ArticleQuery(), others)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2025-06-21", "2025-06-21"),
        ("2025-06-21T09:00:00Z", "2025-06-21"),
        ("2025-06-21", "2025-06-21T00:00:00Z"),
        ("2025-06-21T09:00:00Z", "2025-06-21T09:00:00Z"),
        ("2025-06-21T09:00:00+09:00", "2025-06-21T00:00:00Z"),
        ("9999-12-30", "9999-12-30"),
    ],
)
def test_a_range_may_be_one_day_or_one_moment(first: str, last: str) -> None:
    found = loaded(ArticleQuery(), {"from": first, "to": last})
    assert found["from"] < found["to"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2025-06-22", "2025-06-21"),
        ("2025-06-22T00:00:00Z", "2025-06-21"),
        ("2025-06-21", "2025-06-20T23:59:59.999999Z"),
        ("2025-06-21T09:00:00.000001Z", "2025-06-21T09:00:00Z"),
        ("2025-06-21T09:00:00Z", "2025-06-21T09:00:00+09:00"),
    ],
)
def test_a_range_that_ends_before_it_begins_is_refused(first: str, last: str) -> None:
    assert errors(ArticleQuery(), {"from": first, "to": last}) == {"to": ["must not be before from"]}


@pytest.mark.parametrize(
    ("create", "names"),
    [("tags", ["tags"]), ("people", ["people"]), ("people,tags", ["people", "tags"]), ("tags, tags", ["tags"])],
)
def test_a_push_may_create_tags_and_people(create: str, names: list[str]) -> None:
    assert loaded(PushQuery(), {"create": create}) == {"create": names}


@pytest.mark.parametrize("create", ["outlets", "tags,outlets", "Tags", "tag", "true"])
def test_a_push_creates_nothing_else(create: str) -> None:
    [sentence] = errors(PushQuery(), {"create": create})["create"]
    assert sentence.startswith("has the unknown value")


# Articles and entities

ARTICLE = {
    "outlet": "lock-courier",
    "external_id": "1",
    "headline": "Ferry returns",
    "published_at": "2025-06-21T09:00:00+09:00",
}


def test_of_an_article_little_is_needed() -> None:
    assert loaded(ArticleInput(), ARTICLE) == {
        **ARTICLE,
        "published_at": datetime(2025, 6, 21, tzinfo=UTC),
        "body": "",
        "tags": [],
        "people": [],
    }
    assert errors(ArticleInput(), {}).keys() == ARTICLE.keys()


def test_an_article_is_taken_with_all_it_may_have() -> None:
    whole = {
        **ARTICLE,
        "url": "https://example.org/1",
        "standfirst": "",
        "body": " <script>alert(1)</script>\n",
        "byline": "Ines Vale",
        "credit": "Quaywire",
        "section": "Transport",
        "language": "en",
        "image": {"url": "https://example.org/1.jpg", "caption": "The quay", "credit": None},
        "tags": ["#Ferry"],
        "people": ["아델 한"],
    }
    assert loaded(ArticleInput(), whole) == {**whole, "published_at": datetime(2025, 6, 21, tzinfo=UTC)}


NULLABLE = (
    "url", "standfirst", "body_html", "byline", "credit", "section", "language", "image", "embargoed_until",
    "note",
    "source_version",
)  # fmt: skip


@pytest.mark.parametrize("name", NULLABLE)
def test_what_an_article_need_not_have_may_be_null(name: str) -> None:
    assert loaded(ArticleInput(), {**ARTICLE, name: None})[name] is None


@pytest.mark.parametrize("name", [name for name in ArticleInput().fields if name not in NULLABLE])
def test_what_an_article_must_have_is_not_null(name: str) -> None:
    assert errors(ArticleInput(), {**ARTICLE, name: None}).keys() == {name}


@pytest.mark.parametrize("name", ArticleInput().fields)
@pytest.mark.parametrize("value", [True, 2**63, 1.5, float("inf"), {"a": {"b": "\0"}}, [[]], "\0", "\ud800", [None]])
def test_no_field_of_an_article_takes_what_it_is_not(name: str, value: object) -> None:
    assert errors(ArticleInput(), {**ARTICLE, name: value}).keys() == {name}


@pytest.mark.parametrize(
    ("name", "longest"),
    [
        ("external_id", 200),
        ("headline", 1_000),
        ("standfirst", 5_000),
        ("byline", 500),
        ("credit", 200),
        ("section", 200),
    ],
)
def test_a_text_of_an_article_has_its_length(name: str, longest: int) -> None:
    assert loaded(ArticleInput(), {**ARTICLE, name: "x" * longest})[name] == "x" * longest
    low = 0 if name == "standfirst" else 1
    bounds = f"1 to {longest:,}" if low else f"at most {longest:,}"
    sentence = f"must have {bounds} characters"
    assert errors(ArticleInput(), {**ARTICLE, name: "x" * (longest + 1)}) == {name: [sentence]}
    if low:
        assert errors(ArticleInput(), {**ARTICLE, name: ""}) == {name: [sentence]}


@pytest.mark.parametrize("name", ["tags", "people"])
def test_an_article_names_at_most_100(name: str) -> None:
    assert len(loaded(ArticleInput(), {**ARTICLE, name: ["x"] * 100})[name]) == 100
    assert errors(ArticleInput(), {**ARTICLE, name: ["x"] * 101}) == {name: [f"must have at most 100 {name}"]}
    assert errors(ArticleInput(), {**ARTICLE, name: ["x", ""]}) == {name: {1: ["must have 1 to 200 characters"]}}


def test_two_articles_share_no_list() -> None:
    first, second = loaded(ArticleInput(), ARTICLE), loaded(ArticleInput(), ARTICLE)
    first["tags"].append("x")
    assert second["tags"] == []


def test_a_picture_has_an_address() -> None:
    assert loaded(ImageInput(), {"url": "https://example.org/1.jpg"}) == {
        "url": "https://example.org/1.jpg",
        "caption": None,
        "credit": None,
    }
    for image in ({}, {"url": None}, {"url": "javascript:alert(1)"}, {"url": "data:image/png;base64,AAAA"}):
        assert errors(ArticleInput(), {**ARTICLE, "image": image})["image"].keys() == {"url"}


@pytest.mark.parametrize(
    ("schema", "content"),
    [
        (TagInput(), {"name": "x", "match": [], "same_as": [], "kind": "topic"}),
        (PersonInput(), {"name": "x", "aliases": [], "roles": [], "same_as": []}),
        (OutletInput(), {"name": "x", "same_as": []}),
    ],
)
def test_of_a_entity_only_its_name_is_needed(schema: Schema, content: dict[str, Any]) -> None:
    assert loaded(schema, {"name": "x"}) == content
    assert errors(schema, {}).keys() == {"name"}


def test_a_role_is_dated_by_days() -> None:
    role = {"title": "Mayor", "organization": "Port", "from": "2024-02-29", "to": "2025-06-21"}
    assert loaded(PersonInput(), {"name": "x", "roles": [role]})["roles"] == [role]
    open_role = {"title": "Mayor", "organization": None, "from": None, "to": None}
    assert loaded(PersonInput(), {"name": "x", "roles": [{"title": "Mayor"}]})["roles"] == [open_role]
    for name in ("from", "to"):
        for text in ("2025-02-29", "2025", "2025-06-21T00:00:00Z"):
            refused = errors(PersonInput(), {"name": "x", "roles": [{"title": "Mayor", name: text}]})
            assert refused == {"roles": {0: {name: ["must be a valid date such as 2025-06-21"]}}}


@pytest.mark.parametrize(
    ("schema", "name"), [(TagInput(), "match"), (PersonInput(), "aliases"), (PersonInput(), "roles")]
)
def test_a_entity_has_at_most_100_of_each(schema: Schema, name: str) -> None:
    entry = {"title": "x"} if name == "roles" else "x"
    assert len(loaded(schema, {"name": "x", name: [entry] * 100})[name]) == 100
    assert errors(schema, {"name": "x", name: [entry] * 101}).keys() == {name}


@pytest.mark.parametrize("schema", [ArticleInput(), ImageInput(), TagInput(), PersonInput(), OutletInput()])
@pytest.mark.parametrize("name", ["Name", "id", "created_at", "__class__", "", "a/b"])
def test_a_field_that_is_not_known_is_refused(schema: Schema, name: str) -> None:
    assert errors(schema, {name: "x"})[name] == ["Unknown field."]


@pytest.mark.parametrize("content", [[], None, 1, "x", [{}]])
def test_a_record_is_an_object(content: object) -> None:
    assert errors(ArticleInput(), content) == {"_schema": ["Invalid input type."]}


def test_a_field_that_is_not_known_is_refused_further_in() -> None:
    image = {"url": "https://example.org/1.jpg", "src": "x"}
    assert errors(ArticleInput(), {**ARTICLE, "image": image}) == {"image": {"src": ["Unknown field."]}}
    role = {"title": "Mayor", "since": "2025"}
    assert errors(PersonInput(), {"name": "x", "roles": [role]}) == {"roles": {0: {"since": ["Unknown field."]}}}
