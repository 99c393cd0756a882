"""What every list takes and answers."""

from marshmallow import fields, validate

from schemas.base import Schema, Whole


class PageQuery(Schema):
    """Parameters of every list."""

    limit = Whole(low=1, high=100, load_default=20, metadata={"description": "How many entries a page has, 1 to 100."})
    cursor = fields.String(
        validate=validate.Length(1, 4_000, error="must have 1 to 4,000 characters"),
        metadata={
            "description": "Where to go on: `page.next` or `page.prev` of an answer to the same filters and sort.",
            "pattern": "^[A-Za-z0-9_-]+$",
        },
    )
    count = fields.String(
        load_default="capped",
        validate=validate.OneOf(("none", "capped", "exact"), error="must be none, capped or exact"),
        metadata={
            "description": "How `meta.total` counts: not at all (`none`), up to 1,000 (`capped`) or in full (`exact`)."
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
        metadata={"description": "The cursor of the page before; null on the first one."},
    )


class MetaSchema(Schema):
    """Facts about the whole list."""

    total = fields.Integer(
        metadata={"description": "How many entries the list has; 1,000 when it has more and `count` is `capped`."}
    )
    total_relation = fields.String(
        validate=validate.OneOf(("eq", "gte")),
        metadata={"description": "`eq` when `total` is exact, `gte` when there are more."},
    )
