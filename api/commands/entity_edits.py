"""Editing one outlet, tag or person. Each function blocks all other writes until its transaction ends."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psycopg.rows import DictRow

from api.commands import catalogue, change_log, entities, entity_same_as, job_queue, person_candidates
from api.commands.catalogue import Catalogue
from api.commands.change_log import Change
from api.commands.entities import EditResult
from api.commands.entity_kinds import OUTLET, PERSON, TAG, EntityKind
from api.errors import Conflict, Gone, NotFound, PreconditionFailed
from api.model.entity import RESERVED, RETIRED
from api.model.types import Record
from api.postgres.connection import Connection, present
from api.text.spellings import name_keys


def create(connection: Connection, kind: EntityKind, record: Record) -> EditResult:
    """Create an entity. Raises Conflict if its slug is or was another's, or without a slug if its name is taken."""
    catalogue.lock(connection)
    if "slug" in record:
        _check_slug_is_free(connection, kind, record["slug"])
    else:
        _check_names_are_free(connection, kind, [record["name"], *record.get("aliases", ())])
    [result] = entities.upsert(connection, kind, [record])
    if result.outcome != "created":
        raise _existing_slug(kind, result.slug)
    return result


def update(
    connection: Connection,
    kind: EntityKind,
    slug: str,
    edit: Callable[[Record], Record],
    *,
    expected_etags: frozenset[str] | None = None,
) -> EditResult:
    """Replace the fields of an entity by those that ``edit`` returns for them. A new slug retires the old one.

    Raises the errors of ``find``, and Conflict if the new slug is or was another's, or with the same slug if a new name
    is that of another confirmed entity.
    """
    catalogue.lock(connection)
    before = find(connection, kind, slug, expected_etags)
    record = edit({field: before[field] for field in kind.fields})
    [row] = entities.complete_rows(connection, kind, [record])
    if not entities.is_changed(kind.fields, before, row):
        return EditResult(slug, "unchanged")
    renamed = row["slug"] != slug
    if not renamed:
        known = {key for name in _names(before) for key in name_keys(name)}
        new = [name for name in _names(record) if known.isdisjoint(name_keys(name))]
        _check_names_are_free(connection, kind, new, unless=slug)
    if renamed:
        _change_slug(connection, kind, before["id"], slug, row["slug"])
    connection.execute(kind.update, {**row, "id": before["id"]})
    entity_same_as.require_unique(connection, kind.table, kind.name, [row])
    catalogue.renew_revision(connection)
    person_candidates.forget_named(connection, [row["name"], *row["aliases"], *row["match"]])
    job = None
    if renamed or entities.is_changed(kind.matched_fields, before, row):
        earlier = entities.matched_phrases({field: before[field] for field in kind.fields})
        removed = [phrase for phrase in earlier if phrase not in entities.matched_phrases(record)]
        job = job_queue.queue_relink(connection, kind.table, [before["id"]], removed)
    event = "renamed" if renamed else "updated"
    change_log.append(connection, [Change(f"{kind.name}.{event}", entity_id=before["id"], slug=slug)])
    return EditResult(row["slug"], "updated", job)


def delete(
    connection: Connection, kind: EntityKind, slug: str, *, expected_etags: frozenset[str] | None = None
) -> EditResult:
    """Delete an entity that has no articles, and retire its slug.

    Raises the errors of ``find``, and Conflict if an article is linked to it, whether visible or not.
    """
    catalogue.lock(connection)
    before = find(connection, kind, slug, expected_etags)
    count = present(connection.execute(kind.count_articles, {"id": before["id"]}).fetchone())["articles"]
    if count:
        articles = "1 article is" if count == 1 else f"{count:,} articles are"
        raise Conflict(f"{articles} linked to the {kind.name} {slug!r}, visible or not. {_HOW_TO_DELETE[kind.name]}")
    for statement in kind.delete:
        connection.execute(statement, {"id": before["id"]})
    retire_slug(connection, kind, slug, before["id"])
    catalogue.renew_revision(connection)
    job = None
    if kind is PERSON:
        # Articles may now be linked to another person of the same name. Tags can share phrases.
        job = job_queue.queue_relink(connection, kind.table, [], entities.matched_phrases(before))
    change_log.append(connection, [Change(f"{kind.name}.deleted", entity_id=before["id"], slug=slug)])
    return EditResult(slug, "deleted", job)


