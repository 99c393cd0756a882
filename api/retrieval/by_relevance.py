"""Searches in order of relevance: candidates are gathered, ranked roughly by Postgres, the best exactly by BM25.

A cursor pins all that the order follows from, document frequencies included: its pages are those of one order to the
end, whatever is stored or counted meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.postgres.connection import Connection
from api.retrieval.absent_words import absent_words
from api.retrieval.by_time import with_total
from api.retrieval.keyset import COUNTED_AT_MOST, Page, PageRequest, Ranking
from api.retrieval.matches import all_matches, scan
from api.retrieval.pinning import Pinned, candidates_among, from_key, pin
from api.retrieval.plan import Plan
from api.retrieval.select import Order, Selection
from api.retrieval.term_frequencies import rank_parameters, term_frequencies
from api.search import fulltext
from api.search.bm25 import Scorer
from api.search.literal import COMPARED, COMPARED_CHARACTERS, COMPARED_TEXTS, has_phrases, literal_phrases
from api.search.parser import terms
from api.search.relaxation import relax
from api.search.single_words import SingleWord
from api.search.tsquery import Lexeme, Query

RANKED_AT_MOST = 2_000
# The best of them get an exact score; of a longer search, whose rough scores are less alike, more of them.
SCORED = 200
SCORED_OF_LONG = 1_000
# Articles with all terms come first in a search of up to so many terms. A longer one is a question, whose answer need
# not have all of its words.
SHORT = 4
# Further lexemes are searched for but do not affect the order.
LEXEMES_AT_MOST = 200
# A search with fewer matches is relaxed, whatever the length of a page: lists, facets and timelines are of one search.
RELAXED_BELOW = 20

# Articles stored after the first page are no candidates of later pages.
_STORED_BEFORE: LiteralString = "a.created_at <= %(ranked_at)s"

_CANDIDATE: LiteralString = f"""
    a.id, a.published_at, {fulltext.ROUGH_SCORE}::float8 as rough,
    %(all)s::text is null or a.search @@ %(all)s::tsquery as complete"""
# Search vectors are large: only those of the best candidates are fetched, one by one instead of by a join, as the
# planner cannot know how few there are.
_RANKED: LiteralString = f"""
    ranked as materialized (
        select *, row_number() over (order by complete desc, rough desc, published_at desc, id desc) as number
        from (select * from gathered order by published_at desc, id desc limit %(most)s) as newest
        order by number
        limit %(shown)s
    )
    select id, published_at, rough, complete, (select count(*) from gathered) as found, lengths, ranks, prefixed
        {{texts}}
    from ranked left join lateral (
        select {fulltext.FIELD_LENGTHS} as lengths, {fulltext.RANKS} as ranks, {fulltext.PREFIXED} as prefixed
        from articles where articles.id = ranked.id and number <= %(scored)s offset 0
    ) as scored on true"""
_WITH_TEXTS: LiteralString = f"""{_RANKED.replace("{texts}", f", {COMPARED_TEXTS}")}
    left join lateral (
        select language, headline, standfirst, body from articles
        where articles.id = ranked.id and number <= %(compared)s offset 0
    ) as compared on true"""
_WITHOUT_TEXTS: LiteralString = _RANKED.replace("{texts}", "")

# The sort key: a tier (all terms before some of them, exact scores before rough ones, literal phrases before others),
# the score, and of equal scores the newer article first.
_Key = tuple[int, float, datetime, UUID]


@dataclass(frozen=True)
class _Ranked:
    """The sort keys of the best candidates of a plan, how many there are, at most one more than RANKED_AT_MOST, and how
    so."""

    plan: Plan
    keys: Sequence[_Key]
    count: int
    pinned: Pinned


@dataclass(frozen=True)
class _Ranker:
    """Ranks the candidates of a plan for one query."""

    connection: Connection
    plan: Plan
    query: Query
    lexemes: Sequence[Lexeme]
    scorer: Scorer
    request: PageRequest

    def rank(self, plan: Plan, pinned: Pinned) -> _Ranked:
        """The candidates of the plan, which may be a relaxed one, in order."""
        selection, order = _candidates(plan, pinned)
        gathered = replace(selection, columns=_CANDIDATE).first(order, "%(most)s + 1")
        rows = self.connection.execute(
            f"with gathered as materialized ({gathered}), {_WITH_TEXTS if self._has_phrases else _WITHOUT_TEXTS}",
            {
                **selection.all_parameters,
                "most": RANKED_AT_MOST,
                "shown": self._scored if self.request.key is None else RANKED_AT_MOST,
                "scored": self._scored,
                "all": None if plan.tsquery == self.plan.tsquery or not self._is_short else self.plan.tsquery,
                "words": " | ".join(lexeme.tsquery() for lexeme in self.lexemes),
                **rank_parameters(self.lexemes),
                "compared": COMPARED,
                "characters": COMPARED_CHARACTERS,
                "ranked_at": pinned.ranked_at,
            },
            prepare=False,
        ).fetchall()
        keys = sorted((self._key(row) for row in rows), reverse=True)
        return _Ranked(plan, keys, rows[0]["found"] if rows else 0, pinned)

    def rank_strict(self, pinned: Pinned) -> _Ranked:
        """The candidates that match the search itself; among all matches if the newest ones do not fill a page."""
        ranked = self.rank(self.plan, pinned)
        if (
            self.request.key is None
            and not pinned.all_matches
            and ranked.count < max(self.request.limit, RELAXED_BELOW)
        ):
            return self.rank(self.plan, replace(pinned, newest=None, since=None))
        return ranked

    def rank_relaxed(self, pinned: Pinned) -> _Ranked | None:
        """The candidates that match the relaxed search; None where it cannot be relaxed."""
        loose = _relaxed(self.connection, self.plan, self.query, pinned)
        if loose is None or pinned.relaxed:
            return self.rank(loose, pinned) if loose else None
        # If a single frequent word is left, not all matches are ranked.
        is_bounded = loose.cardinality.matches <= RANKED_AT_MOST
        newest, since = (None, None) if is_bounded else candidates_among(self.connection, loose.cardinality)
        return self.rank(loose, replace(pinned, relaxed=True, newest=newest, since=since))

    @cached_property
    def _is_short(self) -> bool:
        return len({*terms(self.query.tree, positive=True)}) <= SHORT

    @cached_property
    def _has_phrases(self) -> bool:
        return has_phrases(self.query)

    @property
    def _scored(self) -> int:
        return SCORED if self._is_short else SCORED_OF_LONG

    def _key(self, row: DictRow) -> _Key:
        exact = row["lengths"] is not None
        score = self.scorer.score(term_frequencies(row, self.lexemes), row["lengths"]) if exact else row["rough"]
        literal = literal_phrases(self.query, row) if self._has_phrases else None
        return 4 * row["complete"] + exact + (literal or 0), score, row["published_at"], row["id"]


def page(connection: Connection, plan: Plan, query: Query, request: PageRequest) -> tuple[Page, Scorer]:
    """A page of matches, best first, its rows their sort keys; and what their scores are computed with."""
    lexemes = query.positive_lexemes[:LEXEMES_AT_MOST]
    pinned = from_key(request.key) or pin(connection, lexemes, plan.cardinality, RANKED_AT_MOST)
    scorer = _scorer(pinned, lexemes, query.times)
    ranker = _Ranker(connection, plan, query, lexemes, scorer, request)
    ranked, strict, absent = _best(ranker, pinned)
    complete = ranked.pinned.all_matches and ranked.count <= RANKED_AT_MOST
    loose = ranked.plan if ranked.pinned.relaxed else None
    ranking = Ranking(min(ranked.count, RANKED_AT_MOST), complete, strict, loose, absent)
    found = replace(_cut(ranked, request), ranking=ranking)
    if not (ranked.pinned.all_matches and (ranking.complete or ranking.relaxed)):
        return with_total(connection, ranked.plan, request.count, found), scorer
    if request.count == "none":
        return found, scorer
    most = COUNTED_AT_MOST if request.count == "capped" else RANKED_AT_MOST
    return replace(found, total=min(ranked.count, most), capped=ranked.count > most), scorer


def relaxed(connection: Connection, plan: Plan) -> tuple[Plan | None, Sequence[SingleWord]]:
    """The plan of a search that matches fewer than RELAXED_BELOW articles, relaxed as a first page is, and its absent
    words; None where it cannot be relaxed."""
    absent = absent_words(connection, plan)
    if plan.query is None or plan.empty:
        return None, absent
    lexemes = plan.query.positive_lexemes[:LEXEMES_AT_MOST]
    pinned = pin(connection, lexemes, plan.cardinality, RANKED_AT_MOST).without(absent, lexemes)
    return _relaxed(connection, plan, plan.query, pinned), absent


def _relaxed(connection: Connection, plan: Plan, query: Query, pinned: Pinned) -> Plan | None:
    # Until terms are counted it is not known which are rare.
    if not pinned.articles:
        return None
    frequencies = dict(zip(query.positive_lexemes[:LEXEMES_AT_MOST], pinned.frequencies, strict=False))
    loose = relax(query, frequencies, RANKED_AT_MOST if pinned.bounded else None)
    return plan.search_for(connection, loose) if loose else None


def _best(ranker: _Ranker, pinned: Pinned) -> tuple[_Ranked, int, Sequence[SingleWord]]:
    """What matches strictly, or relaxed where that is little; how many match strictly; and the absent words then."""
    first_page = ranker.request.key is None
    ranked = _Ranked(ranker.plan, (), 0, pinned) if pinned.relaxed else ranker.rank_strict(pinned)
    strict = ranked.count
    if not (pinned.relaxed or (first_page and strict < RELAXED_BELOW)):
        return ranked, strict, ()
    absent = absent_words(ranker.connection, ranker.plan)
    # The order of later pages is that of the first one, whatever has been stored since.
    loose = ranker.rank_relaxed(ranked.pinned.without(absent, ranker.lexemes) if first_page else pinned)
    return (loose if loose and loose.count > strict else ranked), strict, absent


def _candidates(plan: Plan, pinned: Pinned) -> tuple[Selection, Order]:
    def stored_before(selection: Selection) -> Selection:
        return selection.where(_STORED_BEFORE, ranked_at=pinned.ranked_at)

    if pinned.newest is not None:
        return scan(plan, "newest", pinned.newest, narrow=stored_before)
    since = datetime.fromisoformat(pinned.since) if pinned.since else None
    selection, order = all_matches(replace(plan, since=since), "newest")
    return stored_before(selection), order


def _scorer(pinned: Pinned, lexemes: Sequence[Lexeme], times: Mapping[Lexeme, int]) -> Scorer:
    # Lexemes of a language that was added since the first page are not pinned, and do not affect the order.
    names = (lexeme.name for lexeme in lexemes)
    repeated = {lexeme.name: number for lexeme, number in times.items() if number > 1}
    return Scorer(pinned.articles, dict(zip(names, pinned.frequencies, strict=False)), pinned.lengths, repeated)


def _cut(ranked: _Ranked, request: PageRequest) -> Page:
    """The page of these sort keys, which are its rows."""
    keys = ranked.keys
    if request.key is not None:
        tier, score, published_at, article = request.key[:4]
        here = (tier, score, datetime.fromisoformat(str(published_at)), UUID(str(article)))
        keys = [key for key in keys if (key > here if request.backward else key < here)]
    more = len(keys) > request.limit
    keys = keys[-request.limit :] if request.backward else keys[: request.limit]
    pinned = ranked.pinned
    rest = [
        pinned.ranked_at, pinned.relaxed, pinned.bounded, pinned.newest, pinned.since, pinned.articles,
        list(pinned.lengths), list(pinned.frequencies),
    ]  # fmt: skip
    rows = [[*key, *rest] for key in keys]
    first, last = (rows[0], rows[-1]) if rows else (None, None)
    return Page(
        rows,
        prev=first if (more if request.backward else request.key is not None) else None,
        next=last if request.backward or more else None,
    )
