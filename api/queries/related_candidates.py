"""Candidates for related articles: those that share names or characteristic terms, scored by all that they share."""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.postgres.connection import Connection
from api.retrieval import document_frequencies as counted_frequencies
from api.search.tsquery import Lexeme

# Terms in more than a tenth of all articles are ignored; in small archives those in more than FREQUENT.
FREQUENT_SHARE = 10
FREQUENT = 500
# The most salient terms of an article whose frequency is looked up; how many of those that were not counted are counted
# now; and the terms with the most tf·idf, by which articles are scored.
SALIENT_TERMS = 200
COUNTED_TERMS = 40
TERMS = 40
# Candidates are gathered by the rarest terms: so many, which are in so many articles together.
GATHERING_TERMS = 20
GATHERED = 5_000
# The rarest tags and people that contribute candidates, and how many of their newest articles each.
ENTITIES = 10
NEWEST = 200
# The candidates that are scored by everything they share.
SCORED = 100
# The weight of a term that is once in both articles, relative to a name as rare. ONCE is the rank of such a term in an
# article of 500 words.
TERM_WEIGHT = 0.15
ONCE = 0.06
# How many shared terms relate an article without a shared name.
TERMS_REQUIRED = 3

Weights = dict[tuple[str, Any], float]
"""The weight of each tag and person by type and id, and of each ``term`` by its lexeme."""


