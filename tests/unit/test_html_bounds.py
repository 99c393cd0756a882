"""HTML that takes a parser long is refused before it is parsed; that of articles is not."""

import re
import time
from collections.abc import Callable

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text import html_bounds
from api.text.html import clean, to_text
from api.text.html_bounds import ComplexHtml, Outline

LONGEST = 4 * 1024 * 1024
NUMBERED = "".join(f"<font color=c{n}>" for n in range(200))

# What is repeated, between what comes before and after it.
SHAPES: dict[str, tuple[str, str]] = {
    "unclosed blocks": ("", "<div>"),
    "unclosed formatting": ("", "<b>"),
    "links in links": ("", '<a href="http://e.org/">'),
    "formatting around paragraphs": ("<b><i><u><s><em><strong><code><tt>", "<p>x"),
    "formatting that differs": (NUMBERED, "<p>x</p>"),
    "a long link around paragraphs": (f'<a href="http://e.org/{"x" * 100_000}"><p>', "<p>x</p>"),
    "a link around headings in list items": ("", "<ul><li><a href=x><h2>"),
    "misnested formatting": ("", "<b><i><u></b></i></u>"),
    "misnested blocks": ("", "<a><div></a>"),
    "closed in another order": ("<div>" * 90, "<b><i></b></i>"),
    "text in a table": ("<table>", "x<tr>"),
    "breaks in a table": ("<table>", "<br>"),
    "formatting in a table": ("<table>", "<b>x<td>"),
    "tables in tables": ("", "<table><tr><td>"),
    "tables after tables": ("", "<table>x"),
    "links in tables": ("", "<table><a>"),
    "texts and links in tables": ("", "<table>x<a>y"),
    "formatting in tables after tables": ("", "<table>x<b>"),
    "formatting in paragraphs in tables": ("", "<table><p><i>"),
    "formatting in paragraphs": ("", "<p><i>"),
    "formatting in items": ("", "<li><b>x"),
    "cells": ("<table>", "<tr><td>x"),
    "columns": ("", "<table><col>"),
    "buttons in paragraphs": ("", "<p><button>"),
    "items": ("", "<li>x"),
    "items in lists": ("", "<ul><li>"),
    "end tags": ("<span>" * 90, "</i>"),
    "ends of paragraphs": ("", "</p>"),
    "attributes of html": ("", "<html a b c d e f g>"),
    "attributes of one tag": ("<p ", "a=1 "),
    "attributes that differ": ("<p ", "{}=1 "),
    "a tag that does not end": ("", "<a <a "),
    "a quote that does not end": ("<a href='", "&amp;"),
    "comments": ("", "<!---->"),
    "comments that do not end": ("", "<!--"),
    "declarations": ("", "<!x>"),
    "cdata in svg": ("<svg>", "<![CDATA["),
    "svg in svg": ("", "<svg><g>"),
    "svg in text of svg": ("", "<svg><title>"),
    "math": ("", "<math><mi>"),
    "html in math": ("", "<math><annotation-xml encoding='text/html'><div>"),
    "templates": ("", "<template><div>"),
    "options": ("<select>", "<option>"),
    "tables in options": ("", "<select><table>"),
    "scripts": ("<script>", "</script "),
    "scripts in comments in scripts": ("", "<script><!--<script></script>"),
    "styles in svg": ("<svg><style>", "<div></style>"),
    "titles": ("", "<title>"),
    "ruby": ("<ruby>", "<rt>x<rb>"),
    "ampersands": ("", "&"),
    "character references": ("", "x&amp;"),
    "long character references": ("", "&CounterClockwiseContourIntegral;"),
    "ampersands in an attribute": ("<p title='", "&"),
    "less-than signs": ("", "< "),
    "line breaks": ("", "\r\n"),
    "quotes in an attribute": ("<a title='", '"'),
    "quotes in a link": ("<a href='http://e.org/", '"'),
    "digits": ("&#", "9"),
    "long names": ("<", "a"),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [LONGEST, 400_000, 160_000, 80_000])
