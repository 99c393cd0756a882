"""Languages: only registered codes are stored, and a search costs no more for languages that its reader cannot see."""

from datetime import UTC, datetime
from typing import Any

import langcodes
import pytest
from contract import ContractClient
from partners import new_key, push
from stories import ARTICLE, outlet, record, store

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
        ("jp", '"jp" is not a registered language tag. Did you mean "ja"?'),
        ("cz", '"cz" is not a registered language tag. Did you mean "cs"?'),
        ("dk", '"dk" is not a registered language tag. Did you mean "da"?'),
        ("xx", '"xx" is not a registered language tag. Tags are such as en or pt-BR.'),
        ("xyz", '"xyz" is not a registered language tag. Tags are such as en or pt-BR.'),
        ("qaa", '"qaa" is not a registered language tag. Tags are such as en or pt-BR.'),
        ("qtz", '"qtz" is not a registered language tag. Tags are such as en or pt-BR.'),
        ("en-XX", '"en-XX" is not a registered language tag. Tags are such as en or pt-BR.'),
        ("en-Qaaa", '"en-Qaaa" is not a registered language tag. Tags are such as en or pt-BR.'),
        ("en-US-foobar", '"en-US-foobar" is not a registered language tag. Tags are such as en or pt-BR.'),
        (
            "english",
            "must be a BCP 47 language tag such as en, pt-BR or zh-Hant, or an ISO 639 code, of at most 35 characters",
        ),
    ],
)
def test_an_unknown_language_is_refused(client: ContractClient, demo: Connection, code: str, sentence: str) -> None:
    key = new_key(demo, "desk", ["write"], ["korea-herald"])
    response = client.post("/v1/articles", json={**ARTICLE, "language": code}, headers=key)
    assert response.status_code == 422
    assert response.get_json()["errors"] == [{"pointer": "/language", "detail": sentence}]


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("en", "en"), ("ko", "ko"), ("sw", "sw"), ("fil", "fil"), ("eng", "en"), ("ger", "de"), ("und", "und"),
        ("nb", "nb"), ("no", "no"), ("iw", "he"), ("EN-us", "en-US"), ("pt_br", "pt-BR"), ("zh-hant", "zh-Hant"),
    ],
)  # fmt: skip
def test_a_registered_language_is_stored_in_canonical_form(
    client: ContractClient, demo: Connection, given: str, tag: str
) -> None:
    key = new_key(demo, "desk", ["write"], ["korea-herald"])
    assert push(client, key, language=given)["language"] == tag


def test_a_tag_goes_through_outlets_articles_versions_and_ninjs(client: ContractClient, demo: Connection) -> None:
    editor = new_key(demo, "editor", ["edit"], [])
    made = client.post("/v1/outlets", json={"name": "Sul", "language": "PT_br"}, headers=editor)
    assert made.get_json()["language"] == "pt-BR"
    key = new_key(demo, "desk", ["write"], ["sul"])
    article = push(client, key, outlet="sul")
    assert article["language"] == "pt-BR"
    path = f"/v1/articles/{article['id']}"
    assert push(client, key, outlet="sul", language="eng-gb")["language"] == "en-GB"
    assert client.get(f"{path}/versions/1").get_json()["language"] == "pt-BR"
    item = client.get(path, headers={"Accept": "application/vnd.iptc.ninjs+json"}).get_json()
    assert item["language"] == "en-GB"


@pytest.fixture
def variants(blank: Connection) -> Connection:
    """An article in each of several variants of languages, and one in a code of an earlier release."""
    texts = {
        "en": "The quay closed", "en-US": "The quay closes", "en-GB": "Closing quays", "enm": "Old ships", "zh": "港口",
        "zh-Hant": "港口關閉", "zh-Hant-TW": "港口關了", "pt-BR": "Os navios", "und": "Ships 7", "eng": "A ship",
    }  # fmt: skip
    store(blank, *(record(tag, language=tag, body=text) for tag, text in texts.items()))
    return blank


@pytest.mark.usefixtures("variants")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("language=en", "en en-GB en-US eng"),
        ("language=EN", "en en-GB en-US eng"),
        ("language=eng", "en en-GB en-US eng"),
        ("language=en-US", "en-US"),
        ("language=en_us", "en-US"),
        ("language=en-CA", ""),
        ("language=zh", "zh zh-Hant zh-Hant-TW"),
        ("language=zh-hant", "zh-Hant zh-Hant-TW"),
        ("language=zh-TW", ""),
        ("language=pt,en-GB", "en-GB pt-BR"),
        ("language=und", "und"),
        ("language=fr", ""),
        ("language=fr,und", "und"),
        ("language=en&q=close", "en en-GB en-US"),
        ("language=en-US&q=closed", "en-US"),
        ("q=closing&sort=newest", "en en-GB en-US"),
        ("q=closing&sort=relevance&include=highlights", "en en-GB en-US"),
        ("language=en&outlet=daily", "en en-GB en-US eng"),
        ("language=en&sort=updated", "en en-GB en-US eng"),
        ("language=en,zh&from=2020-01-01", "en en-GB en-US eng zh zh-Hant zh-Hant-TW"),
    ],
)
def test_a_language_finds_its_variants(blank_client: ContractClient, query: str, found: str) -> None:
    response = blank_client.get(f"/v1/articles?{query}&fields=external_id&limit=100")
    assert response.status_code == 200
    assert " ".join(sorted(article["external_id"] for article in response.get_json()["data"])) == found


@pytest.mark.usefixtures("variants")
def test_facets_count_variants_by_themselves(blank_client: ContractClient) -> None:
    meta = blank_client.get("/v1/articles?language=en&facets=language,outlet&count=exact").get_json()["meta"]
    values = {value["value"]: (value["name"], value["count"]) for value in meta["facets"]["language"]["values"]}
    assert values["en-US"] == ("English (United States)", 1)
    assert values["en"] == ("English", 1)
    assert values["und"] == ("Undetermined", 1)
    assert [value["count"] for value in meta["facets"]["outlet"]["values"]] == [4]
    assert meta["total"] == 4


@pytest.mark.usefixtures("variants")
def test_a_variant_is_highlighted_by_the_stemmer_of_its_language(blank_client: ContractClient) -> None:
    response = blank_client.get("/v1/articles?q=closing&language=en-US&include=highlights")
    [article] = response.get_json()["data"]
    assert "closes" in str(article["highlights"])


@pytest.mark.parametrize(
    ("headline", "body", "tag"),
    [
        ("KBS", "", "und"),
        ("2025", "7", "und"),
        ("총리, 새 항구 방문", "", "ko"),
        ("The ferry returns", "The harbour master said that it will return to the north quay on Monday.", "en"),
    ],
)
def test_an_unsure_language_is_undetermined(blank: Connection, headline: str, body: str, tag: str) -> None:
    outlet(blank, "weekly", language=None)
    store(blank, record(headline, outlet="weekly", body=body))
    assert blank.execute("select language from articles").fetchone() == {"language": tag}


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
