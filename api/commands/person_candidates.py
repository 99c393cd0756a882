"""People who may be added: names in visible articles, and the candidates that are made of them.

Writers of articles only delete the names of an article that they hide; a job adds names (``api/jobs/propose.py``).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson

from api.postgres.connection import Connection
from api.text.folding import MAX_FOLDED_LENGTH, fold
from api.text.name_candidates import CERTAIN, FoundName
from api.text.name_keys import candidate_id, name_key

MIN_ARTICLES = 3
"""The number of articles that have the name of a candidate, at least."""
MIN_OUTLETS = 2
"""The number of outlets that published them, at least."""
MAX_VARIANTS = 20
"""The number of spellings of a candidate: the most frequent ones."""

# Held from the count of candidates to the commit, so that no count misses what another transaction has just written.
# Locks of the catalogue and of articles are taken before, those of copies and of the change log afterwards.
CANDIDATES_LOCK = 0x6461_7465_0006


@dataclass(frozen=True)
class NamedArticle:
    """A version of a visible article, and the unknown names in it."""

    id: UUID
    version: int
    outlet_id: int
    published_at: datetime
    names: Sequence[FoundName]


def replace_mentions(connection: Connection, articles: Sequence[UUID], named: Iterable[NamedArticle]) -> set[str]:
    """Replace the names of these articles. Returns the candidates concerned, which are then to be counted."""
    rows = [
        {
            "article_id": article.id,
            "candidate": candidate_id(name.key),
            "version": article.version,
            "outlet_id": article.outlet_id,
            "published_at": article.published_at,
            "names": [text for text, _ in name.spellings.most_common(MAX_VARIANTS)],
            "score": name.score,
            "spans": [number for mention in name.mentions for number in mention],
        }
        for article in named
        for name in article.names
    ]
    concerned = _delete_mentions(connection, articles)
    if rows:
        connection.execute(_INSERT, {"rows": orjson.dumps(rows).decode()})
    return concerned | {row["candidate"] for row in rows}


def forget_articles(connection: Connection, articles: Collection[UUID]) -> None:
    """Delete the names of articles that are no longer visible, and count the candidates concerned again."""
    if articles and (concerned := _delete_mentions(connection, list(articles))):
        count(connection, concerned)


def forget_named(connection: Connection, names: Iterable[str]) -> None:
    """Delete the candidates with one of these names, which now belong to an entity. The catalogue must be locked."""
    ids = {candidate_id(name_key(name.removeprefix("#"))) for name in names}
    connection.execute("delete from person_candidates where id = any(%(ids)s)", {"ids": list(ids)})


def count(connection: Connection, candidates: Collection[str], *, known: Collection[str] | None = None) -> None:
    """Count the articles of these candidates, and delete those that have too few.

    Candidates are added only if ``known`` is given: the keys of all names that no candidate may have.
    """
    lock(connection)
    parameters = {
        "ids": sorted(candidates),
        "articles": MIN_ARTICLES,
        "outlets": MIN_OUTLETS,
        "certain": CERTAIN,
        "variants": MAX_VARIANTS,
    }
    rows = connection.execute(_COUNT, parameters).fetchall()
    kept = [row for row in rows if known is None or name_key(row["names"][0]) not in known]
    ids = {row["id"] for row in kept}
    gone = [id for id in candidates if id not in ids]
    connection.execute("delete from person_candidates where id = any(%(ids)s)", {"ids": gone})
    if kept:
        for row in kept:
            row["folded"] = _suffixes(row["names"])
        statement = _UPDATE if known is None else _UPSERT
        connection.execute(statement, {"rows": orjson.dumps(kept).decode()})


def lock(connection: Connection) -> None:
    """Block all other changes of candidates until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": CANDIDATES_LOCK})


def reject(connection: Connection, candidate: str, *, rejected: bool) -> None:
    """Remember that a candidate is rejected, or that it no longer is. The candidates must be locked."""
    if rejected:
        connection.execute(
            "insert into candidate_rejections (id) values (%(id)s) on conflict do nothing", {"id": candidate}
        )
    else:
        connection.execute("delete from candidate_rejections where id = %(id)s", {"id": candidate})
    connection.execute(
        """
        update person_candidates c
        set rejected_at = (select rejected_at from candidate_rejections r where r.id = c.id)
        where id = %(id)s
        """,
        {"id": candidate},
    )


