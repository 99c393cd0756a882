"""API keys: parameters, inputs and responses."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas.base import Schema, Slug, Text
from schemas.paging import MetaSchema, PageQuery, PageSchema

SCOPES = ("read", "write", "edit", "admin")
_SCOPES = (
    "`read` allows reading; every other scope includes it. `write` allows changing articles "
    "of the key's outlets. `edit`"
    " allows changing tags, people and outlets. `admin` allows everything, including managing keys."
)


def _distinct(values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise ValidationError("must not contain duplicates")


class KeysQuery(PageQuery):
    """Parameters of the list of keys."""


class KeyInput(Schema):
    """A new key."""

    name = Text(
        low=1, high=200, required=True, metadata={"description": "A name to recognize the key by, such as its owner."}
    )
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES, error=f"must be one of {', '.join(SCOPES)}")),
        required=True,
        validate=[validate.Length(1, len(SCOPES), error=f"must have 1 to {len(SCOPES)} values"), _distinct],
        metadata={"description": f"What the key allows. {_SCOPES}", "uniqueItems": True},
    )
    outlets = fields.List(
        Slug(),
        load_default=[],
        validate=[validate.Length(max=1_000, error="must have at most 1,000 values"), _distinct],
        metadata={
            "description": "Slugs of the outlets that the key may write for. The scope `write` needs at least one.",
            "uniqueItems": True,
        },
    )

    @validates_schema
    def _require_outlet(self, data: dict[str, Any], **_: Any) -> None:
        if "write" in data["scopes"] and "admin" not in data["scopes"] and not data["outlets"]:
            raise ValidationError("must contain at least one outlet for the scope write", "outlets")


class KeySchema(Schema):
    """An API key, without its secret."""

    prefix = fields.String(
        required=True,
        metadata={
            "description": "The identifier of the key: the eight characters after `dl_`.",
            "pattern": "^[0-9a-f]{8}$",
        },
    )
    name = fields.String(required=True, metadata={"description": "The name of the key, such as its owner."})
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)),
        required=True,
        metadata={"description": f"What the key allows. {_SCOPES}"},
    )
    outlets = fields.List(
        fields.String(), required=True, metadata={"description": "Slugs of the outlets that the key may write for."}
    )
    created_at = fields.DateTime(required=True, metadata={"description": "When the key was created."})
    last_used_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When the key was last used, to the minute."}
    )
    revoked_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When the key was revoked; null while it is valid."}
    )


class NewKeySchema(KeySchema):
    """A key that was just created, with its secret, which is shown only once."""

    key = fields.String(
        required=True,
        metadata={
            "description": "The key itself. It is stored hashed and cannot be shown again.",
            "pattern": "^dl_[0-9a-f]{8}_[0-9a-f]{40}$",
        },
    )


class KeyPageSchema(Schema):
    """A page of keys."""

    data = fields.List(fields.Nested(KeySchema), required=True, metadata={"description": "The keys of this page."})
    page = fields.Nested(PageSchema, required=True, metadata={"description": "The position of this page in the list."})
    meta = fields.Nested(MetaSchema, required=True, metadata={"description": "Facts about the whole list."})
