"""All outlets, tags and people in memory, as writes need them; loaded anew when one of them changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import DictRow

from api.commands.change_log import CATALOGUE_LOCK
from api.postgres.connection import Connection, present
from api.text.folding import name_key
from api.text.gazetteer import Gazetteer, Person, Tag


@dataclass(frozen=True)
class Named:
    """A tag or person, as its copy in an article shows it."""

    slug: str
    name: str

    def copy(self) -> dict[str, str]:
        """The value kept in the article's row."""
        return {"slug": self.slug, "name": self.name}


@dataclass(frozen=True)
class Outlet(Named):
    """An outlet; ids of its articles derive from ``uuid``."""

    id: int
    uuid: UUID
    language: str | None


@dataclass(frozen=True)
class Catalogue:
    """All entities at one moment. ``tag_ids`` and ``person_ids`` map a slug, or a name's or alias's key, to an id."""

    revision: UUID
    outlets: Mapping[str, Outlet]
    outlet_slugs: Mapping[str, str]
    tags: Mapping[int, Named]
    people: Mapping[int, Named]
    tag_ids: Mapping[str, frozenset[int]]
    person_ids: Mapping[str, frozenset[int]]
    gazetteer: Gazetteer

    def outlet(self, slug: str, name: str | None = None) -> Outlet | None:
        """The outlet with this name, where a page gives one, or with this slug."""
        return self.outlets.get(self.outlet_slugs.get(name_key(name), slug) if name else slug)

    def tags_named(self, text: str) -> frozenset[int]:
        """The tags that a partner may mean by a slug or name, with or without its #; one, none, or several."""
        bare = text.removeprefix("#")
        return self.tag_ids.get(bare.lower()) or self.tag_ids.get(name_key(bare)) or frozenset()

    def people_named(self, text: str) -> frozenset[int]:
        """The people that a partner may mean by a slug, name or alias; one, none, or several."""
        return self.person_ids.get(text.lower()) or self.person_ids.get(name_key(text)) or frozenset()


_latest: Catalogue | None = None


def held(connection: Connection) -> Catalogue:
    """The catalogue, which cannot change before this transaction ends."""
    connection.execute("select pg_advisory_xact_lock_shared(%(lock)s)", {"lock": CATALOGUE_LOCK})
    return current(connection)


def current(connection: Connection) -> Catalogue:
    """The catalogue as this statement sees it."""
    global _latest
    revision = present(connection.execute("select catalogue from archive").fetchone())["catalogue"]
    found = _latest
    if found is None or found.revision != revision:
        # Returned as it was loaded: another thread may put an older one in its place meanwhile.
        _latest = found = _load(connection, revision)
    return found


def _load(connection: Connection, revision: UUID) -> Catalogue:
    outlets = connection.execute("select id, uuid, slug, name, language from outlets order by id desc").fetchall()
    tags = connection.execute("select id, slug, name, match from tags where merged_into is null").fetchall()
    people = connection.execute("select id, slug, name, aliases from people where merged_into is null").fetchall()
    # A merged tag's name still means the tag it went into; a merged person's became an alias.
    merged = connection.execute("select merged_into as id, name from tags where merged_into is not null").fetchall()
    retired = connection.execute("select noun, slug, id from slugs_retired").fetchall()
    earlier = {
        entity: {row["slug"]: row["id"] for row in retired if row["noun"] == entity}
        for entity in ("outlet", "tag", "person")
    }
    outlets_by_id = {
        row["id"]: Outlet(row["slug"], row["name"], row["id"], row["uuid"], row["language"]) for row in outlets
    }
    tag_names = [(name_key(row["name"].removeprefix("#")), row["id"]) for row in (*tags, *merged)]
    person_names = [(name_key(name), row["id"]) for row in people for name in (row["name"], *row["aliases"])]
    return Catalogue(
        revision=revision,
        outlets={slug: outlets_by_id[id] for slug, id in earlier["outlet"].items() if id in outlets_by_id}
        | {outlet.slug: outlet for outlet in outlets_by_id.values()},
        outlet_slugs={name_key(row["name"]): row["slug"] for row in outlets},
        tags={row["id"]: Named(row["slug"], row["name"]) for row in tags},
        people={row["id"]: Named(row["slug"], row["name"]) for row in people},
        tag_ids=_ids(tags, tag_names, earlier["tag"]),
        person_ids=_ids(people, person_names, earlier["person"]),
        gazetteer=Gazetteer(
            (Person(row["id"], row["name"], tuple(row["aliases"])) for row in people),
            (Tag(row["id"], tuple(row["match"])) for row in tags),
        ),
    )


def _ids(rows: list[DictRow], names: list[tuple[str, int]], earlier: Mapping[str, int]) -> dict[str, frozenset[int]]:
    """Ids by slug, be it an ``earlier`` one, and by name; a slug is one entity's own, whatever the names of others."""
    owners: dict[str, set[int]] = {}
    for name, owner in names:
        owners.setdefault(name, set()).add(owner)
    ids = {row["id"] for row in rows}
    slugs = {slug: id for slug, id in earlier.items() if id in ids} | {row["slug"]: row["id"] for row in rows}
    return {name: frozenset(ids) for name, ids in owners.items()} | {
        slug: frozenset({id}) for slug, id in slugs.items()
    }
