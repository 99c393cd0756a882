"""Timelines: how to ask for one, and how it looks."""

from marshmallow import fields, validate

from schemas.base import Schema
from schemas.filters import ArticleFilters

INTERVALS = ("day", "week", "month", "year")


class TimelineQuery(ArticleFilters):
    """Parameters of a timeline: every filter of a list of articles, and the interval."""

    interval = fields.String(
        load_default="month",
        validate=validate.OneOf(INTERVALS, error="must be day, week, month or year"),
        metadata={
            "description": "How long each stretch of time is: a `day`, `week` (Monday to Sunday), `month` or `year` "
            "of the time zone `tz`. At most 1,000 of them make a timeline."
        },
    )


class BucketSchema(Schema):
    """A stretch of time."""

    from_ = fields.Date(
        data_key="from", required=True, metadata={"description": "Its first day in `tz`; `from` of a list takes it."}
    )
    to = fields.Date(
        required=True, metadata={"description": "Its last day in `tz`, included; `to` of a list takes it."}
    )
    count = fields.Integer(
        required=True, metadata={"description": "How many articles that pass every filter were published in it."}
    )


class TimelineMetaSchema(Schema):
    """Facts about the whole timeline."""

    interval = fields.String(
        required=True, validate=validate.OneOf(INTERVALS), metadata={"description": "How long each stretch is."}
    )
    tz = fields.String(required=True, metadata={"description": "The time zone whose days these are."})
    total = fields.Integer(required=True, metadata={"description": "How many articles there are in all."})


class TimelineSchema(Schema):
    """When articles were published."""

    data = fields.List(
        fields.Nested(BucketSchema),
        required=True,
        metadata={
            "description": "Stretches of time one after the other, the empty ones among them, from `from`, or the "
            "first article, to `to`, or the last article; none when there is no article to begin or end with."
        },
    )
    meta = fields.Nested(TimelineMetaSchema, required=True, metadata={"description": "Facts about the whole timeline."})
