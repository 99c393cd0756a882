"""The change feed: how to ask for it, and how it looks."""

from marshmallow import ValidationError, fields, validate

from schemas.articles import ArticleSchema
from schemas.base import CommaList, Schema, Whole
from schemas.entities import OutletSchema, PersonSchema, TagSchema
from schemas.errors import TombstoneSchema
from schemas.filters import FieldList

HAPPENINGS = {
    "article": ("created", "updated", "released", "embargoed", "withdrawn", "restored", "purged"),
    "tag": ("created", "updated", "renamed", "merged", "deleted"),
    "person": ("created", "updated", "renamed", "merged", "deleted"),
    "outlet": ("created", "updated", "renamed", "deleted"),
}
TYPES = tuple(f"{kind}.{happened}" for kind, all_of_it in HAPPENINGS.items() for happened in all_of_it)

LONGEST_WAIT = 30


class TypeList(CommaList):
    """Types of changes, or what they are about."""

    def value(self, text: str) -> str:
        if text not in TYPES and text not in HAPPENINGS:
            raise ValidationError(f"must be {', '.join(HAPPENINGS)}, or of {', '.join(TYPES)}")
        return text


class ChangesQuery(Schema):
    """Parameters of the change feed."""

    after = fields.String(
        validate=validate.Length(1, 4_000, error="must have 1 to 4,000 characters"),
        metadata={
            "description": "Where to go on: `page.next` of the answer before, the `cursor` of an entry, or a "
            "`Dateline-Position`. `latest` starts with what happens from now on; left out, with the first change."
        },
    )
    limit = Whole(low=1, high=100, load_default=20, metadata={"description": "How many changes a page has, 1 to 100."})
    types = TypeList(
        metadata={
            "description": "Only changes of these types, separated by commas, such as `article.withdrawn`, or of all "
            "types of a kind: `article`, `tag`, `person`, `outlet`.",
            "pattern": CommaList.pattern(f"({'|'.join((*HAPPENINGS, *TYPES))})".replace(".", r"\.")),
        }
    )
    wait = Whole(
        low=0,
        high=LONGEST_WAIT,
        load_default=0,
        metadata={
            "description": "Where nothing has changed yet, wait so many seconds for a change, 0 to 30. A server on "
            "which too many wait answers at once, with `Retry-After`."
        },
    )
    fields_ = FieldList(
        data_key="fields",
        attribute="fields",
        metadata={"description": "Only these fields of each article, separated by commas; left out, all of them."},
    )


class ChangedArticleSchema(ArticleSchema):
    """An article as it is now: whole, or with the `fields` asked for."""


class ChangeSchema(Schema):
    """Something that happened to the archive, with what it happened to as that is now."""

    cursor = fields.String(required=True, metadata={"description": "The place behind this change."})
    type = fields.String(
        required=True,
        validate=validate.OneOf(TYPES),
        metadata={"description": "What happened to what; an `article` that is null is to be deleted from a copy."},
    )
    at = fields.DateTime(required=True, metadata={"description": "When it happened, UTC."})
    id = fields.UUID(metadata={"description": "Of an article: its id."})
    version = fields.Integer(metadata={"description": "Of an article: the version that it got."})
    article = fields.Nested(
        ChangedArticleSchema(partial=True),
        allow_none=True,
        metadata={"description": "Of an article: it, or null when readers do not see it now."},
    )
    tombstone = fields.Nested(
        TombstoneSchema, allow_none=True, metadata={"description": "Of an article that is withdrawn now: why."}
    )
    slug = fields.String(
        allow_none=True,
        metadata={"description": "Of a tag, person or outlet: the slug it had when this happened to it."},
    )
    merged_into = fields.String(metadata={"description": "Of a merged one: the slug of what it is part of now."})
    tag = fields.Nested(TagSchema, allow_none=True, metadata={"description": "Of a tag: it, or null once it is gone."})
    person = fields.Nested(
        PersonSchema, allow_none=True, metadata={"description": "Of a person: it, or null once it is gone."}
    )
    outlet = fields.Nested(
        OutletSchema,
        allow_none=True,
        metadata={"description": "Of an outlet: it, or null once it is gone."},
    )


class FeedPageSchema(Schema):
    """Where this page stands in the feed."""

    limit = fields.Integer(required=True, metadata={"description": "How many changes a page has at most."})
    next = fields.String(
        required=True, metadata={"description": "The cursor to ask with next, also when there is nothing yet."}
    )
    more = fields.Boolean(required=True, metadata={"description": "Whether there are more changes by now."})


class ChangePageSchema(Schema):
    """Changes in the order in which they happened, none missing and none twice."""

    data = fields.List(fields.Nested(ChangeSchema), required=True, metadata={"description": "The changes."})
    page = fields.Nested(FeedPageSchema, required=True, metadata={"description": "Where to go on."})
