"""Lines of an export: what is pushed, with what the archive adds to it, so that a copy answers as its original does."""

from marshmallow import fields, validate

from schemas.base import Count, Schema, Slug, Text
from schemas.entities import OutletInput, PersonInput, TagInput
from schemas.pushes import ArticleInput
from schemas.times import Moment


class KeptEntity(Schema):
    """What the archive knows of a tag or person."""

    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class KeptOutlet(KeptEntity):
    """What the archive knows of an outlet; ids of articles derive from its ``uuid``."""

    uuid = fields.UUID(required=True)


class KeptArticle(KeptEntity):
    """What the archive knows of an article."""

    version = Count(required=True)
    withdrawn_at = Moment(load_default=None, allow_none=True)
    purged_at = Moment(load_default=None, allow_none=True)


class ArchivedOutlet(OutletInput):
    """An outlet, pushed or exported."""

    kept = fields.Nested(KeptOutlet)


class ArchivedTag(TagInput):
    """A tag, pushed or exported."""

    kept = fields.Nested(KeptEntity)


class ArchivedPerson(PersonInput):
    """A person, pushed or exported."""

    kept = fields.Nested(KeptEntity)


class ArchivedArticle(ArticleInput):
    """An article, pushed or exported."""

    kept = fields.Nested(KeptArticle)


class ErasedArticle(Schema):
    """The tombstone of an article that was purged."""

    outlet = Slug(required=True)
    external_id = Text(low=1, high=200, required=True)
    reason = Text(high=1_000, load_default=None, allow_none=True)
    embargoed_until = Moment()
    kept = fields.Nested(KeptArticle, required=True)


class ArchivedVersion(Schema):
    """What an article was before a change."""

    article = fields.UUID(required=True)
    version = Count(required=True)
    content = fields.Dict(required=True)


class Redirect(Schema):
    """A slug that an entity once had; it leads nowhere when the entity was deleted."""

    noun = fields.String(required=True, validate=validate.OneOf(("tag", "person", "outlet")))
    slug = Slug(required=True)
    to = Slug(load_default=None)


class Position(Schema):
    """Where the change feed of the exported archive goes on; of no use in another one."""

    after = fields.String(required=True)
