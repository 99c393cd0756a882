"""The URLs that identify tags, people and outlets beyond the archive: each belongs to one entity of its kind."""

from collections.abc import Collection, Mapping, Sequence
from typing import LiteralString

from api.errors import Conflict
from api.model.types import Record
from api.postgres.connection import Connection
from api.text.canonical_url import canonical_digest


def _owners(table: LiteralString, current: LiteralString) -> LiteralString:
    return f"""
        select key, array_agg(slug order by id) as slugs
        from (
            select id, slug, unnest(same_as_keys) as key from {table}
            where same_as_keys && %(keys)s and {current}
        ) as owned
        where key = any(%(keys)s)
        group by key"""


_OWNERS: Mapping[str, LiteralString] = {
    "outlets": _owners("outlets", "true"),
    "tags": _owners("tags", "merged_into is null"),
    "people": _owners("people", "merged_into is null"),
}


def keyed(urls: Sequence[str]) -> dict[str, str]:
    """The URLs by their keys, each page once, as it is spelled first."""
    found: dict[str, str] = {}
    for url in urls:
        found.setdefault(canonical_digest(url), url)
    return found


def columns(urls: Sequence[str]) -> Record:
    """The columns that store these URLs."""
    found = keyed(urls)
    return {"same_as": list(found.values()), "same_as_keys": list(found)}


def without_owned(connection: Connection, table: str, rows: Sequence[Record], known: Collection[str]) -> list[Record]:
    """The rows, those of new entities without the URLs that an entity has. ``known`` are the slugs of the others."""
    owned = set(_find_owners(connection, table, rows))
    return [
        row if row["slug"] in known or owned.isdisjoint(row["same_as_keys"]) else {**row, **_without(row, owned)}
        for row in rows
    ]


def _without(row: Record, owned: Collection[str]) -> Record:
    return columns([url for key, url in keyed(row["same_as"]).items() if key not in owned])


def require_unique(connection: Connection, table: str, name: str, rows: Sequence[Record]) -> None:
    """Raise Conflict if two entities have one of the URLs of these rows, which have been written."""
    written = {row["slug"] for row in rows}
    urls = {key: url for row in rows for key, url in keyed(row["same_as"]).items()}
    for key, slugs in _find_owners(connection, table, rows).items():
        if len(slugs) > 1:
            other = next((slug for slug in slugs if slug not in written), slugs[0])
            raise Conflict(
                f"The URL {urls[key]!r} is in `same_as` of the {name} {other!r}, and one {name} has it at most."
                f" Remove it there, or merge the two."
            )


def _find_owners(connection: Connection, table: str, rows: Sequence[Record]) -> dict[str, list[str]]:
    """The slugs of the entities that have the URLs of these rows, by key."""
    keys = sorted({key for row in rows for key in row["same_as_keys"]})
    if not keys:
        return {}
    return {row["key"]: row["slugs"] for row in connection.execute(_OWNERS[table], {"keys": keys}).fetchall()}
