"""Reading the archive over HTTP."""

import re
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from contract import ContractClient
from marshmallow import ValidationError
from psycopg.rows import DictRow
from stories import DAY, outlet, person, record, store, tag, withdraw

from api.postgres.connection import Connection
from api.text.folding import fold
from schemas.pushes import ArticleInput


@pytest.fixture
def library(blank: Connection) -> None:
    """Nine articles that differ in what filters look at."""
    outlet(blank, "daily")
    outlet(blank, "weekly", language="ko")
    tag(blank, "Trade", "trade talks")
    tag(blank, "Alliance")
    person(blank, "Ana Pérez", "페레스")
    person(blank, "Bo Lind")
    store(
        blank,
        record("one", day=0, tags=["trade"], section="Business", credit="AP"),
        record("two", day=1, tags=["trade", "alliance"], section="Politics", credit="Yonhap"),
        record("three", day=2, body="Ana Perez met Bo Lind.", section="Politics, local"),
        record("four", day=3, body="Trade talks: Bo Lind left.", credit="Yonhap"),
        record("다섯", day=4, outlet="weekly", language="ko", body="한미동맹의 미래, 페레스는 말했다."),
        record("Élections", day=5, language="fr", body="Les élections législatives"),
        record("seven", day=6, body="Economic policies <b>&</b> economists", byline="Bo"),
        record("eight", day=7, body="policy economy", byline="Ana Pérez", url="https://example.org/eight"),
        record("nine", day=8, published_at=DAY.replace(day=9, hour=23, minute=59, second=59)),
    )


def headlines(client: ContractClient, query: str) -> list[str]:
    """The headlines of /v1/articles?query."""
    response = client.get(f"/v1/articles?{query}")
    assert response.status_code == 200, response.text
    return [article["headline"] for article in response.get_json()["data"]]


