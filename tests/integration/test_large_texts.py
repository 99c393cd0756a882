"""Lists of long texts: a page ends before they become too many bytes, and nothing is lost or comes twice."""

import gzip
import http.client
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from contract import ContractClient
from processes import DEADLINE, Server, temporary_place
from stories import record, store

from api.postgres.connection import Connection
from api.retrieval.select import PAGE_BYTES

MOST = int(PAGE_BYTES)
LONG = 1_000_000
COUNT = 11


def lengthen(connection: Connection) -> None:
    """Give articles long bodies, half of them with line breaks and the other half in another script."""
    connection.execute(
        """
        update articles set body = case when abs(hashtext(external_id)) %% 2 = 0
            then repeat(E'The harbour of ' || external_id || E' "opens"\n', %(bytes)s / 34)
            else repeat('부두 ' || external_id || ' 한국 ', %(bytes)s / 24) end
        """,
        {"bytes": LONG},
    )


@pytest.fixture
def client(blank: Connection, blank_client: ContractClient) -> ContractClient:
    """A client of an archive with eleven articles of a megabyte each, and a short one."""
    store(
        blank,
        *(
            record(f"A ferry {number}", day=number, tags=["port", f"tag-{number % 3}"], people=["bo-lind"])
            for number in range(COUNT)
        ),
    )
    lengthen(blank)
    store(blank, record("A short ferry", day=40, tags=["port"], people=["bo-lind"]))
    return blank_client


def walk(client: ContractClient, path: str, direction: str = "next", cursor: str | None = None) -> Iterator[dict]:
    while True:
        page = client.get(path + (f"&cursor={cursor}" if cursor else ""))
        assert page.status_code == 200, page.text
        yield (found := page.get_json())
        cursor = found["page"][direction]
        if cursor is None:
            return


LISTS = [
    "/v1/articles?limit=100",
    "/v1/articles?limit=5&sort=oldest",
    "/v1/articles?limit=100&sort=updated&count=exact",
    "/v1/articles?limit=100&tag=port",
    "/v1/articles?limit=100&tag=tag-0,tag-1,tag-2",
    "/v1/articles?limit=100&tag_all=port&outlet=daily&fields=external_id,body",
    "/v1/tags/port/articles?limit=100",
    "/v1/people/bo-lind/articles?limit=7&sort=oldest",
    "/v1/articles?limit=100&q=ferry&sort=relevance",
    "/v1/articles?limit=100&q=ferry&sort=newest&include=highlights",
    "/v1/articles?limit=100&q=ferry&sort=relevance&include=highlights,body&fields=external_id",
]


@pytest.mark.parametrize("path", LISTS)
def test_a_page_ends_before_its_texts_are_too_many_bytes_and_nothing_is_lost(client: ContractClient, path: str) -> None:
    whole = [
        article["external_id"]
        for page in walk(client, f"{re.sub('&(include|fields)=[^&]*', '', path)}&fields=external_id")
        for article in page["data"]
    ]
    assert len(set(whole)) == len(whole)
    pages = list(walk(client, path))
    assert [article["external_id"] for page in pages for article in page["data"]] == whole
    assert len(pages) > 2
    for page in pages[:-1]:
        sizes = [len(article["body"].encode()) for article in page["data"]]
        assert sizes
        assert sum(sizes) <= MOST
        if len(sizes) < page["page"]["limit"]:
            assert page["meta"]["size_limited"] is True
        if "total" in page["meta"] and page is pages[0]:
            assert page["meta"]["total"] == len(whole)
    back = [pages[-1], *walk(client, path, "prev", pages[-1]["page"]["prev"])]
    assert [article["external_id"] for page in reversed(back) for article in page["data"]] == whole


def test_lists_without_long_texts_are_whole(client: ContractClient) -> None:
    for path in ("/v1/articles?limit=100&fields=external_id", "/v1/articles?limit=100&fields=id,headline&q=ferry"):
        page = client.get(path).get_json()
        assert len(page["data"]) == COUNT + 1
        assert "size_limited" not in page["meta"]


