"""All outlets, tags and people in memory, as writes need them; loaded anew when one of them changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from api.commands.changes import CATALOGUE_LOCK
from api.database import Connection, present
from api.enrich import Gazetteer, Person, Tag
from api.folding import fold, slug


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
    """The nouns of one moment. ``tag_ids`` and ``person_ids`` are found by slug, or by folded name or alias."""

    revision: UUID
    outlets: Mapping[str, Outlet]
    tags: Mapping[int, Named]
    people: Mapping[int, Named]
    tag_ids: Mapping[str, int]
    person_ids: Mapping[str, int]
    gazetteer: Gazetteer

    def tag(self, text: str) -> int | None:
        """The id of the tag that a partner wrote as slug or name, with or without its #."""
        bare = text.removeprefix("#")
        return self.tag_ids.get(fold(bare)) or self.tag_ids.get(slug(bare))

    def person(self, text: str) -> int | None:
        """The id of the person that a partner wrote as slug, name or alias."""
        return self.person_ids.get(fold(text)) or self.person_ids.get(slug(text))


_latest: Catalogue | None = None


def held(connection: Connection) -> Catalogue:
    """The catalogue, which cannot change before this transaction ends."""
    connection.execute("select pg_advisory_xact_lock_shared(%(lock)s)", {"lock": CATALOGUE_LOCK})
    return current(connection)


def current(connection: Connection) -> Catalogue:
    """The catalogue as this statement sees it."""
    global _latest
    revision = present(connection.execute("select catalogue from archive").fetchone())["catalogue"]
    if _latest is None or _latest.revision != revision:
        _latest = _load(connection, revision)
    return _latest


def _load(connection: Connection, revision: UUID) -> Catalogue:
    outlets = connection.execute("select id, uuid, slug, name, language from outlets").fetchall()
    tags = connection.execute("select id, slug, name, match from tags where merged_into is null").fetchall()
    people = connection.execute("select id, slug, name, aliases from people where merged_into is null").fetchall()
    aliases = [(fold(alias), row["id"]) for row in people for alias in row["aliases"]]
    owners: dict[str, set[int]] = {}
    for alias, owner in aliases:
        owners.setdefault(alias, set()).add(owner)
    # The later entries win: a slug is found before a name, and a name before an alias.
    person_ids = {alias: min(ids) for alias, ids in owners.items() if len(ids) == 1}
    person_ids |= {fold(row["name"]): row["id"] for row in people}
    person_ids |= {row["slug"]: row["id"] for row in people}
    tag_ids = {fold(row["name"].removeprefix("#")): row["id"] for row in tags}
    tag_ids |= {row["slug"]: row["id"] for row in tags}
    return Catalogue(
        revision=revision,
        outlets={
            row["slug"]: Outlet(row["slug"], row["name"], row["id"], row["uuid"], row["language"]) for row in outlets
        },
        tags={row["id"]: Named(row["slug"], row["name"]) for row in tags},
        people={row["id"]: Named(row["slug"], row["name"]) for row in people},
        tag_ids=tag_ids,
        person_ids=person_ids,
        gazetteer=Gazetteer(
            (Person(row["id"], row["name"], tuple(row["aliases"])) for row in people),
            (Tag(row["id"], tuple(row["match"])) for row in tags),
        ),
    )
