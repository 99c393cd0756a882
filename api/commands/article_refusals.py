"""Refusals: an editor says that an article does not have a tag or person, and it stays so until taken back."""

from typing import LiteralString
from uuid import UUID

from api.commands import article_rows, catalogue, entity_edits
from api.commands.article_links import Links
from api.commands.article_relinking import relink_articles
from api.commands.entity_kinds import TAG, EntityKind
from api.errors import NotFound
from api.postgres.connection import Connection

MERGE: tuple[LiteralString, ...] = (
    # An article that is linked to one of the two stays linked.
    """
    delete from article_refusals r
    where r.noun = %(noun)s and r.entity_id in (%(id)s, %(into)s) and (
        exists (select from article_tags l
            where %(noun)s = 'tag' and l.article_id = r.article_id and l.tag_id in (%(id)s, %(into)s))
        or exists (select from article_people l
            where %(noun)s = 'person' and l.article_id = r.article_id and l.person_id in (%(id)s, %(into)s)))""",
    """
    delete from article_refusals r
    using article_refusals o
    where r.noun = %(noun)s and r.entity_id = %(id)s
        and o.article_id = r.article_id and o.noun = r.noun and o.entity_id = %(into)s""",
    "update article_refusals set entity_id = %(into)s where noun = %(noun)s and entity_id = %(id)s",
)
"""Gives the refusals of an entity to the one into which it is merged, before its links are moved."""


def refuse(connection: Connection, article: UUID, kind: EntityKind, slug: str) -> str:
    """Unlink an article from a tag or person and keep it so. Returns ``updated``, or ``unchanged`` if it is refused.

    Raises the errors of ``entity_edits.find``, and NotFound if the article is neither linked to it nor refused.
    """
    entity, is_refused = _find(connection, article, kind, slug)
    if is_refused:
        return "unchanged"
    relink_articles(connection, [article], lambda links: links.refusing(kind.name, entity))
    return "updated"


def accept(connection: Connection, article: UUID, kind: EntityKind, slug: str) -> str:
    """Take a refusal back: the article is linked by its text and its last push again. Returns ``updated``, or
    ``unchanged`` if it is linked. Raises the errors of ``refuse``."""
    entity, is_refused = _find(connection, article, kind, slug)
    if not is_refused:
        return "unchanged"
    relink_articles(connection, [article], lambda links: links.accepting(kind.name, entity))
    return "updated"


def _find(connection: Connection, article: UUID, kind: EntityKind, slug: str) -> tuple[int, bool]:
    """The id of an entity that an article is linked to or refuses, and whether it refuses it. Locks the article."""
    catalogue.read_locked(connection)
    entity: int = entity_edits.find(connection, kind, slug)["id"]
    current = article_rows.lock(connection, [article]).get(article)
    links = current.state.links if current else Links()
    is_refused = (kind.name, entity) in links.refused
    if not is_refused and entity not in (links.tags if kind is TAG else links.people):
        raise NotFound(f"The article {article} is neither linked to the {kind.name} {slug!r} nor refuses it.")
    return entity, is_refused
