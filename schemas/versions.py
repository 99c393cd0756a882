"""Versions of an article and their differences."""

from marshmallow import fields, validate

from schemas.articles import ArticleSchema
from schemas.base import Schema


class VersionSchema(Schema):
    """A version of an article in a list of versions."""

    version = fields.Integer(required=True, metadata={"description": "The number of the version."})
    updated_at = fields.DateTime(required=True, metadata={"description": "When the version was stored, in UTC."})
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "What the version corrects, in the outlet's words."}
    )
    status = fields.String(required=True, metadata={"description": "`usable`, `withheld` or `canceled`."})
    headline = fields.String(required=True, metadata={"description": "The headline of the version."})


class VersionListSchema(Schema):
    """All versions of an article, the current one first."""

    data = fields.List(fields.Nested(VersionSchema), required=True, metadata={"description": "The versions."})


class ArticleVersionSchema(ArticleSchema):
    """An article in one of its versions."""


class PartSchema(Schema):
    """A part of a changed text."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(("same", "removed", "added")),
        metadata={"description": "Whether the part is the `same` in both versions, was `removed` or was `added`."},
    )
    text = fields.String(required=True, metadata={"description": "The text of the part."})


class DifferenceSchema(Schema):
    """A changed field."""

    field = fields.String(required=True, metadata={"description": "The name of the field."})
    before = fields.Raw(
        allow_none=True,
        metadata={
            "description": "The value before. Left out if both texts have more than 100,000 characters together."
        },
    )
    after = fields.Raw(
        allow_none=True,
        metadata={"description": "The value after. Left out if both texts have more than 100,000 characters together."},
    )
    granularity = fields.String(
        validate=validate.OneOf(("words", "paragraphs", "text", "none")),
        metadata={
            "description": "How a text was compared: by `words`; by `paragraphs`, if comparing the words of all of "
            "them would take too long; or as one `text`. `none` means that it was not compared, because the texts "
            "before it have more than 8 million characters together: get both versions."
        },
    )
    parts = fields.List(
        fields.Nested(PartSchema),
        metadata={
            "description": "The parts of a text that are the same, removed or added, in order. Together they contain "
            "both texts."
        },
    )


class DifferencesSchema(Schema):
    """The differences of a version from the one before."""

    version = fields.Integer(required=True, metadata={"description": "The version that made these changes."})
    compared_with = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The version before it; null for the first version."}
    )
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "What the version corrects, in the outlet's words."}
    )
    changes = fields.List(
        fields.Nested(DifferenceSchema), required=True, metadata={"description": "The changed fields."}
    )
