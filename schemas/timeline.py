"""Timelines: parameters and responses."""

from marshmallow import fields, validate

from schemas.base import Flag, Schema
from schemas.explained import UnderstoodSchema
from schemas.filters import ArticleFilters

INTERVALS = ("day", "week", "month", "year", "decade", "century")


class TimelineQuery(ArticleFilters):
    """Parameters of a timeline: all filters of a list of articles, and the interval."""

    relax = Flag(
        load_default="true",
        metadata={
            "description": "Whether a search is relaxed as in a list by relevance, so that both are of the same "
            "articles (`meta.relaxed`). With `false`, only articles with all the words are counted, as in lists in "
            "other orders."
        },
    )
    interval = fields.String(
        load_default="auto",
        validate=validate.OneOf(("auto", *INTERVALS), error=f"must be one of auto, {', '.join(INTERVALS)}"),
        metadata={
            "description": "The length of an interval in the time zone `tz`: `day`, `week` (from Monday to Sunday), "
            "`month`, `year`, `decade` (such as 2020 to 2029) or `century` (1900 to 1999). `auto`, the default, is "
            "the shortest one that makes at most 120 intervals; `meta.interval` has it. A timeline has at most 1,000 "
            "intervals."
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
    complete = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether all matching articles were counted. Otherwise they are too many, and `total` and "
            "each `count` are estimates from a random sample of about 10,000 of them."
        },
    )
    margin = fields.Integer(
        required=True,
        metadata={
            "description": "By how many articles `total` may be wrong, in 19 of 20 cases; 0 if it is `complete`."
        },
    )
    relaxed = fields.Boolean(
        metadata={
            "description": "With `q`: whether fewer than 20 articles have all the words, so that articles with any of "
            "the rarest words are counted as well, as in a list by relevance."
        }
    )
    query = fields.Nested(UnderstoodSchema, metadata={"description": "With `q`: how it was understood."})


class TimelineSchema(Schema):
    """The number of articles over time."""

    data = fields.List(
        fields.Nested(BucketSchema),
        required=True,
        metadata={
            "description": "Consecutive intervals, including empty ones, from the beginning of `from`, `month` and "
            "`year` (or the first article) to their end and that of `to` (or the last article). Empty if none of "
            "these limits it and no article matches."
        },
    )
    meta = fields.Nested(TimelineMetaSchema, required=True, metadata={"description": "Facts about the whole timeline."})
