"""The guides of ``docs/`` as pages, and their table of contents."""

import posixpath
import re
from functools import cache
from html import escape
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Response

from api.errors import NotFound
from api.http import reads
from api.text.markdown import Rendered, render

blueprint = Blueprint("guides", __name__)

# Beside the packages, in a checkout and in an installed wheel.
DOCS = Path(__file__).parents[2] / "docs"
PAGE = (Path(__file__).parent / "static" / "guide.html").read_text(encoding="utf-8")

# In the order of the table of contents; a document that is in none of these is served and not listed.
CONTENTS = {
    "Use the API": ("reading", "search", "clients"),
    "Publish": ("partners", "ninjs", "editing", "importing"),
    "Run a server": ("operations", "performance", "security"),
    "Work on Dateline": ("architecture", "dependencies"),
}


@blueprint.get("/guides")
def list_guides() -> Response:
    """The table of contents."""
    chapters = (
        f"<h2>{title}</h2><dl>{''.join(_entry(name) for name in names if name in _sources())}</dl>"
        for title, names in CONTENTS.items()
    )
    return _page("Guides", f"<h1>Guides</h1>{''.join(chapters)}")


@blueprint.get("/guides/<path:name>")
def get_guide(name: str) -> Response:
    """One guide, or a picture in one."""
    if name in _pictures():
        return reads.static_response(_pictures()[name].read_bytes(), guess_type(name)[0] or "")
    if name not in _sources():
        raise NotFound("There is no such guide. /guides lists them.")
    guide = _rendered(name)
    links = "".join(f'<li><a href="#{escape(anchor)}">{escape(text)}</a></li>' for anchor, text in guide.sections)
    contents = f'<nav aria-label="On this page"><ul>{links}</ul></nav>' if len(guide.sections) > 2 else ""
    return _page(guide.title, guide.html.replace("</h1>", f"</h1>{contents}", 1))


def _page(title: str, content: str) -> Response:
    page = PAGE.replace("{title}", escape(title)).replace("{content}", content)
    return reads.static_response(page.encode(), "text/html")


def _entry(name: str) -> str:
    guide = _rendered(name)
    first_sentence = re.split(r"(?<=[.:])\s", guide.lead)[0]
    return f'<dt><a href="/guides/{name}">{escape(guide.title)}</a></dt><dd>{escape(first_sentence)}</dd>'


@cache
def _rendered(name: str) -> Rendered:
    return render(_sources()[name].read_text(encoding="utf-8"), lambda target: served_link(name, target))


def served_link(name: str, target: str) -> str | None:
    """Where a link of the guide ``name`` leads on this site; None for a file that is not served."""
    path, hash_sign, anchor = target.partition("#")
    if not path or "://" in path:
        return target
    file = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
    if file == "openapi.json":
        return "/openapi.json"
    if file.removesuffix(".md") in _sources():
        return f"/guides/{file.removesuffix('.md')}{hash_sign}{anchor}"
    return f"/guides/{file}" if file in _pictures() else None


@cache
def _sources() -> dict[str, Path]:
    return {path.relative_to(DOCS).with_suffix("").as_posix(): path for path in DOCS.rglob("*.md")}


@cache
def _pictures() -> dict[str, Path]:
    return {path.relative_to(DOCS).as_posix(): path for path in DOCS.glob("images/*")}
