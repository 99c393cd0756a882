"""Reads an article from a ninjs 3.1 news item, and records the path of each value in the item."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from api.text.html import to_text
from schemas.base import http_url

Item = dict[str, Any]
Path = tuple[str | int, ...]

# Roles and codes of Dateline's own.
OURS = "dateline:"
OUTLET, EXTERNAL_ID, ID = f"{OURS}outlet", f"{OURS}external_id", f"{OURS}id"
SECTION, AGENCY, PUBLISHER = "section", "agency", "publisher"

# The maximum width of a picture in pixels. Wider ones are for print.
MAX_WIDTH = 2_048

# The number of characters of HTML of a headline, standfirst or caption that is read. Longer ones are refused for their
# length as they are.
MAX_SHORT_HTML = 100_000

# The path to report for a required field that the item does not have.
DEFAULT_PATHS: Mapping[str, Path] = {
    "outlet": ("altIds",),
    "headline": ("headlines",),
    "published_at": ("contentCreated",),
}

_PLAIN = ("", "text/plain")
_HTML = ("text/html", "application/xhtml+xml")
# Roles for the format of a text rather than its part in the story.
_FORMAT_ROLES = ("text", "richtext")


class ItemReader:
    """The ``article`` of a news item, as it is pushed, and the ``errors`` found while reading it."""

    def __init__(self, document: Any, outlet: str | None) -> None:
        self.article: dict[str, Any] = {}
        self.errors: list[tuple[Path, str]] = []
        self._paths: dict[Path, Path] = {}
        self._read_names(document, outlet)
        self._read_times_and_status(document)
        self._read_texts(document)
        self._read_concepts(document)
        self._read_files(document)

    def locate(self, path: Path) -> Path:
        """The path in the item of a value of the article, or the path where the value is expected."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._paths:
                return self._paths[path[:length]]
        return DEFAULT_PATHS.get(str(path[0]), ()) if path else ()

    def _put(self, field: str, value: object, *path: str | int) -> None:
        self.article[field] = value
        self._paths[field,] = path

    def _append(self, field: str, value: object, *path: str | int) -> None:
        values = self.article.setdefault(field, [])
        self._paths[field, len(values)] = path
        values.append(value)

    def _copy(self, document: Item, name: str, field: str, read: Callable[[str], object] = str) -> None:
        if name in document:
            self._put(field, read(document[name]), name)

    def _read_names(self, document: Item, outlet: str | None) -> None:
        self._put("external_id", document["uri"], "uri")
        if outlet is not None:
            self.article["outlet"] = outlet
        fields = {OUTLET: "outlet", EXTERNAL_ID: "external_id"}
        for index, entry in _reversed(document.get("altIds")):
            if entry.get("role") in fields and "value" in entry:
                self._put(fields[entry["role"]], entry["value"], "altIds", index, "value")

    def _read_times_and_status(self, document: Item) -> None:
        for name in ("versionCreated", "firstCreated", "contentCreated"):
            self._copy(document, name, "published_at")
        self._copy(document, "embargoedUntil", "embargoed_until")
        self._copy(document, "pubStatus", "status")
        self._copy(document, "version", "source_version", int)
        if document.get("language", "und").lower() != "und":
            self._copy(document, "language", "language")

    def _read_texts(self, document: Item) -> None:
        self._copy(document, "by", "byline")
        self._copy(document, "edNote", "note")
        for name, field in (("headlines", "headline"), ("descriptions", "standfirst")):
            chosen = _choose(document.get(name, ()))
            if chosen is not None:
                self._put(field, _plain(document[name][chosen]), name, chosen, "value")
        bodies = document.get("bodies", ())
        if not bodies:
            return
        chosen = _choose(bodies)
        if chosen is None:
            self.errors.append(
                (("bodies",), "must contain a body in plain text or HTML; other formats are not supported")
            )
            return
        # An HTML body of a lower rank than the text, such as a caption, is not the same story.
        marked = _choose(bodies, _HTML, max(_rank(bodies[chosen]), 1))
        if marked is not None and bodies[marked]["value"]:
            self._put("body_html", bodies[marked]["value"], "bodies", marked, "value")
        else:
            self._put("body", bodies[chosen]["value"], "bodies", chosen, "value")

    def _read_concepts(self, document: Item) -> None:
        for name, field in (("subjects", "tags"), ("people", "people")):
            self._paths[field,] = (name,)
            for index, entry in enumerate(document.get(name, ())):
                field_name, text = _name(entry)
                if entry.get("rel") != SECTION or name == "people":
                    if field_name:
                        self._append(field, text, name, index, field_name)
                elif "section" in self.article:
                    self.errors.append(((name, index, "rel"), "is a second section; an article has only one"))
                elif field_name:
                    self._put("section", text, name, index, field_name)
        for role in (None, AGENCY):
            for index, entry in _reversed(document.get("infoSources")):
                field_name, text = _name(entry)
                if field_name and entry.get("role") == role:
                    self._put("credit", text, "infoSources", index, field_name)

    def _read_files(self, document: Item) -> None:
        for index, entry in _reversed(document.get("renditions")):
            if _media_type(entry) in _HTML and _has_web_url(entry):
                self._put("url", entry["href"], "renditions", index, "href")
        pictures = [
            (rank, index, rendition)
            for index, entry in enumerate(document.get("associations", ()))
            if (rank := _picture_rank(entry)) is not None and (rendition := _choose_rendition(entry)) is not None
        ]
        if not pictures:
            return
        _, index, rendition = min(pictures)
        entry = document["associations"][index]
        where = ("associations", index)
        image = {"url": entry["renditions"][rendition]["href"]}
        self._paths["image", "url"] = (*where, "renditions", rendition, "href")
        if (chosen := _choose(entry.get("descriptions", ()))) is not None:
            image["caption"] = _plain(entry["descriptions"][chosen])
            self._paths["image", "caption"] = (*where, "descriptions", chosen, "value")
        if "by" in entry:
            image["credit"] = entry["by"]
            self._paths["image", "credit"] = (*where, "by")
        self._put("image", image, *where)


