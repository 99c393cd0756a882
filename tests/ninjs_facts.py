"""What the specification of ninjs 3.1 says of a news item, in a JSON Schema of our own: names, types, what is required.

Nothing is required but ``uri``, and inside of lists what is listed under ``required``. What is not named is refused.
"""

from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator

Facts = dict[str, Any]

TEXT: Facts = {"type": "string"}
URI: Facts = {"type": "string", "format": "uri"}
TIME: Facts = {"type": "string", "format": "date-time"}
WHOLE: Facts = {"type": "integer"}
NUMBER: Facts = {"type": "number"}
# Objects that Dateline never writes; what is in them is not checked here.
OBJECT: Facts = {"type": "object"}
PERCENT: Facts = {"type": "integer", "minimum": 0, "maximum": 100}


def one_of(*values: str) -> Facts:
    return {"type": "string", "enum": list(values)}


def several(required: tuple[str, ...] = (), **properties: Facts) -> Facts:
    entry = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {"type": "array", "items": entry}


CONCEPT: Facts = {"name": TEXT, "rel": TEXT, "uri": URI, "literal": TEXT}
CONTACTS: Facts = {"type": "array", "items": OBJECT}
STATUS = one_of("usable", "withheld", "canceled")

PROPERTIES: Facts = {
    "uri": URI,
    "type": one_of(
        "text", "audio", "video", "picture", "graphic", "composite", "component", "event", "planning"
    ),
    "representationType": one_of("full", "partial"),
    "profile": TEXT,
    "version": TEXT,
    "firstCreated": TIME,
    "versionCreated": TIME,
    "contentCreated": TIME,
    "embargoedUntil": TIME,
    "expires": TIME,
    "pubStatus": STATUS,
    "urgency": {"type": "integer", "minimum": 1, "maximum": 9},
    "copyrightHolder": TEXT,
    "copyrightNotice": TEXT,
    "usageTerms": TEXT,
    "edNote": TEXT,
    "language": TEXT,
    "title": TEXT,
    "by": TEXT,
    "slugline": TEXT,
    "located": TEXT,
    "headlines": several(("value",), role=TEXT, contentType=TEXT, value=TEXT),
    "descriptions": several(("value",), role=TEXT, contentType=TEXT, value=TEXT),
    "bodies": several(("value",), role=TEXT, contentType=TEXT, charCount=WHOLE, wordCount=WHOLE, value=TEXT),
    "people": several(**CONCEPT, contactInfo=CONTACTS),
    "organisations": several(**CONCEPT, symbols={"type": "array"}, contactInfo=CONTACTS),
    "places": several(**CONCEPT, contactInfo=CONTACTS, geoJSON=OBJECT),
    "subjects": several(**CONCEPT, creator=TEXT, relevance=PERCENT, confidence=PERCENT),
    "events": several(**CONCEPT, id=TEXT),
    "objects": several(**CONCEPT),
    "genres": several(name=TEXT, uri=TEXT, literal=TEXT),
    "infoSources": several(name=TEXT, role=TEXT, uri=URI, literal=TEXT, contactInfo=CONTACTS),
    "altIds": several(role=TEXT, value=TEXT),
    "trustIndicators": several(role=URI, title=TEXT, href=URI),
    "renditions": several(
        ("name",),
        name=TEXT, href=URI, contentType=TEXT, title=TEXT, width=WHOLE, height=WHOLE, sizeInBytes=WHOLE,
        duration=NUMBER, format=TEXT, aspectRatio=TEXT, videoCodec=TEXT, frameRate=NUMBER, poi=OBJECT,
        transportProtocol=TEXT, scanType=one_of("progressive", "interlaced"), bitrate=TEXT,
    ),
    "associations": {
        "type": "array",
        "items": {
            "$ref": "#/$defs/item",
            "properties": {"name": TEXT, "rel": TEXT},
            "required": ["name", "uri"],
            "unevaluatedProperties": False,
        },
    },
    "standard": {
        "type": "object",
        "properties": {"name": TEXT, "version": TEXT, "schema": URI},
        "additionalProperties": False,
    },
    "rightsInfo": {
        "type": "object",
        "properties": {"langId": URI, "linkedRights": URI, "encodedRights": TEXT},
        "oneOf": [{"required": ["linkedRights"]}, {"required": ["encodedRights"]}],
        "additionalProperties": False,
    },
    "digitalSourceType": {
        "type": "object",
        "properties": {"name": TEXT, "uri": URI, "literal": TEXT},
        "additionalProperties": False,
    },
    "eventDetails": OBJECT,
    "plannedCoverage": {"type": "array", "items": OBJECT},
}  # fmt: skip

SCHEMA: Facts = {
    "$defs": {"item": {"type": "object", "properties": PROPERTIES}},
    "$ref": "#/$defs/item",
    "required": ["uri"],
    "unevaluatedProperties": False,
}


def faults(document: Any) -> list[str]:
    """Where a document is no ninjs 3.1, as JSON pointers with what is wrong."""
    return [f"{_pointer(error.instance_path)}: {error.message}" for error in _validator().iter_errors(document)]


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{part}" for part in path)


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(SCHEMA, validate_formats=True)
