"""An in-memory copy of all outlets, tags and people for writes, reloaded when one of them changes."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import DictRow

from api.postgres.connection import Connection, present
from api.text.folding import name_key
from api.text.gazetteer import Gazetteer, Person, Tag
from api.text.offices import offices
from api.text.spellings import name_keys, without_sign
from api.text.titled_names import Role

# Shared by writes of articles, exclusive for writes of entities: no article is linked by names that are changing.
CATALOGUE_LOCK = 0x6461_7465_0002


@dataclass(frozen=True)
class Named:
    """A tag or person, as copied into its articles."""

    slug: str
    name: str

    def copy(self) -> dict[str, str]:
        """The JSON value stored in the article's row."""
        return {"slug": self.slug, "name": self.name}


@dataclass(frozen=True)
class Outlet(Named):
    """An outlet. The ids of its articles derive from ``uuid``."""

    id: int
    uuid: UUID
    language: str | None


@dataclass(frozen=True)
class Catalogue:
    """All entities of one revision. ``tag_ids`` and ``person_ids`` map slugs, names and aliases (as keys) to ids."""

    revision: UUID
    outlets: Mapping[str, Outlet]
    outlet_slugs: Mapping[str, str]
    tags: Mapping[int, Named]
    people: Mapping[int, Named]
    tag_ids: Mapping[str, frozenset[int]]
    person_ids: Mapping[str, frozenset[int]]
    gazetteer: Gazetteer

    def outlet(self, slug: str, name: str | None = None) -> Outlet | None:
        """The outlet with this name, or with this slug if no name is given or known."""
        return self.outlets.get(self.outlet_slugs.get(name_key(name), slug) if name else slug)

    def tags_named(self, text: str) -> frozenset[int]:
        """The ids of the tags with this slug or name, with or without its #."""
        return _meant(self.tag_ids, without_sign(text))

    def people_named(self, text: str) -> frozenset[int]:
        """The ids of the people with this slug, name or alias."""
        return _meant(self.person_ids, text)


# Marks the keys by which names meet whose punctuation differs.
_ANY_PUNCTUATION = "\0"


def _forms(name: str) -> list[str]:
    """The forms under which a name is found: as it is spelled, and whatever its punctuation."""
    return [name_key(name), *(_ANY_PUNCTUATION + key for key in name_keys(name))]


def _meant(ids: Mapping[str, frozenset[int]], text: str) -> frozenset[int]:
    """The ids of a slug or else of a name, whatever its punctuation if none is spelled so."""
    as_spelled = ids.get(unicodedata.normalize("NFC", text.casefold())) or ids.get(name_key(text))
    return as_spelled or frozenset().union(*(ids.get(form, ()) for form in _forms(text)[1:]))


_latest: Catalogue | None = None


def lock(connection: Connection) -> None:
    """Block all other writes of articles and entities until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": CATALOGUE_LOCK})


def read_locked(connection: Connection) -> Catalogue:
    """Return the catalogue, and block writes of entities until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock_shared(%(lock)s)", {"lock": CATALOGUE_LOCK})
    return read(connection)


def read(connection: Connection) -> Catalogue:
    """Return the catalogue of the current revision, from memory if it has not changed."""
    global _latest
    revision = present(connection.execute("select catalogue from archive").fetchone())["catalogue"]
    latest = _latest
    if latest is None or latest.revision != revision:
        # The local copy is returned, as another thread may replace the global one with an older revision.
        _latest = latest = _load(connection, revision)
    return latest


def renew_revision(connection: Connection) -> None:
    """Make every process reload its catalogue."""
    connection.execute("update archive set catalogue = gen_random_uuid()")


def _load(connection: Connection, revision: UUID) -> Catalogue:
    outlets = connection.execute("select id, uuid, slug, name, language from outlets order by id desc").fetchall()
    tags = connection.execute(
        "select id, slug, name, match, confirmed, linked_outlets from tags where merged_into is null"
    ).fetchall()
    people = connection.execute(
        "select id, slug, name, aliases, roles, confirmed, linked_outlets from people where merged_into is null"
    ).fetchall()
    # The name of a merged tag refers to its target. The name of a merged person is an alias of the target.
    merged = connection.execute("select merged_into as id, name from tags where merged_into is not null").fetchall()
    retired = connection.execute("select noun, slug, id from slugs_retired").fetchall()
    retired_ids = {
        kind: {row["slug"]: row["id"] for row in retired if row["noun"] == kind} for kind in ("outlet", "tag", "person")
    }
    outlets_by_id = {
        row["id"]: Outlet(row["slug"], row["name"], row["id"], row["uuid"], row["language"]) for row in outlets
    }
    tag_names = [(form, row["id"]) for row in (*tags, *merged) for form in _forms(without_sign(row["name"]))]
    person_names = [
        (form, row["id"]) for row in people for name in (row["name"], *row["aliases"]) for form in _forms(name)
    ]
    return Catalogue(
        revision=revision,
        outlets={slug: outlets_by_id[id] for slug, id in retired_ids["outlet"].items() if id in outlets_by_id}
        | {outlet.slug: outlet for outlet in outlets_by_id.values()},
        outlet_slugs={name_key(row["name"]): row["slug"] for row in outlets},
        tags={row["id"]: Named(row["slug"], row["name"]) for row in tags},
        people={row["id"]: Named(row["slug"], row["name"]) for row in people},
        tag_ids=_ids(tags, tag_names, retired_ids["tag"]),
        person_ids=_ids(people, person_names, retired_ids["person"]),
        gazetteer=Gazetteer(
            (
                Person(row["id"], row["name"], tuple(row["aliases"]), _linked_outlets(row), roles_of(row["roles"]))
                for row in people
            ),
            (Tag(row["id"], tuple(row["match"]), _linked_outlets(row)) for row in tags),
        ),
    )


def roles_of(roles: list[dict[str, str | None]]) -> tuple[Role, ...]:
    """The roles that are offices. One without a date is open at that end."""
    found = (
        Role(offices(role["title"] or ""), role["from"] or "0001-01-01", role["to"] or "9999-12-31") for role in roles
    )
    return tuple(role for role in found if role.offices)


def _linked_outlets(row: DictRow) -> frozenset[int] | None:
    """The outlets whose articles are linked to a tag or person by their text, None for all."""
    return None if row["confirmed"] else frozenset(row["linked_outlets"])


def _ids(
    rows: list[DictRow], names: list[tuple[str, int]], retired_ids: Mapping[str, int]
) -> dict[str, frozenset[int]]:
    """Map current and retired slugs and names to ids. A slug takes precedence over an equal name.

    Both of a confirmed entity take precedence over those of an unconfirmed one.
    """
    confirmed = {row["id"]: row["confirmed"] for row in rows}
    found: dict[str, frozenset[int]] = {}
    for level in (False, True):
        owners: dict[str, set[int]] = {}
        for name, owner in names:
            if confirmed.get(owner) is level:
                owners.setdefault(name, set()).add(owner)
        slugs = {slug: id for slug, id in retired_ids.items() if confirmed.get(id) is level}
        slugs |= {row["slug"]: row["id"] for row in rows if row["confirmed"] is level}
        found |= {name: frozenset(ids) for name, ids in owners.items()}
        found |= {slug: frozenset({id}) for slug, id in slugs.items()}
    return found