@pytest.mark.parametrize(
    ("field", "longest"), [("section", 200), ("credit", 200), ("byline", 500), ("external_id", 200), ("url", 2_000)]
)
def test_the_longest_value_that_an_article_may_have_finds_it(
    blank: Connection, blank_client: ContractClient, field: str, longest: int
) -> None:
    value = "https://example.org/".ljust(longest, "a") if field == "url" else "고" * longest
    with pytest.raises(ValidationError):
        ArticleInput().fields[field].deserialize(f"{value}a")
    outlet(blank, "daily")
    longest_of: dict[str, Any] = {field: value}
    store(blank, record("one"), record("other", **longest_of))
    assert headlines(blank_client, f"{field}={quote(value)}") == ["other"]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "nine eight seven Élections 다섯 four three two one"),
        ("sort=oldest", "one two three four 다섯 Élections seven eight nine"),
        ("limit=2", "nine eight"),
        ("tag=trade", "four two one"),
        ("tag=%23TRADE", "four two one"),
        ("tag=alliance,trade", "four two one"),
        ("tag=trade&sort=oldest", "one two four"),
        ("tag=nothing", ""),
        ("tag=trade&person=bo-lind", "four"),
        ("person=bo-lind", "four three"),
        ("person=Bo-Lind,ana-perez", "다섯 four three"),
        ("outlet=weekly", "다섯"),
        ("outlet=weekly,daily&limit=3", "nine eight seven"),
        ("section=Politics", "two"),
        ("section=Politics%2C%20local", "three"),
        ("section=Politics&section=Business", "two one"),
        ("language=ko", "다섯"),
        ("language=KO,fr", "Élections 다섯"),
        ("credit=Yonhap", "four two"),
        ("credit=Yonhap&credit=AP", "four two one"),
        ("from=2025-06-09", "nine"),
        ("to=2025-06-01", "one"),
        ("from=2025-06-09&to=2025-06-09", "nine"),
        ("to=9999-12-31&from=2025-06-09", "nine"),
        ("from=2025-06-02T00:00:00Z&to=2025-06-03T00:00:00Z", "three two"),
        ("from=2025-06-02T00:00:01Z&to=2025-06-03T00:00:00%2B09:00", ""),
        ("from=2025-06-02T09:00:00%2B09:00&to=2025-06-02T09:00:00%2B09:00", "two"),
        ("tag=trade&from=2025-06-02&to=2025-06-03", "two"),
        ("tag_all=trade", "four two one"),
        ("tag_all=trade,alliance", "two"),
        ("tag_all=alliance,trade&tag=trade", "two"),
        ("tag_all=trade,nothing", ""),
        ("tag_not=trade", "nine eight seven Élections 다섯 three"),
        ("tag_not=trade,alliance&limit=2", "nine eight"),
        ("tag_not=nothing&limit=1", "nine"),
        ("tag=trade&tag_not=%23Alliance", "four one"),
        ("person_all=bo-lind,ana-perez", "three"),
        ("person_all=bo-lind&tag_all=trade", "four"),
        ("person_not=bo-lind&tag=trade", "two one"),
        ("person=bo-lind&person_not=ana-perez", "four"),
        ("outlet_not=daily", "다섯"),
        ("outlet_not=daily,weekly", ""),
        ("outlet_not=nothing&limit=1", "nine"),
        ("byline=Ana%20P%C3%A9rez", "eight"),
        ("byline=Ana%20P%C3%A9rez&byline=Bo", "eight seven"),
        ("url=https://example.org/eight", "eight"),
        ("external_id=one", "one"),
        ("external_id=one&external_id=nine", "nine one"),
        ("updated_since=2020-01-01&limit=1", "nine"),
        ("updated_since=2999-01-01", ""),
        ("sort=updated&limit=100&tag=alliance", "two"),
        ("from=2025-06-10&tz=Asia/Seoul", "nine"),
        ("to=2025-06-01&tz=America/New_York", "two one"),
        ("from=2025-06-09&to=2025-06-09&tz=Asia/Seoul", ""),
        ("from=2025-06-10&to=2025-06-10&tz=Asia/Seoul", "nine"),
        ("q=policy&sort=newest", "eight seven"),
        ("q=economics", "seven"),
        ("q=economists", "seven"),
        ("q=ELECTIONS", "Élections"),
        ("q=%C3%A9lection%20l%C3%A9gislative", "Élections"),
        ("q=ｐｏｌｉｃｙ&sort=newest", "eight seven"),
        (f"q={quote('한미동맹')}", "다섯"),
        (f"q={quote('동맹')}", "다섯"),
        (f"q={quote('한미동맹 -미래')}", ""),
        ("q=%22trade%20talks%22", "four"),
        ("q=%22talks%20trade%22", ""),
        ("q=talks%20trade", "four"),
        ("q=economy%20OR%20lind&sort=newest", "eight four three"),
        ("q=lind%20-ana", "four"),
        ("q=-policy%20economists", ""),
        ("q=the", ""),
        ("q=lind&tag=trade", "four"),
        ("q=three%20ana", "three"),
        ("q=%22three%20ana%22", ""),
    ],
)
def test_filters_narrow_the_list(blank_client: ContractClient, query: str, expected: str) -> None:
    assert headlines(blank_client, query) == expected.split()


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("path", "query"),
    [("tags/trade", "tag=trade"), ("people/bo-lind", "person=bo-lind"), ("outlets/weekly", "outlet=weekly")],
)
def test_the_articles_of_a_entity_are_the_list_with_that_filter(
    blank_client: ContractClient, path: str, query: str
) -> None:
    of_entity = blank_client.get(f"/v1/{path}/articles?limit=2").get_json()
    filtered = blank_client.get(f"/v1/articles?{query}&limit=2").get_json()
    assert of_entity["data"] == filtered["data"] != []


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("sort", ["newest", "oldest", "updated"])
@pytest.mark.parametrize("query", ["", "tag=trade,alliance", "tag=trade", "person=bo-lind", "q=policy", "outlet=daily"])
def test_paging_shows_every_article_once_on_the_way_there_and_back(
    blank_client: ContractClient, sort: str, query: str
) -> None:
    everything = headlines(blank_client, f"{query}&sort={sort}")
    there = walked(blank_client, f"/v1/articles?{query}&sort={sort}&limit=2", "next")
    assert [headline for page in there for headline in page["headlines"]] == everything
    back = walked(blank_client, there[-1]["url"], "prev")
    assert [page["headlines"] for page in reversed(back)] == [page["headlines"] for page in there]


