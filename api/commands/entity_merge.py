"""Merging a tag or person into another. Its articles move in the same transaction; a job renews their copies of it."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from api.commands import (
    article_refusals,
    catalogue,
    change_log,
    entities,
    entity_edits,
    entity_pairs,
    job_queue,
)
from api.commands.change_log import Change
from api.commands.entities import EditResult
from api.commands.entity_kinds import PERSON, EntityKind
from api.commands.entity_same_as import keyed
from api.errors import Conflict, InputError, invalid_input
from api.model.entity import RETIRED
from api.model.types import Record
from api.postgres.connection import Connection
from api.text.folding import name_key

MERGE_TIMEOUT_MS = 120_000
"""The time limit for each statement of a merge, in milliseconds. All other writes wait meanwhile."""

MAX_NAMES = 100


def _move(table: LiteralString, links: LiteralString, key: LiteralString) -> tuple[LiteralString, ...]:
    """The statements that move the links of one entity to another, count its articles again and mark the merged one."""
    # Links are updated rather than inserted again, as an insert would check the foreign key of each article.
    return (
        f"""
        delete from {links} l
        using {links} t
        where l.{key} = %(id)s and t.article_id = l.article_id and t.{key} = %(into)s""",
        f"update {links} set {key} = %(into)s where {key} = %(id)s",
        f"""
        update {table} n
        set (articles, first_published_at, last_published_at) = (
            select count(*), min(l.published_at), max(l.published_at)
            from {links} l join articles a on a.id = l.article_id
            where l.{key} = %(into)s and a.visible)
        where n.id = %(into)s""",
        f"""
        update {table} n
        set linked_outlets = array(
            select unnest(linked_outlets) from {table} where id in (%(id)s, %(into)s) group by 1)
        where n.id = %(into)s and not confirmed""",
        f"""
        update {table}
        set merged_into = %(into)s, articles = 0, first_published_at = null, last_published_at = null,
            same_as = '{{}}', same_as_keys = '{{}}'
        where id = %(id)s or merged_into = %(id)s""",
    )


# For articles linked to both entities, the link to the target takes over what the other link says.
_MERGE: Mapping[str, Sequence[LiteralString]] = {
    "tags": (
        """
        update article_tags t
        set origin = greatest(t.origin, l.origin), mentions = t.mentions + l.mentions, spans = t.spans || l.spans,
            sentences = array(select unnest(t.sentences || l.sentences) group by 1 order by 1)
        from article_tags l
        where t.tag_id = %(into)s and l.article_id = t.article_id and l.tag_id = %(id)s""",
        *_move("tags", "article_tags", "tag_id"),
    ),
    "people": (
        """
        update article_people t
        set origin = greatest(t.origin, l.origin), evidence = coalesce(t.evidence, l.evidence),
            mentions = t.mentions + l.mentions, spans = t.spans || l.spans,
            sentences = array(select unnest(t.sentences || l.sentences) group by 1 order by 1)
        from article_people l
        where t.person_id = %(into)s and l.article_id = t.article_id and l.person_id = %(id)s""",
        *_move("people", "article_people", "person_id"),
    ),
}


def merge(
    connection: Connection, kind: EntityKind, slug: str, into: str, *, expected_etags: frozenset[str] | None = None
) -> EditResult:
    """Merge an entity into another one, which gets its articles and names. Its slug then redirects to the target.

    Raises the errors of ``entity_edits.find``, InvalidInput if ``into`` is not another entity, and Conflict if the two
    have too many names together.
    """
    catalogue.lock(connection)
    source = entity_edits.find(connection, kind, slug, expected_etags)
    target = _target(connection, kind, slug, into)
    [row] = entities.complete_rows(connection, kind, [_merge_fields(kind, target, source)])
    ids = {"id": source["id"], "into": target["id"]}
    connection.execute("select set_config('statement_timeout', %(most)s, true)", {"most": str(MERGE_TIMEOUT_MS)})
    connection.execute(kind.update, {**row, "id": target["id"]})
    freed = entity_pairs.freed_by_merge(connection, kind.table, source["id"], target["id"])
    for statement in (*article_refusals.MERGE, *_MERGE[kind.table]):
        connection.execute(statement, {"noun": kind.name, **ids})
    entity_pairs.recount_merged(connection, kind.table, source["id"], target["id"], freed)
    connection.execute(
        "update slugs_retired set id = %(into)s where noun = %(kind)s and id = %(id)s", {"kind": kind.name, **ids}
    )
    entity_edits.retire_slug(connection, kind, slug, target["id"])
    catalogue.renew_revision(connection)
    job = job_queue.queue_relink(connection, kind.table, [target["id"]], [])
    merged = Change(f"{kind.name}.merged", entity_id=source["id"], slug=slug, merged_into=into)
    change_log.append(connection, [merged])
    return EditResult(into, "merged", job)


def _target(connection: Connection, kind: EntityKind, slug: str, into: str) -> Record:
    target = connection.execute(kind.select, {"slugs": [into]}).fetchone()
    if target and into != slug:
        return target
    retired = connection.execute(RETIRED[kind.table], {"slug": into}).fetchone()
    if target:
        detail = f"must be another {kind.name}"
    elif retired is None:
        detail = f"No {kind.name} has the slug {into!r}."
    elif retired["current"] is None:
        detail = f"The {kind.name} {into!r} was deleted."
    else:
        detail = f"The slug {into!r} redirects to the {kind.name} {retired['current']!r}. Send that slug instead."
    raise invalid_input(InputError(detail, path=("into",)))


def _merge_fields(kind: EntityKind, target: Record, source: Record) -> Record:
    """Add the names and phrases of the source to the target, so that its articles stay linked, and missing fields."""
    record = {field: target[field] for field in kind.fields}
    record["confirmed"] = target["confirmed"] or source["confirmed"]
    record["description"] = target["description"] or source["description"]
    if kind is PERSON:
        record["roles"] = [*target["roles"], *(role for role in source["roles"] if role not in target["roles"])]
        record["aliases"] = _union(target["aliases"], [source["name"], *source["aliases"]], name=target["name"])
    else:
        record["match"] = _union(target["match"], source["match"])
        record |= _merged_kind(target, source)
    record["same_as"] = list(keyed([*target["same_as"], *source["same_as"]]).values())
    for field in ("aliases", "match", "roles", "same_as"):
        if len(record.get(field, ())) > MAX_NAMES:
            raise Conflict(
                f"Together the two have more than {MAX_NAMES} entries in {field}. Remove some from one of them first."
            )
    return record


def _merged_kind(target: Record, source: Record) -> Record:
    """The kind and place of the target; those of the source for a mere topic, or for a place without coordinates."""
    unplaced = target["kind"] == source["kind"] and target["lat"] is None
    chosen = source if target["kind"] == "topic" or unplaced else target
    return {field: chosen[field] for field in ("kind", "lat", "lon")}


def _union(first: Sequence[str], second: Sequence[str], name: str = "") -> list[str]:
    """The names of both, without those of ``second`` that only spell one of ``first`` or ``name`` differently."""
    names = {name_key(text): text for text in first}
    for text in second:
        if name_key(text) != name_key(name):
            names.setdefault(name_key(text), text)
    return list(names.values())
