"""Lines of an export: the fields of a push, and in ``kept`` what the archive added, so that an import restores both."""

from marshmallow import fields, validate

from schemas.base import Count, Schema, Slug, Text
from schemas.entities import OutletInput, PersonInput, TagInput
from schemas.languages import ArchivedLanguage
from schemas.pushes import ArticleInput
from schemas.times import Moment


class ArchiveEntityFields(Schema):
    """What the archive added to an entity."""

    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class ArchiveNameFields(ArchiveEntityFields):
    """What the archive added to a tag or person; an unconfirmed one is linked by the texts of ``linked_outlets``."""

    linked_outlets = fields.List(Slug(), load_default=list)


class ArchiveOutletFields(ArchiveEntityFields):
    """What the archive added to an outlet. The ids of its articles are derived from its ``uuid``."""

    uuid = fields.UUID(required=True)


class ArchivedRefusal(Schema):
    """A tag or person that an editor refused for an article."""

    noun = fields.String(required=True, validate=validate.OneOf(("tag", "person")))
    slug = Slug(required=True)


class ArchiveArticleFields(ArchiveEntityFields):
    """What the archive added to an article."""

    version = Count(required=True)
    withdrawn_at = Moment(load_default=None, allow_none=True)
    purged_at = Moment(load_default=None, allow_none=True)
    was_visible = fields.Boolean(load_default=True)
    refused = fields.List(fields.Nested(ArchivedRefusal), load_default=list)


# Earlier releases stored any name and any code of a language.


def _any_names() -> fields.List:
    most = validate.Length(max=100, error="must have at most 100 values")
    return fields.List(Text(low=1, high=200), load_default=list, validate=most)


class ArchivedOutlet(OutletInput):
    """An outlet of an import or an export."""

    name = Text(low=1, high=200, required=True)
    language = ArchivedLanguage(description="The language.")
    kept = fields.Nested(ArchiveOutletFields)


class ArchivedTag(TagInput):
    """A tag of an import or an export."""

    name = Text(low=1, high=201, required=True)
    match = _any_names()
    kept = fields.Nested(ArchiveNameFields)


class ArchivedPerson(PersonInput):
    """A person of an import or an export."""

    name = Text(low=1, high=200, required=True)
    aliases = _any_names()
    kept = fields.Nested(ArchiveNameFields)


class ArchivedArticle(ArticleInput):
    """An article of an import or an export."""

    language = ArchivedLanguage(description="The language.")
    kept = fields.Nested(ArchiveArticleFields)


class ErasedArticle(Schema):
    """The tombstone of an article that was purged."""

    outlet = Slug(required=True)
    external_id = Text(low=1, high=200, required=True)
    reason = Text(high=1_000, load_default=None, allow_none=True)
    embargoed_until = Moment()
    kept = fields.Nested(ArchiveArticleFields, required=True)


class ArchivedVersion(Schema):
    """A former version of an article."""

    article = fields.UUID(required=True)
    version = Count(required=True)
    content = fields.Dict(required=True)


class Redirect(Schema):
    """A former slug of an entity, and its current one in ``to``, or null if the entity was deleted."""

    noun = fields.String(required=True, validate=validate.OneOf(("tag", "person", "outlet")))
    slug = Slug(required=True)
    to = Slug(load_default=None)


class Rejection(Schema):
    """A candidate that an editor rejected, by its id."""

    id = fields.String(
        required=True, validate=validate.Regexp("[0-9a-f]{16}\\Z", error="must be 16 hexadecimal digits")
    )
    rejected_at = Moment(required=True)


class Position(Schema):
    """The position of the change feed of the exported archive. It is not valid in another archive."""

    after = fields.String(required=True)
