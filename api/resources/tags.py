"""Tags over HTTP."""

from api.commands.entity_kinds import TAG
from api.http.operation import Blueprint
from api.queries import entities as queries
from api.resources.entities import Resource, add_reads
from api.resources.entity_edits import add_edits
from schemas import entities as schemas

TAGS = Resource(
    one="tag",
    many="tags",
    a="a tag",
    reads=queries.TAGS,
    writes=TAG,
    page=schemas.TagPageSchema,
    whole=schemas.WholeTagSchema,
    input=schemas.TagInput,
    patch=schemas.TagPatch,
    slug="seoul-washington",
    slug_note=", which may be written with its `#` (as `%23`)",
    converter="tag",
    new={"name": "#Harbours", "description": "Ports and those who work in them.", "match": ["harbour", "port"]},
    change={"description": "Relations between Seoul and Washington.", "match": ["Seoul-Washington", "한미동맹"]},
    into="north-korea",
    linked=" Articles are tagged anew when `match` changes.",
)

blueprint = Blueprint("tags", __name__, url_prefix="/v1")
add_reads(blueprint, TAGS)
add_edits(blueprint, TAGS)
