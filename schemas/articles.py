"""Articles in responses, alone and in lists."""

from marshmallow import fields, validate

from schemas.base import URL_PATTERN, Schema
from schemas.explained import ExplainSchema, UnderstoodSchema
from schemas.facets import FacetsSchema
from schemas.paging import MetaSchema, PageSchema

STATUSES = ("usable", "withheld", "canceled")


class EntityReference(Schema):
    """A tag, person or outlet of an article."""

    slug = fields.String(required=True, metadata={"description": "The identifier in URLs and filters."})
    name = fields.String(required=True, metadata={"description": "The name to display."})


class MentionSchema(Schema):
    """A place in a text."""

    field = fields.String(
        required=True,
        validate=validate.OneOf(("headline", "standfirst", "body")),
        metadata={"description": "The field of the article."},
    )
    offset = fields.Integer(
        required=True,
        metadata={"description": "The number of Unicode characters of the field before the mention."},
    )
    text = fields.String(required=True, metadata={"description": "The mention as it is written there."})


class LinkedEntityReference(EntityReference):
    """A tag or person of an article, with `include=mentions` also why it was linked."""

    origin = fields.String(
        validate=validate.OneOf(("push", "match")),
        metadata={
            "description": "With `include=mentions`: `push` if the outlet named it, `match` if only the text of the "
            "article does."
        },
    )
    mentions_total = fields.Integer(
        metadata={"description": "With `include=mentions`: how often the text mentions it, shown or not."}
    )
    mentions = fields.List(
        fields.Nested(MentionSchema),
        metadata={"description": "With `include=mentions`: the first 100 places that mention it, in order."},
    )


class LinkedPersonReference(LinkedEntityReference):
    """A person of an article, with `include=mentions` also why they were linked."""

    evidence = fields.String(
        allow_none=True,
        validate=validate.OneOf(["name", "title", "roles", "tags", "companions"]),
        metadata={
            "description": "With `include=mentions`: how the person was recognized in the text. `name`: by a name or "
            "alias. `title`: by a title and surname. `roles`, `tags`, `companions`: among several people of one name, "
            "by these. null: the text does not mention them."
        },
    )


class ImageSchema(Schema):
    """The picture of an article."""

    url = fields.String(required=True, metadata={"description": "The URL of the picture.", "pattern": URL_PATTERN})
    caption = fields.String(
        required=True, allow_none=True, metadata={"description": "A description of what the picture shows."}
    )
    credit = fields.String(required=True, allow_none=True, metadata={"description": "The photographer or agency."})


class ArticleSchema(Schema):
    """An article."""

    id = fields.UUID(
        required=True, metadata={"description": "The id: a UUIDv5 of the outlet's `uuid` and the `external_id`."}
    )
    external_id = fields.String(required=True, metadata={"description": "The identifier in the outlet's own system."})
    url = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The URL at which the outlet published the article.", "pattern": URL_PATTERN},
    )
    headline = fields.String(required=True, metadata={"description": "The headline, as plain text."})
    standfirst = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The summary below the headline, as plain text."},
    )
    body = fields.String(required=True, metadata={"description": "The text, as plain text."})
    body_html = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The text as sanitized HTML, safe to insert into a page; null if the outlet sent plain text."
        },
    )
    byline = fields.String(required=True, allow_none=True, metadata={"description": "The author or authors."})
    credit = fields.String(
        required=True, allow_none=True, metadata={"description": "The news agency that the article is credited to."}
    )
    section = fields.String(
        required=True, allow_none=True, metadata={"description": "The section, as the outlet names it."}
    )
    language = fields.String(
        required=True, metadata={"description": "The language, as a BCP 47 tag; `und` if it is not known."}
    )
    image = fields.Nested(
        ImageSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The picture of the article."},
    )
    outlet = fields.Nested(
        EntityReference, required=True, metadata={"description": "The outlet that published the article."}
    )
    tags = fields.List(
        fields.Nested(LinkedEntityReference),
        required=True,
        metadata={"description": "The tags, ordered by slug, including those found by phrases in the text."},
    )
    people = fields.List(
        fields.Nested(LinkedPersonReference),
        required=True,
        metadata={"description": "The people named in the article, those with the most mentions first."},
    )
    published_at = fields.DateTime(required=True, metadata={"description": "The time of publication, in UTC."})
    created_at = fields.DateTime(
        required=True, metadata={"description": "When the archive first stored the article, in UTC."}
    )
    updated_at = fields.DateTime(
        required=True, metadata={"description": "When the article last changed in the archive, in UTC."}
    )
    version = fields.Integer(
        required=True,
        metadata={
            "description": "The number of this version: 1 at first, and one more with every change by the outlet."
        },
    )
    source_version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The outlet's own number of this version."}
    )
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "What this version corrects, in the outlet's words."}
    )
    status = fields.String(
        required=True,
        validate=validate.OneOf(STATUSES),
        metadata={"description": "`usable`, or if the article was withdrawn, `withheld` or `canceled`, as in ninjs."},
    )
    embargoed_until = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={
            "description": "Until this time only keys of the outlet can see the article; null without an embargo."
        },
    )


