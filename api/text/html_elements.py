"""How a parser of HTML treats which elements, by the standard (WHATWG HTML, section 13.2.6)."""

VOID = {
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img", "input", "keygen",
    "link", "meta", "param", "source", "track", "wbr",
}  # fmt: skip
FORMATTING = {
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
}  # fmt: skip
# A new one ends the one before it, so that no second one is repeated.
SINGLE = {"a", "nobr"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = HEADINGS | {
    "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "header", "hgroup", "li", "listing", "main", "menu", "nav", "ol",
    "p", "pre", "search", "section", "summary", "ul",
}  # fmt: skip
CLOSE_PARAGRAPH = BLOCKS | {"form", "hr", "plaintext", "table", "xmp"}
CELLS = {"td", "th"}
TABLE_PARTS = CELLS | {"caption", "colgroup", "tbody", "tfoot", "thead", "tr"}
# What a parser does with tags in these depends on more than is known here.
FOREIGN = {"math", "select", "svg"}
# Elements of SVG and MathML that contain no HTML, and those of them that may be self-closing.
PURE = {
    "clippath", "defs", "filter", "g", "lineargradient", "marker", "mask", "math", "mrow", "pattern",
    "radialgradient", "svg", "symbol",
}  # fmt: skip
LEAVES = {
    "circle", "ellipse", "g", "image", "line", "mspace", "path", "polygon", "polyline", "rect", "stop", "use",
}  # fmt: skip
# An element that a parser may have closed. Nothing outside of it is closed any more, so that it is not counted out.
DOUBTFUL = "?"
# What is outside of these is out of the reach of most tags.
BORDERS = FOREIGN | CELLS | {DOUBTFUL, "applet", "button", "caption", "marquee", "object", "table", "template"}
# Formatting elements within these end with them. All others are repeated after the element that closes them.
MARKERS = CELLS | {"applet", "caption", "marquee", "object", "template"}
# Elements that contain text only, but not always within the others.
RAW = {
    "iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp",
}  # fmt: skip
SPECIAL = BLOCKS - {"dialog", "search"} | BORDERS | TABLE_PARTS | RAW | {"form"}
IGNORED = {"body", "frameset", "head", "html"}

# The innermost of which elements a start tag closes, with all that it contains, unless it is out of reach.
ITEM_BORDERS = SPECIAL - {"address", "div", "p"}
CLOSES: dict[str, list[tuple[set[str], set[str]]]] = {
    **{name: [({"p"}, BORDERS)] for name in CLOSE_PARAGRAPH},
    "li": [({"li"}, ITEM_BORDERS), ({"p"}, BORDERS)],
    "dd": [({"dd", "dt"}, ITEM_BORDERS), ({"p"}, BORDERS)],
    "dt": [({"dd", "dt"}, ITEM_BORDERS), ({"p"}, BORDERS)],
    "button": [({"button"}, BORDERS)],
}
# The elements that a start tag closes if they are the innermost ones.
RUBY = {"rb", "rp", "rt", "rtc"}
CLOSES_INSIDE = {
    **dict.fromkeys(HEADINGS, frozenset(HEADINGS)),
    **dict.fromkeys(("optgroup", "option"), frozenset({"option"})),
    **dict.fromkeys(RUBY, frozenset({"dd", "dt", "li", "optgroup", "option", "p", *RUBY})),
}
# The part of a table that contains another one; a start tag closes what is in between.
ROWS = {"table", "tbody", "tfoot", "thead", "tr"}
PARENTS = {
    **dict.fromkeys(TABLE_PARTS, frozenset({"table"})),
    "tr": frozenset(ROWS - {"tr"}),
    "td": frozenset(ROWS),
    "th": frozenset(ROWS),
}
