"""Editing tags, people and outlets over HTTP: create, change, merge, delete."""

from collections.abc import Callable, Mapping
from typing import Any

import marshmallow as ma
import orjson
from flask import Response, request

from api.commands import entities as commands
from api.commands import entity_edits, entity_merge
from api.commands.entities import Edit, Kind, Record
from api.context import database
from api.errors import Conflict, ContentTooLarge, Gone, NotFound, PreconditionFailed, UnsupportedMediaType
from api.http.merge_patch import MERGE_PATCH, patch_of, patched
from api.http.merge_patch import matching as matching_tags
from api.http.openapi.headers import WRITTEN
from api.http.operation import Blueprint
from api.http.parsing import loaded, refused
from api.http.responses import absolute_url, json_response
from api.http.writes import positioned
from api.postgres.connection import Connection
from api.queries import entities as queries
from api.queries.entities import Entity
from api.resources.entities import OUTLETS, PEOPLE, TAGS, shown
from schemas import entities as schemas

FOUND = [NotFound, Conflict, Gone, PreconditionFailed]
BODY = [ContentTooLarge, UnsupportedMediaType]
EDITED = (*WRITTEN, "ETag", "Location")
MATCHING = "`If-Match` with the `ETag` of the {one} as you know it makes sure that nobody else's change is lost."
IF_MATCH: dict[str, object] = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of it as you know it; when it was changed since, the answer is a 412.",
    "schema": {"type": "string"},
}
SENT_THERE = (
    "A slug of earlier times is refused with 409, which names the one of today: what you mean to write may be another"
    " {one} by now."
)


def made_editable(
    blueprint: Blueprint,
    entity: Entity,
    kind: Kind,
    many: str,
    *,
    whole: type[ma.Schema],
    body: type[ma.Schema],
    patch: type[ma.Schema],
    example: Mapping[str, object],
    change: Mapping[str, object],
    slug: str,
    into: str | None = None,
    converter: str = "slug",
    linked: str = "",
) -> None:
    """The operations of a key with the scope ``edit``; ``into`` is an example of where to merge, if that is possible.

    ``slug`` is the example of the path, ``linked`` tells which other changes than those of slug and name a job follows.
    """
    one = kind.entity
    path = {"slug": (f"The slug of the {one}, whatever its case.", slug)}
    found_by_others = {202: (whole, "The same; others with the name are found by a job.", *WRITTEN, "Location")}
    followed = ("Link",) if into else ()
    follows = f"{linked} Their names in articles follow by the job that `Location` names."

    def create_entity(_query: Mapping[str, Any], record: Record) -> Response:
        return written(lambda connection: entity_edits.create(connection, kind, record))

    def change_entity(_query: Mapping[str, Any], slug: str) -> Response:
        given = patch_of(request)
        if given.get("slug", "") is None:
            raise refused([{"pointer": "/slug", "detail": "must not be null"}])

        def renewed(held: Record) -> Record:
            return loaded(body(), patched(orjson.loads(orjson.dumps(held)), given))

        return written(lambda connection: entity_edits.change(connection, kind, slug, renewed, matching=_matching()))

    def merge_entity(_query: Mapping[str, Any], content: dict[str, str], slug: str) -> Response:
        return written(
            lambda connection: entity_merge.merge(connection, kind, slug, content["into"], matching=_matching())
        )

    def delete_entity(_query: Mapping[str, Any], slug: str) -> Response:
        def deleted(connection: Connection) -> tuple[Any, Edit]:
            held = queries.one(connection, entity, slug)
            return held, entity_edits.delete(connection, kind, slug, matching=_matching())

        held, edit = database().write(deleted)
        return _answered(many, held, edit)

    def written(work: Callable[[Connection], Edit]) -> Response:
        edit = database().write(work)
        stored = database().read(lambda connection: queries.one(connection, entity, edit.slug))
        if stored is None:
            raise NotFound(f"No {one} has the slug {edit.slug!r}.")
        return _answered(many, stored, edit)

    blueprint.operation(
        f"/{many}",
        {201: (whole, f"The {one} was created.", *EDITED, *followed)},
        name=f"create_{one}",
        method="POST",
        body=body,
        example=example,
        scope="edit",
        problems=[Conflict, *BODY],
        summary=f"Create a {one}" if one != "outlet" else "Create an outlet",
        description=(
            f"Create a {one}. One whose slug exists is refused with 409, and so is one with the name of another {one},"
            f" unless a slug tells them apart. A slug that once was another's is never given again.\n\n"
            'Articles that are there already are looked through by the job that a `Link` with `rel="monitor"` names.'
        ),
    )(create_entity)
    blueprint.operation(
        f"/{many}/<{converter}:slug>",
        {
            200: (whole, f"The {one} as it is now.", *WRITTEN, "ETag"),
            202: (whole, "The same; the names in articles follow by a job.", *EDITED),
        },
        name=f"change_{one}",
        method="PATCH",
        accepts={MERGE_PATCH: (patch(partial=True), change)},
        scope="edit",
        extra_headers=[IF_MATCH],
        problems=[*FOUND, *BODY],
        path=path,
        summary=f"Change a {one}" if one != "outlet" else "Change an outlet",
        description=(
            "Change some fields (JSON merge patch, RFC 7396): what is left out stays, null empties a field."
            f" A new slug retires the old one, which leads to the new one for ever.{follows}\n\n"
            f"{MATCHING.format(one=one)} {SENT_THERE.format(one=one)}"
        ),
    )(change_entity)
    if into:
        blueprint.operation(
            f"/{many}/<{converter}:slug>/merge",
            {
                202: (
                    whole,
                    f"The {one} that stays, with all articles of both; the names in articles follow by a job.",
                    *EDITED,
                )
            },
            name=f"merge_{one}",
            method="POST",
            body=schemas.MergeInput,
            example={"into": into},
            scope="edit",
            extra_headers=[IF_MATCH],
            problems=[*FOUND, *BODY],
            path=path,
            summary=f"Merge a {one} into another",
            description=(
                f"Make one {one} of two. The one that stays gets all articles at once, and the other's"
                f" {'phrases' if one == 'tag' else 'names and roles'}; the slug of the other leads to it for ever."
                " The names in articles follow by the job that `Location` names. There is no way back.\n\n"
                f"{MATCHING.format(one=one)} {SENT_THERE.format(one=one)}"
            ),
        )(merge_entity)
    blueprint.operation(
        f"/{many}/<{converter}:slug>",
        {200: (whole, f"The {one} as it was.", *WRITTEN)} | (found_by_others if one == "person" else {}),
        name=f"delete_{one}",
        method="DELETE",
        scope="edit",
        extra_headers=[IF_MATCH],
        problems=FOUND,
        path=path,
        summary=f"Delete a {one}" if one != "outlet" else "Delete an outlet",
        description=(
            f"Delete a {one} without articles, withdrawn and embargoed ones counted; 409 says how many there are."
            f" Its slug answers 410 from then on and is never given again.\n\n"
            f"{MATCHING.format(one=one)} {SENT_THERE.format(one=one)}"
        ),
    )(delete_entity)


