"""Background jobs."""

from marshmallow import fields, validate

from schemas.base import Schema

STATES = ("waiting", "running", "done", "failing")


class JobSchema(Schema):
    """A background job that a write started, and its progress."""

    id = fields.Integer(required=True, metadata={"description": "The identifier in URLs."})
    kind = fields.String(
        required=True,
        validate=validate.OneOf(("relink",)),
        metadata={
            "description": "`relink`: links articles to the tags and people that their texts name, with their "
            "current names."
        },
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(STATES),
        metadata={"description": "`waiting`, `running`, `done`, or `failing`, which is retried in growing intervals."},
    )
    done = fields.Integer(required=True, metadata={"description": "The number of articles processed so far."})
    created_at = fields.DateTime(required=True, metadata={"description": "When the job was created."})
    finished_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When the job finished; null before that."}
    )
