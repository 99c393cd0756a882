"""Finds the tags and people of an article."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from api.commands import namesakes
from api.commands.article_links import Link, Links
from api.commands.catalogue import Catalogue
from api.commands.namesakes import Context
from api.postgres.connection import Connection
from api.text.gazetteer import Matches, Mention
from api.text.sentences import sentences

FIELDS = ("headline", "standfirst", "body")
"""The fields of an article in which names are looked for, in the order of their numbers."""

MAX_SPANS = 100
"""The number of mentions of one entity in an article that are stored with their offsets. All of them are counted."""

MAX_NAMESAKES = 20
"""The number of names in an article that several people have for which the right person is looked for."""


def find(
    connection: Connection,
    names: Catalogue,
    article: Mapping[str, Any],
    pushed_tags: set[int],
    pushed_people: set[int],
) -> Links:
    """The entities found in the text of an article, and those that its outlet named.

    Unconfirmed ones are found only in articles of the outlets that they were created for.
    """
    fields = [article[name] or "" for name in FIELDS]
    published_at = article["published_at"]
    matches = names.gazetteer.find(
        *fields, outlet=article["outlet_id"], named=pushed_people, published_on=published_at.date()
    )
    evidence = {id: "title" if id in matches.titled else "name" for id in matches.people}
    people = dict(matches.people)
    if matches.namesakes:
        context = Context(
            article=article["id"],
            text="\n".join(fields),
            published_at=published_at,
            tags={*matches.tags, *pushed_tags},
            people={*matches.people, *pushed_people},
        )
        for person, (reason, mentions) in _told_apart(connection, matches, context).items():
            people[person] = (*people.get(person, ()), *mentions)
            evidence.setdefault(person, reason)
    starts = _sentence_starts(fields) if people or matches.tags else []
    return Links(
        {id: _link(matches.tags.get(id, ()), starts, pushed=id in pushed_tags) for id in {*matches.tags, *pushed_tags}},
        {
            id: _link(people.get(id, ()), starts, pushed=id in pushed_people, evidence=evidence.get(id))
            for id in {*people, *pushed_people}
        },
    )


def _told_apart(
    connection: Connection, matches: Matches, context: Context
) -> dict[int, tuple[str, tuple[Mention, ...]]]:
    """The people whom names of several people mean in this article, with the evidence and their mentions."""
    people: dict[int, tuple[str, tuple[Mention, ...]]] = {}
    for owners, mentions in list(matches.namesakes.items())[:MAX_NAMESAKES]:
        if choice := namesakes.choose(connection, owners, context):
            person, reason = choice
            people[person] = reason, (*people[person][1], *mentions) if person in people else mentions
    return people


def _sentence_starts(fields: Sequence[str]) -> list[tuple[int, int]]:
    """Where the sentences of an article start, as numbers of fields and offsets in them."""
    return [(number, start) for number, text in enumerate(fields) for start, _ in sentences(text)]


def _link(
    mentions: Sequence[Mention], starts: list[tuple[int, int]], *, pushed: bool, evidence: str | None = None
) -> Link:
    """The link of an entity with these mentions."""
    return Link(
        origin="push" if pushed else "match",
        evidence=evidence,
        mentions=len(mentions),
        spans=tuple(number for mention in mentions[:MAX_SPANS] for number in mention),
        sentences=tuple(sorted({bisect_right(starts, (mention.field, mention.start)) - 1 for mention in mentions})),
    )
