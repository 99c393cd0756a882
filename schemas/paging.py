"""What every list takes and answers."""

from marshmallow import fields, validate

from schemas.base import Schema, Whole


class PageQuery(Schema):
    """Parameters of every list."""

    limit = Whole(low=1, high=100, load_default=20, metadata={"description": "How many entries a page has, 1 to 100."})
    cursor = fields.String(
        validate=validate.Length(1, 1_000, error="must have 1 to 1,000 characters"),
        metadata={
            "description": "Where to go on: `page.next` of an earlier answer to the same filters and sort. Opaque."
        },
    )


class PageSchema(Schema):
    """Where this page stands in its list."""

    limit = fields.Integer(required=True, metadata={"description": "How many entries a page has at most."})
    next = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The cursor of the next page; null on the last one."},
    )
    prev = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The cursor of the page before; always null so far: pages go forward."},
    )


class MetaSchema(Schema):
    """Facts about the whole list."""