def test_no_html_takes_half_a_second(shape: str, size: int) -> None:
    before, repeated = SHAPES[shape]
    times = (size - len(before)) // len(repeated)
    html = before + ("".join(map(repeated.format, range(times // 2))) if "{}" in repeated else repeated * times)
    refusal, found = "", None
    began = time.thread_time()
    try:
        found = clean(html)
    except ComplexHtml as error:
        refusal = str(error)
    assert time.thread_time() - began < 0.5
    assert "must have at most " in refusal or (found and len(found.html) <= html_bounds.MAX_OUTPUT)


ARTICLES: dict[str, Callable[[], str]] = {
    "a megabyte of paragraphs": lambda: f"<p>{'The harbour reopened. ' * 20}</p>\n" * 2_300,
    "paragraphs that are not closed": lambda: f"<p>{'The harbour reopened. ' * 20}\n" * 2_300,
    "a table of 2,000 rows": lambda: "<table>" + ("<tr>" + "<td>1</td>" * 8 + "</tr>") * 2_000 + "</table>",
    "a table without end tags": lambda: "<table>" + ("<tr>" + "<td>1" * 12) * 2_000 + "</table>",
    "a live blog": lambda: (
        '<article class="entry" id="1"><h3><time datetime="2025-06-01">9:00</time> Ferries <em>sail</em></h3>'
        '<p>The <a href="https://e.org/?a=1&amp;b=2"><strong>harbour</strong></a> reopened.<br>Ships&nbsp;sailed.</p>'
        '<figure><img src="https://e.org/1.jpg" alt="A ship"><figcaption>A ship</figcaption></figure></article>'
    ) * 1_500,
    "blocks of an editor": lambda: '<!-- wp:paragraph -->\n<p class="a">Text</p>\n<!-- /wp:paragraph -->\n' * 3_000,
    "embeds": lambda: (
        '<blockquote class="tweet"><p lang="en">Text <a href="https://t.co/x">t.co</a></p></blockquote>'
        '<script async src="https://e.org/widgets.js"></script><style>p > b { color: red }</style>'
        '<iframe src="https://e.org/video" title="Video"></iframe>'
    ) * 300,
    "drawings": lambda: (
        '<p><svg viewBox="0 0 1 1"><title>Icon</title><g><path d="M0 0"/><circle r="1"/></g></svg> Text</p>' * 500
    ),
    "a form": lambda: f"<form><select>{'<option>One</option>' * 200}</select><input><button>Send</button></form>" * 5,
    "links around figures in paragraphs": lambda: '<p><a href="x"><figure><img src="y"></figure></a></p>' * 1_000,
    "lists without end tags": lambda: "<ul><li>One<li>Two<ul><li>Three</ul></ul><dl><dt>A<dd>B<dt>C<dd>D</dl>" * 1_000,
    "a glossary in ruby": lambda: "<ruby>漢<rp>(<rt>かん<rp>)</ruby>" * 3_000,
    "nested quotations": lambda: "<blockquote>" * 30 + "Text" + "</blockquote>" * 30,
    "a layout of nested tables": lambda: "<table><tr><td>" * 20 + "Text" + "</td></tr></table>" * 20,
    "a whole page": lambda: "<!DOCTYPE html><html><head><title>T</title></head><body><p>Text</body></html>",
    "bold that is not closed in some paragraphs": lambda: "<p><b>Text</p>" * 50 + "<p>Text</p>" * 1_000,
    "an embedded picture": lambda: f'<img src="data:image/png;base64,{"A" * 1_000_000}">',
}  # fmt: skip


@pytest.mark.parametrize("article", ARTICLES)
def test_html_of_articles_is_accepted(article: str) -> None:
    assert clean(ARTICLES[article]()).text is not None


NAMES = [
    "a", "b", "i", "font", "em", "nobr", "p", "div", "li", "ul", "ol", "table", "tr", "td", "th", "tbody",
    "caption", "colgroup", "col", "span", "h1", "h2", "br", "img", "hr", "select", "option", "optgroup", "button",
    "svg", "g", "path", "title", "desc", "math", "mi", "annotation-xml", "template", "object", "form", "body",
    "html", "head", "dd", "dt", "dl", "ruby", "rt", "rp", "pre", "address", "section", "applet", "textarea",
    "style", "x-y", "input", "code", "dialog", "summary", "details", "main",
]  # fmt: skip
TOKENS = [
    *(f"<{name}>" for name in NAMES), *(f"</{name}>" for name in NAMES), "<font color=1>", "<b id=1>", "<path/>",
    "<g/>", "<div/>", "<!-- x -->", "<!-->", "<![CDATA[", "]]>", "<!--", "-->", "x", " ", "<x", "'", '"', ">",
    "<a ='>'>", "<p title='</div>'>", "<svg><title>", "<style></div></style>", "<?x>", "</>", "</ div>",
]  # fmt: skip
VOID = {"br", "col", "hr", "img", "input"}
_RAW = re.compile(r"<(style|title|textarea)>.*?(</\1>|$)", re.DOTALL)


def built(html: str) -> tuple[int, int]:
    """The depth and the number of the elements that the parser builds."""
    tree = nh3.clean(html, tags=set(NAMES), clean_content_tags=set(), attributes={}, link_rel=None)
    depth = deepest = number = 0
    for slash, name in re.findall(r"<(/?)([a-z][a-z0-9-]*)", _RAW.sub(r"<\1></\1>", tree)):
        depth += -1 if slash else name not in VOID
        deepest, number = max(deepest, depth), number + (not slash)
    return deepest, number


texts = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=8).flatmap(
    lambda tokens: st.tuples(
        st.lists(st.sampled_from(tokens), max_size=5),
        st.lists(st.sampled_from(tokens), min_size=1, max_size=8),
        st.integers(1, 25),
        st.lists(st.sampled_from(tokens), max_size=5),
    ).map(lambda parts: "".join([*parts[0], *(parts[1] * parts[2]), *parts[3]]))
)


@given(texts)
def test_no_more_is_built_than_was_counted(html: str) -> None:
    deepest = number = 0

    class Counted(Outline):
        def _count_tag(self, tag: str) -> bool:
            nonlocal deepest, number
            deepest, number = max(deepest, self.depth), self.elements
            return super()._count_tag(tag)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(html_bounds, "MAX_DEPTH", 10**9)
        patched.setattr(html_bounds, "Outline", Counted)
        html_bounds.check(f"{html}<!---->")
    # The innermost element of all, and an empty paragraph for its end tag, are not open when they are counted.
    assert built(html)[0] <= deepest + 1
    # Of equal formatting elements, a few more may be repeated than are counted.
    assert built(html)[1] <= 2 * number + 10


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"a&#{'9' * 5_000};b", "a\ufffdb"),
        (f"a&#x{'f' * 5_000}z", "a\ufffdz"),
        ("a&#x0001F6A2;b", "a\N{SHIP}b"),
        ("<script>" + "</script " * 200_000, ""),
        ("<title>x</title >y", "y"),
    ],
)
def test_text_is_extracted_in_linear_time(html: str, text: str) -> None:
    began = time.thread_time()
    assert to_text(html) == text
    assert time.thread_time() - began < 0.5
