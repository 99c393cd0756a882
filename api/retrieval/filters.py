"""The filters of article lists: for each the condition for one value, and the one for several."""

from collections.abc import Mapping
from typing import LiteralString

# One value is compared by =, so that an index on it gives the order as well, several by = any(). Entities are given by
# id, for which the planner has statistics. "offset 0" keeps it from turning an anti-join into a scan of all links.
FILTERS: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "tag": (
        "exists (select from article_tags t where t.article_id = a.id and t.tag_id = %(tag)s)",
        "exists (select from article_tags t where t.article_id = a.id and t.tag_id = any(%(tag)s))",
    ),
    "tag_all": (
        "exists (select from article_tags t where t.article_id = a.id and t.tag_id = %(tag_all)s)",
        "not exists (select from unnest(%(tag_all)s::int[]) as required (id) where not exists"
        " (select from article_tags t where t.article_id = a.id and t.tag_id = required.id) offset 0)",
    ),
    "tag_not": (
        "not exists (select from article_tags t where t.article_id = a.id and t.tag_id = %(tag_not)s offset 0)",
        "not exists (select from article_tags t where t.article_id = a.id and t.tag_id = any(%(tag_not)s) offset 0)",
    ),
    "person": (
        "exists (select from article_people t where t.article_id = a.id and t.person_id = %(person)s)",
        "exists (select from article_people t where t.article_id = a.id and t.person_id = any(%(person)s))",
    ),
    "person_all": (
        "exists (select from article_people t where t.article_id = a.id and t.person_id = %(person_all)s)",
        "not exists (select from unnest(%(person_all)s::int[]) as required (id) where not exists"
        " (select from article_people t where t.article_id = a.id and t.person_id = required.id) offset 0)",
    ),
    "person_not": (
        "not exists (select from article_people t where t.article_id = a.id and t.person_id = %(person_not)s offset 0)",
        "not exists (select from article_people t"
        " where t.article_id = a.id and t.person_id = any(%(person_not)s) offset 0)",
    ),
    "outlet": ("a.outlet_id = %(outlet)s", "a.outlet_id = any(%(outlet)s)"),
    "outlet_not": ("a.outlet_id <> %(outlet_not)s", "a.outlet_id <> all(%(outlet_not)s)"),
    "section": ("a.section = %(section)s", "a.section = any(%(section)s)"),
    "language": ("a.language = %(language)s", "a.language = any(%(language)s)"),
    "credit": ("a.credit = %(credit)s", "a.credit = any(%(credit)s)"),
    "byline": ("a.byline = %(byline)s", "a.byline = any(%(byline)s)"),
    "url": ("a.url = %(url)s", "a.url = any(%(url)s)"),
    "external_id": ("a.external_id = %(external_id)s", "a.external_id = any(%(external_id)s)"),
    "id": ("a.id = %(id)s", "a.id = any(%(id)s)"),
}
