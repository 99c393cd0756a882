"""The newest matches of a search are found without reading all of them, for facets and totals."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract import ContractClient
from plans import large, watched
from stories import article_page, outlet, record, store, tag

from api.commands import term_counts
from api.postgres.connection import Connection
from api.queries import facets
from api.retrieval import newest, plan
from api.retrieval.keyset import PageRequest
from api.search.parser import parse


@pytest.fixture
def bunched(blank: Connection) -> None:
    """400 articles: all have a word, a third of them a second, and a third word only the oldest."""
    outlet(blank, "daily")
    outlet(blank, "weekly")
    tag(blank, "Trade")
    since = datetime(2023, 1, 1, tzinfo=UTC)
    store(
        blank,
        *(
            record(
                str(n),
                published_at=since + n * timedelta(hours=7),
                outlet="weekly" if n % 4 else "daily",
                tags=["trade"] * (n % 5 == 0),
                body=f"north {'coal' * (n % 3 == 0)} {'old' * (n < 60)}",
            )
            for n in range(400)
        ),
    )
    term_counts.measure(blank)
    blank.execute("analyze")


SEARCHES: list[dict[str, Any]] = [
    {"q": parse(q), **filters}
    for q in ("north", "coal", "old", "coal old", '"north coal"', "#trade", "#trade coal", "#trade #trade", "absent")
    for filters in ({}, {"outlet": ["daily"]}, {"tag": ["trade"]}, {"outlet": ["daily"], "tag": ["trade"]})
]


@pytest.mark.usefixtures("bunched")
@pytest.mark.parametrize("filters", SEARCHES, ids=str)
@pytest.mark.parametrize("collapse", [False, True])
def test_the_newest_matches_are_those_that_a_list_shows(
    blank: Connection, monkeypatch: pytest.MonkeyPatch, filters: dict[str, Any], collapse: bool
) -> None:
    # No search reads all its matches because that costs less.
    monkeypatch.setattr(newest, "ENTRY_COST", 0)
    made = plan.make(blank, filters, "newest", collapse=collapse)
    listed = [row["id"] for row in _listed(blank, made)]
    for most in (3, 20, 500):
        found = newest.newest_matches(blank, made, most)
        assert sorted(found.ids.strip("{}").split(",")) == sorted(map(str, listed[:most])) or not listed
        assert (found.count, found.complete) == (min(len(listed), most), len(listed) < most)


def _listed(connection: Connection, made: plan.Plan) -> list[dict[str, Any]]:
    if made.empty:
        return []
    selection, order = made.along_any_index.select("newest", ["id"])
    statement = f"select id from ({selection.first(order, '1000')}) as a"
    return connection.execute(statement, selection.all_parameters).fetchall()


@pytest.mark.usefixtures("bunched")
def test_a_search_with_filters_reads_a_bounded_number_of_articles(
    blank_client: ContractClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "/v1/articles?q=old&tag=trade&facets=year&sort=newest&count="
    whole = blank_client.get(f"{url}capped").get_json()["meta"]
    assert (whole["total"], whole["total_relation"], whole["facets"]["year"]["of"]) == (12, "eq", 12)
    assert whole["facets"]["year"]["complete"]
    monkeypatch.setattr(newest, "ENTRY_COST", 0)
    monkeypatch.setattr(newest, "READ_AT_MOST", 10)
    # Another URL than the one whose response is cached.
    cut = blank_client.get(f"{url}capped&limit=2").get_json()["meta"]
    assert cut["total"] < 12
    assert cut["total_relation"] == "gte"
    assert cut["total"] == max(cut["facets"]["year"]["of"], 2), "a total is no less than its page"
    assert not cut["facets"]["year"]["complete"]
    assert blank_client.get(f"{url}exact&limit=2").get_json()["meta"]["total"] == 12


@pytest.fixture(scope="module")
def archive(server: str) -> Iterator[Connection]:
    """The archive of large.sql, its words counted."""
    with large(server) as connection:
        term_counts.measure(connection)
        yield connection


OFTEN = " OR ".join(f"mid{n}" for n in range(1, 10))


@pytest.mark.long
@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ({"q": parse("common")}, 2_500),
        ({"q": parse("half1")}, 4_500),
        ({"q": parse(OFTEN)}, 4_500),
        ({"q": parse(OFTEN), "outlet": ["outlet-1"]}, 4_500),
        ({"q": parse("mid77")}, 1_100),
        ({"q": parse(OFTEN), "tag": ["tag-1"]}, 17_000),
        ({"q": parse("half1"), "tag": ["tag-1"]}, 4_500),
        ({"q": parse("#tag-1 #tag-2")}, 2_500),
        ({"q": parse("#tag-1")}, 6_500),
    ],
    ids=str,
)
def test_facets_and_totals_of_a_search_read_little_more_than_they_count(
    archive: Connection, filters: dict[str, Any], rows: int
) -> None:
    made = plan.make(archive, filters, "newest")
    with watched(archive) as costs:
        facets.count(archive, made, ("tag", "outlet", "year"), "UTC", ("outlet", "tag"))
        article_page(archive, filters, "newest", PageRequest(20, count="capped"))
    for cost in costs:
        # The entities of 2,000 articles are looked up as well.
        assert cost.rows <= rows + 6_000 * cost.text.lstrip().startswith("with matched"), cost.text
