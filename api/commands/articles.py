"""Storing articles: the one way in, for a push, an import and the seeds alike."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID, uuid5

import orjson
from psycopg import Cursor
from psycopg.rows import DictRow

from api import search
from api.commands import catalogue, changes, links
from api.commands.catalogue import Catalogue
from api.commands.changes import Change
from api.commands.links import Linking, Links, State, linked
from api.database import Connection, Race
from api.errors import Conflict, InvalidInput
from api.folding import slug
from api.language import detect

CONTENT = (
    "external_id", "url", "headline", "standfirst", "body", "byline", "credit", "section", "language", "image",
    "published_at",
)  # fmt: skip

Record = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of one record: ``created``, ``updated`` or ``unchanged``."""

    id: UUID
    result: str


@dataclass(frozen=True)
class Held:
    """The article as the archive has it."""

    state: State
    digest: bytes
    version: int
    status: str


def upsert(
    connection: Connection, records: Sequence[Record], *, add_tags: bool = False, keep: bool = False
) -> list[Outcome]:
    """Store each record under (outlet, external_id); the answer's order is the records'.

    A record has the keys of CONTENT (all but external_id, headline and published_at may be missing), an
    ``outlet`` slug, and ``tags`` and ``people`` as lists of slugs or names. With ``add_tags`` its tags join
    those that earlier pushes gave; otherwise they replace them. With ``keep`` an article that is held stays as it is.
    Raises InvalidInput for an unknown outlet, tag
    or person, Conflict for a withdrawn article; the transaction is then to be given up as a whole.
    """
    names = catalogue.held(connection)
    resolved = [_resolve(names, record) for record in records]
    outcomes: dict[int, Outcome] = {}
    recorded: list[Change] = []
    for chunk in _without_twins(resolved):
        for (position, _), (outcome, change) in zip(
            chunk, _upsert(connection, names, [record for _, record in chunk], add_tags, keep), strict=True
        ):
            outcomes[position] = outcome
            recorded += [change] if change else []
    changes.record(connection, recorded)
    return [outcomes[position] for position in range(len(records))]


def relink(connection: Connection, articles: Sequence[UUID]) -> int:
    """Find tags and people in stored texts anew, and renew the copies of nouns; how many articles changed."""
    names = catalogue.held(connection)
    held = _held(connection, articles)
    rows = connection.execute(
        "select headline, standfirst, body, outlets.slug, articles.id from articles"
        " join outlets on outlets.id = outlet_id where articles.id = any(%(articles)s)",
        {"articles": list(articles)},
    ).fetchall()
    linking = Linking()
    updates: list[Record] = []
    for row in rows:
        before = held[row["id"]]
        found = names.gazetteer.find(row["headline"], row["standfirst"], row["body"])
        after = linked(found, before.state.links.pushed_tags, before.state.links.pushed_people)
        linking.replace(
            row["id"],
            before.state,
            State(before.state.outlet_id, before.state.published_at, before.state.visible, after),
        )
        outlet = names.outlets[row["slug"]].copy()
        updates.append({"id": row["id"], "outlet": outlet, **after.copies(names)})
    changed = connection.execute(_RELINK, {"rows": orjson.dumps(updates).decode()}).fetchall()
    linking.write(connection)
    changes.record(connection, (Change("article.updated", row["id"], version=row["version"]) for row in changed))
    return len(changed)


def refuse_unknown(connection: Connection, record: Record, creatable: Collection[str]) -> None:
    """Raise InvalidInput for what ``upsert`` would refuse, but for unknown ``tags`` or ``people`` to be created."""
    _resolve(catalogue.current(connection), record, creatable)


def _resolve(names: Catalogue, record: Record, creatable: Collection[str] = ()) -> Record:
    """The record with its id, its outlet, its tags and people as ids, and its language."""
    outlet = names.outlet(record["outlet"], record.get("outlet_name"))
    if outlet is None:
        raise InvalidInput(
            "There is no such outlet.",
            errors=[{"pointer": "/outlet", "detail": f"no outlet has the slug {record['outlet']!r}"}],
        )
    tags = [names.tags_named(text) for text in record.get("tags", ())]
    people = [names.people_named(text) for text in record.get("people", ())]
    unclear = [
        {"pointer": f"/{field}/{index}", "detail": _unclear(noun, record[field][index], [known[id].slug for id in ids])}
        for field, noun, known, found in (("tags", "tag", names.tags, tags), ("people", "person", names.people, people))
        for index, ids in enumerate(found)
        if len(ids) > 1 or not (ids or (field in creatable and slug(record[field][index])))
    ]
    if unclear:
        raise InvalidInput("The article names tags or people that the archive cannot tell.", errors=unclear)
    content: Record = {field: record.get(field) for field in CONTENT}
    content["body"] = content["body"] or ""
    content["language"] = content["language"] or outlet.language or detect(content["headline"], content["body"])
    return {
        "id": uuid5(outlet.uuid, content["external_id"]),
        "outlet_id": outlet.id,
        "outlet": outlet.copy(),
        "content": content,
        "digest": hashlib.sha256(orjson.dumps(content, option=orjson.OPT_UTC_Z)).digest(),
        "tags": {id for ids in tags for id in ids},
        "people": {id for ids in people for id in ids},
    }


def _unclear(noun: str, text: str, slugs: Sequence[str]) -> str:
    if slugs:
        return f"more than one {noun} is called {text!r}; give a slug: {', '.join(sorted(slugs))}"
    return f"no {noun} has the slug or name {text!r}"


