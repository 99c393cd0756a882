"""Bounds of untrusted HTML, checked before it is parsed.

The time of an HTML parser grows with the depth of the elements times their number, and its output with the formatting
elements that are not closed, as it repeats them in every paragraph. ``check`` reads the tags once, exactly as a parser
does, and counts at least as many open elements as a parser has. Where it cannot know what a parser does, it counts
every start tag and no end tag.
"""

import re
from collections.abc import Collection
from itertools import islice

from api.text import html_elements

MAX_DEPTH = 100
"""The number of elements that may be nested in one another."""
MAX_TAGS = 40_000
"""The number of tags and comments."""
MAX_ELEMENTS = 100_000
"""The number of elements that a parser builds, repeated formatting elements included."""
MISPLACED = 50
"""How many elements an element or text counts for that is between the parts of a table."""
REPEATED = 2
"""How many elements a repeated formatting element counts for."""
MAX_ATTRIBUTES = 100
"""The number of attributes of a tag."""
MAX_REFERENCES = 4_000
"""The number of ampersands in a text between two tags, or in one tag."""
MAX_LINES = 200_000
"""The number of line breaks."""
MAX_OUTPUT = 8_000_000
"""The number of characters of the sanitized HTML."""
TOO_LONG = f"must have at most {MAX_OUTPUT:,} characters once it is sanitized"

