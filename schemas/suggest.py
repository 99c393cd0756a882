"""Suggestions: parameters and responses."""

from marshmallow import fields, validate

from schemas.base import URL_PATTERN, ChoiceList, Schema, Text, Whole

TYPES = ("tag", "person", "outlet")


class SuggestQuery(Schema):
    """Parameters of suggestions."""

    q = Text(
        high=100,
        stripped=False,
        required=True,
        metadata={
            "description": "The beginning of a name, or of a word inside it. Case, accents, character width and the "
            "`#` of a tag are ignored.",
            "example": "seoul",
        },
    )
    types = ChoiceList(
        TYPES,
        metadata={"description": "The kinds of entities to suggest. Default: all."},
    )
    limit = Whole(
        low=1, high=50, load_default=10, metadata={"description": "The maximum number of suggestions, 1 to 50."}
    )


class MatchedSchema(Schema):
    """What matched the typed text."""

    by = fields.String(
        required=True,
        validate=validate.OneOf(("name", "alias", "typo")),
        metadata={
            "description": "`name`: its name. `alias`: another name of a person, a phrase of a tag, or the name of a "
            "tag that was merged into it. `typo`: one of these, with a spelling mistake."
        },
    )
    text = fields.String(required=True, metadata={"description": "The name or alias that matched."})


class SuggestionSchema(Schema):
    """A suggested tag, person or outlet."""

    type = fields.String(
        required=True, validate=validate.OneOf(TYPES), metadata={"description": "`tag`, `person` or `outlet`."}
    )
    slug = fields.String(required=True, metadata={"description": "The identifier in URLs and filters."})
    name = fields.String(required=True, metadata={"description": "The name to display."})
    articles = fields.Integer(required=True, metadata={"description": "The number of its public articles, at least 1."})
    url = fields.String(required=True, metadata={"description": "The URL in this API.", "pattern": URL_PATTERN})
    matched = fields.Nested(MatchedSchema, required=True, metadata={"description": "What matched the typed text."})


class SuggestionsSchema(Schema):
    """A list of suggestions."""

    data = fields.List(
        fields.Nested(SuggestionSchema),
        required=True,
        metadata={
            "description": "Suggestions in this order: names equal to the typed text, names with that beginning, "
            "aliases with that beginning, names and aliases with such a word inside, and, if there are none, names "
            "with typos. Equally good matches are ordered by their number of articles."
        },
    )
