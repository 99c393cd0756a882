"""The articles that are read to count what a plan matches: all of them, or where these are too many, a random sample.

The id of an article is a hash, so the articles whose ids are below a bound are a random sample: always the same one.
"""

from dataclasses import dataclass, replace
from math import ceil, log2, sqrt
from typing import LiteralString
from uuid import UUID

from api.postgres.connection import Connection, pipelined, present
from api.retrieval import published
from api.retrieval.access_path import ARTICLES, LINKS, ORDERED
from api.retrieval.filters import FILTERS
from api.retrieval.plan import Plan
from api.retrieval.select import Selection
from api.search import fulltext
from api.search.parser import Term

INDEXED_AT_MOST = 200_000
"""The number of articles that are all counted if one index is enough to count them."""
FETCHED_AT_MOST = 20_000
"""The number of articles that are all counted if each of them is fetched."""
SAMPLE_SIZE = 10_000
"""About how many articles of a sample are read: 7,000 to 14,000. If all of 10,000 match, it estimates a total to within
2 % in 19 of 20 cases."""
PILOT_SIZE, PILOT_FRACTION = 300, 0.03
"""The expected number of articles, and the largest fraction, of the sample that tells how many a search matches."""
RARE = 100
"""The number of articles that the planner expects of a search that needs no pilot."""
UNEXPECTED = 5
"""How many times more articles than expected a search finds if the planner would choose a bad plan for its sample."""
DENSE = 0.5
"""The part of all articles above which a search is not looked up in the full-text index for a sample."""

# For a transaction: a bitmap of a million articles stays exact.
WORK_MEM: LiteralString = "select set_config('work_mem', '64MB', true)"

# Of links and of all articles of an outlet, which include articles that readers do not see.
_NOT_HIDDEN: LiteralString = "not exists (select from articles hidden where hidden.id = {} and not hidden.visible)"
_NO_HIDDEN_LINK = _NOT_HIDDEN.format("l.article_id")
_NO_HIDDEN_ARTICLE = _NOT_HIDDEN.format("a.id")


@dataclass(frozen=True)
class Sample:
    """A ``fraction`` of the articles of a plan; ``published_at`` and ``id`` are columns of the selection.

    They are read from one index alone if they are ``indexed``.
    """

    selection: Selection
    id: LiteralString = "a.id"
    published_at: LiteralString = "a.published_at"
    indexed: bool = False
    fraction: float = 1.0

    @property
    def complete(self) -> bool:
        """Whether these are all articles."""
        return self.fraction == 1

    @property
    def filtered(self) -> LiteralString:
        """The source and the conditions of a statement on these articles."""
        return f"{self.selection.source} where {' and '.join(self.selection.conditions)}"

    def estimate(self, counted: int) -> int:
        """How many articles of the plan so many of the sample stand for."""
        return round(counted / self.fraction)

    def margin(self, counted: int) -> int:
        """By how much the estimate may be wrong at most, in 19 of 20 cases."""
        if self.complete:
            return 0
        return ceil(max(1.96 * sqrt(counted * (1 - self.fraction)), 3) / self.fraction)

    def part(self, fraction: float) -> "Sample":
        """A random part of all articles."""
        # Hashtags are collected among these ids, by this parameter.
        condition: LiteralString = f"{self.id} < %(sampled)s"
        narrowed = self.selection.where(condition, sampled=UUID(int=int(fraction * 2**128)))
        return replace(self, selection=narrowed, fraction=fraction)

    def at_most(self, articles: float, largest: float = 1.0) -> "Sample":
        """All, or a part if more than FETCHED_AT_MOST or INDEXED_AT_MOST ``articles`` are read to count them.

        The part is that of SAMPLE_SIZE, and not larger than the fraction ``largest``.
        """
        most = INDEXED_AT_MOST if self.indexed else FETCHED_AT_MOST
        if articles <= most:
            return self
        # In steps, so that the sample and its margin seldom change when the planner's estimate does.
        return self.part(min(2.0 ** round(log2(SAMPLE_SIZE / articles)), largest))


