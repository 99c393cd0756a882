"""The guides as pages: each is served, and every link in them leads somewhere."""

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from conftest import app_on
from contract import ContractClient
from werkzeug.datastructures import Headers
from werkzeug.test import create_environ, run_wsgi_app

from api.resources.guides import CONTENTS
from api.text.markdown import render

pytestmark = pytest.mark.every_postgres

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = sorted(path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md"))


def links(page: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'(?:href|src)="([^"]*)"', page)]


@pytest.mark.parametrize("name", GUIDES)
def test_every_guide_is_a_page_whose_links_work(client: ContractClient, name: str) -> None:
    response = client.get(f"/guides/{name}")
    assert (response.status_code, response.content_type) == (200, "text/html; charset=utf-8")
    assert re.search(r"<h1 id=[^>]+>\w", response.text)
    for link in links(response.text):
        url = urlsplit(urljoin(f"/guides/{name}", link))
        if url.netloc:
            assert url.scheme == "https", link
            continue
        target = client.get(url.path)
        assert target.status_code == 200, link
        if url.fragment:
            assert f'id="{url.fragment}"' in target.text, link


def test_the_table_of_contents_lists_every_guide_with_a_sentence(client: ContractClient) -> None:
    page = client.get("/guides").text
    listed = re.findall(r'<dt><a href="/guides/([^"]+)">[^<]+</a></dt><dd>[^<]+</dd>', page)
    assert sorted(listed) == sorted(name for names in CONTENTS.values() for name in names)
    assert set(listed) == {name for name in GUIDES if "/" not in name}


def test_a_guide_that_does_not_exist_is_a_404(client: ContractClient) -> None:
    for name in ("no-such-guide", "reading.md", "../pyproject", "..%2fpyproject", "images/swagger-ui.txt"):
        response = client.get(f"/guides/{name}")
        assert (response.status_code, response.get_json()["code"]) == (404, "not_found")


def test_a_guide_is_cached_by_its_etag(client: ContractClient) -> None:
    first = client.get("/guides/reading")
    assert client.get("/guides/reading", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_page_loads_nothing_from_elsewhere_and_runs_no_script(client: ContractClient) -> None:
    response = client.get("/guides/reading")
    assert "<script" not in response.text
    assert "style=" not in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_markdown_becomes_html_with_anchors_and_rewritten_links() -> None:
    source = "# A `title`\n\nThe lead,\nwith [a link](a.md).\n\n## Part 1: it's here\n\n## Part 1: its here\n\n<b>x</b>"
    rendered = render(source, {"a.md": "/guides/a"}.get)
    assert (rendered.title, rendered.lead) == ("A title", "The lead, with a link.")
    assert rendered.sections == [("part-1-its-here", "Part 1: it's here"), ("part-1-its-here-1", "Part 1: its here")]
    assert '<a href="/guides/a">a link</a>' in rendered.html
    assert "&lt;b&gt;x&lt;/b&gt;" in rendered.html


def test_a_link_to_a_file_that_is_not_served_becomes_text() -> None:
    assert render("See [the seeds](../seeds/).", lambda _: None).html == "<p>See the seeds.</p>\n"


def test_a_table_scrolls_by_itself() -> None:
    html = render("|a|\n|-:|\n|b|\n", str).html
    assert '<div class="wide"><table>' in html
    assert '<td class="right">b</td>' in html


@pytest.mark.parametrize("path", ["/v1", "/redoc", "/favicon.ico"])
def test_usual_paths_lead_to_the_documentation(client: ContractClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    assert response.status_code == 200
    assert response.request.path == {"/favicon.ico": path}.get(path, "/docs")
    assert response.mimetype == {"/favicon.ico": "image/svg+xml"}.get(path, "text/html")


def test_the_version_prefix_leads_clients_to_the_index(client: ContractClient) -> None:
    assert "articles" in client.get("/v1", follow_redirects=True).get_json()["links"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_trailing_slash_redirects_with_every_method(client: ContractClient, method: str) -> None:
    response = client.open("/v1/articles/?tag=a%26b&limit=1", method=method)
    assert (response.status_code, response.headers["Location"]) == (308, "/v1/articles?tag=a%26b&limit=1")
    assert response.data == b""


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/docs/", "/docs"),
        ("/guides/", "/guides"),
        ("/v1/", "/v1"),
        ("/v1/no-such-path/", "/v1/no-such-path"),
        ("/v1/tags//", "/v1/tags"),
        ("/v1/tags/%23seoul-washington/", "/v1/tags/%23seoul-washington"),
        ("/v1/tags/%3Fq=1/", "/v1/tags/%3Fq=1"),
        ("/v1/tags/%EC%84%9C%EC%9A%B8/", "/v1/tags/%EC%84%9C%EC%9A%B8"),
        ("/v1/tags/%ff/", "/v1/tags/%FF"),
        ("/v1/a%0D%0AX-Injected:%201/", "/v1/a%0D%0AX-Injected:%201"),
        ("//", "/"),
        ("//evil.example/", "/evil.example"),
        ("///evil.example//", "/evil.example"),
        ("/%2Fevil.example/", "/evil.example"),
        ("/%5Cevil.example/", "/%5Cevil.example"),
        ("/https://evil.example/", "/https://evil.example"),
    ],
)
def test_a_redirect_from_an_odd_path_stays_on_this_server(demo: Any, path: str, location: str) -> None:
    status, headers = requested(demo, path)
    assert (status, headers["Location"]) == ("308 PERMANENT REDIRECT", location)


def requested(demo: Any, path: str) -> tuple[str, Headers]:
    """The status and headers of a GET of just this path; a test client would take two slashes in front for a host."""
    environ = create_environ()
    environ["PATH_INFO"] = re.sub(r"%([0-9A-Fa-f]{2})", lambda byte: chr(int(byte[1], 16)), path)
    _, status, headers = run_wsgi_app(app_on(demo), environ)
    return status, headers


def test_a_redirect_uses_the_public_url(demo: Any) -> None:
    client = app_on(demo, public_url="https://news.example.org/archive").test_client()
    assert client.get("/v1/tags/").headers["Location"] == "https://news.example.org/archive/v1/tags"


@pytest.mark.parametrize("path", ["/v1//tags", "/V1/tags", "/v1/tags/."])
def test_all_other_paths_are_taken_as_they_are(demo: Any, path: str) -> None:
    assert requested(demo, path)[0] == "404 NOT FOUND"
