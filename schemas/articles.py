"""Articles: how to ask for them, how they look, how to push one."""

from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

from schemas.base import (
    INT4,
    WEB_ADDRESS,
    Bound,
    ChoiceList,
    CommaList,
    Count,
    IdList,
    LanguageList,
    Moment,
    Repeated,
    Schema,
    Slug,
    SlugList,
    TagList,
    Text,
    TimeZone,
    WebAddress,
)
from schemas.errors import ProblemErrorSchema
from schemas.explained import ExplainSchema
from schemas.facets import FACETS, FacetsSchema
from schemas.nouns import LANGUAGE_CODE, language_code
from schemas.paging import MetaSchema, PageQuery, PageSchema

# Clocks differ; what is published later than this belongs under an embargo.
AHEAD = timedelta(minutes=5)

SORTS = ("newest", "oldest", "updated", "relevance")
STATUSES = ("usable", "withheld", "canceled")


class FieldList(CommaList):
    """Names of fields of an article."""

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        # Only now, since ArticleSchema is not yet known where this field is declared.
        self.metadata = {**self.metadata, "pattern": self.pattern(f"({'|'.join(ArticleSchema._declared_fields)})")}

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
    url = Repeated(metadata={"description": "Was published at this address. May be repeated: any of them."})
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
    explain = fields.String(
        load_default="false",
        validate=validate.OneOf(("true", "false"), error="must be true or false"),
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


class NounReference(Schema):
    """A tag, person or outlet as an article names it."""

    slug = fields.String(required=True, metadata={"description": "Its identifier in addresses and filters."})
    name = fields.String(required=True, metadata={"description": "Its name as people read it."})


class ImageSchema(Schema):
    """The picture that belongs to an article."""

    url = fields.String(required=True, metadata={"description": "Where the picture is.", "pattern": WEB_ADDRESS})
    caption = fields.String(required=True, allow_none=True, metadata={"description": "What the picture shows."})
    credit = fields.String(required=True, allow_none=True, metadata={"description": "Whose picture it is."})


class ImageInput(Schema):
    """The picture of an article as it comes in."""

    url = WebAddress(required=True, metadata={"description": "Where the picture is."})
    caption = Text(high=2_000, allow_none=True, load_default=None, metadata={"description": "What the picture shows."})
    credit = Text(high=200, allow_none=True, load_default=None, metadata={"description": "Whose picture it is."})


class ArticleSchema(Schema):
    """An article."""

    id = fields.UUID(required=True, metadata={"description": "UUIDv5 of the outlet's `uuid` and the `external_id`."})
    external_id = fields.String(required=True, metadata={"description": "The outlet's own identifier."})
    url = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Where the outlet published it.", "pattern": WEB_ADDRESS},
    )
    headline = fields.String(required=True, metadata={"description": "The headline, plain text."})
    standfirst = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The summary under the headline, plain text."},
    )
    body = fields.String(required=True, metadata={"description": "The text, plain."})
    body_html = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The text as clean HTML, when its outlet sent it so; safe to show in a page."},
    )
    byline = fields.String(required=True, allow_none=True, metadata={"description": "Who wrote it."})
    credit = fields.String(required=True, allow_none=True, metadata={"description": "The agency it came from."})
    section = fields.String(required=True, allow_none=True, metadata={"description": "The outlet's section."})
    language = fields.String(required=True, metadata={"description": "ISO 639 code of its language."})
    image = fields.Nested(
        ImageSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The picture that belongs to it."},
    )
    outlet = fields.Nested(NounReference, required=True, metadata={"description": "Who published it."})
    tags = fields.List(
        fields.Nested(NounReference),
        required=True,
        metadata={"description": "Its tags by slug, those found by phrases in its text among them."},
    )
    people = fields.List(
        fields.Nested(NounReference),
        required=True,
        metadata={"description": "The people it names, most mentions first."},
    )
    published_at = fields.DateTime(required=True, metadata={"description": "When it was published, UTC."})
    created_at = fields.DateTime(required=True, metadata={"description": "When the archive got it, UTC."})
    updated_at = fields.DateTime(required=True, metadata={"description": "When the archive last changed it, UTC."})
    version = fields.Integer(
        required=True, metadata={"description": "1, and one more with every change that the outlet pushed."}
    )
    source_version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The outlet's own number of this version."}
    )
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "What this version corrects, as the outlet says it."}
    )
    status = fields.String(
        required=True,
        validate=validate.OneOf(STATUSES),
        metadata={"description": "`usable`, or why it is not: `withheld` or `canceled`, the words of ninjs."},
    )
    embargoed_until = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Until when only its outlet's keys see it; null for everything that all may see."},
    )


