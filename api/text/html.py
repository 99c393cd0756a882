"""HTML from outside: made safe to show, and its text.

Written by hand because the text comes from outside: html.parser takes minutes over 80 KB of ``<a <a <a`` and stops
at ``<![``. This scanner never looks back, so it takes time in proportion to the length, whatever the input.
"""

import re
from html import unescape

import nh3

# A tag ends at the first > outside of its quoted values. Nothing is tried twice: the groups are atomic.
_TAG = re.compile(r"""<(/?)([a-z][a-z0-9-]*)(?>=\s*"[^"]*"|=\s*'[^']*'|[^>])*+>""", re.ASCII | re.IGNORECASE)
_TAG_BEGINS = re.compile(r"</?[a-z]", re.ASCII | re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")

_NO_TEXT = {
    name: re.compile(rf"</{name}\b[^>]*>", re.ASCII | re.IGNORECASE)
    for name in ("script", "style", "template", "title")
}
_PARAGRAPHS = {
    "address", "article", "aside", "blockquote", "div", "dl", "fieldset", "figcaption", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul",
}  # fmt: skip
_LINES = {"br", "caption", "dd", "dt", "li", "tr"}


def sanitize(html: str) -> str:
    """HTML without scripts, styles, and everything else that could do more than show text, links and pictures."""
    return nh3.clean(html, url_schemes={"http", "https", "mailto"})


def to_text(html: str) -> str:
    """The words of HTML as plain text: paragraphs with an empty line between them, line breaks kept."""
    pieces: list[str] = []
    position = 0
    while (start := html.find("<", position)) >= 0:
        pieces.append(_words(html[position:start]))
        position, piece = _skipped(html, start)
        pieces.append(piece)
    pieces.append(_words(html[position:]))
    lines = [line.strip(" ") for line in "".join(pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _words(text: str) -> str:
    return unescape(_SPACE.sub(" ", text))


def _skipped(html: str, start: int) -> tuple[int, str]:
    """Where the text goes on behind the ``<`` at ``start``, and what stands in the place of the tag."""
    if html.startswith("<!--", start):
        return _behind(html, "-->", start + 4), ""
    if html.startswith(("<!", "<?"), start):
        return _behind(html, ">", start), ""
    if not _TAG_BEGINS.match(html, start):
        return start + 1, "<"
    tag = _TAG.match(html, start)
    if not tag:
        return len(html), ""
    name = tag[2].lower()
    if name in _NO_TEXT and not tag[1]:
        end = _NO_TEXT[name].search(html, tag.end())
        return end.end() if end else len(html), ""
    if name in _PARAGRAPHS:
        return tag.end(), "\n\n"
    return tag.end(), "\n" if name in _LINES and not tag[1] else ""


def _behind(html: str, mark: str, start: int) -> int:
    """The position behind the next ``mark``; what never ends goes on to the end, as in a browser."""
    found = html.find(mark, start)
    return found + len(mark) if found >= 0 else len(html)