_HOW_TO_DELETE = {
    "tag": "Merge it into another tag, or remove its match phrases and the tags that outlets pushed.",
    "person": "Merge it into another person, or remove its names and aliases and the people that outlets pushed.",
    "outlet": "An outlet can be deleted only if the archive has no article of it, withdrawn ones included.",
}


def find(connection: Connection, kind: EntityKind, slug: str, expected_etags: frozenset[str] | None = None) -> DictRow:
    """Return the entity that has this slug.

    Raises NotFound, Gone for a deleted entity, Conflict for a retired slug, and PreconditionFailed if the entity has
    none of the expected entity tags; ``*`` allows any.
    """
    row = connection.execute(kind.select, {"slugs": [slug]}).fetchone()
    if row is None:
        retired = connection.execute(RETIRED[kind.table], {"slug": slug}).fetchone()
        if retired is None:
            raise NotFound(f"No {kind.name} has the slug {slug!r}.")
        if retired["current"] is None:
            raise Gone(f"The {kind.name} {slug!r} was deleted.")
        raise Conflict(
            f"The slug {slug!r} is retired and redirects to the {kind.name} {retired['current']!r}."
            " Check that this is the one you mean, then use its slug."
        )
    if expected_etags is not None and expected_etags.isdisjoint({"*", f'"{row["etag"]}"'}):
        raise PreconditionFailed(
            f"The {kind.name} has changed since you read it."
            " Fetch it again and apply your change to the current version."
        )
    return row


def retire_slug(connection: Connection, kind: EntityKind, slug: str, entity: int) -> None:
    """Make a slug redirect to the entity with the id ``entity``."""
    connection.execute(
        "insert into slugs_retired (noun, slug, id) values (%(kind)s, %(slug)s, %(id)s)",
        {"kind": kind.name, "slug": slug, "id": entity},
    )


def _change_slug(connection: Connection, kind: EntityKind, entity: int, old: str, new: str) -> None:
    _check_slug_is_free(connection, kind, new, unless=entity)
    retire_slug(connection, kind, old, entity)
    # The new slug may be an earlier one of the same entity.
    connection.execute(
        "delete from slugs_retired where noun = %(kind)s and slug = %(slug)s", {"kind": kind.name, "slug": new}
    )


def _check_slug_is_free(connection: Connection, kind: EntityKind, slug: str, *, unless: int | None = None) -> None:
    """Raise Conflict if an entity has or had the slug. Retired slugs of the entity ``unless`` are allowed."""
    if slug in RESERVED.get(kind.table, ()):
        raise Conflict(f"The slug {slug!r} is reserved. Choose another one.")
    if connection.execute(kind.select, {"slugs": [slug]}).fetchone():
        raise _existing_slug(kind, slug)
    retired = connection.execute(RETIRED[kind.table], {"slug": slug}).fetchone()
    # A merged entity redirects to its target, but its row still has the slug.
    if retired and (retired["id"] != unless or connection.execute(kind.select_id, {"slug": slug}).fetchone()):
        raise entities.retired_slug(kind, slug)


def _existing_slug(kind: EntityKind, slug: str) -> Conflict:
    return Conflict(f"The {kind.name} {slug!r} already exists.")


def _names(entity: Mapping[str, Any]) -> list[str]:
    return [entity["name"], *entity.get("aliases", ())]


def _check_names_are_free(
    connection: Connection, kind: EntityKind, names: Sequence[str], *, unless: str | None = None
) -> None:
    """Raise Conflict if another entity has one of the names, whatever its punctuation.

    For a change of the entity ``unless``, unconfirmed ones do not count: an editor may give it their names.
    """
    known = catalogue.read(connection)
    for name in names:
        slugs = [slug for slug in _slugs_named(known, kind, name) if slug != unless]
        if unless is not None and kind is not OUTLET:
            rows = connection.execute(kind.select, {"slugs": slugs}).fetchall()
            slugs = [row["slug"] for row in rows if row["confirmed"]]
        if slugs:
            raise Conflict(
                f"The name {name!r} is taken by the {kind.name} {' and '.join(map(repr, sorted(slugs)))}."
                f" Send a new slug if you mean another {kind.name} of that name."
            )


def _slugs_named(names: Catalogue, kind: EntityKind, name: str) -> list[str]:
    if kind is OUTLET:
        outlet = names.outlet("", name)
        return [outlet.slug] if outlet else []
    named = names.tags if kind is TAG else names.people
    ids = names.tags_named(name) if kind is TAG else names.people_named(name)
    return sorted(named[id].slug for id in ids)
