"""Headers that tell browsers what not to do, and a guide to security whose every line names a test that is there."""

import re
from pathlib import Path

import pytest
from conftest import app_on
from contract import ContractClient
from partners import new_key

from api.auth import keys
from api.postgres.connection import Connection
from api.queries import keys as held_keys

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "security.md"


@pytest.mark.parametrize(
    "path", ["/v1/articles", "/v1/articles?limit=0", "/v1/nothing", "/docs", "/docs/start.js", "/"]
)
def test_every_answer_says_what_browsers_must_not_do_with_it(client: ContractClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert ("script-src 'self'" in policy) == path.startswith("/docs")
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("public_url", "said"),
    [("https://news.example.org", "max-age=31536000"), ("http://news.example.org", None), ("", None)],
)
def test_browsers_are_told_to_stay_with_tls_where_readers_use_it(
    demo: Connection, public_url: str, said: str | None
) -> None:
    response = app_on(demo, public_url=public_url).test_client().get("/v1/tags")
    assert response.headers.get("Strict-Transport-Security") == said


def test_keys_are_compared_in_constant_time(demo: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    token = new_key(demo, "desk", ["read"], [])["Authorization"].removeprefix("Bearer ")
    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr(held_keys, "compare_digest", lambda *both: compared.append(both) or False)
    assert held_keys.valid(demo, token) is None
    assert [(bytes(held), shown) for held, shown in compared] == [(keys.hash_key(token), keys.hash_key(token))]


def test_nothing_that_answers_requests_can_fetch_an_address() -> None:
    fetches = re.compile(
        r"^\s*(?:import|from) (urllib\.request|http\.client|requests|httpx|urllib3|aiohttp)", re.MULTILINE
    )
    assert fetches.search("import urllib.request\n")
    for package in ("api", "schemas"):
        for path in (ROOT / package).rglob("*.py"):
            assert not fetches.search(path.read_text(encoding="utf-8")), path


def named() -> list[str]:
    return re.findall(r"`(\w+/test_\w+\.py::test_\w+)`", GUIDE.read_text(encoding="utf-8"))


def test_every_risk_names_tests_that_are_there() -> None:
    lines = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if re.match(r"\| API\d", line)]
    assert [re.findall(r"API(\d+)", line)[0] for line in lines] == [str(number) for number in range(1, 11)]
    assert all("::test_" in line for line in lines)
    for name in named():
        file, _, test = name.partition("::")
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), name
