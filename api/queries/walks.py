"""By which way a list of articles is read: along the filter that leaves the fewest. Pure: knows no database."""

from collections.abc import Mapping
from typing import Any, LiteralString

from api.queries.frequencies import GATHERED_AT_MOST, Known
from api.selection import Selection

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
