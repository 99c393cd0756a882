"""News items in ninjs 3.1, the JSON format of the IPTC. docs/ninjs.md describes which properties are stored."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.articles import STATUSES
from schemas.base import INT8, Count, Schema
from schemas.languages import LANGUAGE_TAG, language_tag
from schemas.times import Moment

MEDIA_TYPE = "application/vnd.iptc.ninjs+json"

# The types of news items that an article can be. A composite has a text and more.
TYPES = ("text", "composite")

_CHARACTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_AUTHORITY = r"//(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}|\[[0-9A-Fa-f:.]+\])*"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{_AUTHORITY}(?:/{_CHARACTER}*)*|/?{_CHARACTER}+(?:/{_CHARACTER}*)*)"
    rf"(?:\?(?:{_CHARACTER}|[/?])*)?(?:#(?:{_CHARACTER}|[/?])*)?"
)
_VERSION = re.compile(r"[0-9]{1,19}", re.ASCII)


def is_uri(text: str) -> bool:
    """Whether this is an absolute URI (RFC 3986), which is ASCII only."""
    return bool(_URI.fullmatch(text))


def _uri(text: str) -> None:
    if not is_uri(text):
        raise ValidationError("must be an absolute URI (RFC 3986) such as urn:newsml:example.com:20250621:17")


def _language(text: str) -> None:
    language_tag(text)


def _number(text: str) -> None:
    if not _VERSION.fullmatch(text) or int(text) > INT8:
        raise ValidationError(f"{Count.MESSAGE}, written without commas")


def _string(description: str, pattern: re.Pattern[str] | None = None, **kwargs: Any) -> fields.String:
    shape = {"pattern": f"^(?:{pattern.pattern})$"} if pattern else {}
    return fields.String(metadata={"description": description, **shape}, **kwargs)


def _several(schema: type[Schema], description: str) -> fields.List:
    return fields.List(fields.Nested(schema), metadata={"description": description})


def _ignored(description: str) -> fields.Raw:
    """A property that an article cannot represent: accepted with any value, and not stored."""
    return fields.Raw(allow_none=True, metadata={"description": f"{description} Accepted but not stored."})


class NinjsTextSchema(Schema):
    """A headline or description."""

    role = _string("The use of the text; `main` takes precedence.")
    contentType = _string("The media type of `value`. Default: plain text.")
    value = _string("The text.", required=True)


class NinjsBodySchema(NinjsTextSchema):
    """The text of the story in one format."""

    charCount = _ignored("The number of characters.")
    wordCount = _ignored("The number of words.")


class _ConceptSchema(Schema):
    name = _string("The name to display.")
    uri = _ignored("Its URI in a vocabulary.")
    literal = _string("Its code: `dateline:` and the slug for an entity of this archive.")


class NinjsPersonSchema(_ConceptSchema):
    """A person named in the story."""

    rel = _ignored("How the story relates to the person.")
    contactInfo = _ignored("Contact details of the person.")


class NinjsSubjectSchema(_ConceptSchema):
    """A subject of the story: a tag, or the outlet's section if `rel` is `section`."""

    rel = _string("`section`, or how the story relates to the subject.")
    creator = _ignored("Who assigned the subject.")
    relevance = _ignored("The relevance, up to 100.")
    confidence = _ignored("The confidence, up to 100.")


class NinjsInfoSourceSchema(_ConceptSchema):
    """A source of the story: its `agency` or its `publisher`."""

    role = _string("`agency`, `publisher` or another role.")
    contactInfo = _ignored("Contact details of the source.")


class NinjsAltIdSchema(Schema):
    """Another identifier of the story."""

    role = _string("The role of the identifier. Only roles that begin with `dateline:` are read.")
    value = _string("The identifier.")


