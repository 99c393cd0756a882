"""Every filter uses an index at 100,000 articles: no list reads the whole table."""

from collections.abc import Iterator
from datetime import date

import pytest
from conftest import new_database

from api import migrate
from api.database import Connection, connect
from api.queries import articles, nouns
from api.queries.nouns import ORDERS, TAGS

pytestmark = pytest.mark.long

# 100,000 articles, written in SQL; 40 outlets, and 400 tags and people of very different frequency.
FILL = """
    insert into outlets (uuid, slug, name, folded)
    select gen_random_uuid(), 'outlet-' || n, 'Outlet ' || n, 'outlet ' || n from generate_series(1, 40) n;
    insert into tags (slug, name, folded) select 'tag-' || n, '#Tag-' || n, 'tag-' || n from generate_series(1, 400) n;
    insert into people (slug, name, folded, names)
    select 'person-' || n, 'Person ' || n, 'person ' || n, array['person ' || n] from generate_series(1, 400) n;
    insert into languages values ('en'), ('ko');
    insert into articles (id, outlet_id, external_id, url, headline, body, byline, credit, section, language,
        published_at, digest, outlet, tags, people, search)
    select gen_random_uuid(), 1 + n % 40, 'x' || n, 'https://example.org/' || n, 'Headline ' || n, 'body',
        'Author ' || n % 2000, 'Credit ' || n % 300, 'Section ' || n % 50, case when n % 20 = 0 then 'ko' else 'en' end,
        timestamptz '2020-01-01' + n * interval '20 minutes', '', '{}', '[]', '[]',
        to_tsvector('english', 'common word' || n % 5000 || ' rare' || n % 20000) || array_to_tsvector(array['lang:en'])
    from generate_series(1, 100000) n;
    insert into article_tags (article_id, tag_id, published_at, origin)
    select id, 1 + (400 * power(random(), 3))::int % 400, published_at, 'push' from articles
    on conflict do nothing;
    insert into article_tags (article_id, tag_id, published_at, origin)
    select id, 1 + (400 * power(random(), 3))::int % 400, published_at, 'push' from articles
    on conflict do nothing;
    insert into article_people (article_id, person_id, published_at, origin, mentions)
    select id, 1 + (400 * power(random(), 3))::int % 400, published_at, 'match', 1 from articles
    on conflict do nothing;
"""


@pytest.fixture(scope="module")
def archive(server: str) -> Iterator[Connection]:
    """An archive of 100,000 articles with statistics."""
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            connection.execute(FILL)
            connection.execute("vacuum analyze")
            yield connection


ALONE: list[dict[str, object]] = [
    {},
    {"tag": ["tag-1"]},
    {"tag": ["tag-300"]},
    {"tag": ["tag-300", "tag-350"]},
    {"tag_all": ["tag-2", "tag-3"]},
    {"tag_not": ["tag-1", "tag-2"]},
    {"person": ["person-1"]},
    {"person": ["person-350"]},
    {"person_all": ["person-2"]},
    {"person_not": ["person-1"]},
    {"outlet": ["outlet-7"]},
    {"outlet": ["outlet-7", "outlet-8"]},
    {"outlet_not": ["outlet-7"]},
    {"section": ["Section 7"]},
    {"language": ["ko"]},
    {"credit": ["Credit 7"]},
    {"byline": ["Author 7"]},
    {"url": ["https://example.org/77"]},
    {"external_id": ["x77"]},
    {"from": date(2023, 1, 1)},
    {"from": date(2021, 1, 1), "to": date(2021, 1, 2)},
    {"updated_since": date(2020, 1, 1)},
]
PAIRS: list[dict[str, object]] = [
    {"tag": ["tag-1"], "person": ["person-1"]},
    {"tag": ["tag-1"], "outlet": ["outlet-7"]},
    {"tag": ["tag-1"], "language": ["ko"]},
    {"tag": ["tag-1"], "from": date(2021, 1, 1), "to": date(2021, 2, 1)},
    {"tag": ["tag-1"], "tag_not": ["tag-2"]},
    {"person": ["person-1"], "outlet": ["outlet-7"]},
    {"person": ["person-1"], "from": date(2021, 1, 1)},
    {"outlet": ["outlet-7"], "section": ["Section 7"]},
    {"outlet": ["outlet-7"], "from": date(2021, 1, 1), "to": date(2021, 2, 1)},
    {"language": ["ko"], "from": date(2021, 1, 1)},
]
QUERIES: list[dict[str, object]] = [
    {"q": q, **filters}
    for q in ("'common' & 'lang:en'", "'word77' & 'lang:en'", "'absent' & 'lang:en'")
    for filters in ({}, {"tag": ["tag-1"]}, {"outlet": ["outlet-7"]}, {"person": ["person-350"]})
]


def plan(connection: Connection, filters: dict[str, object], sort: str) -> str:
    """The plan by which the first page was read."""
    query = filters.get("q")
    lists = {name: value for name, value in filters.items() if name != "q"}
    selection, order = articles.selected(lists, str(query) if query else None, sort)
    statement, parameters = selection.page(order, None, 20)
    explained = connection.execute(f"explain (analyze, buffers off) {statement}", parameters, prepare=False)
    return "\n".join(str(row["QUERY PLAN"]) for row in explained.fetchall())


@pytest.mark.parametrize("sort", ["newest", "oldest", "updated"])
@pytest.mark.parametrize("filters", [*ALONE, *PAIRS, *QUERIES], ids=str)
def test_a_list_never_reads_the_whole_table(archive: Connection, filters: dict[str, object], sort: str) -> None:
    text = plan(archive, filters, sort)
    assert "Seq Scan on articles" not in text, text


@pytest.mark.parametrize("sort", list(ORDERS))
def test_a_list_of_nouns_walks_its_order(archive: Connection, sort: str) -> None:
    archive.execute("set enable_seqscan = off")
    selection = nouns.Selection(TAGS.columns, TAGS.table, parameters={"as_of": None})
    statement, parameters = selection.page(ORDERS[sort], None, 20)
    rows = archive.execute(f"explain {statement}", parameters, prepare=False).fetchall()
    archive.execute("reset enable_seqscan")
    text = "\n".join(str(row["QUERY PLAN"]) for row in rows)
    assert "Index Scan" in text, text
    assert "Sort" not in text, text


def test_deep_pages_cost_what_the_first_costs(archive: Connection) -> None:
    selection, order = articles.selected({"tag": ["tag-1"]}, None, "newest")
    [middle] = archive.execute(
        "select published_at, article_id from article_tags where tag_id = 1 order by published_at limit 1"
    ).fetchall()
    for place in (None, list(middle.values())):
        statement, parameters = selection.page(order, place, 20)
        rows = archive.execute(f"explain {statement}", parameters, prepare=False).fetchall()
        text = "\n".join(str(row["QUERY PLAN"]) for row in rows)
        assert "articles_of_tag" in text, text
        assert "Sort" not in text, text


def test_the_search_column_is_asked_by_its_index(archive: Connection) -> None:
    text = plan(archive, {"q": "'word77' & 'lang:en'"}, "newest")
    assert "articles_search" in text, text
