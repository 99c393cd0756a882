"""Good readers and partners beside all attackers at once: nobody notices anything.

DATELINE_SOAK_SECONDS says for how long; 60 by default.
"""

import http.client
import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from attackers import Victim, all_at_once
from processes import Server, article, temporary_place, until
from watch import resident, worker

pytestmark = [pytest.mark.long, pytest.mark.alone, pytest.mark.every_postgres]

SECONDS = float(os.environ.get("DATELINE_SOAK_SECONDS", "60"))
P99_SECONDS = 2.0
WARM_SECONDS = 8
GROWTH = 1.2
"""What the worker process has in memory afterwards, as a part of what it has when its caches and pools have filled."""
READS = (
    "/livez",
    "/v1/tags/seoul-washington/articles",
    "/v1/articles?q=korea&sort=relevance&limit=10",
    "/v1/articles?facets=tag&limit=5",
    "/v1/changes?limit=10",
    "/v1/suggest?q=lee",
)


@dataclass
class Traffic:
    """What good clients experienced: the seconds of each request, and what failed."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def read(server: Server, traffic: Traffic, number: int) -> None:
    """One read, on a connection of its own."""
    path = READS[number % len(READS)]
    status, _ = server.get(path)
    if status != 200:
        traffic.failures.append(f"{path}: {status}")


def write(server: Server, key: str, traffic: Traffic, number: int) -> None:
    """A push, which is found when it has been acknowledged."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        connection.request("POST", "/v1/articles", json.dumps(article(f"soak-{number}")), headers)
        response = connection.getresponse()
        content = response.read()
    if response.status != 201:
        traffic.failures.append(f"push: {response.status} {content[:200]!r}")
    elif server.get(f"/v1/articles/{json.loads(content)['id']}")[0] != 200:
        traffic.failures.append(f"soak-{number} is lost")


def test_nothing_fails_and_nobody_waits_while_everything_attacks_at_once() -> None:
    with temporary_place() as place, Server(place, workers=1) as server:
        attacked, partner = server.ready().write_key(), server.write_key()
        victim = Victim(server.port, attacked, server.push(attacked, "large", "ferry " * 170_000))
        traffic, ended = Traffic(), threading.Event()

        def go_on(act: Callable[[int], None]) -> None:
            number = 0
            while not ended.wait(0.05):
                began = time.monotonic()
                try:
                    act(number)
                except (OSError, http.client.HTTPException, ValueError) as error:
                    traffic.failures.append(repr(error))
                traffic.seconds.append(time.monotonic() - began)
                number += 1

        acts = [lambda number: read(server, traffic, number), lambda number: write(server, partner, traffic, number)]
        with all_at_once(victim):
            time.sleep(WARM_SECONDS)
        before = resident(worker(server.process.pid))
        clients = [threading.Thread(target=go_on, args=(act,)) for act in (acts[0], acts[0], acts[1])]
        for client in clients:
            client.start()
        with all_at_once(victim):
            time.sleep(SECONDS)
        ended.set()
        for client in clients:
            client.join()
        assert traffic.failures == []
        assert len(traffic.seconds) > SECONDS
        assert sorted(traffic.seconds)[int(len(traffic.seconds) * 0.99)] < P99_SECONDS
        until(lambda: resident(worker(server.process.pid)) < before * GROWTH)
