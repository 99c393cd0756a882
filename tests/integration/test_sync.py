"""Writers and followers while the server is killed and Postgres restarted: nothing lost, doubled or out of order."""

import contextlib
import http.client
import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from processes import Server, article, free_port, postmaster, temporary_place, until

pytestmark = pytest.mark.long

# Two minutes, and less where many other tests wait.
SECONDS = 30 if os.environ.get("CI") else 120
WRITERS, FOLLOWERS, ARTICLES = 8, 4, 12

Answer = tuple[int, dict[str, Any]]


@dataclass
class Place:
    """A server that comes and goes on one port."""

    port: int
    key: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self, method: str, path: str, content: object = None) -> Answer | None:
        """The answer, or None when the server did not give one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
            connection.request(method, path, json.dumps(content) if content else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        return None


@dataclass
class Written:
    """What was acknowledged of one article: the last version of its source, and whether it was withdrawn then."""

    id: str
    sequence: int
    withdrawn: bool


def write(place: Place, writer: int) -> dict[str, Written]:
    """Push, withdraw and restore articles of one's own until it is over; what was acknowledged last of each."""
    chance = random.Random(writer)  # noqa: S311 - for tests, not for secrets
    acknowledged: dict[str, Written] = {}
    sequence = 0
    while not place.over.is_set():
        sequence += 1
        name = f"sync-{writer}-{chance.randrange(ARTICLES)}"
        known = acknowledged.get(name)
        if known and not known.withdrawn and chance.random() < 0.2:
            answer = place.ask("DELETE", f"/v1/articles/{known.id}?reason={sequence}")
            if answer and answer[0] == 200:
                known.withdrawn = True
            elif answer is None or answer[0] >= 500:
                # Perhaps withdrawn, perhaps not; the next push says.
                known.withdrawn = True
        else:
            story = {**article(name, f"told {sequence}"), "source_version": sequence, "status": "usable"}
            answer = place.ask("POST", "/v1/articles", story)
            if answer and answer[0] in (200, 201):
                acknowledged[name] = Written(answer[1]["id"], sequence, withdrawn=False)
            elif answer:
                assert answer[0] >= 500, answer
    return acknowledged


@dataclass
class Copy:
    """What a follower holds, and the versions of each article in the order in which it was told of them."""

    articles: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, list[int]] = field(default_factory=dict)
    cursors: list[str] = field(default_factory=list)


def follow(place: Place, ended: threading.Event) -> Copy:
    """Follow the feed until it has ended and nothing more comes."""
    copy = Copy()
    after = ""
    while True:
        answer = place.ask("GET", f"/v1/changes?types=article&limit=50&wait=1{after}")
        if answer is None or answer[0] >= 500:
            time.sleep(0.1)
            continue
        status, page = answer
        assert status == 200, page
        for change in page["data"]:
            copy.cursors.append(change["cursor"])
            copy.told.setdefault(change["id"], []).append(change["version"])
            if change["article"]:
                copy.articles[change["id"]] = change["article"]
            else:
                copy.articles.pop(change["id"], None)
        after = f"&after={page['page']['next']}"
        if ended.is_set() and not page["data"]:
            return copy


def disturb(place: Path, port: int, key: str) -> Iterator[Server]:
    """The server, killed and started again, or its Postgres restarted under it, at random."""
    chance = random.Random(7)  # noqa: S311 - for tests, not for secrets
    deadline = time.monotonic() + SECONDS
    server = Server(place, port)
    while time.monotonic() < deadline:
        server.ready()
        time.sleep(chance.uniform(1, 6))
        if chance.random() < 0.5:
            server.kill()
            server = Server(place, port)
        else:
            with contextlib.suppress(OSError, ValueError, IndexError):
                os.kill(postmaster(server.data), chance.choice([signal.SIGINT, signal.SIGKILL]))
    yield server.ready()


def archive(place: Place) -> dict[str, dict[str, Any]]:
    """All articles that readers see."""
    found: dict[str, dict[str, Any]] = {}
    path = "/v1/articles?limit=100&sort=oldest"
    cursor = ""
    while True:
        answer = place.ask("GET", f"{path}{cursor}")
        assert answer
        assert answer[0] == 200
        found |= {entry["id"]: entry for entry in answer[1]["data"]}
        if not answer[1]["page"]["next"]:
            return found
        cursor = f"&cursor={answer[1]['page']['next']}"


def test_whatever_is_killed_nothing_acknowledged_is_lost_and_every_follower_has_the_archive() -> None:
    with temporary_place() as directory:
        port = free_port()
        with Server(directory, port) as first:
            key = first.ready().write_key()
            first.kill()
        place, ended = Place(port, key), threading.Event()
        with ThreadPoolExecutor(WRITERS + FOLLOWERS) as pool:
            writers = [pool.submit(write, place, number) for number in range(WRITERS)]
            followers = [pool.submit(follow, place, ended) for _ in range(FOLLOWERS)]
            [server] = disturb(directory, port, key)
            with server:
                try:
                    place.over.set()
                    acknowledged = {name: known for writer in writers for name, known in writer.result().items()}
                    until(server.is_ready)
                finally:
                    place.over.set()
                    ended.set()
                copies = [follower.result() for follower in followers]
                whole = archive(place)
                for known in acknowledged.values():
                    answer = place.ask("GET", f"/v1/articles/{known.id}")
                    assert answer
                    if answer[0] == 200:
                        assert answer[1]["source_version"] >= known.sequence, "an acknowledged write is there"
                    else:
                        assert answer[0] == 410
                        assert known.withdrawn, "nothing is gone that nobody withdrew"
        assert len(acknowledged) > WRITERS
        for copy in copies:
            assert len(set(copy.cursors)) == len(copy.cursors), "nothing is told twice"
            for told in copy.told.values():
                assert told == list(range(1, len(told) + 1)), "every version is told, in order"
            assert copy.articles == whole
