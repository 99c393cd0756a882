"""The row of an article: as it is held, locked, and as it is written, what it replaces kept as a version."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Cursor
from psycopg.rows import DictRow

from api.commands import article_links
from api.commands.article_links import Links, State
from api.commands.catalogue import Catalogue
from api.commands.change_log import Change
from api.model.article import ALL, ETAG
from api.postgres.connection import Connection
from api.search import fulltext

Record = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """The article as the archive has it."""

    state: State
    digest: bytes
    version: int
    embargoed_until: datetime | None
    source_version: int | None
    reason: str | None
    withdrawn_at: datetime | None
    purged_at: datetime | None
    etag: str

    @property
    def status(self) -> str:
        """``usable``, or why it is not."""
        return self.state.status


_READ = tuple(field.name for field in fields(Held) if field.name != "state")


def held(connection: Connection, articles: Sequence[UUID]) -> dict[UUID, Held]:
    """What the archive has of these articles, locked until the transaction ends."""
    # Locked first and read afterwards: a statement that waited for a lock would still see the links from before. Only
    # what was locked is read: what somebody created in between is not ours to replace.
    locked = connection.execute(
        "select id from articles where id = any(%(articles)s) order by id for update", {"articles": list(articles)}
    ).fetchall()
    parameters = {"articles": [row["id"] for row in locked]}
    statement: LiteralString = f"""
        select id, outlet_id, published_at, visible, digest, version, status, embargoed_until, source_version,
            reason, withdrawn_at, purged_at, {ETAG} as etag
        from articles a where id = any(%(articles)s)"""
    rows = connection.execute(statement, parameters).fetchall()
    held_links = article_links.held(connection, [row["id"] for row in rows]) if rows else {}
    return {
        row["id"]: Held(
            State(row["outlet_id"], row["published_at"], row["visible"], row["status"], held_links[row["id"]]),
            **{name: row[name] for name in _READ},
        )
        for row in rows
    }


def change(article: UUID, version: int, before: State | None, after: State) -> Change:
    """The change from one state of an article to another; of what readers never saw only its outlet may know."""
    seen = before is not None and before.visible
    if before is None:
        happened = "created"
    elif before.usable != after.usable:
        happened = "restored" if after.usable else "withdrawn"
    elif seen == after.visible:
        happened = "updated"
    else:
        happened = "released" if after.visible else "embargoed"
    outlet = None if seen or after.visible else after.outlet_id
    return Change(f"article.{happened}", article, version=version, outlet_id=outlet)


def complete(row: Record, names: Catalogue, links: Links) -> Record:
    """What ``write`` takes: the columns of a record, with the copies of entities and the tokens of the text."""
    return {
        **row,
        **fulltext.document(row["language"], row["headline"], row["standfirst"], row["body"]),
        **links.copies(names),
        "digest": "\\x" + row["digest"].hex(),
    }


def write(connection: Connection, rows: Sequence[Record]) -> Cursor[DictRow]:
    """The ids written; one that somebody else created since it was looked for is not among them."""
    languages = sorted({row["language"] for row in rows})
    connection.execute(
        "insert into languages select unnest(%(languages)s::text[]) on conflict do nothing",
        {"languages": languages},
    )
    keep_versions(connection, [row["id"] for row in rows if row["version"] > 1])
    return connection.execute(_UPSERT, {"rows": orjson.dumps(rows).decode()})


def keep_versions(connection: Connection, articles: Iterable[UUID]) -> None:
    """Keep what these articles are now, before a write replaces it."""
    if articles := list(articles):
        connection.execute(_KEEP_VERSIONS, {"articles": articles})


_KEEP_VERSIONS: LiteralString = f"""
    insert into versions (article_id, version, article)
    select a.id, a.version, row_to_json(shown)
    from articles a cross join lateral (select {ALL}) as shown
    where a.id = any(%(articles)s)"""

_UPSERT: LiteralString = f"""
    insert into articles as a (
        id, outlet_id, external_id, url, headline, standfirst, body, body_html, byline, credit, section, language,
        image, published_at, embargoed_until, status, reason, withdrawn_at, note, source_version, version, digest,
        outlet, tags, people, search
    )
    select r.id, r.outlet_id, r.external_id, r.url, r.headline, r.standfirst, r.body, r.body_html, r.byline, r.credit,
        r.section, r.language, r.image, r.published_at, r.embargoed_until, r.status, r.reason, r.withdrawn_at, r.note,
        r.source_version, r.version, r.digest, r.outlet, r.tags, r.people,
        {fulltext.VECTOR}
    from json_to_recordset(%(rows)s::json) as r (
        id uuid, outlet_id int, external_id text, url text, headline text, standfirst text, body text, body_html text,
        byline text, credit text, section text, language text, image json, published_at timestamptz,
        embargoed_until timestamptz, status text, reason text, withdrawn_at timestamptz, note text,
        source_version bigint, version int, digest bytea, outlet json, tags json, people json,
        configuration text, headline_tokens text, standfirst_tokens text, body_tokens text
    )
    order by r.id
    on conflict (id) do update
    set url = excluded.url, headline = excluded.headline, standfirst = excluded.standfirst,
        body = excluded.body, body_html = excluded.body_html, byline = excluded.byline, credit = excluded.credit,
        section = excluded.section, language = excluded.language, image = excluded.image,
        published_at = excluded.published_at, embargoed_until = excluded.embargoed_until, status = excluded.status,
        reason = excluded.reason, withdrawn_at = excluded.withdrawn_at, note = excluded.note,
        source_version = excluded.source_version, version = excluded.version, digest = excluded.digest,
        outlet = excluded.outlet, tags = excluded.tags, people = excluded.people, search = excluded.search,
        updated_at = now()
    where a.version = excluded.version - 1
    returning a.id"""
