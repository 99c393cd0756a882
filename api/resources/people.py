"""People over HTTP."""

from api.commands.entity_kinds import PERSON
from api.http.operation import Blueprint
from api.queries import entities as queries
from api.resources.companions import add_companions
from api.resources.entities import Resource, add_reads
from api.resources.entity_edits import add_edits
from schemas import entities as schemas

PEOPLE = Resource(
    one="person",
    many="people",
    a="a person",
    reads=queries.PEOPLE,
    writes=PERSON,
    page=schemas.PersonPageSchema,
    whole=schemas.WholePersonSchema,
    input=schemas.PersonInput,
    patch=schemas.PersonPatch,
    list_query=schemas.PeopleQuery,
    get_query=schemas.PersonQuery,
    converter="person",
    slug="lee-jae-myung",
    new={
        "name": "Ana Roe",
        "aliases": ["Anna Roe"],
        "roles": [{"title": "Harbour master", "organization": "Port of Example", "from": "2025-01-01", "to": None}],
    },
    new_slug="ana-roe",
    change={"aliases": ["Anna Roe", "Ana María Roe"]},
    merged_slug="bo-lind",
    linked=" Changing `aliases`, `roles` or `confirmed` links articles again.",
)

blueprint = Blueprint("people", __name__, url_prefix="/v1")
add_reads(blueprint, PEOPLE)
add_companions(blueprint, PEOPLE)
add_edits(blueprint, PEOPLE)
