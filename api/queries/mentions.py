"""Why articles have their tags and people: who linked them, by what, and where the text mentions them."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

import orjson

from api.postgres.connection import Connection

MAX_MENTIONS = 100
"""The number of mentions of a tag or person in an article that are shown."""

NEEDED = ("id", "headline", "standfirst", "body")
"""The fields of an article that ``documents`` reads."""

# In the order in which links number them.
_FIELDS = ("headline", "standfirst", "body")

_LINKS: LiteralString = """
    select l.article_id, 'tags' as links, n.slug, n.name, l.origin, null as evidence, l.mentions, l.spans
    from article_tags l join tags n on n.id = l.tag_id
    where l.article_id = any(%(articles)s)
    union all
    select l.article_id, 'people', n.slug, n.name, l.origin, l.evidence, l.mentions, l.spans
    from article_people l join people n on n.id = l.person_id
    where l.article_id = any(%(articles)s)"""


_REFUSALS: LiteralString = """
    select article_id, case noun when 'tag' then 'tags' else 'people' end as links,
        coalesce(t.slug, p.slug) as slug, coalesce(t.name, p.name) as name
    from article_refusals
    left join tags t on noun = 'tag' and t.id = entity_id
    left join people p on noun = 'person' and p.id = entity_id
    where article_id = any(%(articles)s)
    order by links, coalesce(t.slug, p.slug)"""


def documents(
    connection: Connection, articles: Sequence[Any], fields: Sequence[str] = (), *, refusals: bool = False
) -> list[dict[str, Any]]:
    """These articles (JSON as Postgres wrote it) with the mentions of their tags and people, and perhaps refusals.

    All have the fields NEEDED, of which those that are not among ``fields`` are removed, unless there are none.
    """
    shown: list[dict[str, Any]] = orjson.loads(orjson.dumps(articles, option=orjson.OPT_UTC_Z))
    ids = [UUID(article["id"]) for article in shown]
    links: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in connection.execute(_LINKS, {"articles": ids}).fetchall():
        links.setdefault((str(row["article_id"]), row["links"]), []).append(row)
    for article in shown:
        # The orders that articles have without mentions.
        tags = sorted(links.get((article["id"], "tags"), ()), key=lambda row: row["slug"])
        people = sorted(links.get((article["id"], "people"), ()), key=lambda row: (-row["mentions"], row["slug"]))
        for name, rows in (("tags", tags), ("people", people)):
            if name in article:
                article[name] = [_entity(article, row) for row in rows]
        for name in NEEDED:
            if fields and name not in fields:
                del article[name]
    if refusals:
        _add_refusals(connection, dict(zip(ids, shown, strict=True)))
    return shown


def _add_refusals(connection: Connection, articles: Mapping[UUID, dict[str, Any]]) -> None:
    """Add ``refused`` to articles by their ids."""
    for article in articles.values():
        article["refused"] = {"tags": [], "people": []}
    for row in connection.execute(_REFUSALS, {"articles": list(articles)}).fetchall():
        articles[row["article_id"]]["refused"][row["links"]].append({"slug": row["slug"], "name": row["name"]})


def _entity(article: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    spans = row["spans"][: 3 * MAX_MENTIONS]
    found = zip(spans[::3], spans[1::3], spans[2::3], strict=True)
    evidence = {"evidence": row["evidence"]} if row["links"] == "people" else {}
    return {
        "slug": row["slug"],
        "name": row["name"],
        "origin": row["origin"],
        **evidence,
        "mentions_total": row["mentions"],
        "mentions": [
            {"field": _FIELDS[field], "offset": start, "text": (article[_FIELDS[field]] or "")[start:stop]}
            for field, start, stop in found
        ],
    }
