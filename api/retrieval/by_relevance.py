"""Searches in order of relevance: candidates are gathered, ranked roughly by Postgres, the best exactly by BM25.

A cursor pins all that the order follows from, document frequencies included: its pages are those of one order to the
end, whatever is stored or counted meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.postgres.connection import Connection, present
from api.retrieval import access_path
from api.retrieval.access_path import fetch_cost
from api.retrieval.by_time import all_matches, scan, with_total
from api.retrieval.cardinality import Cardinality
from api.retrieval.keyset import COUNTED_AT_MOST, Page, PageRequest, Ranking
from api.retrieval.plan import Plan
from api.retrieval.select import Order, Selection
from api.search import fulltext
from api.search.bm25 import Scorer, TermFrequencies
from api.search.relaxation import relax
from api.search.tsquery import Lexeme, Query

RANKED_AT_MOST = 2_000
# The best of them get an exact score.
SCORED = 200
# Where fetching all matches costs more than COST_AT_MOST, candidates are gathered among the newest articles: as many as
# should hold ENOUGH candidates, within the bounds of SCANNED.
COST_AT_MOST = 25_000
ENOUGH = 500
SCANNED = (2_000, 10_000)
# A search without filters need not scan those: the full-text index and the index of times are intersected. That is
# cheaper where the terms are in at most so many articles for each of the newest, and pays from a lower cost on.
INTERSECTED_AT_MOST = 5
INTERSECTED_COST_AT_MOST = 10_000
# Further lexemes are searched for but do not affect the order.
LEXEMES_AT_MOST = 200

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
    from ranked left join lateral (
        select {fulltext.FIELD_LENGTHS} as lengths, {fulltext.RANKS} as ranks, {fulltext.PREFIXED} as prefixed
        from articles where articles.id = ranked.id and number <= %(scored)s offset 0
    ) as scored on true"""

# The sort key: a tier (all terms before some of them, exact scores before rough ones), the score, and of equal scores
# the newer article first.
_Key = tuple[int, float, datetime, UUID]


@dataclass(frozen=True)
class Pinned:
    """What the order follows from besides the articles.

    ``bounded``: a relaxed search has as many of its terms as are in RANKED_AT_MOST articles together. Candidates are
    all matches, or those among the ``newest`` articles: so many that pass the filters, or all since that time.
    """

    ranked_at: str
    relaxed: bool
    bounded: bool
    newest: int | str | None
    articles: int
    lengths: tuple[float, float, float]
    frequencies: tuple[int, ...]


@dataclass(frozen=True)
class _Ranked:
    """The sort keys of the best candidates, how many there are, at most one more than RANKED_AT_MOST, and how so."""

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
            f"with gathered as materialized ({gathered}), {_RANKED}",
            {
                **selection.all_parameters,
                "most": RANKED_AT_MOST,
                "shown": SCORED if self.request.key is None else RANKED_AT_MOST,
                "scored": SCORED,
                "all": None if plan.tsquery == self.plan.tsquery else self.plan.tsquery,
                "words": " | ".join(lexeme.tsquery() for lexeme in self.lexemes),
                **rank_parameters(self.lexemes),
                "ranked_at": pinned.ranked_at,
            },
            prepare=False,
        ).fetchall()
        keys = sorted((self._key(row) for row in rows), reverse=True)
        return _Ranked(keys, rows[0]["found"] if rows else 0, pinned)

    def rank_strict(self, pinned: Pinned) -> _Ranked:
        """The candidates that match the search itself; among all matches if the newest ones do not fill a page."""
        ranked = self.rank(self.plan, pinned)
        if self.request.key is None and pinned.newest and ranked.count < self.request.limit:
            return self.rank(self.plan, replace(pinned, newest=None))
        return ranked

    def rank_relaxed(self, pinned: Pinned) -> _Ranked | None:
        """The candidates that match the relaxed search; None where it cannot be relaxed."""
        # Until terms are counted it is not known which are rare.
        frequencies = dict(zip(self.lexemes, pinned.frequencies, strict=False))
        loose = relax(self.query, frequencies, RANKED_AT_MOST if pinned.bounded else None) if pinned.articles else None
        if loose is None:
            return None
        return self.rank(self.plan.search_for(self.connection, loose), replace(pinned, relaxed=True, newest=None))

    def _key(self, row: DictRow) -> _Key:
        exact = row["lengths"] is not None
        score = self.scorer.score(term_frequencies(row, self.lexemes), row["lengths"]) if exact else row["rough"]
        return 2 * row["complete"] + exact, score, row["published_at"], row["id"]


def page(connection: Connection, plan: Plan, query: Query, request: PageRequest) -> tuple[Page, Scorer]:
    """A page of matches, best first, its rows their sort keys; and what their scores are computed with."""
    lexemes = query.positive_lexemes[:LEXEMES_AT_MOST]
    pinned = _pinned(request.key) or _pin(connection, lexemes, plan.cardinality)
    scorer = _scorer(pinned, lexemes)
    ranker = _Ranker(connection, plan, query, lexemes, scorer, request)
    ranked, strict = _best(ranker, pinned)
    complete = not ranked.pinned.newest and ranked.count <= RANKED_AT_MOST
    ranking = Ranking(min(ranked.count, RANKED_AT_MOST), complete, ranked.pinned.relaxed, strict)
    found = replace(_cut(ranked, request), ranking=ranking)
    if not (ranking.complete or ranking.relaxed):
        return with_total(connection, plan, request.count, found), scorer
    if request.count == "none":
        return found, scorer
    most = COUNTED_AT_MOST if request.count == "capped" else RANKED_AT_MOST
    return replace(found, total=min(ranked.count, most), capped=ranked.count > most), scorer


