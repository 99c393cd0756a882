"""Related articles: how to ask for them, and how they look."""

from marshmallow import fields

from schemas.articles import ArticleSchema, EntityReference
from schemas.base import Schema, Whole
from schemas.filters import FieldList


class RelatedQuery(Schema):
    """Parameters of a list of related articles."""

    limit = Whole(low=1, high=20, load_default=5, metadata={"description": "How many are shown at most, 1 to 20."})
    fields_ = FieldList(
        data_key="fields",
        attribute="fields",
        metadata={"description": "Only these fields of each article, separated by commas; left out, all of them."},
    )


class SharedSchema(Schema):
    """What both articles have, the rarest first."""

    tags = fields.List(fields.Nested(EntityReference), required=True, metadata={"description": "Tags of both."})
    people = fields.List(fields.Nested(EntityReference), required=True, metadata={"description": "People both name."})
    terms = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Rare words of both, in any form, as the article asked about first has them."},
    )


class RelatedArticleSchema(ArticleSchema):
    """A related article: whole, or with the `fields` asked for."""

    shared = fields.Nested(SharedSchema, required=True, metadata={"description": "Why it is related."})
    duplicate_of = fields.UUID(
        required=True,
        allow_none=True,
        metadata={
            "description": "Of a copy, such as a report of an agency that several outlets publish: the id of the "
            "earliest article here, be it the one asked about, whose text is nearly the same; else null."
        },
    )


class RelatedMetaSchema(Schema):
    """Facts about the article asked about."""

    duplicate_of = fields.UUID(
        required=True,
        allow_none=True,
        metadata={
            "description": "The id of the earliest related article of which it is nearly a copy itself, or null."
        },
    )


class RelatedSchema(Schema):
    """What is related to an article."""

    data = fields.List(
        fields.Nested(RelatedArticleSchema(partial=True)),
        required=True,
        metadata={
            "description": "Articles that share its rarest tags, people and terms, those that share most first; of "
            "those that share as much the newest."
        },
    )
    meta = fields.Nested(
        RelatedMetaSchema, required=True, metadata={"description": "Facts about the article asked about."}
    )
