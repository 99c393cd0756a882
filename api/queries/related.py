"""Related articles: those that share the rarest tags, people and terms of an article."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg.rows import DictRow

from api.model.article import COLUMNS, text_bytes
from api.postgres.connection import Connection, in_pipeline, present
from api.postgres.prepared import raw_json_cursor
from api.retrieval import document_frequencies as counted_frequencies
from api.retrieval.keyset import hide
from api.retrieval.select import Order, within_page_bytes
from api.search import fulltext
from api.search.highlighter import SEARCHED_CHARACTERS
from api.search.tsquery import Lexeme
from api.text.folding import tokens
from api.text.near_duplicates import COMPARED_CHARACTERS, Report, find_original

# Terms in more articles are ignored.
FREQUENT = 500
# The most salient terms of an article whose frequency is looked up, and the rarest of those, which are searched for.
SALIENT_TERMS = 40
TERMS = 12
# The rarest tags and people that contribute candidates, and how many of their newest articles each.
ENTITIES = 10
NEWEST = 200
# The candidates that are scored by everything they share.
SCORED = 100
# The weight of a term relative to a name, and how many shared terms make a candidate without a shared name.
TERM_WEIGHT = 0.5
TERMS_REQUIRED = 3


@dataclass(frozen=True)
class Related:
    """Articles, most related first, each with ``shared`` and ``duplicate_of``; and the original of the article."""

    articles: list[DictRow]
    duplicate_of: UUID | None


def related(connection: Connection, article: UUID, limit: int, fields: Sequence[str] = ()) -> Related:
    """The visible articles that share most with this one, whole or with ``fields`` only."""
    subject, entities, lexemes = _subject(connection, article)
    total = subject["of_all"] + 1
    frequencies = document_frequencies(connection, _salient(lexemes))
    terms = sorted(
        (term for term, articles in frequencies.items() if 1 < articles <= FREQUENT),
        key=lambda term: (frequencies[term], term),
    )[:TERMS]
    weights = {("term", term): TERM_WEIGHT * log(total / frequencies[term]) for term in terms}
    weights |= {(entity["type"], entity["id"]): log(total / max(entity["articles"], 1)) for entity in entities}
    found = _candidates(connection, article, entities, terms, weights)
    found.sort(key=lambda row: (row["score"], row["published_at"], row["id"]), reverse=True)
    del found[limit:]
    articles = _articles(connection, [row["id"] for row in found], fields)
    found = [row for row in found if row["id"] in articles]
    spellings = _spellings(connection, subject, {term for row in found for term in row["terms"]})
    copies = _copies(connection, [article, *articles])
    named = {(entity["type"], entity["id"]): {"slug": entity["slug"], "name": entity["name"]} for entity in entities}
    for row in found:
        shown = articles[row["id"]]
        shown["shared"] = {
            "tags": [named["tag", id] for id in row["tags"]],
            "people": [named["person", id] for id in row["people"]],
            "terms": [spellings.get(term, term) for term in row["terms"]],
        }
        shown["duplicate_of"] = copies.get(row["id"])
    return Related([articles[row["id"]] for row in found], copies.get(article))


def document_frequencies(connection: Connection, lexemes: Sequence[str]) -> Mapping[str, int]:
    """The document frequency of each lexeme, up to one more than FREQUENT.

    Only lexemes that had fewer than two articles when terms were counted last are counted now: new and rare ones.
    """
    has_counts = counted_frequencies.statistics(connection)
    counted = counted_frequencies.look_up(connection, map(Lexeme, lexemes)) if has_counts else {}
    known = {lexeme.text: articles for lexeme, articles in counted.items() if articles > 1}
    lexemes = [lexeme for lexeme in lexemes if lexeme not in known]
    if not lexemes:
        return known
    # One subquery for each lexeme: the planner scans articles for a frequent one, and uses the index for a rare one.
    part: LiteralString = (
        "select %(lexeme_{n})s as lexeme, (select count(*) from (select from articles a"
        " where a.visible and a.search @@ %(query_{n})s::tsquery limit %(most)s) as c) as articles"
    )
    statement = " union all ".join(part.replace("{n}", number) for number in _NUMBERS[: len(lexemes)])
    parameters: dict[str, object] = {"most": FREQUENT + 1}
    for number, lexeme in zip(_NUMBERS, lexemes, strict=False):
        parameters |= {f"lexeme_{number}": lexeme, f"query_{number}": Lexeme(lexeme).tsquery()}
    rows = connection.execute(statement, parameters, prepare=False).fetchall()
    return known | {row["lexeme"]: row["articles"] for row in rows}


_NUMBERS: tuple[LiteralString, ...] = (
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19",
    "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36", "37", "38",
    "39",
)  # fmt: skip


def _subject(connection: Connection, article: UUID) -> tuple[DictRow, list[DictRow], list[DictRow]]:
    """The article's text, its tags and people, the rarest first, and its lexemes."""
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
            from articles, unnest(search) as l where id = %(article)s
            """,
            {"article": article},
        )
    return present(subject.fetchone()), entities.fetchall(), lexemes.fetchall()


def _salient(lexemes: Sequence[DictRow]) -> list[str]:
    """The most salient lexemes: those in headline or standfirst, or often in the body."""
    ranked: list[tuple[int, str]] = []
    for row in lexemes:
        lexeme, weights = row["lexeme"], row["weights"] or []
        if (
            not lexeme.startswith(("lang:", fulltext.PAIR_SIGN))
            and not lexeme.isdigit()
            and (len(lexeme) > 2 or not lexeme.isascii())
        ):
            ranked.append((-3 * ("A" in weights) - 2 * ("B" in weights) - min(row["times"] or 1, 5), lexeme))
    return [lexeme for _, lexeme in sorted(ranked)[:SALIENT_TERMS]]


def _candidates(
    connection: Connection,
    article: UUID,
    entities: Sequence[DictRow],
    terms: Sequence[str],
    weights: Mapping[tuple[str, Any], float],
) -> list[DictRow]:
    """Articles that share something, with all that they share, the rarest first, and their ``score``."""
    hits: list[LiteralString] = [_NEWEST_OF_TAGS, _NEWEST_OF_PEOPLE]
    hits.extend(_WITH_TERM.replace("{n}", number) for number in _NUMBERS[: len(terms)])
    union = " union all ".join(hits)
    statement: LiteralString = f"""
        with hits as ({union}),
        candidates as (
            select article_id, published_at, sum(weight) as score, array_remove(array_agg(term), null) as terms
            from hits where article_id <> %(article)s
            group by article_id, published_at
            having count(*) filter (where term is null) > 0 or count(*) >= %(terms_required)s
            order by score desc, published_at desc, article_id desc
            limit %(scored)s
        )
        select a.id, a.published_at, c.terms,
            array(select tag_id from article_tags where article_id = a.id and tag_id = any(%(all_tags)s)) as tags,
            array(select person_id from article_people where article_id = a.id and person_id = any(%(all_people)s))
                as people
        from candidates c
        cross join lateral (select id, published_at from articles where id = c.article_id and visible offset 0) as a"""
    parameters = _candidate_parameters(article, entities, terms, weights)
    rows = connection.execute(statement, parameters, prepare=False).fetchall()
    for row in rows:
        shared = [(type, key) for type in ("tag", "person", "term") for key in row[_PLURALS[type]]]
        row["score"] = sum(weights[named] for named in shared)
        for type, plural in _PLURALS.items():
            row[plural].sort(key=lambda key, type=type: (-weights[type, key], key))
    return rows


def _candidate_parameters(
    article: UUID, entities: Sequence[DictRow], terms: Sequence[str], weights: Mapping[tuple[str, Any], float]
) -> dict[str, object]:
    parameters: dict[str, object] = {
        "article": article, "terms_required": TERMS_REQUIRED, "scored": SCORED, "newest": NEWEST,
    }  # fmt: skip
    for type, plural in (("tag", "tags"), ("person", "people")):
        ids = [entity["id"] for entity in entities if entity["type"] == type]
        parameters |= {f"all_{plural}": ids, plural: ids[:ENTITIES]}
        parameters[f"{plural}_weights"] = [weights[type, id] for id in ids[:ENTITIES]]
    for number, term in zip(_NUMBERS, terms, strict=False):
        parameters |= {f"term_{number}": term, f"query_{number}": Lexeme(term).tsquery()}
        parameters[f"weight_{number}"] = weights["term", term]
    return parameters


_PLURALS = {"tag": "tags", "person": "people", "term": "terms"}

_NEWEST_OF_TAGS: LiteralString = """
    select l.article_id, l.published_at, s.weight, null::text as term
    from unnest(%(tags)s::int[], %(tags_weights)s::float8[]) as s (id, weight)
    cross join lateral (select article_id, t.published_at from article_tags t
        join articles a on a.id = t.article_id and a.visible where tag_id = s.id
        order by t.published_at desc, article_id desc limit %(newest)s) as l"""
_NEWEST_OF_PEOPLE: LiteralString = """
    select l.article_id, l.published_at, s.weight, null::text
    from unnest(%(people)s::int[], %(people_weights)s::float8[]) as s (id, weight)
    cross join lateral (select article_id, t.published_at from article_people t
        join articles a on a.id = t.article_id and a.visible where person_id = s.id
        order by t.published_at desc, article_id desc limit %(newest)s) as l"""
_WITH_TERM: LiteralString = """
    select a.id, a.published_at, %(weight_{n})s::float8, %(term_{n})s::text
    from articles a where a.visible and a.search @@ %(query_{n})s::tsquery"""


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


def _copies(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Which of these articles are copies of an earlier one, and of which."""
    rows = connection.execute(
        """
        select id, outlet_id, headline, left(body, %(compared)s) as beginning
        from articles where id = any(%(ids)s) order by published_at, id
        """,
        {"ids": list(ids), "compared": COMPARED_CHARACTERS},
    ).fetchall()
    reports = [Report(row["headline"], row["beginning"]) for row in rows]
    outlets = [row["outlet_id"] for row in rows]
    originals = {row["id"]: find_original(index, reports, outlets) for index, row in enumerate(rows)}
    return {id: rows[index]["id"] for id, index in originals.items() if index is not None}


def _spellings(connection: Connection, subject: DictRow, lexemes: set[str]) -> dict[str, str]:
    """For each lexeme, the first word of the article that stems to it."""
    if not lexemes:
        return {}
    text = " ".join(subject[field] or "" for field in ("headline", "standfirst", "body"))[:SEARCHED_CHARACTERS]
    distinct = list(dict.fromkeys(tokens(text)))
    parameters = {
        "words": orjson.dumps({subject["language"]: distinct}).decode(),
        "configurations": fulltext.CONFIGURATIONS_JSON,
    }
    by_word = present(connection.execute(fulltext.LEXEMES, parameters).fetchone())["lexemes"]
    return {lexeme: word for word in reversed(distinct) for lexeme in by_word[word] if lexeme in lexemes}
