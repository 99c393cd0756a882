"""What Dateline relies on in Flask and werkzeug. An upgrade of either may break these."""

from inspect import signature

import pytest
from flask import Flask, Request
from werkzeug.local import LocalProxy

from api import context
from api.http.flask_app import App


def app() -> App:
    """An app with one route, which returns the id of a berth."""
    made = App("quay", static_folder=None)
    made.add_url_rule("/berths/<int:id>", "berth", lambda id: str(id))
    return made


def test_the_context_returns_the_objects_behind_flasks_proxies() -> None:
    # LocalProxy._get_current_object is documented, but its name is not that of a public method.
    assert callable(LocalProxy(dict)._get_current_object)
    quay = app()
    with quay.test_request_context("/berths/1"):
        assert type(context.request()) is Request
        assert type(context.app()) is App
        context.g().berth = 1
        assert context.g().get("berth") == 1
    with pytest.raises(RuntimeError):
        context.request()


def test_flask_still_has_the_hooks_that_the_app_overrides() -> None:
    assert list(signature(Flask.ensure_sync).parameters) == ["self", "func"]
    assert list(signature(Flask.create_url_adapter).parameters) == ["self", "request"]
    assert Flask.session_interface


@pytest.mark.parametrize("host", ["quay.example", "a_b.example:8000", "[::1]:8000", "QUAY"])
def test_requests_are_routed_by_their_path_whatever_their_host(host: str) -> None:
    client = app().test_client()
    assert client.get("/berths/7", headers={"Host": host}).get_data(as_text=True) == "7"
    assert client.get("/berths/x", headers={"Host": host}).status_code == 404
    refused = client.post("/berths/7", headers={"Host": host})
    assert (refused.status_code, sorted(refused.headers["Allow"].split(", "))) == (405, ["GET", "HEAD", "OPTIONS"])


def test_the_app_starts_no_session() -> None:
    response = app().test_client().get("/berths/7", headers={"Cookie": "session=x"})
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")
