"""News items in ninjs 3.1, the JSON format of the IPTC, as far as an article goes; docs/ninjs.md tells what is kept."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.articles import STATUSES
from schemas.base import INT8, Count, Schema
from schemas.times import Moment

MEDIA_TYPE = "application/vnd.iptc.ninjs+json"

# What an article may be among the kinds of news item; a composite has a text and more.
TYPES = ("text", "composite")

_CHARACTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_AUTHORITY = r"//(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}|\[[0-9A-Fa-f:.]+\])*"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{_AUTHORITY}(?:/{_CHARACTER}*)*|/?{_CHARACTER}+(?:/{_CHARACTER}*)*)"
    rf"(?:\?(?:{_CHARACTER}|[/?])*)?(?:#(?:{_CHARACTER}|[/?])*)?"
)
# BCP 47 as news uses it: a language of ISO 639, and whatever script, region and variants say more.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_VERSION = re.compile(r"[0-9]{1,19}", re.ASCII)


def is_uri(text: str) -> bool:
    """Whether this is an absolute URI (RFC 3986), which is ASCII only."""
    return bool(_URI.fullmatch(text))


def _uri(text: str) -> None:
    if not is_uri(text):
        raise ValidationError("must be an absolute URI of RFC 3986, such as urn:newsml:example.com:20250621:17")


def _language(text: str) -> None:
    if not _LANGUAGE.fullmatch(text):
        raise ValidationError("must be a language tag of BCP 47 that begins with an ISO 639 code, such as en or ko-KR")


def _number(text: str) -> None:
    if not _VERSION.fullmatch(text) or int(text) > INT8:
        raise ValidationError(f"{Count.SENTENCE}, without commas, so that versions have an order")


def _string(sentence: str, pattern: re.Pattern[str] | None = None, **kwargs: Any) -> fields.String:
    shape = {"pattern": f"^(?:{pattern.pattern})$"} if pattern else {}
    return fields.String(metadata={"description": sentence, **shape}, **kwargs)


def _several(schema: type[Schema], sentence: str) -> fields.List:
    return fields.List(fields.Nested(schema), metadata={"description": sentence})


def _passed_over(sentence: str) -> fields.Raw:
    """A property of ninjs that an article has no place for: taken, whatever it holds, and not kept."""
    return fields.Raw(metadata={"description": f"{sentence} Taken and not kept."})


class NinjsTextSchema(Schema):
    """A headline or description."""

    role = _string("What it is for; `main` goes before others.")
    contentType = _string("Media type of `value`; without one it is plain text.")
    value = _string("The text.", required=True)


class NinjsBodySchema(NinjsTextSchema):
    """The story's text in one form."""

    charCount = _passed_over("Number of characters.")
    wordCount = _passed_over("Number of words.")


class _ConceptSchema(Schema):
    name = _string("The name as people read it.")
    uri = _passed_over("Its address in a vocabulary.")
    literal = _string("Its code; `dateline:` and a slug for what this archive knows.")


class NinjsPersonSchema(_ConceptSchema):
    """A person whom the story names."""

    rel = _passed_over("How the story relates to the person.")
    contactInfo = _passed_over("How to reach the person.")


class NinjsSubjectSchema(_ConceptSchema):
    """What the story is about: a tag, or with `rel` `section` the outlet's section."""

    rel = _string("`section`, or how the story relates to the subject.")
    creator = _passed_over("Who set it.")
    relevance = _passed_over("How relevant it is, up to 100.")
    confidence = _passed_over("How sure it is, up to 100.")


class NinjsInfoSourceSchema(_ConceptSchema):
    """Who had a part in the story: the `agency` it came from, the `publisher`."""

    role = _string("`agency`, `publisher` or another part.")
    contactInfo = _passed_over("How to reach it.")


class NinjsAltIdSchema(Schema):
    """Another identifier of the story."""

    role = _string("Whose it is; those that begin with `dateline:` are read.")
    value = _string("The identifier.")


