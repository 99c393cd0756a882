"""What a resource declares about an operation."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass

import marshmallow as ma

from api.errors import Problem
from schemas.base import NoQuery

# A schema, a description, and the names of the response's headers.
ResponseSpec = tuple[type[ma.Schema] | None, str, *tuple[str, ...]]
# A schema and an example.
BodySpec = tuple[ma.Schema | Mapping[str, object], object]


@dataclass
class Declaration:
    """The arguments of ``@blueprint.operation``."""

    rule: str
    # By status.
    responses: Mapping[int, ResponseSpec]
    _: KW_ONLY
    summary: str
    # The view's docstring by default.
    description: str = ""
    # The view's name by default. The operationId is made of it.
    name: str = ""
    method: str = "GET"
    # A description and an example for each part of the path.
    path: Mapping[str, tuple[str, object]] | None = None
    query: ma.Schema | type[ma.Schema] = NoQuery
    headers: type[ma.Schema] | None = None
    # Request headers that the view reads itself.
    extra_headers: Sequence[Mapping[str, object]] = ()
    # The schema of a JSON body, and an example that clients can send.
    body: type[ma.Schema] | None = None
    example: Mapping[str, object] | None = None
    # Bodies that the view reads itself, by media type.
    accepts: Mapping[str, BodySpec] | None = None
    # The media type of the responses, and others that a client may ask for with Accept.
    content_type: str = "application/json"
    alternatives: Mapping[str, type[ma.Schema]] | None = None
    # The scope a key needs. "read" needs no key while reads are public; None never needs one.
    scope: str | None = "read"
    # Whether requests may send Dateline-Position, and whether responses have an ETag. By default, reads do both.
    takes_position: bool | None = None
    cacheable: bool | None = None
    # The problems that the view raises.
    problems: Sequence[type[Problem]] = ()

    def __post_init__(self) -> None:
        if self.takes_position is None:
            self.takes_position = self.scope == "read"
        if self.cacheable is None:
            self.cacheable = self.scope == "read"
