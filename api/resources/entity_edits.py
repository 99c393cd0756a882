"""Editing tags, people and outlets: create, change, merge, delete."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, request

from api.commands import entity_edits, entity_merge
from api.commands.entities import EditResult
from api.context import database
from api.errors import (
    Conflict,
    ContentTooLarge,
    Gone,
    InputError,
    NotFound,
    PreconditionFailed,
    RequestTimeout,
    UnsupportedMediaType,
    invalid_input,
)
from api.http.declaration import ResponseSpec
from api.http.merge_patch import MERGE_PATCH, apply_patch, read_patch
from api.http.openapi.headers import WRITTEN
from api.http.operation import Blueprint
from api.http.parsing import validate
from api.http.preconditions import if_match
from api.http.responses import absolute_url, json_response
from api.http.writes import authorized_write, with_position
from api.model.types import Record
from api.postgres.connection import Connection
from api.queries import entities as queries
from api.resources.entities import Resource, entity_fields
from schemas.entities import MergeInput

FOUND = [NotFound, Conflict, Gone, PreconditionFailed]
BODY = [ContentTooLarge, RequestTimeout, UnsupportedMediaType]
EDITED = (*WRITTEN, "ETag", "Location")
IF_MATCH: dict[str, object] = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of the version you last read. If it has changed since, the response is 412.",
    "schema": {"type": "string"},
}


def add_edits(blueprint: Blueprint, resource: Resource) -> None:
    """Declare the operations that need a key with the scope ``edit``."""
    _add_create(blueprint, resource)
    _add_change(blueprint, resource)
    if resource.merged_slug:
        _add_merge(blueprint, resource)
    _add_delete(blueprint, resource)


def _add_create(blueprint: Blueprint, resource: Resource) -> None:
    one, job = resource.one, ("Link",) if resource.merged_slug else ()

    @blueprint.operation(
        f"/{resource.many}",
        {201: (resource.whole, f"The {one} was created.", *EDITED, *job)},
        name=f"create_{one}",
        method="POST",
        body=resource.input,
        example=resource.new,
        scope="edit",
        problems=[Conflict, *BODY],
        summary=f"Create {resource.a}",
        description=(
            f"The response is 409 if the slug is in use or was used by another {one}. It is also 409 if another {one}"
            " has one of its names, whatever the punctuation, case and width, unless you give a `slug`.\n\nA job links"
            ' existing articles. The `Link` header with `rel="monitor"` has its URL.'
        ),
    )
    def create_entity(_query: Mapping[str, Any], record: Record) -> Response:
        return edited(resource, lambda connection: entity_edits.create(connection, resource.writes, record))


def _add_change(blueprint: Blueprint, resource: Resource) -> None:
    @blueprint.operation(
        resource.path,
        {
            200: (resource.whole, f"The changed {resource.one}.", *WRITTEN, "ETag"),
            202: (resource.whole, f"The changed {resource.one}. A job updates its articles.", *EDITED),
        },
        name=f"change_{resource.one}",
        method="PATCH",
        accepts={MERGE_PATCH: (resource.patch(partial=True), resource.change)},
        scope="edit",
        extra_headers=[IF_MATCH],
        problems=[*FOUND, *BODY],
        path=_path(resource),
        summary=f"Change {resource.a}",
        description=(
            "Change some fields with a JSON merge patch (RFC 7396). Omitted fields stay; null clears a field. After a"
            f" change of slug, the old slug redirects to the new one permanently.{resource.linked}\n\nA job updates the"
            f" articles. `Location` has its URL.\n\n{_precautions(resource)}"
        ),
    )
    def change_entity(_query: Mapping[str, Any], slug: str) -> Response:
        patch = read_patch(request)
        if patch.get("slug", "") is None:
            raise invalid_input(InputError("must not be null", path=("slug",)))

        def patched_record(current: Record) -> Record:
            return validate(resource.input(), apply_patch(orjson.loads(orjson.dumps(current)), patch))

        def work(connection: Connection) -> EditResult:
            return entity_edits.update(connection, resource.writes, slug, patched_record, expected_etags=_matching())

        return edited(resource, work)


def _add_merge(blueprint: Blueprint, resource: Resource) -> None:
    one, texts = resource.one, "phrases" if resource.one == "tag" else "names and roles"
    meaning = f"The remaining {one}, with the articles of both. A job updates the names in articles."

    @blueprint.operation(
        f"{resource.path}/merge",
        {202: (resource.whole, meaning, *EDITED)},
        name=f"merge_{one}",
        method="POST",
        body=MergeInput,
        example={"into": resource.new_slug},
        scope="edit",
        extra_headers=[IF_MATCH],
        problems=[*FOUND, *BODY],
        path=_path(resource, resource.merged_slug),
        summary=f"Merge {resource.a} into another",
        description=(
            f"Merge this {one} into the one named by `into`, which immediately gets its articles and its {texts}. The"
            " slug of the merged one redirects permanently. A job updates the names in articles. `Location` has its"
            f" URL. A merge cannot be undone.\n\nThe example needs two {resource.many} that you create first.\n\n"
            f"{_precautions(resource)}"
        ),
    )
    def merge_entity(_query: Mapping[str, Any], content: dict[str, str], slug: str) -> Response:
        def work(connection: Connection) -> EditResult:
            return entity_merge.merge(connection, resource.writes, slug, content["into"], expected_etags=_matching())

        return edited(resource, work)


def _add_delete(blueprint: Blueprint, resource: Resource) -> None:
    one = resource.one
    responses: dict[int, ResponseSpec] = {200: (resource.whole, f"The deleted {one}.", *WRITTEN)}
    if one == "person":
        meaning = "The deleted person. A job finds others of the same name in articles."
        responses[202] = (resource.whole, meaning, *WRITTEN, "Location")

    @blueprint.operation(
        resource.path,
        responses,
        name=f"delete_{one}",
        method="DELETE",
        scope="edit",
        extra_headers=[IF_MATCH],
        problems=FOUND,
        path=_path(resource),
        summary=f"Delete {resource.a}",
        description=(
            f"Delete {resource.a} that has no articles. Withdrawn and embargoed articles count: if there are any, the"
            " response is 409 with their number. Afterwards the slug responds with 410 and cannot be used again."
            f"\n\n{_precautions(resource)}"
        ),
    )
    def delete_entity(_query: Mapping[str, Any], slug: str) -> Response:
        def work(connection: Connection) -> tuple[Any, EditResult]:
            current = queries.one(connection, resource.reads, slug)
            return current, entity_edits.delete(connection, resource.writes, slug, expected_etags=_matching())

        current, edit = authorized_write(work)
        return _edit_response(resource, current, edit)


def _path(resource: Resource, example: str | None = None) -> dict[str, tuple[str, object]]:
    return {"slug": (f"The current slug of the {resource.one}, in any case.", example or resource.new_slug)}


def _precautions(resource: Resource) -> str:
    return (
        f"Send `If-Match` with the `ETag` of the {resource.one} so that you do not overwrite another change. A former"
        f" slug is 409, and the error names the current one, because it may be another {resource.one} now."
    )


def _matching() -> frozenset[str] | None:
    """The entity tags in If-Match, cut to the part that identifies the entity itself, without counts and companions."""
    etags = if_match(request)
    return None if etags is None else frozenset(re.sub('-.*"', '"', etag) for etag in etags)


def edited(resource: Resource, work: Callable[[Connection], EditResult]) -> Response:
    """The response with the entity that ``work``, run in one transaction, has created or changed."""
    edit = authorized_write(work)
    stored = database().read(lambda connection: queries.one(connection, resource.reads, edit.slug))
    if stored is None:
        raise NotFound(f"No {resource.one} has the slug {edit.slug!r}.")
    return _edit_response(resource, stored, edit)


def _edit_response(resource: Resource, entity: Mapping[str, Any], edit: EditResult) -> Response:
    headers = {"Dateline-Result": edit.outcome, "Cache-Control": "no-store"}
    status = 200
    if edit.outcome != "deleted":
        headers["ETag"] = f'"{entity["etag"]}"'
    job = absolute_url(f"/v1/jobs/{edit.job}") if edit.job else None
    if edit.outcome == "created":
        status = 201
        headers["Location"] = absolute_url(quote(f"/v1/{resource.many}/{edit.slug}"))
        if job:
            headers["Link"] = f'<{job}>; rel="monitor"'
    elif job:
        status = 202
        headers["Location"] = job
    return with_position(json_response(entity_fields(entity), status, headers))
