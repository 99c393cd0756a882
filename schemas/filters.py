"""Asking for articles: the filters, and what a list of them shows in which order."""

from difflib import get_close_matches
from typing import Any

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

from schemas.articles import ArticleSchema
from schemas.base import (
    ChoiceList,
    CommaList,
    Flag,
    IdList,
    LanguageList,
    Repeated,
    Schema,
    SlugList,
    SoughtWebAddress,
    TagList,
    Text,
)
from schemas.facets import FACETS
from schemas.paging import PageQuery
from schemas.times import Bound, TimeZone

SORTS = ("newest", "oldest", "updated", "relevance")


class FieldList(CommaList):
    """Names of fields of an article."""

    VALUE = f"({'|'.join(ArticleSchema._declared_fields)})"

    def value(self, text: str) -> str:
        if text not in ArticleSchema._declared_fields:
            known = list(ArticleSchema._declared_fields)
            near = get_close_matches(text, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"they are {', '.join(known)}"
            raise ValidationError(f"must be fields of an article; {text[:50]!r} is none, {hint}")
        return text


class ArticleFilters(Schema):
    """Filters of articles; an article passes when it passes each of them."""

    q = Text(
        low=1,
        high=512,
        stripped=False,
        metadata={
            "description": 'What the article says: words, all of them. `"a phrase"`, `this OR that`, `-without`, '
            "`begin*`, `headline:word` (or `standfirst:`, `body:`), parentheses. What cannot be read is refused with "
            "the character where it goes wrong."
        },
    )
    tag = TagList(
        metadata={"description": "Has any of these tags: slugs separated by commas, with or without their `#`."}
    )
    tag_all = TagList(metadata={"description": "Has all of these tags: slugs separated by commas."})
    tag_not = TagList(metadata={"description": "Has none of these tags: slugs separated by commas."})
    person = SlugList(metadata={"description": "Names any of these people: slugs separated by commas."})
    person_all = SlugList(metadata={"description": "Names all of these people: slugs separated by commas."})
    person_not = SlugList(metadata={"description": "Names none of these people: slugs separated by commas."})
    outlet = SlugList(metadata={"description": "Is from any of these outlets: slugs separated by commas."})
    outlet_not = SlugList(metadata={"description": "Is from none of these outlets: slugs separated by commas."})
    section = Repeated(
        metadata={"description": "Is in this section, spelled as the outlet spells it. May be repeated: any of them."}
    )
    language = LanguageList(
        metadata={"description": "Is in any of these languages: ISO 639 codes such as `en` or `ko`, by commas."}
    )
    credit = Repeated(
        metadata={"description": "Is credited to this agency, such as `Yonhap`. May be repeated: any of them."}
    )
    byline = Repeated(
        metadata={"description": "Is by this author, spelled as in the article. May be repeated: any of them."}
    )
    url = Repeated(
        SoughtWebAddress(),
        most=20,
        metadata={"description": "Was published at this address, of `http` or `https`. May be repeated: any of them."},
    )
    external_id = Repeated(metadata={"description": "Has this identifier of its outlet. May be repeated: any of them."})
    id = IdList(metadata={"description": "Is one of these articles: ids separated by commas."})
    from_ = Bound(
        data_key="from",
        attribute="from",
        metadata={"description": "Published at this time or later: a time, or a date (from its first moment in `tz`)."},
    )
    to = Bound(
        last=True,
        metadata={"description": "Published at this time or before: a time, or a date (its whole day in `tz`)."},
    )
    updated_since = Bound(
        metadata={"description": "Changed in the archive at this time or later: a time, or a date in `tz`."}
    )
    tz = TimeZone(
        load_default="UTC",
        metadata={"description": "The time zone of dates in `from`, `to` and `updated_since`, such as `Asia/Seoul`."},
    )

    @ma.validates_schema
    def _range(self, data: dict[str, Any], **_: Any) -> None:
        if "from" in data and "to" in data and data["from"] >= data["to"]:
            raise ValidationError("must not be before from", "to")


class ArticleQuery(ArticleFilters, PageQuery):
    """Parameters of a list of articles: its filters, its order, what it shows."""

    sort = fields.String(
        validate=validate.OneOf(SORTS, error="must be newest, oldest, updated or relevance"),
        metadata={
            "description": "`newest` or `oldest` first by publication, those `updated` last first, or by `relevance` "
            "those first that match `q` best, of the newest 2,000 that match. Left out, `relevance` when `q` is given "
            "and `newest` otherwise."
        },
    )
    include = CommaList(
        metadata={
            "description": "More of each article, separated by commas: `highlights` (what `q` found, marked), and "
            "`body` (the text, beside the `fields` asked for; without `fields` it is there anyway).",
            "pattern": CommaList.pattern("(body|highlights)"),
        }
    )
    explain = Flag(
        metadata={"description": "`true` tells in `meta.explain` how `q` was understood."},
    )
    fields_ = FieldList(
        data_key="fields",
        attribute="fields",
        metadata={"description": "Only these fields of each article, separated by commas; left out, all of them."},
    )
    facets = ChoiceList(
        FACETS,
        metadata={
            "description": "Count the newest 2,000 articles that pass the filters by these facets, separated by "
            "commas: `outlet`, `section`, `tag`, `person`, `language`, `credit`, `year`, `month`. Each ignores its own "
            "filter (`year` and `month` ignore `from` and `to`), so that it shows what else could be chosen; "
            "`meta.facets` has them."
        },
    )

    @ma.validates("include")
    def _includable(self, values: list[str], **_: Any) -> None:
        if not set(values) <= {"body", "highlights"}:
            raise ValidationError("must be body, highlights or body,highlights")

    @ma.validates_schema
    def _searching(self, data: dict[str, Any], **_: Any) -> None:
        if "q" not in data and data.get("sort") == "relevance":
            raise ValidationError("relevance needs a search, q", "sort")
        if "q" not in data and "highlights" in data.get("include", ()):
            raise ValidationError("highlights need a search, q", "include")
        if "q" not in data and data.get("explain") == "true":
            raise ValidationError("needs a search, q, to explain", "explain")

    @ma.post_load
    def _sorted(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"sort": "relevance" if "q" in data else "newest", **data}
