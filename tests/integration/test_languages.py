"""Languages: only registered codes are stored, and a search costs no more for languages that its reader cannot see."""

from datetime import UTC, datetime
from typing import Any

import langcodes
import pytest
from contract import ContractClient
from partners import new_key, push
from stories import ARTICLE, record, store

from api.postgres.connection import Connection
from api.retrieval.plan import analyze_query
from api.search.parser import parse
from api.search.tsquery import MARKERS_AT_MOST

pytestmark = pytest.mark.every_postgres

CODES = [
    code
    for code in (f"{a}{b}" for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz")
    if langcodes.tag_is_valid(code)
]
SEARCH = "ferry harbour -port quay* (ships OR boats)"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("jp", '"jp" is not a registered language code. Did you mean "ja"?'),
        ("cz", '"cz" is not a registered language code. Did you mean "cs"?'),
        ("dk", '"dk" is not a registered language code. Did you mean "da"?'),
        ("xx", '"xx" is not a registered language code. Codes are such as en or ko.'),
        ("xyz", '"xyz" is not a registered language code. Codes are such as en or ko.'),
        ("qaa", '"qaa" is not a registered language code. Codes are such as en or ko.'),
        ("qtz", '"qtz" is not a registered language code. Codes are such as en or ko.'),
        ("EN", "must be a lower-case ISO 639 code such as en or ko"),
    ],
)
def test_an_unknown_language_is_refused(client: ContractClient, demo: Connection, code: str, sentence: str) -> None:
    key = new_key(demo, "desk", ["write"], ["korea-herald"])
    response = client.post("/v1/articles", json={**ARTICLE, "language": code}, headers=key)
    assert response.status_code == 422
    assert response.get_json()["errors"] == [{"pointer": "/language", "detail": sentence}]


@pytest.mark.parametrize("code", ["en", "ko", "sw", "fil", "eng", "und", "nb", "no", "iw", "qua"])
def test_a_registered_language_is_stored(client: ContractClient, demo: Connection, code: str) -> None:
    key = new_key(demo, "desk", ["write"], ["korea-herald"])
    assert push(client, key, language=code)["language"] == code


@pytest.fixture
def babel(blank: Connection) -> Connection:
    """An archive with a visible, an embargoed and a withdrawn article in each of 180 languages; 20 are hidden only."""
    visible = CODES[20:]
    store(
        blank,
        *(record(f"{code} ferry harbour quay ships", language=code) for code in visible),
        *(
            record(f"{code} late ferry", language=code, embargoed_until=datetime(2099, 1, 1, tzinfo=UTC))
            for code in CODES
        ),
        *(record(f"{code} gone", language=code, status="withheld") for code in CODES),
    )
    return blank


def test_a_search_has_one_part_for_each_stemmer(babel: Connection) -> None:
    query = analyze_query(babel, parse(SEARCH))
    assert query.languages == set(CODES[20:]), "hidden languages are not searched for"
    assert len(query.positions) < 30
    assert query.tsquery
    assert query.tsquery.count("lang:") < 80
    alone = analyze_query(babel, parse("2024"))
    assert alone.tsquery
    assert alone.tsquery.count("lang:") == 0, "where all stem alike, no language is named"
    assert len(query.languages) > MARKERS_AT_MOST


def test_hidden_languages_are_searched_for_by_those_who_see_them(babel: Connection) -> None:
    assert analyze_query(babel, parse(SEARCH), None).languages == set(CODES)
    assert analyze_query(babel, parse(SEARCH), ["daily"]).languages == set(CODES)
    assert analyze_query(babel, parse(SEARCH), ["other"]).languages == set(CODES[20:])


@pytest.mark.long
@pytest.mark.parametrize("q", ["ferry", SEARCH, '"ferry harbour"', "ferry -late", "-late ferry OR port", "-harbour"])
@pytest.mark.parametrize("sort", ["newest", "relevance"])
def test_a_search_finds_the_same_in_many_languages(
    babel: Connection, blank_client: ContractClient, q: str, sort: str
) -> None:
    def found() -> set[str]:
        cursor, ids = None, set[str]()
        while True:
            query: dict[str, Any] = {"q": q, "sort": sort, "limit": 100, "fields": "external_id"}
            page = blank_client.get("/v1/articles", query_string={**query, **({"cursor": cursor} if cursor else {})})
            ids |= {article["external_id"] for article in page.get_json()["data"]}
            if not (cursor := page.get_json()["page"]["next"]):
                return ids

    everywhere = {f"{code} ferry harbour quay ships" for code in CODES[20:]}
    expected = set() if q == "-harbour" else everywhere
    assert found() == expected
    babel.execute("update articles set embargoed_until = now() where language = 'en'")
    babel.execute("update articles set status = 'withheld' where language = 'sw'")
    babel.execute("insert into changes (type, article_id) select 'article.withdrawn', id from articles limit 1")
    gone = {"en ferry harbour quay ships", "sw ferry harbour quay ships"}
    assert found() == expected - gone
    assert analyze_query(babel, parse(q)).languages == set(CODES[20:]) - {"en", "sw"}, "they are forgotten"
