"""Markdown as HTML."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

# HTML in the source is shown as text, not passed through.
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Rendered:
    """A Markdown document as HTML: ``title`` is its first heading, ``lead`` the text of its first paragraph.

    ``sections`` has the anchor and the text of each heading of the second level.
    """

    title: str
    lead: str
    html: str
    sections: list[tuple[str, str]]


def render(source: str, link: Callable[[str], str | None]) -> Rendered:
    """Render a document whose headings get GitHub's anchors.

    ``link`` returns the target to use for that of a link or image; a link that gets None becomes plain text.
    """
    tokens = _PARSER.parse(source)
    titles, leads, sections = [""], [""], list[tuple[str, str]]()
    anchors: dict[str, int] = {}
    for opening, token in pairwise(tokens):
        if token.type != "inline":
            continue
        _rewrite_links(token.children or [], link)
        text = _text(token)
        if opening.type == "heading_open":
            anchor = _anchor(text, anchors)
            opening.attrSet("id", anchor)
            if opening.tag == "h1":
                titles.append(text)
            elif opening.tag == "h2":
                sections.append((anchor, text))
        elif opening.type == "paragraph_open":
            leads.append(text)
    for token in tokens:
        # The alignment of a cell, as a class, because the pages allow no inline styles.
        if style := token.attrs.pop("style", None):
            token.attrSet("class", str(style).removeprefix("text-align:"))
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    # A wide table scrolls by itself; the page does not.
    html = html.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    return Rendered(titles[:2][-1], leads[:2][-1], html, sections)


def _text(inline: Token) -> str:
    return "".join(" " if part.type == "softbreak" else part.content for part in inline.children or [])


def _anchor(heading: str, used: dict[str, int]) -> str:
    """GitHub's anchor of a heading; the second of a name ends in -1."""
    anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    used[anchor] = used.get(anchor, -1) + 1
    return f"{anchor}-{used[anchor]}" if used[anchor] else anchor


def _rewrite_links(parts: list[Token], link: Callable[[str], str | None]) -> None:
    hidden = False
    for part in parts:
        if part.type == "image":
            part.attrSet("src", link(str(part.attrGet("src"))) or "")
        elif part.type == "link_open":
            target = link(str(part.attrGet("href")))
            part.hidden = hidden = target is None
            part.attrSet("href", target or "")
        elif part.type == "link_close":
            part.hidden = hidden
