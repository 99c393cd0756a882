"""Phrases of frequent words: found by pairs of words, and without pairs until an old archive is reindexed."""

from itertools import product

import pytest
from contract import ContractClient
from stories import article_page, outlet, record, shown, store

from api.commands import reindex, term_counts
from api.postgres.connection import Connection, present
from api.retrieval import plan
from api.retrieval.keyset import PageRequest
from api.search.parser import parse

SORTS = ("newest", "oldest", "updated", "relevance")
PHRASES = [
    '"market price"',
    '"price market"',
    '"share of a market"',
    'headline:"market price"',
    '"market pri*"',
    "-x",
]


@pytest.fixture
def market(blank: Connection) -> Connection:
    """400 articles that all have three words, hardly ever in a row; words counted."""
    outlet(blank, "daily")
    store(
        blank,
        *(
            record(f"Market number{n}", body=f"The price{n} moved. Price up, share down.", day=n % 90)
            for n in range(400)
        ),
        record("Share of a market", body="Price talk: the market price.", day=3),
        record("Une place", language="fr", body="Market price.", day=3),
    )
    blank.execute("analyze articles")
    term_counts.measure(blank)
    return blank


def unpair(connection: Connection) -> None:
    """Make it an archive of before there were pairs."""
    connection.execute(
        "update languages set paired = false; update articles set search = ts_delete(search,"
        " array(select lexeme from unnest(search) where lexeme ^@ '~'))"
    )
    term_counts.measure(connection)


def read(connection: Connection, q: str, sort: str) -> list[object]:
    """The ids that a search finds."""
    page = article_page(connection, {"q": parse(q)}, sort, PageRequest(20, count="capped"), ["id"])
    return [row["id"] for row in shown(page)]


def looked_at(connection: Connection, q: str) -> int:
    """How many articles the index of words finds, which knows nothing of what is in a row."""
    query = present(plan.analyze_query(connection, parse(q)).tsquery).replace("<1>", "&")
    return present(
        connection.execute("select count(*) from articles where search @@ %s::tsquery", (query,)).fetchone()
    )["count"]


@pytest.mark.parametrize("q", ['"market share"', '"price market"', '"share price"', '"market price"'])
def test_a_phrase_is_not_looked_for_in_all_articles_with_its_words(market: Connection, q: str) -> None:
    assert looked_at(market, q) <= 5
    unpair(market)
    assert looked_at(market, q) >= 400


def test_an_archive_finds_the_same_without_pairs_and_when_it_is_reindexed(market: Connection) -> None:
    def everything() -> dict[tuple[str, str], list[object]]:
        return {(q, sort): read(market, q, sort) for q, sort in product(PHRASES, SORTS)}

    expected = everything()
    assert all(expected[q, "newest"] for q in ('"market price"', '"share of a market"', "-x"))
    unpair(market)
    # What is written in between has pairs, and is found with those that have none.
    store(market, record("Later", body="Beyond.", day=45))
    assert everything() == expected
    assert reindex.reindex_articles(market) == 403
    paired = market.execute("select language from languages where not paired").fetchall()
    assert paired == []
    assert everything() == expected
    assert read(market, '"market share"', "newest") == []


def test_reindexing_is_no_change_of_an_article(market: Connection) -> None:
    def kept() -> list[dict[str, object]]:
        return market.execute(
            "select id, version, updated_at, (select max(position) from changes) from articles order by id"
        ).fetchall()

    unpair(market)
    before = kept()
    reindex.reindex_articles(market)
    assert kept() == before


def test_reindexing_makes_what_a_write_makes(market: Connection) -> None:
    def indexed() -> list[dict[str, object]]:
        return market.execute("select id, search::text from articles order by id").fetchall()

    before = indexed()
    unpair(market)
    assert indexed() != before
    reindex.reindex_articles(market)
    assert indexed() == before


def test_words_of_an_erased_text_do_not_come_back(market: Connection) -> None:
    market.execute("update articles set purged_at = now(), status = 'canceled', search = ''"
                   " where headline = 'Share of a market'")  # fmt: skip
    reindex.reindex_articles(market)
    row = market.execute("select search::text from articles where purged_at is not null").fetchone()
    assert present(row)["search"] == ""


@pytest.mark.usefixtures("market")
def test_pairs_are_no_words_for_readers(blank_client: ContractClient) -> None:
    answer = blank_client.get('/v1/articles?q="market price"&explain=true&include=highlights').get_json()
    lexemes = [lexeme["lexeme"] for term in answer["meta"]["explain"]["terms"] for lexeme in term["lexemes"]]
    assert set(lexemes) == {"market", "price", "pric"}
    article = next(found for found in answer["data"] if found["language"] == "en")
    assert "<mark>market price</mark>" in article["highlights"]["body"][0]
    related = blank_client.get(f"/v1/articles/{article['id']}/related").get_json()
    assert not [term for found in related["data"] for term in found["shared"]["terms"] if term.startswith("~")]