def _reversed(entries: Sequence[Item] | None) -> list[tuple[int, Item]]:
    """Entries with their positions in reverse, so that the first one overwrites the others."""
    return list(enumerate(entries or ()))[::-1]


def _media_type(entry: Item) -> str:
    return entry.get("contentType", "").partition(";")[0].strip().lower()


def _rank(entry: Item) -> int:
    """The rank of a text: 0 for the main text, 1 for one without a role or with a format role, 2 for any other."""
    role = entry.get("role", "").lower()
    return 0 if role == "main" else 1 if role in ("", *_FORMAT_ROLES) or "html" in role else 2


def _choose(entries: Sequence[Item], types: Collection[str] = (*_PLAIN, *_HTML), max_rank: int = 2) -> int | None:
    """The position of the text to use: by rank, then plain text before HTML, then the first."""
    candidates = [
        (rank, kind in _HTML, index)
        for index, entry in enumerate(entries)
        if (kind := _media_type(entry)) in types and (rank := _rank(entry)) <= max_rank
    ]
    return min(candidates)[2] if candidates else None


def _plain(entry: Item) -> str:
    value = entry["value"]
    return to_text(value) if _media_type(entry) in _HTML and len(value) <= MAX_SHORT_HTML else value


def _name(entry: Item) -> tuple[str | None, str]:
    """The property that names a concept, and the name: Dateline's own code, else the name, else another code."""
    literal = entry.get("literal", "")
    if literal.startswith(OURS):
        return "literal", literal.removeprefix(OURS)
    field_name = next((name for name in ("name", "literal") if name in entry), None)
    return field_name, entry[field_name] if field_name else ""


def _has_web_url(rendition: Item) -> bool:
    try:
        http_url(rendition.get("href", ""))
    except ValidationError:
        return False
    return True


def _picture_rank(association: Item) -> int | None:
    """0 for a picture, 1 for a graphic, 2 for another association with an image file, None for any other."""
    kinds = {"picture": 0, "graphic": 1}
    if "type" in association:
        return kinds.get(association["type"])
    return 2 if any(_media_type(entry).startswith("image/") for entry in association.get("renditions", ())) else None


def _choose_rendition(association: Item) -> int | None:
    """The position of the best rendition: the widest up to MAX_WIDTH, else one of unknown width, else the narrowest."""
    candidates = [
        (0, -width, index) if 0 < width <= MAX_WIDTH else (1, 0, index) if width <= 0 else (2, width, index)
        for index, entry in enumerate(association.get("renditions", ()))
        if _has_web_url(entry) and (not (kind := _media_type(entry)) or kind.startswith("image/"))
        for width in [entry.get("width", 0)]
    ]
    return min(candidates)[2] if candidates else None
