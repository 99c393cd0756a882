"""Suggestions: how to ask for them, and how they look."""

from marshmallow import fields, validate

from schemas.base import WEB_ADDRESS, ChoiceList, Schema, Text, Whole

TYPES = ("tag", "person", "outlet")


class SuggestQuery(Schema):
    """Parameters of suggestions."""

    q = Text(
        low=1,
        high=100,
        stripped=False,
        required=True,
        metadata={
            "description": "What has been typed so far of a name: its beginning, or that of a word inside it, whatever "
            "the case, accents and width; a tag with or without its `#`.",
            "example": "seoul",
        },
    )
    types = ChoiceList(
        TYPES,
        metadata={"description": "Only these, separated by commas: `tag`, `person`, `outlet`; left out, all of them."},
    )
    limit = Whole(low=1, high=50, load_default=10, metadata={"description": "How many are suggested at most, 1 to 50."})


class MatchedSchema(Schema):
    """What of it was matched."""

    by = fields.String(
        required=True,
        validate=validate.OneOf(("name", "alias", "typo")),
        metadata={
            "description": "`name`; `alias`, another name of a person, a phrase that gives the tag, or the name of a "
            "tag that was merged into it; or `typo`, one of these, spelled a little otherwise."
        },
    )
    text = fields.String(required=True, metadata={"description": "The name or other name that it was."})


class SuggestionSchema(Schema):
    """A tag, person or outlet that may be meant."""

    type = fields.String(
        required=True, validate=validate.OneOf(TYPES), metadata={"description": "`tag`, `person` or `outlet`."}
    )
    slug = fields.String(required=True, metadata={"description": "Its identifier in addresses and filters."})
    name = fields.String(required=True, metadata={"description": "Its name as people read it."})
    articles = fields.Integer(
        required=True, metadata={"description": "How many articles readers can see of it, one at least."}
    )
    url = fields.String(required=True, metadata={"description": "Its address in this API.", "pattern": WEB_ADDRESS})
    matched = fields.Nested(MatchedSchema, required=True, metadata={"description": "What of it was matched."})


class SuggestionsSchema(Schema):
    """What may be meant."""

    data = fields.List(
        fields.Nested(SuggestionSchema),
        required=True,
        metadata={
            "description": "Names that are just so, those that begin so, other names that do, names and other names "
            "with a word inside that does, and where nothing fits those with typos. Of those that fit alike, the ones "
            "with most articles come first."
        },
    )
