"""The change feed: parameters and responses."""

from marshmallow import fields, validate

from schemas.articles import ArticleSchema
from schemas.base import ChoiceList, Schema, Whole
from schemas.entities import OutletSchema, PersonSchema, TagSchema
from schemas.errors import TombstoneSchema
from schemas.filters import FieldList

EVENTS = {
    "article": ("created", "updated", "released", "embargoed", "withdrawn", "restored", "purged"),
    "tag": ("created", "updated", "renamed", "merged", "deleted"),
    "person": ("created", "updated", "renamed", "merged", "deleted"),
    "outlet": ("created", "updated", "renamed", "deleted"),
}
TYPES = tuple(f"{kind}.{event}" for kind, events in EVENTS.items() for event in events)

LONGEST_WAIT = 30


class ChangesQuery(Schema):
    """Parameters of the change feed."""

    after = fields.String(
        validate=validate.Length(1, 4_000, error="must have 1 to 4,000 characters"),
        metadata={
            "description": "The position to continue from: `page.next` of the previous response, the `cursor` of a "
            "change, or a `Dateline-Position`. `latest` returns only changes from now on. By default, the feed "
            "starts with the first change."
        },
    )
    limit = Whole(
        low=1,
        high=100,
        load_default=20,
        metadata={
            "description": "The maximum number of changes per page, 1 to 100. A page ends earlier, with `more`, where "
            "the texts of its articles would exceed 4 MiB."
        },
    )
    types = ChoiceList(
        (*EVENTS, *TYPES),
        metadata={
            "description": "Only changes of these types, such as `article.withdrawn`. `article`, `tag`, `person` and "
            "`outlet` stand for all their types.",
        },
    )
    wait = Whole(
        low=0,
        high=LONGEST_WAIT,
        load_default=0,
        metadata={
            "description": "How many seconds to wait for a change if there is none yet, 0 to 30. If too many clients "
            "are waiting already, the response comes at once, with `Retry-After`."
        },
    )
    fields_ = FieldList(
        data_key="fields",
        attribute="fields",
        metadata={"description": "The fields of each article to return. Default: all."},
    )


class ChangedArticleSchema(ArticleSchema):
    """The current version of an article: complete, or with the requested `fields` only."""


class ChangeSchema(Schema):
    """A change of the archive, with the current version of what was changed."""

    cursor = fields.String(required=True, metadata={"description": "The position after this change."})
    type = fields.String(
        required=True,
        validate=validate.OneOf(TYPES),
        metadata={"description": "What was changed, and how. If `article` is null, delete it from your copy."},
    )
    at = fields.DateTime(required=True, metadata={"description": "The time of the change, in UTC."})
    id = fields.UUID(metadata={"description": "The id of the article."})
    version = fields.Integer(metadata={"description": "The version of the article after this change."})
    article = fields.Nested(
        ChangedArticleSchema(partial=True),
        allow_none=True,
        metadata={"description": "The article in its current version, or null if you cannot see it now."},
    )
    tombstone = fields.Nested(
        TombstoneSchema, allow_none=True, metadata={"description": "If the article is withdrawn: its tombstone."}
    )
    slug = fields.String(
        allow_none=True,
        metadata={"description": "The slug of the tag, person or outlet at the time of the change."},
    )
    merged_into = fields.String(metadata={"description": "After a merge: the slug of the entity that remains."})
    tag = fields.Nested(
        TagSchema, allow_none=True, metadata={"description": "The tag as it is now, or null if it no longer exists."}
    )
    person = fields.Nested(
        PersonSchema,
        allow_none=True,
        metadata={"description": "The person as they are now, or null if they no longer exist."},
    )
    outlet = fields.Nested(
        OutletSchema,
        allow_none=True,
        metadata={"description": "The outlet as it is now, or null if it no longer exists."},
    )


class FeedPageSchema(Schema):
    """The position of this page in the feed."""

    limit = fields.Integer(required=True, metadata={"description": "The maximum number of changes per page."})
    next = fields.String(
        required=True,
        metadata={"description": "The value of `after` for the next request, even if there are no changes yet."},
    )
    more = fields.Boolean(required=True, metadata={"description": "Whether there are more changes already."})


class ChangePageSchema(Schema):
    """Changes in commit order, without gaps or repetitions."""

    data = fields.List(fields.Nested(ChangeSchema), required=True, metadata={"description": "The changes."})
    page = fields.Nested(
        FeedPageSchema, required=True, metadata={"description": "The position of this page in the feed."}
    )
