"""Tags over HTTP."""

from api.commands.entity_kinds import TAG
from api.http.operation import Blueprint
from api.queries import entities as queries
from api.resources.companions import add_companions
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
    list_query=schemas.TagsQuery,
    slug="seoul-washington",
    slug_note=", with or without its `#` (written `%23`)",
    converter="tag",
    new={"name": "#Example Harbours", "description": "Ports and their work.", "match": ["Example Harbour"]},
    new_slug="example-harbours",
    change={"description": "Ports, ferries and their work.", "match": ["Example Harbour", "Example Port"]},
    merged_slug="example-ports",
    linked=" Changing `match` or `confirmed` tags articles again.",
)

blueprint = Blueprint("tags", __name__, url_prefix="/v1")
add_reads(blueprint, TAGS)
add_companions(blueprint, TAGS)
add_edits(blueprint, TAGS)
