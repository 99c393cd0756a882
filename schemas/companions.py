"""Companions of an entity: parameters and responses."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from schemas.base import ChoiceList, Schema, Whole
from schemas.suggest import TYPES
from schemas.times import Bound, TimeZone, check_range

NOUNS = ("tags", "people", "outlets")


class CompanionsQuery(Schema):
    """Parameters of companions."""

    noun = ChoiceList(NOUNS, metadata={"description": "The kinds of companions: `tags`, `people`, `outlets`, separated "
                                       "by commas. Default: all."})  # fmt: skip
    min_articles = Whole(
        low=1,
        high=1_000_000,
        load_default=3,
        metadata={
            "description": "The minimum number of articles in common. Few articles say little: with 1 or 2, chance "
            "meetings of rare names appear."
        },
    )
    limit = Whole(
        low=1, high=100, load_default=20, metadata={"description": "The maximum number of companions, 1 to 100."}
    )
    from_ = Bound(
        data_key="from",
        attribute="from",
        metadata={"description": "Only articles published at or after this time, as in `GET /v1/articles`."},
    )
    to = Bound(
        last=True,
        metadata={"description": "Only articles published at or before this time, as in `GET /v1/articles`."},
    )
    tz = TimeZone(
        load_default="UTC",
        metadata={"description": "The time zone of days, months and years in `from` and `to`, such as `Asia/Seoul`."},
    )

    @ma.validates_schema
    def _check_range(self, data: dict[str, Any], **_: Any) -> None:
        check_range(data)


class QuotedArticleSchema(Schema):
    """The article of a quoted sentence."""

    id = fields.UUID(required=True, metadata={"description": "The id of the article."})
    headline = fields.String(required=True, metadata={"description": "Its headline."})
    published_at = fields.DateTime(required=True, metadata={"description": "When it was published."})


class CompanionEvidenceSchema(Schema):
    """A sentence that shows an entity and its companion, with its article."""

    article = fields.Nested(QuotedArticleSchema, required=True, metadata={"description": "The article."})
    sentence = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "A sentence of the newest article that has one with both; if no article has one, a sentence "
            "of the newest article with both that mentions one of them. At most 500 characters. Null if the first "
            "20,000 characters of the text have no such sentence."
        },
    )


class RankedCompanionSchema(Schema):
    """An entity that occurs in the same articles."""

    type = fields.String(
        required=True, validate=validate.OneOf(TYPES), metadata={"description": "`tag`, `person` or `outlet`."}
    )
    slug = fields.String(required=True, metadata={"description": "The identifier in URLs and filters."})
    name = fields.String(required=True, metadata={"description": "The name to display."})
    articles = fields.Integer(required=True, metadata={"description": "The number of articles with both."})
    sentences = fields.Integer(
        required=True,
        metadata={"description": "The number of those that mention both in one sentence; 0 for outlets."},
    )
    lift = fields.Float(
        required=True,
        metadata={
            "description": "How many times as often the companion occurs in the entity's articles as in all articles "
            "of the same months."
        },
    )
    lift_lower_bound = fields.Float(
        required=True,
        metadata={
            "description": "The lift that is sure at 95 %: that of the lower bound of the companion's share of the "
            "entity's articles (Wilson score interval). The companions are sorted by it."
        },
    )
    first_published_at = fields.DateTime(
        required=True, metadata={"description": "When the first article with both was published."}
    )
    last_published_at = fields.DateTime(
        required=True, metadata={"description": "When the last article with both was published."}
    )
    evidence = fields.Nested(CompanionEvidenceSchema, required=True, metadata={"description": "A quoted sentence."})


class CompanionListMetaSchema(Schema):
    """What the shares are of."""

    articles = fields.Integer(required=True, metadata={"description": "The number of the entity's articles."})
    of = fields.Integer(
        required=True, metadata={"description": "The number of all articles of the months of `from` to `to`."}
    )
    min_articles = fields.Integer(required=True, metadata={"description": "The minimum number of articles in common."})


class CompanionListSchema(Schema):
    """The companions of an entity."""

    data = fields.List(
        fields.Nested(RankedCompanionSchema),
        required=True,
        metadata={"description": "The companions, the highest `lift_lower_bound` first."},
    )
    meta = fields.Nested(CompanionListMetaSchema, required=True, metadata={"description": "What the shares are of."})
