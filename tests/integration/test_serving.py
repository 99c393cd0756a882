"""`dateline serve --demo` as a process: real signals, real kills, real sockets."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from processes import (
    Server,
    Started,
    article,
    free_port,
    listing,
    postgres_of,
    postmaster,
    temporary_place,
    until,
)
from watch import worker

import seeds
from api.postgres.embedded import server as embedded

pytestmark = pytest.mark.every_postgres

DEMO_ARTICLES = len(seeds.FILES[-1].read_text(encoding="utf-8").splitlines())
PAGE = "some-tag.txt"
SOON = 10
"""Seconds in which a server that has nothing to finish ends."""


@pytest.fixture
def empty() -> Iterator[Path]:
    """A place for a server that was never started before."""
    with temporary_place() as place:
        yield place


@pytest.fixture(scope="module")
def served_once() -> Iterator[Path]:
    """A place where the demo archive was served before."""
    with temporary_place() as place:
        with Server(place) as server:
            server.ready().process.terminate()
            server.ended()
        (place / "data" / "port").unlink()
        yield place


@pytest.fixture
def place(served_once: Path) -> Iterator[Path]:
    """A copy of that place."""
    with temporary_place() as place:
        subprocess.run(["cp", "-a", served_once / "data", place / "data"], check=True)
        yield place


def test_a_first_start_says_where_everything_is_and_serves_the_demo_archive(empty: Path) -> None:
    with Server(empty) as server:
        server.ready()
        address = f"http://127.0.0.1:{server.port}"
        for said in (f"{address}/v1/articles", f"{address}/docs", str(empty / "data")):
            assert f'"{said}"' in server.output
        assert server.errors == ""
        assert {json.loads(line)["event"] for line in server.output.splitlines()} >= {"serving", "request"}
        status, page = server.get("/v1/articles")
        assert status == 200
        assert len(page["data"]) == 20
        assert server.articles() == DEMO_ARTICLES
        status, docs = server.get("/docs")
        assert status == 200
        assert "swagger" in docs
        found = server.command("doctor")
        assert [each for each in found if each["level"] != "ok" and each["check"] != "disk"] == []


def test_a_second_start_finds_the_archive_as_it_was_and_loads_nothing_again(place: Path) -> None:
    with Server(place) as first:
        id = first.ready().push(first.write_key(), "kept")
        first.process.terminate()
        first.ended()
    with Server(place) as second:
        second.ready()
        assert second.get(f"/v1/articles/{id}")[0] == 200
        assert second.articles() == DEMO_ARTICLES + 1
        assert "demo" not in second.output


def group(started: Started) -> None:
    os.killpg(started.process.pid, signal.SIGINT)


@pytest.mark.long
@pytest.mark.parametrize(
    ("stop", "codes"),
    [
        (lambda server: server.process.send_signal(signal.SIGINT), (0,)),
        (lambda server: server.process.send_signal(signal.SIGTERM), (0,)),
        (group, (0,)),
    ],
    ids=["SIGINT", "SIGTERM", "Ctrl-C"],
)
def test_a_signal_ends_everything_that_was_started(
    place: Path, stop: Callable[[Server], None], codes: tuple[int, ...]
) -> None:
    with Server(place) as server:
        server.ready()
        assert len(server.members()) >= 2
        assert postgres_of(place)
        stop(server)
        until(lambda: not server.running(), SOON)
        assert server.process.returncode in codes
        # What only waits for its parent's end, as Python's own tracker of resources, may need a moment more.
        until(lambda: not server.members(), 1)
        assert postgres_of(place) == set()
        assert server.errors == ""


@pytest.mark.long
@pytest.mark.parametrize("wished", [True, False])
def test_each_process_keeps_to_a_cpu_of_its_own_where_that_is_wished(place: Path, wished: bool) -> None:
    allowed = sorted(os.sched_getaffinity(0))
    own = [{allowed[number % len(allowed)]} for number in range(2)]

    def cpus_of(pid: int) -> set[int]:
        found: set[int] = set()
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(ProcessLookupError):  # some end meanwhile
                found |= os.sched_getaffinity(int(thread))
        return found

    def cpus() -> list[set[int]]:
        workers = [pid for pid in server.members() if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        return [cpus_of(pid) for pid in workers]

    with Server(place, workers=2, cpu_affinity=wished) as server:
        server.ready()
        expected = sorted(own if wished else [set(allowed)] * 2, key=min)
        until(lambda: sorted(cpus(), key=min) == expected)
        assert {server.get("/v1/articles")[0] for _ in range(20)} == {200}
        # A process that is started again is there twice for a moment.
        until(lambda: sorted(cpus(), key=min) == expected)


@pytest.mark.long
def test_threads_that_answer_do_not_take_the_cpu_from_others_and_the_rest_may(place: Path) -> None:
    with Server(place) as server:
        server.ready()
        [worker] = [pid for pid in server.members() if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        policies = [os.sched_getscheduler(int(thread)) for thread in os.listdir(f"/proc/{worker}/task")]
        assert {os.SCHED_BATCH, os.SCHED_OTHER} == set(policies)
        assert os.sched_getscheduler(worker) == os.SCHED_OTHER
        assert {os.sched_getscheduler(pid) for pid in postgres_of(place)} == {os.SCHED_OTHER}


@pytest.mark.long
def test_ctrl_c_which_every_process_gets_ends_it_soon_each_time(place: Path) -> None:
    for _ in range(5):
        with Server(place) as server:
            group(server.ready())
            until(lambda server=server: not server.running(), SOON)
            assert server.process.returncode in (0, 130)


def loading(server: Server) -> bool:
    if "Loading the demo" not in server.output:
        return False
    time.sleep(0.1)  # it has stored the people by then, and no article
    return True


def spawning(server: Server) -> bool:
    return len(server.members()) >= 2


@pytest.mark.long
@pytest.mark.parametrize("moment", [loading, spawning])
def test_a_signal_while_it_starts_ends_it_soon_and_the_next_start_serves_all(
    empty: Path, moment: Callable[[Server], bool]
) -> None:
    with Server(empty) as server:
        until(lambda: moment(server))
        server.process.terminate()
        until(lambda: not server.running(), SOON)
        assert server.process.returncode in (0, 143)
        until(lambda: not server.members(), 1)
        assert postgres_of(empty) == set()
    with Server(empty) as again:
        assert again.ready().articles() == DEMO_ARTICLES


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return True
    return False


@pytest.mark.long
def test_after_a_kill_of_the_main_process_the_others_end_and_stop_postgres(place: Path) -> None:
    with Server(place, workers=2) as server:
        server.ready()
        assert postgres_of(place)
        server.process.kill()
        until(lambda: not listens(server.port), SOON)
        until(lambda: not server.members(), SOON)
        until(lambda: not postgres_of(place), SOON)
        assert "the main process has ended" in server.errors


@pytest.mark.long
def test_after_a_kill_of_the_main_process_a_new_server_gets_the_port_and_releases_embargoes(place: Path) -> None:
    with Server(place, workers=2) as killed:
        key = killed.ready().write_key()
        due = datetime.now(UTC) + timedelta(seconds=8)
        story = {**article("embargoed"), "embargoed_until": due.isoformat()}
        status, stored = killed.ask("POST", "/v1/articles", story, key)
        assert status == 201
        killed.process.kill()
        until(lambda: not listens(killed.port), SOON)
        with Server(place, killed.port) as server:
            server.ready()
            latest = max(due, datetime.now(UTC)) + timedelta(seconds=2)
            while server.get(f"/v1/articles/{stored['id']}")[0] == 404:
                assert datetime.now(UTC) < latest, "the embargo ends at most two seconds late"
                time.sleep(0.05)
            assert datetime.now(UTC) >= due


@pytest.mark.long
def test_requests_in_flight_are_answered_after_a_kill_of_the_main_process(place: Path) -> None:
    with Server(place) as server, ThreadPoolExecutor() as pool:
        server.ready()
        with embedded.running(server.data) as postgres, psycopg.connect(postgres.conninfo) as connection:
            connection.execute("lock table articles in access exclusive mode")
            request = pool.submit(server.get, "/v1/articles")
            time.sleep(1)
            server.process.kill()
            until(lambda: not listens(server.port), SOON)
            assert not request.done()
            connection.rollback()
            assert request.result()[0] == 200
            until(lambda: not server.members(), SOON)


@pytest.mark.long
def test_after_a_kill_of_the_server_a_new_start_has_every_article(place: Path) -> None:
    with Server(place) as killed:
        id = killed.ready().push(killed.write_key(), "kept")
        killed.kill()
        assert postgres_of(place)
    with Server(place, killed.port) as server:
        assert server.ready().get(f"/v1/articles/{id}")[0] == 200
        assert server.articles() == DEMO_ARTICLES + 1
        server.process.terminate()
        assert server.ended() in (0, 143)
        assert postgres_of(place) == set()


@pytest.mark.long
def test_after_a_kill_of_postgres_the_server_answers_again_and_no_acknowledged_article_is_lost(place: Path) -> None:
    acknowledged: list[str] = []
    ended = threading.Event()

    def push() -> None:
        for number in range(100_000):
            if ended.is_set():
                break
            status, content = server.ask("POST", "/v1/articles", article(f"kept {number}"), key)
            assert status in (201, 503), content
            if status == 201:
                acknowledged.append(content["id"])

    with Server(place) as server, ThreadPoolExecutor() as pool:
        key = server.ready().write_key()
        pusher = pool.submit(push)
        try:
            until(lambda: pusher.done() or len(acknowledged) >= 20)
            killed = postmaster(server.data)
            os.kill(killed, signal.SIGKILL)
            until(lambda: killed not in postgres_of(place))
            until(server.is_ready, 15)
            count = len(acknowledged)
            until(lambda: pusher.done() or len(acknowledged) > count + 20)
        finally:
            ended.set()
        pusher.result()
        assert postmaster(server.data) != killed
        assert {id: server.get(f"/v1/articles/{id}")[0] for id in acknowledged} == dict.fromkeys(acknowledged, 200)


@pytest.mark.long
def test_a_worker_process_that_is_killed_again_and_again_is_always_started_again(place: Path) -> None:
    with Server(place, workers=1) as server:
        for _ in range(4):
            os.kill(worker(server.ready().process.pid), signal.SIGKILL)
        server.ready()
        assert server.running()


@pytest.mark.long
def test_an_import_in_a_second_process_is_served_at_once(place: Path) -> None:
    page = place / PAGE
    page.write_text(listing("Some-Tag", 3))
    with Server(place) as server:
        pid = postmaster(server.ready().data)
        assert server.get("/v1/tags/some-tag/articles")[0] == 404
        counts = server.command("import", "listing", page)
        assert counts == {str(page): {"created": 3, "updated": 0, "unchanged": 0}}
        status, content = server.get("/v1/tags/some-tag/articles")
        assert status == 200
        assert {found["headline"] for found in content["data"]} == {
            f"Ferry {number} returns to the north quay" for number in (1, 2, 3)
        }
        assert server.articles() == DEMO_ARTICLES + 3
        assert postmaster(server.data) == pid


@pytest.mark.long
def test_an_import_goes_on_when_the_server_is_interrupted(place: Path) -> None:
    page, count = place / PAGE, 4000
    page.write_text(listing("Some-Tag", count))
    with Server(place) as server:
        server.ready()
        with Started(place, "import", "listing", page, dateline_data=server.data) as importing:
            until(lambda: server.get("/v1/tags/some-tag/articles")[1].get("data"))
            server.process.send_signal(signal.SIGINT)
            assert server.ended() in (0, 130)
            assert importing.running(), "the page is too short to tell"
            assert importing.ended() == 0, importing.errors
        assert importing.output == f"{page}: {count} created, 0 updated, 0 unchanged\n"
    assert postgres_of(place) == set()
    with Server(place) as server:
        assert server.ready().get("/v1/tags/some-tag")[1]["articles"] == count


def test_a_port_that_another_program_has_is_refused_before_anything_is_made(empty: Path) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken, Server(empty, taken.getsockname()[1]) as refused:
        assert refused.ended() == 1
        assert len(refused.errors.splitlines()) == 1
        assert "PORT" in refused.errors
        assert refused.output == ""
        assert postgres_of(empty) == set()
        assert not refused.data.exists()


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.1"])
def test_a_host_that_is_none_of_this_machine_is_refused(empty: Path, host: str) -> None:
    with Server(empty, host=host) as refused:
        assert refused.ended() == 1
        assert len(refused.errors.splitlines()) == 1
        assert "HOST" in refused.errors
        assert "PORT" not in refused.errors


@pytest.mark.long
def test_of_two_servers_that_start_on_one_port_the_later_is_refused(empty: Path) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))
        with Server(empty, other.getsockname()[1]) as later:
            until(lambda: "Loading the demo" in later.output)
            other.listen()
            assert later.ended() == 1
            assert len(later.errors.splitlines()) == 1
            assert "PORT" in later.errors
    assert postgres_of(empty) == set()


@pytest.mark.long
def test_a_second_server_on_the_port_of_the_first_is_refused_and_leaves_it_alone(place: Path) -> None:
    with Server(place) as first:
        pid = postmaster(first.ready().data)
        with Server(place, first.port) as second:
            assert second.ended() == 1
            assert "PORT" in second.errors
        assert first.is_ready()
        assert postmaster(first.data) == pid


def test_requests_in_flight_are_answered_when_a_signal_comes(place: Path) -> None:
    count = 12  # more than the server has threads: some of them wait for one
    waiting = "select count(*) from pg_locks where not granted"
    with Server(place) as server, ThreadPoolExecutor(count) as pool:
        server.ready()
        with embedded.running(server.data) as postgres, psycopg.connect(postgres.conninfo) as connection:
            connection.execute("lock table articles in access exclusive mode")
            requests = [pool.submit(server.get, "/v1/articles") for _ in range(count)]
            until(lambda: (connection.execute(waiting).fetchone() or (0,))[0] >= 8)
            time.sleep(0.2)  # for those that wait for a thread
            server.process.terminate()
            time.sleep(1)
            assert server.running()
            assert not any(request.done() for request in requests)
            connection.rollback()
            assert [request.result()[0] for request in requests] == [200] * count
            assert server.ended() in (0, 143)
    assert postgres_of(place) == set()


@pytest.mark.long
def test_a_request_that_crosses_with_a_signal_is_answered(place: Path) -> None:
    with Server(place) as server, closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as kept:
        server.ready()
        kept.request("GET", "/livez")
        assert kept.getresponse().read()
        kept.auto_open = 0  # the request goes over this connection or fails
        server.process.terminate()
        time.sleep(0.05)
        kept.request("GET", "/livez")
        assert kept.getresponse().status == 200
        assert server.ended() in (0, 143)


@pytest.mark.long
def test_requests_of_clients_who_have_gone_end_before_the_server_does(place: Path) -> None:
    with Server(place) as server:
        server.ready()
        with embedded.running(server.data) as postgres, psycopg.connect(postgres.conninfo) as connection:
            connection.execute("lock table articles in access exclusive mode")
            for _ in range(6):
                with socket.create_connection(("127.0.0.1", server.port)) as client:
                    client.sendall(b"GET /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    time.sleep(0.1)
            server.process.terminate()
            time.sleep(1)
            connection.rollback()
            assert server.ended() == 0
        assert server.errors == ""


@pytest.mark.long
def test_who_waits_for_changes_is_answered_at_once_when_a_signal_comes(place: Path) -> None:
    with Server(place) as server, ThreadPoolExecutor() as pool:
        status, latest = server.ready().get("/v1/changes?after=latest")
        assert status == 200
        after = latest["page"]["next"]
        waiting = [pool.submit(server.get, f"/v1/changes?after={after}&wait=30") for _ in range(2)]
        time.sleep(1)
        assert not any(request.done() for request in waiting)
        server.process.terminate()
        until(lambda: not server.running(), SOON)
        for request in waiting:
            status, page = request.result()
            assert (status, page["data"], page["page"]["next"]) == (200, [], after)
        assert server.errors == ""


@pytest.mark.long
def test_busy_clients_get_an_answer_to_all_they_asked_before_the_signal(place: Path) -> None:
    failed: list[tuple[float, Exception]] = []
    answered: list[float] = []

    def hammer() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        with closing(connection):
            for _ in range(100_000):
                sent = float("inf")
                try:
                    connection.request("GET", "/v1/articles?limit=100")
                    sent = time.monotonic()
                    connection.getresponse().read()
                    answered.append(sent)
                except (OSError, http.client.HTTPException) as error:
                    failed.append((sent, error))
                    return

    with Server(place) as server, ThreadPoolExecutor(6) as pool:
        server.ready()
        clients = [pool.submit(hammer) for _ in range(6)]
        until(lambda: len(answered) > 200)
        signalled = time.monotonic()
        server.process.terminate()
        for client in clients:
            client.result()
        assert server.ended() in (0, 143)
        assert [error for sent, error in failed if sent < signalled] == []


def test_an_embargo_ends_on_time_by_itself(place: Path) -> None:
    with Server(place) as server:
        key = server.ready().write_key()
        ends = datetime.now(UTC) + timedelta(seconds=3)
        story = {**article("embargoed"), "embargoed_until": ends.isoformat()}
        status, stored = server.ask("POST", "/v1/articles", story, key)
        assert status == 201
        while server.get(f"/v1/articles/{stored['id']}")[0] == 404:
            assert datetime.now(UTC) < ends + timedelta(seconds=2), "it is at most a second late"
            time.sleep(0.02)
        assert datetime.now(UTC) >= ends


@pytest.mark.long
def test_a_long_batch_needs_no_more_memory_than_one_of_half_as_many(place: Path) -> None:
    def push(count: int) -> int:
        body = b"".join(
            json.dumps({**article(f"{count}-{number}"), "body": "Ferries ran again. " * 200}).encode() + b"\n"
            for number in range(count)
        )
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)) as connection:
            connection.request("POST", "/v1/articles/batch", body, headers)
            answers = connection.getresponse().read().splitlines()
        assert sum(b'"created"' in answer for answer in answers) == count
        return len(body)

    with Server(place) as server:
        key = server.ready().write_key()
        push(6_000)
        before = memory(server)
        sent = push(12_000)
        assert memory(server) - before < sent / 4, "what was sent is not held"


def memory(server: Server) -> int:
    """The most bytes that any process of the server's session ever used."""
    most = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and os.getsid(int(entry.name)) == server.process.pid:
            status = (entry / "status").read_text()
            if "postgres" not in status.splitlines()[0]:
                most = max(most, int(status.split("VmHWM:")[1].split()[0]) * 1024)
    return most
