"""Storing outlets, tags and people. A job then links the articles that are already in the archive."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, LiteralString
from uuid import UUID, uuid5

import orjson

from api.commands import catalogue, change_log, entity_same_as, job_queue, person_candidates
from api.commands.article_options import Options
from api.commands.catalogue import Catalogue
from api.commands.change_log import Change
from api.commands.entity_kinds import KINDS, OUTLET, EntityKind
from api.errors import Conflict, InputError, invalid_input
from api.model.entity import RESERVED
from api.model.types import Record
from api.postgres.connection import Connection, present
from api.retrieval import entity_names
from api.text.folding import MAX_FOLDED_LENGTH, fold
from api.text.slugs import MAX_SLUG_LENGTH, make_slug, mixed_scripts
from api.text.spellings import all_keys, name_keys, without_sign

# The uuid of an outlet derives from its first slug, so that two archives give an article the same id.
OUTLET_NAMESPACE = UUID("5b0c9d6e-7f5a-5d0b-9b1e-2f1f6a3d8c47")

MAX_UNCONFIRMED = 1_000
"""The number of unconfirmed tags and people together that the keys of an outlet may have created.

Each new name makes every process load the catalogue again, so it also bounds how much one key can slow down others.
"""

# Finds the entities of a name as well, as a slug starts like the name's unless it was chosen.
_SLUGS: LiteralString = """
    select slug, name from outlets where %(kind)s = 'outlet' and slug like any(%(prefixes)s)
    union all select slug, case when merged_into is null then name end
        from tags where %(kind)s = 'tag' and slug like any(%(prefixes)s)
    union all select slug, case when merged_into is null then name end
        from people where %(kind)s = 'person' and slug like any(%(prefixes)s)
    union all select slug, null from slugs_retired where noun = %(kind)s and slug like any(%(prefixes)s)
    order by slug"""


@dataclass(frozen=True)
class EditResult:
    """The slug of an entity and the outcome of a write.

    The outcome is ``created``, ``updated``, ``unchanged``, ``merged`` or ``deleted``. ``job`` is the number of the job
    that updates the articles, if there is one.
    """

    slug: str
    outcome: str
    job: int | None = None


def upsert(
    connection: Connection,
    kind: EntityKind,
    records: Sequence[Record],
    *,
    keep_existing: bool = False,
    linked_outlets: Collection[int] | None = None,
) -> list[EditResult]:
    """Insert or update the entity of each record, identified by its slug. Returns a result for each record.

    A record has the fields of its kind. Without a ``slug`` it is the entity of that name, or a new one with a slug
    made from the name. Changed names and phrases queue a job that updates the articles concerned. With
    ``keep_existing`` entities that exist stay as they are, and records with a retired slug are skipped.
    With ``linked_outlets`` (ids) new entities are unconfirmed: only articles of these outlets are linked by their text.
    """
    catalogue.lock(connection)
    if linked_outlets is not None:
        records = [{**record, "confirmed": False, "linked_outlets": sorted(linked_outlets)} for record in records]
    rows = complete_rows(connection, kind, records)
    slugs = [row["slug"] for row in rows]
    retired = _retired_slugs(connection, kind, slugs)
    if retired and not keep_existing:
        raise retired_slug(kind, min(retired))
    current = {row["slug"]: row for row in connection.execute(kind.select, {"slugs": slugs}).fetchall()}
    if keep_existing:
        rows = entity_same_as.without_owned(connection, kind.table, rows, {*current, *retired})
    outcomes: list[str] = []
    writes = _Writes()
    for row in rows:
        before = current.get(row["slug"])
        if row["slug"] in retired or (before and (keep_existing or not is_changed(kind.fields, before, row))):
            outcomes.append("unchanged")
            continue
        entity = present(connection.execute(kind.upsert, row).fetchone())["id"]
        current[row["slug"]] = {"id": entity, **row}
        outcomes.append("updated" if before else "created")
        writes.add(kind, before, row, entity)
    entity_same_as.require_unique(connection, kind.table, kind.name, rows)
    job = writes.finish(connection, kind, linked_outlets or ())
    return [EditResult(row["slug"], outcome, job) for row, outcome in zip(rows, outcomes, strict=True)]


class _Writes:
    """What follows from the entities written in one transaction: a job that links articles, and changes."""

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._relinked: list[int] = []
        self._earlier_phrases: list[str] = []
        self._names: list[str] = []

    def add(self, kind: EntityKind, before: Mapping[str, Any] | None, row: Record, entity: int) -> None:
        """Add an entity that was written; ``before`` is its previous row, if it had one."""
        event = "updated" if before else "created"
        self._changes.append(Change(f"{kind.name}.{event}", entity_id=entity, slug=row["slug"]))
        self._names += [row["name"], *row["aliases"], *row["match"]]
        if before and is_changed(kind.matched_fields, before, row):
            self._relinked.append(entity)
            self._earlier_phrases += matched_phrases(before)
        elif before is None and kind is not OUTLET:
            self._relinked.append(entity)

    def finish(self, connection: Connection, kind: EntityKind, within: Collection[int]) -> int | None:
        """Renew the revision of the catalogue, queue the job and append the changes. Returns the number of the job.

        The job links articles of the outlets ``within``, or all if there are none.
        """
        if not self._changes:
            return None
        catalogue.renew_revision(connection)
        person_candidates.forget_named(connection, self._names)
        job = None
        if self._relinked:
            job = job_queue.queue_relink(connection, kind.table, self._relinked, self._earlier_phrases, within)
        change_log.append(connection, self._changes)
        return job


def is_changed(fields: Collection[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether one of the fields differs."""
    return any(before[field] != after[field] for field in fields)


