"""Outlets over HTTP."""

from api.commands.entity_kinds import OUTLET
from api.http.operation import Blueprint
from api.queries import entities as queries
from api.resources.companions import add_companions
from api.resources.entities import Resource, add_reads
from api.resources.entity_edits import add_edits
from schemas import entities as schemas

OUTLETS = Resource(
    one="outlet",
    many="outlets",
    a="an outlet",
    reads=queries.OUTLETS,
    writes=OUTLET,
    page=schemas.OutletPageSchema,
    whole=schemas.WholeOutletSchema,
    input=schemas.OutletInput,
    patch=schemas.OutletPatch,
    slug="korea-herald",
    new={"name": "Harbour Daily", "country": "KR", "language": "en", "url": "https://harbour-daily.example"},
    new_slug="harbour-daily",
    change={"description": "News of harbours and ferries."},
)

blueprint = Blueprint("outlets", __name__, url_prefix="/v1")
add_reads(blueprint, OUTLETS)
add_companions(blueprint, OUTLETS)
add_edits(blueprint, OUTLETS)