def sample(connection: Connection, plan: Plan) -> Sample:
    """All articles of a plan that is not empty, or a sample for which about SAMPLE_SIZE are read."""
    if indexed := _indexed(plan):
        return indexed.at_most(_expected(connection, indexed))
    fewest = plan.cardinality.fewest
    found, largest = (None, 1.0) if plan.tsquery is None else _found(connection, plan, plan.tsquery)
    linked = replace(plan.along_filters, in_order=False).select("newest")[0]
    if linked.source != ARTICLES and not linked.each and (found is None or fewest < found):
        return Sample(linked, "l.article_id", "l.published_at").at_most(fewest)
    whole = Sample(plan.along_any_index.select("newest")[0])
    if found is None:
        return whole.at_most(_expected(connection, whole))
    part = whole.at_most(found, largest)
    if part.complete or found < DENSE * plan.cardinality.articles:
        return part
    # Most articles match: the full-text index would find them all before those of the sample are chosen.
    chosen: LiteralString = "(select * from articles a where a.visible and a.id < %(sampled)s offset 0) as a"
    return replace(part, selection=replace(part.selection, source=chosen))


def _found(connection: Connection, plan: Plan, tsquery: str) -> tuple[float, float]:
    """About how many articles the full-text index finds, and the largest part of them that is worth selecting by id.

    Words that occur together are expected too rarely, as they are taken to be independent, so a pilot counts them.
    """
    counted = plan.cardinality.search.indexed * plan.cardinality.articles if plan.cardinality.search else 0
    if plan.hashtags:
        return counted, 1.0
    whole = Sample(Selection("", ARTICLES).where(fulltext.MATCHES, q=tsquery))
    expected = _expected(connection, whole)
    if expected <= RARE or plan.cardinality.articles <= FETCHED_AT_MOST:
        return expected, 1.0
    pilot = whole.part(min(PILOT_SIZE / expected, PILOT_FRACTION))
    if plan.cardinality.statistics and plan.query and isinstance(plan.query.tree, Term):
        return counted, pilot.fraction if counted > UNEXPECTED * expected else 1.0
    statement: LiteralString = f"select count(*) as articles from {pilot.filtered}"
    with pipelined(connection):
        connection.execute(WORK_MEM)
        cursor = connection.execute(statement, pilot.selection.parameters, prepare=False)
    found = pilot.estimate(present(cursor.fetchone())["articles"])
    # Where the planner expects few articles, it would read them all and then compare their ids with a larger bound.
    return found, pilot.fraction if found > UNEXPECTED * expected else 1.0


def _indexed(plan: Plan) -> Sample | None:
    """All articles of a plan, if one index is enough to count them."""
    filters = plan.cardinality.filters
    named = [name for name in FILTERS if filters.get(name)]
    if plan.tsquery is not None or plan.collapse or "updated_since" in filters or len(named) > 1:
        return None
    if not named:
        return Sample(plan.along_any_index.select("newest")[0], indexed=True)
    [name] = named
    values = filters[name]
    if name in LINKS and isinstance(values, list) and len(values) == 1:
        links, column, _ = LINKS[name]
        selection = Selection("", links, (f"{column} = %(driving)s", _NO_HIDDEN_LINK), {"driving": values[0]})
        narrowed = published.narrow(selection, filters, "l.published_at")
        return Sample(narrowed, "l.article_id", "l.published_at", indexed=True)
    if name == "outlet":
        selection = Selection("", ARTICLES, ("a.outlet_id = any(%(outlet)s)", _NO_HIDDEN_ARTICLE), {"outlet": values})
        return Sample(published.narrow(selection, filters, "a.published_at"), indexed=True)
    return Sample(plan.along_any_index.select("newest")[0], indexed=True) if name in ORDERED else None


def _expected(connection: Connection, whole: Sample) -> float:
    """How many articles the planner expects."""
    statement: LiteralString = f"explain (format json) select from {whole.filtered}"
    row = present(connection.execute(statement, whole.selection.parameters, prepare=False).fetchone())
    return float(row["QUERY PLAN"][0]["Plan"]["Plan Rows"])
