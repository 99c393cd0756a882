"""Work that a write left to do."""

from marshmallow import fields, validate

from schemas.base import Schema

STATES = ("waiting", "running", "done", "failing")


class JobSchema(Schema):
    """How far the work is that a write left to do."""

    id = fields.Integer(required=True, metadata={"description": "Its identifier in addresses."})
    kind = fields.String(
        required=True,
        validate=validate.OneOf(("relink",)),
        metadata={"description": "`relink`: articles get the tags and people that their texts name, as they are now."},
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(STATES),
        metadata={"description": "`waiting`, `running`, `done`, or `failing`: it is tried again, less and less often."},
    )
    done = fields.Integer(required=True, metadata={"description": "How many articles were looked at so far."})
    created_at = fields.DateTime(required=True, metadata={"description": "When the write was made."})
    finished_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When the last article was done; null before."}
    )
