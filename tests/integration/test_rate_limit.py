"""Rate limits over HTTP: who is counted as whom, what is never limited, and a Redis that several servers share."""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from conftest import app_on
from contract import ContractClient, documented
from partners import new_key
from processes import Server, free_port, temporary_place, until

from api.app import create_app
from api.auth import keys
from api.http.sliding_window import Limiter, Memory, limiter
from api.postgres.connection import Connection
from api.settings import Settings

BODY = {"code": "rate_limited", "status": 429, "title": "Too many requests"}


def limited(demo: Connection, **settings: object) -> ContractClient:
    """A client of an app that has counted nothing yet."""
    app = app_on(demo, **{"rate_limit_address": 3, "rate_limit_key": 5, **settings})
    app.extensions["dateline.limiter"] = Limiter(Memory())
    return app.test_client()  # pyright: ignore[reportReturnType]: the class is set by app_on


def statuses(client: ContractClient, count: int, path: str = "/v1/tags", **options: object) -> list[int]:
    return [client.get(path, **options).status_code for _ in range(count)]


def test_an_address_that_asks_too_much_is_told_when_to_come_again(demo: Connection) -> None:
    client = limited(demo)
    first = client.get("/v1/tags")
    assert first.headers["RateLimit-Policy"] == '"address";q=3;w=60'
    assert re.fullmatch(r'"address";r=2;t=\d+', first.headers["RateLimit"])
    assert statuses(client, 3) == [200, 200, 429]
    refused = client.get("/v1/tags")
    assert refused.get_json().items() >= BODY.items()
    assert 1 <= int(refused.headers["Retry-After"]) <= 120
    assert refused.headers["Cache-Control"] == "no-store"


def test_a_key_is_counted_by_itself_wherever_it_is_used(demo: Connection) -> None:
    client = limited(demo)
    one, other = (new_key(demo, name, ["write"], ["korea-herald"]) for name in ("one", "other"))
    assert statuses(client, 4) == [200, 200, 200, 429]
    assert statuses(client, 6, headers=one) == [200] * 5 + [429]
    assert statuses(client, 1, headers=one, environ_base={"REMOTE_ADDR": "192.0.2.9"}) == [429]
    assert statuses(client, 1, headers=other) == [200]


def test_neither_who_is_over_the_limit_nor_who_guesses_keys_reaches_the_database(
    demo: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = limited(demo)
    held = new_key(demo, "held", ["read"], [])
    unknown = {"Authorization": f"Bearer {keys.generate()[0]}"}
    statuses(client, 3)
    assert statuses(client, 6, headers=held)[-1] == 429
    assert statuses(client, 4, headers=unknown) == [401, 401, 401, 429]
    database = client.application.extensions["dateline.database"]
    monkeypatch.setattr(database, "_once", lambda *_: pytest.fail("the database was asked"))
    assert [statuses(client, 1, headers=headers) for headers in ({}, held, unknown)] == [[429]] * 3


@pytest.mark.parametrize(("path", "first", "then"), [("/v1/articles?q=seoul", 200, 429), ("/v1/timeline", 200, 429)])
def test_what_asks_for_much_uses_up_more(demo: Connection, path: str, first: int, then: int) -> None:
    assert statuses(limited(demo), 2, path) == [first, then]


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz", "/docs", "/docs/swagger-ui.css", "/openapi.json",
                                  "/problems/not_found"])  # fmt: skip
def test_what_is_no_operation_on_the_archive_is_never_limited(demo: Connection, path: str) -> None:
    assert statuses(limited(demo, rate_limit_address=1), 3, path) == [200] * 3


def test_a_preflight_is_never_limited(demo: Connection) -> None:
    client = limited(demo, rate_limit_address=1)
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    assert [client.options("/v1/tags", headers=asked).status_code for _ in range(3)] == [200] * 3


