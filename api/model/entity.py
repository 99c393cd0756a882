"""The statements by table that reading and writing tags, people and outlets have in common. Pure."""

from collections.abc import Mapping
from typing import LiteralString

MAX_TOGETHER = 101
"""The entities of an article, its outlet included, up to which they count as companions of each other: their pairs grow
with the square of their number."""

PAIR_KEYS: Mapping[str, int] = {"outlets": 0, "tags": 1, "people": 2}
"""The remainders of the keys of each table in ``entity_pairs``: a key is three times the id, and this."""


def pair_key(table: str, entity: int) -> int:
    """The key in ``entity_pairs`` of the entity of a table with this id."""
    return 3 * entity + PAIR_KEYS[table]


# Changes with the writable fields of an entity, not with its counts.
ETAG: Mapping[str, LiteralString] = {
    "tags": """left(md5(json_build_array(
        slug, name, description, match, confirmed, same_as, kind, lat, lon)::text), 16)""",
    "people": "left(md5(json_build_array(slug, name, description, aliases, roles, confirmed, same_as)::text), 16)",
    "outlets": "left(md5(json_build_array(slug, name, description, country, language, url, same_as)::text), 16)",
}

# Slugs that no entity gets, as they are paths of their own.
RESERVED: Mapping[str, frozenset[str]] = {"people": frozenset({"candidates"})}

# Selects the entity to which a retired slug redirects: its ``id`` and its ``current`` slug, null if it was deleted.
RETIRED: Mapping[str, LiteralString] = {
    "tags": """
        select r.id, n.slug as current from slugs_retired r left join tags n on n.id = r.id
        where r.noun = 'tag' and r.slug = %(slug)s""",
    "people": """
        select r.id, n.slug as current from slugs_retired r left join people n on n.id = r.id
        where r.noun = 'person' and r.slug = %(slug)s""",
    "outlets": """
        select r.id, n.slug as current from slugs_retired r left join outlets n on n.id = r.id
        where r.noun = 'outlet' and r.slug = %(slug)s""",
}
