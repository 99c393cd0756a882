"""Which articles a request asks for: its filters and search, resolved against the archive once.

Lists, counts, facets, timelines, spelling suggestions and highlights all read the same ``Plan``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, LiteralString, cast

from api.model.article import COLUMNS, HIGHLIGHTED, json_entry, text_bytes
from api.postgres.connection import Connection
from api.retrieval import access_path, cardinality, hashtags, published
from api.retrieval.access_path import ARTICLES, FixedPath, driving_selection
from api.retrieval.cardinality import Cardinality
from api.retrieval.collapsing import COPIES, collapsed
from api.retrieval.filters import FILTERS
from api.retrieval.hashtags import Hashtag
from api.retrieval.select import ROW_BYTES, Order, Selection
from api.search import fulltext
from api.search.parser import AllOf, Node, required_hashtags
from api.search.tsquery import Query, analyze, texts_to_analyze

# Embargoed articles are few and only some keys see them: they are read from the partial index that holds only them.
EMBARGOED: LiteralString = (
    "(select * from articles where embargoed_until is not null and status = 'usable' offset 0) as a"
)
EMBARGOED_OF: LiteralString = """(
        select * from articles
        where embargoed_until is not null and status = 'usable'
            and outlet_id = any(array(select id from outlets where slug = any(%(embargoes_of)s))) offset 0
    ) as a"""


@dataclass(frozen=True)
class Plan:
    """The articles that pass all filters, how many each filter leaves, and so the way to read them.

    ``filters`` are the validated ones of the request: lists for FILTERS (entities by slug), times for ``from``, ``to``
    and ``updated_since``, spans of time by text for ``month`` and ``year``, a parsed search for ``q``.
    ``embargoes_of`` are the outlets (slugs, None for all) whose embargoed articles are included. ``query`` is the
    search in the languages of the archive, ``tsquery`` what Postgres is asked for: articles that match it, or with
    ``hashtags`` those that match ``rest`` and have each tag or its words, by which they are found if they are
    ``collected``. With ``collapse``, the first of each group of
    copies stands for all. An ``empty`` plan matches nothing. A ``fixed`` one needs no cardinality and has none.
    ``in_order`` selects articles along an index in order of time. Of the articles, those are selected that were
    published ``since`` a moment, apart from what is a copy of an earlier one.
    """

    filters: Mapping[str, object]
    embargoes_of: Sequence[str] | None = ()
    query: Query | None = None
    tsquery: str | None = None
    cardinality: Cardinality = field(default_factory=lambda: Cardinality({}))
    collapse: bool = False
    empty: bool = False
    fixed: FixedPath | None = None
    in_order: bool = True
    hashtags: Sequence[Hashtag] = ()
    rest: str | None = None
    collected: bool = False
    since: datetime | None = None

    @property
    def public(self) -> "Plan":
        """The same, without embargoed articles."""
        return replace(self, embargoes_of=())

    @property
    def along_filters(self) -> "Plan":
        """The same articles, read along their rarest filter instead of the search."""
        return replace(self, cardinality=self.cardinality.without_search)

    @property
    def along_any_index(self) -> "Plan":
        """The same articles, with the access path left to the planner."""
        return replace(self, cardinality=replace(self.cardinality, frequencies={}), in_order=False)

    @property
    def before_search(self) -> "Plan":
        """The articles that pass all filters but the search, copies included."""
        return replace(self.along_filters, tsquery=None, hashtags=(), collapse=False)

    def without(self, names: Collection[str]) -> "Plan":
        """The same without these filters, not counted anew. Not for an empty plan."""
        return replace(self, cardinality=self.cardinality.without(names))

    def search_for(self, connection: Connection, tsquery: str) -> "Plan":
        """The same filters with another search."""
        found = cardinality.with_search(connection, self.cardinality, tsquery)
        return replace(self, tsquery=tsquery, cardinality=found, hashtags=())

    def select(self, sort: str, fields: Sequence[str] = ()) -> tuple[Selection, Order]:
        """The statement that reads the articles, and its order; both without a database."""
        lists = _lists(self.cardinality.filters)
        remaining = dict(lists)
        selection = driving_selection(remaining, self.cardinality, sort)
        linked = selection.source != ARTICLES
        order = order_by(sort, linked=linked)
        in_order = self.in_order and sort != "updated" and not selection.materialized
        selection = self._narrow(selection.where("a.visible"), remaining, linked=linked, in_order=in_order)
        if self.collapse:
            selection = self.collapsed(selection, linked=linked)
        selection = self._bounded(selection, "l.published_at" if linked else "a.published_at")
        selection = columns(fields, order.names, copies=self.collapse).of(selection)
        if self.embargoes_of is not None and not self.embargoes_of:
            return selection, order
        source = EMBARGOED if self.embargoes_of is None else EMBARGOED_OF
        embargoed = Selection("a.*", source, parameters={"embargoes_of": self.embargoes_of})
        also = self._bounded(self._narrow(embargoed, lists, undriven=True), "a.published_at")
        return replace(selection, also=also), order

    def _bounded(self, selection: Selection, column: LiteralString) -> Selection:
        return selection if self.since is None else selection.where(f"{column} >= %(since)s", since=self.since)

    def collapsed(self, selection: Selection, *, linked: bool = False) -> Selection:
        """The selection without articles that are copies of an earlier one of the plan."""
        matching = self._narrow(Selection("a.*", ARTICLES), _lists(self.cardinality.filters), undriven=True)
        return collapsed(selection, matching, linked=linked, in_order=self.in_order)

    def _narrow(
        self,
        selection: Selection,
        lists: Mapping[str, list[Any]],
        *,
        linked: bool = False,
        in_order: bool = False,
        undriven: bool = False,
    ) -> Selection:
        """The selection with a condition for each filter that does not drive it."""
        for name, values in lists.items():
            selection = _where(selection, name, values, linked=linked, undriven=undriven)
        filters = self.cardinality.filters
        column: LiteralString = "l.published_at" if linked else "a.published_at"
        selection = published.narrow(selection, filters, column, in_order=in_order)
        if "updated_since" in filters:
            selection = selection.where("a.updated_at >= %(updated_since)s", updated_since=filters["updated_since"])
        # Copies and embargoed articles are few.
        return self.matching(selection, in_order=in_order or undriven)

    def matching(self, selection: Selection, *, in_order: bool) -> Selection:
        """The selection with the condition of the search; if ``in_order``, each article of it is compared."""
        required = self.rest if self.hashtags else self.tsquery
        if required is not None:
            selection = selection.where(fulltext.MATCHES, q=required)
        spans = published.spans(self.cardinality.filters) if self.collected and not in_order else None
        collected = (self.since or spans[0][0], spans[-1][1]) if spans else None
        return hashtags.narrow(selection, self.hashtags, collected)


def make(
    connection: Connection,
    filters: Mapping[str, object],
    sort: str,
    embargoes_of: Sequence[str] | None = (),
    *,
    collapse: bool = False,
) -> Plan:
    """The plan of a list: resolved, or fixed, without a statement, where its access path never depends on counts."""
    public = embargoes_of is not None and not embargoes_of
    if public and not collapse and (fixed := access_path.fixed_path(filters, sort)):
        return Plan(filters, fixed=fixed)
    return replace(resolve(connection, filters, sort, embargoes_of), collapse=collapse)


def resolve(
    connection: Connection, filters: Mapping[str, object], sort: str, embargoes_of: Sequence[str] | None = ()
) -> Plan:
    """The plan with ids in place of slugs and counts by filter: at most two statements, and two more for a search."""
    plan = Plan(filters, embargoes_of)
    if "q" in filters:
        query = analyze_query(connection, cast("Node", filters["q"]), embargoes_of)
        plan = _with_hashtags(connection, replace(plan, query=query, tsquery=query.tsquery), query)
        if plan.tsquery is None:
            return replace(plan, empty=True)
    if not published.spans(filters):
        return replace(plan, empty=True)
    found = cardinality.measure(connection, filters, plan.tsquery, sort)
    plan = replace(plan, filters={**filters, **found.slugs})
    if plan.hashtags and not found.nothing:
        found, collected = hashtags.with_hashtags(found, plan.rest, plan.hashtags)
        plan = replace(plan, collected=collected)
    return replace(plan, empty=True) if found.nothing else replace(plan, cardinality=found)


def _with_hashtags(connection: Connection, plan: Plan, query: Query) -> Plan:
    """The plan with the tags of its search's hashtags."""
    parts = query.tree.parts if isinstance(query.tree, AllOf) else (query.tree,)
    tags = hashtags.find(connection, required_hashtags(query.tree))
    if not tags:
        return plan
    others = AllOf(tuple(part for part in parts if part not in tags))
    words = {term: replace(query, tree=term).tsquery or fulltext.NOTHING for term in tags}
    found = [Hashtag(tag, articles, words[term]) for term, (tag, articles) in tags.items()]
    return replace(
        plan,
        tsquery=plan.tsquery or fulltext.NOTHING,
        hashtags=sorted(found, key=lambda hashtag: hashtag.articles),
        rest=replace(query, tree=others).beside_others if others.parts else None,
    )


