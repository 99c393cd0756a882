"""People who may be added: parameters, responses and inputs."""

from marshmallow import fields, validate

from schemas.base import Name, Schema, Slug, Text, Whole
from schemas.entities import PersonInput, StrictBoolean
from schemas.paging import MetaSchema, PageQuery, PageSchema
from schemas.times import Bound

STATUSES = ("proposed", "rejected")


class CandidatesQuery(PageQuery):
    """Parameters of the list of candidates."""

    q = Text(
        low=1,
        high=200,
        stripped=False,
        metadata={"description": "The beginning of a word of the name, in any spelling. Case and accents are ignored."},
    )
    status = fields.String(
        load_default="proposed",
        validate=validate.OneOf(STATUSES, error="must be one of proposed, rejected"),
        metadata={"description": "`proposed`: those to review. `rejected`: those that an editor rejected."},
    )
    min_articles = Whole(
        low=1, high=1_000_000, metadata={"description": "Only candidates with at least so many articles."}
    )
    from_ = Bound(
        data_key="from",
        attribute="from",
        metadata={"description": "Only candidates with an article published at or after this time."},
    )
    sort = fields.String(
        load_default="articles",
        validate=validate.OneOf(("articles", "recent"), error="must be one of articles, recent"),
        metadata={"description": "`articles`: the most articles first. `recent`: the newest article first."},
    )


class CandidateSentenceSchema(Schema):
    """A sentence with the name of a candidate. Offsets count characters (Unicode code points) in the field."""

    article = fields.UUID(required=True, metadata={"description": "The id of the article."})
    outlet = fields.String(required=True, metadata={"description": "The slug of its outlet."})
    published_at = fields.DateTime(required=True, metadata={"description": "When it was published."})
    field = fields.String(
        required=True,
        validate=validate.OneOf(("headline", "standfirst", "body")),
        metadata={"description": "The field of the article that has the sentence."},
    )
    offset = fields.Integer(required=True, metadata={"description": "Where the sentence begins in the field."})
    text = fields.String(
        required=True,
        metadata={"description": "The sentence. Of a long one, up to 300 characters before and after the name."},
    )
    name = fields.String(required=True, metadata={"description": "The name as it is written there."})
    name_offset = fields.Integer(required=True, metadata={"description": "Where the name begins in the field."})


class MayBeSchema(Schema):
    """A person in the archive who may be meant."""

    slug = fields.String(required=True, metadata={"description": "The identifier in URLs and filters."})
    name = fields.String(required=True, metadata={"description": "The name to display."})
    because = fields.String(
        required=True,
        validate=validate.OneOf(("spelling", "initial", "transliteration")),
        metadata={
            "description": "`spelling`: a name that differs by one or two letters. `initial`: the same last name, and"
            " the same first letter. `transliteration`: a similar name in another script."
        },
    )


class CandidateSchema(Schema):
    """A name in visible articles that is not that of a known person, tag or outlet."""

    id = fields.String(
        required=True,
        metadata={"description": "The identifier, the same in every archive.", "pattern": "^[0-9a-f]{16}$"},
    )
    name = fields.String(required=True, metadata={"description": "The most frequent spelling."})
    variants = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Other spellings and inflections, the most frequent first; up to 19."},
    )
    status = fields.String(
        required=True,
        validate=validate.OneOf(STATUSES),
        metadata={"description": "`proposed`, or `rejected` by an editor."},
    )
    articles = fields.Integer(required=True, metadata={"description": "The number of public articles with the name."})
    outlets = fields.Integer(required=True, metadata={"description": "The number of outlets that published them."})
    first_published_at = fields.DateTime(
        required=True, metadata={"description": "When the oldest of them was published."}
    )
    last_published_at = fields.DateTime(
        required=True, metadata={"description": "When the newest of them was published."}
    )
    rejected_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When an editor rejected it; null if none did."}
    )
    sentences = fields.List(
        fields.Nested(CandidateSentenceSchema),
        required=True,
        metadata={"description": "A sentence of each of the newest articles with the name; up to three."},
    )
    may_be = fields.List(
        fields.Nested(MayBeSchema),
        required=True,
        metadata={"description": "People in the archive who may be meant; up to five."},
    )


class CandidatePageSchema(Schema):
    """A page of candidates."""

    data = fields.List(fields.Nested(CandidateSchema), required=True, metadata={"description": "The candidates."})
    page = fields.Nested(PageSchema, required=True, metadata={"description": "The position of this page in the list."})
    meta = fields.Nested(MetaSchema, required=True, metadata={"description": "Facts about the whole list."})


class CandidateAccept(PersonInput):
    """The person to create for a candidate: the same fields as a new person, none of them required."""

    name = Name(low=1, high=200, metadata={"description": "The name to display. By default that of the candidate."})
    aliases = fields.List(
        Name(low=1, high=200),
        validate=validate.Length(max=100, error="must have at most 100 values"),
        metadata={"description": "Other full names. By default the candidate's other spellings."},
    )


class CandidateMerge(Schema):
    """The person whom a candidate is."""

    into = Slug(required=True, metadata={"description": "The slug of the person who gets the name as an alias."})
    variants = StrictBoolean(
        load_default=True,
        metadata={"description": "Whether the other spellings become aliases as well. By default they do."},
    )
