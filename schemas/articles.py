"""Articles: how they look, alone and in a list."""

from marshmallow import fields, validate

from schemas.base import WEB_ADDRESS, Schema
from schemas.explained import ExplainSchema
from schemas.facets import FacetsSchema
from schemas.paging import MetaSchema, PageSchema

STATUSES = ("usable", "withheld", "canceled")


class EntityReference(Schema):
    """A tag, person or outlet as an article names it."""

    slug = fields.String(required=True, metadata={"description": "Its identifier in addresses and filters."})
    name = fields.String(required=True, metadata={"description": "Its name as people read it."})


class ImageSchema(Schema):
    """The picture that belongs to an article."""

    url = fields.String(required=True, metadata={"description": "Where the picture is.", "pattern": WEB_ADDRESS})
    caption = fields.String(required=True, allow_none=True, metadata={"description": "What the picture shows."})
    credit = fields.String(required=True, allow_none=True, metadata={"description": "Whose picture it is."})


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
    outlet = fields.Nested(EntityReference, required=True, metadata={"description": "Who published it."})
    tags = fields.List(
        fields.Nested(EntityReference),
        required=True,
        metadata={"description": "Its tags by slug, those found by phrases in its text among them."},
    )
    people = fields.List(
        fields.Nested(EntityReference),
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
