"""What reading and writing tags, people and outlets have in common: statements by table. Pure."""

from collections.abc import Mapping
from typing import LiteralString

# Another one whenever a field that can be written is another; counts and companions leave it.
ETAG: Mapping[str, LiteralString] = {
    "tags": "left(md5(json_build_array(slug, name, description, match)::text), 16)",
    "people": "left(md5(json_build_array(slug, name, description, aliases, roles)::text), 16)",
    "outlets": "left(md5(json_build_array(slug, name, description, country, language, url)::text), 16)",
}

# Whom a slug of earlier times stands for: ``id``, and ``current``, which is null once that one was deleted.
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
