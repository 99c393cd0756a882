"""Tags, people and outlets: how to list them, how they look, how they come in."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import WEB_ADDRESS, Schema, Slug, Text, WebAddress
from schemas.paging import MetaSchema, PageQuery, PageSchema
from schemas.times import Day

LANGUAGE_CODE = "^[a-z]{2,3}$"


def language_code(text: str) -> None:
    """Refuse what is no ISO 639 code."""
    if not re.fullmatch(r"[a-z]{2,3}", text, re.ASCII):
        raise ValidationError("must be an ISO 639 code in small letters, such as en or ko")


def country_code(text: str) -> None:
    """Refuse what is no ISO 3166 code."""
    if not re.fullmatch(r"[A-Z]{2}", text, re.ASCII):
        raise ValidationError("must be an ISO 3166-1 code of two capitals, such as KR")


class EntityQuery(PageQuery):
    """Parameters of a list of tags, people or outlets."""

    q = Text(
        low=1,
        high=200,
        metadata={"description": "How the name begins, whatever its case and accents; of people, an alias as well."},
    )
    sort = fields.String(
        load_default="name",
        validate=validate.OneOf(("name", "articles", "recent"), error="must be name, articles or recent"),
        metadata={
            "description": "By `name`, those with most `articles` first, or those with the most `recent` article first."
        },
    )


class PersonQuery(Schema):
    """Parameters of one person."""

    as_of = Day(metadata={"description": "Only the roles held on this day, such as `2025-06-21`.", "format": "date"})


class PeopleQuery(EntityQuery):
    """Parameters of a list of people."""

    as_of = Day(
        metadata={
            "description": "Only people who held a role on this day, such as `2025-06-21`, with the roles of that day.",
            "format": "date",
        }
    )


class CompanionSchema(Schema):
    """An entity that is often named in the same articles."""

    slug = fields.String(required=True, metadata={"description": "Its identifier in addresses and filters."})
    name = fields.String(required=True, metadata={"description": "Its name as people read it."})
    articles = fields.Integer(required=True, metadata={"description": "In how many of the articles it is named."})


class CompanionsSchema(Schema):
    """What is most often named together, in the newest 2,000 articles; up to ten of each."""

    tags = fields.List(fields.Nested(CompanionSchema), required=True, metadata={"description": "Other tags."})
    people = fields.List(fields.Nested(CompanionSchema), required=True, metadata={"description": "Other people."})
    outlets = fields.List(fields.Nested(CompanionSchema), required=True, metadata={"description": "Other outlets."})


class _EntitySchema(Schema):
    slug = fields.String(required=True, metadata={"description": "Its identifier in addresses and filters."})
    name = fields.String(required=True, metadata={"description": "Its name as people read it."})
    description = fields.String(required=True, allow_none=True, metadata={"description": "A sentence about it."})
    articles = fields.Integer(required=True, metadata={"description": "How many articles readers can see of it."})
    first_published_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When the oldest of them was published."}
    )
    last_published_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When the newest of them was published."}
    )
    created_at = fields.DateTime(required=True, metadata={"description": "When the archive got it."})
    updated_at = fields.DateTime(required=True, metadata={"description": "When its own fields last changed."})


class TagSchema(_EntitySchema):
    """A tag."""

    match = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Phrases that tag an article wherever they occur in it as whole words."},
    )


class RoleSchema(Schema):
    """What a person was, where, and when."""

    title = fields.String(required=True, metadata={"description": "The office or position."})
    organization = fields.String(required=True, allow_none=True, metadata={"description": "Where it was held."})
    from_ = fields.Date(
        data_key="from",
        required=True,
        allow_none=True,
        metadata={"description": "The first day, or null when unknown."},
    )
    to = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "The last day, or null when it goes on or is unknown."},
    )


class RoleInput(Schema):
    """A role of a person as it comes in."""

    title = Text(low=1, high=200, required=True, metadata={"description": "The office or position."})
    organization = Text(
        low=1, high=200, allow_none=True, load_default=None, metadata={"description": "Where it was held."}
    )
    from_ = Day(
        data_key="from",
        attribute="from",
        allow_none=True,
        load_default=None,
        metadata={"description": "The first day, or null when unknown.", "format": "date"},
    )
    to = Day(
        allow_none=True,
        load_default=None,
        metadata={"description": "The last day, or null when it goes on or is unknown.", "format": "date"},
    )


class PersonSchema(_EntitySchema):
    """A person."""

    aliases = fields.List(fields.String(), required=True, metadata={"description": "Other full names, in any script."})
    roles = fields.List(
        fields.Nested(RoleSchema), required=True, metadata={"description": "Dated roles, as they were given."}
    )


class OutletSchema(_EntitySchema):
    """An outlet."""

    uuid = fields.UUID(required=True, metadata={"description": "Never changes; ids of its articles derive from it."})
    country = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "ISO 3166-1 code of its country, such as `KR`."},
    )
    language = fields.String(
        required=True, allow_none=True, metadata={"description": "ISO 639 code of its usual language."}
    )
    url = fields.String(required=True, allow_none=True, metadata={"description": "Its site.", "pattern": WEB_ADDRESS})


class _EntityPageSchema(Schema):
    page = fields.Nested(PageSchema, required=True, metadata={"description": "Where this page stands."})
    meta = fields.Nested(MetaSchema, required=True, metadata={"description": "Facts about the whole list."})


class TagPageSchema(_EntityPageSchema):
    """One page of the tags."""

    data = fields.List(fields.Nested(TagSchema), required=True, metadata={"description": "The tags."})


class PersonPageSchema(_EntityPageSchema):
    """One page of the people."""

    data = fields.List(fields.Nested(PersonSchema), required=True, metadata={"description": "The people."})


class OutletPageSchema(_EntityPageSchema):
    """One page of the outlets."""

    data = fields.List(fields.Nested(OutletSchema), required=True, metadata={"description": "The outlets."})


class _EntityInput(Schema):
    slug = Slug(metadata={"description": "Its identifier; left out, it is made from the name."})
    name = Text(low=1, high=200, required=True, metadata={"description": "Its name as people read it."})
    description = Text(high=2_000, allow_none=True, metadata={"description": "A sentence about it."})


class TagInput(_EntityInput):
    """A tag as it comes in."""

    # A push may name a tag by 200 characters, without the # that it is called by.
    name = Text(low=1, high=201, required=True, metadata={"description": "Its name as people read it, such as #Ports."})
    match = fields.List(
        Text(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"description": "Phrases that tag an article wherever they occur in it as whole words."},
    )


class PersonInput(_EntityInput):
    """A person as it comes in."""

    aliases = fields.List(
        Text(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"description": "Other full names, in any script."},
    )
    roles = fields.List(
        fields.Nested(RoleInput),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"description": "Dated roles."},
    )


class OutletInput(_EntityInput):
    """An outlet as it comes in."""

    country = fields.String(
        allow_none=True,
        validate=country_code,
        metadata={"description": "ISO 3166-1 code of its country.", "pattern": "^[A-Z]{2}$"},
    )
    language = fields.String(
        allow_none=True,
        validate=language_code,
        metadata={"description": "ISO 639 code of its usual language.", "pattern": LANGUAGE_CODE},
    )
    url = WebAddress(allow_none=True, metadata={"description": "Its site."})


class _EntityPatch(Schema):
    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        if isinstance(field_obj, fields.List):
            field_obj.allow_none = True


class TagPatch(_EntityPatch, TagInput):
    """What is to change of a tag (JSON merge patch, RFC 7396): what is left out stays, null empties a field."""


class PersonPatch(_EntityPatch, PersonInput):
    """What is to change of a person (JSON merge patch, RFC 7396): what is left out stays, null empties a field."""


class OutletPatch(_EntityPatch, OutletInput):
    """What is to change of an outlet (JSON merge patch, RFC 7396): what is left out stays, null empties a field."""


class MergeInput(Schema):
    """Where a merge leads."""

    into = Slug(required=True, metadata={"description": "The slug of the one that stays."})


class _WholeEntity(Schema):
    companions = fields.Nested(
        CompanionsSchema,
        required=True,
        metadata={"description": "What is most often named together with it, in its newest 2,000 articles."},
    )


class WholeTagSchema(TagSchema, _WholeEntity):
    """A tag with its companions."""


class WholePersonSchema(PersonSchema, _WholeEntity):
    """A person with companions."""


class WholeOutletSchema(OutletSchema, _WholeEntity):
    """An outlet with its companions."""
