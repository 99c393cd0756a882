"""Trending tags and people: parameters and responses."""

from marshmallow import fields, validate

from schemas.base import Schema, Whole
from schemas.times import Bound, TimeZone

NOUNS = ("tags", "people")
WINDOWS = ("1d", "3d", "7d")


class TrendingQuery(Schema):
    """Parameters of trending."""

    noun = fields.String(
        load_default="tags",
        validate=validate.OneOf(NOUNS, error=f"must be {' or '.join(NOUNS)}"),
        metadata={"description": "`tags` or `people`."},
    )
    window = fields.String(
        load_default="1d",
        validate=validate.OneOf(WINDOWS, error=f"must be one of {', '.join(WINDOWS)}"),
        metadata={"description": "The length of the window: one, three or seven days of 24 hours."},
    )
    as_of = Bound(
        last=True,
        inclusive=False,
        metadata={
            "description": "The end of the window: a time with an offset, or a day (`2025-06-21`), month or year, whose"
            " end in `tz` is meant. Default: now.",
        },
    )
    tz = TimeZone(
        load_default="UTC",
        metadata={"description": "The time zone of a day, month or year in `as_of`, such as `Asia/Seoul`."},
    )
    limit = Whole(
        low=1, high=100, load_default=20, metadata={"description": "The maximum number of entries, 1 to 100."}
    )


class TrendingEntrySchema(Schema):
    """A tag or person that more outlets write about than before."""

    slug = fields.String(required=True, metadata={"description": "The identifier in URLs and filters."})
    name = fields.String(required=True, metadata={"description": "The name to display."})
    observed = fields.Integer(
        required=True, metadata={"description": "The number of outlets with an article in the window, at least 3."}
    )
    expected = fields.Float(
        required=True,
        metadata={"description": "The mean number of outlets in the same window of the `meta.weeks` weeks before."},
    )
    growth_lower_bound = fields.Float(
        required=True,
        metadata={
            "description": "By how many times `observed` surely (at 95 %) exceeds what is expected, at least 1.5. It"
            " is the lower bound of Wilson's score interval of `observed / (observed + earlier + 0.5)`, multiplied by "
            "`weeks + 1`, where `earlier` is `expected` times `weeks`. The entries are sorted by it."
        },
    )
    articles = fields.Integer(
        required=True,
        metadata={"description": "The number of articles in the window without copies, at least 5."},
    )
    article_ids = fields.List(
        fields.UUID(), required=True, metadata={"description": "The ids of the newest 20 of them."}
    )


class TrendingMetaSchema(Schema):
    """What was compared."""

    noun = fields.String(required=True, validate=validate.OneOf(NOUNS), metadata={"description": "`tags` or `people`."})
    since = fields.DateTime(required=True, metadata={"description": "The beginning of the window."})
    until = fields.DateTime(required=True, metadata={"description": "The first moment after the window."})
    weeks = fields.Integer(
        required=True,
        metadata={
            "description": "The number of earlier weeks that were compared: 8, or as many as the archive has. With 0, "
            "nothing is trending, as nothing is known of what is usual."
        },
    )
    complete = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether all articles were examined. Otherwise only the newest 10,000 of each window were."
        },
    )


class TrendingSchema(Schema):
    """Trending tags or people."""

    data = fields.List(
        fields.Nested(TrendingEntrySchema),
        required=True,
        metadata={"description": "The entries, the highest `growth_lower_bound` first."},
    )
    meta = fields.Nested(TrendingMetaSchema, required=True, metadata={"description": "What was compared."})
