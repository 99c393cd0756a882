"""API keys: how they are asked for, how they look."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas.base import Schema, Slug, Text
from schemas.paging import MetaSchema, PageQuery, PageSchema

SCOPES = ("read", "write", "edit", "admin")
_SCOPES = (
    "`read` where reads are not open to everyone, `write` for the articles of its own outlets, `edit` for tags, people"
    " and outlets, `admin` for everything, keys included; every key may read."
)


def _distinct(values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise ValidationError("must not say the same twice")


class KeysQuery(PageQuery):
    """Parameters of the list of keys."""


class KeyInput(Schema):
    """A key to make."""

    name = Text(low=1, high=200, required=True, metadata={"description": "Whom it is for, to tell keys apart."})
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES, error="must be read, write, edit or admin")),
        required=True,
        validate=[validate.Length(1, len(SCOPES), error="must have 1 to 4 values"), _distinct],
        metadata={"description": f"What it may do: {_SCOPES}", "uniqueItems": True},
    )
    outlets = fields.List(
        Slug(),
        load_default=[],
        validate=[validate.Length(max=1_000, error="must have at most 1,000 values"), _distinct],
        metadata={
            "description": "Slugs of the outlets it writes for; with the scope `write` at least one.",
            "uniqueItems": True,
        },
    )

    @validates_schema
    def _writes_for_somebody(self, data: dict[str, Any], **_: Any) -> None:
        if "write" in data["scopes"] and "admin" not in data["scopes"] and not data["outlets"]:
            raise ValidationError("must name an outlet: the scope write is for articles of the key's own", "outlets")


class KeySchema(Schema):
    """An API key, without its secret."""

    prefix = fields.String(
        required=True,
        metadata={"description": "What it is called: the eight characters after `dl_`.", "pattern": "^[0-9a-f]{8}$"},
    )
    name = fields.String(required=True, metadata={"description": "Whom it is for."})
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)),
        required=True,
        metadata={"description": f"What it may do: {_SCOPES}"},
    )
    outlets = fields.List(
        fields.String(), required=True, metadata={"description": "Slugs of the outlets it writes for."}
    )
    created_at = fields.DateTime(required=True, metadata={"description": "When it was made."})
    last_used_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When it was last used, to the minute."}
    )
    revoked_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When it was ended; null while it is valid."}
    )


class NewKeySchema(KeySchema):
    """An API key just made, with its secret, which is shown this once."""

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
    page = fields.Nested(PageSchema, required=True, metadata={"description": "Where this page stands in its list."})
    meta = fields.Nested(MetaSchema, required=True, metadata={"description": "Facts about the whole list."})