def test_limits_are_switched_off_by_zero(demo: Connection) -> None:
    client = limited(demo, rate_limit_address=0, rate_limit_key=0)
    assert statuses(client, 9) == [200] * 9
    key = new_key(demo, "held", ["read"], [])
    assert statuses(client, 9, headers=key) == [200] * 9
    assert "RateLimit" not in client.get("/v1/tags").headers


@pytest.mark.parametrize(("trusted", "last"), [(0, 429), (1, 200)])
def test_an_address_is_what_a_trusted_proxy_says_it_is(demo: Connection, trusted: int, last: int) -> None:
    client = limited(demo, rate_limit_address=1, trusted_proxies=trusted)
    assert statuses(client, 1, headers={"X-Forwarded-For": "192.0.2.1"}) == [200]
    assert statuses(client, 1, headers={"X-Forwarded-For": "192.0.2.1, 192.0.2.2"}) == [last]


def test_an_ipv6_client_has_no_more_by_using_more_of_its_addresses(demo: Connection) -> None:
    client = limited(demo, rate_limit_address=1)
    asked = [f"2001:db8:0:{part}" for part in ("1::1", "1::2", "2::1")]
    found = [statuses(client, 1, environ_base={"REMOTE_ADDR": address}) for address in asked]
    assert found == [[200], [429], [200]]


def test_every_limited_operation_documents_its_429_and_no_other_does() -> None:
    for path, methods in documented()["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                assert ("429" in operation["responses"]) == path.startswith("/v1/"), path
                if path.startswith("/v1/"):
                    headers = operation["responses"]["429"]["headers"]
                    assert headers.keys() == {"Retry-After", "RateLimit", "RateLimit-Policy"}


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The URL of a Redis of our own, and its process."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("needs Debian's redis-server, which .ci/run installs")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen([server, *options], stdout=subprocess.DEVNULL) as process:

        def answers() -> bool:
            with contextlib.suppress(redis.ConnectionError), redis.Redis(port=port) as client:
                return bool(client.ping())
            return False

        try:
            until(answers)
            yield f"redis://127.0.0.1:{port}/0", process
        finally:
            process.terminate()


def test_servers_that_share_a_redis_count_together(demo: Connection, shared: tuple[str, object]) -> None:
    clients = [limited(demo) for _ in range(2)]
    for client in clients:
        client.application.extensions["dateline.limiter"] = limiter(shared[0])
    assert [statuses(client, 2) for client in clients] == [[200, 200], [200, 429]]
    key = new_key(demo, "held", ["read"], [])
    assert [statuses(client, 3, headers=key) for client in clients] == [[200] * 3, [200, 200, 429]]
    with redis.Redis.from_url(shared[0]) as client:
        names = list(client.scan_iter("*"))
        assert names
        assert all(0 < client.ttl(name) <= 120 for name in names)


def test_a_redis_that_dies_takes_no_read_down(
    demo: Connection, shared: tuple[str, subprocess.Popen[bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    client = limited(demo)
    client.application.extensions["dateline.limiter"] = limiter(shared[0])
    assert statuses(client, 4)[-1] == 429
    shared[1].kill()
    shared[1].wait()
    assert statuses(client, 9) == [200] * 9
    assert caplog.text.count("rate limits are suspended") == 1


def test_the_setting_says_where_it_is_counted(shared: tuple[str, object]) -> None:
    assert create_app(Settings(rate_limit_storage=shared[0])).extensions["dateline.limiter"].take("a", "b", 1)
    with redis.Redis.from_url(shared[0]) as client:
        assert list(client.scan_iter("dateline:limit:a:b:*"))


@pytest.mark.long
def test_a_server_counts_whoever_connects_to_it_by_address() -> None:
    with temporary_place() as place, Server(place, rate_limit_address=3).ready() as server:
        assert [server.get("/v1/tags")[0] for _ in range(5)] == [200, 200, 200, 429, 429]
        assert server.get("/livez")[0] == 200
