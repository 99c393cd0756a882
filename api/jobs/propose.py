"""Looks for names of people whom the archive does not have, by following the change log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.commands import catalogue, person_candidates
from api.commands.catalogue import Catalogue
from api.commands.person_candidates import NamedArticle
from api.postgres.connection import Connection, in_transaction
from api.text.name_candidates import MAX_CHARACTERS, FoundName, NameMention, find_names
from api.text.name_keys import name_key

STEP = 200
"""The number of articles in a step, which is a transaction."""
CHANGES_AT_ONCE = 500
"""The number of changes that a step follows."""


@dataclass(frozen=True)
class _Known:
    """The names of a revision of the catalogue: keys that no candidate may have, and given names of people."""

    revision: UUID
    keys: frozenset[str]
    given_names: frozenset[str]


_latest: _Known | None = None


def run(connection: Connection, ended: Callable[[], bool] = lambda: False) -> int:
    """Follow all changes, and finish the walk over all articles if there is one. Returns the number of articles read.

    If another process does so at the same time, it returns 0.
    """
    total = 0
    while not ended() and (done := in_transaction(connection, _step)) is not None:
        total += done
    return total


def _step(connection: Connection) -> int | None:
    """Look for names in the next articles. Returns their number, None if there is nothing left to do."""
    progress = connection.execute(_PROGRESS).fetchone()
    if progress is None:
        return None
    changes = connection.execute(_CHANGES, {"after": progress["position"], "most": CHANGES_AT_ONCE}).fetchall()
    position = changes[-1]["position"] if changes else progress["position"]
    changed = list(dict.fromkeys(row["article_id"] for row in changes if row["article_id"]))
    walked = progress["walked"]
    trimmed = progress["position"] < progress["changes_trimmed_to"]
    if trimmed:
        walked = UUID(int=0)
    articles = changed
    if walked is not None and len(changed) < STEP:
        next_ones = connection.execute(_WALK, {"after": walked, "most": STEP}).fetchall()
        walked = next_ones[-1]["id"] if next_ones else None
        articles = list(dict.fromkeys([*changed, *(row["id"] for row in next_ones)]))
    if (position, walked) == (progress["position"], progress["walked"]):
        return None
    if articles:
        _propose(connection, articles)
    connection.execute(_ADVANCE, {"position": max(position, progress["changes_trimmed_to"]), "walked": walked})
    return len(articles)


def _propose(connection: Connection, articles: Sequence[UUID]) -> None:
    names = catalogue.read_locked(connection)
    known = _known(connection, names)
    rows = connection.execute(_TEXTS, {"articles": list(articles), "most": MAX_CHARACTERS}).fetchall()
    named = {row["id"]: _named_article(row, known) for row in rows}
    # Locked for a moment: nobody may hide one of them before its names are stored.
    visible = connection.execute(_LOCK, {"articles": list(articles)}).fetchall()
    current = [named[row["id"]] for row in visible if row["id"] in named and named[row["id"]].version == row["version"]]
    concerned = person_candidates.replace_mentions(connection, articles, current)
    if concerned:
        person_candidates.count(connection, concerned, known=known.keys)


def _named_article(row: DictRow, known: _Known) -> NamedArticle:
    found = find_names((row["headline"], row["standfirst"], row["body"]), known.given_names)
    spans = row["known_spans"] or []
    linked = [NameMention(*spans[n : n + 3]) for n in range(0, len(spans), 3)]
    return NamedArticle(
        row["id"],
        row["version"],
        row["outlet_id"],
        row["published_at"],
        [name for name in found if not _is_known(name, known.keys) and not _is_linked(name, linked)],
    )


def _is_known(name: FoundName, keys: frozenset[str]) -> bool:
    # "Angela Merkels Erbe"
    return name.key in keys or name.key.removesuffix("s") in keys


def _is_linked(name: FoundName, linked: Sequence[NameMention]) -> bool:
    """Whether one of the mentions is linked to a known person, such as an inflected one."""
    return any(
        other.field == mention.field and other.start <= mention.start and mention.stop <= other.stop
        for mention in name.mentions
        for other in linked
    )


def _known(connection: Connection, names: Catalogue) -> _Known:
    """What a revision of the catalogue knows, from memory if it has not changed."""
    global _latest
    latest = _latest
    if latest is None or latest.revision != names.revision:
        phrases = connection.execute("select unnest(match) as phrase from tags where merged_into is null").fetchall()
        keys = {name_key(name) for named in (names.person_ids, names.tag_ids, names.outlet_slugs) for name in named}
        keys.update(name_key(row["phrase"]) for row in phrases)
        given = frozenset(
            words[0].lower()
            for person in names.people.values()
            if len(words := person.name.split()) > 1 and words[0].isalpha() and "-" not in words[-1]
        )
        _latest = latest = _Known(names.revision, frozenset(keys), given)
    return latest


_PROGRESS: LiteralString = """
    select position, walked, changes_trimmed_to
    from candidate_progress, archive
    for update of candidate_progress skip locked"""
_CHANGES: LiteralString = """
    select position, article_id from changes where position > %(after)s order by position limit %(most)s"""
_WALK: LiteralString = """
    select id from articles where id > %(after)s order by id limit %(most)s"""
_TEXTS: LiteralString = """
    select id, version, outlet_id, published_at, left(headline, %(most)s) as headline,
        left(standfirst, %(most)s) as standfirst, left(body, %(most)s) as body,
        (select array_agg(number order by person_id, n)
            from article_people, unnest(spans) with ordinality as flat (number, n)
            where article_id = id) as known_spans
    from articles
    where id = any(%(articles)s) and visible"""
_LOCK: LiteralString = """
    select id, version from articles where id = any(%(articles)s) and visible order by id for share"""
_ADVANCE: LiteralString = "update candidate_progress set position = %(position)s, walked = %(walked)s"