def insert_rejections(connection: Connection, records: Sequence[dict[str, Any]]) -> int:
    """Insert the rejections of an export. Returns the number inserted."""
    inserted = connection.execute(_REJECTIONS, {"rows": orjson.dumps(records).decode()}).fetchall()
    ids = [row["id"] for row in inserted]
    if ids:
        lock(connection)
        connection.execute(_MARK_REJECTED, {"ids": ids})
    return len(ids)


def walk_again(connection: Connection) -> None:
    """Have names looked for in all articles again, by the job."""
    connection.execute("update candidate_progress set walked = '00000000-0000-0000-0000-000000000000'")


def _delete_mentions(connection: Connection, articles: Sequence[UUID]) -> set[str]:
    deleted = connection.execute(
        "delete from candidate_mentions where article_id = any(%(articles)s) returning candidate",
        {"articles": list(articles)},
    )
    return {row["candidate"] for row in deleted.fetchall()}


def _suffixes(names: Iterable[str]) -> list[str]:
    """The folded names from each of their words on, so that they are found by the beginning of a word."""
    folded = [fold(name)[:MAX_FOLDED_LENGTH] for name in names]
    words = [name.split() for name in folded]
    return sorted({" ".join(parts[first:]) for parts in words for first in range(len(parts))})


_INSERT: LiteralString = """
    insert into candidate_mentions (article_id, candidate, version, outlet_id, published_at, names, score, spans)
    select article_id, candidate, version, outlet_id, published_at, names, score, spans
    from json_to_recordset(%(rows)s::json) as r (
        article_id uuid, candidate text, version int, outlet_id int, published_at timestamptz, names text[], score int,
        spans int[]
    )"""

# A name that is certain in fewer than half of its articles is rather that of a company or a place.
_COUNT: LiteralString = """
    with counted as materialized (
        select candidate as id, count(*) as articles, count(distinct outlet_id) as outlets,
            min(published_at) as first_published_at, max(published_at) as last_published_at
        from candidate_mentions
        where candidate = any(%(ids)s)
        group by candidate
        having count(*) >= %(articles)s and count(distinct outlet_id) >= %(outlets)s
            and count(*) filter (where score >= %(certain)s) * 2 >= count(*)
    ), spelled as (
        select candidate as id, name, count(*) as articles,
            row_number() over (partition by candidate order by count(*) desc, length(name), name) as number
        from candidate_mentions, unnest(names) as name
        where candidate in (select id from counted)
        group by candidate, name
    )
    select counted.*, array(
        select name from spelled where spelled.id = counted.id and number <= %(variants)s order by number
    ) as names
    from counted
    order by id"""
_ROWS: LiteralString = """
    select r.id, r.names[1] as name, r.names[2:] as variants, r.folded, r.articles, r.outlets, r.first_published_at,
        r.last_published_at, rejections.rejected_at
    from json_to_recordset(%(rows)s::json) as r (
        id text, names text[], folded text[], articles int, outlets int, first_published_at timestamptz,
        last_published_at timestamptz
    )
    left join candidate_rejections as rejections using (id)"""
_UPSERT: LiteralString = f"""
    insert into person_candidates as c (
        id, name, variants, folded, articles, outlets, first_published_at, last_published_at, rejected_at
    )
    {_ROWS}
    order by r.id
    on conflict (id) do update
    set name = excluded.name, variants = excluded.variants, folded = excluded.folded, articles = excluded.articles,
        outlets = excluded.outlets, first_published_at = excluded.first_published_at,
        last_published_at = excluded.last_published_at, rejected_at = excluded.rejected_at"""
_UPDATE: LiteralString = f"""
    update person_candidates c
    set name = r.name, variants = r.variants, folded = r.folded, articles = r.articles, outlets = r.outlets,
        first_published_at = r.first_published_at, last_published_at = r.last_published_at
    from ({_ROWS}) as r
    where c.id = r.id"""
_REJECTIONS: LiteralString = """
    insert into candidate_rejections (id, rejected_at)
    select id, rejected_at from json_to_recordset(%(rows)s::json) as r (id text, rejected_at timestamptz)
    on conflict do nothing
    returning id"""
_MARK_REJECTED: LiteralString = """
    update person_candidates c set rejected_at = r.rejected_at
    from candidate_rejections r
    where r.id = c.id and c.id = any(%(ids)s)"""
