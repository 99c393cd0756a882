"""The article counts of entities: the statements that lock entities and change their counts."""

from typing import LiteralString


def _count_statements(table: LiteralString, dates: LiteralString) -> tuple[LiteralString, LiteralString]:
    """The statements that lock and count entities. ``dates`` selects the published_at of the articles of entity n."""
    lock: LiteralString = f"select from {table} where id = any(%(ids)s) order by id for no key update"
    count: LiteralString = f"""
        update {table} n
        set articles = n.articles + r.articles,
            first_published_at = case when r.recount then ({dates} order by 1 limit 1)
                else least(n.first_published_at, r.first) end,
            last_published_at = case when r.recount then ({dates} order by 1 desc limit 1)
                else greatest(n.last_published_at, r.last) end
        from json_to_recordset(%(rows)s::json)
            as r (id int, articles int, first timestamptz, last timestamptz, recount boolean)
        where n.id = r.id"""
    return lock, count


COUNTS: dict[str, tuple[LiteralString, LiteralString]] = {
    "outlets": _count_statements("outlets", "select published_at from articles where outlet_id = n.id and visible"),
    "tags": _count_statements(
        "tags",
        "select l.published_at from article_tags l join articles a on a.id = l.article_id"
        " where l.tag_id = n.id and a.visible",
    ),
    "people": _count_statements(
        "people",
        "select l.published_at from article_people l join articles a on a.id = l.article_id"
        " where l.person_id = n.id and a.visible",
    ),
}