_SPACE = r"\t\n\f\r "
_ATTRIBUTE = (
    rf"(?:=[^{_SPACE}/>=]*+|[^{_SPACE}/>=]++)"
    rf"""(?:[{_SPACE}]*+=[{_SPACE}]*+(?:"[^"]*+"|'[^']*+'|[^{_SPACE}>"'][^{_SPACE}>]*+)?+)?+"""
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
# Where an element begins or ends, whatever the rest of the tag is.
_TEXTS_AND_TAGS = re.compile(r"<(?=[A-Za-z/])")
_MARKUP = re.compile(
    rf"<(?P<slash>/?)(?P<name>[A-Za-z][^{_SPACE}/>]*+)(?P<attributes>(?:[{_SPACE}/]++|{_ATTRIBUTE})*+)(?P<close>>?)"
    r"|<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>)?+)|<!\[CDATA\[|<[!?/][^>]*+>?"
)


class ComplexHtml(ValueError):
    """HTML over one of the bounds, which the message names as a predicate."""


def check(html: str) -> None:
    """Raise ComplexHtml if the HTML is over a bound. Takes time proportional to its length."""
    if html.count("<") > MAX_TAGS:
        raise ComplexHtml(f"must have at most {MAX_TAGS:,} tags")
    if html.count("\n") + html.count("\r") > MAX_LINES:
        raise ComplexHtml(f"must have at most {MAX_LINES:,} line breaks")
    if html.count("&") > MAX_REFERENCES:
        for text in _TEXTS_AND_TAGS.split(html):
            if text.count("&") > MAX_REFERENCES:
                raise ComplexHtml(f"must have at most {MAX_REFERENCES:,} ampersands in a text or tag")
    outline = Outline()
    position = 0
    while match := _MARKUP.search(html, position):
        if html[position : match.start()].strip():
            outline.text()
        position = match.end()
        name = match["name"]
        if not name:
            position = outline.declaration(html, match)
            continue
        _check_attributes(match["attributes"])
        if not match["close"]:
            # The text ends in a tag, which a parser ignores.
            return
        name = name.lower() if name.isascii() else name
        if match["slash"]:
            outline.end(name)
        else:
            following = html.find("<", position)
            if outline.start(name, match[0], html[following : following + len(name) + 3]):
                position = _skip_raw(html, name, position, outline)


def _check_attributes(attributes: str) -> None:
    if len(attributes) > 2 * MAX_ATTRIBUTES and any(islice(_ATTRIBUTES.finditer(attributes), MAX_ATTRIBUTES, None)):
        raise ComplexHtml(f"must have at most {MAX_ATTRIBUTES} attributes in a tag")


def _skip_raw(html: str, name: str, start: int, outline: "Outline") -> int:
    """The position of the end tag of an element that contains text only."""
    found = re.compile(rf"</{name}(?=[{_SPACE}/>])", re.ASCII | re.IGNORECASE).search(html, start)
    end = found.start() if found and name != "plaintext" else len(html)
    if name == "script" and "<script" in html[start:end].partition("<!--")[2].lower():
        # The end tag may be part of the script.
        outline.uncertain = True
        return start
    return end


class Outline:
    """The elements that are open, at least those that a parser has, and the number of all that it has built."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.elements = 0
        self.uncertain = False
        self._tags: list[str] = []
        self._output = 0

    @property
    def depth(self) -> int:
        """The number of open elements, with the parts of tables that a parser adds."""
        return len(self.open) + 2 * self.open.count("table")

    def start(self, name: str, tag: str, followed_by: str) -> bool:
        """Open an element; ``followed_by`` is the beginning of the next tag. Returns whether it contains text only."""
        foreign = self._count_tag(tag)
        if foreign and name in html_elements.RAW and followed_by.lower().rstrip("/> \t\n\f\r") == f"</{name}":
            return True
        if name == "template" or (foreign and name in html_elements.RAW):
            self.uncertain = foreign = True
        if name in html_elements.TABLE_PARTS or name == "col":
            # A parser adds the parts of the table that are left out.
            self.elements += 2 * (self.open[-1:] != ["tr"])
        if tag.endswith("/>") and name in html_elements.LEAVES and self.open and self.open[-1] in html_elements.PURE:
            return False
        if foreign:
            self._push([(name, tag)])
            return False
        if name == "html" and "=" in tag:
            # A parser compares its attributes with those of all before it.
            self.elements += MAX_ELEMENTS // 100
        if name in html_elements.IGNORED or (name in html_elements.TABLE_PARTS and "table" not in self.open):
            return False
        if name not in html_elements.TABLE_PARTS and name != "col":
            self.text()
        repeated = self._make_room(name)
        if name in html_elements.RAW or name in html_elements.VOID:
            self._push(repeated)
            return name in html_elements.RAW
        if name == "form" and name in self.open:
            name = html_elements.DOUBTFUL
        if name == "table":
            # A parser puts the repeated elements in front of the table, as it does with other misplaced ones.
            self.elements += MISPLACED * len(repeated)
        # Most repeated elements come into the new one.
        self._push([*repeated, (name, tag)] if name == "button" else [(name, tag), *repeated])
        return False

    def end(self, name: str) -> None:
        """Close an element, unless a parser may not do so."""
        foreign = self._count_tag("")
        if self.uncertain or not self.open:
            return
        if self.open[-1] == name:
            del self.open[-1], self._tags[-1]
            return
        index = _last(self.open, html_elements.HEADINGS if name in html_elements.HEADINGS else {name})
        if index < 0 or foreign:
            return
        inner = self.open[index + 1 :]
        if name in html_elements.FORMATTING:
            # A parser moves elements and makes up to eight copies, each with three others.
            self.elements += 32
        if name in html_elements.TABLE_PARTS or name == "table":
            closes = {html_elements.DOUBTFUL, "table"}.isdisjoint(inner)
        elif name in html_elements.BLOCKS or name in html_elements.BORDERS:
            closes = html_elements.BORDERS.isdisjoint(inner) and not (name == "li" and {"ol", "ul"} & set(inner))
        else:
            closes = html_elements.SPECIAL.isdisjoint(inner) and name not in html_elements.SPECIAL
        if not closes:
            self.open[index] = html_elements.DOUBTFUL
            return
        repeated = self._close(index)
        self._push(
            [element for element in repeated if element[0] != name] if name in html_elements.FORMATTING else repeated
        )

    def declaration(self, html: str, match: re.Match[str]) -> int:
        """The position after a comment, a declaration or the mark that begins a CDATA section."""
        foreign = self._count_tag("")
        if match[0] != "<![CDATA[":
            return match.end()
        if foreign:
            self.uncertain = True
            return match.end()
        return html.find(">", match.end()) + 1 or len(html)

    def text(self) -> None:
        """Count what is between the parts of a table: a parser searches for the table to put it in front of that."""
        if self.open and self.open[-1] in html_elements.ROWS:
            self.elements += MISPLACED

    def _count_tag(self, tag: str) -> bool:
        """Count a tag. Returns whether it may be in SVG, MathML or a select element, where other rules apply."""
        self._count(tag)
        foreign = self.uncertain or not html_elements.FOREIGN.isdisjoint(self.open)
        if foreign:
            for name, repeated in zip(self.open, self._tags, strict=True):
                if name in html_elements.FORMATTING:
                    self._count(repeated)
        return foreign

    def _make_room(self, name: str) -> list[tuple[str, str]]:
        """Close the elements that a start tag closes. Returns those that are repeated after it."""
        repeated: list[tuple[str, str]] = []
        for closed, borders in html_elements.CLOSES.get(name, ()):
            index = _last(self.open, closed)
            if index >= 0 and borders.isdisjoint(self.open[index + 1 :]):
                repeated += self._close(index)
        if name in html_elements.TABLE_PARTS:
            index = _last(self.open, html_elements.PARENTS[name])
            if html_elements.DOUBTFUL not in self.open[index:]:
                repeated += self._close(index + 1)
        elif name == "table":
            table = _last(self.open, {"table"})
            if table >= 0 and {html_elements.DOUBTFUL, "caption", *html_elements.CELLS}.isdisjoint(self.open[table:]):
                repeated += self._close(table)
        if name in html_elements.SINGLE and name in self.open:
            self.end(name)
        if name not in html_elements.CLOSES_INSIDE:
            return repeated
        ruby = _last(self.open, {"ruby"})
        if name not in html_elements.RUBY or (ruby >= 0 and html_elements.BORDERS.isdisjoint(self.open[ruby:])):
            while self.open and self.open[-1] in html_elements.CLOSES_INSIDE[name]:
                del self.open[-1], self._tags[-1]
        return repeated

    def _close(self, index: int) -> list[tuple[str, str]]:
        """Close the element at ``index`` with all that it contains. Returns what a parser repeats after it."""
        repeated: dict[str, list[tuple[str, str]]] = {}
        for name, tag in zip(self.open[index:], self._tags[index:], strict=True):
            if name in html_elements.MARKERS:
                break
            if name in html_elements.FORMATTING:
                repeated.setdefault(name if name in html_elements.SINGLE else tag, []).append((name, tag))
        del self.open[index:], self._tags[index:]
        # A parser repeats only three of those that are equal.
        return [element for equal in repeated.values() for element in equal[-3:]]

    def _push(self, elements: list[tuple[str, str]]) -> None:
        for name, tag in elements:
            self.open.append(name)
            self._tags.append(tag)
        for _, tag in elements[1:]:
            self.elements += REPEATED - 1
            self._count(tag)
        if self.depth > MAX_DEPTH:
            raise ComplexHtml(f"must have at most {MAX_DEPTH} elements nested in one another")

    def _count(self, tag: str) -> None:
        self.elements += 1
        self._output += len(tag)
        if self.elements > MAX_ELEMENTS:
            raise ComplexHtml(
                f"must have at most {MAX_ELEMENTS:,} elements, including formatting elements such as <b> that are not"
                " closed and therefore repeated in each paragraph"
            )
        if self._output > MAX_OUTPUT:
            raise ComplexHtml(TOO_LONG)


def _last(names: list[str], wanted: Collection[str]) -> int:
    """The index of the innermost element of these names, -1 if there is none."""
    for index in range(len(names) - 1, -1, -1):
        if names[index] in wanted:
            return index
    return -1
