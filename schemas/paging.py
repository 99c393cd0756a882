"""Parameters and responses that all lists share."""

from marshmallow import fields, validate

from schemas.base import Schema, Whole


class PageQuery(Schema):
    """Parameters of every list."""

    limit = Whole(
        low=1, high=100, load_default=20, metadata={"description": "The maximum number of entries per page, 1 to 100."}
    )
    cursor = fields.String(
        validate=validate.Length(1, 4_000, error="must have 1 to 4,000 characters"),
        metadata={
            "description": "`page.next` or `page.prev` of a response to the same filters and sort.",
            "pattern": "^[A-Za-z0-9_-]+$",
        },
    )
    count = fields.String(
        load_default="capped",
        validate=validate.OneOf(("none", "capped", "exact"), error="must be one of none, capped, exact"),
        metadata={
            "description": "How `meta.total` counts: not at all (`none`), up to 1,000 (`capped`), or everything "
            "(`exact`)."
        },
    )


class PageSchema(Schema):
    """The position of this page in the list."""

    limit = fields.Integer(required=True, metadata={"description": "The maximum number of entries per page."})
    next = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The cursor of the next page; null on the last page."},
    )
    prev = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The cursor of the previous page; null on the first page."},
    )


class MetaSchema(Schema):
    """Facts about the whole list."""

    total = fields.Integer(
        metadata={
            "description": "The number of entries in the list, counted up to 1,000 if `count` is `capped`. For `q` "
            "with filters or a hashtag, counting may end earlier, after about 15,000 articles have been read."
        }
    )
    total_relation = fields.String(
        validate=validate.OneOf(("eq", "gte")),
        metadata={"description": "`eq` if `total` is exact, `gte` if there are more entries."},
    )
    size_limited = fields.Boolean(
        metadata={
            "description": "`true` if the page has fewer entries than `limit` because further texts would exceed "
            "4 MiB. Continue with `page.next`."
        }
    )
