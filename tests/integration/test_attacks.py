"""A server with one worker process, attacked in every way of the table, while good clients read."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPResponse

import pytest
from abuse import Case, Target, cases
from attackers import ATTACKS, Attack, Victim
from processes import Server, article, temporary_place, until
from watch import Watch, resident, worker

pytestmark = [pytest.mark.long, pytest.mark.every_postgres]

ATTACK_SECONDS = 4
GROWTH = 1.2
"""What a worker process has in memory after the attacks, as a part of what it had before."""
SECRETS = ("Traceback", "psycopg", "select ", "site-packages")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with the demo archive and a small cache, so that its memory shows what attacks leave behind."""
    with temporary_place() as place, Server(place, workers=1, cache_bytes=1024 * 1024) as server:
        yield server.ready()


@pytest.fixture(scope="module")
def target(server: Server) -> Target:
    """What the requests name."""
    write = server.write_key()
    admin = server.command("keys", "create", "--name", "abuse", "--scope", "admin")["key"]
    article = server.push(write, "abuse-target", "The ferry returned.")
    return Target(article, write, admin)


@pytest.fixture(scope="module")
def watch(server: Server) -> Iterator[Watch]:
    """Clients that read the whole time."""
    with Watch(server.port) as watch:
        yield watch
    assert watch.bad_since(0) == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases()])
def test_an_abusive_request_gets_a_clear_answer_in_time_and_others_notice_nothing(
    case: Case, server: Server, target: Target, watch: Watch
) -> None:
    request = case.request(target)
    began = time.monotonic()
    status, headers, body = exchange(server.port, request, half_close=case.half_closes)
    seconds = time.monotonic() - began
    assert status in case.statuses, body[:500]
    assert seconds < case.seconds
    assert case.says in body
    assert not any(secret in body for secret in SECRETS)
    if status >= 400 and not case.is_bare and not request.startswith(b"HEAD"):
        problem = json.loads(body)
        assert headers["content-type"] == "application/problem+json"
        assert (problem["status"], problem["code"] != "internal_error") == (status, True)
    assert watch.bad_since(began) == []


def test_refused_requests_store_nothing(server: Server) -> None:
    for name in ("abuse-key", "abuse-other", "abuse-type", "abuse-both", "abuse-body", "abuse-name"):
        assert server.get(f"/v1/articles?external_id={name}&count=exact")[1]["meta"]["total"] == 0, name
    assert server.errors == ""


@pytest.fixture(scope="module")
def victim(server: Server, target: Target) -> Victim:
    """The server as attackers know it, with a large article to ask for."""
    large = server.push(target.write, "attack-large", "ferry " * 170_000)
    return Victim(server.port, target.write, large)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nobody_notices_an_attack_and_it_leaves_nothing_behind(server: Server, victim: Victim, attack: Attack) -> None:
    with Watch(server.port) as quiet:
        time.sleep(1)
    before = resident(worker(server.process.pid))
    other = server.write_key()
    with attack(victim), Watch(server.port) as watch:
        for number in range(ATTACK_SECONDS):
            server.push(other, f"beside-{attack.__name__}-{number}")
            time.sleep(1)
    assert (watch.bad_since(0), len(quiet.probes) > 0, len(watch.probes) > ATTACK_SECONDS) == ([], True, True)
    # The server may need a moment to notice that the clients have gone.
    pushed = article(f"after-{attack.__name__}")
    until(lambda: server.ask("POST", "/v1/articles", pushed, victim.key)[0] in (200, 201))
    until(lambda: resident(worker(server.process.pid)) < before * GROWTH)


def exchange(port: int, request: bytes, *, half_close: bool = False) -> tuple[int, dict[str, str], str]:
    """Send bytes, and read one response: status, headers with names in small letters, and body."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        with suppress(ConnectionError):
            client.sendall(request)
            if half_close:
                client.shutdown(socket.SHUT_WR)
        response = HTTPResponse(client, method=request[:4].decode("latin-1").strip())
        response.begin()
        body = response.read().decode("utf-8", "replace")
        return response.status, {name.lower(): value for name, value in response.getheaders()}, body
