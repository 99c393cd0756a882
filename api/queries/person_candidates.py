"""People who may be added: names in visible articles that are not those of known people."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.postgres.connection import Connection, present
from api.retrieval.keyset import Page, PageRequest, fetch
from api.retrieval.select import Order, Selection
from api.search.tsquery import Lexeme
from api.text.folding import MAX_FOLDED_LENGTH, fold
from api.text.person_index import PersonIndex
from api.text.sentences import sentences

MAX_SENTENCES = 3
"""The number of articles of which a candidate shows a sentence."""
MAX_AROUND = 300
"""The number of characters before and after a name that its sentence has at most."""

ORDERS = {
    "articles": Order(("articles", "id"), ("articles", "id"), descending=True),
    "recent": Order(("last_published_at", "id"), ("last_published_at", "id"), descending=True),
}
FIELDS = ("headline", "standfirst", "body")

COLUMNS: LiteralString = """id, name, variants,
    case when rejected_at is null then 'proposed' else 'rejected' end as status,
    articles, outlets, first_published_at, last_published_at, rejected_at"""

_lock = threading.Lock()
_loaded: tuple[UUID, PersonIndex] | None = None


def page(
    connection: Connection,
    sort: str,
    request: PageRequest,
    *,
    status: str,
    q: str | None = None,
    min_articles: int | None = None,
    since: datetime | None = None,
) -> Page:
    """Candidates in one of ORDERS: proposed or rejected ones."""
    selection = Selection(COLUMNS, "person_candidates a", materialized=q is not None).where(
        "rejected_at is null" if status == "proposed" else "rejected_at is not null"
    )
    if q is not None and (prefix := fold(q.strip())[:MAX_FOLDED_LENGTH]):
        lexeme = Lexeme(prefix, prefix=True).tsquery()
        selection = selection.where("array_to_tsvector(folded) @@ %(lexeme)s::tsquery", lexeme=lexeme)
    if min_articles is not None:
        selection = selection.where("articles >= %(min_articles)s", min_articles=min_articles)
    if since is not None:
        selection = selection.where("last_published_at >= %(since)s", since=since)
    found = fetch(connection, selection, ORDERS[sort], request)
    _add_evidence(connection, found.rows)
    return found


def one(connection: Connection, candidate: str) -> DictRow | None:
    """The candidate with this id."""
    statement: LiteralString = f"select {COLUMNS} from person_candidates where id = %(id)s"
    row = connection.execute(statement, {"id": candidate}).fetchone()
    if row:
        _add_evidence(connection, [row])
    return row


def _add_evidence(connection: Connection, rows: Sequence[Any]) -> None:
    """Add to candidates their sentences, and the people whom they may be."""
    if not rows:
        return
    parameters = {"ids": [row["id"] for row in rows], "most": MAX_SENTENCES, "around": MAX_AROUND}
    found: dict[str, list[dict[str, Any]]] = {}
    for mention in connection.execute(_MENTIONS, parameters).fetchall():
        found.setdefault(mention["candidate"], []).append(_sentence(mention))
    index = _index(connection)
    alike = {row["id"]: index.alike(row["name"]) for row in rows}
    people = {person.person for named in alike.values() for person in named}
    names = {
        row["id"]: row
        for row in connection.execute(
            "select id, slug, name from people where id = any(%(ids)s) and merged_into is null", {"ids": list(people)}
        ).fetchall()
    }
    for row in rows:
        row["sentences"] = found.get(row["id"], [])
        row["may_be"] = [
            {"slug": names[other.person]["slug"], "name": names[other.person]["name"], "because": other.because}
            for other in alike[row["id"]]
            if other.person in names
        ]


def _sentence(mention: DictRow) -> dict[str, Any]:
    part, begins = mention["part"], mention["begins"]
    start, stop = mention["start"] - begins, mention["stop"] - begins
    first, last = next(((first, last) for first, last in sentences(part) if first <= start < last), (start, stop))
    return {
        "article": mention["article_id"],
        "outlet": mention["outlet"],
        "published_at": mention["published_at"],
        "field": FIELDS[mention["field"]],
        "offset": begins + first,
        "text": part[first : max(last, stop)],
        "name": part[start:stop],
        "name_offset": mention["start"],
    }


def _index(connection: Connection) -> PersonIndex:
    """The names of all people in the current revision of the catalogue."""
    global _loaded
    revision = present(connection.execute("select catalogue from archive").fetchone())["catalogue"]
    # Threads that wait for the lock use what another one has loaded.
    with _lock:
        loaded = _loaded
        if loaded is None or loaded[0] != revision:
            rows = connection.execute(_NAMES).fetchall()
            loaded = _loaded = revision, PersonIndex((row["id"], row["name"]) for row in rows)
    return loaded[1]


_NAMES: LiteralString = """
    select id, name from people where merged_into is null
    union all
    select id, alias from people, unnest(aliases) as alias where merged_into is null"""
_MENTIONS: LiteralString = """
    select given.id as candidate, m.article_id, outlets.slug as outlet, m.published_at, m.field, m.start, m.stop,
        m.begins, substr(m.text, m.begins + 1, m.stop - m.begins + %(around)s) as part
    from unnest(%(ids)s::text[]) with ordinality as given (id, number)
    cross join lateral (
        select m.article_id, a.outlet_id, a.published_at, m.spans[1] as field, m.spans[2] as start,
            m.spans[3] as stop, greatest(m.spans[2] - %(around)s, 0) as begins,
            case m.spans[1] when 0 then a.headline when 1 then a.standfirst else a.body end as text
        from candidate_mentions m join articles a on a.id = m.article_id
        where m.candidate = given.id and a.visible and a.version = m.version
        order by m.published_at desc, m.article_id
        limit %(most)s
    ) as m
    join outlets on outlets.id = m.outlet_id
    order by given.number, m.published_at desc, m.article_id"""
