"""By which way a list of articles is read: along the filter that leaves the fewest. Pure: knows no database."""

from collections.abc import Mapping
from typing import Any, LiteralString

from api.retrieval.cardinality import GATHERED_AT_MOST, Known
from api.retrieval.select import Selection
from api.search.selectivity import Estimate

ARTICLES: LiteralString = "articles a"

# The links of a tag or person have the articles in order of publication: they are walked one by one, or those of all
# tags and people %(driving)s gathered. FETCHED leaves the planner no choice but to fetch each article by its id; it
# would rather read all articles than fetch some thousands.
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

# The id of one by its slug, or by one that it once had.
BY_SLUG: Mapping[str, LiteralString] = {
    "tag": """coalesce(
        (select id from tags where slug = %(driving)s and merged_into is null),
        (select id from slugs_retired where noun = 'tag' and slug = %(driving)s))""",
    "person": """coalesce(
        (select id from people where slug = %(driving)s and merged_into is null),
        (select id from slugs_retired where noun = 'person' and slug = %(driving)s))""",
}

# The columns with an index in order of publication, value by value.
EACH_ID: LiteralString = "unnest(%(driving)s::int[]) as driving (value)"
EACH_TEXT: LiteralString = "unnest(%(driving)s::text[]) as driving (value)"
ORDERED: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "outlet": (EACH_ID, "a.outlet_id = driving.value"),
    "section": (EACH_TEXT, "a.section = driving.value"),
    "language": (EACH_TEXT, 'a.language = driving.value collate "C"'),
    "credit": (EACH_TEXT, "a.credit = driving.value"),
    "byline": (EACH_TEXT, "a.byline = driving.value"),
}


# What an article costs: met on a walk and compared, fetched because the index of words says that it matches, and
# fetched to see whether words are in a row or in the right field. Of these, only the proportions matter.
WALKED = 3
FETCHED_BY_WORDS = 5
READ = 7
# Fetched by its id, as of a tag or person, an article costs so many times what it does along an index of articles.
LINKED = 3
# Asked for a tag on the way, an article costs so many times what it does otherwise.
ASKED = 3
# A walk goes on for so many times what it should take, and at least so far, before the index of words is asked.
PATIENCE = 3
WALKED_AT_LEAST = 500
# Where fetching all should cost more than this, so many are walked past first: words that belong together are in more
# articles than one of the other lets expect.
DEAR, TRIED = 20_000, 2_000


def walked(found: Known, wanted: int, sort: str) -> int | None:
    """How many articles to walk past for so many that match; None where the index of words is sooner asked.

    Words are taken for independent of each other, of the filters and of time. Where they are not, a walk that ends
    without a full page has cost no more than a few times what it should.
    """
    if found.found is None:
        return None
    passed = min((frequency for name, frequency in found.frequencies.items() if name != "q"), default=found.articles)
    needed = min(passed, wanted / found.found.part) if found.found.part else passed
    # No filter has its articles in the order of updates: each of the others is asked for it and passed over.
    filtered = sort == "updated" and passed < found.articles
    apart = ASKED * found.articles / max(passed, 1) if filtered else 1
    fetching = cost(found.found, found.articles)
    if fetching <= needed * max(apart, 1) * WALKED:
        return TRIED if fetching > DEAR and apart <= 1 else None
    return max(WALKED_AT_LEAST, round(PATIENCE * needed))


def walked_anyway(filters: Mapping[str, object], sort: str) -> tuple[str, dict[str, object]] | None:
    """Which articles ``settled`` selects, with its parameters; None where there is more to know of these filters."""
    if not filters:
        return "", {}
    [(name, values)] = filters.items() if len(filters) == 1 else [("", None)]
    if name not in LINKS or sort == "updated" or not isinstance(values, list) or len(values) != 1:
        return None
    return name, {"driving": values[0]}


def settled(name: str) -> Selection:
    """All articles, or those of one tag or person by the name of its filter.

    They are walked however many they are, so all is planned once, and the id of an entity is found on the way.
    """
    if not name:
        return Selection("a.*", ARTICLES, settled=True)
    links, column, _ = LINKS[name]
    condition: LiteralString = f"{column} = {BY_SLUG[name]}"
    return Selection("a.*", links + FETCHED, (condition,), settled=True)


def linked(found: Known) -> bool:
    """Whether what is walked are the links of a tag or person."""
    return found.rarest is not None and found.rarest.removesuffix("_all") in LINKS


def cost(found: Estimate, articles: int) -> float:
    """What it costs to fetch all that a search finds."""
    return found.looked_at * articles * (FETCHED_BY_WORDS if found.exact else READ)


def driven(lists: dict[str, list[Any]], found: Known, sort: str) -> Selection:
    """What the rarest filter leaves, in order where an index has it so; what that says is taken out of ``lists``.

    So no list reads more than the articles of one of its filters, where that is known.
    """
    name = found.rarest
    if name is None:
        return Selection("a.*", ARTICLES)
    few = found.frequencies[name] <= GATHERED_AT_MOST
    kind = name.removesuffix("_all")
    if kind in LINKS and (few or sort != "updated"):
        links, column, several = LINKS[kind]
        values = _taken(lists, name)
        if sort == "updated":
            return Selection("a.*", several + FETCHED, parameters={"driving": values}, gathered=True)
        if len(values) == 1:
            return Selection("a.*", links + FETCHED).where(f"{column} = %(driving)s", driving=values[0])
        return Selection("a.*", links + FETCHED, each=EACH_ID).where(f"{column} = driving.value", driving=values)
    if name in ORDERED and sort != "updated":
        if len(lists[name]) == 1:
            return Selection("a.*", ARTICLES)
        each, condition = ORDERED[name]
        return Selection("a.*", ARTICLES, each=each).where(condition, driving=_taken(lists, name))
    return Selection("a.*", ARTICLES, gathered=few and (name, sort) != ("updated_since", "updated"))


def _taken(lists: dict[str, list[Any]], name: str) -> list[Any]:
    """The values that are any of them enough: all, or the first of those that are all to hold."""
    values = lists.pop(name)
    if name.endswith("_all") and len(values) > 1:
        lists[name] = values[1:]
        return values[:1]
    return values