class RefusedSchema(Schema):
    """The tags and people that an editor refused for an article."""

    tags = fields.List(fields.Nested(EntityReference), required=True, metadata={"description": "The tags."})
    people = fields.List(fields.Nested(EntityReference), required=True, metadata={"description": "The people."})


REFUSED = "With `include=mentions` and a key with the scope `edit`: what editors refused for the article."


class WholeArticleSchema(ArticleSchema):
    """An article, for editors with what was refused for it."""

    refused = fields.Nested(RefusedSchema, metadata={"description": REFUSED})


class HighlightsSchema(Schema):
    """The matches of a search in an article, as HTML: matches are in `<mark>`, everything else is escaped."""

    headline = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The headline with its matches, or null without a match in it."},
    )
    standfirst = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The standfirst with its matches, or null without a match in it."},
    )
    body = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Up to three passages of the text with the most matches, in the order of the text."},
    )


class CopySchema(Schema):
    """A copy of an article."""

    id = fields.UUID(required=True, metadata={"description": "The id of the copy."})
    outlet = fields.Nested(EntityReference, required=True, metadata={"description": "The outlet that published it."})
    url = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The URL at which the outlet published it.", "pattern": URL_PATTERN},
    )


class ListedArticleSchema(ArticleSchema):
    """An article in a list: complete, or with the requested `fields` only."""

    refused = fields.Nested(RefusedSchema, metadata={"description": REFUSED})

    copies = fields.List(
        fields.Nested(CopySchema),
        metadata={
            "description": "With `collapse=copies`: the other articles of the group, the first published one first. "
            "A group has at most 50 articles."
        },
    )
    highlights = fields.Nested(
        HighlightsSchema, metadata={"description": "With `include=highlights`: the matches of `q`."}
    )


class RankedSchema(Schema):
    """How many articles were ranked by relevance."""

    articles = fields.Integer(required=True, metadata={"description": "The number of ranked articles."})
    all = fields.Boolean(
        required=True,
        metadata={"description": "Whether all matches were ranked. If not, the newest of them were."},
    )


class ArticleMetaSchema(MetaSchema):
    """Facts about the whole list of articles."""

    ranked = fields.Nested(
        RankedSchema, metadata={"description": "With `sort=relevance`: how many articles were ranked."}
    )
    relaxed = fields.Boolean(
        metadata={
            "description": "With `sort=relevance`: whether fewer than 20 articles have all the words, so that "
            "articles with any of the rarest words follow them. `total` and the facets count these as well."
        }
    )
    query = fields.Nested(UnderstoodSchema, metadata={"description": "With `q`: how it was understood."})
    explain = fields.Nested(
        ExplainSchema, metadata={"description": "With `explain=true`: how the search was understood."}
    )
    facets = fields.Nested(FacetsSchema, metadata={"description": "With `facets`: the counts of each facet."})
    suggestion = fields.String(
        allow_none=True,
        metadata={
            "description": "With `q`, if fewer than three articles match: the same search with similar words and "
            "names of the archive instead of words that are in no article, if that finds more articles; null otherwise."
        },
    )


class ArticlePageSchema(Schema):
    """One page of a list of articles."""

    data = fields.List(
        fields.Nested(ListedArticleSchema(partial=True)),
        required=True,
        metadata={"description": "The articles, in the requested order."},
    )
    page = fields.Nested(PageSchema, required=True, metadata={"description": "The position of this page in the list."})
    meta = fields.Nested(ArticleMetaSchema, required=True, metadata={"description": "Facts about the whole list."})
