"""What each operator of q finds, in the language of each article."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from conftest import app_on
from contract import ContractClient
from stories import outlet, record, store

from api.postgres.connection import Connection, connect


@pytest.fixture(scope="module")
def library(blank_database: str) -> Iterator[ContractClient]:
    """A client of articles told apart by their headlines' first words."""
    with connect(blank_database) as connection, connection.transaction(force_rollback=True):
        _store(connection)
        yield app_on(connection).test_client()  # pyright: ignore[reportReturnType]: app_on sets the class


def _store(connection: Connection) -> None:
    outlet(connection, "daily")
    store(
        connection,
        record("one harbour", standfirst="Ferries return", body="The north quay reopens. National pride.", day=0),
        record("two quay", body="A harbourmaster of the north, a quay of the south.", day=1),
        record("three", standfirst="Harbour dues", body="The university and its universities rose by 12:30.", day=2),
        record("four start", body="Stars and the theatre of a nation. See https://example.org/a", day=3),
        record("다섯", language="ko", body="굳건한 한미동맹의 미래, the ferry", day=4),
        record("여섯 한국", language="ko", body="대한민국 정부 대변인", day=5),
        record("sept élections", language="fr", body="Les élections législatives, des étés", day=6),
        record("acht Häuser", language="de", body="Die Häuser am Hafen, straße", day=7),
        record("девять", language="ru", body="Национальные порты и гавани", day=8),
        record("十 東京都", language="ja", body="ＪＡＸＡは東京の港で", day=9),
    )


