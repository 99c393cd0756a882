"""Editing one tag, person or outlet: creating, changing and deleting it, with everybody else's writes held."""

from collections.abc import Callable
from typing import LiteralString

from psycopg.rows import DictRow

from api.commands import catalogue, change_log, entities, job_queue
from api.commands.catalogue import Catalogue
from api.commands.change_log import Change
from api.commands.entities import OUTLET, PERSON, TAG, Edit, Kind, Record
from api.errors import Conflict, Gone, NotFound, PreconditionFailed
from api.model.entity import RETIRED
from api.postgres.connection import Connection, present

COUNT: dict[str, LiteralString] = {
    "tags": "select count(*) as articles from article_tags where tag_id = %(id)s",
    "people": "select count(*) as articles from article_people where person_id = %(id)s",
    "outlets": "select count(*) as articles from articles where outlet_id = %(id)s",
}
HAVING: dict[str, LiteralString] = {
    "tags": "select id from tags where slug = %(slug)s",
    "people": "select id from people where slug = %(slug)s",
    "outlets": "select id from outlets where slug = %(slug)s",
}
# Rows of entities that were merged into it go with it; their slugs stay retired, as its own.
DELETE: dict[str, tuple[LiteralString, ...]] = {
    "tags": ("delete from tags where merged_into = %(id)s", "delete from tags where id = %(id)s"),
    "people": ("delete from people where merged_into = %(id)s", "delete from people where id = %(id)s"),
    "outlets": ("delete from outlets where id = %(id)s",),
}


def create(connection: Connection, kind: Kind, record: Record) -> Edit:
    """Store a new entity. Raises Conflict when its slug is or was another's; without a slug, when its name is."""
    catalogue.lock(connection)
    if "slug" in record:
        _refuse_taken(connection, kind, record["slug"])
    elif known := _named(catalogue.read(connection), kind, record["name"]):
        raise Conflict(
            f"The name {record['name']!r} is taken by the {kind.entity} {' and '.join(map(repr, known))};"
            " send a slug as well if this is another one."
        )
    [edit] = entities.upsert(connection, kind, [record])
    if edit.result != "created":
        raise Conflict(f"The {kind.entity} {edit.slug!r} exists already.")
    return edit


def change(
    connection: Connection,
    kind: Kind,
    slug: str,
    renewed: Callable[[Record], Record],
    *,
    matching: frozenset[str] | None = None,
) -> Edit:
    """Make of an entity what ``renewed`` makes of its fields; a new slug retires the old one.

    Raises what ``found`` does, and Conflict when the new slug is or was another's.
    """
    catalogue.lock(connection)
    before = found(connection, kind, slug, matching)
    record = renewed({field: before[field] for field in kind.fields})
    [row] = entities.complete(connection, kind, [record])
    if all(before[field] == row[field] for field in kind.fields):
        return Edit(slug, "unchanged")
    moved = row["slug"] != slug
    if moved:
        _refuse_taken(connection, kind, row["slug"], unless=before["id"])
        retire(connection, kind, slug, before["id"])
        # Its own of earlier times may come back.
        connection.execute(
            "delete from slugs_retired where noun = %(noun)s and slug = %(slug)s",
            {"noun": kind.entity, "slug": row["slug"]},
        )
    job = None
    connection.execute(kind.update, {**row, "id": before["id"]})
    catalogue.renew_revision(connection)
    if moved or any(before[field] != row[field] for field in kind.linking):
        earlier = entities.phrases({field: before[field] for field in kind.fields})
        gone = [phrase for phrase in earlier if phrase not in entities.phrases(record)]
        job = job_queue.queue_relink(connection, kind.table, [before["id"]], gone)
    happened = "renamed" if moved else "updated"
    change_log.append(connection, [Change(f"{kind.entity}.{happened}", entity_id=before["id"], slug=slug)])
    return Edit(row["slug"], "updated", job)