def walked(client: ContractClient, url: str, direction: str) -> list[dict[str, Any]]:
    """Every page from ``url`` on, until there is none in this direction; each with its url and headlines."""
    pages: list[dict[str, Any]] = []
    while url:
        response = client.get(url)
        content = response.get_json()
        pages.append({"url": url, "headlines": [article["headline"] for article in content["data"]]})
        linked = {rel: link for link, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', response.headers.get("Link", ""))}
        assert linked.keys() == {rel for rel in ("next", "prev") if content["page"][rel]}
        assert all(link.endswith(f"cursor={content['page'][rel]}") for rel, link in linked.items())
        url = linked.get(direction, "")
    return pages


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("query", ["", "tag=trade", "q=policy", "q=absent", "outlet=daily", "tag_all=trade,alliance"])
def test_totals_are_those_of_the_whole_list(blank_client: ContractClient, query: str) -> None:
    total = len(headlines(blank_client, f"{query}&limit=100"))
    exact = {"total": total, "total_relation": "eq"}
    word = query.removeprefix("q=")
    absent = ["absent"] if word == "absent" else []
    read = {"understood": word, "taken_as_text": [], "ignored": [], "absent": absent}
    more = {"query": read, "suggestion": None} if query.startswith("q=") else {}
    for count, meta in (("none", {}), ("capped", exact), ("exact", exact)):
        answer = blank_client.get(f"/v1/articles?{query}&sort=newest&limit=2&count={count}").get_json()
        assert answer["meta"] == {**meta, **more}
        if answer["page"]["next"]:
            rest = f"{query}&sort=newest&count={count}&cursor={answer['page']['next']}"
            following = blank_client.get(f"/v1/articles?{rest}")
            assert following.get_json()["meta"] == answer["meta"]


def test_a_total_over_a_thousand_is_capped_unless_asked_for(blank: Connection, blank_client: ContractClient) -> None:
    store(blank, *(record(f"{n}") for n in range(1_001)))
    assert blank_client.get("/v1/articles").get_json()["meta"] == {"total": 1_000, "total_relation": "gte"}
    assert blank_client.get("/v1/articles?count=exact").get_json()["meta"] == {"total": 1_001, "total_relation": "eq"}
    store(blank, record("another", outlet="other"))
    assert blank_client.get("/v1/articles?outlet=other").get_json()["meta"] == {"total": 1, "total_relation": "eq"}


@pytest.mark.usefixtures("library")
def test_articles_of_one_moment_are_paged_by_their_ids(blank: Connection, blank_client: ContractClient) -> None:
    outlet(blank, "twins")
    store(blank, *(record(f"twin {n}", outlet="twins") for n in range(25)))
    first = blank_client.get("/v1/articles?outlet=twins&limit=20").get_json()
    rest = blank_client.get(f"/v1/articles?outlet=twins&limit=20&cursor={first['page']['next']}").get_json()
    seen = [article["id"] for article in first["data"] + rest["data"]]
    assert len(set(seen)) == 25
    assert seen == sorted(seen, reverse=True)


@pytest.mark.usefixtures("library")
def test_an_article_inserted_while_paging_moves_no_other(blank: Connection, blank_client: ContractClient) -> None:
    first = blank_client.get("/v1/articles?limit=3").get_json()
    store(blank, record("newer", day=30), record("between", day=1))
    rest = headlines(blank_client, f"limit=100&cursor={first['page']['next']}")
    assert [headline for headline in rest if headline != "between"] == [
        "Élections",
        "다섯",
        "four",
        "three",
        "two",
        "one",
    ]
    assert "between" in rest


def test_a_cursor_of_other_filters_is_refused(client: ContractClient) -> None:
    cursor = client.get("/v1/articles?limit=1").get_json()["page"]["next"]
    assert client.get(f"/v1/articles?limit=50&cursor={cursor}").status_code == 200
    for query in ("sort=oldest", "tag=seoul-washington", "q=x"):
        response = client.get(f"/v1/articles?{query}&cursor={cursor}")
        assert (response.status_code, response.get_json()["code"]) == (400, "invalid_cursor")
    assert client.get(f"/v1/tags/seoul-washington/articles?cursor={cursor}").status_code == 400
    assert client.get(f"/v1/tags?cursor={cursor}").status_code == 400


def test_a_tampered_cursor_is_refused(client: ContractClient) -> None:
    cursor = client.get("/v1/articles?limit=1").get_json()["page"]["next"]
    first = "B" if cursor.startswith("A") else "A"
    for other in (cursor[:-1], cursor + "A", first + cursor[1:], cursor.swapcase(), "x", "%00"):
        assert client.get(f"/v1/articles?cursor={other}").status_code in (400, 422)


def test_articles_are_found_by_their_ids(client: ContractClient) -> None:
    ids = [article["id"] for article in client.get("/v1/articles?limit=3").get_json()["data"]]
    for wanted in (ids[:1], ids[1:], ids[::-1]):
        found = client.get(f"/v1/articles?id={','.join(wanted)}").get_json()["data"]
        assert [article["id"] for article in found] == [id for id in ids if id in wanted]


@pytest.mark.usefixtures("library")
def test_an_article_is_served_whole(blank: Connection, blank_client: ContractClient) -> None:
    listed = blank_client.get("/v1/articles?tag=alliance").get_json()["data"][0]
    response = blank_client.get(f"/v1/articles/{listed['id']}")
    assert response.get_json() == listed
    assert listed == {
        "id": listed["id"],
        "external_id": "two",
        "url": None,
        "headline": "two",
        "standfirst": None,
        "body": "",
        "body_html": None,
        "byline": None,
        "credit": "Yonhap",
        "section": "Politics",
        "language": "en",
        "image": None,
        "outlet": {"slug": "daily", "name": "Daily"},
        "tags": [{"slug": "alliance", "name": "#Alliance"}, {"slug": "trade", "name": "#Trade"}],
        "people": [],
        "published_at": "2025-06-02T00:00:00Z",
        "created_at": listed["created_at"],
        "updated_at": listed["updated_at"],
        "version": 1,
        "source_version": None,
        "note": None,
        "status": "usable",
        "embargoed_until": None,
    }
    tagged = blank_client.get(f"/v1/articles/{listed['id']}", headers={"If-None-Match": response.headers["ETag"]})
    assert tagged.status_code == 304
    row: DictRow | None = blank.execute("select count(*) as n from articles").fetchone()
    assert row is not None
    assert row["n"] == 9


def test_a_list_shows_the_fields_asked_for_and_pages_by_the_same_order(client: ContractClient) -> None:
    whole = client.get("/v1/articles?limit=6").get_json()["data"]
    for fields in (["headline"], ["outlet", "tags", "id"], ["published_at", "people"]):
        seen: list[dict[str, object]] = []
        cursor = ""
        for _ in range(2):
            page = client.get(f"/v1/articles?limit=3&fields={','.join(fields)}{cursor}").get_json()
            seen += page["data"]
            cursor = f"&cursor={page['page']['next']}"
        assert seen == [{name: article[name] for name in fields} for article in whole]


def test_text_passes_through_as_text(blank_client: ContractClient, blank: Connection) -> None:
    store(blank, record("a < b & <script>alert(1)</script>", body='"quoted" \u2028 \\ 한국 🙂'))
    article = blank_client.get("/v1/articles").get_json()["data"][0]
    assert article["headline"] == "a < b & <script>alert(1)</script>"
    assert article["body"] == '"quoted" \u2028 \\ 한국 🙂'


@pytest.mark.parametrize(
    "updated_at",
    [
        "2025-06-01T00:00:00Z", "2025-06-01T10:20:30.120000Z", "2025-06-01T10:20:30.000001Z",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
    ],
)  # fmt: skip
def test_an_article_is_the_same_to_the_byte_in_every_answer(
    blank: Connection, blank_client: ContractClient, updated_at: str
) -> None:
    outlet(blank, "daily")
    tag(blank, 'An "odd" \\ tag')
    person(blank, "Bo Lind")
    hostile = "".join(map(chr, range(1, 160))) + "\u2028 \ufeff 한국 🙂 </script> \\u0041"
    image = {"url": "https://example.org/one.jpg", "caption": hostile, "credit": None}
    store(blank, record("one", body=f"Bo Lind left. {hostile}", tags=["an-odd-tag"], credit="AP", image=image))
    blank.execute("update articles set updated_at = %s, source_version = 7, note = ''", (updated_at,))
    [article] = blank_client.get("/v1/articles").get_json()["data"]
    assert article["updated_at"] == updated_at
    one = blank_client.get(f"/v1/articles/{article['id']}").text.strip()
    for query in (
        "tag=an-odd-tag", "person=bo-lind&count=none", "credit=AP", "q=left&sort=newest", "q=left",
        f"fields={','.join(article)}",
    ):  # fmt: skip
        assert blank_client.get(f"/v1/articles?{query}").text.startswith(f'{{"data":[{one}],'), query
    for query in ("q=left&include=highlights", "q=left&sort=oldest&include=highlights"):
        marked = blank_client.get(f"/v1/articles?{query}").text
        assert marked.startswith(f'{{"data":[{one[:-1]},"highlights":{{"headline":'), query


@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_a_withdrawn_article_is_in_no_list_and_answers_410(
    blank: Connection, blank_client: ContractClient, status: str
) -> None:
    [result] = store(blank, record("one", tags=["trade"], people=["Bo Lind"]))
    withdraw(blank, result.id, status, "Wrong")
    for path in (
        "articles",
        "tags/trade/articles",
        "people/bo-lind/articles",
        "outlets/daily/articles",
        "articles?q=one",
    ):
        assert blank_client.get(f"/v1/{path}").get_json()["data"] == []
    response = blank_client.get(f"/v1/articles/{result.id}")
    assert (response.status_code, response.get_json()["code"]) == (410, "gone")
    assert status in response.get_json()["detail"]


def test_an_embargoed_article_is_not_there(blank: Connection, blank_client: ContractClient) -> None:
    [result] = store(blank, record("one"))
    blank.execute("update articles set embargoed_until = now() + interval '1 day'")
    assert blank_client.get("/v1/articles").get_json()["data"] == []
    assert blank_client.get(f"/v1/articles/{result.id}").status_code == 404


def test_what_does_not_exist_is_a_404_that_names_it(client: ContractClient) -> None:
    for path in (f"articles/{uuid4()}", "tags/no-such", "people/no-such", "outlets/no-such", "tags/no-such/articles"):
        response = client.get(f"/v1/{path}")
        assert response.status_code == 404
        assert path.split("/")[1] in response.get_json()["detail"]


@pytest.mark.parametrize("entity", ["tags", "people", "outlets"])
@pytest.mark.parametrize("sort", ["name", "articles", "recent"])
def test_entities_are_paged_in_every_order_there_and_back(client: ContractClient, entity: str, sort: str) -> None:
    everything = client.get(f"/v1/{entity}?sort={sort}&limit=100&count=exact").get_json()
    slugs = [entry["slug"] for entry in everything["data"]]
    assert everything["meta"]["total"] == len(set(slugs)) > 7
    url = f"/v1/{entity}?sort={sort}&limit=5"
    for direction, expected in (("next", slugs), ("prev", slugs[::-1])):
        seen: list[str] = []
        while True:
            page = client.get(url).get_json()
            found = [entry["slug"] for entry in page["data"]]
            seen += found if direction == "next" else found[::-1]
            if not page["page"][direction]:
                break
            url = f"/v1/{entity}?sort={sort}&limit=5&cursor={page['page'][direction]}"
        assert seen == expected


def test_entities_are_sorted_as_asked(client: ContractClient) -> None:
    counts = [entry["articles"] for entry in client.get("/v1/tags?sort=articles&limit=100").get_json()["data"]]
    assert counts == sorted(counts, reverse=True)
    dates = [entry["last_published_at"] for entry in client.get("/v1/people?sort=recent&limit=100").get_json()["data"]]
    assert [date or "" for date in dates] == sorted((date or "" for date in dates), reverse=True)
    names = [fold(entry["name"].removeprefix("#")) for entry in client.get("/v1/tags?limit=100").get_json()["data"]]
    assert names == sorted(names)


# One letter that unfolds to eighteen: a name longer than an index holds.
LONG = "\ufdfa" * 150


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("q=ana", ["ana-perez"]),
        ("q=ANA%20PE", ["ana-perez"]),
        ("q=an\u00e1%20per", ["ana-perez"]),
        ("q=%ED%8E%98%EB%A0%88", ["ana-perez"]),
        ("q=perez", []),
        ("q=b", ["bo-lind"]),
        ("q=%25", []),
        ("q=_o", ["bo-lind"]),
        ("q=o%27l", ["bo-lind"]),
        ("q=the%20%5C", ["bo-lind"]),
        ("q=the%20%5C%27g", ["bo-lind"]),
        ("q=the%20%27", ["bo-lind"]),
        (f"q={quote(LONG)}", ["bo-lind"]),
        ("sort=articles&q=%ED%8E%98%EB%A0%88", ["ana-perez"]),
        ("sort=recent&as_of=2020-06-01", ["bo-lind"]),
        ("as_of=2020-06-01", ["bo-lind"]),
        ("as_of=2019-12-31", []),
        ("as_of=2021-12-31&q=bo", ["bo-lind"]),
        ("as_of=2022-01-01", []),
    ],
)
def test_people_are_found_by_how_a_name_begins_and_by_what_they_were(
    blank: Connection, blank_client: ContractClient, query: str, slugs: list[str]
) -> None:
    person(blank, "Ana Pérez", "페레스")
    roles = [{"title": "Mayor", "organization": None, "from": "2020-01-01", "to": "2021-12-31"}]
    person(blank, "Bo Lind", "O'Lind", "The \\'Great", LONG, "\u0301", roles=roles)
    assert [entry["slug"] for entry in blank_client.get(f"/v1/people?{query}").get_json()["data"]] == slugs


