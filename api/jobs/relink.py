"""Links articles to tags and people again after the names of these have changed."""

from collections.abc import Mapping
from typing import Any, LiteralString
from uuid import UUID

from api.commands import catalogue
from api.postgres.connection import Connection
from api.search import fulltext, search_vector
from api.text.surnames import surnames
from api.text.titled_names import titled_phrases


def affected_articles(
    connection: Connection, subject: Mapping[str, list[Any]], after: UUID | None, limit: int
) -> list[UUID]:
    """The articles of a job's ``subject`` in the order of their ids, from the one that follows ``after``.

    These are the articles that are linked to the entities of the subject, or contain one of their names, titles with
    surname, or phrases, or one of the subject's ``phrases``; only those of the outlets ``within``, if the subject has
    them.
    """
    entities = {table: subject.get(table, []) for table in ("outlets", "tags", "people")}
    rows = connection.execute(
        """
        select unnest(match) as phrase from tags where id = any(%(tags)s)
        union select unnest(name || aliases) from people where id = any(%(people)s)
        union select unnest(%(phrases)s::text[])
        """,
        {**entities, "phrases": subject.get("phrases", [])},
    ).fetchall()
    phrases = [row["phrase"] for row in rows]
    for person in connection.execute(
        "select name, aliases, roles from people where id = any(%(people)s)", entities
    ).fetchall():
        roles = catalogue.roles_of(person["roles"])
        phrases += titled_phrases(surnames(person["name"], person["aliases"]), roles)
    affected = connection.execute(
        _AFFECTED,
        {
            **entities,
            "phrases": [words for phrase in phrases for words in fulltext.readings(phrase)],
            # The index has Hangul and Han in pairs, so a phrase of one character is searched in the text.
            "short": [f"%{phrase}%" for phrase in phrases if len(phrase) == 1],
            "configurations": search_vector.CONFIGURATIONS_JSON,
            "within": subject.get("within", []),
            "after": after,
            "limit": limit,
        },
    ).fetchall()
    return [row["id"] for row in affected]


_AFFECTED: LiteralString = f"""
    with queries as materialized ({fulltext.PHRASES})
    select id from (
        select found.id
        from queries cross join lateral (select id from articles where search @@ queries.query) as found
        union select id from articles
            where cardinality(%(short)s::text[]) > 0
                and concat_ws(' ', headline, standfirst, body) like any(%(short)s)
        union select article_id from article_tags where tag_id = any(%(tags)s)
        union select article_id from article_people where person_id = any(%(people)s)
        union select id from articles where outlet_id = any(%(outlets)s)
    ) as affected
    where (%(after)s::uuid is null or id > %(after)s)
        and (cardinality(%(within)s::int[]) = 0
            or (select outlet_id from articles where articles.id = affected.id) = any(%(within)s))
    order by id
    limit %(limit)s"""
