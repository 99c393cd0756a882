"""What identifies the tags and people of an article beyond the archive: URLs, kinds, coordinates."""

from collections.abc import Mapping
from typing import Any, LiteralString
from uuid import UUID

from api.postgres.connection import Connection

_IDENTITIES: LiteralString = """
    select 'tags' as field, slug, same_as, kind, lat, lon, updated_at
    from article_tags join tags on tags.id = tag_id where article_id = %(article)s
    union all
    select 'people', slug, same_as, null, null, null, updated_at
    from article_people join people on people.id = person_id where article_id = %(article)s
    order by field, slug"""


def of_article(connection: Connection, article: UUID) -> list[Mapping[str, Any]]:
    """A row for each tag and person: the ``field`` of the article that has it, its ``slug``, and what identifies it."""
    return list(connection.execute(_IDENTITIES, {"article": article}).fetchall())
