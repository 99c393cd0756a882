"""Servers are renewed while clients ask, and no client notices."""

import http.client
import json
import shutil
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from processes import Server, Started, article, temporary_place, until

import api
from api.postgres import revisions
from api.postgres.embedded import server as embedded

pytestmark = pytest.mark.long

PAUSE = 0.1


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Where all servers here have their data, one after another: only the first loads the demo archive."""
    with temporary_place() as place:
        yield place


class Clients:
    """Who asks all the time: some on a connection that they keep, some on a new one each time, and some who push."""

    def __init__(self, port: int, key: str) -> None:
        self.port = port
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.answered: Counter[str] = Counter()
        self.stored: list[str] = []
        self.failed: list[str] = []
        self.ended = threading.Event()

    def keep(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            while not self.ended.wait(PAUSE):
                self.ask("kept", connection, "GET", "/v1/articles?limit=1")

    def renew(self) -> None:
        while not self.ended.is_set():
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
                connection.connect()
                self.ended.wait(PAUSE)
                self.ask("new", connection, "GET", "/v1/tags/seoul-washington")

    def push(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            while not self.ended.wait(PAUSE):
                pushed = article(f"pushed-{threading.get_ident()}-{len(self.stored)}")
                if answer := self.ask("pushed", connection, "POST", "/v1/articles", json.dumps(pushed)):
                    self.stored.append(answer["id"])

    def ask(self, kind: str, connection: http.client.HTTPConnection, method: str, path: str, body: str = "") -> dict:
        """The answer, which must be a good one."""
        try:
            connection.request(method, path, body or None, self.headers)
            answer = connection.getresponse()
            content = json.loads(answer.read())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self.failed.append(f"{kind}: {error!r}")
            return {}
        if answer.status not in (200, 201):
            self.failed.append(f"{kind}: {content}")
            return {}
        self.answered[kind] += 1
        return content

    def go_on(self) -> None:
        """Wait until all kinds were answered some more, or failed."""
        before = Counter(self.answered)
        until(lambda: self.failed or all(self.answered[kind] >= before[kind] + 5 for kind in ("kept", "new", "pushed")))


@contextmanager
def asking(port: int, key: str) -> Iterator[Clients]:
    """Clients who ask until the block ends, none of whom may have failed."""
    clients = Clients(port, key)
    kinds: list[Callable[[], None]] = [clients.keep] * 2 + [clients.renew] * 4 + [clients.push] * 2
    with ThreadPoolExecutor(len(kinds)) as pool:
        running = [pool.submit(client) for client in kinds]
        try:
            clients.go_on()
            yield clients
        finally:
            clients.ended.set()
        for client in running:
            client.result()
    assert clients.failed == []


def assert_stored(server: Server, clients: Clients) -> None:
    assert {id: server.get(f"/v1/articles/{id}")[0] for id in clients.stored} == dict.fromkeys(clients.stored, 200)


def hung_up(server: Server, said: str = '"reloaded"') -> None:
    """Once the server was told to renew its processes and says what came of it."""
    before = (server.output + server.errors).count(said)
    server.process.send_signal(signal.SIGHUP)
    until(lambda: (server.output + server.errors).count(said) > before)


def test_no_request_is_lost_while_all_processes_are_renewed(place: Path) -> None:
    with Server(place, workers=2, metrics=True) as server:
        before = server.ready().members()
        with asking(server.port, server.write_key()) as clients:
            hung_up(server)
            clients.go_on()
        after = server.members()
        assert len(before - after) == len(after - before) == 2, "both processes are others"
        assert_stored(server, clients)
        assert "dateline_requests_in_flight 1.0" in server.get("/metrics")[1], "those that ended are not counted"
        assert server.errors == ""
        server.process.terminate()
        assert server.ended() == 0


def test_new_code_is_served_after_a_hang_up_and_what_cannot_serve_is_not(place: Path) -> None:
    package = place / "code" / "api"
    shutil.copytree(Path(api.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    app = package / "app.py"
    whole = app.read_text()
    document = package / "http" / "openapi" / "document.py"

    def title() -> str:
        return server.get("/openapi.json")[1]["info"]["title"]

    with (
        Server(place, pythonpath=package.parent) as server,
        ThreadPoolExecutor() as pool,
        embedded.running(server.ready().data) as postgres,
        psycopg.connect(postgres.conninfo, autocommit=True) as connection,
    ):
        members = server.members()
        app.write_text("raise RuntimeError('half installed')\n")
        hung_up(server, "the old ones stay: it failed")
        app.write_text(whole)
        document.write_text(document.read_text().replace('"API_TITLE": "Dateline"', '"API_TITLE": "Dateline, renewed"'))
        connection.execute("update alembic_version set version_num = '0000'")
        hung_up(server, "needs " + revisions.head())
        assert (title(), server.members()) == ("Dateline", members)
        connection.execute("update alembic_version set version_num = '9999'")
        assert server.get("/readyz")[0] == 200, "it goes on when the database is migrated beneath it"
        after = server.get("/v1/changes?after=latest")[1]["page"]["next"]
        waiting = pool.submit(server.get, f"/v1/changes?after={after}&wait=30")
        hung_up(server)
        assert waiting.result(1)[0] == 200, "who waits for changes is answered"
        assert title() == "Dateline, renewed"
        connection.execute("update alembic_version set version_num = %s", [revisions.head()])


def test_no_request_is_lost_while_the_server_is_restarted_on_a_socket_that_is_handed_over(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener, ExitStack() as servers:
        first = servers.enter_context(Server(place, listener=listener))
        with asking(first.port, first.ready().write_key()) as clients:
            first.process.terminate()
            assert first.ended() == 0
            second = servers.enter_context(Server(place, listener=listener))
            clients.go_on()
        assert_stored(second, clients)


def test_a_socket_that_is_none_of_ip_is_refused(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, Started(place, "serve", listener=listener) as refused:
        assert refused.ended() == 1
        assert "LISTEN_FDS" in refused.errors
        assert len(refused.errors.splitlines()) == 1
