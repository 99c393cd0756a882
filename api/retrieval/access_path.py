"""The access path of a list: it is read along the filter that leaves the fewest articles. Uses no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from api.retrieval.cardinality import SORTED_AT_MOST, Cardinality
from api.retrieval.select import Selection
from api.search.selectivity import Selectivity

ARTICLES: LiteralString = "articles a"

# The links of a tag or person are in order of publication: those of one entity are scanned in that order, those of
# several, %(driving)s, are collected first. FETCHED forces the planner to fetch each article by its id; it prefers to
# scan all articles where some thousands are to be fetched.
LINKS: Mapping[str, tuple[LiteralString, LiteralString, LiteralString]] = {
    "tag": (
        "article_tags l",
        "l.tag_id",
        "(select distinct l.article_id, l.published_at from article_tags l where l.tag_id = any(%(driving)s)) as l",
    ),
    "person": (
        "article_people l",
        "l.person_id",
        "(select distinct l.article_id, l.published_at from article_people l"
        " where l.person_id = any(%(driving)s)) as l",
    ),
}
FETCHED: LiteralString = " cross join lateral (select * from articles a where a.id = l.article_id offset 0) as a"

# The id of an entity by its slug or a retired slug.
BY_SLUG: Mapping[str, LiteralString] = {
    "tag": """coalesce(
        (select id from tags where slug = %(driving)s and merged_into is null),
        (select id from slugs_retired where noun = 'tag' and slug = %(driving)s))""",
    "person": """coalesce(
        (select id from people where slug = %(driving)s and merged_into is null),
        (select id from slugs_retired where noun = 'person' and slug = %(driving)s))""",
}

# The columns with an index on (value, time of publication).
EACH_ID: LiteralString = "unnest(%(driving)s::int[]) as driving (value)"
EACH_TEXT: LiteralString = "unnest(%(driving)s::text[]) as driving (value)"
ORDERED: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "outlet": (EACH_ID, "a.outlet_id = driving.value"),
    "section": (EACH_TEXT, "a.section = driving.value"),
    "language": (EACH_TEXT, 'a.language = driving.value collate "C"'),
    "credit": (EACH_TEXT, "a.credit = driving.value"),
    "byline": (EACH_TEXT, "a.byline = driving.value"),
}

# Relative costs of an article: passed in a scan and compared, fetched because the index says that it matches, and
# fetched to be compared again because the index cannot know word order or field.
SCAN_COST = 3
FETCH_COST = 5
RECHECK_COST = 7
# The cost of an article in a scan along links, where it is fetched by its id, relative to a scan along an index.
LINKED_FACTOR = 3
# The cost of an article that is not in a useful order and is checked for a link, relative to a scan.
LINK_CHECK_FACTOR = 3
# A scan ends without a full page after this many times the expected number of articles, and after SCANNED_AT_LEAST.
PATIENCE = 3
SCANNED_AT_LEAST = 500
# Where fetching all matches is expected to cost more than EXPENSIVE, a scan of TRIAL_SCAN articles is tried first:
# terms that occur together match more articles than their independent frequencies suggest.
EXPENSIVE, TRIAL_SCAN = 20_000, 2_000


@dataclass(frozen=True)
class FixedPath:
    """An access path that does not depend on counts: all articles, or those linked to one tag or person."""

    name: str
    parameters: Mapping[str, object]


def scan_limit(cardinality: Cardinality, rows: int, sort: str) -> int | None:
    """The number of articles to scan to find ``rows`` matches in order; None if the full-text index is cheaper.

    Terms are assumed to be independent of each other, of filters and of time. Where they are not, a scan that ends
    without a full page costs a small multiple of the expected cost.
    """
    search = cardinality.search
    if search is None:
        return None
    fewest = cardinality.fewest
    expected = min(fewest, rows / search.matching) if search.matching else fewest
    # No filter has an index in order of updates: every other article is checked for it and passed over.
    filtered = sort == "updated" and fewest < cardinality.articles
    passed_over = LINK_CHECK_FACTOR * cardinality.articles / max(fewest, 1) if filtered else 1
    fetching = fetch_cost(search, cardinality.articles)
    if fetching <= expected * max(passed_over, 1) * SCAN_COST:
        return TRIAL_SCAN if fetching > EXPENSIVE and passed_over <= 1 else None
    return max(SCANNED_AT_LEAST, round(PATIENCE * expected))


def fetch_cost(search: Selectivity, articles: int) -> float:
    """The relative cost of fetching all matches of a search."""
    return search.indexed * articles * (FETCH_COST if search.exact else RECHECK_COST)


def fixed_path(filters: Mapping[str, object], sort: str) -> FixedPath | None:
    """The fixed path of these filters; None where the path depends on how many articles they leave."""
    if not filters:
        return FixedPath("", {})
    [(name, values)] = filters.items() if len(filters) == 1 else [("", None)]
    if name not in LINKS or sort == "updated" or not isinstance(values, list) or len(values) != 1:
        return None
    return FixedPath(name, {"driving": values[0]})


def fixed_selection(name: str) -> Selection:
    """All articles, or for the name of a filter those of one tag or person, whose id is looked up on the way."""
    if not name:
        return Selection("a.*", ARTICLES, fixed=True)
    links, column, _ = LINKS[name]
    condition: LiteralString = f"{column} = {BY_SLUG[name]}"
    return Selection("a.*", links + FETCHED, (condition,), fixed=True)


def is_linked(cardinality: Cardinality) -> bool:
    """Whether the rarest filter is a tag or person, so that links are scanned instead of articles."""
    return cardinality.rarest is not None and cardinality.rarest.removesuffix("_all") in LINKS


def driving_selection(lists: dict[str, list[Any]], cardinality: Cardinality, sort: str) -> Selection:
    """The articles of the rarest filter, in order where an index has that order.

    Values that the selection takes care of are removed from ``lists``. So no list reads more than the articles of one
    of its filters, where their number is known.
    """
    name = cardinality.rarest
    if name is None:
        return Selection("a.*", ARTICLES)
    few = cardinality.frequencies[name] <= SORTED_AT_MOST
    if name.removesuffix("_all") in LINKS and (few or sort != "updated"):
        return _along_links(name.removesuffix("_all"), _take(lists, name), sort)
    if name in ORDERED and sort != "updated":
        if len(lists[name]) == 1:
            return Selection("a.*", ARTICLES)
        each, condition = ORDERED[name]
        return Selection("a.*", ARTICLES, each=each).where(condition, driving=_take(lists, name))
    return Selection("a.*", ARTICLES, materialized=few and (name, sort) != ("updated_since", "updated"))


def _along_links(kind: str, ids: list[Any], sort: str) -> Selection:
    links, column, several = LINKS[kind]
    if sort == "updated":
        return Selection("a.*", several + FETCHED, parameters={"driving": ids}, materialized=True)
    if len(ids) == 1:
        return Selection("a.*", links + FETCHED).where(f"{column} = %(driving)s", driving=ids[0])
    return Selection("a.*", links + FETCHED, each=EACH_ID).where(f"{column} = driving.value", driving=ids)


def _take(lists: dict[str, list[Any]], name: str) -> list[Any]:
    """The values of which any is enough; where all are required the first one, and the others stay in ``lists``."""
    values = lists.pop(name)
    if name.endswith("_all") and len(values) > 1:
        lists[name] = values[1:]
        return values[:1]
    return values