def test_a_person_is_shown_with_the_roles_of_a_day(blank: Connection, blank_client: ContractClient) -> None:
    mayor = {"title": "Mayor", "organization": "Oslo", "from": "2020-01-01", "to": "2021-12-31"}
    poet = {"title": "Poet", "organization": None, "from": None, "to": None}
    person(blank, "Bo Lind", roles=[mayor, poet])
    for query, roles in (("", [mayor, poet]), ("?as_of=2020-01-01", [mayor, poet]), ("?as_of=2019-12-31", [poet])):
        assert blank_client.get(f"/v1/people/bo-lind{query}").get_json()["roles"] == roles


def test_a_entity_knows_what_it_is_most_often_named_with(blank: Connection, blank_client: ContractClient) -> None:
    store(
        blank,
        record("one", tags=["a", "b"], people=["Bo Lind"]),
        record("two", tags=["a", "b", "c"], outlet="weekly"),
        record("three", tags=["a", "c"], people=["Bo Lind"]),
        record("four", tags=["b"]),
        record("five", tags=["a", "c"]),
    )
    blank.execute("update articles set status = 'withheld' where headline = 'five'")
    companions = blank_client.get("/v1/tags/a").get_json()["companions"]
    assert [(tag["slug"], tag["articles"]) for tag in companions["tags"]] == [("b", 2), ("c", 2)]
    assert [(found["slug"], found["articles"]) for found in companions["people"]] == [("bo-lind", 2)]
    assert [(found["slug"], found["articles"]) for found in companions["outlets"]] == [("daily", 2), ("weekly", 1)]
    of_person = blank_client.get("/v1/people/bo-lind").get_json()["companions"]
    assert [tag["slug"] for tag in of_person["tags"]] == ["a", "b", "c"]
    assert of_person["people"] == []
    assert blank_client.get("/v1/outlets/weekly").get_json()["companions"]["outlets"] == []


