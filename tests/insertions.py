"""What keeps coming in while somebody pages through an archive: before, within and behind the page, and in place."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from multiprocessing.synchronize import Event
from typing import Any

from stories import record

from api.commands import articles, entities, entity_kinds
from api.jobs import runner
from api.postgres.connection import Connection, connect, in_transaction

FIRST = datetime(1, 1, 1, tzinfo=UTC)
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
# Neighbours of a microsecond, and the same moment in several time zones; each is used many times.
MOMENTS = [
    FIRST,
    FIRST + timedelta(microseconds=1),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    *(NOON + timedelta(microseconds=n) for n in (-1, 0, 1, 10, 100_000, 123_456, 999_999)),
    *(NOON.astimezone(timezone(timedelta(hours=hours))) for hours in (-11, 9, 14)),
    *(NOON + timedelta(days=n) for n in range(1, 10)),
]
# Names that fold to the same, begin alike for longer than is kept, or stand at the ends of the order.
NAMES = [
    "Élan", "ELAN", "elan", "Ｅｌａｎ", "0", "Zoë", "zz top", "한국", "ㄱ", "👍 a", "Straße", "STRASSE",
    "ß" * 150 + "a", "ß" * 150 + "b", "x" * 200, "X" * 200, "𐀀 end", "\uffee end", "a_b%c\\d", "a'b\"c",
]  # fmt: skip


def article(number: int, **fields: Any) -> dict[str, Any]:
    """An article of one of MOMENTS, which a search for ferry finds."""
    moment = MOMENTS[number % len(MOMENTS)]
    words = {"published_at": moment, "tags": ["walked", "other"], "people": ["Bo Lind"], **fields}
    return record(f"Ferry {number}", **words)


def entity(number: int) -> dict[str, Any]:
    """A tag or person with one of NAMES."""
    return {"slug": f"n-{number}", "name": NAMES[number % len(NAMES)]}


def fill(connection: Connection, entries: int) -> None:
    """An archive with so many articles, tags and people."""
    entities.upsert(connection, entity_kinds.OUTLET, [{"slug": "daily", "name": "Daily", "language": "en"}])
    entities.upsert(connection, entity_kinds.TAG, [{"name": "Walked"}, {"name": "Other"}, *map(entity, range(entries))])
    entities.upsert(connection, entity_kinds.PERSON, [{"name": "Bo Lind"}, *map(entity, range(entries))])
    articles.upsert(connection, [article(number) for number in range(entries)])
    runner.run(connection)


def keep_inserting(conninfo: str, entries: int, done: Any, ended: Event) -> None:
    """Insert and update until told to end, counting in ``done``; what is updated stays where it is in its order."""
    chance = random.Random(1)  # noqa: S311 - for tests, not for secrets
    with connect(conninfo) as connection:
        for writes in _writes(connection, entries, chance):
            if ended.wait(0.002):
                return
            in_transaction(connection, writes)
            done.value += 1


ROUND = 5
"""So many writes hold a new article, a new tag and a new person."""


def _writes(connection: Connection, entries: int, chance: random.Random) -> Iterator[Any]:
    for number in count(entries):
        old = chance.randrange(entries)
        # In front of all there is in the order newest, though not so often that a walk would never end.
        newest = {"published_at": datetime.now(UTC)} if number % 4 == 0 else {}
        yield lambda c, n=number, fields=newest: articles.upsert(c, [article(n, **fields)])
        yield lambda c, n=number, o=old: articles.upsert(c, [article(o, body=f"Told anew {n}")])
        yield lambda c, n=number: entities.upsert(c, entity_kinds.TAG, [entity(n)])
        yield lambda c, n=number: entities.upsert(c, entity_kinds.PERSON, [entity(n)])
        yield lambda c, n=number, o=old: entities.upsert(
            c, entity_kinds.PERSON, [{**entity(o), "description": f"Known as {n}"}]
        )
        if number % 50 == 0:
            runner.run(connection)