class HighlightsSchema(Schema):
    """What a search found in an article, as HTML: finds between `<mark>` and `</mark>`, everything else escaped."""

    headline = fields.String(
        required=True, allow_none=True, metadata={"description": "The headline, or null when nothing in it was found."}
    )
    standfirst = fields.String(
        required=True, allow_none=True, metadata={"description": "The summary, or null when nothing in it was found."}
    )
    body = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Up to three parts of the text that hold most of what was found, in its order."},
    )


class ListedArticleSchema(ArticleSchema):
    """An article in a list: whole, or with the `fields` asked for."""

    highlights = fields.Nested(
        HighlightsSchema, metadata={"description": "What `q` found in it, with `include=highlights`."}
    )


class RankedSchema(Schema):
    """What an order by relevance is made of."""

    articles = fields.Integer(required=True, metadata={"description": "How many articles were ranked."})
    all = fields.Boolean(
        required=True,
        metadata={"description": "Whether those are all that match; if not, they are the newest of them."},
    )


class ArticleMetaSchema(MetaSchema):
    """Facts about the whole list of articles."""

    ranked = fields.Nested(RankedSchema, metadata={"description": "With `sort=relevance`, what was ranked."})
    relaxed = fields.Boolean(
        metadata={
            "description": "With `sort=relevance`: fewer articles than a page have all the words,"
            " so those that have any of the rarest words follow."
        }
    )
    explain = fields.Nested(
        ExplainSchema, metadata={"description": "With `explain=true`, how the search was understood."}
    )
    facets = fields.Nested(FacetsSchema, metadata={"description": "With `facets`, what was counted, by facet."})
    suggestion = fields.String(
        allow_none=True,
        metadata={
            "description": "With `q`, when it finds fewer than three articles: the same search with words of the names "
            "in the archive instead of near ones that hardly occur, when that finds more; else null."
        },
    )


class ArticlePageSchema(Schema):
    """One page of a list of articles."""

    data = fields.List(
        fields.Nested(ListedArticleSchema(partial=True)),
        required=True,
        metadata={"description": "The articles, in the order asked for."},
    )
    page = fields.Nested(PageSchema, required=True, metadata={"description": "Where this page stands."})
    meta = fields.Nested(ArticleMetaSchema, required=True, metadata={"description": "Facts about the whole list."})