def characteristic_terms(
    connection: Connection, lexemes: Sequence[DictRow], total: int
) -> tuple[dict[str, int], Weights]:
    """The terms with the most tf·idf and their document frequencies, the rarest first; and their weights."""
    times = {row["lexeme"]: row["times"] or 1 for row in lexemes}
    frequencies = _document_frequencies(connection, _salient(lexemes))
    frequent = max(FREQUENT, total // FREQUENT_SHARE)
    weights = {
        term: TERM_WEIGHT * (1 + log(times[term])) * log(total / articles)
        for term, articles in frequencies.items()
        if 1 < articles <= min(frequent, total)
    }
    chosen = sorted(weights, key=lambda term: (-weights[term], term))[:TERMS]
    chosen.sort(key=lambda term: (frequencies[term], term))
    return {term: frequencies[term] for term in chosen}, {("term", term): weights[term] for term in chosen}


def _document_frequencies(connection: Connection, lexemes: Sequence[str]) -> Mapping[str, int]:
    """The document frequency of each lexeme, without those in more than FREQUENT articles that were never counted.

    Only lexemes that had fewer than two articles when terms were counted last are counted now, the first
    COUNTED_TERMS of them: new and rare ones.
    """
    has_counts = counted_frequencies.statistics(connection)
    counted = counted_frequencies.look_up(connection, map(Lexeme, lexemes)) if has_counts else {}
    known = {lexeme.text: articles for lexeme, articles in counted.items() if articles > 1}
    lexemes = [lexeme for lexeme in lexemes if lexeme not in known][:COUNTED_TERMS]
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
    return known | {row["lexeme"]: row["articles"] for row in rows if row["articles"] <= FREQUENT}


_NUMBERS: tuple[LiteralString, ...] = (
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19",
    "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36", "37", "38",
    "39",
)  # fmt: skip


def _salient(lexemes: Sequence[DictRow]) -> list[str]:
    """The most salient lexemes: those in headline or standfirst, or often in the body."""
    ranked: list[tuple[int, str]] = []
    for row in lexemes:
        lexeme, weights = row["lexeme"], row["weights"] or []
        if not lexeme.isdigit() and (len(lexeme) > 2 or not lexeme.isascii()):
            ranked.append((-3 * ("A" in weights) - 2 * ("B" in weights) - min(row["times"] or 1, 5), lexeme))
    return [lexeme for _, lexeme in sorted(ranked)[:SALIENT_TERMS]]


def candidates(
    connection: Connection,
    article: UUID,
    entities: Sequence[DictRow],
    terms: Mapping[str, int],
    weights: Weights,
) -> list[DictRow]:
    """Articles that share something, with all that they share, the rarest first, and their ``score``."""
    gathering = _gathering(terms)
    hits: list[LiteralString] = [_NEWEST_OF_TAGS, _NEWEST_OF_PEOPLE]
    hits.extend(_WITH_TERM.replace("{n}", number) for number in _NUMBERS[: len(gathering)])
    union = " union all ".join(hits)
    statement: LiteralString = f"""
        with hits as ({union}),
        candidates as (
            select article_id, published_at, sum(weight) as score
            from hits where article_id <> %(article)s
            group by article_id, published_at
            order by score desc, published_at desc, article_id desc
            limit %(scored)s
        )
        select a.id, a.published_at, ranks,
            array(select tag_id from article_tags where article_id = a.id and tag_id = any(%(all_tags)s)) as tags,
            array(select person_id from article_people where article_id = a.id and person_id = any(%(all_people)s))
                as people
        from candidates c
        cross join lateral (
            select id, published_at, {_RANKS} as ranks from articles where id = c.article_id and visible offset 0
        ) as a"""
    parameters = _candidate_parameters(article, entities, gathering, weights)
    parameters["terms"] = [Lexeme(term).tsquery() for term in terms]
    rows = connection.execute(statement, parameters, prepare=False).fetchall()
    for row in rows:
        _score(row, terms, weights)
    return [row for row in rows if row["tags"] or row["people"] or len(row["terms"]) >= TERMS_REQUIRED]


def _gathering(terms: Mapping[str, int]) -> list[str]:
    """The rarest terms that are in at most GATHERED articles together."""
    gathering: list[str] = []
    left = GATHERED
    for term, articles in terms.items():
        left -= articles
        if left < 0 or len(gathering) == GATHERING_TERMS:
            break
        gathering.append(term)
    return gathering


def _score(row: DictRow, terms: Iterable[str], weights: Weights) -> None:
    """Add the score of a candidate to its row, and what it shares, in order of weight."""
    shared = {
        ("term", term): weights["term", term] * rank / ONCE
        for term, rank in zip(terms, row.pop("ranks"), strict=True)
        if rank
    }
    row["terms"] = [term for _, term in shared]
    shared |= {(type, key): weights[type, key] for type in ("tag", "person") for key in row[_PLURALS[type]]}
    row["score"] = sum(shared.values())
    for type, plural in _PLURALS.items():
        row[plural].sort(key=lambda key, type=type: (-shared[type, key], key))


def _candidate_parameters(
    article: UUID, entities: Sequence[DictRow], terms: Sequence[str], weights: Weights
) -> dict[str, object]:
    parameters: dict[str, object] = {"article": article, "scored": SCORED, "newest": NEWEST}
    for type, plural in (("tag", "tags"), ("person", "people")):
        ids = [entity["id"] for entity in entities if entity["type"] == type]
        parameters |= {f"all_{plural}": ids, plural: ids[:ENTITIES]}
        parameters[f"{plural}_weights"] = [weights[type, id] for id in ids[:ENTITIES]]
    for number, term in zip(_NUMBERS, terms, strict=False):
        parameters[f"query_{number}"] = Lexeme(term).tsquery()
        parameters[f"weight_{number}"] = weights["term", term]
    return parameters


_PLURALS = {"tag": "tags", "person": "people", "term": "terms"}

_NEWEST_OF_TAGS: LiteralString = """
    select l.article_id, l.published_at, s.weight
    from unnest(%(tags)s::int[], %(tags_weights)s::float8[]) as s (id, weight)
    cross join lateral (select article_id, t.published_at from article_tags t
        join articles a on a.id = t.article_id and a.visible where tag_id = s.id
        order by t.published_at desc, article_id desc limit %(newest)s) as l"""
_NEWEST_OF_PEOPLE: LiteralString = """
    select l.article_id, l.published_at, s.weight
    from unnest(%(people)s::int[], %(people_weights)s::float8[]) as s (id, weight)
    cross join lateral (select article_id, t.published_at from article_people t
        join articles a on a.id = t.article_id and a.visible where person_id = s.id
        order by t.published_at desc, article_id desc limit %(newest)s) as l"""
_WITH_TERM: LiteralString = """
    select a.id, a.published_at, %(weight_{n})s::float8
    from articles a where a.visible and a.search @@ %(query_{n})s::tsquery"""


# How often each term is in an article relative to its length: more of the same term adds less and less.
_RANKS: LiteralString = """
    array(
        select ts_rank('{1,1,1,1}', search, term, 1)
        from unnest(%(terms)s::text[]::tsquery[]) with ordinality as shared (term, number) order by number
    )"""
