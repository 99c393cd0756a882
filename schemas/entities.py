"""Tags, people and outlets: parameters, responses and inputs."""

import re
from typing import Any

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

from schemas.base import URL_PATTERN, ChoiceList, Name, QueriedUrl, Schema, Slug, Text, Url
from schemas.languages import Language
from schemas.paging import MetaSchema, PageQuery, PageSchema
from schemas.times import Day

MAX_SAME_AS = 100
"""The number of URLs in ``same_as`` of an entity."""
LONGEST_SAME_AS = 1_000
"""The length of each of them, in characters."""
TAG_KINDS = ("topic", "organisation", "place", "event", "product", "work")


class StrictBoolean(fields.Boolean):
    """true or false in JSON, and nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value


class Degrees(fields.Float):
    """A number of degrees in JSON, from -``most`` to ``most``."""

    def __init__(self, *, most: int, description: str) -> None:
        self.most, self.message = most, f"must be a number from -{most} to {most}"
        metadata = {"description": f"{description}, from -{most} to {most}."}
        super().__init__(allow_none=True, validate=validate.Range(-most, most, error=self.message), metadata=metadata)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        # Compared before it becomes a float, for which a whole number may be too large.
        if type(value) not in (int, float) or not -self.most <= value <= self.most:
            raise ValidationError(self.message)
        return float(value) + 0.0  # without the sign of -0.0


def country_code(text: str) -> None:
    """Raise ValidationError unless this is an ISO 3166-1 code."""
    if not re.fullmatch(r"[A-Z]{2}", text, re.ASCII):
        raise ValidationError("must be an ISO 3166-1 code of two upper-case letters such as KR")


class EntityQuery(PageQuery):
    """Parameters of a list of tags, people or outlets."""

    q = Text(
        low=1,
        high=200,
        stripped=False,
        metadata={
            "description": "The beginning of a name; of people, also of an alias. Case, accents, white space around it "
            "and the `#` of a tag are ignored."
        },
    )
    sort = fields.String(
        load_default="name",
        validate=validate.OneOf(("name", "articles", "recent"), error="must be one of name, articles, recent"),
        metadata={
            "description": "`name`: alphabetically. `articles`: the most articles first. `recent`: the newest "
            "article first."
        },
    )

    same_as = QueriedUrl(
        metadata={
            "description": "The one with this URL in its `same_as`, however the URL is spelled: with http or https, "
            "percent-encoded or not; for Wikidata, as a page (`/wiki/Q…`) or as a concept (`/entity/Q…`)."
        }
    )


class Confirmed(fields.String):
    """``true`` or ``false`` in a query string, as text; nothing by default."""

    def __init__(self) -> None:
        super().__init__(
            validate=validate.OneOf(("true", "false"), error="must be true or false"),
            metadata={
                "description": "`false`: only those that pushes created and no editor has confirmed yet. `true`: only"
                " the others."
            },
        )


class PersonQuery(Schema):
    """Parameters of one person."""

    as_of = Day(metadata={"description": "Return only the roles of this day, such as `2025-06-21`.", "format": "date"})


class TagsQuery(EntityQuery):
    """Parameters of a list of tags."""

    confirmed = Confirmed()
    kind = ChoiceList(TAG_KINDS, metadata={"description": "Only tags of these kinds, separated by commas."})


class PeopleQuery(EntityQuery):
    """Parameters of a list of people."""

    confirmed = Confirmed()

    as_of = Day(
        metadata={
            "description": "Return only people with a role on this day, such as `2025-06-21`, and only their roles "
            "of that day.",
            "format": "date",
        }
    )


class CompanionSchema(Schema):
    """An entity that often occurs in the same articles."""

    slug = fields.String(required=True, metadata={"description": "The identifier in URLs and filters."})
    name = fields.String(required=True, metadata={"description": "The name to display."})
    articles = fields.Integer(
        required=True, metadata={"description": "The number of these articles in which it occurs."}
    )


class CompanionsSchema(Schema):
    """The confirmed entities that most often occur in the newest 2,000 articles; up to ten of each kind."""

    tags = fields.List(fields.Nested(CompanionSchema), required=True, metadata={"description": "Other tags."})
    people = fields.List(fields.Nested(CompanionSchema), required=True, metadata={"description": "Other people."})
    outlets = fields.List(fields.Nested(CompanionSchema), required=True, metadata={"description": "Other outlets."})


class _EntitySchema(Schema):
    slug = fields.String(required=True, metadata={"description": "The identifier in URLs and filters."})
    name = fields.String(required=True, metadata={"description": "The name to display."})
    description = fields.String(required=True, allow_none=True, metadata={"description": "A short description."})
    same_as = fields.List(
        fields.String(metadata={"pattern": URL_PATTERN}),
        required=True,
        metadata={"description": "URLs that identify it elsewhere, such as in Wikidata, Wikipedia or VIAF."},
    )
    articles = fields.Integer(required=True, metadata={"description": "The number of its public articles."})
    first_published_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When its oldest public article was published."}
    )
    last_published_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When its newest public article was published."}
    )
    created_at = fields.DateTime(required=True, metadata={"description": "When it was created in the archive."})
    updated_at = fields.DateTime(
        required=True, metadata={"description": "When its own fields last changed. New articles do not count."}
    )


class _NameSchema(_EntitySchema):
    confirmed = fields.Boolean(
        required=True,
        metadata={
            "description": "False if a push created it and no editor has confirmed it. Until then, only articles of the"
            " outlets of the key that created it are linked by their text."
        },
    )


class TagSchema(_NameSchema):
    """A tag."""

    kind = fields.String(
        required=True, validate=validate.OneOf(TAG_KINDS), metadata={"description": "What the tag stands for."}
    )
    match = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Phrases: an article that contains one of them as whole words gets the tag."},
    )
    lat = fields.Float(
        required=True, allow_none=True, metadata={"description": "The latitude of a place in degrees, or null."}
    )
    lon = fields.Float(
        required=True, allow_none=True, metadata={"description": "The longitude of a place in degrees, or null."}
    )


class RoleSchema(Schema):
    """An office or position of a person, with its dates."""

    title = fields.String(required=True, metadata={"description": "The office or position."})
    organization = fields.String(
        required=True, allow_none=True, metadata={"description": "The organization or place of the office."}
    )
    from_ = fields.Date(
        data_key="from",
        required=True,
        allow_none=True,
        metadata={"description": "The first day, or null if unknown."},
    )
    to = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "The last day, or null if the role continues or the day is unknown."},
    )


class RoleInput(Schema):
    """A role of a person in a request."""

    title = Text(low=1, high=200, required=True, metadata={"description": "The office or position."})
    organization = Text(
        low=1,
        high=200,
        allow_none=True,
        load_default=None,
        metadata={"description": "The organization or place of the office."},
    )
    from_ = Day(
        data_key="from",
        attribute="from",
        allow_none=True,
        load_default=None,
        metadata={"description": "The first day, or null if unknown.", "format": "date"},
    )
    to = Day(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "The last day, or null if the role continues or the day is unknown.",
            "format": "date",
        },
    )


class PersonSchema(_NameSchema):
    """A person."""

    aliases = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Other full names, in any script. Articles are linked by them as well."},
    )
    roles = fields.List(
        fields.Nested(RoleSchema),
        required=True,
        metadata={"description": "The roles with their dates, in the order in which they were entered."},
    )


class OutletSchema(_EntitySchema):
    """An outlet."""

    uuid = fields.UUID(
        required=True, metadata={"description": "A permanent id, from which the ids of its articles are derived."}
    )
    country = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The country, as an ISO 3166-1 code such as `KR`."},
    )
    language = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The usual language of its articles, as a BCP 47 tag."},
    )
    url = fields.String(
        required=True, allow_none=True, metadata={"description": "The URL of its website.", "pattern": URL_PATTERN}
    )


class _EntityPageSchema(Schema):
    page = fields.Nested(PageSchema, required=True, metadata={"description": "The position of this page in the list."})
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
    slug = Slug(
        metadata={
            "description": "The identifier in URLs and filters: lower-case letters and digits of any script, joined by"
            " hyphens. A word has letters of one script, or of scripts that are written together, such as kana and Han."
            " By default it is made from the name."
        }
    )
    name = Name(low=1, high=200, required=True, metadata={"description": "The name to display."})
    description = Text(high=2_000, allow_none=True, metadata={"description": "A short description."})
    same_as = fields.List(
        Url(high=LONGEST_SAME_AS),
        load_default=list,
        validate=validate.Length(max=MAX_SAME_AS, error=f"must have at most {MAX_SAME_AS} values"),
        metadata={
            "description": "URLs that identify it elsewhere, such as in Wikidata, Wikipedia or VIAF. No other entity of"
            " the same type may have one of them. The same URL in two spellings is stored once."
        },
    )


class _NameInput(_EntityInput):
    confirmed = StrictBoolean(
        metadata={
            "description": "`true` confirms what a push has created: articles of all outlets are then linked by their"
            " text."
        },
    )


class TagKind(fields.String):
    """What a tag stands for."""

    def __init__(self) -> None:
        super().__init__(
            load_default=TAG_KINDS[0],
            validate=validate.OneOf(TAG_KINDS, error=f"must be one of {', '.join(TAG_KINDS)}"),
            metadata={"description": f"What the tag stands for. Default: `{TAG_KINDS[0]}`."},
        )


class TagInput(_NameInput):
    """A tag in a request."""

    # One more than the 200 characters by which a push may name a tag, for the #.
    name = Name(low=1, high=201, required=True, metadata={"description": "The name to display, such as #Ports."})
    match = fields.List(
        Name(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100, error="must have at most 100 values"),
        metadata={"description": "Phrases: an article that contains one of them as whole words gets the tag."},
    )
    kind = TagKind()
    lat = Degrees(most=90, description="The latitude of a place in degrees")
    lon = Degrees(most=180, description="The longitude of a place in degrees")

    @ma.validates_schema
    def _check_place(self, data: dict[str, Any], **_: Any) -> None:
        given = {name: data[name] for name in ("lat", "lon") if data.get(name) is not None}
        if given and data["kind"] != "place":
            raise ValidationError("must be null unless kind is place", next(iter(given)))
        if len(given) == 1:
            raise ValidationError("must be given together with the other coordinate", next(iter(given)))


class PersonInput(_NameInput):
    """A person in a request."""

    aliases = fields.List(
        Name(low=1, high=200),
        load_default=list,
        validate=validate.Length(max=100, error="must have at most 100 values"),
        metadata={"description": "Other full names, in any script. Articles are linked by them as well."},
    )
    roles = fields.List(
        fields.Nested(RoleInput),
        load_default=list,
        validate=validate.Length(max=100, error="must have at most 100 values"),
        metadata={"description": "The roles with their dates."},
    )


class OutletInput(_EntityInput):
    """An outlet in a request."""

    country = fields.String(
        allow_none=True,
        validate=country_code,
        metadata={"description": "The country, as an ISO 3166-1 code such as `KR`.", "pattern": "^[A-Z]{2}$"},
    )
    language = Language(
        description="The usual language of its articles, as a BCP 47 tag (`en`, `pt-BR`) or an ISO 639 code (`eng`)."
    )
    url = Url(allow_none=True, metadata={"description": "The URL of its website."})


class _EntityPatch(Schema):
    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        if isinstance(field_obj, fields.List | TagKind):
            field_obj.allow_none = True


class TagPatch(_EntityPatch, TagInput):
    """Changes to a tag as a JSON merge patch (RFC 7396): null empties a field, fields that are left out stay."""


class PersonPatch(_EntityPatch, PersonInput):
    """Changes to a person as a JSON merge patch (RFC 7396): null empties a field, fields that are left out stay."""


class OutletPatch(_EntityPatch, OutletInput):
    """Changes to an outlet as a JSON merge patch (RFC 7396): null empties a field, fields that are left out stay."""


class MergeInput(Schema):
    """The target of a merge."""

    into = Slug(required=True, metadata={"description": "The slug of the entity that remains."})


class _WholeEntity(Schema):
    companions = fields.Nested(
        CompanionsSchema,
        required=True,
        metadata={
            "description": "The entities that most often occur in its newest 2,000 articles, without unconfirmed ones."
        },
    )


class WholeTagSchema(TagSchema, _WholeEntity):
    """A tag with its companions."""


class WholePersonSchema(PersonSchema, _WholeEntity):
    """A person with their companions."""


class WholeOutletSchema(OutletSchema, _WholeEntity):
    """An outlet with its companions."""
