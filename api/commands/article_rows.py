"""Rows of articles: lock and read the current ones, write new ones, and save the versions they replace."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Cursor
from psycopg.rows import DictRow

from api.commands import article_copies, article_links
from api.commands.article_links import ArticleState, Links
from api.commands.catalogue import Catalogue
from api.commands.change_log import Change
from api.model.article import ALL, ETAG
from api.postgres.connection import Connection
from api.search import search_vector
from api.text.near_duplicates import sketch

Row = dict[str, Any]


@dataclass(frozen=True)
class CurrentRow:
    """The columns of a stored article on which a write of it depends."""

    state: ArticleState
    digest: bytes
    version: int
    embargoed_until: datetime | None
    source_version: int | None
    reason: str | None
    withdrawn_at: datetime | None
    purged_at: datetime | None
    was_visible: bool
    etag: str

    @property
    def status(self) -> str:
        """``usable``, ``withheld`` or ``canceled``."""
        return self.state.status


_COLUMNS = tuple(field.name for field in fields(CurrentRow) if field.name != "state")


def lock(connection: Connection, articles: Sequence[UUID]) -> dict[UUID, CurrentRow]:
    """Lock these articles until the transaction ends, and return the rows of those that exist."""
    # A statement that waits for a lock still sees the links from before it, so a second statement reads. It reads the
    # locked articles only: one created in between is not locked and must not be replaced.
    locked = connection.execute(
        "select id from articles where id = any(%(articles)s) order by id for update", {"articles": list(articles)}
    ).fetchall()
    parameters = {"articles": [row["id"] for row in locked]}
    statement: LiteralString = f"""
        select id, outlet_id, published_at, visible, digest, version, status, embargoed_until, source_version,
            reason, withdrawn_at, purged_at, was_visible, {ETAG} as etag
        from articles a where id = any(%(articles)s)"""
    rows = connection.execute(statement, parameters).fetchall()
    links = article_links.read(connection, [row["id"] for row in rows]) if rows else {}
    return {
        row["id"]: CurrentRow(
            ArticleState(row["outlet_id"], row["published_at"], row["visible"], row["status"], links[row["id"]]),
            **{name: row[name] for name in _COLUMNS},
        )
        for row in rows
    }


def make_change(article: UUID, version: int, before: ArticleState | None, after: ArticleState) -> Change:
    """Describe a change of an article. Only its outlet may see the change if readers never see the article."""
    was_visible = before is not None and before.visible
    if before is None:
        event = "created"
    elif before.usable != after.usable:
        event = "restored" if after.usable else "withdrawn"
    elif was_visible == after.visible:
        event = "updated"
    else:
        event = "released" if after.visible else "embargoed"
    outlet = None if was_visible or after.visible else after.outlet_id
    return Change(f"article.{event}", article, version=version, outlet_id=outlet)


def add_derived_columns(row: Row, names: Catalogue, links: Links) -> Row:
    """Add what ``write`` needs beside the content: copies of entities, search tokens, and the sketch of the text."""
    return {
        **row,
        **search_vector.document(row["language"], row["headline"], row["standfirst"], row["body"]),
        **links.copies(names),
        "sketch": sketch(row["headline"], row["body"]),
        "digest": "\\x" + row["digest"].hex(),
    }


def write(connection: Connection, rows: Sequence[Row]) -> Cursor[DictRow]:
    """Insert or update articles. Returns the ids written, without articles that were created since ``lock``."""
    languages = sorted({row["language"] for row in rows})
    connection.execute(
        "insert into languages select unnest(%(languages)s::text[]) on conflict do nothing",
        {"languages": languages},
    )
    replaced = [row["id"] for row in rows if row["version"] > 1]
    save_versions(connection, replaced)
    article_copies.delete_sketches(connection, replaced)
    written = connection.execute(_UPSERT, {"rows": orjson.dumps(rows).decode()})
    article_copies.insert_sketches(connection, [row["id"] for row in rows])
    return written


def save_versions(connection: Connection, articles: Iterable[UUID]) -> None:
    """Save the current content of these articles as a version, before a write replaces it."""
    if articles := list(articles):
        connection.execute(_SAVE_VERSIONS, {"articles": articles})


_SAVE_VERSIONS: LiteralString = f"""
    insert into versions (article_id, version, article)
    select a.id, a.version, row_to_json(shown)
    from articles a cross join lateral (select {ALL}) as shown
    where a.id = any(%(articles)s)"""

_UPSERT: LiteralString = f"""
    insert into articles as a (
        id, outlet_id, external_id, url, headline, standfirst, body, body_html, byline, credit, section, language,
        image, published_at, embargoed_until, status, reason, withdrawn_at, note, source_version, version, digest,
        outlet, tags, people, sketch, was_visible, search
    )
    select r.id, r.outlet_id, r.external_id, r.url, r.headline, r.standfirst, r.body, r.body_html, r.byline, r.credit,
        r.section, r.language, r.image, r.published_at, r.embargoed_until, r.status, r.reason, r.withdrawn_at, r.note,
        r.source_version, r.version, r.digest, r.outlet, r.tags, r.people, r.sketch,
        r.status = 'usable' and r.embargoed_until is null, {search_vector.VECTOR}
    from json_to_recordset(%(rows)s::json) as r (
        id uuid, outlet_id int, external_id text, url text, headline text, standfirst text, body text, body_html text,
        byline text, credit text, section text, language text, image json, published_at timestamptz,
        embargoed_until timestamptz, status text, reason text, withdrawn_at timestamptz, note text,
        source_version bigint, version int, digest bytea, outlet json, tags json, people json, sketch int[],
        {search_vector.VECTOR_COLUMNS}
    )
    order by r.id
    on conflict (id) do update
    set url = excluded.url, headline = excluded.headline, standfirst = excluded.standfirst,
        body = excluded.body, body_html = excluded.body_html, byline = excluded.byline, credit = excluded.credit,
        section = excluded.section, language = excluded.language, image = excluded.image,
        published_at = excluded.published_at, embargoed_until = excluded.embargoed_until, status = excluded.status,
        reason = excluded.reason, withdrawn_at = excluded.withdrawn_at, note = excluded.note,
        source_version = excluded.source_version, version = excluded.version, digest = excluded.digest,
        outlet = excluded.outlet, tags = excluded.tags, people = excluded.people, sketch = excluded.sketch,
        was_visible = a.was_visible or excluded.was_visible, search = excluded.search, updated_at = now()
    where a.version = excluded.version - 1
    returning a.id"""
