"""Related articles: those that share the rarest tags and people and the most characteristic terms of an article."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import LiteralString
from uuid import UUID

import orjson
from psycopg.rows import DictRow

from api.model.article import COLUMNS, text_bytes
from api.postgres.connection import Connection, in_pipeline, present
from api.postgres.prepared import raw_json_cursor
from api.queries.related_candidates import candidates, characteristic_terms
from api.retrieval.keyset import hide
from api.retrieval.select import Order, within_page_bytes
from api.search import fulltext, search_vector
from api.search.highlighter import SEARCHED_CHARACTERS
from api.search.search_vector import accents_for_stems
from api.text.accents import PLAIN_LETTERS
from api.text.tokenizer import tokens

# How many shared terms are shown.
TERMS_SHOWN = 12


@dataclass(frozen=True)
class Related:
    """Articles, most related first, each with ``shared`` and ``duplicate_of``; and the original of the article."""

    articles: list[DictRow]
    duplicate_of: UUID | None


def related(connection: Connection, article: UUID, limit: int, fields: Sequence[str] = ()) -> Related:
    """The visible articles that share most with this one, whole or with ``fields`` only."""
    subject, entities, lexemes = _subject(connection, article)
    total = subject["of_all"] + 1
    terms, weights = characteristic_terms(connection, lexemes, total)
    weights |= {(entity["type"], entity["id"]): log(total / max(entity["articles"], 1)) for entity in entities}
    found = candidates(connection, article, entities, terms, weights)
    found.sort(key=lambda row: (row["score"], row["published_at"], row["id"]), reverse=True)
    del found[limit:]
    articles = _articles(connection, [row["id"] for row in found], fields)
    found = [row for row in found if row["id"] in articles]
    spellings = _spellings(connection, subject, {term for row in found for term in row["terms"]})
    originals = _originals(connection, [article, *articles])
    named = {(entity["type"], entity["id"]): {"slug": entity["slug"], "name": entity["name"]} for entity in entities}
    for row in found:
        shown = articles[row["id"]]
        shown["shared"] = {
            "tags": [named["tag", id] for id in row["tags"]],
            "people": [named["person", id] for id in row["people"]],
            "terms": [*dict.fromkeys(spellings.get(term, term) for term in row["terms"])][:TERMS_SHOWN],
        }
        shown["duplicate_of"] = originals.get(row["id"])
    return Related([articles[row["id"]] for row in found], originals.get(article))


def _subject(connection: Connection, article: UUID) -> tuple[DictRow, list[DictRow], list[DictRow]]:
    """The article's text, its tags and people, the rarest first, and its lexemes without stop words."""
    with in_pipeline(connection):
        subject = connection.execute(
            """
            select language, headline, standfirst, left(body, %(searched)s) as body,
                (select coalesce(sum(articles), 0)::int from outlets) as of_all
            from articles where id = %(article)s
            """,
            {"article": article, "searched": SEARCHED_CHARACTERS},
        )
        entities = connection.execute(
            """
            select 'tag' as type, id, slug, name, articles from article_tags join tags on id = tag_id
            where article_id = %(article)s
            union all
            select 'person', id, slug, name, articles from article_people join people on id = person_id
            where article_id = %(article)s
            order by articles, slug
            """,
            {"article": article},
        )
        lexemes = connection.execute(
            """
            select l.lexeme, l.weights, cardinality(l.positions) as times
            from articles, unnest(search) as l
            where id = %(article)s and l.weights is not null and to_tsvector(
                coalesce(%(configurations)s::json ->> split_part(language, '-', 1), 'simple')::regconfig, l.lexeme
            ) <> ''
            """,
            {"article": article, "configurations": search_vector.CONFIGURATIONS_JSON},
        )
    return present(subject.fetchone()), entities.fetchall(), lexemes.fetchall()


def _articles(connection: Connection, ids: Sequence[UUID], fields: Sequence[str]) -> dict[UUID, DictRow]:
    """The visible ones of these articles by id, in this order, as far as their texts fit into a page."""
    columns = ", ".join(COLUMNS[name] for name in fields or COLUMNS)
    visible: LiteralString = """
        select a.*, number from unnest(%(ids)s::uuid[]) with ordinality as given (id, number)
        join articles a using (id) where a.visible"""
    order = Order(("a.number",), ("number",))
    statement = within_page_bytes(visible, f"a.id as key, {columns}", text_bytes(fields) or "0", order)
    rows = raw_json_cursor(connection).execute(statement, {"ids": list(ids)}).fetchall()
    hide(rows, ["available"])
    return {row.pop("key"): row for row in rows}


def _originals(connection: Connection, copies: Sequence[UUID]) -> dict[UUID, UUID]:
    """The first article of the group of each of these articles that is a copy."""
    rows = connection.execute(
        """
        select c.article_id as copy, original.id as original
        from article_copies c cross join lateral (
            select a.id
            from article_copies d
            cross join lateral (select * from articles where id = d.article_id and visible offset 0) as a
            where d.group_id = c.group_id
            order by a.published_at, a.id
            limit 1
        ) as original
        where c.article_id = any(%(copies)s) and original.id <> c.article_id
        """,
        {"copies": list(copies)},
    ).fetchall()
    return {row["copy"]: row["original"] for row in rows}


def _spellings(connection: Connection, subject: DictRow, lexemes: set[str]) -> dict[str, str]:
    """For each lexeme, the first word of the article that stems to it."""
    if not lexemes:
        return {}
    text = " ".join(subject[field] or "" for field in ("headline", "standfirst", "body"))[:SEARCHED_CHARACTERS]
    accented = accents_for_stems(subject["language"], text)
    written = {token: accented.get(token, token) for token in tokens(text)}
    parameters = {
        "words": orjson.dumps({subject["language"]: sorted({*written, *written.values()})}).decode(),
        "configurations": search_vector.CONFIGURATIONS_JSON,
    }
    by_word = present(connection.execute(fulltext.LEXEMES, parameters).fetchone())["lexemes"]
    return {
        lexeme: word
        for token, word in reversed(written.items())
        for lexeme in (*by_word[token], *(stem.translate(PLAIN_LETTERS) for stem in by_word[word]))
        if lexeme in lexemes
    }
