"""Timelines: parameters and responses."""

from marshmallow import fields, validate

from schemas.base import Schema
from schemas.filters import ArticleFilters

INTERVALS = ("day", "week", "month", "year")


class TimelineQuery(ArticleFilters):
    """Parameters of a timeline: all filters of a list of articles, and the interval."""

    interval = fields.String(
        load_default="month",
        validate=validate.OneOf(INTERVALS, error="must be one of day, week, month, year"),
        metadata={
            "description": "The length of an interval in the time zone `tz`: `day`, `week` (from Monday to Sunday), "
            "`month` or `year`. A timeline has at most 1,000 intervals."
        },
    )


class BucketSchema(Schema):
    """An interval of a timeline."""

    from_ = fields.Date(
        data_key="from",
        required=True,
        metadata={"description": "The first day in `tz`, as a value for the filter `from`."},
    )
    to = fields.Date(
        required=True, metadata={"description": "The last day in `tz`, included, as a value for the filter `to`."}
    )
    count = fields.Integer(
        required=True, metadata={"description": "The number of matching articles published in the interval."}
    )


class TimelineMetaSchema(Schema):
    """Facts about the whole timeline."""

    interval = fields.String(
        required=True, validate=validate.OneOf(INTERVALS), metadata={"description": "The length of an interval."}
    )
    tz = fields.String(required=True, metadata={"description": "The time zone of the intervals."})
    total = fields.Integer(required=True, metadata={"description": "The number of articles in all intervals together."})


class TimelineSchema(Schema):
    """The number of articles over time."""

    data = fields.List(
        fields.Nested(BucketSchema),
        required=True,
        metadata={
            "description": "Consecutive intervals, including empty ones, from `from` (or the first article) to `to` "
            "(or the last article). Empty if neither limits it and no article matches."
        },
    )
    meta = fields.Nested(TimelineMetaSchema, required=True, metadata={"description": "Facts about the whole timeline."})
