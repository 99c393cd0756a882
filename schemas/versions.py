"""What an article was before its changes."""

from marshmallow import fields, validate

from schemas.articles import ArticleSchema
from schemas.base import Schema


class VersionSchema(Schema):
    """One version of an article, in short."""

    version = fields.Integer(required=True, metadata={"description": "Its number."})
    updated_at = fields.DateTime(required=True, metadata={"description": "When the article got to be so, UTC."})
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "What it corrects, as the outlet says it."}
    )
    status = fields.String(required=True, metadata={"description": "`usable`, `withheld` or `canceled`."})
    headline = fields.String(required=True, metadata={"description": "Its headline."})


class VersionListSchema(Schema):
    """All versions of an article, the current one first."""

    data = fields.List(fields.Nested(VersionSchema), required=True, metadata={"description": "The versions."})


class ArticleVersionSchema(ArticleSchema):
    """An article as it was in one of its versions."""


class PartSchema(Schema):
    """A piece of a text that changed."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(("same", "removed", "added")),
        metadata={"description": "Whether it is the `same` in both versions, was `removed` or was `added`."},
    )
    text = fields.String(required=True, metadata={"description": "The piece."})


class DifferenceSchema(Schema):
    """A field that changed."""

    field = fields.String(required=True, metadata={"description": "Its name."})
    before = fields.Raw(required=True, allow_none=True, metadata={"description": "What it was."})
    after = fields.Raw(required=True, allow_none=True, metadata={"description": "What it is."})
    parts = fields.List(
        fields.Nested(PartSchema),
        metadata={"description": "Of a text: how the one becomes the other, piece by piece."},
    )


class DifferencesSchema(Schema):
    """What a version changed."""

    version = fields.Integer(required=True, metadata={"description": "The version that changed it."})
    compared_with = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The version before; null for the first."}
    )
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "What it corrects, as the outlet says it."}
    )
    changes = fields.List(
        fields.Nested(DifferenceSchema), required=True, metadata={"description": "The fields that changed."}
    )
