"""Related articles: parameters and responses."""

from marshmallow import fields

from schemas.articles import ArticleSchema, EntityReference
from schemas.base import Schema, Whole
from schemas.filters import FieldList


class RelatedQuery(Schema):
    """Parameters of a list of related articles."""

    limit = Whole(
        low=1,
        high=20,
        load_default=5,
        metadata={
            "description": "The maximum number of related articles, 1 to 20. There are fewer where their texts would "
            "exceed 4 MiB; leave `body` and `body_html` out of `fields` to get all."
        },
    )
    fields_ = FieldList(
        data_key="fields",
        attribute="fields",
        metadata={"description": "The fields of each article to return. Default: all."},
    )


class SharedSchema(Schema):
    """What the two articles have in common, the most telling first."""

    tags = fields.List(fields.Nested(EntityReference), required=True, metadata={"description": "Common tags."})
    people = fields.List(
        fields.Nested(EntityReference), required=True, metadata={"description": "People named in both."}
    )
    terms = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Rare words of both, in the form in which they first occur in the requested article."},
    )


class RelatedArticleSchema(ArticleSchema):
    """A related article: complete, or with the requested `fields` only."""

    shared = fields.Nested(
        SharedSchema, required=True, metadata={"description": "What it has in common with the requested article."}
    )
    duplicate_of = fields.UUID(
        required=True,
        allow_none=True,
        metadata={
            "description": "If the article is a copy, such as an agency report that several outlets published: the id "
            "of the first article of its group of copies, which may be the requested one. Otherwise null."
        },
    )


class RelatedMetaSchema(Schema):
    """Facts about the requested article."""

    duplicate_of = fields.UUID(
        required=True,
        allow_none=True,
        metadata={
            "description": "If the requested article is a copy itself: the id of the first article of its group. "
            "Otherwise null."
        },
    )


class RelatedSchema(Schema):
    """The articles related to an article."""

    data = fields.List(
        fields.Nested(RelatedArticleSchema(partial=True)),
        required=True,
        metadata={
            "description": "Articles that share the rarest tags, people and words with the requested one, those that "
            "share the most first; equal ones by time, the newest first."
        },
    )
    meta = fields.Nested(
        RelatedMetaSchema, required=True, metadata={"description": "Facts about the requested article."}
    )
