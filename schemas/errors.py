"""Errors and small answers."""

from marshmallow import fields, validate

from schemas.base import Schema


class ProblemErrorSchema(Schema):
    """One input that is wrong."""

    detail = fields.String(required=True, metadata={"description": "What is wrong, and what would be right."})
    parameter = fields.String(metadata={"description": "The parameter of the address, or the header, that is wrong."})
    pointer = fields.String(metadata={"description": "JSON Pointer (RFC 6901) into the body, when that is wrong."})


class TombstoneSchema(Schema):
    """What is left of an article that its outlet withdrew."""

    id = fields.UUID(required=True, metadata={"description": "Its id."})
    status = fields.String(
        required=True,
        validate=validate.OneOf(("withheld", "canceled")),
        metadata={"description": "`withheld` for now, or `canceled`."},
    )
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Why, as its outlet says it."})
    withdrawn_at = fields.DateTime(required=True, metadata={"description": "When, UTC."})
    purged = fields.Boolean(required=True, metadata={"description": "Whether its text was erased, which is final."})


class ProblemSchema(Schema):
    """A failure, as RFC 9457 has it."""

    type = fields.String(
        required=True, metadata={"description": "Where this kind is documented.", "format": "uri-reference"}
    )
    title = fields.String(required=True, metadata={"description": "The kind of failure, always the same words."})
    status = fields.Integer(required=True, metadata={"description": "The HTTP status."})
    detail = fields.String(required=True, metadata={"description": "What happened this time, and what to do."})
    instance = fields.String(required=True, metadata={"description": "The path that was asked for."})
    code = fields.String(required=True, metadata={"description": "The kind of failure, for programs."})
    request_id = fields.String(required=True, metadata={"description": "Finds this request in the server's log."})
    errors = fields.List(
        fields.Nested(ProblemErrorSchema),
        metadata={"description": "Each input that is wrong, on a 400 or 422."},
    )
    tombstone = fields.Nested(TombstoneSchema, metadata={"description": "Of a withdrawn article, on a 410."})
    line = fields.Integer(metadata={"description": "Of an atomic batch: the line that was refused, counted from 1."})
    index = fields.Integer(metadata={"description": "Of an atomic batch: the element that was refused, from 0."})
    restart = fields.String(metadata={"description": "The cursor of now, from which a new copy is followed, on a 410."})


class ProblemKindSchema(Schema):
    """The documentation of one kind of failure."""

    code = fields.String(required=True, metadata={"description": "The kind of failure, for programs."})
    title = fields.String(required=True, metadata={"description": "Its title."})
    status = fields.Integer(required=True, metadata={"description": "Its HTTP status."})
    description = fields.String(required=True, metadata={"description": "What it means and what to do."})


class ProblemKindsSchema(Schema):
    """All kinds of failure."""

    data = fields.List(
        fields.Nested(ProblemKindSchema), required=True, metadata={"description": "The kinds, by their code."}
    )


class HealthSchema(Schema):
    """Whether the server is well."""

    status = fields.String(required=True, metadata={"description": "`ok`."})


class IndexSchema(Schema):
    """Where everything is."""

    name = fields.String(required=True, metadata={"description": "`Dateline`."})
    version = fields.String(required=True, metadata={"description": "The version of this server."})
    links = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "Name → address."},
    )
