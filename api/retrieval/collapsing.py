"""Lists with one article of each group of copies: the first one that the list contains."""

from typing import LiteralString

from api.retrieval.select import Selection

# The other visible articles of the group, for every reader: embargoed articles are in no group.
COPIES: LiteralString = """(
        select coalesce(json_agg(json_build_object('id', id, 'outlet', outlet, 'url', url)
            order by published_at, id), '[]')
        from (
            select b.id, b.outlet, b.url, b.published_at
            from article_copies c join article_copies d using (group_id)
            cross join lateral (select * from articles where id = d.article_id and visible offset 0) as b
            where c.article_id = a.id and d.article_id <> a.id
            order by b.published_at, b.id
        ) as copies
    )"""


def collapsed(selection: Selection, matching: Selection, *, linked: bool, in_order: bool) -> Selection:
    """The articles of a selection without those of whose group an earlier one passes the conditions of ``matching``.

    Most articles are in no group, which the first condition finds out: by an index where the first ones are read
    ``in_order``, and otherwise perhaps by a hash table of all copies.
    """
    probed: LiteralString = " offset 0" if in_order else ""
    id: LiteralString = "l.article_id" if linked else "a.id"
    published_at: LiteralString = "l.published_at" if linked else "a.published_at"
    conditions = " and ".join(matching.conditions or ("true",))
    condition: LiteralString = f"""(
        not exists (select from article_copies where article_copies.article_id = {id}{probed})
        or not exists (
            select from (
                select d.article_id, {published_at} as published_at, c.article_id as of
                from article_copies c join article_copies d using (group_id)
                where c.article_id = {id} and d.article_id <> {id} offset 0
            ) as copy
            cross join lateral (
                select * from articles
                where id = copy.article_id and visible and (published_at, id) < (copy.published_at, copy.of) offset 0
            ) as a
            where {conditions}
        )
    )"""
    return selection.where(condition, **matching.parameters)
