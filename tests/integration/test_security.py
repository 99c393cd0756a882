"""Headers that tell browsers what not to do, and a guide to security whose every line names a test that is there."""

from pathlib import Path

import pytest
from conftest import app_on
from contract import ContractClient

from api.database import Connection

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


@pytest.mark.parametrize(
    ("public_url", "said"),
    [("https://news.example.org", "max-age=31536000"), ("http://news.example.org", None), ("", None)],
)
def test_browsers_are_told_to_stay_with_tls_where_readers_use_it(
    demo: Connection, public_url: str, said: str | None
) -> None:
    response = app_on(demo, public_url=public_url).test_client().get("/v1/tags")
    assert response.headers.get("Strict-Transport-Security") == said
