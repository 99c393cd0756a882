"""The tags, people and outlets that a name means, however it is spelled."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import LiteralString

from psycopg.rows import DictRow

from api.errors import InputError, InvalidInput, invalid_input
from api.postgres.connection import Connection
from api.search.tsquery import Lexeme
from api.text.folding import fold
from api.text.spellings import all_keys, name_keys

NOUNS: Mapping[str, str] = {"tags": "tag", "people": "person", "outlets": "outlet"}

# The name of a merged tag means its target. Those of a merged person are aliases of the target.
_NAMED: LiteralString = """
    select 'tags' as noun, n.id, n.slug, n.articles, n.confirmed, array[given.name] as names
        from tags given join tags n on n.id = coalesce(given.merged_into, given.id)
        where array_to_tsvector(given.keys) @@ %(tags)s::tsquery
    union all select 'people', id, slug, articles, confirmed, name || aliases from people
        where array_to_tsvector(keys) @@ %(people)s::tsquery and merged_into is null
    union all select 'outlets', id, slug, articles, true, array[name] from outlets
        where array_to_tsvector(keys) @@ %(outlets)s::tsquery"""


def find(connection: Connection, texts: Mapping[str, Collection[str]]) -> dict[tuple[str, str], list[DictRow]]:
    """The entities that texts name, by table and text. A text that has several is ambiguous.

    Confirmed entities come before others, and names with the same punctuation before others.
    """
    parameters = {table: any_key(all_keys(texts.get(table, ()))) for table in NOUNS}
    rows = connection.execute(_NAMED, parameters).fetchall()
    found = {
        (table, text): _best(text, [row for row in rows if row["noun"] == table])
        for table, wanted in texts.items()
        for text in wanted
    }
    return {named: entities for named, entities in found.items() if entities}


def any_key(keys: Iterable[str], *, prefix: bool = False) -> str:
    """The tsquery for entities with any of these keys, or with one that begins with any of them."""
    return " | ".join(Lexeme(key, prefix=prefix).tsquery() for key in keys)


def ambiguous(table: str, text: str, entities: Sequence[DictRow]) -> str:
    """The sentence that names the entities of an ambiguous name."""
    slugs = ", ".join(sorted(row["slug"] for row in entities))
    return f"More than one {NOUNS[table]} has the name {text!r}. Use a slug: {slugs}."


def ambiguous_filter(name: str, table: str, text: str, entities: Sequence[DictRow]) -> InvalidInput:
    """The problem of a filter with an ambiguous name."""
    return invalid_input(InputError(ambiguous(table, text, entities), parameter=name))


def _best(text: str, rows: Sequence[DictRow]) -> list[DictRow]:
    keys, folded = set(name_keys(text)), _without_sign(text)
    ranked: dict[tuple[bool, bool], dict[int, DictRow]] = {}
    for row in rows:
        same = [name for name in row["names"] if not keys.isdisjoint(name_keys(name))]
        if same:
            exact = any(_without_sign(name) == folded for name in same)
            ranked.setdefault((row["confirmed"], exact), {})[row["id"]] = row
    return list(ranked[max(ranked)].values()) if ranked else []


def _without_sign(name: str) -> str:
    return fold(name).strip().removeprefix("#").strip()
