"""Merging a tag or person into another one: its articles move at once, their copies follow by a job."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from api.commands import catalogue, change_log, entities, entity_edits, job_queue
from api.commands.change_log import Change
from api.commands.entities import PERSON, Edit, Kind, Record
from api.errors import Conflict, InvalidInput
from api.model.entity import RETIRED
from api.postgres.connection import Connection
from api.text.folding import name_key

MERGED_AT_MOST_MS = 120_000
"""How long a statement of a merge may take; other writes wait meanwhile."""

NAMES_AT_MOST = 100

# An update keeps the reference to the article, which an insert would have Postgres look up for each of them.
MOVE: Mapping[str, Sequence[LiteralString]] = {
    "tags": (
        """
        update article_tags t set origin = 'push'
        from article_tags l
        where t.tag_id = %(into)s and t.origin <> 'push'
            and l.article_id = t.article_id and l.tag_id = %(id)s and l.origin = 'push'""",
        """
        delete from article_tags l
        using article_tags t
        where l.tag_id = %(id)s and t.article_id = l.article_id and t.tag_id = %(into)s""",
        "update article_tags set tag_id = %(into)s where tag_id = %(id)s",
        """
        update tags n
        set (articles, first_published_at, last_published_at) = (
            select count(*), min(l.published_at), max(l.published_at)
            from article_tags l join articles a on a.id = l.article_id
            where l.tag_id = %(into)s and a.visible)
        where n.id = %(into)s""",
        """
        update tags
        set merged_into = %(into)s, articles = 0, first_published_at = null, last_published_at = null
        where id = %(id)s or merged_into = %(id)s""",
    ),
    "people": (
        """
        update article_people t
        set mentions = t.mentions + l.mentions, origin = greatest(t.origin, l.origin)
        from article_people l
        where t.person_id = %(into)s and l.article_id = t.article_id and l.person_id = %(id)s""",
        """
        delete from article_people l
        using article_people t
        where l.person_id = %(id)s and t.article_id = l.article_id and t.person_id = %(into)s""",
        "update article_people set person_id = %(into)s where person_id = %(id)s",
        """
        update people n
        set (articles, first_published_at, last_published_at) = (
            select count(*), min(l.published_at), max(l.published_at)
            from article_people l join articles a on a.id = l.article_id
            where l.person_id = %(into)s and a.visible)
        where n.id = %(into)s""",
        """
        update people
        set merged_into = %(into)s, articles = 0, first_published_at = null, last_published_at = null
        where id = %(id)s or merged_into = %(id)s""",
    ),
}


def merge(connection: Connection, kind: Kind, slug: str, into: str, *, matching: frozenset[str] | None = None) -> Edit:
    """Make one entity of two: ``into`` gets the articles and names of the one with the slug, which leads to it then.

    Raises what ``editing.found`` does, InvalidInput when ``into`` is no other entity, and Conflict when both have too
    many names together.
    """
    catalogue.lock(connection)
    old = entity_edits.found(connection, kind, slug, matching)
    target = _target(connection, kind, slug, into)
    [row] = entities.complete(connection, kind, [_joined(kind, target, old)])
    parameters = {"id": old["id"], "into": target["id"]}
    connection.execute("select set_config('statement_timeout', %(most)s, true)", {"most": str(MERGED_AT_MOST_MS)})
    connection.execute(kind.update, {**row, "id": target["id"]})
    for statement in MOVE[kind.table]:
        connection.execute(statement, parameters)
    connection.execute(
        "update slugs_retired set id = %(into)s where noun = %(noun)s and id = %(id)s",
        {"noun": kind.entity, **parameters},
    )
    entity_edits.retire(connection, kind, slug, target["id"])
    catalogue.renew_revision(connection)
    job = job_queue.queue_relink(connection, kind.table, [target["id"]], [])
    merged = Change(f"{kind.entity}.merged", entity_id=old["id"], slug=slug, merged_into=into)
    change_log.append(connection, [merged])
    return Edit(into, "merged", job)


def _target(connection: Connection, kind: Kind, slug: str, into: str) -> Record:
    target = connection.execute(kind.held, {"slugs": [into]}).fetchone()
    if target and into != slug:
        return target
    retired = connection.execute(RETIRED[kind.table], {"slug": into}).fetchone()
    if target:
        detail = f"must be another {kind.entity}"
    elif retired is None:
        detail = f"no {kind.entity} has the slug {into!r}"
    elif retired["current"] is None:
        detail = f"the {kind.entity} {into!r} was deleted"
    else:
        detail = f"the slug {into!r} leads to the {kind.entity} {retired['current']!r} now; send that"
    raise InvalidInput(
        f"There is nothing to merge the {kind.entity} into.", errors=[{"pointer": "/into", "detail": detail}]
    )


def _joined(kind: Kind, target: Record, old: Record) -> Record:
    """The target with the names by which texts know the old one, so that they stay linked, and what else it lacks."""
    record = {field: target[field] for field in kind.fields}
    record["description"] = target["description"] or old["description"]
    if kind is PERSON:
        record["roles"] = [*target["roles"], *(role for role in old["roles"] if role not in target["roles"])]
        record["aliases"] = _together(target["aliases"], [old["name"], *old["aliases"]], known=target["name"])
    else:
        record["match"] = _together(target["match"], old["match"])
    for field in ("aliases", "match", "roles"):
        if len(record.get(field, ())) > NAMES_AT_MOST:
            raise Conflict(
                f"Both together have more than {NAMES_AT_MOST} entries in {field}; take some away from one first."
            )
    return record


def _together(first: Sequence[str], second: Sequence[str], known: str = "") -> list[str]:
    """The first names, and those of the second that are no other spelling of one of them or of ``known``."""
    joined = {name_key(name): name for name in first}
    for name in second:
        if name_key(name) != name_key(known):
            joined.setdefault(name_key(name), name)
    return list(joined.values())