def resolved(connection: Connection, plan: Plan, sort: str) -> Plan:
    """The same plan, resolved even if it is fixed."""
    return resolve(connection, plan.filters, sort, plan.embargoes_of) if plan.fixed else plan


def analyze_query(connection: Connection, tree: Node, embargoes_of: Sequence[str] | None = ()) -> Query:
    """A parsed search in the languages of the articles that the request may see."""
    parameters = {
        **fulltext.terms_parameters(texts_to_analyze(tree)),
        "embargoes_of": None if embargoes_of is None else list(embargoes_of),
    }
    embargoed = EMBARGOED if embargoes_of is None else EMBARGOED_OF if embargoes_of else None
    return analyze(tree, connection.execute(fulltext.terms_statement(embargoed), parameters).fetchall())


@lru_cache(1_000)
def fixed_selection(name: str, sort: str, fields: tuple[str, ...] = ()) -> tuple[Selection, Order]:
    """The selection of a fixed path, without its parameters, and its order."""
    selection = access_path.fixed_selection(name).where("a.visible")
    order = order_by(sort, linked=selection.source != ARTICLES)
    return columns(fields, order.names).of(selection), order


def order_by(sort: str, *, linked: bool) -> Order:
    """The total order of a sort; ``linked`` for articles read along the links of a tag or person."""
    if sort == "updated":
        return Order(("a.updated_at", "a.id"), ("updated_at", "id"), descending=True)
    columns: tuple[LiteralString, ...] = ("l.published_at", "l.article_id") if linked else ("a.published_at", "a.id")
    return Order(columns, ("published_at", "id"), descending=sort == "newest")


