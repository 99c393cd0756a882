"""Articles as they come in: pushed whole, changed in part, many at once, and withdrawn."""

from datetime import UTC, datetime, timedelta
from typing import Any

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

from schemas.articles import STATUSES
from schemas.base import INT4, CommaList, Count, Flag, Schema, Slug, Text, WebAddress
from schemas.entities import LANGUAGE_CODE, language_code
from schemas.errors import ProblemErrorSchema
from schemas.times import Moment

# Clocks differ; what is published later than this belongs under an embargo.
AHEAD = timedelta(minutes=5)


class ImageInput(Schema):
    """The picture of an article as it comes in."""

    url = WebAddress(required=True, metadata={"description": "Where the picture is."})
    caption = Text(high=2_000, allow_none=True, load_default=None, metadata={"description": "What the picture shows."})
    credit = Text(high=200, allow_none=True, load_default=None, metadata={"description": "Whose picture it is."})


class ArticleInput(Schema):
    """An article as an outlet pushes it, whole: what is left out is empty afterwards."""

    outlet = Slug(required=True, metadata={"description": "The slug of the outlet that publishes it."})
    external_id = Text(
        low=1,
        high=200,
        required=True,
        metadata={"description": "The outlet's own identifier; pushed again, it updates."},
    )
    url = WebAddress(allow_none=True, metadata={"description": "Where the outlet published it."})
    headline = Text(low=1, high=1_000, required=True, metadata={"description": "The headline, plain text."})
    standfirst = Text(
        high=5_000, allow_none=True, metadata={"description": "The summary under the headline, plain text."}
    )
    body = Text(
        high=INT4,
        stripped=False,
        load_default="",
        metadata={"description": "The text, plain, kept word for word."},
    )
    body_html = Text(
        low=1,
        high=INT4,
        stripped=False,
        allow_none=True,
        metadata={"description": "The text as HTML, instead of `body`: it is cleaned, and `body` is made from it."},
    )
    byline = Text(low=1, high=500, allow_none=True, metadata={"description": "Who wrote it."})
    credit = Text(low=1, high=200, allow_none=True, metadata={"description": "The agency it came from."})
    section = Text(low=1, high=200, allow_none=True, metadata={"description": "The outlet's section."})
    language = fields.String(
        allow_none=True,
        validate=language_code,
        metadata={
            "description": "ISO 639 code; left out, the outlet's language, or the one the text is found to be in.",
            "pattern": LANGUAGE_CODE,
        },
    )
    image = fields.Nested(ImageInput, allow_none=True, metadata={"description": "The picture that belongs to it."})
    published_at = Moment(
        required=True,
        metadata={
            "description": "When it was published, with offset; at most 5 minutes ahead, unless it is embargoed.",
        },
    )
    embargoed_until = Moment(
        allow_none=True,
        metadata={
            "description": "Until then only keys of its outlet see it; then it is published, not earlier. Left out, an "
            "embargo stays as it is; null lifts it.",
        },
    )
    status = fields.String(
        validate=validate.OneOf(STATUSES, error="must be usable, withheld or canceled"),
        metadata={
            "description": "`withheld` (for now) or `canceled` withdraws it, `usable` brings a withdrawn one back. "
            "Left out, a new article is usable, and a withdrawn one is a 409."
        },
    )
    reason = Text(low=1, high=1_000, metadata={"description": "Why it is withdrawn, for those who ask for it."})
    note = Text(
        low=1, high=1_000, allow_none=True, metadata={"description": "What this version corrects, in a sentence."}
    )
    source_version = Count(
        allow_none=True,
        metadata={"description": "Your own number of this version; one lower than the archive holds changes nothing."},
    )
    tags = fields.List(
        Text(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100, error="must have at most 100 tags"),
        metadata={"description": "Slugs or names of tags; those found in the text are added."},
    )
    people = fields.List(
        Text(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100, error="must have at most 100 people"),
        metadata={"description": "Slugs, names or aliases of people; those found in the text are added."},
    )

    @ma.validates_schema
    def _timely(self, data: dict[str, Any], **_: Any) -> None:
        latest = max(datetime.now(UTC) + AHEAD, data.get("embargoed_until") or datetime.min.replace(tzinfo=UTC))
        if "published_at" in data and data["published_at"] > latest:
            raise ValidationError(
                "must not be more than 5 minutes ahead, nor after the end of the embargo", "published_at"
            )

    @ma.validates_schema
    def _one_text(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("body") and data.get("body_html"):
            raise ValidationError("is made from body_html; send one of them", "body")

    @ma.validates_schema
    def _reasonable(self, data: dict[str, Any], **_: Any) -> None:
        if "reason" in data and data.get("status", "usable") == "usable":
            raise ValidationError("goes with the status withheld or canceled", "reason")


class ArticlePatch(ArticleInput):
    """What is to change of an article (JSON merge patch, RFC 7396): what is left out stays, null empties a field."""

    class Meta(ArticleInput.Meta):
        exclude = ("outlet", "external_id")


class PushQuery(Schema):
    """Parameters of a push."""

    create = CommaList(
        metadata={
            "description": "Which unknown names to create: `tags`, `people` or `tags,people`; others are a 422. "
            "A name is public once it is created, even while its article is under an embargo.",
            "pattern": CommaList.pattern("(tags|people)"),
        },
    )

    @ma.validates("create")
    def _known(self, values: list[str], **_: Any) -> None:
        if not set(values) <= {"tags", "people"}:
            raise ValidationError("must be tags, people or tags,people")


class BatchQuery(PushQuery):
    """Parameters of a batch."""

    atomic = Flag(
        metadata={"description": "`true` stores all items or none."},
    )


class BatchResultSchema(Schema):
    """What became of one item of a batch."""

    line = fields.Integer(metadata={"description": "Of NDJSON: the line of the item, counted from 1."})
    index = fields.Integer(metadata={"description": "Of an array: the index of the item, counted from 0."})
    status = fields.Integer(
        required=True, metadata={"description": "The status that the item would have been answered with on its own."}
    )
    result = fields.String(
        validate=validate.OneOf(("created", "updated", "unchanged", "stale")),
        metadata={"description": "What was done with it, where it was accepted."},
    )
    id = fields.UUID(metadata={"description": "The id of the article, where it was accepted."})
    code = fields.String(metadata={"description": "The kind of problem, where it was refused."})
    detail = fields.String(metadata={"description": "What is wrong with it, where it was refused."})
    errors = fields.List(
        fields.Nested(ProblemErrorSchema),
        metadata={"description": "Each of its inputs that is wrong, with a pointer into the item."},
    )


class WithdrawQuery(Schema):
    """Parameters of a withdrawal."""

    reason = Text(low=1, high=1_000, required=True, metadata={"description": "Why, for those who ask for the article."})
    status = fields.String(
        load_default="canceled",
        validate=validate.OneOf(("withheld", "canceled"), error="must be withheld or canceled"),
        metadata={"description": "`canceled`, or `withheld` when it is to come back."},
    )
    purge = Flag(
        metadata={
            "description": "`true` erases its text and all its versions, for good; needs a key with the scope `admin`."
        },
    )
