"""Many readers at once, each on a connection that it keeps: all are answered, and each gets what it asked for."""

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import count, cycle, islice

import pytest
from processes import DEADLINE, Server, temporary_place

pytestmark = pytest.mark.long

READERS = 200
SECONDS = 60


@dataclass(frozen=True)
class Question:
    """What a reader asks, and the status it must get."""

    path: str
    status: int = 200
    etag: str = ""


@pytest.fixture
def server() -> Iterator[Server]:
    with temporary_place() as place, Server(place) as server:
        yield server.ready()


def questions(server: Server) -> list[Question]:
    """A mix of lists, searches, entities, single articles, what is held already, and mistakes."""
    asked = [
        *("/v1/articles", "/v1/articles?limit=5&count=none", "/v1/articles?limit=100&fields=id,headline"),
        *("/v1/articles?sort=oldest&count=exact", "/v1/articles?from=2025-06-01&to=2025-06-30&tz=Asia/Seoul"),
        *("/v1/articles?q=alliance", "/v1/articles?q=%22president+lee%22+OR+tariffs", "/v1/articles?q=nowhere+-found"),
        *("/v1/tags/seoul-washington/articles", "/v1/articles?tag=seoul-washington&person=lee-jae-myung"),
        *("/v1/tags?sort=articles", "/v1/people?q=l&limit=3", "/v1/outlets", "/v1/outlets/korea-herald"),
        *("/v1/people/lee-jae-myung", "/v1/tags/%23Seoul-Washington", "/", "/readyz", "/openapi.json"),
    ]
    ids = [article["id"] for article in server.get("/v1/articles?limit=10")[1]["data"]]
    refused = {
        "/v1/articles?limit=0": 422, "/v1/articles?tagg=x": 422, "/v1/articles?cursor=x": 400, "/v1/nothing": 404,
        "/v1/tags/no-such-tag": 404, f"/v1/articles?section={'x' * 9_000}": 414,
    }  # fmt: skip
    held = [Question(path, 304, etag(server, path)) for path in (asked[0], asked[8], f"/v1/articles/{ids[0]}")]
    return [
        *map(Question, asked),
        *(Question(f"/v1/articles/{id}") for id in ids),
        *(Question(path, status) for path, status in refused.items()),
        *held,
    ]


def etag(server: Server, path: str) -> str:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.headers["ETag"]


def read(port: int, reader: int, mix: Sequence[Question], until: float) -> Counter[int]:
    """Ask one question after the other on one connection; how many answers had which status."""
    answered: Counter[int] = Counter()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)) as connection:
        connection.connect()
        # A connection that the server breaks is to be an error, and not to be opened anew.
        connection.auto_open = 0
        for number, question in zip(count(), islice(cycle(mix), reader % len(mix), None), strict=False):
            if time.monotonic() > until:
                return answered
            request_id = f"{reader}-{number}"
            connection.request("GET", question.path, headers={
                "X-Request-Id": request_id, **({"If-None-Match": question.etag} if question.etag else {}),
            })  # fmt: skip
            answer = connection.getresponse()
            body = answer.read()
            assert (answer.status, answer.headers["X-Request-Id"]) == (question.status, request_id), question
            check(question, answer.headers["Content-Type"], body)
            answered[answer.status] += 1
    return answered


def check(question: Question, content_type: str, body: bytes) -> None:
    if question.status == 304:
        assert body == b""
        return
    content = json.loads(body)
    if question.status >= 400:
        assert content_type == "application/problem+json"
        assert content["status"] == question.status
        return
    assert content_type == "application/json"
    path, _, query = question.path.partition("?")
    if path.startswith("/v1/articles/"):
        assert content["id"] == path.rpartition("/")[2]
    if "data" in content:
        assert content.keys() == {"data", "page", "meta"}
        assert len(content["data"]) <= content["page"]["limit"]
        moments = [article["published_at"] for article in content["data"] if "published_at" in article]
        if "q=" not in query:
            assert moments == sorted(moments, reverse="oldest" not in query)


def test_two_hundred_readers_at_once_are_all_answered(server: Server) -> None:
    mix = questions(server)
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read, server.port, reader, mix, until) for reader in range(READERS)]
        counts = [reader.result() for reader in readers]
    assert all(counts), "every reader was answered"
    assert sum(counts, Counter()).keys() == {question.status for question in mix}
    assert server.errors == ""
    assert server.is_ready()
