"""Pairs of entities: after any sequence of writes, their counts are those of a count from scratch."""

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from stories import outlet, person, record, store, tag, withdraw

from api.commands import (
    article_lifecycle,
    articles,
    catalogue,
    change_log,
    entity_edits,
    entity_kinds,
    entity_merge,
    entity_pairs,
)
from api.commands.articles import Options, WriteResult
from api.commands.change_log import Change
from api.errors import Conflict
from api.jobs import runner
from api.model.entity import MAX_TOGETHER
from api.postgres.connection import Connection

NAMES = ("Ana Roe", "Bo Lind", "Cy Vance", "Di Marsh", "Ed Poole", "Flo Hunt")
TOPICS = ("harbour", "railway", "budget", "storm", "museum")


def counts(connection: Connection) -> list[tuple[object, ...]]:
    """The stored counts."""
    rows = connection.execute("select * from entity_pairs order by a, b, month").fetchall()
    return [tuple(row.values()) for row in rows]


def assert_exact(connection: Connection) -> None:
    """The stored counts are those of a count from scratch, done here in Python."""
    visible: dict[UUID, tuple[datetime, list[tuple[int, set[int]]]]] = {}
    for row in connection.execute("select id, published_at, outlet_id from articles where visible").fetchall():
        visible[row["id"]] = row["published_at"].astimezone(UTC), [(3 * row["outlet_id"], set())]
    for row in connection.execute(
        """select article_id, 3 * tag_id + 1 as key, sentences from article_tags
        union all select article_id, 3 * person_id + 2, sentences from article_people"""
    ).fetchall():
        if row["article_id"] in visible:
            visible[row["article_id"]][1].append((row["key"], set(row["sentences"])))
    expected: dict[tuple[object, ...], tuple[int, int]] = {}
    for moment, entities in visible.values():
        if len(entities) > MAX_TOGETHER:
            continue
        for a, ours in entities:
            for b, theirs in entities:
                if a <= b:
                    pair = a, b, moment.date().replace(day=1)
                    together, close = expected.get(pair, (0, 0))
                    expected[pair] = together + 1, close + (not ours.isdisjoint(theirs))
    assert counts(connection) == sorted((*pair, *count) for pair, count in expected.items())


def body(chance: random.Random) -> str:
    """Some sentences with some of the names."""
    return " ".join(
        f"{' met '.join(chance.sample(NAMES, chance.randint(0, 3)))} spoke of the {chance.choice(TOPICS)} today."
        for _ in range(chance.randint(1, 4))
    )


def push(connection: Connection, chance: random.Random, ids: set[UUID], **fields: Any) -> None:
    """Push one of 25 articles, perhaps again. Withdrawn and purged ones may refuse."""
    pushed = record(
        f"story {chance.randint(1, 25)}",
        day=chance.randint(0, 90),
        body=body(chance),
        tags=chance.sample(TOPICS, 1),
        people=[] if chance.random() < 0.7 else ["Zoe Quill"],
        **fields,
    )
    [result] = articles.upsert_each(connection, [pushed], Options(create=frozenset({"people"})))
    if isinstance(result, WriteResult):
        ids.add(result.id)


def erase(connection: Connection, chance: random.Random, ids: set[UUID]) -> None:
    changes: list[Change] = []
    if ids:
        article = chance.choice(sorted(ids))
        ids.discard(article)
        article_lifecycle.purge(connection, article, "Wrong", changes)
        change_log.append(connection, changes)


def hide(connection: Connection, chance: random.Random, ids: set[UUID]) -> None:
    if ids:
        withdraw(connection, chance.choice(sorted(ids)), "withheld", "Wrong")


def release(connection: Connection, chance: random.Random, ids: set[UUID]) -> None:
    connection.execute("update articles set embargoed_until = now() where embargoed_until is not null")
    article_lifecycle.release_due(connection)


def embargo(connection: Connection, chance: random.Random, ids: set[UUID]) -> None:
    push(connection, chance, ids, embargoed_until=datetime.now(UTC) + timedelta(days=1))


def restore(connection: Connection, chance: random.Random, ids: set[UUID]) -> None:
    push(connection, chance, ids, status="usable")


def rename(connection: Connection, chance: random.Random, ids: set[UUID]) -> None:
    slug = chance.choice(sorted(slugs(connection)))
    alias = chance.choice(TOPICS).title()
    with suppress(Conflict):  # another person has that name
        entity_edits.update(connection, entity_kinds.PERSON, slug, lambda fields: {**fields, "aliases": [alias]})
    runner.run(connection)


def merge(connection: Connection, chance: random.Random, ids: set[UUID]) -> None:
    source, into = chance.sample(sorted(slugs(connection)), 2)
    entity_merge.merge(connection, entity_kinds.PERSON, source, into)
    if chance.random() < 0.5:
        runner.run(connection)


def slugs(connection: Connection) -> list[str]:
    rows = connection.execute("select slug from people where merged_into is null").fetchall()
    return [row["slug"] for row in rows]


STEPS = (push, push, push, push, embargo, hide, restore, erase, release, rename, merge)


@pytest.mark.parametrize("seed", range(3))
def test_after_any_writes_the_counts_are_those_of_a_count_from_scratch(blank: Connection, seed: int) -> None:
    outlet(blank, "daily")
    chance, ids = random.Random(seed), set[UUID]()  # noqa: S311 - no secret
    for topic in TOPICS:
        tag(blank, topic, topic)
    for name in NAMES:
        person(blank, name)
    for n in range(60):
        step = chance.choice(STEPS)
        if step is not merge or (n % 10 == 0 and len(slugs(blank)) > 3):
            step(blank, chance, ids)
        assert_exact(blank)
    found = counts(blank)
    assert any(sentences for *_, sentences in found)
    blank.execute("update entity_pairs set articles = articles + 1")
    blank.execute("insert into entity_pairs values (1, 2, '1999-01-01', 3, 4)")
    entity_pairs.rebuild(blank, catalogue.lock)
    assert counts(blank) == found


def test_an_article_of_too_many_entities_counts_for_no_pair_until_a_merge_leaves_few_enough(
    blank: Connection,
) -> None:
    outlet(blank, "daily")
    names = [f"p{n}" for n in range(MAX_TOGETHER)]
    store(blank, record("a list", people=names))
    assert counts(blank) == []
    entity_merge.merge(blank, entity_kinds.PERSON, "p0", "p1")
    assert len(counts(blank)) == MAX_TOGETHER * (MAX_TOGETHER + 1) // 2
    assert_exact(blank)
