"""Inputs that push, change and withdraw articles, and the results of a batch."""

from datetime import UTC, datetime, timedelta
from typing import Any

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

from schemas.articles import STATUSES
from schemas.base import INT4, ChoiceList, Count, Flag, Name, Schema, Slug, Text, Url
from schemas.errors import ProblemErrorSchema
from schemas.languages import Language
from schemas.times import Moment

# Clocks differ by a few minutes. Later times of publication need an embargo.
AHEAD = timedelta(minutes=5)


class ImageInput(Schema):
    """The picture of an article in a request."""

    url = Url(required=True, metadata={"description": "The URL of the picture."})
    caption = Text(
        high=2_000,
        allow_none=True,
        load_default=None,
        metadata={"description": "A description of what the picture shows."},
    )
    credit = Text(high=200, allow_none=True, load_default=None, metadata={"description": "The photographer or agency."})


class ArticleInput(Schema):
    """A complete article as an outlet pushes it. Fields that are left out become empty."""

    outlet = Slug(required=True, metadata={"description": "The slug of the outlet that publishes the article."})
    external_id = Text(
        low=1,
        high=200,
        required=True,
        metadata={"description": "The identifier in the outlet's own system. Pushing it again updates the article."},
    )
    url = Url(allow_none=True, metadata={"description": "The URL at which the outlet published the article."})
    headline = Text(low=1, high=1_000, required=True, metadata={"description": "The headline, as plain text."})
    standfirst = Text(
        high=5_000, allow_none=True, metadata={"description": "The summary below the headline, as plain text."}
    )
    body = Text(
        high=INT4,
        stripped=False,
        load_default="",
        metadata={"description": "The text, as plain text. It is stored unchanged."},
    )
    body_html = Text(
        low=1,
        high=INT4,
        stripped=False,
        allow_none=True,
        metadata={
            "description": "The text as HTML, instead of `body`. It is sanitized, and `body` is derived from it. "
            "At most 40,000 tags, 100 attributes in a tag and 100 elements nested in one another."
        },
    )
    byline = Text(low=1, high=500, allow_none=True, metadata={"description": "The author or authors."})
    credit = Text(
        low=1, high=200, allow_none=True, metadata={"description": "The news agency that the article is credited to."}
    )
    section = Text(low=1, high=200, allow_none=True, metadata={"description": "The section, as the outlet names it."})
    language = Language(
        description="The language, as a BCP 47 tag (`en`, `pt-BR`, `zh-Hant`) or an ISO 639 code (`eng`), stored in "
        "canonical form. Its subtags must be registered with IANA and not for private use. Default: the outlet's "
        "language, or the detected language of the text, or `und` if that is not certain."
    )
    image = fields.Nested(ImageInput, allow_none=True, metadata={"description": "The picture of the article."})
    published_at = Moment(
        required=True,
        metadata={
            "description": "The time of publication, with an offset. At most 5 minutes in the future, unless the "
            "article is under an embargo.",
        },
    )
    embargoed_until = Moment(
        allow_none=True,
        metadata={
            "description": "The end of the embargo. Until then only keys of the outlet see the article; then it is "
            "published automatically. If left out, an existing embargo stays; null lifts it.",
        },
    )
    status = fields.String(
        validate=validate.OneOf(STATUSES, error="must be one of usable, withheld, canceled"),
        metadata={
            "description": "`withheld` (temporarily) or `canceled` withdraws the article; `usable` restores it. If "
            "left out, a new article is usable, and pushing a withdrawn one is a 409."
        },
    )
    reason = Text(low=1, high=1_000, metadata={"description": "Why the article is withdrawn. Readers see it."})
    note = Text(
        low=1, high=1_000, allow_none=True, metadata={"description": "What this version corrects, in one sentence."}
    )
    source_version = Count(
        allow_none=True,
        metadata={
            "description": "Your own number of this version. A push with a lower number than the stored one changes "
            "nothing."
        },
    )
    tags = fields.List(
        Name(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100, error="must have at most 100 tags"),
        metadata={"description": "Slugs or names of tags. Tags found in the text are added."},
    )
    people = fields.List(
        Name(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100, error="must have at most 100 people"),
        metadata={"description": "Slugs, names or aliases of people. People found in the text are added."},
    )

    @ma.validates_schema
    def _check_published_at(self, data: dict[str, Any], **_: Any) -> None:
        latest = max(datetime.now(UTC) + AHEAD, data.get("embargoed_until") or datetime.min.replace(tzinfo=UTC))
        if "published_at" in data and data["published_at"] > latest:
            raise ValidationError(
                "must not be more than 5 minutes in the future, unless embargoed_until is at or after it",
                "published_at",
            )

    @ma.validates_schema
    def _check_body(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("body") and data.get("body_html"):
            raise ValidationError("must not be sent together with body_html", "body")

    @ma.validates_schema
    def _check_reason(self, data: dict[str, Any], **_: Any) -> None:
        if "reason" in data and data.get("status", "usable") == "usable":
            raise ValidationError("must only be sent with the status withheld or canceled", "reason")


class ArticlePatch(ArticleInput):
    """Changes to an article as a JSON merge patch (RFC 7396): null empties a field, fields that are left out stay."""

    class Meta(ArticleInput.Meta):
        exclude = ("outlet", "external_id")


class PushQuery(Schema):
    """Parameters of a push."""

    create = ChoiceList(
        ("tags", "people"),
        metadata={
            "description": "Create unknown names of these kinds. All other unknown names are an error. A created "
            "name is public at once, even while its article is under an embargo. An article that is refused or stale "
            "creates none. With a key that has no scope `edit`, they are unconfirmed: until an editor confirms them, "
            "only texts of the key's outlets are linked to them. Names without letters, or with only one, are refused.",
        },
    )


class BatchQuery(PushQuery):
    """Parameters of a batch."""

    atomic = Flag(
        metadata={"description": "`true` stores either all items or none."},
    )


class BatchResultSchema(Schema):
    """The result of one item of a batch."""

    line = fields.Integer(metadata={"description": "With NDJSON: the line of the item, counted from 1."})
    index = fields.Integer(metadata={"description": "With an array: the index of the item, counted from 0."})
    status = fields.Integer(
        required=True, metadata={"description": "The HTTP status that the item would have got on its own."}
    )
    result = fields.String(
        validate=validate.OneOf(("created", "updated", "unchanged", "stale")),
        metadata={"description": "What was done with the item, if it was accepted."},
    )
    id = fields.UUID(metadata={"description": "The id of the article, if the item was accepted."})
    code = fields.String(metadata={"description": "The kind of problem, if the item was refused."})
    detail = fields.String(metadata={"description": "What is wrong with the item, if it was refused."})
    errors = fields.List(
        fields.Nested(ProblemErrorSchema),
        metadata={"description": "The wrong inputs, each with a pointer into the item."},
    )


class WithdrawQuery(Schema):
    """Parameters of a withdrawal."""

    reason = Text(
        low=1,
        high=1_000,
        required=True,
        metadata={"description": "Why the article is withdrawn. Readers see it.", "example": "Published by mistake"},
    )
    status = fields.String(
        load_default="canceled",
        validate=validate.OneOf(("withheld", "canceled"), error="must be one of withheld, canceled"),
        metadata={"description": "`canceled`, or `withheld` if the withdrawal is temporary."},
    )
    purge = Flag(
        metadata={
            "description": "`true` also erases the text and all versions, permanently. This needs a key with the "
            "scope `admin`."
        },
    )
