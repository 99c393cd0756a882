"""People who may be added, over HTTP: reviewed by keys with the scope ``edit``."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.commands import candidate_edits
from api.context import database
from api.errors import Conflict, ContentTooLarge, InvalidCursor, NotFound, RequestTimeout, UnsupportedMediaType
from api.http import reads
from api.http.lists import list_response
from api.http.openapi.headers import WRITTEN
from api.http.operation import Blueprint
from api.http.responses import json_response
from api.http.writes import authorized_write
from api.postgres.connection import Connection
from api.queries import person_candidates as queries
from api.resources.entity_edits import edited
from api.resources.people import PEOPLE
from schemas.candidates import (
    CandidateAccept,
    CandidateMerge,
    CandidatePageSchema,
    CandidateSchema,
    CandidatesQuery,
)
from schemas.entities import WholePersonSchema

blueprint = Blueprint("candidates", __name__, url_prefix="/v1")

BODY = [ContentTooLarge, RequestTimeout, UnsupportedMediaType]
MEANING = "The id of the candidate."
# Of the demo archive.
ACCEPTED = "a268bb7993ce2b0d"
MERGED = "a9a4b243da0fafe8"


@blueprint.operation(
    "/people/candidates",
    {200: (CandidatePageSchema, "A page of candidates.")},
    query=CandidatesQuery,
    scope="edit",
    problems=[InvalidCursor],
    summary="List candidates",
)
def list_candidates(query: Mapping[str, Any]) -> Response:
    """Names that look like those of people, in at least three public articles of two outlets, and that are not the
    name of a known person, tag or outlet. No person is created before you accept a candidate.

    Candidates follow the articles within seconds. Articles that are withdrawn, embargoed or purged count no more at
    once. Never cached.
    """
    chosen = {name: query[name] for name in ("q", "min_articles") if name in query}
    return list_response(
        query,
        {},
        lambda connection, request: queries.page(
            connection, query["sort"], request, status=query["status"], since=query.get("from"), **chosen
        ),
        read=reads.read_uncached,
    )


@blueprint.operation(
    "/people/candidates/<candidate:candidate_id>",
    {200: (CandidateSchema, "The candidate.")},
    scope="edit",
    problems=[NotFound],
    path={"candidate_id": (MEANING, ACCEPTED)},
    summary="Get a candidate",
)
def get_candidate(_query: Mapping[str, Any], candidate_id: str) -> Response:
    """One candidate, proposed or rejected. Never cached."""
    return reads.read_uncached(lambda connection: _candidate(connection, candidate_id), json_response)


@blueprint.operation(
    "/people/candidates/<candidate:candidate_id>/reject",
    {200: (CandidateSchema, "The rejected candidate.")},
    method="POST",
    scope="edit",
    problems=[NotFound],
    path={"candidate_id": (MEANING, ACCEPTED)},
    summary="Reject a candidate",
)
def reject_candidate(_query: Mapping[str, Any], candidate_id: str) -> Response:
    """Do not propose this name again, in any of its spellings. Rejecting it again changes nothing.

    The archive remembers the id of the candidate, not its name.
    """
    return _set_rejected(candidate_id, rejected=True)


@blueprint.operation(
    "/people/candidates/<candidate:candidate_id>/restore",
    {200: (CandidateSchema, "The candidate.")},
    method="POST",
    scope="edit",
    problems=[NotFound],
    path={"candidate_id": (MEANING, ACCEPTED)},
    summary="Restore a candidate",
)
def restore_candidate(_query: Mapping[str, Any], candidate_id: str) -> Response:
    """Propose a rejected candidate again. Restoring it again changes nothing."""
    return _set_rejected(candidate_id, rejected=False)


@blueprint.operation(
    "/people/candidates/<candidate:candidate_id>/accept",
    {201: (WholePersonSchema, "The person was created.", *WRITTEN, "ETag", "Location", "Link")},
    method="POST",
    body=CandidateAccept,
    example={
        "roles": [{"title": "President", "organization": "Republic of Korea", "from": "2017-05-10", "to": "2022-05-09"}]
    },
    scope="edit",
    problems=[NotFound, Conflict, *BODY],
    path={"candidate_id": (MEANING, ACCEPTED)},
    summary="Accept a candidate",
)
def accept_candidate(_query: Mapping[str, Any], content: dict[str, Any], candidate_id: str) -> Response:
    """Create the person of this name, as `POST /v1/people` does, with all fields of the body. Send `{}` to take the
    name and the spellings of the candidate.

    The response is 409 if the slug or the name is another person's. A job links existing articles. The `Link` header
    with `rel="monitor"` has its URL.
    """
    return edited(PEOPLE, lambda connection: candidate_edits.accept(connection, candidate_id, content))


@blueprint.operation(
    "/people/candidates/<candidate:candidate_id>/merge",
    {
        200: (WholePersonSchema, "The person, who had the name already.", *WRITTEN, "ETag"),
        202: (
            WholePersonSchema,
            "The person, with the name as an alias. A job links articles.",
            *WRITTEN,
            "ETag",
            "Location",
        ),
    },
    method="POST",
    body=CandidateMerge,
    example={"into": "volodymyr-zelenskyy"},
    scope="edit",
    problems=[NotFound, Conflict, *BODY],
    path={"candidate_id": (MEANING, MERGED)},
    summary="Merge a candidate into a person",
)
def merge_candidate(_query: Mapping[str, Any], content: dict[str, Any], candidate_id: str) -> Response:
    """Make this name and its other spellings aliases of the person named by `into`.

    A job links existing articles. `Location` has its URL.
    """
    return edited(
        PEOPLE,
        lambda connection: candidate_edits.merge(
            connection, candidate_id, content["into"], variants=content["variants"]
        ),
    )


def _set_rejected(candidate: str, *, rejected: bool) -> Response:
    authorized_write(lambda connection: candidate_edits.set_rejected(connection, candidate, rejected=rejected))
    stored = database().read(lambda connection: _candidate(connection, candidate))
    return json_response(stored, headers={"Cache-Control": "no-store"})


def _candidate(connection: Connection, candidate: str) -> dict[str, Any]:
    found = queries.one(connection, candidate)
    if found is None:
        raise NotFound(f"No candidate has the id {candidate}.")
    return found
