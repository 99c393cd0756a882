"""What a search is in the languages of an archive."""

import pytest
from questions import question

ENGLISH = {"en": "the"}


@pytest.mark.parametrize(
    ("q", "languages", "tsquery"),
    [
        ("port", ENGLISH, "(('port'))"),
        ("port -ship", ENGLISH, "((('port')) & (!(('ship'))))"),
        ("port the", {"en": "", "fr": ""}, "((('port')) & (('the')))"),
        ("port OR ship", {"en": "", "fr": ""}, "((('port')) | (('ship')))"),
        # Nothing but what is excluded: an index finds it by its language.
        ("-port", ENGLISH, "(!(('port'))) & ('lang:en')"),
        ("the -port", ENGLISH, "((('the')) & (!(('port'))))"),
        ("port OR -ship", ENGLISH, "((('port')) | (!(('ship')))) & ('lang:en')"),
        ("-port", {"en": "", "fr": ""}, "(!(('port'))) & ('lang:en' | 'lang:fr')"),
        # Asked otherwise, or not at all, in another language.
        ("port the", {"en": "the", "fr": ""}, "((('port'))) & ('lang:en') | ((('port')) & (('the'))) & ('lang:fr')"),
        # A search of nothing but stop words is for these.
        ("the", {"en": "the", "fr": ""}, "(('the'))"),
    ],
)
def test_a_search_names_the_languages_only_where_they_tell_articles_apart_or_find_them(
    q: str, languages: dict[str, str], tsquery: str
) -> None:
    assert question(q, languages).tsquery == tsquery
