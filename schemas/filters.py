"""Parameters of article lists: the filters, the order, and what is returned of each article."""

import re
from typing import Any

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

from schemas.articles import ArticleSchema
from schemas.base import (
    ChoiceList,
    Flag,
    IdList,
    LanguageList,
    QueriedUrl,
    Repeated,
    Schema,
    SlugList,
    TagList,
    Text,
)
from schemas.facets import FACETS
from schemas.paging import PageQuery
from schemas.times import Bound, PeriodList, TimeZone, check_range

LONGEST_SEARCH = 2_000
"""The length of ``q``, in characters."""
# White space, and what Unicode calls default ignorable: soft hyphens, joiners, marks of direction and the like.
_BLANK = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]*"
)
MENTIONS = (
    "`mentions`: in `tags` and `people`, why each was linked, and where the headline, standfirst and body mention it."
)
SYNTAXES = ("lenient", "strict")
SORTS = ("newest", "oldest", "updated", "relevance")


class FieldList(ChoiceList):
    """Names of fields of an article."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(tuple(ArticleSchema().fields), **kwargs)


class ArticleFilters(Schema):
    """Filters of articles. An article must match all of them."""

    q = Text(
        high=LONGEST_SEARCH,
        stripped=False,
        metadata={
            "description": 'A search: articles must contain all its words. Use `"a phrase"`, `this OR that`, '
            "`-without`, `begin*`, `headline:word` (or `standfirst:`, `body:`), `#tag` and parentheses to refine it. "
            "Invalid operators are taken as text, and `meta.query` names them. Up to 128 words are searched for. A "
            "blank `q` is ignored, and so are `sort=relevance`, `include=highlights` and `explain` with it."
        },
    )
    syntax = fields.String(
        validate=validate.OneOf(SYNTAXES, error=f"must be {' or '.join(SYNTAXES)}"),
        metadata={
            "description": "How invalid operators in `q` are treated. `lenient`, the default: as text. `strict`: as an "
            "error that gives the position of the mistake.",
        },
    )
    tag = TagList(
        metadata={
            "description": "Articles with any of these tags: slugs or names, separated by commas, with or without "
            "`#` (in a URL `%23`)."
        }
    )
    tag_all = TagList(metadata={"description": "Articles with all of these tags: slugs or names, separated by commas."})
    tag_not = TagList(
        metadata={"description": "Articles with none of these tags: slugs or names, separated by commas."}
    )
    person = SlugList(
        metadata={
            "description": "Articles that name any of these people: slugs or names, separated by commas. A name "
            "that several people have is an error."
        }
    )
    person_all = SlugList(
        metadata={
            "description": "Articles that name all of these people: slugs or names, separated by commas. A name "
            "that several people have is an error."
        }
    )
    person_not = SlugList(
        metadata={
            "description": "Articles that name none of these people: slugs or names, separated by commas. A name "
            "that several people have is an error."
        }
    )
    outlet = SlugList(
        metadata={"description": "Articles from any of these outlets: slugs or names, separated by commas."}
    )
    outlet_not = SlugList(
        metadata={"description": "Articles from none of these outlets: slugs or names, separated by commas."}
    )
    section = Repeated(
        metadata={
            "description": "Articles in this section, spelled as the outlet spells it. Repeat it to match any of "
            "several."
        }
    )
    language = LanguageList(
        metadata={
            "description": "Articles in any of these languages: BCP 47 tags such as `en,pt-BR`, separated by commas. "
            "`en` finds `en-US` as well, `en-US` does not find `en`, and `und` finds articles whose language is not "
            "known."
        }
    )
    credit = Repeated(
        metadata={
            "description": "Articles credited to this agency, such as `Yonhap`. Repeat it to match any of several."
        }
    )
    byline = Repeated(
        metadata={
            "description": "Articles with this byline, spelled as in the article. Repeat it to match any of several."
        }
    )
    url = Repeated(
        QueriedUrl(),
        most=20,
        metadata={"description": "Articles published at this http or https URL. Repeat it to match any of several."},
    )
    external_id = Repeated(
        metadata={"description": "Articles with this identifier of their outlet. Repeat it to match any of several."}
    )
    id = IdList(metadata={"description": "Articles with these ids, separated by commas."})
    from_ = Bound(
        data_key="from",
        attribute="from",
        metadata={
            "description": "Articles published at or after this time: a time with an offset, or a day (`2025-06-21`), "
            "month (`2025-06`) or year (`2025`), which means its start in `tz`."
        },
    )
    to = Bound(
        last=True,
        metadata={
            "description": "Articles published at or before this time: a time with an offset, or a day "
            "(`2025-06-21`), month (`2025-06`) or year (`2025`), which is included as a whole in `tz`."
        },
    )
    month = PeriodList(
        months=True,
        metadata={
            "description": "Articles published in any of these months in `tz`, such as `2025-05,2025-06`: separated "
            "by commas, or in several parameters."
        },
    )
    year = PeriodList(
        months=False,
        metadata={
            "description": "Articles published in any of these years in `tz`, such as `2024,2025`: separated by "
            "commas, or in several parameters."
        },
    )
    updated_since = Bound(
        metadata={
            "description": "Articles changed in the archive at or after this time. A day, month or year means its "
            "start in `tz`."
        }
    )
    collapse = fields.String(
        validate=validate.Equal("copies", error="must be copies"),
        metadata={
            "description": "`copies` shows one article of each group of copies, such as the report of an agency that "
            "several outlets publish: the one that was published first among those that match. Totals, facets and "
            "timelines count groups then. In lists, each article has its `copies`. Copies are found among articles "
            "published within three days of each other.",
            "enum": ["copies"],
        },
    )
    tz = TimeZone(
        load_default="UTC",
        metadata={
            "description": "The time zone of days, months and years in `from`, `to`, `month`, `year` and "
            "`updated_since`, such as `Asia/Seoul`."
        },
    )

    @ma.pre_load
    def _drop_blank_search(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Read a blank ``q``, such as an empty form field, as none, and ignore what needs one."""
        if "q" not in data or not _BLANK.fullmatch(data["q"]):
            return data
        others = {name: value for name, value in data.items() if name not in ("q", "explain")}
        if others.get("sort") == "relevance":
            del others["sort"]
        if others.get("include"):
            included = [name for name in others.pop("include").split(",") if name != "highlights"]
            others |= {"include": ",".join(included)} if included else {}
        return others

    @ma.validates_schema
    def _check_range(self, data: dict[str, Any], **_: Any) -> None:
        check_range(data)


