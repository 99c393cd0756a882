"""Errors and other small responses."""

from marshmallow import fields, validate

from schemas.base import Schema


class ProblemErrorSchema(Schema):
    """A wrong input."""

    detail = fields.String(required=True, metadata={"description": "What is wrong, and what would be right."})
    parameter = fields.String(
        metadata={"description": "The name of the wrong query parameter, path parameter or header."}
    )
    pointer = fields.String(metadata={"description": "The wrong part of the body, as a JSON Pointer (RFC 6901)."})


class TombstoneSchema(Schema):
    """What remains of a withdrawn article."""

    id = fields.UUID(required=True, metadata={"description": "The id of the article."})
    status = fields.String(
        required=True,
        validate=validate.OneOf(("withheld", "canceled")),
        metadata={"description": "`withheld` (temporarily) or `canceled`."},
    )
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "The reason, in the outlet's words."}
    )
    withdrawn_at = fields.DateTime(required=True, metadata={"description": "When it was withdrawn, in UTC."})
    purged = fields.Boolean(
        required=True, metadata={"description": "Whether its text was erased. That cannot be undone."}
    )


class ProblemSchema(Schema):
    """A problem (RFC 9457)."""

    type = fields.String(
        required=True,
        metadata={"description": "The URL of the documentation of this kind of problem.", "format": "uri-reference"},
    )
    title = fields.String(
        required=True, metadata={"description": "The title of this kind of problem, which is always the same."}
    )
    status = fields.Integer(required=True, metadata={"description": "The HTTP status."})
    detail = fields.String(
        required=True, metadata={"description": "What went wrong in this request, and what to do about it."}
    )
    instance = fields.String(required=True, metadata={"description": "The path of the request."})
    code = fields.String(required=True, metadata={"description": "The kind of problem, for programs."})
    request_id = fields.String(required=True, metadata={"description": "The id of this request in the server's log."})
    errors = fields.List(
        fields.Nested(ProblemErrorSchema),
        metadata={"description": "With a 400 or 422: the wrong inputs."},
    )
    tombstone = fields.Nested(
        TombstoneSchema, metadata={"description": "With a 410 for a withdrawn article: its tombstone."}
    )
    line = fields.Integer(
        metadata={"description": "With an atomic batch of lines: the line that was refused, counted from 1."}
    )
    index = fields.Integer(
        metadata={"description": "With an atomic batch as an array: the element that was refused, counted from 0."}
    )
    restart = fields.String(
        metadata={
            "description": "With a 410 for an expired cursor: the current cursor. Copy the lists again, then "
            "continue from it."
        }
    )


class ProblemKindSchema(Schema):
    """The documentation of a kind of problem."""

    code = fields.String(required=True, metadata={"description": "The kind of problem, for programs."})
    title = fields.String(required=True, metadata={"description": "The title."})
    status = fields.Integer(required=True, metadata={"description": "The HTTP status."})
    description = fields.String(required=True, metadata={"description": "What it means and what to do about it."})


class ProblemKindsSchema(Schema):
    """All kinds of problems."""

    data = fields.List(
        fields.Nested(ProblemKindSchema),
        required=True,
        metadata={"description": "The kinds of problems, ordered by code."},
    )


class HealthSchema(Schema):
    """The state of the server."""

    status = fields.String(required=True, metadata={"description": "Always `ok`."})


class IndexSchema(Schema):
    """Links to the parts of this server."""

    name = fields.String(required=True, metadata={"description": "`Dateline`."})
    version = fields.String(required=True, metadata={"description": "The version of this server."})
    links = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "URLs by name."},
    )
