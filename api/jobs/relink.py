"""Links articles to tags and people again after the names of these have changed."""

import re
from collections.abc import Mapping
from typing import Any, LiteralString
from uuid import UUID

from api.commands import catalogue
from api.postgres.connection import Connection
from api.search import fulltext, search_vector
from api.search.tsquery import Lexeme
from api.text.folding import fold, words
from api.text.surnames import surnames
from api.text.titled_names import titled_phrases

_PREFIXES = ((re.compile("[\u0620-\u06ff]"), "وبلفك"), (re.compile("[\u05d0-\u05ea]"), "ובלהשמכ"))

# Languages whose names have no inflected forms but a genitive, which stemmers remove.
_UNINFLECTED = (
    "ca", "da", "de", "en", "es", "fr", "ga", "id", "it", "ja", "ko", "ms", "nb", "nl", "nn", "no", "pt", "sv", "th",
    "vi", "zh",
)  # fmt: skip


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
        union select unnest(%(phrases)s::text[])
        """,
        {**entities, "phrases": subject.get("phrases", [])},
    ).fetchall()
    people = connection.execute(_PEOPLE, entities).fetchall()
    names = [name for person in people for name in (person["name"], *person["aliases"])]
    phrases = [*names, *(form for name in names for form in _prefixed(name)), *(row["phrase"] for row in rows)]
    for person in people:
        roles = catalogue.roles_of(person["roles"])
        phrases += titled_phrases(surnames(person["name"], person["aliases"]), roles)
    affected = connection.execute(
        _AFFECTED,
        {
            **entities,
            "phrases": [words for phrase in phrases for words in fulltext.readings(phrase)],
            "inflected": [query for name in names if (query := _inflected(name))],
            "uninflected": list(_UNINFLECTED),
            # The index has Hangul and Han in pairs, so a phrase of one character is searched in the text.
            "short": [f"%{phrase}%" for phrase in phrases if len(phrase) == 1],
            "configurations": search_vector.CONFIGURATIONS_JSON,
            "within": subject.get("within", []),
            "after": after,
            "limit": limit,
        },
    ).fetchall()
    return [row["id"] for row in affected]


def _prefixed(name: str) -> list[str]:
    """The forms of a name in Arabic or Hebrew script with the letters that are written before it."""
    letters = next((letters for script, letters in _PREFIXES if script.match(name)), "")
    return [letter + name for letter in letters]


def _inflected(name: str) -> str | None:
    """A tsquery of texts that may have an inflected form of a name; None if its words are not all of letters."""
    parts = words(fold(name))
    if not parts or not all(len(part) > 2 and part.isalpha() for part in parts):
        return None
    # Inflected forms differ from the name in its last two letters at most: Pavel, Pavla.
    return " & ".join(Lexeme(part[: max(2, len(part) - 2)], prefix=True).tsquery() for part in parts)


_PEOPLE: LiteralString = "select name, aliases, roles from people where id = any(%(people)s)"

_AFFECTED: LiteralString = f"""
    with queries as materialized (
        {fulltext.PHRASES}
        union select (inflected || ' & ' || quote_literal('lang:' || language))::tsquery
        from unnest(%(inflected)s::text[]) as inflected, languages
        where language <> all (%(uninflected)s)
    )
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