class NinjsRenditionSchema(Schema):
    """A file with the story or a picture."""

    name = _string("The name of the file or item.", required=True)
    href = _string("The URL of the file.", pattern=_URI, validate=_uri)
    contentType = _string("The media type.")
    title = _ignored("The title of a link to it.")
    width = fields.Integer(strict=True, metadata={"description": "The width in pixels."})
    height = _ignored("The height in pixels.")
    sizeInBytes = _ignored("The size in bytes.")
    duration = _ignored("The duration in seconds.")
    format = _ignored("The format of its content.")
    aspectRatio = _ignored("The ratio of width to height.")
    videoCodec = _ignored("The codec of a video.")
    frameRate = _ignored("Frames per second.")
    poi = _ignored("The point of interest.")
    transportProtocol = _ignored("The transport protocol of a stream.")
    scanType = _ignored("Whether a video is interlaced.")
    bitrate = _ignored("Bits per second.")


class _ItemSchema(Schema):
    """The properties of every news item."""

    uri = _string("The globally unique identifier of the item.", pattern=_URI, required=True, validate=_uri)
    type = _string("The type of the item.")
    representationType = _string("Whether the item is complete: `full` or `partial`.")
    standard = _ignored("The version of ninjs; 3.1 in responses.")
    profile = _ignored("The provider's name of the structure.")
    version = _string("The outlet's version of the story, a whole number.", pattern=_VERSION, validate=_number)
    firstCreated = Moment(metadata={"description": "When the first version was created."})
    versionCreated = Moment(metadata={"description": "When this version was created."})
    contentCreated = Moment(metadata={"description": "When the story was published."})
    embargoedUntil = Moment(metadata={"description": "The end of the embargo."})
    expires = _ignored("When the story expires.")
    pubStatus = _string(
        "Whether the story may be used.",
        validate=validate.OneOf(STATUSES, error=f"must be one of {', '.join(STATUSES)}"),
    )
    urgency = _ignored("The urgency, 1 to 9.")
    edNote = _string("A note to editors.")
    language = _string("The language, as a BCP 47 tag.", pattern=re.compile(LANGUAGE_TAG), validate=_language)
    title = _ignored("An internal name of the item.")
    slugline = _ignored("A working name of the story.")
    headlines = _several(NinjsTextSchema, "Headlines for different uses.")
    descriptions = _several(NinjsTextSchema, "Summaries for different uses.")
    bodies = _several(NinjsBodySchema, "The text in different formats.")
    by = _string("The author or authors.")
    located = _ignored("Where the story was written.")
    people = _several(NinjsPersonSchema, "People named in the story.")
    organisations = _ignored("Organisations named in the story.")
    places = _ignored("Places named in the story.")
    subjects = _several(NinjsSubjectSchema, "What the story is about.")
    events = _ignored("Events named in the story.")
    objects = _ignored("Objects named in the story.")
    genres = _ignored("Genres of journalism.")
    eventDetails = _ignored("Details of an event.")
    plannedCoverage = _ignored("Planned coverage.")
    infoSources = _several(NinjsInfoSourceSchema, "Sources of the story.")
    altIds = _several(NinjsAltIdSchema, "Other identifiers of the story.")
    renditions = _several(NinjsRenditionSchema, "Files with the whole story.")
    trustIndicators = _ignored("Reasons to trust the provider.")
    copyrightHolder = _ignored("The holder of the copyright.")
    copyrightNotice = _ignored("The copyright notice.")
    usageTerms = _ignored("Terms of use, as text.")
    rightsInfo = _ignored("Terms of use, machine-readable.")
    digitalSourceType = _ignored("How the content was created.")


class NinjsAssociationSchema(_ItemSchema):
    """An item associated with the story, such as its picture."""

    name = _string("The name of the file or item.", required=True)
    rel = _ignored("How the item relates to the story.")
    associations = _ignored("Associated items.")


class NinjsSchema(_ItemSchema):
    """A story as a ninjs 3.1 news item."""

    type = _string(
        "`text`, or `composite` for a text with other content.",
        validate=validate.OneOf(TYPES, error="must be one of text, composite"),
    )
    representationType = _string(
        "`full`, because a push replaces the whole article.",
        validate=validate.Equal("full", error="must be full, because a push replaces the whole article"),
    )
    associations = _several(NinjsAssociationSchema, "Associated items, such as a picture.")
