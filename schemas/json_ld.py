"""Tags, people and outlets as JSON-LD in the vocabulary of schema.org."""

from marshmallow import fields

from schemas.base import URL_PATTERN, Schema


class GeoCoordinatesSchema(Schema):
    """The coordinates of a place."""

    type_ = fields.String(data_key="@type", required=True, metadata={"description": "`GeoCoordinates`."})
    latitude = fields.Float(required=True, metadata={"description": "Degrees north."})
    longitude = fields.Float(required=True, metadata={"description": "Degrees east."})


class JsonLdEntitySchema(Schema):
    """A tag, person or outlet as JSON-LD in the vocabulary of schema.org. Empty properties are left out."""

    context = fields.String(data_key="@context", required=True, metadata={"description": "`https://schema.org`."})
    id_ = fields.String(data_key="@id", required=True, metadata={"description": "Its URL in this archive."})
    type_ = fields.String(
        data_key="@type",
        required=True,
        metadata={
            "description": "`Person`, `NewsMediaOrganization`, or by the `kind` of a tag `Thing`, `Organization`, "
            "`Place`, `Event`, `Product` or `CreativeWork`."
        },
    )
    name = fields.String(required=True, metadata={"description": "The name, of a tag without its `#`."})
    alternate_name = fields.List(
        fields.String(), data_key="alternateName", metadata={"description": "The aliases of a person."}
    )
    description = fields.String(metadata={"description": "A short description."})
    url = fields.String(
        required=True,
        metadata={"description": "The website of an outlet, otherwise the same as `@id`.", "pattern": URL_PATTERN},
    )
    same_as = fields.List(fields.String(), data_key="sameAs", metadata={"description": "Its `same_as`."})
    geo = fields.Nested(GeoCoordinatesSchema, metadata={"description": "The coordinates of a place."})
