"""What timelines, facets and related articles cost at 100,000 articles: what filters leave, or a pass over an index."""

from collections.abc import Iterator
from typing import Any

import pytest
from plans import Cost, day, large, watched

from api.commands import term_counts
from api.postgres.connection import Connection
from api.queries import facets
from api.queries.related import related
from api.queries.timeline import timeline
from api.retrieval import plan
from api.search.parser import parse

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def uncounted(server: str) -> Iterator[Connection]:
    """The archive of large.sql, its words not counted."""
    with large(server) as connection:
        yield connection


@pytest.fixture(scope="module", params=["uncounted", "counted"])
def archive(uncounted: Connection, request: pytest.FixtureRequest) -> Connection:
    """The archive of large.sql, its words not counted, and then counted."""
    if request.param == "counted":
        term_counts.measure(uncounted)
    return uncounted


@pytest.mark.parametrize(
    ("filters", "rows", "blocks"),
    [
        # Indexes alone are read to count everything.
        ({}, 150, 1_500),
        ({"from": day(2021), "to": day(2022)}, 150, 500),
        ({"outlet": ["outlet-7"]}, 5_000, 4_000),
        ({"tag": ["tag-403"]}, 150, 500),
        ({"tag": ["tag-300"]}, 1_000, 2_000),
        ({"tag": ["tag-300", "tag-350"]}, 2_000, 4_000),
        ({"tag": ["tag-1"]}, 150, 2_000),
        ({"person": ["person-300"], "outlet": ["outlet-1"]}, 1_000, 2_000),
        ({"q": parse("absent")}, 150, 500),
        ({"q": parse("rare77")}, 150, 500),
        ({"q": parse("mid77")}, 3_500, 4_000),
        ({"q": parse("mid77"), "tag": ["tag-300"]}, 1_500, 3_000),
    ],
    ids=str,
)
def test_a_timeline_reads_no_more_than_its_filters_leave(
    archive: Connection, filters: dict[str, Any], rows: int, blocks: int
) -> None:
    with watched(archive) as costs:
        timeline(archive, plan.make(archive, filters, "newest"), "month", "Asia/Seoul")
    hold(costs, rows, blocks)


def hold(costs: list[Cost], rows: int, blocks: int) -> None:
    for cost in costs:
        assert cost.rows <= rows, f"{cost.rows} rows\n{cost.text}"
        assert cost.blocks <= blocks, f"{cost.blocks} blocks\n{cost.text}"


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"tag": ["tag-1"]},
        {"tag": ["tag-300"]},
        {"tag": ["tag-1", "tag-2"]},
        {"section": ["Politics"]},
        {"from": day(2021), "to": day(2022)},
        {"q": parse("common")},
        {"q": parse("bygone")},
        {"q": parse("mid77"), "tag": ["tag-1"]},
        {"outlet": ["outlet-1"], "byline": ["Author 7"]},
    ],
    ids=str,
)
def test_facets_read_the_newest_matches_and_their_links(archive: Connection, filters: dict[str, Any]) -> None:
    with watched(archive) as costs:
        facets.count(archive, plan.make(archive, filters, "newest"), tuple(facets.OWN), "UTC", ())
    # 2,000 articles with their links, found as the list finds them; each set of own filters is a statement.
    hold(costs, 8_000, 25_000)
    assert sum(cost.text.lstrip().startswith("with matched") for cost in costs) == len(
        {frozenset(own for own in ignored if own in filters) for ignored in facets.OWN.values()}
    )


@pytest.mark.parametrize("number", [1, 77, 2_000, 50_007, 99_999])
def test_related_articles_read_the_newest_of_names_and_those_with_rare_words(archive: Connection, number: int) -> None:
    row = archive.execute("select id from articles where external_id = %s", (f"x{number}",)).fetchone()
    assert row
    with watched(archive) as costs:
        found = related(archive, row["id"], 5, ["id"])
    assert found.articles
    # Ten tags and people with 200 articles each, twelve words with 500.
    hold(costs, 10_000, 20_000)
