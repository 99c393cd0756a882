"""Editing tags, people and outlets: create, change, merge, delete."""

from collections.abc import Callable, Mapping
from typing import Any

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
    UnsupportedMediaType,
    invalid_input,
)
from api.http.declaration import ResponseSpec
from api.http.merge_patch import MERGE_PATCH, patch_of, patched
from api.http.merge_patch import matching as matching_tags
from api.http.openapi.headers import WRITTEN
from api.http.operation import Blueprint
from api.http.parsing import loaded
from api.http.responses import absolute_url, json_response
from api.http.writes import positioned
from api.model.types import Record
from api.postgres.connection import Connection
from api.queries import entities as queries
from api.resources.entities import Resource, shown
from schemas.entities import MergeInput

FOUND = [NotFound, Conflict, Gone, PreconditionFailed]
BODY = [ContentTooLarge, UnsupportedMediaType]
EDITED = (*WRITTEN, "ETag", "Location")
IF_MATCH: dict[str, object] = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of it as you know it; when it was changed since, the answer is a 412.",
    "schema": {"type": "string"},
}


def add_edits(blueprint: Blueprint, resource: Resource) -> None:
    """Declare the operations that need a key with the scope ``edit``."""
    _add_create(blueprint, resource)
    _add_change(blueprint, resource)
    if resource.into:
        _add_merge(blueprint, resource)
    _add_delete(blueprint, resource)


def _add_create(blueprint: Blueprint, resource: Resource) -> None:
    one, job = resource.one, ("Link",) if resource.into else ()

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
            f"Create {resource.a}. One whose slug exists is refused with 409, and so is one with the name of another"
            f" {one}, unless a slug tells them apart. A slug that once was another's is never given again.\n\n"
            'Articles that are there already are looked through by the job that a `Link` with `rel="monitor"` names.'
        ),
    )
    def create_entity(_query: Mapping[str, Any], record: Record) -> Response:
        return _written(resource, lambda connection: entity_edits.create(connection, resource.writes, record))


def _add_change(blueprint: Blueprint, resource: Resource) -> None:
    @blueprint.operation(
        resource.path,
        {
            200: (resource.whole, f"The {resource.one} as it is now.", *WRITTEN, "ETag"),
            202: (resource.whole, "The same; the names in articles follow by a job.", *EDITED),
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
            "Change some fields (JSON merge patch, RFC 7396): what is left out stays, null empties a field. A new slug"
            f" retires the old one, which leads to the new one for ever.{resource.linked} Their names in articles"
            f" follow by the job that `Location` names.\n\n{_careful(resource)}"
        ),
    )
    def change_entity(_query: Mapping[str, Any], slug: str) -> Response:
        patch = patch_of(request)
        if patch.get("slug", "") is None:
            raise invalid_input(InputError("must not be null", path=("slug",)))

        def renewed(held: Record) -> Record:
            return loaded(resource.input(), patched(orjson.loads(orjson.dumps(held)), patch))

        def work(connection: Connection) -> EditResult:
            return entity_edits.update(connection, resource.writes, slug, renewed, expected_etags=_matching())

        return _written(resource, work)


def _add_merge(blueprint: Blueprint, resource: Resource) -> None:
    one, texts = resource.one, "phrases" if resource.one == "tag" else "names and roles"
    meaning = f"The {one} that stays, with all articles of both; the names in articles follow by a job."

    @blueprint.operation(
        f"{resource.path}/merge",
        {202: (resource.whole, meaning, *EDITED)},
        name=f"merge_{one}",
        method="POST",
        body=MergeInput,
        example={"into": resource.into},
        scope="edit",
        extra_headers=[IF_MATCH],
        problems=[*FOUND, *BODY],
        path=_path(resource),
        summary=f"Merge {resource.a} into another",
        description=(
            f"Make one {one} of two. The one that stays gets all articles at once, and the other's {texts}; the slug of"
            " the other leads to it for ever. The names in articles follow by the job that `Location` names. There is"
            f" no way back.\n\n{_careful(resource)}"
        ),
    )
    def merge_entity(_query: Mapping[str, Any], content: dict[str, str], slug: str) -> Response:
        def work(connection: Connection) -> EditResult:
            return entity_merge.merge(connection, resource.writes, slug, content["into"], expected_etags=_matching())

        return _written(resource, work)


def _add_delete(blueprint: Blueprint, resource: Resource) -> None:
    one, by_job = resource.one, "The same; others with the name are found by a job."
    responses: dict[int, ResponseSpec] = {200: (resource.whole, f"The {one} as it was.", *WRITTEN)}
    if one == "person":
        responses[202] = (resource.whole, by_job, *WRITTEN, "Location")

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
            f"Delete {resource.a} without articles, withdrawn and embargoed ones counted; 409 says how many there are."
            f" Its slug answers 410 from then on and is never given again.\n\n{_careful(resource)}"
        ),
    )
    def delete_entity(_query: Mapping[str, Any], slug: str) -> Response:
        def work(connection: Connection) -> tuple[Any, EditResult]:
            held = queries.one(connection, resource.reads, slug)
            return held, entity_edits.delete(connection, resource.writes, slug, expected_etags=_matching())

        held, edit = database().write(work)
        return _answered(resource, held, edit)


def _path(resource: Resource) -> dict[str, tuple[str, object]]:
    return {"slug": (f"The slug of the {resource.one}, whatever its case.", resource.slug)}


def _careful(resource: Resource) -> str:
    return (
        f"`If-Match` with the `ETag` of the {resource.one} as you know it makes sure that nobody else's change is lost."
        " A slug of earlier times is refused with 409, which names the one of today: what you mean to write may be"
        f" another {resource.one} by now."
    )


def _matching() -> frozenset[str] | None:
    """What the entity tags of If-Match say of the entity itself, without its counts and companions."""
    tags = matching_tags(request)
    return None if tags is None else frozenset(tag.strip('"').partition("-")[0] for tag in tags)


def _written(resource: Resource, work: Callable[[Connection], EditResult]) -> Response:
    edit = database().write(work)
    stored = database().read(lambda connection: queries.one(connection, resource.reads, edit.slug))
    if stored is None:
        raise NotFound(f"No {resource.one} has the slug {edit.slug!r}.")
    return _answered(resource, stored, edit)


def _answered(resource: Resource, entity: Mapping[str, Any], edit: EditResult) -> Response:
    headers = {"Dateline-Result": edit.outcome, "Cache-Control": "no-store"}
    status = 200
    if edit.outcome != "deleted":
        headers["ETag"] = f'"{entity["etag"]}"'
    job = absolute_url(f"/v1/jobs/{edit.job}") if edit.job else None
    if edit.outcome == "created":
        status = 201
        headers["Location"] = absolute_url(f"/v1/{resource.many}/{edit.slug}")
        if job:
            headers["Link"] = f'<{job}>; rel="monitor"'
    elif job:
        status = 202
        headers["Location"] = job
    return positioned(json_response(shown(entity), status, headers))