HALF = MOST // 2
# The bytes of the texts of all articles, the oldest first, and how many articles each page has.
SIZES: list[tuple[list[int], list[int]]] = [
    ([MOST, 1, 1], [1, 2]),
    ([MOST + 1, 1, 1], [1, 2]),
    ([MOST - 1, 1, 1], [2, 1]),
    ([1, MOST, 1], [1, 1, 1]),
    ([1, MOST - 1, 1], [2, 1]),
    ([1, MOST + 1, MOST], [1, 1, 1]),
    ([HALF, HALF, HALF, HALF], [2, 2]),
    ([HALF, HALF + 1, HALF, 1], [1, 1, 2]),
    ([HALF - 1, HALF, 1, HALF, HALF], [3, 2]),
]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/articles?limit=100&sort=oldest",
        "/v1/articles?limit=100&sort=oldest&q=ferry",
        "/v1/articles?limit=100&sort=relevance&q=ferry",
        "/v1/tags/port/articles?limit=100&sort=oldest",
        "/v1/changes?limit=100&types=article&fields=body",
    ],
)
@pytest.mark.parametrize(("sizes", "expected"), SIZES)
def test_a_page_has_as_many_articles_as_fit_and_at_least_one(
    blank: Connection, blank_client: ContractClient, path: str, sizes: list[int], expected: list[int]
) -> None:
    store(
        blank,
        *(record(f"A ferry {number}", day=number, tags=["port"]) for number in range(len(sizes))),
    )
    # Of equal relevance, newer articles come first.
    for number, size in enumerate(reversed(sizes) if "relevance" in path else sizes):
        blank.execute(
            "update articles set body = repeat('x', %(size)s) where external_id = %(id)s",
            {"size": size, "id": f"A ferry {number}"},
        )
    if "changes" in path:
        found, after = [], ""
        while not found or found[-1]["page"]["more"]:
            found.append(blank_client.get(path + after).get_json())
            after = f"&after={found[-1]['page']['next']}"
    else:
        found = list(walk(blank_client, path))
    assert [len(page["data"]) for page in found] == expected


def test_one_article_is_always_on_a_page(client: ContractClient, blank: Connection) -> None:
    blank.execute("update articles set body = repeat('x', 6000000) where visible")
    assert [len(page["data"]) for page in walk(client, "/v1/articles?limit=100")] == [1] * (COUNT + 1)


@pytest.mark.parametrize("fields", ["", "&fields=external_id,body"])
def test_the_change_feed_ends_pages_early_and_misses_nothing(
    client: ContractClient, blank: Connection, fields: str
) -> None:
    """The same article is on a page as often as it was changed."""
    blank.execute(
        "insert into changes (type, article_id, version)"
        " select 'article.updated', id, 1 from articles, generate_series(1, 5) where external_id = 'A ferry 0'"
    )
    positions = client.get("/v1/changes?limit=100&fields=id&types=article").get_json()["data"]
    cursor, found = "", []
    while True:
        page = client.get(f"/v1/changes?limit=100&types=article{fields}{cursor}").get_json()
        sizes = [len(change["article"]["body"].encode()) for change in page["data"]]
        assert sum(sizes) <= MOST
        found += page["data"]
        cursor = f"&after={page['page']['next']}"
        if not page["page"]["more"]:
            break
    assert [change["cursor"] for change in found] == [change["cursor"] for change in positions]
    assert len(found) == COUNT + 1 + 5


def test_related_articles_end_where_their_texts_are_too_many_bytes(client: ContractClient) -> None:
    article = client.get("/v1/articles?limit=1&fields=id").get_json()["data"][0]["id"]
    some = client.get(f"/v1/articles/{article}/related?limit=20").get_json()["data"]
    every = client.get(f"/v1/articles/{article}/related?limit=20&fields=id").get_json()["data"]
    assert len(some) == MOST // LONG
    assert [related["id"] for related in some] == [related["id"] for related in every[: len(some)]]


def memory(pid: int) -> int:
    """The memory of a process and its children, in bytes, but for that which Postgres shares."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024 + sum(memory(int(child)) for child in children)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_lists_of_long_texts_take_little_time_and_memory() -> None:
    with temporary_place() as place, Server(place, workers=1, cache_bytes=0) as server:
        server.ready()
        key = server.write_key()
        for number in range(30):
            server.push(key, f"long-{number}", f"ferry {number} " + "harbour " * 110_000)

        def get(path: str) -> tuple[int, float]:
            began = time.monotonic()
            with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)) as connection:
                connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
                response = connection.getresponse()
                body = response.read()
            assert response.status == 200
            size = len(gzip.decompress(body)) if response.headers["Content-Encoding"] == "gzip" else len(body)
            return size, time.monotonic() - began

        paths = [
            "/v1/articles?limit=100",
            "/v1/articles?limit=100&q=ferry&include=highlights",
            "/v1/changes?limit=100&types=article.created",
        ]
        for path in paths:
            assert get(path)[1] < 3
        before = memory(server.process.pid)
        with ThreadPoolExecutor(21) as clients:
            lists = clients.map(get, [paths[number % 3] for number in range(20)])
            alive = clients.submit(get, "/livez").result()
            assert max(size for size, _ in lists) < 1.5 * MOST
        assert alive[1] < 1
        time.sleep(1)
        assert memory(server.process.pid) < before * 1.2 + 20_000_000