def test_a_entity_counts_its_articles_and_knows_their_dates(client: ContractClient) -> None:
    tag = client.get("/v1/tags/%23Seoul-Washington").get_json()
    articles = client.get("/v1/tags/Seoul-Washington/articles?limit=100").get_json()["data"]
    assert tag["slug"] == "seoul-washington"
    assert tag["articles"] == len(articles) == 5
    assert tag["last_published_at"] == articles[0]["published_at"]
    assert tag["first_published_at"] == articles[-1]["published_at"]


def test_the_index_leads_a_browser_to_the_docs_and_others_to_the_api(client: ContractClient) -> None:
    browser = client.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (browser.status_code, browser.headers["Location"]) == (302, "/docs")
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        links = client.get("/", headers=accept).get_json()["links"]
        for link in links.values():
            assert client.get(link).status_code == 200


def test_swagger_ui_is_served_from_local_files(client: ContractClient) -> None:
    page = client.get("/docs").text
    assert "http" not in page
    for file in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "docs.css", "icon.svg"):
        assert f"/docs/{file}" in page
        assert client.get(f"/docs/{file}").status_code == 200
    assert client.get("/docs/../app.py").status_code == 404


def test_the_server_is_ready_when_its_migrations_are_there(client: ContractClient, demo: Connection) -> None:
    assert client.get("/livez").get_json() == client.get("/readyz").get_json() == {"status": "ok"}
    demo.execute("update alembic_version set version_num = '0000'")
    response = client.get("/readyz")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert client.get("/livez").status_code == 200


def test_a_request_id_is_echoed_or_made(client: ContractClient) -> None:
    assert client.get("/livez", headers={"X-Request-Id": "abc-1"}).headers["X-Request-Id"] == "abc-1"
    made = client.get("/v1/nothing", headers={"X-Request-Id": "with spaces"})
    assert made.headers["X-Request-Id"] == made.get_json()["request_id"] != "with spaces"