def rank_parameters(lexemes: Sequence[Lexeme]) -> dict[str, list[str]]:
    """The parameters of fulltext.RANKS and fulltext.PREFIXED."""
    return {
        "lexemes": [lexeme.tsquery() for lexeme in lexemes if not lexeme.prefix],
        "prefixes": [lexeme.text for lexeme in lexemes if lexeme.prefix],
    }


def term_frequencies(row: Mapping[str, Any], lexemes: Sequence[Lexeme]) -> dict[str, TermFrequencies]:
    """How often each lexeme is in which field, by its name, from a row with fulltext.RANKS and fulltext.PREFIXED."""
    names = [lexeme.name for lexeme in lexemes if not lexeme.prefix]
    found = {name: fulltext.frequencies(*ranks) for name, ranks in zip(names, row["ranks"], strict=True) if any(ranks)}
    for lexeme in lexemes:
        if lexeme.prefix and (prefixed := row["prefixed"]):
            labels = "".join(labels for text, labels in prefixed.items() if text.startswith(lexeme.text))
            found |= {lexeme.name: (labels.count("A"), labels.count("B"), labels.count("D"))} if labels else {}
    return found


def _best(ranker: _Ranker, pinned: Pinned) -> tuple[_Ranked, int]:
    """What matches strictly, or, where that does not fill a page, relaxed; and how many match strictly."""
    request = ranker.request
    ranked = _Ranked((), 0, pinned) if pinned.relaxed else ranker.rank_strict(pinned)
    strict = ranked.count
    fills_page = request.key is not None or strict >= request.limit
    if pinned.relaxed or not fills_page:
        relaxed = ranker.rank_relaxed(ranked.pinned)
        if relaxed and relaxed.count > strict:
            return relaxed, strict
    return ranked, strict


def _candidates(plan: Plan, pinned: Pinned) -> tuple[Selection, Order]:
    def stored_before(selection: Selection) -> Selection:
        return selection.where(_STORED_BEFORE, ranked_at=pinned.ranked_at)

    if isinstance(pinned.newest, int):
        return scan(plan, "newest", pinned.newest, narrow=stored_before)
    selection, order = all_matches(plan, "newest")
    if pinned.newest:
        selection = selection.where("a.published_at >= %(since)s", since=pinned.newest)
    return stored_before(selection), order


def _scorer(pinned: Pinned, lexemes: Sequence[Lexeme]) -> Scorer:
    # Lexemes of a language that was added since the first page are not pinned, and do not affect the order.
    names = (lexeme.name for lexeme in lexemes)
    return Scorer(pinned.articles, dict(zip(names, pinned.frequencies, strict=False)), pinned.lengths)


def _pin(connection: Connection, lexemes: Sequence[Lexeme], cardinality: Cardinality) -> Pinned:
    statistics = cardinality.statistics
    now = statistics.read_at if statistics else _now(connection)
    unseen = statistics.unseen if statistics else 1
    return Pinned(
        now.isoformat(),
        relaxed=False,
        bounded=cardinality.fewest > RANKED_AT_MOST,
        newest=_newest(connection, cardinality),
        articles=statistics.articles if statistics else 0,
        lengths=_rounded(statistics.lengths) if statistics else (0, 0, 0),
        # Two digits are enough, and keep cursors short.
        frequencies=tuple(
            int(float(f"{cardinality.document_frequencies.get(lexeme, unseen):.1e}")) for lexeme in lexemes
        ),
    )


def _now(connection: Connection) -> datetime:
    return present(connection.execute("select now() as now").fetchone())["now"]


def _newest(connection: Connection, cardinality: Cardinality) -> int | str | None:
    """Among how many of the newest articles, or since when, to gather candidates; None for among all."""
    search = cardinality.search
    if search is None:
        return None
    factor = access_path.LINKED_FACTOR if access_path.is_linked(cardinality.without_search) else 1
    cost = min(
        cardinality.fewest * access_path.SCAN_COST * factor,
        fetch_cost(search, cardinality.articles),
    )
    least, most = SCANNED[0], SCANNED[1] // factor
    newest = round(min(max(ENOUGH / search.matching, least), most)) if search.matching else most
    indexed = search.indexed * cardinality.articles
    intersected = cardinality.filters.keys() == {"q"} and indexed <= INTERSECTED_AT_MOST * newest
    if cost <= (INTERSECTED_COST_AT_MOST if intersected else COST_AT_MOST):
        return None
    return _since(connection, newest) if intersected else newest


def _since(connection: Connection, newest: int) -> str | None:
    """When the last of so many of the newest articles was published; None where there are fewer."""
    row = connection.execute(
        "select published_at from articles where visible"
        " order by published_at desc, id desc offset %(newest)s - 1 limit 1",
        {"newest": newest},
    ).fetchone()
    return row["published_at"].isoformat() if row else None


def _rounded(lengths: Iterable[float]) -> tuple[float, float, float]:
    headline, standfirst, body = (round(length, 1) for length in lengths)
    return headline, standfirst, body


def _pinned(key: Sequence[Any] | None) -> Pinned | None:
    if key is None:
        return None
    ranked_at, relaxed, bounded, newest, articles, lengths, frequencies = key[4:]
    return Pinned(ranked_at, relaxed, bounded, newest, articles, _rounded(lengths), tuple(frequencies))


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
        pinned.ranked_at, pinned.relaxed, pinned.bounded, pinned.newest, pinned.articles, list(pinned.lengths),
        list(pinned.frequencies),
    ]  # fmt: skip
    rows = [[*key, *rest] for key in keys]
    first, last = (rows[0], rows[-1]) if rows else (None, None)
    return Page(
        rows,
        prev=first if (more if request.backward else request.key is not None) else None,
        next=last if request.backward or more else None,
    )
