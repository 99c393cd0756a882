"""Whether readers see an article: withdrawing it, erasing it, and ending its embargo."""

from dataclasses import replace
from typing import LiteralString
from uuid import UUID

from api.commands import article_rows, catalogue, change_log, term_counts
from api.commands.article_links import Linking, Links
from api.commands.articles import Outcome, refuse_other
from api.commands.change_log import Change
from api.errors import Conflict, NotFound
from api.postgres.connection import Connection

RELEASED_AT_ONCE = 200


def withdraw(
    connection: Connection,
    article: UUID,
    status: str,
    reason: str,
    recorded: list[Change],
    *,
    matching: frozenset[str] | None = None,
) -> Outcome:
    """Take an article from all readers, with the status ``withheld`` or ``canceled``; its text stays.

    The change is added to ``recorded``, for the caller to record as the last step. Raises NotFound, Conflict for a
    purged one, PreconditionFailed when its entity tag is not in ``matching``.
    """
    catalogue.held(connection)
    before = article_rows.held(connection, [article]).get(article)
    if before is None:
        raise NotFound(f"No article has the id {article}.")
    refuse_other(matching, before)
    if before.purged_at:
        raise Conflict(f"The article {article} was purged, which is final.")
    if (before.status, before.reason) == (status, reason):
        return Outcome(article, "unchanged")
    article_rows.keep_versions(connection, [article])
    parameters = {"article": article, "status": status, "reason": reason, "since": before.withdrawn_at}
    connection.execute(_WITHDRAW, parameters)
    after = replace(before.state, visible=False, status=status)
    linking = Linking()
    linking.replace(article, before.state, after)
    linking.write(connection)
    recorded.append(article_rows.change(article, before.version + 1, before.state, after))
    return Outcome(article, "updated")


def purge(connection: Connection, article: UUID, reason: str, recorded: list[Change]) -> Outcome:
    """Erase an article's text, its versions and the answers kept of it; its id stays as a tombstone.

    The change is added to ``recorded``, as that of a withdrawal. Raises NotFound.
    """
    catalogue.held(connection)
    before = article_rows.held(connection, [article]).get(article)
    if before is None:
        raise NotFound(f"No article has the id {article}.")
    if before.purged_at:
        return Outcome(article, "unchanged")
    connection.execute("delete from versions where article_id = %(article)s", {"article": article})
    connection.execute("delete from idempotent_answers where article_id = %(article)s", {"article": article})
    term_counts.forget(connection, article)
    connection.execute(_PURGE, {"article": article, "reason": reason})
    after = replace(before.state, visible=False, status="canceled", links=Links())
    linking = Linking()
    linking.replace(article, before.state, after)
    linking.write(connection)
    # Only of what nobody else ever saw may nobody else know.
    outlet = before.state.outlet_id if before.embargoed_until else None
    recorded.append(Change("article.purged", article, version=before.version + 1, outlet_id=outlet))
    return Outcome(article, "updated")


def release_due(connection: Connection) -> int:
    """End the embargoes whose time has come, some at once; how many articles readers see now."""
    rows = connection.execute(
        """
        select id from articles
        where embargoed_until <= now() and status = 'usable'
        order by embargoed_until, id
        limit %(most)s
        """,
        {"most": RELEASED_AT_ONCE},
    ).fetchall()
    if not rows:
        return 0
    catalogue.held(connection)
    held = article_rows.held(connection, [row["id"] for row in rows])
    released = connection.execute(_RELEASE, {"articles": list(held)}).fetchall()
    linking = Linking()
    recorded: list[Change] = []
    for row in released:
        before = held[row["id"]].state
        after = replace(before, visible=row["visible"], published_at=row["published_at"])
        linking.replace(row["id"], before, after)
        recorded.append(article_rows.change(row["id"], row["version"], before, after))
    linking.write(connection)
    change_log.record(connection, recorded)
    return len(released)


_WITHDRAW: LiteralString = """
    update articles
    set status = %(status)s, reason = %(reason)s, withdrawn_at = coalesce(%(since)s, now()),
        version = version + 1, updated_at = now()
    where id = %(article)s"""

# An embargo stays, so that who never saw the article does not learn that it was erased.
_PURGE: LiteralString = """
    update articles
    set status = 'canceled', reason = %(reason)s, withdrawn_at = coalesce(withdrawn_at, now()), purged_at = now(),
        version = version + 1, updated_at = now(),
        url = null, headline = '', standfirst = null, body = '', body_html = null, byline = null, credit = null,
        section = null, image = null, note = null, source_version = null, digest = '',
        tags = '[]', people = '[]', search = ''
    where id = %(article)s"""

# Never early: what was withdrawn, or was given another time, since it was looked for is left.
_RELEASE: LiteralString = """
    update articles
    set embargoed_until = null, published_at = greatest(published_at, embargoed_until), updated_at = now()
    where id = any(%(articles)s) and embargoed_until <= now() and status = 'usable'
    returning id, version, visible, published_at"""
