"""Did you mean: a misspelled search is suggested in words that find something."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from contract import ContractClient
from stories import outlet, person, record, store, tag, withdraw

from api.commands import article_lifecycle, term_counts
from api.postgres.connection import Connection
from api.queries import spelling
from api.search.parser import parse


def suggestion(client: ContractClient, q: str, more: str = "") -> str | None:
    response = client.get(f"/v1/articles?q={quote(q)}{more}")
    assert response.status_code == 200, response.text
    return response.get_json()["meta"]["suggestion"]


@pytest.fixture
def library(blank: Connection) -> None:
    """Articles on two people and a tag."""
    outlet(blank, "daily")
    person(blank, "Volodymyr Zelenskyy", "젤렌스키 대통령")
    person(blank, "Lee Jae-myung")
    tag(blank, "Washington")
    store(
        blank,
        record("one", body="Volodymyr Zelenskyy came to Washington with ships", tags=["washington"]),
        record("two", body="Lee Jae-myung went to Washington by ship", day=1),
        record("three", body="젤렌스키 대통령 연설", language="ko", day=2),
    )


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("zelenskiy", "Zelenskyy"),
        ("volodimir zelensky", "Volodymyr Zelenskyy"),
        ("Zelenskyy washingtn", "Zelenskyy Washington"),
        ('"lee jae-mjung" ship', '"lee jae-myung" ship'),
        ("leejaemyung", "Lee Jae-myung"),
        ("젤랜스키", "젤렌스키"),
        ("washingtn -lee", "Washington -lee"),
        ("absent OR washingtn", "absent OR Washington"),
        # Right, or unlike anything, or of no use.
        ("washington", None),
        ("harbour", None),
        ("absent washingtn", None),
        ("ships -washingtn", None),
        ('ships -"washingtn zelenski"', None),
        ("washing*", None),
        ("the", None),
    ],
)
def test_a_misspelled_search_is_suggested_as_it_would_find_something(
    blank_client: ContractClient, q: str, expected: str | None
) -> None:
    assert suggestion(blank_client, q) == expected


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", "Washington"),
        ("&person=lee-jae-myung", "Washington"),
        ("&language=ko", None),
        ("&tag=none", None),
        ("&to=2025-05-01", None),
        ("&sort=oldest&count=none&fields=id", "Washington"),
    ],
)
def test_a_suggestion_finds_something_with_the_same_filters(
    blank_client: ContractClient, more: str, expected: str | None
) -> None:
    assert suggestion(blank_client, "washingtn", more) == expected
    if expected:
        assert blank_client.get(f"/v1/articles?q={expected}{more}").get_json()["data"]


def test_a_suggestion_for_a_collapsed_list_is_spelled_as_its_articles_are(
    blank: Connection, blank_client: ContractClient
) -> None:
    outlet(blank, "daily")
    outlet(blank, "weekly")
    body = "Forty ships waited outside the brèakwater overnight, and the first of them reached its berth at dawn today."
    tag(blank, "Breakwater")
    store(blank, record("one", body=body), record("two", outlet="weekly", body=body, day=1))
    term_counts.measure(blank)
    assert suggestion(blank_client, "brèakwatr", "&collapse=copies") == "brèakwater"


@pytest.fixture
def agency(blank: Connection) -> None:
    """Articles of ordinary words, counted."""
    outlet(blank, "daily")
    store(
        blank,
        *(record(f"Bank {n}", body="Reagan spoke to the bank about production in Zurich.", day=n) for n in range(5)),
        record("Harvest", body="A reign of drought. The U.S. economy lost 12500 jobs; economics say why.", day=6),
        record("Ernte", body="Die Bankenaufsicht in Zürich.", language="de", day=7),
        record("Россия", body="Российская экономика растёт.", language="ru", day=8),
        record("Ελλάδα", body="Ο Οδυσσέας γυρίζει στην Ιθάκη.", language="el", day=8),
        record("Gießen", body="Die Universität Gießen.", language="de", day=8),
        record("경제", body="한국은행이 금리를 내렸다.", language="ko", day=9),
    )
    term_counts.measure(blank)


@pytest.mark.usefixtures("agency")
@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("bank reagn", "bank reagan"),
        ("Bank Reagn", "Bank Reagan"),
        ("reagn producton", "reagan production"),
        # Of equally similar words, those that are in one article.
        ("reagn drougth", "reign drought"),
        # Endings, which lexemes do not have.
        ("prodcution", "production"),
        ("economcs", "economics"),
        ("drougth", "drought"),
        ("bankenaufsciht", "bankenaufsicht"),
        ("экономкиа", "экономика"),
        ("Οδυσέας", "Οδυσσέας"),
        ("ΟΔΥΣΕΑΣ", "ΟΔΥΣΣΈΑΣ"),
        ("giesen", "gießen"),
        ("Bank Zurihc", "Bank Zurich"),
        ('"bank abuot"', '"bank about"'),
        ("headline:harvset", "headline:harvest"),
        ("bank -reagn drougth", None),
        ("jobs OR drougth", None),
        ("nothing OR drougth", "nothing OR drought"),
        # Right: each word is in an article, together or not.
        ("reagan drought", None),
        ("reign", None),
        ("Zurich drought", None),
        ("the", None),
        # Unlike any word, or of no use.
        ("bank zeppelin", None),
        ("12501", None),
        ("econ", None),
        ("한극은행", None),
        ("drougth zeppelin", None),
    ],
)
def test_a_word_in_no_article_is_suggested_as_the_archive_has_it(
    blank_client: ContractClient, q: str, expected: str | None
) -> None:
    assert suggestion(blank_client, q) == expected
    if expected:
        assert blank_client.get(f"/v1/articles?q={quote(expected)}").get_json()["data"]


@pytest.mark.usefixtures("agency")
def test_what_readers_cannot_see_is_not_suggested(blank: Connection, blank_client: ContractClient) -> None:
    later = datetime(2999, 1, 1, tzinfo=UTC)
    [secret] = store(blank, record("Secret", body="A whistleblower spoke of drought."))
    store(blank, record("Later", body="A skyscraper was sold.", embargoed_until=later))
    term_counts.measure(blank)
    assert suggestion(blank_client, "whistleblowre") == "whistleblower"
    assert suggestion(blank_client, "skyscrapre") is None
    withdraw(blank, secret.id, "withheld", "Court")
    article_lifecycle.purge(blank, secret.id, "Court", [])
    # A response to the same request may be cached.
    assert suggestion(blank_client, "whistlebolwer") is None
    left = blank.execute("select word from word_stats where word = any('{whistleblower,drought,bank}')").fetchall()
    assert sorted(row["word"] for row in left) == ["bank"], "rare words are forgotten until words are counted again"


@pytest.mark.usefixtures("agency")
def test_words_of_earlier_versions_are_not_suggested_after_a_purge(
    blank: Connection, blank_client: ContractClient
) -> None:
    [secret] = store(blank, record("Affair", body="A whistleblower spoke."))
    term_counts.measure(blank)
    store(blank, record("Affair", body="Somebody spoke."))
    assert suggestion(blank_client, "whistleblowre") is None
    article_lifecycle.purge(blank, secret.id, "Court", [])
    left = blank.execute("select word from word_stats where word = any('{whistleblower,spoke,bank}')").fetchall()
    assert [row["word"] for row in left] == ["bank"]


@pytest.mark.usefixtures("library")
def test_a_word_that_finds_enough_is_not_corrected(blank: Connection, blank_client: ContractClient) -> None:
    assert suggestion(blank_client, "washingtons") is None, "its stem finds two, as Washington does"
    store(blank, *(record(f"Washingtom {n}") for n in range(3)))
    assert suggestion(blank_client, "washingtom") is None
    assert suggestion(blank_client, "washingtom absent") is None


@pytest.mark.usefixtures("library")
def test_names_under_an_embargo_are_not_suggested(blank: Connection, blank_client: ContractClient) -> None:
    later = datetime(2999, 1, 1, tzinfo=UTC)
    store(blank, record("four", body="Secretwitness spoke", people=["Secretwitness"], embargoed_until=later))
    assert suggestion(blank_client, "secretwitnes") is None


@pytest.mark.usefixtures("library")
def test_only_a_search_has_a_suggestion(blank_client: ContractClient) -> None:
    assert "suggestion" not in blank_client.get("/v1/articles").get_json()["meta"]


@pytest.mark.usefixtures("agency")
def test_a_bounded_number_of_words_is_corrected(blank_client: ContractClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(spelling, "parse", lambda q: tried.append(q) or parse(q))
    assert suggestion(blank_client, "reagn " * spelling.WORDS_CORRECTED + "reagn reagn") is None
    assert len(tried) == spelling.SEARCHES_TRIED
    assert all(q.count("reagn") == 2 for q in tried)
