"""What is logged for each request, and what never is."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import app_on
from contract import ContractClient
from stories import ARTICLE

from api.observability import logs
from api.postgres.connection import Connection

Lines = Callable[[], list[dict[str, Any]]]
FIELDS = {"time", "level", "event", "request_id", "method", "route", "status", "milliseconds", "stages", "key"}


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.BytesIO]:
    """What is logged on stdout."""
    handlers, level = logging.root.handlers[:], logging.root.level
    monkeypatch.setattr(logs, "_log", None)
    out = io.BytesIO()
    logs.start("json", out)
    yield out
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture
def lines(out: io.BytesIO) -> Lines:
    """The lines so far."""
    return lambda: [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_request_is_one_line_of_json(client: ContractClient, lines: Lines) -> None:
    response = client.get("/v1/tags/seoul-washington/articles?limit=1")
    client.get("/v1/tags/no-such-tag")
    client.head("/v1/articles")
    client.options("/v1/articles")
    client.get("/v1/nothing")
    client.get("/v1/articles?limit=0", headers={"X-Request-Id": "theirs"})
    first, *others = lines()
    assert first.keys() == FIELDS
    assert (first["level"], first["event"], first["key"]) == ("info", "request", None)
    assert first["request_id"] == response.headers["X-Request-Id"]
    assert first["stages"].keys() == {"parse", "sql", "render"}
    assert first["milliseconds"] >= sum(first["stages"].values()) - 0.1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", first["time"])
    assert [(line["method"], line["route"], line["status"]) for line in (first, *others)] == [
        ("GET", "/v1/tags/{slug}/articles", 200),
        ("GET", "/v1/tags/{slug}", 404),
        ("HEAD", "/v1/articles", 200),
        ("OPTIONS", "/v1/articles", 200),
        ("GET", None, 404),
        ("GET", "/v1/articles", 422),
    ]
    assert others[-1]["request_id"] == "theirs"


def test_a_write_is_logged_by_whom_and_where(client: ContractClient, write_key: dict[str, str], lines: Lines) -> None:
    client.post("/v1/articles", json=ARTICLE, headers=write_key)
    client.post("/v1/articles", json={**ARTICLE, "outlet": "japan-forward"}, headers=write_key)
    client.get("/v1/articles", headers=write_key)
    stored, refused, read = lines()
    assert {line["key"] for line in (stored, refused, read)} == {write_key["Authorization"].split("_")[1]}
    assert (stored["status"], stored["path"]) == (201, "/v1/articles")
    assert "path" not in refused.keys() | read.keys()


def test_nothing_secret_is_logged(client: ContractClient, write_key: dict[str, str], out: io.BytesIO) -> None:
    _, _, secret = write_key["Authorization"].split("_")
    client.get("/v1/articles", headers={**write_key, "Cookie": "session=confidential"})
    client.get("/v1/articles", headers={"Authorization": write_key["Authorization"][:-1] + "x"})
    client.get("/v1/articles", headers={"Authorization": "Basic Y29uZmlkZW50aWFs"})
    client.get(f"/v1/{write_key['Authorization'][7:]}?q=confidential")
    client.get("/v1/articles?q=confidential")
    logged = out.getvalue().decode()
    assert logged.count("\n") == 5
    for part in (secret[:12], "Y29uZ", "confidential"):
        assert part not in logged


def test_an_error_of_ours_has_its_traceback_in_the_log_alone(
    demo: Connection, lines: Lines, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_on(demo)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    demo.execute("alter table articles rename column body to text")
    logs.start("json", io.BytesIO())  # again, with the stderr of this test
    response = app.test_client().get("/v1/articles")
    assert response.status_code == 500
    assert "UndefinedColumn" not in response.text
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    # Others may fail at the same time, such as the pool of another test.
    [told] = [line for line in logged if line["event"] == "request failed"]
    assert (told["level"], told["route"]) == ("error", "/v1/articles")
    assert told["request_id"] == response.headers["X-Request-Id"]
    assert "Traceback" in told["exception"]
    assert "UndefinedColumn" in told["exception"]


def test_every_field_is_told_to_operators() -> None:
    page = Path(logs.__file__).parents[2] / "docs" / "operations.md"
    section = page.read_text(encoding="utf-8").split("## The log")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \| .+\. \|$", section, re.M)) == FIELDS | {"path"}


def test_a_log_that_nobody_reads_any_more_fails_no_request(
    client: ContractClient, out: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    out.close()
    assert client.get("/v1/articles").status_code == 200


def test_as_text_a_request_is_one_short_line(client: ContractClient, out: io.BytesIO) -> None:
    logs.start("text", out)
    client.get("/v1/articles")
    client.get("/v1/articles?q=confidential")
    client.get("/v1/tags/no-such-tag")
    client.get("/v1/%0A200%20GET%20/forged%1B[2J")
    lines = out.getvalue().decode().splitlines()
    shown = [re.sub(r"\b\d+ ms$", "# ms", line) for line in lines]
    assert shown == [
        "200 GET /v1/articles # ms",
        "200 GET /v1/articles?… # ms",
        "404 GET /v1/tags/no-such-tag # ms",
        "404 GET /v1/%0A200%20GET%20/forged%1B%5B2J # ms",
    ]


def test_an_event_is_a_line_in_either_format(out: io.BytesIO) -> None:
    logs.event("reloaded", workers=2)
    logs.start("text", out)
    logs.event("reloaded", workers=2)
    as_json, as_text = out.getvalue().decode().splitlines()
    assert json.loads(as_json)["workers"] == 2
    assert re.search(r"\[info +\] reloaded +workers=2", as_text)


@pytest.mark.parametrize(("is_terminal", "form"), [(True, "text"), (False, "json")])
def test_the_format_is_text_in_a_terminal_unless_it_is_set(
    is_terminal: bool, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    assert logs.format_for("auto") == form
    assert [logs.format_for(setting) for setting in ("text", "json")] == ["text", "json"]


def test_as_text_a_traceback_shows_no_values(
    capsys: pytest.CaptureFixture[str], out: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.start("text", out)
    try:
        raise_with("confidential")
    except ValueError:
        logging.getLogger("dateline").exception("it fails")
    told = capsys.readouterr().err
    assert "ValueError: it" in told
    assert "confidential" not in told.replace('raise_with("confidential")', "")


def raise_with(_value: str) -> None:
    raise ValueError("it")
