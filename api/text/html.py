"""Sanitizes untrusted HTML and extracts its text.

html.parser is not used, as it takes minutes for 80 KB of ``<a <a <a`` and stops at ``<![``. The scanner here never
backtracks, so its time is proportional to the length of any input.
"""

import re
from dataclasses import dataclass
from html import unescape

import nh3

from api.text import html_bounds

# A tag ends at the first > outside of quoted values. The groups are atomic, so that nothing is matched twice.
_TAG = re.compile(r"""<(/?)([a-z][a-z0-9-]*)(?>=\s*"[^"]*"|=\s*'[^']*'|[^>])*+>""", re.ASCII | re.IGNORECASE)
_TAG_BEGINS = re.compile(r"</?[a-z]", re.ASCII | re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")

_NO_TEXT = {
    name: re.compile(rf"</{name}\b", re.ASCII | re.IGNORECASE) for name in ("script", "style", "template", "title")
}
# More digits than a character has. Python refuses to convert thousands of them.
_MANY_DIGITS = re.compile(r"&#[0-9]{8}[0-9]++;?|&#[Xx][0-9A-Fa-f]{8}[0-9A-Fa-f]++;?")
_PARAGRAPHS = {
    "address", "article", "aside", "blockquote", "div", "dl", "fieldset", "figcaption", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul",
}  # fmt: skip
_LINES = {"br", "caption", "dd", "dt", "li", "tr"}


@dataclass(frozen=True)
class CleanHtml:
    """Sanitized HTML, and the plain text of it."""

    html: str
    text: str


def clean(html: str) -> CleanHtml:
    """Remove scripts, styles and everything else except text, links and pictures.

    Raises ComplexHtml for HTML over one of the bounds of ``html_bounds``, nearly always before it is parsed.
    """
    html_bounds.check(html)
    sanitized = nh3.clean(html, url_schemes={"http", "https", "mailto"})
    # Escaping makes some characters six times as long.
    if len(sanitized) > html_bounds.MAX_OUTPUT:
        raise html_bounds.ComplexHtml(html_bounds.TOO_LONG)
    return CleanHtml(sanitized, to_text(sanitized))


def to_text(html: str) -> str:
    """Convert HTML to plain text. Paragraphs are separated by an empty line; line breaks are preserved."""
    pieces: list[str] = []
    position = 0
    while (start := html.find("<", position)) >= 0:
        if start > position:
            pieces.append(_decode(html[position:start]))
        position, piece = _skip_markup(html, start)
        pieces.append(piece)
    pieces.append(_decode(html[position:]))
    lines = [line.strip(" ") for line in "".join(pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _decode(text: str) -> str:
    text = _SPACE.sub(" ", text)
    return unescape(_MANY_DIGITS.sub("\ufffd", text)) if "&" in text else text


def _skip_markup(html: str, start: int) -> tuple[int, str]:
    """The position after the markup at ``start``, a ``<``, and the text that replaces the markup."""
    if html.startswith("<!--", start):
        return _find_end(html, "-->", start + 4), ""
    if html.startswith(("<!", "<?"), start):
        return _find_end(html, ">", start), ""
    if not _TAG_BEGINS.match(html, start):
        return start + 1, "<"
    tag = _TAG.match(html, start)
    if not tag:
        return len(html), ""
    name = tag[2].lower()
    if name in _NO_TEXT and not tag[1]:
        end = _NO_TEXT[name].search(html, tag.end())
        return _find_end(html, ">", end.end()) if end else len(html), ""
    if name in _PARAGRAPHS:
        return tag.end(), "\n\n"
    return tag.end(), "\n" if name in _LINES and not tag[1] else ""


def _find_end(html: str, mark: str, start: int) -> int:
    """The position after the next ``mark``, or the end of the text without one, as in a browser."""
    found = html.find(mark, start)
    return found + len(mark) if found >= 0 else len(html)