def found(client: ContractClient, q: str, more: str = "") -> dict[str, Any]:
    response = client.get(f"/v1/articles?q={quote(q)}{more}")
    assert response.status_code == 200, response.text
    return response.get_json()


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        # Words, phrases, either, none.
        ("harbour quay", "one"),
        ("harbours", "one three"),
        ('"north quay"', "one"),
        ("north quay", "one two"),
        ("quay OR dues", "one two three"),
        ("quay (dues OR pride)", "one"),
        ("quay dues OR start", "four"),
        ("harbour -quay", "three"),
        ('north -"north quay"', "two"),
        ("quay -(pride OR dues)", "two"),
        ("-(harbour OR quay OR stars) language", ""),
        ("quay AND NOT pride", "two"),
        ("12:30", "three"),
        ("https://example.org/a", "four"),
        # What is excluded is all that is said.
        ("-harbour", "two four 다섯 여섯 sept acht девять 十"),
        ("-harbour -the", "two four 여섯 sept acht девять 十"),
        # Stop words say nothing in their own language, and are words in others.
        # Where these are all that is searched for, they are a phrase.
        ("the", "one two three four 다섯"),
        ("of the", "two"),
        ("the of", ""),
        ("the quay", "one two"),
        ("the OR quay", "one two three four 다섯"),
        ("-the quay", "one two"),
        ('"quay of the south"', "two"),
        ('"the north"', "one two"),
        ("(the of) quay", "one two"),
        # How a word begins, as it was typed, though its stem is shorter.
        ("harb*", "one two three"),
        ("harbours*", "one three"),
        ("harbourm*", "two"),
        ("star*", "four"),
        ("stars*", "four"),
        ("start* -star", ""),
        ("the*", "one two three four 다섯"),
        ("univers*", "three"),
        ("universi*", "three"),
        ("nationa*", "one four"),
        ("harb* -harbourm*", "one three"),
        ("north-qu*", "one"),
        ("quay-of-the-sou*", "two"),
        ("Национ*", "девять"),
        ("национальны*", "девять"),
        ("ÉLECT*", "sept"),
        ("Haus*", "acht"),
        # Where it stands.
        ("headline:quay", "two"),
        ("-headline:quay quay", "one"),
        ("standfirst:harbour", "three"),
        ("body:quay", "one two"),
        ('body:"north quay"', "one"),
        ('headline:"north quay"', ""),
        ("headline:(harbour OR quay)", "one two"),
        ("headline:(harbour quay)", ""),
        ("headline:harb*", "one"),
        ("standfirst:ferr* body:pride", "one"),
        ("headline:the", ""),
        ("headline:élection", "sept"),
        ("headline:한국", "여섯"),
        # Endings, accents, case, width and pairs.
        ("ferry", "one 다섯"),
        ("élection LEGISLATIVE", "sept"),
        ("hauser strasse", "acht"),
        ("порт", "девять"),
        ("ＦＥＲＲＹ", "one 다섯"),
        ("jaxa", "十"),
        ("한미동맹", "다섯"),
        ("미동", "다섯"),
        ("동미", ""),
        ("東京", "十"),
        ("headline:東京都", "十"),
        ("body:東京都", ""),
        ("한미*", "다섯"),
        ("한*", "다섯 여섯"),
        ("headline:한*", "여섯"),
        ("한미동*", "다섯"),
        ("대변*", "여섯"),
        ("-한미* 한*", "여섯"),
        ("東*", "十"),
        # A minus is tested with the stems of the article's own language.
        ("-election -hauser -port -harbours -quays -stars -порты", "다섯 여섯 十"),
        ("the -ferries -harbour -quay -stars -порты", "다섯"),
    ],
)
def test_a_search_finds(library: ContractClient, q: str, expected: str) -> None:
    answer = found(library, q, "&sort=oldest")
    assert [article["headline"].split()[0] for article in answer["data"]] == expected.split()
    ranked = found(library, q)
    assert {article["id"] for article in ranked["data"]} == {article["id"] for article in answer["data"]}


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("quay", {"headline": None, "body": ["The north <mark>quay</mark> reopens. National pride."]}),
        ("headline:harbour", {"headline": "one <mark>harbour</mark>", "standfirst": None, "body": []}),
        ("headline:harbour pride", {"headline": "one <mark>harbour</mark>", "standfirst": None}),
        ("standfirst:ferry", {"headline": None, "standfirst": "<mark>Ferries</mark> return", "body": []}),
        ('"north quay"', {"body": ["The <mark>north quay</mark> reopens. National pride."]}),
        ('reopens "north quay"', {"body": ["The <mark>north quay</mark> <mark>reopens</mark>. National pride."]}),
        ("harb* -start", {"headline": "one <mark>harbour</mark>"}),
        ("harbours* one", {"headline": "<mark>one</mark> <mark>harbour</mark>"}),
        ("nationa* quay", {"body": ["The north <mark>quay</mark> reopens. <mark>National</mark> pride."]}),
        ("north-qu*", {"body": ["The <mark>north quay</mark> reopens. National pride."]}),
        ("one OR start", {"headline": "<mark>one</mark> harbour", "body": []}),
        ("one -stars", {"headline": "<mark>one</mark> harbour", "body": []}),
        ("one OR -harbour", {"headline": "<mark>one</mark> harbour"}),
        ("one -(start -pride)", {"body": ["The north quay reopens. National <mark>pride</mark>."]}),
        ("한미*", {"body": ["굳건한 <mark>한미</mark>동맹의 미래, the ferry"]}),
        ("headline:한*", {"headline": "여섯 <mark>한국</mark>", "body": []}),
        ("élect* body:legislatives", {"body": ["Les <mark>élections</mark> <mark>législatives</mark>, des étés"]}),
        ("headline:haus*", {"headline": "acht <mark>Häuser</mark>", "body": []}),
        ("национальны*", {"body": ["<mark>Национальные</mark> порты и гавани"]}),
        ("headline:東京都", {"headline": "十 <mark>東京都</mark>", "body": []}),
        ("jax*", {"body": ["<mark>ＪＡＸＡ</mark>は東京の港で"]}),
    ],
)
def test_a_highlight_is_what_the_search_found(library: ContractClient, q: str, expected: dict[str, Any]) -> None:
    first = found(library, q, "&sort=oldest&include=highlights")["data"][0]
    assert {name: first["highlights"][name] for name in expected} == expected


@pytest.mark.parametrize(
    ("q", "expected", "understood", "noted"),
    [
        ('"quay', "one two", "quay", ['"']),
        ("north (quay", "one two", "north quay", ["("]),
        ("quay OR", "one two", "quay or", ["OR"]),
        ("north:quay", "one", '"north:quay"', ["north:quay"]),
        ("north/quay", "one", "north/quay", []),
        ("stars*x quay", "", '"stars*x" quay', ["stars*x"]),
        ("a* quay", "one two", '"a*" quay', ["a*"]),
        ("- quay", "one two", "quay", ["-"]),
        ("quay 🙂", "one two", "quay", ["🙂"]),
        ("🙂", "", "", ["🙂"]),
        ('-"" quay', "one two", "quay", ['""']),
        ("QUAY OR DUES", "", "quay or dues", ["OR"]),
        ("(" * 1_000 + "quay" + ")" * 996, "one two", "quay", ["("] * 5),
        ("quay " * 400, "one two", "quay " * 127 + "quay", []),
    ],
)
def test_what_is_no_operator_is_searched_for_as_text_and_named(
    library: ContractClient, q: str, expected: str, understood: str, noted: list[str]
) -> None:
    answer = found(library, q, "&sort=oldest")
    assert [article["headline"].split()[0] for article in answer["data"]] == expected.split()
    query = answer["meta"]["query"]
    assert query["understood"] == understood
    assert [piece["text"] for piece in query["taken_as_text"]][: len(noted)] == noted
    assert bool(noted) == bool(query["taken_as_text"])
    assert bool(query["ignored"]) == (len(understood) > 600)
    assert library.get(f"/v1/timeline?q={quote(q)}").get_json()["meta"]["query"] == query


