"""How a search was understood."""

from marshmallow import fields, validate

from schemas.base import Schema

FIELDS = ("headline", "standfirst", "body")


class PieceSchema(Schema):
    """A piece of a search, and why it is not what it may look like."""

    text = fields.String(
        required=True, metadata={"description": "The piece as it was typed, up to 100 characters.", "example": "OR"}
    )
    position = fields.Integer(
        required=True, metadata={"description": "Its place in `q`, in characters from 1.", "example": 5}
    )
    reason = fields.String(
        required=True,
        metadata={"description": "What is wrong and what is right.", "example": "expected a term after OR"},
    )


class UnderstoodSchema(Schema):
    """How a search was understood."""

    understood = fields.String(
        required=True,
        metadata={
            "description": "The search in valid syntax, which `syntax=strict` accepts. Empty if nothing is searched "
            "for, and then no article matches.",
            "example": 'oil "OR"',
        },
    )
    taken_as_text = fields.List(
        fields.Nested(PieceSchema),
        required=True,
        metadata={
            "description": "The first 20 pieces that look like an operator but are taken as text, or have no letter "
            "or digit. Empty if there are none."
        },
    )
    ignored = fields.List(
        fields.Nested(PieceSchema),
        required=True,
        metadata={
            "description": "Where a limit ends the search: words over 255 letters, and the first term after 128 words "
            "in all. Empty if all was searched for."
        },
    )
    absent = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "Words of the search that are in no article, whatever the other filters, as typed: up to "
            "32. They are looked for only where few articles match, and a relaxed search is without them.",
            "example": ["reagn"],
        },
    )


class ExplainedTermSchema(Schema):
    """A term of a search as it was typed: a `word`, `phrase`, `prefix` or `hashtag`."""

    word = fields.String(
        metadata={"description": "A word. One with several parts, such as `Jae-myung`, is a phrase of its parts."}
    )
    phrase = fields.String(metadata={"description": "Words that follow one another."})
    prefix = fields.String(metadata={"description": "The beginning of a word."})
    hashtag = fields.String(metadata={"description": "The name or slug of a tag: articles with it, or with its words."})
    in_ = fields.String(
        data_key="in",
        attribute="in",
        validate=validate.OneOf(FIELDS),
        metadata={"description": "The field that must contain the term. Without it, any field may."},
    )


class ExplainedQuerySchema(ExplainedTermSchema):
    """A search as a tree: a term, or `all_of`, `any_of` or `not` with other searches."""

    all_of = fields.List(
        fields.Nested(lambda: ExplainedQuerySchema()), metadata={"description": "Searches that must all match."}
    )
    any_of = fields.List(
        fields.Nested(lambda: ExplainedQuerySchema()),
        metadata={"description": "Searches of which at least one must match."},
    )
    not_ = fields.Nested(
        lambda: ExplainedQuerySchema(),
        data_key="not",
        attribute="not",
        metadata={"description": "A search that must not match."},
    )


class ExplainedLexemeSchema(Schema):
    """An entry of the index that is searched for."""

    lexeme = fields.String(
        required=True,
        metadata={"description": "The word as it is indexed: without case and accents, reduced to its stem."},
    )
    prefix = fields.Boolean(required=True, metadata={"description": "Whether everything with this beginning matches."})
    articles = fields.Integer(
        metadata={
            "description": "The approximate number of articles with it, in all languages. Missing until words have "
            "been counted."
        }
    )


class ExplainedWordsSchema(ExplainedTermSchema):
    """A term in the languages of the archive that are stemmed alike."""

    language = fields.String(required=True, metadata={"description": "The first of `languages`."})
    languages = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "Languages of the archive, as BCP 47 tags, in which the term has these lexemes and stop "
            "words. Languages without a stemmer are together."
        },
    )
    lexemes = fields.List(
        fields.Nested(ExplainedLexemeSchema),
        required=True,
        metadata={
            "description": "The lexemes that articles in these languages must contain; for a prefix, any one of them."
        },
    )
    stop_words = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "Words that are too common in these languages to be indexed. They are not searched for."
        },
    )


class ExplainedPartSchema(Schema):
    """A word's share of the score of an article."""

    lexeme = fields.String(
        required=True,
        metadata={"description": "The word as it is indexed; with an asterisk, everything with this beginning."},
    )
    headline = fields.Integer(required=True, metadata={"description": "How often it occurs in the headline."})
    standfirst = fields.Integer(required=True, metadata={"description": "How often it occurs in the standfirst."})
    body = fields.Integer(required=True, metadata={"description": "How often it occurs in the body."})
    rarity = fields.Float(required=True, metadata={"description": "The weight of its rarity: the idf of BM25."})
    adds = fields.Float(required=True, metadata={"description": "What it adds to the score."})


class ExplainedScoreSchema(Schema):
    """The relevance score of an article."""

    id = fields.UUID(required=True, metadata={"description": "The id of the article."})
    score = fields.Float(required=True, metadata={"description": "The sum of what the words add, rounded."})
    words = fields.List(
        fields.Nested(ExplainedPartSchema),
        required=True,
        metadata={"description": "The words of the search that the article contains, those that add the most first."},
    )
    literal = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(("headline", "text")),
        metadata={
            "description": "Whether the article contains the phrases of the search literally, with the same forms of "
            "the words: all of them in the `headline`, or some in the rest of the `text`. Such articles come before "
            "those with a higher score, those with the headline first. Null if not, or without a phrase."
        },
    )


class ExplainSchema(Schema):
    """How a search was understood."""

    query = fields.Nested(
        ExplainedQuerySchema,
        required=True,
        metadata={"description": "The search as a tree, with its operators in words."},
    )
    terms = fields.List(
        fields.Nested(ExplainedWordsSchema),
        required=True,
        metadata={
            "description": "Each term as it is searched for in the languages of the archive, once for each stemmer."
        },
    )
    scores = fields.List(
        fields.Nested(ExplainedScoreSchema),
        metadata={"description": "With `sort=relevance`: the scores of the articles on this page."},
    )