def _without_twins(records: Sequence[Record]) -> Iterator[list[tuple[int, Record]]]:
    """The records with their positions, in chunks that hold no id twice: one statement writes a row once."""
    waiting = list(enumerate(records))
    while waiting:
        seen: set[UUID] = set()
        chunk = [item for item in waiting if not (item[1]["id"] in seen or seen.add(item[1]["id"]))]
        taken = {position for position, _ in chunk}
        yield chunk
        waiting = [item for item in waiting if item[0] not in taken]


def _upsert(
    connection: Connection, names: Catalogue, records: Sequence[Record], add_tags: bool, keep: bool
) -> list[tuple[Outcome, Change | None]]:
    held = _held(connection, [record["id"] for record in records])
    linking = Linking()
    rows: list[Record] = []
    answers: list[tuple[Outcome, Change | None]] = []
    for record in records:
        before = held.get(record["id"])
        if before and keep:
            answers.append((Outcome(record["id"], "unchanged"), None))
            continue
        if before and before.status != "usable":
            raise Conflict(f"The article {record['id']} was withdrawn by its outlet.")
        pushed_tags = record["tags"] | (before.state.links.pushed_tags if before and add_tags else set())
        if (
            before
            and before.digest == record["digest"]
            and before.state.links.pushed_tags == pushed_tags
            and before.state.links.pushed_people == record["people"]
        ):
            answers.append((Outcome(record["id"], "unchanged"), None))
            continue
        content = record["content"]
        found = names.gazetteer.find(content["headline"], content["standfirst"], content["body"])
        after = linked(found, pushed_tags, record["people"])
        linking.replace(record["id"], before and before.state, _state(record, after, before))
        version = before.version + 1 if before else 1
        rows.append(_row(names, record, after, version))
        result = "updated" if before else "created"
        answers.append((Outcome(record["id"], result), Change(f"article.{result}", record["id"], version=version)))
    if rows:
        written = _write(connection, rows)
        linking.write(connection)
        if len(written.fetchall()) != len(rows):
            raise Race
    return answers


def _state(record: Record, links: Links, before: Held | None) -> State:
    published_at: datetime = record["content"]["published_at"]
    return State(record["outlet_id"], published_at, before.state.visible if before else True, links)


def _row(names: Catalogue, record: Record, links: Links, version: int) -> Record:
    content = record["content"]
    return {
        **content,
        **search.document(content["language"], content["headline"], content["standfirst"], content["body"]),
        **links.copies(names),
        "id": record["id"],
        "outlet_id": record["outlet_id"],
        "outlet": record["outlet"],
        "digest": "\\x" + record["digest"].hex(),
        "version": version,
    }


def _held(connection: Connection, articles: Sequence[UUID]) -> dict[UUID, Held]:
    """What the archive has of these articles, locked until the transaction ends."""
    parameters = {"articles": list(articles)}
    # Locked first and read afterwards: a statement that waited for a lock would still see the links from before.
    connection.execute("select from articles where id = any(%(articles)s) order by id for update", parameters)
    rows = connection.execute(
        "select id, outlet_id, published_at, visible, digest, version, status"
        " from articles where id = any(%(articles)s)",
        parameters,
    ).fetchall()
    held_links = links.held(connection, [row["id"] for row in rows]) if rows else {}
    return {
        row["id"]: Held(
            State(row["outlet_id"], row["published_at"], row["visible"], held_links[row["id"]]),
            row["digest"],
            row["version"],
            row["status"],
        )
        for row in rows
    }


def _write(connection: Connection, rows: Sequence[Record]) -> Cursor[DictRow]:
    """The ids written; one that somebody else created since it was looked for is not among them."""
    languages = sorted({row["language"] for row in rows})
    connection.execute(
        "insert into languages select unnest(%(languages)s::text[]) on conflict do nothing",
        {"languages": languages},
    )
    return connection.execute(_UPSERT, {"rows": orjson.dumps(rows).decode()})


_UPSERT: LiteralString = f"""
    insert into articles as a (
        id, outlet_id, external_id, url, headline, standfirst, body, byline, credit, section, language, image,
        published_at, version, digest, outlet, tags, people, search
    )
    select r.id, r.outlet_id, r.external_id, r.url, r.headline, r.standfirst, r.body, r.byline, r.credit,
        r.section, r.language, r.image, r.published_at, r.version, r.digest, r.outlet, r.tags, r.people,
        {search.VECTOR}
    from json_to_recordset(%(rows)s::json) as r (
        id uuid, outlet_id int, external_id text, url text, headline text, standfirst text, body text,
        byline text, credit text, section text, language text, image json, published_at timestamptz,
        version int, digest bytea, outlet json, tags json, people json,
        configuration text, headline_tokens text, standfirst_tokens text, body_tokens text
    )
    order by r.id
    on conflict (id) do update
    set url = excluded.url, headline = excluded.headline, standfirst = excluded.standfirst,
        body = excluded.body, byline = excluded.byline, credit = excluded.credit, section = excluded.section,
        language = excluded.language, image = excluded.image, published_at = excluded.published_at,
        version = excluded.version, digest = excluded.digest, outlet = excluded.outlet, tags = excluded.tags,
        people = excluded.people, search = excluded.search, updated_at = now()
    where a.version = excluded.version - 1
    returning a.id"""

_RELINK: LiteralString = """
    update articles a
    set outlet = r.outlet, tags = r.tags, people = r.people, updated_at = now()
    from json_to_recordset(%(rows)s::json) as r (id uuid, outlet json, tags json, people json)
    where a.id = r.id
        and (a.outlet::jsonb, a.tags::jsonb, a.people::jsonb)
            is distinct from (r.outlet::jsonb, r.tags::jsonb, r.people::jsonb)
    returning a.id, a.version"""
