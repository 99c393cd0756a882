"""Groups of copies: articles with nearly the same text, most of them of several outlets.

An article is compared when it is stored, with visible articles published about the same time whose sketches share
hashes with its own. A group has no two articles of an outlet, unless these are identical: an update is not a copy.
"""

from collections.abc import Iterable, Sequence
from typing import LiteralString
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from api.postgres.connection import Connection
from api.text.near_duplicates import COMPARED_CHARACTERS, Report, are_copies, are_identical

DAYS = 3
"""Copies are looked for among articles published so many days before or after."""
SHARED_HASHES = 2
"""The number of hashes that the sketches of copies share, unless one has fewer."""
LOOKED_UP = 50
"""The number of articles that are looked up for each hash of a sketch."""
COMPARED_AT_MOST = 5
"""The number of articles whose texts are compared with that of a stored article."""
GROUP_AT_MOST = 50
"""The number of articles in a group. Further copies make up other groups."""
CHUNK = 500

# Held from the comparison to the commit: of two copies that are stored at once, the second finds the first. Other locks
# than that of the change log are taken before.
COPIES_LOCK = 0x6461_7465_0005


def regroup(connection: Connection, articles: Iterable[UUID]) -> None:
    """Put these articles into the groups of their copies, and take out those that have none or are hidden.

    Blocks all other writers of articles until the transaction ends.
    """
    connection.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": COPIES_LOCK})
    for chunk in _batched(list(dict.fromkeys(articles)), CHUNK):
        _regroup_chunk(connection, chunk)


def delete_sketches(connection: Connection, articles: Sequence[UUID]) -> None:
    """Delete the sketches of these articles, before their texts are changed."""
    if articles:
        connection.execute(_DELETE, {"articles": list(articles)})


def insert_sketches(connection: Connection, articles: Sequence[UUID]) -> None:
    """Insert the sketches of these articles, which have none."""
    connection.execute(_INSERT, {"articles": list(articles)})


def _regroup_chunk(connection: Connection, articles: Sequence[UUID]) -> None:
    parameters = {"articles": list(articles)}
    connection.execute("delete from article_copies where article_id = any(%(articles)s)", parameters)
    parameters |= {"days": DAYS, "shared": SHARED_HASHES, "looked_up": LOOKED_UP, "compared": COMPARED_AT_MOST}
    pairs = connection.execute(_CANDIDATES, parameters).fetchall()
    if not pairs:
        return
    ids = {row[column] for row in pairs for column in ("article", "candidate")}
    rows = connection.execute(_TEXTS, {"articles": list(ids), "characters": COMPARED_CHARACTERS}).fetchall()
    groups = _Groups(rows, connection.execute(_MEMBERS, {"articles": list(ids)}).fetchall())
    for row in pairs:
        groups.join(row["article"], row["candidate"])
    if groups.changed:
        changed = {article: groups.of[article] for article in groups.changed}
        connection.execute(_UPSERT, {"articles": list(changed), "groups": list(changed.values())})


class _Groups:
    """The groups of some articles, and how they change while pairs of copies are joined."""

    def __init__(self, rows: Sequence[DictRow], members: Sequence[DictRow]) -> None:
        self._reports = {row["id"]: Report(row["headline"], row["body"]) for row in rows}
        self._outlets = {row["id"]: row["outlet_id"] for row in (*rows, *members)}
        self._members: dict[UUID, set[UUID]] = {}
        self.of: dict[UUID, UUID] = {}
        self.changed: set[UUID] = set()
        for row in members:
            self.of[row["id"]] = row["group_id"]
            self._members.setdefault(row["group_id"], set()).add(row["id"])

    def join(self, one: UUID, other: UUID) -> None:
        """Make one group of those of two articles, if these are copies and the group may have all members of both."""
        members, others = self._group(one), self._group(other)
        if one in others or len(members) + len(others) > GROUP_AT_MOST:
            return
        reports = self._reports[one], self._reports[other]
        if not are_copies(*reports, same_outlet=self._outlets[one] == self._outlets[other]):
            return
        outlets = {self._outlets[article] for article in members}
        if outlets.isdisjoint(self._outlets[article] for article in others) or are_identical(*reports):
            self._merge(members, others)

    def _group(self, article: UUID) -> set[UUID]:
        return self._members[self.of[article]] if article in self.of else {article}

    def _merge(self, members: set[UUID], others: set[UUID]) -> None:
        group = next((self.of[article] for article in (*members, *others) if article in self.of), None) or uuid4()
        self._members[group] = members | others
        moved = {article for article in members | others if self.of.get(article) != group}
        self.of |= dict.fromkeys(moved, group)
        self.changed |= moved


def _batched(articles: Sequence[UUID], size: int) -> Iterable[Sequence[UUID]]:
    return (articles[start : start + size] for start in range(0, len(articles), size))


_DELETE: LiteralString = """
    delete from article_sketches s using articles a
    where a.id = any(%(articles)s) and s.hash = any(a.sketch) and s.article_id = a.id"""
_INSERT: LiteralString = """
    insert into article_sketches (hash, published_at, article_id)
    select hash, published_at, id from articles, unnest(sketch) as hash where id = any(%(articles)s)
    on conflict do nothing"""

# The nearest candidates first, for each article and of all pairs, and of equally near ones the first published.
_CANDIDATES: LiteralString = """
    select article, candidate from (
        select a.id as article, found.article_id as candidate, count(*) as shared,
            greatest(a.published_at, found.published_at) as published_at,
            row_number() over (partition by a.id order by count(*) desc, found.published_at, found.article_id) as number
        from articles a cross join lateral unnest(a.sketch) as own (hash) cross join lateral (
            select s.article_id, s.published_at
            from article_sketches s join articles b on b.id = s.article_id and b.visible
            where s.hash = own.hash and s.article_id <> a.id
                and s.published_at between a.published_at - %(days)s * interval '1 day'
                    and a.published_at + %(days)s * interval '1 day'
            order by s.published_at, s.article_id
            limit %(looked_up)s
        ) as found
        where a.id = any(%(articles)s) and a.visible
        group by a.id, found.article_id, found.published_at
        having count(*) >= least(%(shared)s, cardinality(a.sketch))
    ) as candidates
    where number <= %(compared)s
    order by shared desc, published_at, article, candidate"""
_TEXTS: LiteralString = """
    select id, outlet_id, headline, left(body, %(characters)s) as body from articles where id = any(%(articles)s)"""
_MEMBERS: LiteralString = """
    select a.id, a.outlet_id, c.group_id from article_copies c join articles a on a.id = c.article_id
    where c.group_id = any(array(select group_id from article_copies where article_id = any(%(articles)s)))"""
_UPSERT: LiteralString = """
    insert into article_copies (article_id, group_id)
    select * from unnest(%(articles)s::uuid[], %(groups)s::uuid[]) as changed (article_id, group_id)
    order by article_id
    on conflict (article_id) do update set group_id = excluded.group_id"""
