"""The regular expressions of the OpenAPI document: they take what the parser takes, and nothing else."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import ValidationError
from marshmallow.fields import Field

from schemas.base import CommaList, IdList, LanguageList, Name, Text, Url
from schemas.pushes import ArticleInput
from schemas.times import TimeZone

SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
ID = "73489488-7d9b-55fc-b9b4-5e9ee5af3853"


def documented(field: Field, text: str) -> bool:
    # In Python a line feed may follow what $ ends; in JavaScript, which JSON Schema has its patterns from, nothing may.
    return re.search(re.sub(r"\$$", r"\\Z", field.metadata["pattern"]), text) is not None


def accepted(field: Field, text: str) -> bool:
    try:
        field.deserialize(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "field", [Text(low=1, high=50), Text(high=50), Text(low=1, high=50, stripped=False), Text(high=50, stripped=False)]
)
@given(text=st.text(st.sampled_from(f"aé한🙂\0{SPACES}"), max_size=5))
@example(text="")
def test_a_text_is_described_as_it_is_taken(field: Text, text: str) -> None:
    assert documented(field, text) == accepted(field, text)


@given(text=st.text(st.sampled_from("aé \0\u061c\u200c\u200d\u200e\u2029\u202a\u202f\u2065\u2069\u206a"), max_size=4))
def test_a_name_is_described_as_it_is_taken(text: str) -> None:
    field = Name(low=1, high=50)
    assert documented(field, text) == accepted(field, text)


@given(text=st.text(st.sampled_from(f"aé,\0{SPACES}"), max_size=7))
@example(text=",".join("a" * 50))
@example(text=",".join("a" * 51))
def test_a_comma_list_is_described_as_it_is_taken(text: str) -> None:
    assert documented(CommaList(), text) == accepted(CommaList(), text)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (IdList(), ID),
        (IdList(), f"{ID.upper()},{ID}"),
        (IdList(), f"{ID},"),
        (IdList(), ID[1:]),
        (IdList(), f"{{{ID}}}"),
        (LanguageList(), "en,KO,ast"),
        (LanguageList(), "english"),
        (LanguageList(), "e"),
        (LanguageList(), "\N{KELVIN SIGN}o"),
        (ArticleInput().fields["language"], "ko"),
        (ArticleInput().fields["language"], "KO"),
        (ArticleInput().fields["outlet"], "a-b"),
        (ArticleInput().fields["outlet"], "a--b"),
        (TimeZone(), "America/Argentina/Buenos_Aires"),
        (TimeZone(), "Etc/GMT+9"),
        (TimeZone(), "../../etc/passwd"),
        (Url(), "HTTPS://example.org/기사?a[]=1#x"),
        (Url(), "ftp://example.org/"),
        (Url(), "https://example.org/a b"),
        (Url(), 'https://example.org/"'),
        (Url(), "https://example.org/\x85"),
    ],
)
def test_values_are_described_as_they_are_taken(field: Field, text: str) -> None:
    assert documented(field, text) == accepted(field, text)
