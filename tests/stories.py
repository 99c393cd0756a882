"""Small archives for tests: written in one line each, stored through the same commands as everyone's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from api.commands import article_lifecycle, articles, change_log, entities, entity_kinds
from api.commands.articles import Options, WriteResult
from api.commands.change_log import Change
from api.jobs import runner
from api.postgres.connection import Connection
from api.queries import articles as article_queries
from api.retrieval import plan as plans
from api.retrieval.keyset import Page, PageRequest

DAY = datetime(2025, 6, 1, tzinfo=UTC)


# A push that the demo archive accepts.
ARTICLE: dict[str, Any] = {
    "outlet": "korea-herald",
    "external_id": "push-1",
    "headline": "Lee Jae-myung visits the port",
    "body": "President Lee Jae-myung visited. Lee spoke of ships.",
    "published_at": "2025-06-20T09:00:00+09:00",
    "section": "Politics",
    "tags": ["#Seoul-Washington"],
}


def outlet(connection: Connection, slug: str, **fields: Any) -> None:
    """An outlet, in English unless said otherwise."""
    record = {"slug": slug, "name": slug.replace("-", " ").title(), "language": "en", **fields}
    entities.upsert(connection, entity_kinds.OUTLET, [record])


def tag(connection: Connection, name: str, *match: str) -> None:
    """A tag that these phrases give to an article; the archive is linked anew."""
    entities.upsert(connection, entity_kinds.TAG, [{"name": f"#{name}", "match": list(match)}])
    runner.run(connection)


def person(connection: Connection, name: str, *aliases: str, **fields: Any) -> None:
    """A person; the archive is linked anew."""
    entities.upsert(connection, entity_kinds.PERSON, [{"name": name, "aliases": list(aliases), **fields}])
    runner.run(connection)


def record(headline: str, *, day: int = 0, **fields: Any) -> dict[str, Any]:
    """An article of the outlet ``daily``, published ``day`` days after the first of June 2025."""
    return {
        "outlet": "daily",
        "external_id": headline,
        "headline": headline,
        "published_at": DAY + timedelta(days=day),
        "tags": [],
        "people": [],
        **fields,
    }


def store(connection: Connection, *records: dict[str, Any], **options: Any) -> list[WriteResult]:
    """Store articles, creating every entity they name."""
    kinds = {"outlets", "tags", "people"}
    entities.create_missing(connection, entities.lock_named(connection, records, kinds), records, kinds)
    return articles.upsert(connection, records, Options(**options))


def withdraw(connection: Connection, article: UUID, status: str, reason: str) -> None:
    """Take an article from all readers."""
    changes: list[Change] = []
    article_lifecycle.withdraw(connection, article, status, reason, changes)
    change_log.append(connection, changes)


def shown(page: Page) -> list[dict[str, Any]]:
    """The articles of a page as a client reads them."""
    return orjson.loads(orjson.dumps(page.rows))


def article_page(
    connection: Connection,
    filters: Mapping[str, object],
    sort: str,
    request: PageRequest,
    fields: Sequence[str] = (),
    embargoes_of: Sequence[str] | None = (),
    *,
    collapse: bool = False,
) -> Page:
    """A page of the articles that pass these filters."""
    plan = plans.make(connection, filters, sort, embargoes_of, collapse=collapse)
    return article_queries.page(connection, plan, sort, request, fields)