def retired_slug(kind: EntityKind, slug: str) -> Conflict:
    """The error for a slug that belonged to another entity."""
    return Conflict(f"The slug {slug!r} belonged to another {kind.name} and cannot be used again.")


def matched_phrases(entity: Mapping[str, Any]) -> list[str]:
    """The names or phrases by which an entity is found in texts."""
    return [entity["name"], *entity["aliases"]] if "aliases" in entity else entity.get("match", [])


def lock_named(connection: Connection, records: Sequence[Record], create: Collection[str]) -> Catalogue:
    """The catalogue, locked until the transaction ends, against all other writes if ``create_missing`` would create.

    The lock is taken first and never strengthened: two transactions that share it and both wait to own it would
    deadlock.
    """
    if not create or not _find_missing(catalogue.read(connection), records, create):
        return catalogue.read_locked(connection)
    catalogue.lock(connection)
    return catalogue.read(connection)


def within_limit(connection: Connection, known: Catalogue, records: Sequence[Record], options: Options) -> Options:
    """The options, creating nothing if the outlets would have more than MAX_UNCONFIRMED unconfirmed entities then."""
    outlets = options.linked_outlets
    missing = _find_missing(known, records, options.create) if outlets is not None else {}
    if not missing:
        return options
    counts = connection.execute(
        """
        select (select count(*) from tags where not confirmed and linked_outlets && %(outlets)s::int[])
            + (select count(*) from people where not confirmed and linked_outlets && %(outlets)s::int[]) as unconfirmed
        """,
        {"outlets": sorted(outlets or ())},
    )
    total = present(counts.fetchone())["unconfirmed"] + sum(map(len, missing.values()))
    return replace(options, too_many_unconfirmed=True) if total > MAX_UNCONFIRMED else options


def create_missing(
    connection: Connection,
    known: Catalogue,
    records: Sequence[Record],
    create: Collection[str],
    linked_outlets: Collection[int] | None = None,
) -> Catalogue:
    """Create the entities that the articles name and the catalogue does not have. Returns the catalogue with them.

    ``create`` lists the kinds to create: ``tags``, ``people``, ``outlets``. Entities that are known, also by an alias,
    stay as they are. The catalogue must come from ``lock_named``. For ``linked_outlets`` see ``upsert``.
    """
    missing = _find_missing(known, records, create) if create else {}
    for kind, new in missing.items():
        upsert(connection, KINDS[kind], new, keep_existing=linked_outlets is not None, linked_outlets=linked_outlets)
    return catalogue.read(connection) if missing else known