@dataclass(frozen=True)
class Columns:
    """What is read of each article, without a long ``entry`` in ``guarded``, the expression for its bytes, and the
    parameters of both."""

    sql: LiteralString
    guarded: LiteralString
    size: LiteralString | None
    parameters: Mapping[str, object]

    def of(self, selection: Selection) -> Selection:
        """A selection that reads them."""
        parameters = {**selection.parameters, **self.parameters}
        return replace(selection, columns=self.sql, guarded=self.guarded, size=self.size, parameters=parameters)


def columns(
    fields: Sequence[str], sort_key: Sequence[str], highlighted: int | None = None, *, copies: bool = False
) -> Columns:
    """The JSON of each article as ``entry``, perhaps with its ``copies``, and its sort key, and what highlights are
    made from: the beginning of the body, of which ``highlighted`` characters are searched."""
    shown = ", ".join(COLUMNS[name] for name in sort_key)
    size, entry = text_bytes(fields), json_entry(fields, {"copies": COPIES} if copies else {})
    if highlighted is not None:
        # Highlights are put into the entry, which has to be read for it.
        entry, shown = f"{entry}::text", f"{shown}, {HIGHLIGHTED}"
    guarded: LiteralString = f"case when {size} <= {ROW_BYTES} then {entry} end" if size else entry
    parameters = {} if highlighted is None else {"highlighted": highlighted}
    return Columns(f"{entry} as entry, {shown}", f"{guarded} as entry, {shown}", size, parameters)


def _lists(filters: Mapping[str, object]) -> dict[str, list[Any]]:
    return {name: value for name in FILTERS if isinstance(value := filters.get(name), list) and value}


def _where(selection: Selection, name: str, values: list[Any], *, linked: bool, undriven: bool) -> Selection:
    one, several = FILTERS[name]
    condition = several if len(values) > 1 else one
    if linked:
        # Conditions on links are checked before the article is fetched.
        condition = condition.replace("a.id", "l.article_id")
    if undriven:
        # The driving selection binds the same name to the values that it has not consumed.
        condition, name = condition.replace("_all)s", "_all_whole)s"), name.replace("_all", "_all_whole")
    return selection.where(condition, **{name: values if len(values) > 1 else values[0]})