def delete(connection: Connection, kind: Kind, slug: str, *, matching: frozenset[str] | None = None) -> Edit:
    """Delete an entity without articles, and retire its slug for ever.

    Raises what ``found`` does, and Conflict while an article, whoever may see it, is linked to it.
    """
    catalogue.lock(connection)
    before = found(connection, kind, slug, matching)
    count = present(connection.execute(COUNT[kind.table], {"id": before["id"]}).fetchone())["articles"]
    if count:
        advice = {
            "tag": "merge it into another one, or take away the phrases that link it and what partners pushed",
            "person": "merge it into another one, or take away the names that link it and what partners pushed",
            "outlet": "an outlet stays as long as the archive has an article of it, be it withdrawn",
        }[kind.entity]
        articles = "1 article is" if count == 1 else f"{count:,} articles are"
        raise Conflict(f"{articles} linked to the {kind.entity} {slug!r}, visible or not: {advice}.")
    for statement in DELETE[kind.table]:
        connection.execute(statement, {"id": before["id"]})
    retire(connection, kind, slug, before["id"])
    catalogue.renew_revision(connection)
    # Who shares a name with somebody is not found by it; tags may share phrases.
    job = job_queue.queue_relink(connection, kind.table, [], entities.phrases(before)) if kind is PERSON else None
    change_log.append(connection, [Change(f"{kind.entity}.deleted", entity_id=before["id"], slug=slug)])
    return Edit(slug, "deleted", job)


def found(connection: Connection, kind: Kind, slug: str, matching: frozenset[str] | None = None) -> DictRow:
    """The entity with this slug. Raises NotFound, Gone for a deleted one, and Conflict for a slug of earlier times.

    PreconditionFailed when none of the entity tags in ``matching`` is its own.
    """
    row = connection.execute(kind.held, {"slugs": [slug]}).fetchone()
    if row is None:
        retired = connection.execute(RETIRED[kind.table], {"slug": slug}).fetchone()
        if retired is None:
            raise NotFound(f"No {kind.entity} has the slug {slug!r}.")
        if retired["current"] is None:
            raise Gone(f"The {kind.entity} {slug!r} was deleted.")
        raise Conflict(
            f"The slug {slug!r} is retired, and leads to the {kind.entity} {retired['current']!r} now;"
            " look at that one, and write to its own slug."
        )
    if matching is not None and matching.isdisjoint({"*", row["etag"]}):
        raise PreconditionFailed(
            f"The {kind.entity} was changed since; read it again, and make your change to what it is now."
        )
    return row


def retire(connection: Connection, kind: Kind, slug: str, entity: int) -> None:
    """Let a slug lead to the entity with the id ``entity`` from now on."""
    connection.execute(
        "insert into slugs_retired (noun, slug, id) values (%(noun)s, %(slug)s, %(id)s)",
        {"noun": kind.entity, "slug": slug, "id": entity},
    )


def _refuse_taken(connection: Connection, kind: Kind, slug: str, *, unless: int | None = None) -> None:
    """Raise Conflict when somebody has the slug, or had it, but for the entity with the id ``unless``."""
    if connection.execute(kind.held, {"slugs": [slug]}).fetchone():
        raise Conflict(f"The {kind.entity} {slug!r} exists already.")
    retired = connection.execute(RETIRED[kind.table], {"slug": slug}).fetchone()
    # The row of a merged entity keeps its slug.
    if retired and (retired["id"] != unless or connection.execute(HAVING[kind.table], {"slug": slug}).fetchone()):
        raise Conflict(f"The slug {slug!r} belonged to another {kind.entity} and is never given again.")


def _named(names: Catalogue, kind: Kind, name: str) -> list[str]:
    """The slugs of those who have a name already."""
    if kind is OUTLET:
        outlet = names.outlet("", name)
        return [outlet.slug] if outlet else []
    known = names.tags if kind is TAG else names.people
    ids = names.tags_named(name) if kind is TAG else names.people_named(name)
    return sorted(known[id].slug for id in ids)
