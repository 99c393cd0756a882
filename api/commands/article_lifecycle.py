"""Withdrawing and purging articles, and ending embargoes."""

from dataclasses import replace
from typing import LiteralString
from uuid import UUID

from api.commands import article_copies, article_rows, catalogue, change_log, term_counts
from api.commands.article_links import ArticleState, LinkChanges, Links
from api.commands.article_rows import CurrentRow
from api.commands.articles import WriteResult, check_etag
from api.commands.change_log import Change
from api.errors import Conflict, NotFound
from api.postgres.connection import Connection

RELEASE_BATCH = 200


def withdraw(
    connection: Connection,
    article: UUID,
    status: str,
    reason: str,
    changes: list[Change],
    *,
    expected_etags: frozenset[str] | None = None,
) -> WriteResult:
    """Hide an article from readers, with the status ``withheld`` or ``canceled``. Its text stays in the archive.

    The change is added to ``changes``, which the caller appends to the change log as its last step. Raises NotFound,
    Conflict for a purged article, and PreconditionFailed for an unexpected entity tag.
    """
    before = _lock(connection, article)
    check_etag(expected_etags, before)
    if before.purged_at:
        raise Conflict(f"Article {article} was purged and cannot be withdrawn.")
    if (before.status, before.reason) == (status, reason):
        return WriteResult(article, "unchanged")
    article_rows.save_versions(connection, [article])
    parameters = {"article": article, "status": status, "reason": reason, "since": before.withdrawn_at}
    connection.execute(_WITHDRAW, parameters)
    after = replace(before.state, visible=False, status=status)
    _write_links(connection, article, before, after)
    changes.append(article_rows.make_change(article, before.version + 1, before.state, after))
    return WriteResult(article, "updated")


def purge(connection: Connection, article: UUID, reason: str, changes: list[Change]) -> WriteResult:
    """Erase the text, the versions and the idempotent responses of an article. Its id stays as a tombstone.

    The change is added to ``changes``, which the caller appends to the change log as its last step. Raises NotFound.
    """
    before = _lock(connection, article)
    if before.purged_at:
        return WriteResult(article, "unchanged")
    if before.was_visible:
        term_counts.forget_article(connection, article)
    connection.execute("delete from versions where article_id = %(article)s", {"article": article})
    connection.execute("delete from idempotent_answers where article_id = %(article)s", {"article": article})
    article_copies.delete_sketches(connection, [article])
    connection.execute(_PURGE, {"article": article, "reason": reason})
    after = replace(before.state, visible=False, status="canceled", links=Links())
    _write_links(connection, article, before, after)
    # Only its outlet may learn of an article that readers never saw.
    outlet = before.state.outlet_id if before.embargoed_until or not before.was_visible else None
    changes.append(Change("article.purged", article, version=before.version + 1, outlet_id=outlet))
    return WriteResult(article, "updated")


def release_due(connection: Connection) -> int:
    """End up to RELEASE_BATCH embargoes whose time has come. Returns the number of articles released."""
    rows = connection.execute(
        """
        select id from articles
        where embargoed_until <= now() and status = 'usable'
        order by embargoed_until, id
        limit %(most)s
        """,
        {"most": RELEASE_BATCH},
    ).fetchall()
    if not rows:
        return 0
    catalogue.read_locked(connection)
    current = article_rows.lock(connection, [row["id"] for row in rows])
    article_copies.delete_sketches(connection, list(current))
    released = connection.execute(_RELEASE, {"articles": list(current)}).fetchall()
    # By their new times of publication.
    article_copies.insert_sketches(connection, list(current))
    link_changes = LinkChanges()
    changes: list[Change] = []
    for row in released:
        before = current[row["id"]].state
        after = replace(before, visible=row["visible"], published_at=row["published_at"])
        link_changes.add(row["id"], before, after)
        changes.append(article_rows.make_change(row["id"], row["version"], before, after))
    link_changes.write(connection)
    change_log.append(connection, changes)
    return len(released)


def _lock(connection: Connection, article: UUID) -> CurrentRow:
    catalogue.read_locked(connection)
    current = article_rows.lock(connection, [article]).get(article)
    if current is None:
        raise NotFound(f"No article has the id {article}.")
    return current


def _write_links(connection: Connection, article: UUID, before: CurrentRow, after: ArticleState) -> None:
    link_changes = LinkChanges()
    link_changes.add(article, before.state, after)
    link_changes.write(connection)


_WITHDRAW: LiteralString = """
    update articles
    set status = %(status)s, reason = %(reason)s, withdrawn_at = coalesce(%(since)s, now()),
        version = version + 1, updated_at = now()
    where id = %(article)s"""

# The embargo stays, so that readers who never saw the article do not learn of it.
_PURGE: LiteralString = """
    update articles
    set status = 'canceled', reason = %(reason)s, withdrawn_at = coalesce(withdrawn_at, now()), purged_at = now(),
        version = version + 1, updated_at = now(),
        url = null, headline = '', standfirst = null, body = '', body_html = null, byline = null, credit = null,
        section = null, image = null, note = null, source_version = null, digest = '',
        tags = '[]', people = '[]', sketch = '{}', search = ''
    where id = %(article)s"""

# The conditions are checked again, as the article may have been withdrawn or given a later embargo since the select.
_RELEASE: LiteralString = """
    update articles
    set embargoed_until = null, published_at = greatest(published_at, embargoed_until), was_visible = true,
        updated_at = now()
    where id = any(%(articles)s) and embargoed_until <= now() and status = 'usable'
    returning id, version, visible, published_at"""