class OneArticleQuery(Schema):
    """Parameters of one article."""

    include = ChoiceList(
        ("mentions",), metadata={"description": f"What to return of the article in addition. {MENTIONS}"}
    )


class ArticleQuery(PageQuery, ArticleFilters):
    """Parameters of a list of articles."""

    sort = fields.String(
        validate=validate.OneOf(SORTS, error=f"must be one of {', '.join(SORTS)}"),
        metadata={
            "description": "The order. `newest` and `oldest`: by publication. `updated`: the last changed first. "
            "`relevance`: the best matches of `q` first, among the newest 2,000 matches; those that contain its "
            "phrases literally, in the headline or else in the text, before others. Default: `relevance` with `q`, "
            "`newest` without it."
        },
    )
    include = ChoiceList(
        ("highlights", "body", "mentions"),
        metadata={
            "description": "What to return of each article in addition. `highlights`: the matches of `q`. `body`: "
            f"the text, if `fields` does not contain it. {MENTIONS}",
        },
    )
    explain = Flag(
        metadata={"description": "`true` returns in `meta.explain` how `q` was understood."},
    )
    fields_ = FieldList(
        data_key="fields",
        attribute="fields",
        metadata={"description": "The fields of each article to return. Default: all."},
    )
    facets = ChoiceList(
        FACETS,
        metadata={
            "description": "Count the newest 2,000 matching articles by these facets; `meta.facets` has the counts. "
            "Each facet ignores its own filter (`year` and `month` also `from` and `to`), so that it shows the other "
            "choices as well, and always lists the values that its filter selects."
        },
    )

    @ma.validates_schema
    def _require_q(self, data: dict[str, Any], **_: Any) -> None:
        if "q" not in data and data.get("sort") == "relevance":
            raise ValidationError("must not be relevance without q", "sort")
        if "q" not in data and "highlights" in data.get("include", ()):
            raise ValidationError("must not contain highlights without q", "include")
        if "q" not in data and data.get("explain") == "true":
            raise ValidationError("must not be true without q", "explain")

    @ma.post_load
    def _set_default_sort(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"sort": "relevance" if "q" in data else "newest", **data}
