"""Storing outlets, tags and people; articles already in the archive are linked by a job that follows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, LiteralString
from uuid import UUID, uuid5

import orjson

from api.commands import catalogue, change_log, job_queue
from api.commands.catalogue import Catalogue
from api.commands.change_log import Change
from api.errors import Conflict, InvalidInput
from api.model.entity import ETAG
from api.postgres.connection import Connection, present
from api.text.folding import FOLDED_AT_MOST, LONGEST_SLUG, fold, name_key, slug

# Outlets' uuids derive from their first slug, so that two archives give an article the same id.
OUTLET_NAMESPACE = UUID("5b0c9d6e-7f5a-5d0b-9b1e-2f1f6a3d8c47")

Record = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """How one kind of entity is stored."""

    entity: str
    table: str
    fields: tuple[str, ...]
    linking: tuple[str, ...]
    held: LiteralString
    upsert: LiteralString
    update: LiteralString


_SET: LiteralString = "name = excluded.name, folded = excluded.folded, description = excluded.description"

OUTLET = Kind(
    entity="outlet",
    table="outlets",
    fields=("slug", "name", "description", "country", "language", "url"),
    linking=("name",),
    held=f"""
        select id, slug, name, description, country, language, url, {ETAG["outlets"]} as etag
        from outlets where slug = any(%(slugs)s)""",
    update="""
        update outlets
        set slug = %(slug)s, name = %(name)s, folded = %(folded)s, description = %(description)s,
            country = %(country)s, language = %(language)s, url = %(url)s, updated_at = now()
        where id = %(id)s""",
    upsert=f"""
        insert into outlets as n (uuid, slug, name, folded, description, country, language, url)
        values (%(uuid)s, %(slug)s, %(name)s, %(folded)s, %(description)s, %(country)s, %(language)s, %(url)s)
        on conflict (slug) do update
        set {_SET}, country = excluded.country, language = excluded.language, url = excluded.url,
            updated_at = now()
        returning id""",
)
TAG = Kind(
    entity="tag",
    table="tags",
    fields=("slug", "name", "description", "match"),
    linking=("name", "match"),
    held=f"""
        select id, slug, name, description, match, {ETAG["tags"]} as etag
        from tags where slug = any(%(slugs)s) and merged_into is null""",
    update="""
        update tags
        set slug = %(slug)s, name = %(name)s, folded = %(folded)s, description = %(description)s, match = %(match)s,
            updated_at = now()
        where id = %(id)s""",
    upsert=f"""
        insert into tags as n (slug, name, folded, description, match)
        values (%(slug)s, %(name)s, %(folded)s, %(description)s, %(match)s)
        on conflict (slug) do update set {_SET}, match = excluded.match, updated_at = now()
        returning id""",
)
PERSON = Kind(
    entity="person",
    table="people",
    fields=("slug", "name", "description", "aliases", "roles"),
    linking=("name", "aliases"),
    held=f"""
        select id, slug, name, description, aliases, roles, {ETAG["people"]} as etag
        from people where slug = any(%(slugs)s) and merged_into is null""",
    update="""
        update people
        set slug = %(slug)s, name = %(name)s, folded = %(folded)s, names = %(names)s, description = %(description)s,
            aliases = %(aliases)s, roles = %(roles_json)s::json, updated_at = now()
        where id = %(id)s""",
    upsert=f"""
        insert into people as n (slug, name, folded, names, description, aliases, roles)
        values (%(slug)s, %(name)s, %(folded)s, %(names)s, %(description)s, %(aliases)s, %(roles_json)s::json)
        on conflict (slug) do update
        set {_SET}, names = excluded.names, aliases = excluded.aliases, roles = excluded.roles, updated_at = now()
        returning id""",
)
KINDS: Mapping[str, Kind] = {kind.entity: kind for kind in (OUTLET, TAG, PERSON)}

# An entity's slug begins as its name's does, unless somebody chose another.
_SLUGS: LiteralString = """
    select slug, name from outlets where %(noun)s = 'outlet' and slug like any(%(prefixes)s)
    union all select slug, case when merged_into is null then name end
        from tags where %(noun)s = 'tag' and slug like any(%(prefixes)s)
    union all select slug, case when merged_into is null then name end
        from people where %(noun)s = 'person' and slug like any(%(prefixes)s)
    union all select slug, null from slugs_retired where noun = %(noun)s and slug like any(%(prefixes)s)
    order by slug"""


@dataclass(frozen=True)
class Edit:
    """What became of an entity: its slug, ``created``, ``updated``, ``unchanged``, ``merged`` or ``deleted``.

    ``job`` is the number of what follows it, if anything does.
    """

    slug: str
    result: str
    job: int | None = None


def upsert(connection: Connection, kind: Kind, records: Sequence[Record], *, keep: bool = False) -> list[Edit]:
    """Store each record under its slug; ``created``, ``updated`` or ``unchanged`` for each.

    A record has the fields of its kind; without a ``slug`` it is the entity of that name, or a new one with a slug
    made from it. Changed names and phrases queue a job that renews the links and copies of the articles concerned.
    With ``keep`` an entity that is held stays as it is, and one whose slug is retired stays what became of it.
    """
    catalogue.lock(connection)
    rows = complete(connection, kind, records)
    slugs = [row["slug"] for row in rows]
    retired = _retired(connection, kind, slugs)
    if retired and not keep:
        raise Conflict(f"The slug {min(retired)!r} belonged to another {kind.entity} and is never given again.")
    held = {row["slug"]: row for row in connection.execute(kind.held, {"slugs": slugs}).fetchall()}
    results: list[str] = []
    recorded: list[Change] = []
    relinked: list[int] = []
    earlier: list[str] = []
    for row in rows:
        before = held.get(row["slug"])
        if row["slug"] in retired or (before and (keep or all(before[field] == row[field] for field in kind.fields))):
            results.append("unchanged")
            continue
        stored = present(connection.execute(kind.upsert, row).fetchone())
        results.append("updated" if before else "created")
        recorded.append(Change(f"{kind.entity}.{results[-1]}", entity_id=stored["id"], slug=row["slug"]))
        held[row["slug"]] = {"id": stored["id"], **row}
        renamed = before and any(before[field] != row[field] for field in kind.linking)
        if renamed or (before is None and kind is not OUTLET):
            relinked.append(stored["id"])
            earlier += phrases(before) if before else []
    job = None
    if recorded:
        catalogue.renew_revision(connection)
        if relinked:
            job = job_queue.queue_relink(connection, kind.table, relinked, earlier)
        change_log.append(connection, recorded)
    return [Edit(row["slug"], result, job) for row, result in zip(rows, results, strict=True)]


def phrases(entity: Record) -> list[str]:
    """What an entity is found by; when it is no longer, somebody else may be."""
    return [entity["name"], *entity["aliases"]] if "aliases" in entity else entity.get("match", [])


def create_missing(connection: Connection, records: Sequence[Record], create: Collection[str]) -> None:
    """Create those of the articles' ``tags``, ``people`` and ``outlets`` that the archive does not know.

    ``create`` says which of the three; names that are known, be it as an alias, stay as they are.
    """
    if _missing(catalogue.read(connection), records, create):
        # Checked again under the lock, as another transaction may just have created them.
        catalogue.lock(connection)
        for kind, missing in _missing(catalogue.read(connection), records, create).items():
            upsert(connection, KINDS[kind], missing)


def _missing(known: Catalogue, records: Sequence[Record], create: Collection[str]) -> dict[str, list[Record]]:
    tags = {
        name_key(text.removeprefix("#")): {"name": f"#{text.removeprefix('#')}"}
        for record in records
        for text in record.get("tags", ())
        if "tags" in create and not known.tags_named(text)
    }
    people = {
        name_key(text): {"name": text}
        for record in records
        for text in record.get("people", ())
        if "people" in create and not known.people_named(text)
    }
    outlets = {
        record["outlet"]: {"slug": record["outlet"], "name": record.get("outlet_name", record["outlet"])}
        for record in records
        if "outlets" in create and known.outlet(record["outlet"], record.get("outlet_name")) is None
    }
    found = {"outlet": outlets, "tag": tags, "person": people}
    return {kind: list(missing.values()) for kind, missing in found.items() if missing}


def complete(connection: Connection, kind: Kind, records: Sequence[Record]) -> list[Record]:
    """The records with all columns; one without a slug is the entity of that name, or gets a slug of its own."""
    by_name, taken = _slugs(connection, kind, [record["name"] for record in records])
    complete: list[Record] = []
    for record in records:
        key = name_key(record["name"].removeprefix("#"))
        own = record.get("slug") or by_name.get(key) or _free(slug(record["name"]), taken)
        if not own:
            raise InvalidInput(
                "The name has no letter or digit that an address could show.",
                errors=[{"pointer": "/name", "detail": f"no slug can be made of {record['name']!r}; give one"}],
            )
        taken.add(own)
        by_name.setdefault(key, own)
        complete.append({
            **{field: record.get(field) for field in kind.fields},
            **{field: record.get(field) or [] for field in ("match", "aliases", "roles")},
            "slug": own,
            # A cursor holds it; where it begins alike for so long, the id decides.
            "folded": fold(record["name"].removeprefix("#"))[:FOLDED_AT_MOST],
            "names": [
                folded[:FOLDED_AT_MOST]
                for name in (record["name"], *(record.get("aliases") or []))
                if (folded := fold(name))
            ],
            "uuid": uuid5(OUTLET_NAMESPACE, own),
            "roles_json": orjson.dumps(record.get("roles") or []).decode(),
        })  # fmt: skip
    return complete


def _slugs(connection: Connection, kind: Kind, names: Sequence[str]) -> tuple[dict[str, str], set[str]]:
    """The slugs of entities with these names, by the key of the name, and all slugs that are or were given."""
    keys = {name_key(name.removeprefix("#")) for name in names}
    # What is left of a long slug when a number is put behind it begins alike as well.
    prefixes = [f"{slug(name)[: LONGEST_SLUG - 10]}%" for name in names]
    rows = connection.execute(_SLUGS, {"noun": kind.entity, "prefixes": prefixes}).fetchall()
    by_name: dict[str, str] = {}
    for row in rows:
        if row["name"] is not None and (key := name_key(row["name"].removeprefix("#"))) in keys:
            by_name.setdefault(key, row["slug"])
    return by_name, {row["slug"] for row in rows}


def _free(wanted: str, taken: Collection[str]) -> str:
    if not wanted or wanted not in taken:
        return wanted
    return next(numbered for n in count(2) if (numbered := _numbered(wanted, n)) not in taken)


def _numbered(wanted: str, n: int) -> str:
    return f"{wanted[: LONGEST_SLUG - len(f'-{n}')].rstrip('-')}-{n}"


def _retired(connection: Connection, kind: Kind, slugs: Sequence[str]) -> set[str]:
    rows = connection.execute(
        "select slug from slugs_retired where noun = %(noun)s and slug = any(%(slugs)s)",
        {"noun": kind.entity, "slugs": list(slugs)},
    ).fetchall()
    return {row["slug"] for row in rows}
