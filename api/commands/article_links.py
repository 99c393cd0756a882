"""The links of articles to tags and people, and the article counts of entities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson

from api.commands import person_candidates
from api.commands.catalogue import Catalogue
from api.commands.entity_counts import COUNTS
from api.commands.entity_pairs import PairChanges
from api.model.entity import pair_key
from api.postgres.connection import Connection


@dataclass(frozen=True)
class Link:
    """Why an article is linked to an entity, and where its text mentions it.

    ``origin`` is ``push`` if the outlet named the entity, otherwise ``match``. ``evidence`` says how a person was
    recognized: by ``name`` or ``title``, and among namesakes by ``roles``, ``tags`` or ``companions``; None if the text
    does not mention them. ``spans`` are field, start and stop of the first mentions; ``sentences`` are the numbers of
    all sentences that mention it, counted through the fields.
    """

    origin: str
    evidence: str | None = None
    mentions: int = 0
    spans: tuple[int, ...] = ()
    sentences: tuple[int, ...] = ()


@dataclass(frozen=True)
class Links:
    """An article's tags and people by their ids, and those that an editor refused for it.

    ``refused`` has their kinds (``tag`` or ``person``) and ids, and whether the outlet named them.
    """

    tags: Mapping[int, Link] = field(default_factory=dict)
    people: Mapping[int, Link] = field(default_factory=dict)
    refused: Mapping[tuple[str, int], bool] = field(default_factory=dict)

    @property
    def pushed_tags(self) -> set[int]:
        """The tags named by the outlet, refused or not."""
        return self._pushed("tag")

    @property
    def pushed_people(self) -> set[int]:
        """The people named by the outlet, refused or not."""
        return self._pushed("person")

    def _of(self, kind: str) -> Mapping[int, Link]:
        return self.tags if kind == "tag" else self.people

    def _pushed(self, kind: str) -> set[int]:
        refused = {id for (noun, id), pushed in self.refused.items() if noun == kind and pushed}
        return refused | {id for id, link in self._of(kind).items() if link.origin == "push"}

    def refusing(self, kind: str, entity: int) -> "Links":
        """The same with one more refusal."""
        return replace(self, refused={**self.refused, (kind, entity): entity in self._pushed(kind)})

    def accepting(self, kind: str, entity: int) -> "Links":
        """The same without a refusal: an entity that the outlet named is linked again."""
        links = {**self._of(kind), **({entity: Link("push")} if self.refused[kind, entity] else {})}
        refused = {key: pushed for key, pushed in self.refused.items() if key != (kind, entity)}
        return replace(self, **{"tags" if kind == "tag" else "people": links}, refused=refused)

    def without_refused(self, known: "Links") -> "Links":
        """These links, found in an article, without what is refused in the same article, ``known``."""
        return Links(
            {id: link for id, link in self.tags.items() if ("tag", id) not in known.refused},
            {id: link for id, link in self.people.items() if ("person", id) not in known.refused},
            {(kind, id): id in self._pushed(kind) for kind, id in known.refused},
        )

    def copies(self, catalogue: Catalogue) -> dict[str, list[dict[str, str]]]:
        """The values of the json columns: tags ordered by slug, people by mentions."""
        people = sorted(self.people, key=lambda id: (-self.people[id].mentions, catalogue.people[id].slug))
        tags = sorted(self.tags, key=lambda id: catalogue.tags[id].slug)
        return {
            "tags": [catalogue.tags[id].copy() for id in tags],
            "people": [catalogue.people[id].copy() for id in people],
        }


def read(connection: Connection, articles: Iterable[UUID]) -> dict[UUID, Links]:
    """Return the stored links of these articles."""
    rows = connection.execute(
        """
        select a.id,
            array(select json_build_array(tag_id, origin, null, mentions, spans, sentences)
                from article_tags where article_id = a.id) as tags,
            array(select json_build_array(person_id, origin, evidence, mentions, spans, sentences)
                from article_people where article_id = a.id) as people,
            array(select json_build_array(noun, entity_id, pushed)
                from article_refusals where article_id = a.id) as refused
        from unnest(%(articles)s::uuid[]) as a (id)
        """,
        {"articles": list(articles)},
    ).fetchall()
    return {
        row["id"]: Links(
            _stored(row["tags"]),
            _stored(row["people"]),
            {(noun, id): pushed for noun, id, pushed in row["refused"]},
        )
        for row in rows
    }


def _stored(rows: Iterable[list[Any]]) -> dict[int, Link]:
    return {
        id: Link(origin, evidence, mentions, tuple(spans), tuple(numbers))
        for id, origin, evidence, mentions, spans, numbers in rows
    }


@dataclass(frozen=True)
class ArticleState:
    """The properties of an article that decide the counts of its entities and who may see its changes."""

    outlet_id: int
    published_at: datetime
    visible: bool
    status: str
    links: Links

    @property
    def usable(self) -> bool:
        """Whether the article is not withdrawn."""
        return self.status == "usable"

    @property
    def sentences(self) -> dict[int, tuple[int, ...]]:
        """The sentences that mention each entity, by its key among pairs; none mentions the outlet."""
        tags = {pair_key("tags", id): link.sentences for id, link in self.links.tags.items()}
        people = {pair_key("people", id): link.sentences for id, link in self.links.people.items()}
        return {pair_key("outlets", self.outlet_id): (), **tags, **people}


class LinkChanges:
    """The changes of links and counts in one transaction: collected per article, then written together."""

    def __init__(self) -> None:
        self._tags: list[dict[str, Any]] = []
        self._people: list[dict[str, Any]] = []
        self._unlinked_tags: list[dict[str, Any]] = []
        self._unlinked_people: list[dict[str, Any]] = []
        self._hidden: list[UUID] = []
        self._refused: list[dict[str, Any]] = []
        self._accepted: list[dict[str, Any]] = []
        self._counts: dict[str, dict[int, dict[str, Any]]] = {"outlets": {}, "tags": {}, "people": {}}
        self._pairs = PairChanges()

    def add(self, article: UUID, before: ArticleState | None, after: ArticleState) -> None:
        """Add the change of an article from ``before`` (None if it is new) to ``after``."""
        if before and before.visible and not after.visible:
            self._hidden.append(article)
        row = {"article_id": article, "published_at": after.published_at}
        self._tags += [{**row, "tag_id": id, **vars(link)} for id, link in after.links.tags.items()]
        self._people += [{**row, "person_id": id, **vars(link)} for id, link in after.links.people.items()]
        if before:
            removed_tags = before.links.tags.keys() - after.links.tags.keys()
            removed_people = before.links.people.keys() - after.links.people.keys()
            self._unlinked_tags += [{"article_id": article, "tag_id": id} for id in removed_tags]
            self._unlinked_people += [{"article_id": article, "person_id": id} for id in removed_people]
        self._add_refusals(article, before.links.refused if before else {}, after.links.refused)
        for table, ids_before, ids_after in (
            ("outlets", {before.outlet_id} if before else (), {after.outlet_id}),
            ("tags", before.links.tags if before else (), after.links.tags),
            ("people", before.links.people if before else (), after.links.people),
        ):
            self._count(table, set(ids_before), before, set(ids_after), after)
        for state, sign in ((before, -1), (after, 1)):
            if state and state.visible and before != after:
                self._pairs.add(state.published_at, state.sentences, sign)

    def _add_refusals(
        self, article: UUID, before: Mapping[tuple[str, int], bool], after: Mapping[tuple[str, int], bool]
    ) -> None:
        for (kind, id), pushed in after.items():
            if before.get((kind, id)) is not pushed:
                self._refused.append({"article_id": article, "noun": kind, "entity_id": id, "pushed": pushed})
        accepted = before.keys() - after.keys()
        self._accepted += [{"article_id": article, "noun": kind, "entity_id": id} for kind, id in accepted]

    def _count(
        self,
        table: str,
        ids_before: set[int],
        before: ArticleState | None,
        ids_after: set[int],
        after: ArticleState,
    ) -> None:
        counted_before = ids_before if before and before.visible else set()
        counted_after = ids_after if after.visible else set()
        moved = before is not None and before.published_at != after.published_at
        for id in counted_before | counted_after:
            if id in counted_before and id in counted_after and not moved:
                continue
            entry = self._counts[table].setdefault(
                id, {"id": id, "articles": 0, "first": None, "last": None, "recount": False}
            )
            entry["articles"] += (id in counted_after) - (id in counted_before)
            entry["recount"] |= id in counted_before
            if id in counted_after:
                entry["first"] = min(entry["first"] or after.published_at, after.published_at)
                entry["last"] = max(entry["last"] or after.published_at, after.published_at)

    def write(self, connection: Connection) -> None:
        """Write links and counts. Entities are locked in the order of table and id, so that writers never deadlock."""
        statements: list[tuple[LiteralString, list[dict[str, Any]]]] = [
            (_UNLINK_TAGS, self._unlinked_tags),
            (_UNLINK_PEOPLE, self._unlinked_people),
            (_LINK_TAGS, self._tags),
            (_LINK_PEOPLE, self._people),
            (_REFUSE, self._refused),
            (_ACCEPT, self._accepted),
        ]
        for statement, rows in statements:
            if rows:
                connection.execute(statement, {"rows": orjson.dumps(rows).decode()})
        for table, (lock, count) in COUNTS.items():
            if counts := self._counts[table]:
                connection.execute(lock, {"ids": list(counts)})
                connection.execute(count, {"rows": orjson.dumps(list(counts.values())).decode()})
        person_candidates.forget_articles(connection, self._hidden)
        self._pairs.write(connection)


_UNLINK_TAGS: LiteralString = """
    delete from article_tags l
    using json_to_recordset(%(rows)s::json) as r (article_id uuid, tag_id int)
    where l.article_id = r.article_id and l.tag_id = r.tag_id"""

_UNLINK_PEOPLE: LiteralString = """
    delete from article_people l
    using json_to_recordset(%(rows)s::json) as r (article_id uuid, person_id int)
    where l.article_id = r.article_id and l.person_id = r.person_id"""

_LINK_TAGS: LiteralString = """
    insert into article_tags as l (article_id, tag_id, published_at, origin, mentions, spans, sentences)
    select r.article_id, r.tag_id, r.published_at, r.origin, r.mentions, r.spans, r.sentences
    from json_to_recordset(%(rows)s::json) as r (
        article_id uuid, tag_id int, published_at timestamptz, origin text, mentions int, spans int[], sentences int[]
    )
    on conflict (article_id, tag_id) do update
    set published_at = excluded.published_at, origin = excluded.origin, mentions = excluded.mentions,
        spans = excluded.spans, sentences = excluded.sentences
    where (l.published_at, l.origin, l.mentions, l.spans, l.sentences) is distinct from
        (excluded.published_at, excluded.origin, excluded.mentions, excluded.spans, excluded.sentences)"""

_LINK_PEOPLE: LiteralString = """
    insert into article_people as l
        (article_id, person_id, published_at, origin, evidence, mentions, spans, sentences)
    select r.article_id, r.person_id, r.published_at, r.origin, r.evidence, r.mentions, r.spans, r.sentences
    from json_to_recordset(%(rows)s::json) as r (
        article_id uuid, person_id int, published_at timestamptz, origin text, evidence text, mentions int,
        spans int[], sentences int[]
    )
    on conflict (article_id, person_id) do update
    set published_at = excluded.published_at, origin = excluded.origin, evidence = excluded.evidence,
        mentions = excluded.mentions, spans = excluded.spans, sentences = excluded.sentences
    where (l.published_at, l.origin, l.evidence, l.mentions, l.spans, l.sentences) is distinct from
        (excluded.published_at, excluded.origin, excluded.evidence, excluded.mentions, excluded.spans,
            excluded.sentences)"""


_REFUSE: LiteralString = """
    insert into article_refusals as f (article_id, noun, entity_id, pushed)
    select r.article_id, r.noun, r.entity_id, r.pushed
    from json_to_recordset(%(rows)s::json) as r (article_id uuid, noun text, entity_id int, pushed boolean)
    on conflict (article_id, noun, entity_id) do update set pushed = excluded.pushed"""

_ACCEPT: LiteralString = """
    delete from article_refusals f
    using json_to_recordset(%(rows)s::json) as r (article_id uuid, noun text, entity_id int)
    where f.article_id = r.article_id and f.noun = r.noun and f.entity_id = r.entity_id"""