def _matching() -> frozenset[str] | None:
    """What the entity tags of If-Match say of the entity itself, without its counts and companions."""
    tags = matching_tags(request)
    return None if tags is None else frozenset(tag.strip('"').partition("-")[0] for tag in tags)


def _answered(many: str, entity: Mapping[str, Any], edit: Edit) -> Response:
    headers = {"Dateline-Result": edit.result, "Cache-Control": "no-store"}
    status = 200
    if edit.result != "deleted":
        headers["ETag"] = f'"{entity["etag"]}"'
    job = absolute_url(f"/v1/jobs/{edit.job}") if edit.job else None
    if edit.result == "created":
        status = 201
        headers["Location"] = absolute_url(f"/v1/{many}/{edit.slug}")
        if job:
            headers["Link"] = f'<{job}>; rel="monitor"'
    elif job:
        status = 202
        headers["Location"] = job
    return positioned(json_response(shown(entity), status, headers))


made_editable(
    TAGS,
    queries.TAGS,
    commands.TAG,
    "tags",
    whole=schemas.WholeTagSchema,
    body=schemas.TagInput,
    patch=schemas.TagPatch,
    example={"name": "#Harbours", "description": "Ports and those who work in them.", "match": ["harbour", "port"]},
    change={"description": "Relations between Seoul and Washington.", "match": ["Seoul-Washington", "한미동맹"]},
    slug="seoul-washington",
    into="north-korea",
    converter="tag",
    linked=" Articles are tagged anew when `match` changes.",
)
made_editable(
    PEOPLE,
    queries.PEOPLE,
    commands.PERSON,
    "people",
    whole=schemas.WholePersonSchema,
    body=schemas.PersonInput,
    patch=schemas.PersonPatch,
    example={
        "name": "Ana Roe",
        "aliases": ["Anna Roe"],
        "roles": [{"title": "Harbour master", "organization": "Port of Example", "from": "2025-01-01", "to": None}],
    },
    change={"aliases": ["이재명", "李在明", "J. M. Lee"]},
    slug="lee-jae-myung",
    into="yoon-suk-yeol",
    linked=" Articles are linked anew when `aliases` change.",
)
made_editable(
    OUTLETS,
    queries.OUTLETS,
    commands.OUTLET,
    "outlets",
    whole=schemas.WholeOutletSchema,
    body=schemas.OutletInput,
    patch=schemas.OutletPatch,
    example={"name": "Harbour Daily", "country": "KR", "language": "en", "url": "https://harbour-daily.example"},
    change={"description": "English-language daily of Seoul."},
    slug="korea-herald",
)
