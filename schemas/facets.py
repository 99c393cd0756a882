"""Facets: the articles of a list, counted by value."""

from marshmallow import fields

from schemas.base import Schema

FACETS = ("outlet", "section", "tag", "person", "language", "credit", "year", "month")


class FacetValueSchema(Schema):
    """One value of a facet."""

    value = fields.String(
        required=True,
        metadata={
            "description": "The value for the filter of the same name, such as a slug, a section or a code. A year "
            "is `2025`, a month `2025-06`."
        },
    )
    name = fields.String(required=True, metadata={"description": "The name to display; that of a language in English."})
    count = fields.Integer(required=True, metadata={"description": "How many of the counted articles have this value."})


class FacetSchema(Schema):
    """The counts of one facet, of the articles that match the other filters."""

    values = fields.List(
        fields.Nested(FacetValueSchema),
        required=True,
        metadata={
            "description": "The 50 values with the most articles, in descending order, equal ones by name; of years "
            "and months the latest 50, in order of time. Values that the request filters by are always among them."
        },
    )
    distinct = fields.Integer(
        required=True, metadata={"description": "The number of different values, including those not in `values`."}
    )
    of = fields.Integer(
        required=True,
        metadata={
            "description": "The number of counted articles: the newest ones, at most 2,000. They are fewer if `q` is "
            "combined with filters or a hashtag and about 15,000 articles have been read to find them."
        },
    )
    complete = fields.Boolean(
        required=True, metadata={"description": "Whether all articles that match the filters were counted."}
    )


def _facet(description: str) -> fields.Nested:
    return fields.Nested(FacetSchema, metadata={"description": description})


class FacetsSchema(Schema):
    """The requested facets by name."""

    outlet = _facet("By outlet; the filter `outlet` is ignored.")
    section = _facet("By section; the filter `section` is ignored.")
    tag = _facet("By tag; the filter `tag` is ignored.")
    person = _facet("By person; the filter `person` is ignored.")
    language = _facet("By language; the filter `language` is ignored.")
    credit = _facet("By credited agency; the filter `credit` is ignored.")
    year = _facet("By year of publication in `tz`; the filters `year`, `from` and `to` are ignored.")
    month = _facet("By month of publication in `tz`; the filters `month`, `from` and `to` are ignored.")