def test_of_many_pieces_that_are_text_the_first_are_named(library: ContractClient) -> None:
    assert len(found(library, ") " * 1_000)["meta"]["query"]["taken_as_text"]) == 20


def test_a_blank_search_is_a_list_of_all_articles(library: ContractClient) -> None:
    answer = found(library, " \u200b", "&sort=relevance&explain=true")
    assert answer["meta"] == {"total": 10, "total_relation": "eq"}


def test_a_search_of_2_000_characters_of_any_script_is_searched_for(library: ContractClient) -> None:
    for q in ("quay " * 400, "港" * 2_000, "\U00020000" * 2_000):
        response = library.get(f"/v1/articles?q={quote(q)}&count=exact&limit=1")
        assert response.status_code == 200, response.text


def test_strictly_a_search_that_cannot_be_read_says_where(client: ContractClient) -> None:
    response = client.get(f"/v1/articles?q={quote('port headlin:quay')}&syntax=strict")
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid_input")
    [error] = response.get_json()["errors"]
    assert error["parameter"] == "q"
    assert error["detail"].startswith("at character 6: unknown field headlin:; did you mean headline:?")


def test_a_search_is_explained_in_words_and_in_each_language(library: ContractClient) -> None:
    explain = found(library, '"the quays" (headline:nationa* OR -élections)', "&explain=true")["meta"]["explain"]
    assert explain["query"] == {
        "all_of": [
            {"phrase": "the quays"},
            {"any_of": [{"prefix": "nationa", "in": "headline"}, {"not": {"word": "élections"}}]},
        ]
    }
    words = [
        ({"phrase": "the quays"}, ["en"], [("the", False), ("quay", False)], []),
        ({"phrase": "the quays"}, ["ja", "ko"], [("the", False), ("theǃ", False), ("quays", False)], []),
        ({"prefix": "nationa", "in": "headline"}, ["en"], [("nationa", True), ("nation", False)], []),
        ({"prefix": "nationa", "in": "headline"}, ["ja", "ko"], [("nationa", True)], []),
        ({"word": "élections"}, ["en"], [("elect", False)], []),
        ({"word": "élections"}, ["ja", "ko"], [("elections", False)], []),
    ]
    assert [term for term in explain["terms"] if term["language"] in ("en", "ja")] == [
        {
            **term,
            "language": languages[0],
            "languages": languages,
            "lexemes": [{"lexeme": lexeme, "prefix": prefix} for lexeme, prefix in lexemes],
            "stop_words": stop_words,
        }
        for term, languages, lexemes, stop_words in words
    ]
    assert len(explain["terms"]) == 3 * 5, "each term once for each stemmer"


def test_a_search_that_finds_nothing_is_explained_as_well(library: ContractClient) -> None:
    answer = found(library, "absent", "&explain=true&sort=newest")
    assert (answer["data"], answer["meta"]["explain"]["query"]) == ([], {"word": "absent"})
    assert "explain" not in found(library, "absent")["meta"]


def test_any_page_of_a_search_may_be_explained(library: ContractClient) -> None:
    following = found(library, "ferry", "&limit=1&explain=true")["page"]["next"]
    assert len(found(library, "ferry", f"&limit=1&cursor={following}")["data"]) == 1


def test_to_explain_a_search_there_must_be_one(client: ContractClient) -> None:
    for query in ("explain=true", "explain=true&tag=seoul-washington"):
        response = client.get(f"/v1/articles?{query}")
        assert response.status_code == 422
        assert [error["parameter"] for error in response.get_json()["errors"]] == ["explain"]
