"""Storing outlets, tags and people; articles already in the archive are linked by a job that follows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID, uuid5

import orjson

from api.commands import catalogue, changes, jobs
from api.commands.changes import CATALOGUE_LOCK, Change
from api.database import Connection, present
from api.errors import Conflict, InvalidInput
from api.folding import fold, slug

# Outlets' uuids derive from their first slug, so that two archives give an article the same id.
OUTLET_NAMESPACE = UUID("5b0c9d6e-7f5a-5d0b-9b1e-2f1f6a3d8c47")

Record = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """How one kind of noun is stored."""

    noun: str
    table: str
    fields: tuple[str, ...]
    linking: tuple[str, ...]
    upsert: LiteralString


_SET: LiteralString = "name = excluded.name, folded = excluded.folded, description = excluded.description"

OUTLET = Kind(
    noun="outlet",
    table="outlets",
    fields=("slug", "name", "description", "country", "language", "url"),
    linking=("name",),
    upsert=f"""
        insert into outlets as n (uuid, slug, name, folded, description, country, language, url)
        values (%(uuid)s, %(slug)s, %(name)s, %(folded)s, %(description)s, %(country)s, %(language)s, %(url)s)
        on conflict (slug) do update
        set {_SET}, country = excluded.country, language = excluded.language, url = excluded.url,
            updated_at = now()
        returning id""",
)
TAG = Kind(
    noun="tag",
    table="tags",
    fields=("slug", "name", "description", "match"),
    linking=("name", "match"),
    upsert=f"""
        insert into tags as n (slug, name, folded, description, match)
        values (%(slug)s, %(name)s, %(folded)s, %(description)s, %(match)s)
        on conflict (slug) do update set {_SET}, match = excluded.match, updated_at = now()
        returning id""",
)
PERSON = Kind(
    noun="person",
    table="people",
    fields=("slug", "name", "description", "aliases", "roles"),
    linking=("name", "aliases"),
    upsert=f"""
        insert into people as n (slug, name, folded, description, aliases, roles)
        values (%(slug)s, %(name)s, %(folded)s, %(description)s, %(aliases)s, %(roles_json)s::json)
        on conflict (slug) do update
        set {_SET}, aliases = excluded.aliases, roles = excluded.roles, updated_at = now()
        returning id""",
)
KINDS: Mapping[str, Kind] = {kind.noun: kind for kind in (OUTLET, TAG, PERSON)}

_HELD: Mapping[str, LiteralString] = {
    "outlet": "select id, slug, name, description, country, language, url from outlets where slug = any(%(slugs)s)",
    "tag": "select id, slug, name, description, match from tags where slug = any(%(slugs)s)",
    "person": "select id, slug, name, description, aliases, roles from people where slug = any(%(slugs)s)",
}


def upsert(connection: Connection, kind: Kind, records: Sequence[Record]) -> list[str]:
    """Store each record under its slug; ``created``, ``updated`` or ``unchanged`` for each.

    A record has the fields of its kind; ``slug`` may be missing and is then made from ``name``. Changed names
    and phrases queue a job that renews the links and copies of the articles concerned (``jobs.run``).
    """
    connection.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": CATALOGUE_LOCK})
    complete = [_complete(kind, record) for record in records]
    slugs = [record["slug"] for record in complete]
    _refuse_retired(connection, kind, slugs)
    held = {row["slug"]: row for row in connection.execute(_HELD[kind.noun], {"slugs": slugs}).fetchall()}
    results: list[str] = []
    recorded: list[Change] = []
    relinked: list[int] = []
    for record in complete:
        before = held.get(record["slug"])
        if before and all(before[field] == record[field] for field in kind.fields):
            results.append("unchanged")
            continue
        row = present(connection.execute(kind.upsert, record).fetchone())
        results.append("updated" if before else "created")
        recorded.append(Change(f"{kind.noun}.{results[-1]}", noun_id=row["id"]))
        held[record["slug"]] = {"id": row["id"], **record}
        renamed = before and any(before[field] != record[field] for field in kind.linking)
        if renamed or (before is None and kind is not OUTLET):
            relinked.append(row["id"])
    if recorded:
        connection.execute("update archive set catalogue = gen_random_uuid()")
        if relinked:
            jobs.queue_relink(connection, kind.table, relinked)
        changes.record(connection, recorded)
    return results


def named(kind: Kind, name: str) -> Record:
    """The record of a noun of which nothing but the name is known."""
    shown = f"#{name.removeprefix('#')}" if kind is TAG else name
    return {"slug": slug(name), "name": shown}


def create_missing(connection: Connection, records: Iterable[Record], create: Collection[str]) -> None:
    """Create those of the articles' ``tags``, ``people`` and ``outlet`` that the archive does not know.

    ``create`` says which of ``tags``, ``people`` and ``outlets``; names that are known under an alias stay.
    """
    known = catalogue.current(connection)
    missing: dict[str, dict[str, str]] = {"outlets": {}, "tags": {}, "people": {}}
    for record in records:
        missing["tags"] |= {slug(text): text for text in record.get("tags", ()) if known.tag(text) is None}
        missing["people"] |= {slug(text): text for text in record.get("people", ()) if known.person(text) is None}
        if record["outlet"] not in known.outlets:
            missing["outlets"][record["outlet"]] = record.get("outlet_name", record["outlet"])
    for kind in KINDS.values():
        if kind.table in create and missing[kind.table]:
            upsert(connection, kind, [named(kind, name) for name in missing[kind.table].values()])


def _complete(kind: Kind, record: Record) -> Record:
    complete = {field: record.get(field) for field in kind.fields}
    complete["slug"] = record.get("slug") or slug(record["name"])
    if not complete["slug"]:
        raise InvalidInput(
            "The name has no letter or digit that an address could show.",
            errors=[{"pointer": "/name", "detail": f"no slug can be made of {record['name']!r}; give one"}],
        )
    for field in ("match", "aliases", "roles"):
        if field in complete:
            complete[field] = complete[field] or []
    complete["folded"] = fold(record["name"].removeprefix("#"))
    complete["uuid"] = uuid5(OUTLET_NAMESPACE, complete["slug"])
    complete["roles_json"] = orjson.dumps(complete.get("roles", [])).decode()
    return complete


def _refuse_retired(connection: Connection, kind: Kind, slugs: Sequence[str]) -> None:
    retired = connection.execute(
        "select slug from slugs_retired where noun = %(noun)s and slug = any(%(slugs)s) limit 1",
        {"noun": kind.noun, "slugs": list(slugs)},
    ).fetchone()
    if retired:
        raise Conflict(f"The slug {retired['slug']!r} belonged to another {kind.noun} and is never given again.")