class ArticleInput(Schema):
    """An article as an outlet pushes it, whole: what is left out is empty afterwards."""

    outlet = Slug(required=True, metadata={"description": "The slug of the outlet that publishes it."})
    external_id = Text(
        low=1,
        high=200,
        required=True,
        metadata={"description": "The outlet's own identifier; pushed again, it updates."},
    )
    url = WebAddress(allow_none=True, metadata={"description": "Where the outlet published it."})
    headline = Text(low=1, high=1_000, required=True, metadata={"description": "The headline, plain text."})
    standfirst = Text(
        high=5_000, allow_none=True, metadata={"description": "The summary under the headline, plain text."}
    )
    body = Text(
        high=INT4,
        stripped=False,
        load_default="",
        metadata={"description": "The text, plain, kept word for word."},
    )
    body_html = Text(
        low=1,
        high=INT4,
        stripped=False,
        allow_none=True,
        metadata={"description": "The text as HTML, instead of `body`: it is cleaned, and `body` is made from it."},
    )
    byline = Text(low=1, high=500, allow_none=True, metadata={"description": "Who wrote it."})
    credit = Text(low=1, high=200, allow_none=True, metadata={"description": "The agency it came from."})
    section = Text(low=1, high=200, allow_none=True, metadata={"description": "The outlet's section."})
    language = fields.String(
        allow_none=True,
        validate=language_code,
        metadata={
            "description": "ISO 639 code; left out, the outlet's language, or the one the text is found to be in.",
            "pattern": LANGUAGE_CODE,
        },
    )
    image = fields.Nested(ImageInput, allow_none=True, metadata={"description": "The picture that belongs to it."})
    published_at = Moment(
        required=True,
        metadata={
            "description": "When it was published, with offset; at most 5 minutes ahead, unless it is embargoed.",
            "format": "date-time",
        },
    )

    embargoed_until = Moment(
        allow_none=True,
        metadata={
            "description": "Until then only keys of its outlet see it; then it is published, not earlier. Left out, an "
            "embargo stays as it is; null lifts it.",
        },
    )
    status = fields.String(
        validate=validate.OneOf(STATUSES, error="must be usable, withheld or canceled"),
        metadata={
            "description": "`withheld` (for now) or `canceled` withdraws it, `usable` brings a withdrawn one back. "
            "Left out, a new article is usable, and a withdrawn one is a 409."
        },
    )
    reason = Text(low=1, high=1_000, metadata={"description": "Why it is withdrawn, for those who ask for it."})
    note = Text(
        low=1, high=1_000, allow_none=True, metadata={"description": "What this version corrects, in a sentence."}
    )
    source_version = Count(
        allow_none=True,
        metadata={"description": "Your own number of this version; one lower than the archive holds changes nothing."},
    )

    @ma.validates_schema
    def _timely(self, data: dict[str, Any], **_: Any) -> None:
        latest = max(datetime.now(UTC) + AHEAD, data.get("embargoed_until") or datetime.min.replace(tzinfo=UTC))
        if "published_at" in data and data["published_at"] > latest:
            raise ValidationError(
                "must not be more than 5 minutes ahead, nor after the end of the embargo", "published_at"
            )

    @ma.validates_schema
    def _one_text(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("body") and data.get("body_html"):
            raise ValidationError("is made from body_html; send one of them", "body")

    @ma.validates_schema
    def _reasonable(self, data: dict[str, Any], **_: Any) -> None:
        if "reason" in data and data.get("status", "usable") == "usable":
            raise ValidationError("goes with the status withheld or canceled", "reason")

    tags = fields.List(
        Text(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100, error="must have at most 100 tags"),
        metadata={"description": "Slugs or names of tags; those found in the text are added."},
    )
    people = fields.List(
        Text(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100, error="must have at most 100 people"),
        metadata={"description": "Slugs, names or aliases of people; those found in the text are added."},
    )


class PushQuery(Schema):
    """Parameters of a push."""

    create = CommaList(
        metadata={
            "description": "Which unknown names to create: `tags`, `people` or `tags,people`; others are a 422.",
            "pattern": CommaList.pattern("(tags|people)"),
        },
    )

    @ma.validates("create")
    def _known(self, values: list[str], **_: Any) -> None:
        if not set(values) <= {"tags", "people"}:
            raise ValidationError("must be tags, people or tags,people")


class BatchQuery(PushQuery):
    """Parameters of a batch."""

    atomic = fields.String(
        load_default="false",
        validate=validate.OneOf(("true", "false"), error="must be true or false"),
        metadata={"description": "`true` stores all items or none."},
    )


class BatchResultSchema(Schema):
    """What became of one item of a batch."""

    line = fields.Integer(metadata={"description": "Of NDJSON: the line of the item, counted from 1."})
    index = fields.Integer(metadata={"description": "Of an array: the index of the item, counted from 0."})
    status = fields.Integer(
        required=True, metadata={"description": "The status that the item would have been answered with on its own."}
    )
    result = fields.String(
        validate=validate.OneOf(("created", "updated", "unchanged", "stale")),
        metadata={"description": "What was done with it, where it was accepted."},
    )
    id = fields.UUID(metadata={"description": "The id of the article, where it was accepted."})
    code = fields.String(metadata={"description": "The kind of problem, where it was refused."})
    detail = fields.String(metadata={"description": "What is wrong with it, where it was refused."})
    errors = fields.List(
        fields.Nested(ProblemErrorSchema),
        metadata={"description": "Each of its inputs that is wrong, with a pointer into the item."},
    )


class ArticlePatch(ArticleInput):
    """What is to change of an article (JSON merge patch, RFC 7396): what is left out stays, null empties a field."""

    class Meta(ArticleInput.Meta):
        exclude = ("outlet", "external_id")


class WithdrawQuery(Schema):
    """Parameters of a withdrawal."""

    reason = Text(low=1, high=1_000, required=True, metadata={"description": "Why, for those who ask for the article."})
    status = fields.String(
        load_default="canceled",
        validate=validate.OneOf(("withheld", "canceled"), error="must be withheld or canceled"),
        metadata={"description": "`canceled`, or `withheld` when it is to come back."},
    )
    purge = fields.String(
        load_default="false",
        validate=validate.OneOf(("true", "false"), error="must be true or false"),
        metadata={
            "description": "`true` erases its text and all its versions, for good; needs a key with the scope `admin`."
        },
    )
