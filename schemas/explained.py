"""How a search was understood."""

from marshmallow import fields, validate

from schemas.base import Schema

FIELDS = ("headline", "standfirst", "body")


class ExplainedTermSchema(Schema):
    """A term of a search: one of `word`, `phrase` and `prefix`, as it was typed."""

    word = fields.String(metadata={"description": "A word; one of several parts, as `Jae-myung`, is a phrase of them."})
    phrase = fields.String(metadata={"description": "Words that follow each other."})
    prefix = fields.String(metadata={"description": "How a word begins."})
    in_ = fields.String(
        data_key="in",
        attribute="in",
        validate=validate.OneOf(FIELDS),
        metadata={"description": "The field it has to stand in; left out, any of them."},
    )


class ExplainedQuerySchema(ExplainedTermSchema):
    """A search as a tree: a term, or one of `all_of`, `any_of` and `not` with the searches below it."""

    all_of = fields.List(
        fields.Nested(lambda: ExplainedQuerySchema()), metadata={"description": "What must all be found."}
    )
    any_of = fields.List(
        fields.Nested(lambda: ExplainedQuerySchema()), metadata={"description": "What one is enough of."}
    )
    not_ = fields.Nested(
        lambda: ExplainedQuerySchema(),
        data_key="not",
        attribute="not",
        metadata={"description": "What must not be found."},
    )


class ExplainedLexemeSchema(Schema):
    """What is looked for in the index."""

    lexeme = fields.String(required=True, metadata={"description": "A word as it is indexed: folded, and its stem."})
    prefix = fields.Boolean(required=True, metadata={"description": "Whether everything that begins so is meant."})
    articles = fields.Integer(
        metadata={"description": "About how many articles of any language have it; left out until words were counted."}
    )


class ExplainedWordsSchema(ExplainedTermSchema):
    """What a term became in one language."""

    language = fields.String(required=True, metadata={"description": "A language of the archive, as an ISO 639 code."})
    lexemes = fields.List(
        fields.Nested(ExplainedLexemeSchema),
        required=True,
        metadata={"description": "What articles of the language are searched for; of a prefix, any of them is enough."},
    )
    stop_words = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Words too common in the language to be indexed; they are not looked for."},
    )


class ExplainedPartSchema(Schema):
    """What a word adds to the score of an article."""

    lexeme = fields.String(
        required=True, metadata={"description": "A word as it is indexed; with a star, all that begin so."}
    )
    headline = fields.Integer(required=True, metadata={"description": "How often it is in the headline."})
    standfirst = fields.Integer(required=True, metadata={"description": "How often it is in the standfirst."})
    body = fields.Integer(required=True, metadata={"description": "How often it is in the body."})
    rarity = fields.Float(required=True, metadata={"description": "What it counts for being rare, the idf of BM25."})
    adds = fields.Float(required=True, metadata={"description": "What it adds."})


class ExplainedScoreSchema(Schema):
    """How relevant an article is."""

    id = fields.UUID(required=True, metadata={"description": "The article."})
    score = fields.Float(required=True, metadata={"description": "The sum of what its words add, rounded."})
    words = fields.List(
        fields.Nested(ExplainedPartSchema),
        required=True,
        metadata={"description": "The words of the search that it has, those that add most first."},
    )


class ExplainSchema(Schema):
    """How a search was understood."""

    query = fields.Nested(
        ExplainedQuerySchema, required=True, metadata={"description": "The search, its operators in words."}
    )
    terms = fields.List(
        fields.Nested(ExplainedWordsSchema),
        required=True,
        metadata={"description": "Each term in each language of the archive, as it is looked for."},
    )
    scores = fields.List(
        fields.Nested(ExplainedScoreSchema),
        metadata={"description": "With `sort=relevance`, why the articles of the page have their order."},
    )