def _find_missing(known: Catalogue, records: Sequence[Record], create: Collection[str]) -> dict[str, list[Record]]:
    tags = {
        name_keys(text)[:1] or (text,): {"name": f"#{without_sign(text)}"}
        for record in records
        for text in record.get("tags", ())
        if "tags" in create and not known.tags_named(text)
    }
    people = {
        name_keys(text)[:1] or (text,): {"name": text}
        for record in records
        for text in record.get("people", ())
        if "people" in create and not known.people_named(text)
    }
    outlets = {
        record["outlet"]: {"slug": record["outlet"], "name": record.get("outlet_name", record["outlet"])}
        for record in records
        if "outlets" in create and known.outlet(record["outlet"], record.get("outlet_name")) is None
    }
    by_kind = {"outlet": outlets, "tag": tags, "person": people}
    return {kind: list(missing.values()) for kind, missing in by_kind.items() if missing}


def complete_rows(connection: Connection, kind: EntityKind, records: Sequence[Record]) -> list[Record]:
    """Return the records with all columns. One without a slug gets that of the entity of its name, or a new one."""
    by_key, taken = _find_slugs(connection, kind, [record["name"] for record in records])
    taken |= RESERVED.get(kind.table, frozenset())
    rows: list[Record] = []
    for record in records:
        keys = name_keys(record["name"])
        slug = record.get("slug") or _same_name(by_key, keys) or _free_slug(make_slug(record["name"]), taken)
        if not slug:
            detail = "has no letter or digit from which to make a slug; send a slug as well"
            raise invalid_input(InputError(detail, path=("name",)))
        if detail := mixed_scripts(slug):
            raise invalid_input(InputError(detail, path=("slug",)))
        taken.add(slug)
        for key in keys:
            by_key.setdefault(key, slug)
        rows.append({
            **{field: record.get(field) for field in kind.fields},
            **{field: record.get(field) or [] for field in ("match", "aliases", "roles", "linked_outlets")},
            "confirmed": record.get("confirmed", True),
            "kind": record.get("kind") or "topic",
            **entity_same_as.columns(record.get("same_as") or []),
            "slug": slug,
            # Cut to keep cursors short. Entities with the same beginning are ordered by id.
            "folded": fold(record["name"].removeprefix("#"))[:MAX_FOLDED_LENGTH],
            "names": [
                folded[:MAX_FOLDED_LENGTH]
                for name in (record["name"], *(record.get("aliases") or []))
                if (folded := fold(name))
            ],
            "keys": [*all_keys((record["name"], *(record.get("aliases") or [])))],
            "uuid": uuid5(OUTLET_NAMESPACE, slug),
            "roles_json": orjson.dumps(record.get("roles") or []).decode(),
        })  # fmt: skip
    return rows


def _find_slugs(connection: Connection, kind: EntityKind, names: Sequence[str]) -> tuple[dict[str, str], set[str]]:
    """Return the slugs of the entities with these names, by the keys of the names, and all slugs that are taken."""
    # A long slug is cut further when a number is appended to it.
    prefixes = [f"{make_slug(name)[: MAX_SLUG_LENGTH - 10]}%" for name in names]
    rows = connection.execute(_SLUGS, {"kind": kind.name, "prefixes": prefixes}).fetchall()
    found = entity_names.find(connection, {kind.table: names})
    by_key: dict[str, str] = {}
    for (_, name), entities in found.items():
        # Of several, the one that was named so first. An alias is not enough: the record would rename the person.
        for entity in sorted(entities, key=lambda row: row["id"]):
            if not set(name_keys(name)).isdisjoint(name_keys(entity["names"][0])):
                for key in name_keys(name):
                    by_key.setdefault(key, entity["slug"])
    return by_key, {row["slug"] for row in rows}


def _same_name(by_key: Mapping[str, str], keys: Sequence[str]) -> str | None:
    return next((by_key[key] for key in keys if key in by_key), None)


def _free_slug(preferred: str, taken: Collection[str]) -> str:
    if not preferred or preferred not in taken:
        return preferred
    return next(numbered for n in count(2) if (numbered := _numbered(preferred, n)) not in taken)


def _numbered(slug: str, n: int) -> str:
    return f"{slug[: MAX_SLUG_LENGTH - len(f'-{n}')].rstrip('-')}-{n}"


def _retired_slugs(connection: Connection, kind: EntityKind, slugs: Sequence[str]) -> set[str]:
    rows = connection.execute(
        "select slug from slugs_retired where noun = %(kind)s and slug = any(%(slugs)s)",
        {"kind": kind.name, "slugs": list(slugs)},
    ).fetchall()
    return {row["slug"] for row in rows}
