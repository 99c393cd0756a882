"""Storing articles: the one way in, for a push, an import and the seeds alike."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import orjson

from api.commands import article_rows, catalogue, change_log
from api.commands.article_links import Linking, State, linked
from api.commands.article_rows import Held, Record
from api.commands.catalogue import Catalogue
from api.commands.change_log import Change
from api.errors import Conflict, InvalidInput, PreconditionFailed, Problem
from api.postgres.connection import Connection, Race, present
from api.text.folding import slug
from api.text.html import cleaned, text_of
from api.text.language import detect

CONTENT = (
    "external_id", "url", "headline", "standfirst", "body", "byline", "credit", "section", "language", "image",
    "published_at",
)  # fmt: skip

# Given less often: where they are missing, the digest is that of the others.
RARE = ("body_html", "note", "source_version")


@dataclass(frozen=True)
class Outcome:
    """What became of one record: ``created``, ``updated``, ``unchanged``, or ``stale`` when a newer one is held."""

    id: UUID
    result: str


def upsert(
    connection: Connection,
    records: Sequence[Record],
    *,
    add_tags: bool = False,
    keep: bool = False,
) -> list[Outcome]:
    """Store each record under (outlet, external_id); the answer's order is the records'.

    A record has the keys of CONTENT and RARE (all but external_id, headline and published_at may be missing), an
    ``outlet`` slug, and ``tags`` and ``people`` as lists of slugs or names. With ``add_tags`` its tags join
    those that earlier pushes gave; otherwise they replace them. With ``keep`` an article that is held stays as it is.
    ``embargoed_until`` left out leaves an embargo as it is, None lifts it; ``status`` (with a ``reason``) withdraws
    or restores. Raises InvalidInput for an unknown outlet, tag or person, Conflict for a withdrawn article without
    a status; the transaction is then to be given up as a whole.
    """
    return [accepted(answer) for answer in upsert_each(connection, records, add_tags=add_tags, keep=keep)]


def accepted(answer: Outcome | Problem) -> Outcome:
    """The answer to a record; raises the problem that it was refused with."""
    if isinstance(answer, Problem):
        raise answer
    return answer


def upsert_each(
    connection: Connection, records: Sequence[Record], *, add_tags: bool = False, keep: bool = False
) -> list[Outcome | Problem]:
    """``upsert`` in which each record stands for itself: what is refused is answered with its problem."""
    answers, recorded = store(connection, records, add_tags=add_tags, keep=keep)
    change_log.record(connection, recorded)
    return answers


def store(
    connection: Connection,
    records: Sequence[Record],
    *,
    add_tags: bool = False,
    keep: bool = False,
    matching: frozenset[str] | None = None,
) -> tuple[list[Outcome | Problem], list[Change]]:
    """What became of each record, and the changes, which are for the caller to record as the last step.

    Takes what ``upsert`` does, and answers with PreconditionFailed an article that is held and whose entity tag is not
    in ``matching``.
    """
    names = catalogue.held(connection)
    answers: dict[int, Outcome | Problem] = {}
    resolved: list[tuple[int, Record]] = []
    for position, record in enumerate(records):
        try:
            resolved.append((position, _resolve(names, record)))
        except Problem as problem:
            answers[position] = problem
    recorded: list[Change] = []
    for chunk in _without_twins(resolved):
        for (position, _), (answer, change) in zip(
            chunk, _upsert(connection, names, [record for _, record in chunk], add_tags, keep, matching), strict=True
        ):
            answers[position] = answer
            recorded += [change] if change else []
    return [answers[position] for position in range(len(records))], recorded


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
        {
            "pointer": f"/{field}/{index}",
            "detail": _unclear(entity, record[field][index], [known[id].slug for id in ids]),
        }
        for field, entity, known, found in (
            ("tags", "tag", names.tags, tags),
            ("people", "person", names.people, people),
        )
        for index, ids in enumerate(found)
        if len(ids) > 1 or not (ids or (field in creatable and slug(record[field][index])))
    ]
    if unclear:
        raise InvalidInput("The article names tags or people that the archive cannot tell.", errors=unclear)
    content: Record = {field: record.get(field) for field in (*CONTENT, *RARE)}
    if content["body_html"]:
        content["body_html"] = cleaned(content["body_html"])
        content["body"] = text_of(content["body_html"])
    content["body"] = content["body"] or ""
    content["language"] = content["language"] or outlet.language or detect(content["headline"], content["body"])
    return {
        "id": uuid5(outlet.uuid, content["external_id"]),
        "outlet_id": outlet.id,
        "outlet": outlet.copy(),
        "content": content,
        "tags": {id for ids in tags for id in ids},
        "people": {id for ids in people for id in ids},
        **{field: record[field] for field in ("embargoed_until", "status", "reason") if field in record},
    }


def _unclear(entity: str, text: str, slugs: Sequence[str]) -> str:
    if slugs:
        return f"more than one {entity} is called {text!r}; give a slug: {', '.join(sorted(slugs))}"
    return f"no {entity} has the slug or name {text!r}"


def _without_twins(records: Sequence[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    """The records with their positions, in chunks that hold no id twice: one statement writes a row once."""
    waiting = list(records)
    while waiting:
        seen: set[UUID] = set()
        chunk = [item for item in waiting if not (item[1]["id"] in seen or seen.add(item[1]["id"]))]
        taken = {position for position, _ in chunk}
        yield chunk
        waiting = [item for item in waiting if item[0] not in taken]


def refuse_other(matching: frozenset[str] | None, held: Held) -> None:
    """Raise PreconditionFailed unless the article has one of the entity tags that the client knows (``*`` is any)."""
    if matching is not None and matching.isdisjoint({"*", held.etag}):
        raise PreconditionFailed(
            "The article was changed since; read it again, and make your change to what it is now."
        )


def _upsert(
    connection: Connection,
    names: Catalogue,
    records: Sequence[Record],
    add_tags: bool,
    keep: bool,
    matching: frozenset[str] | None,
) -> list[tuple[Outcome | Problem, Change | None]]:
    held = article_rows.held(connection, [record["id"] for record in records])
    now = _now(connection) if any(record.get("embargoed_until") for record in records) else None
    linking = Linking()
    rows: list[Record] = []
    answers: list[tuple[Outcome | Problem, Change | None]] = []
    for record in records:
        before = held.get(record["id"])
        if before and keep:
            answers.append((Outcome(record["id"], "unchanged"), None))
            continue
        if before and _is_stale(record, before):
            answers.append((Outcome(record["id"], "stale"), None))
            continue
        try:
            if before:
                refuse_other(matching, before)
            row = _row(record, before, now)
        except Problem as problem:
            answers.append((problem, None))
            continue
        pushed_tags = record["tags"] | (before.state.links.pushed_tags if before and add_tags else set())
        if before and _is_unchanged(before, row, pushed_tags, record["people"]):
            answers.append((Outcome(record["id"], "unchanged"), None))
            continue
        found = names.gazetteer.find(row["headline"], row["standfirst"], row["body"])
        visible = row["status"] == "usable" and row["embargoed_until"] is None
        links = linked(found, pushed_tags, record["people"])
        after = State(record["outlet_id"], row["published_at"], visible, row["status"], links)
        linking.replace(record["id"], before and before.state, after)
        rows.append(article_rows.complete(row, names, links))
        result = "updated" if before else "created"
        change = article_rows.change(record["id"], row["version"], before and before.state, after)
        answers.append((Outcome(record["id"], result), change))
    if rows:
        written = article_rows.write(connection, rows)
        linking.write(connection)
        if len(written.fetchall()) != len(rows):
            raise Race
    return answers


def _now(connection: Connection) -> datetime:
    """The time of the database, whose clock releases embargoes."""
    return present(connection.execute("select now() as now").fetchone())["now"]


def _is_stale(record: Record, before: Held) -> bool:
    """Whether the outlet has sent a later version already."""
    given, known = record["content"]["source_version"], before.source_version
    return given is not None and known is not None and given < known


def _row(record: Record, before: Held | None, now: datetime | None) -> Record:
    """The columns of the article with this record; Conflict when it was withdrawn and is not restored."""
    status = record.get("status")
    if before and before.purged_at:
        raise Conflict(f"The article {record['id']} was purged, which is final.")
    if before and before.status != "usable" and status is None:
        raise Conflict(f"The article {record['id']} was withdrawn by its outlet; send status usable to bring it back.")
    status = status or "usable"
    withdrawn = status != "usable"
    same = before is not None and before.status == status
    content = dict(record["content"])
    embargo: datetime | None = record.get("embargoed_until", before.embargoed_until if before else None)
    if before and content["source_version"] is None:
        content["source_version"] = before.source_version
    if embargo:
        # What a released embargo leaves, so that the same push is known again afterwards.
        digested = {**content, "published_at": max(content["published_at"], embargo)}
        # Withdrawn, it was never seen: to others it stays unknown, as under an embargo that has not ended.
        if now and embargo <= now and not withdrawn:
            content, embargo = digested, None
    else:
        digested = content
    return {
        **content,
        "id": record["id"],
        "outlet_id": record["outlet_id"],
        "outlet": record["outlet"],
        "embargoed_until": embargo,
        "status": status,
        "reason": record.get("reason", before.reason if before and same else None) if withdrawn else None,
        "withdrawn_at": (before.withdrawn_at if before and same else "now") if withdrawn else None,
        "digest": _digest(digested),
        "version": before.version + 1 if before else 1,
    }


def _digest(content: Record) -> bytes:
    known = {field: value for field, value in content.items() if field in CONTENT or value is not None}
    return hashlib.sha256(orjson.dumps(known, option=orjson.OPT_UTC_Z)).digest()


def _is_unchanged(before: Held, row: Record, pushed_tags: set[int], pushed_people: set[int]) -> bool:
    links = before.state.links
    return (
        (before.digest, before.embargoed_until, before.status, before.reason)
        == (row["digest"], row["embargoed_until"], row["status"], row["reason"])
        and links.pushed_tags == pushed_tags
        and links.pushed_people == pushed_people
    )
