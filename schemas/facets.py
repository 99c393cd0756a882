"""Facets: what the articles of a list are, counted by value."""

from marshmallow import fields

from schemas.base import Schema

FACETS = ("outlet", "section", "tag", "person", "language", "credit", "year", "month")


class FacetValueSchema(Schema):
    """One value of a facet."""

    value = fields.String(
        required=True,
        metadata={
            "description": "What the filter of the same name takes: a slug, a section, a code; of a year or month, "
            "`2025` or `2025-06`."
        },
    )
    name = fields.String(required=True, metadata={"description": "The same as people read it."})
    count = fields.Integer(required=True, metadata={"description": "How many of the articles counted have it."})


class FacetSchema(Schema):
    """What the articles that pass the other filters are, by one facet."""

    values = fields.List(
        fields.Nested(FacetValueSchema),
        required=True,
        metadata={"description": "The 50 values that most of the articles have, most articles first, then by name."},
    )
    distinct = fields.Integer(
        required=True, metadata={"description": "How many different values the articles have, those not shown too."}
    )
    of = fields.Integer(
        required=True, metadata={"description": "How many articles were counted: the newest, 2,000 at most."}
    )
    complete = fields.Boolean(
        required=True, metadata={"description": "Whether those are all that pass the filters; if not, there are more."}
    )


def _facet(of: str) -> fields.Nested:
    return fields.Nested(FacetSchema, metadata={"description": f"By {of}."})


class FacetsSchema(Schema):
    """The facets asked for, by name."""

    outlet = _facet("outlet, whatever `outlet` filters")
    section = _facet("section, whatever `section` filters")
    tag = _facet("tag, whatever `tag` filters")
    person = _facet("person, whatever `person` filters")
    language = _facet("language, whatever `language` filters")
    credit = _facet("credited agency, whatever `credit` filters")
    year = _facet("year of publication in `tz`, whatever `from` and `to` filter")
    month = _facet("month of publication in `tz`, whatever `from` and `to` filter")