class NinjsRenditionSchema(Schema):
    """A file with a story or a picture."""

    name = _string("Which one it is.", required=True)
    href = _string("Where it is.", pattern=_URI, validate=_uri)
    contentType = _string("Its media type.")
    title = _passed_over("A title for a link to it.")
    width = fields.Integer(strict=True, metadata={"description": "Pixels across."})
    height = _passed_over("Pixels from top to bottom.")
    sizeInBytes = _passed_over("Its size.")
    duration = _passed_over("Seconds it lasts.")
    format = _passed_over("The form of its content.")
    aspectRatio = _passed_over("Width to height.")
    videoCodec = _passed_over("How a video is coded.")
    frameRate = _passed_over("Frames a second.")
    poi = _passed_over("The point that matters.")
    transportProtocol = _passed_over("How a stream is carried.")
    scanType = _passed_over("Whether a video is interlaced.")
    bitrate = _passed_over("Bits a second.")


class _ItemSchema(Schema):
    """The properties of every news item."""

    uri = _string("Identifies the item, whoever holds it.", pattern=_URI, required=True, validate=_uri)
    type = _string("What kind of item it is.")
    representationType = _string("Whether this is all of it: `full` or `partial`.")
    standard = _passed_over("Which version of ninjs this is: 3.1 in answers.")
    profile = _passed_over("The provider's name for the structure.")
    version = _string("The outlet's version of the story, a whole number.", pattern=_VERSION, validate=_number)
    firstCreated = Moment(metadata={"description": "When the first version was made."})
    versionCreated = Moment(metadata={"description": "When this version was made."})
    contentCreated = Moment(metadata={"description": "When it was published."})
    embargoedUntil = Moment(metadata={"description": "When it may be shown."})
    expires = _passed_over("When it stops to matter.")
    pubStatus = _string(
        "Whether it may be used.",
        validate=validate.OneOf(STATUSES, error=f"must be one of {', '.join(STATUSES)}"),
    )
    urgency = _passed_over("How urgent it is, 1 to 9.")
    edNote = _string("A note for the desks that receive it, not for readers.")
    language = _string("BCP 47 tag of its language.", pattern=_LANGUAGE, validate=_language)
    title = _passed_over("A name for the item, not for readers.")
    slugline = _passed_over("A name for the story while it develops.")
    headlines = _several(NinjsTextSchema, "Headlines for different uses.")
    descriptions = _several(NinjsTextSchema, "Summaries for different uses.")
    bodies = _several(NinjsBodySchema, "The text in different forms.")
    by = _string("Who made it.")
    located = _passed_over("Where it was written.")
    people = _several(NinjsPersonSchema, "People whom it names.")
    organisations = _passed_over("Organisations that it names.")
    places = _passed_over("Places that it names.")
    subjects = _several(NinjsSubjectSchema, "What it is about.")
    events = _passed_over("Events that it names.")
    objects = _passed_over("Things that it names.")
    genres = _passed_over("What kind of journalism it is.")
    eventDetails = _passed_over("Where and when an event is.")
    plannedCoverage = _passed_over("What will be covered.")
    infoSources = _several(NinjsInfoSourceSchema, "Who had a part in it.")
    altIds = _several(NinjsAltIdSchema, "Its other identifiers.")
    renditions = _several(NinjsRenditionSchema, "Files with the whole item.")
    trustIndicators = _passed_over("Why to trust the provider.")
    copyrightHolder = _passed_over("Whose it is.")
    copyrightNotice = _passed_over("The line that says whose it is.")
    usageTerms = _passed_over("What may be done with it, in words.")
    rightsInfo = _passed_over("What may be done with it, for machines.")
    digitalSourceType = _passed_over("How the content came about.")


class NinjsAssociationSchema(_ItemSchema):
    """An item that goes with the story, such as its picture."""

    name = _string("Which one it is.", required=True)
    rel = _passed_over("How the two relate.")
    associations = _passed_over("What goes with it.")


class NinjsSchema(_ItemSchema):
    """A story as a ninjs 3.1 news item."""

    type = _string(
        "`text`, or `composite` for a text with more.",
        validate=validate.OneOf(TYPES, error="must be text or composite; the archive holds articles"),
    )
    representationType = _string(
        "`full`, since a push replaces the whole article.",
        validate=validate.Equal("full", error="must be full, since a push replaces the whole article"),
    )
    associations = _several(NinjsAssociationSchema, "What goes with it, a picture above all.")
